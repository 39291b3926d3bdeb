"""Next best alternatives, and what would change the answer: the relaxation solved again with one thing changed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from surgesim.base.errors import SolverError
from surgesim.planning.draft import Draft
from surgesim.planning.problem import Problem, StaffChoice
from surgesim.planning.program import Program
from surgesim.planning.surrogate import Curve, Surrogate

MORE = 0.1
"""Share by which calls and wages are changed."""
MOST_INTERVALS, MOST_VARIANTS = 1_500, 6
"""Larger problems (intervals times groups) look at so many variants only, to be done in time."""


@dataclass(frozen=True, eq=False)
class Variant:
    """The same question with one thing changed.

    Attributes
    ----------
    en, ja : str
        The change in words, to be followed by what it does to the cost.
    problem, surrogate : Problem, Surrogate
        The changed question.
    """

    en: str
    ja: str
    problem: Problem
    surrogate: Surrogate


def alternatives(draft: Draft, seconds: float) -> list[tuple[str, str]]:
    """Return what each change would cost or save, in English and Japanese, dearest first.

    Parameters
    ----------
    draft : Draft
        The last model of a plan, solved.
    seconds : float
        Wall-clock limit of each relaxation.

    Notes
    -----
    Differences of linear relaxations by the calibrated curves: fractions of heads, no fresh simulation. The changed plan
    itself is one ``ss.plan`` away.
    """
    try:
        base = Program(draft).relaxation(seconds).objective
        found = [_priced(draft, variant, base, seconds) for variant in _few(draft)]
    except SolverError:
        return []
    return [(en, ja) for _, en, ja in sorted((one for one in found if one is not None), key=lambda one: -one[0])]


def _few(draft: Draft) -> list[Variant]:
    every = list(variants(draft))
    large = draft.problem.intervals * len(draft.problem.staff) > MOST_INTERVALS
    return every[:MOST_VARIANTS] if large else every


def variants(draft: Draft) -> Iterator[Variant]:
    """Yield the changes worth looking at: more calls first, then each source without which, earlier, and dearer."""
    problem, surrogate = draft.problem, draft.surrogate
    yield Variant(f"with {MORE:.0%} more calls", f"入電が{MORE:.0%}増えると", problem, busier(surrogate, 1.0 + MORE))
    for k, staff in enumerate(problem.staff):
        name = staff.group
        if staff.hires:
            yield Variant(f"without hires in {name}", f"{name}の採用がなければ", _staff(problem, k, hires=0), surrogate)
        if staff.hires and staff.lead_days:
            earlier = _staff(problem, k, lead_days=staff.lead_days - 1)
            yield Variant(f"with one day less lead time of {name}", f"{name}の準備期間が1日短ければ", earlier, surrogate)
        dearer = _staff(problem, k, wage_jpy_h=staff.wage_jpy_h * (1.0 + MORE))
        yield Variant(f"with wages of {name} up {MORE:.0%}", f"{name}の賃金が{MORE:.0%}上がると", dearer, surrogate)
    for n, package in enumerate(problem.standby):
        others = tuple(other for m, other in enumerate(problem.standby) if m != n)
        yield Variant(f"without standby package {package.name}", f"待機プラン{package.name}がなければ",
                      replace(problem, standby=others), surrogate)  # fmt: skip


def _staff(problem: Problem, k: int, **changes: float) -> Problem:
    crew: list[StaffChoice] = list(problem.staff)
    crew[k] = replace(crew[k], **changes)  # type: ignore[arg-type]
    return replace(problem, staff=tuple(crew))


def busier(surrogate: Surrogate, factor: float) -> Surrogate:
    """Return curves for so many times the calls: agents, gains and work grow alike (no gain by size, on the safe side)."""
    curves = {key: Curve(one.start * factor, one.widths * factor, one.slopes) for key, one in surrogate.curves.items()}
    constant = {key: value * factor for key, value in surrogate.constant.items()}
    offered = {key: value * factor for key, value in surrogate.offered.items()}
    work = {key: value * factor for key, value in surrogate.work_s.items()}
    return replace(surrogate, curves=curves, constant=constant, offered=offered, work_s=work)


def _priced(draft: Draft, variant: Variant, base: float, seconds: float) -> tuple[float, str, str] | None:
    changed = Draft(variant.problem, variant.surrogate, kinds=draft.kinds).build()
    solved = Program(changed).relaxation(seconds)
    if solved.values is None:
        return float("inf"), f"{variant.en} no plan keeps every promise", f"{variant.ja}約束を守れる計画はない"
    more = solved.objective - base
    if abs(more) < max(1.0, 1e-4 * base):
        return None
    en, ja = ("costs", "多くかかる") if more > 0 else ("saves", "安くなる")
    verb = f"the plan {en} ¥{abs(more):,.0f} more" if more > 0 else f"the plan {en} ¥{abs(more):,.0f}"
    return abs(more), f"{variant.en} {verb}", f"{variant.ja}¥{abs(more):,.0f}{ja}"
