"""Next best alternatives: the relaxation solved again without a source, a package or a site, and with a wage or calls changed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from surgesim.planning.draft import Draft, printed
from surgesim.planning.program import Answer, Program
from surgesim.planning.relaxed import Calls, Relaxed

MORE = 0.1
"""Share by which calls and wages are changed."""
MOST_STAFF, MOST_EARLIER = 5, 3
"""Sources looked at one by one, those that are paid most first; and those of which earlier arrival is."""


@dataclass(frozen=True, eq=False)
class Changed:
    """What becomes of the plan when one thing changes.

    Attributes
    ----------
    en, ja : str
        The change in words, to be followed by what it does to the cost.
    more_jpy : float
        What the plan then costs more; ``inf`` where there is none.
    """

    en: str
    ja: str
    more_jpy: float

    def sentences(self) -> tuple[str, str]:
        """Return the change and what it does, in English and Japanese."""
        if np.isinf(self.more_jpy):
            return f"{self.en} no plan keeps every promise", f"{self.ja}約束を守れる計画はない"
        yen = f"¥{abs(self.more_jpy):,.0f}"
        if self.more_jpy > 0:
            return f"{self.en} the plan costs {yen} more", f"{self.ja}{yen}多くかかる"
        return f"{self.en} the plan saves {yen}", f"{self.ja}{yen}安くなる"


def alternatives(relaxed: Relaxed, calls: Calls | None) -> list[tuple[str, str]]:
    """Return what each change would cost or save, in English and Japanese, dearest first; what changes nothing is left out.

    Parameters
    ----------
    relaxed : Relaxed
        The relaxation of the last model of a plan.
    calls : Calls or None
        How it moves with the calls.

    Notes
    -----
    Differences of linear relaxations by the calibrated curves: fractions of heads, no fresh simulation. The changed plan
    itself is one ``ss.plan`` away.

    Raises
    ------
    SolverError
        No time was left.
    """
    base = relaxed.base.objective
    told = [one for one in changes(relaxed, calls) if abs(one.more_jpy) >= max(1.0, 1e-4 * base)]
    return [one.sentences() for one in sorted(told, key=lambda one: -abs(one.more_jpy))]


def changes(relaxed: Relaxed, calls: Calls | None) -> Iterator[Changed]:
    """Yield the changes worth looking at: more calls, and each thing without which, dearer, or earlier."""
    problem, base = relaxed.draft.problem, relaxed.base.objective

    def changed(en: str, ja: str, found: Answer) -> Changed:
        return Changed(en, ja, found.objective - base if found.values is not None else np.inf)

    if calls is not None:
        yield changed(f"with {MORE:.0%} more calls", f"入電が{MORE:.0%}増えると", calls.solved(1.0 + MORE))
    ranked = by_pay(relaxed)[:MOST_STAFF]
    for k in ranked:
        name, ja = printed(problem, "groups", problem.staff[k].group)
        if problem.staff[k].hires:
            without = relaxed.solved(relaxed.mine("hires.hired", k))
            yield changed(f"without hires in {name}", f"{ja}の採用がなければ", without)
        yield changed(f"with wages of {name} up {MORE:.0%}", f"{ja}の賃金が{MORE:.0%}上がると", dearer(relaxed, k))
    for n, package in enumerate(problem.standby):
        gone = relaxed.solved(relaxed.package(n))
        name, ja = printed(problem, "standby", package.name)
        yield changed(f"without standby package {name}", f"待機プラン{ja}がなければ", gone)
    for j, site in enumerate(problem.sites):
        if relaxed.growth(j).any() and j not in relaxed.closed:
            gone = relaxed.solved(relaxed.growth(j))
            name, ja = printed(problem, "sites", site.name)
            yield changed(f"without more seats in {name}", f"{ja}の席を増やせなければ", gone)
    hired = [k for k, staff in enumerate(problem.staff) if staff.hires and staff.lead_days and not relaxed.at_closed(k)]
    hired.sort(key=lambda k: ranked.index(k) if k in ranked else len(problem.staff) + problem.staff[k].wage_jpy_h)
    for k in hired[:MOST_EARLIER]:
        name, ja = printed(problem, "groups", problem.staff[k].group)
        yield changed(f"with one day less lead time of {name}", f"{ja}の準備期間が1日短ければ", earlier(relaxed, k))


def by_pay(relaxed: Relaxed) -> list[int]:
    """Return the staff that the relaxation pays, dearest first, but for those of sites that stay closed."""
    values = relaxed.base.values
    assert values is not None
    paid = [float(relaxed.paid_hours(k) @ values) * staff.wage_jpy_h for k, staff in enumerate(relaxed.draft.problem.staff)]
    return [int(k) for k in np.argsort(-np.array(paid), kind="stable") if paid[k] >= 1.0 and not relaxed.at_closed(int(k))]


def dearer(relaxed: Relaxed, k: int, more: float = MORE) -> Answer:
    """Return the relaxation with a wage that is higher by a share."""
    program, wage = relaxed.program, relaxed.draft.problem.staff[k].wage_jpy_h
    program.price_columns(program.cost + more * wage * relaxed.paid_hours(k))
    try:
        return relaxed.solved()
    finally:
        program.price_columns(program.cost)


def earlier(relaxed: Relaxed, k: int) -> Answer:
    """Return the relaxation with one day less lead time: new columns, so the model is built anew."""
    draft, crew = relaxed.draft, list(relaxed.draft.problem.staff)
    crew[k] = replace(crew[k], lead_days=crew[k].lead_days - 1)
    changed = Draft(replace(draft.problem, staff=tuple(crew)), draft.surrogate, kinds=draft.kinds).build()
    return Program(changed).relaxation(relaxed.seconds)
