"""From the relaxation to whole numbers in stages: sites, then hires and lines, then heads day by day.

Handing the whole integer programme to the solver takes minutes: a few decisions couple everything (sites, hires,
lines), and hundreds of head counts follow from them. The combinations of sites prove a bound; the head counts of each
day are found one day after the other, later days in fractions, so that they even out what rounding left over. Searches end
by nodes, not by seconds: the clock is only the outer limit.
"""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import SolverError
from surgesim.planning.decision import Decision
from surgesim.planning.draft import Draft
from surgesim.planning.program import Answer, Effort, Flags, Floats, Program

MOST_COMBINATIONS = 16
"""Greatest number of combinations of sites that are looked at one by one."""
NEAR = 1e-6
STRATEGIC = ("hires.hired", "lines.lots", "sites.opens", "standby.reserved", "standby.activated")
DAY_GAP = 0.8
"""Share of the gap asked for at which the whole numbers of a day are good enough."""
BLOCK = 120
"""Whole numbers that are settled at a time, unless one day has more."""
NODES, DAY_NODES = 50, 5
"""Nodes of the search for hires and lines, and for the heads of one day."""

Days = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stage:
    """A solution on the way, with the bounds of the columns that are settled.

    Attributes
    ----------
    program : Program
        The arrays.
    lower, upper : ndarray, shape (columns,)
        Bounds so far.
    values : ndarray, shape (columns,)
        Solution so far.
    objective, bound : float
        Its cost, and the proven bound.
    ends : float
        When time is over, on the monotonic clock.
    """

    program: Program
    lower: Floats
    upper: Floats
    values: Floats
    objective: float
    bound: float
    ends: float

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.ends - time.monotonic()


def staged(draft: Draft, seconds: float, gap: float, near: Decision | None = None) -> Answer:
    """Solve a draft in stages and leave the solution in it.

    Parameters
    ----------
    draft : Draft
        A built model.
    seconds : float
        Wall-clock limit.
    gap : float
        Relative gap to the proven bound that is good enough.
    near : Decision, optional
        A plan whose sites, hires, lines and days are kept where they are good enough.

    Returns
    -------
    Answer
        Without values where there is no solution; the bound holds for every plan of the draft.

    Raises
    ------
    SolverError
        No solution in whole numbers was found in time.
    """
    program = Program(draft)
    start = sites(draft, program, time.monotonic() + seconds)
    if start is None:
        return Answer(None, np.inf, np.inf, True)
    old = None if near is None else _values(program, near)
    done = days(strategy(start, gap, old), gap, old)
    for column, value, whole in zip(program.columns, done.values.tolist(), program.whole.tolist(), strict=True):
        column.set_value(float(round(value)) if whole else value, skip_validation=True)
    return Answer(done.values, done.objective, start.bound, (done.objective - start.bound) <= gap * done.objective)


def _values(program: Program, near: Decision) -> Floats:
    """Return the values of the columns that a plan decides; nan for the others."""
    found = np.full(len(program.lower), np.nan)
    at: dict[str, Callable[..., float]] = {
        "shifts.work": lambda k, s, d: float(near.work[k][s, d]),
        "hires.hired": lambda k, o: float(near.hired[k][o]),
        "sites.opens": lambda j, d: float(near.opens[j] == d),
        "lines.lots": lambda t: float(near.lots[t]),
        "seats.added": lambda j, d: float(near.added[j, d]),
        "standby.reserved": lambda n: float(near.reserved[n]),
        "standby.activated": lambda n, o: float(near.activated[n, o]),
    }
    for c in np.flatnonzero(np.isin(program.kind, list(at))):
        index = program.index[c]
        found[c] = at[program.kind[c]](*(index if isinstance(index, tuple) else (index,)))
    return found


def relaxed(draft: Draft, seconds: float) -> Answer:
    """Solve the relaxation of a draft, with sites opened or not, and leave the solution in it.

    Parameters
    ----------
    draft : Draft
        A built model.
    seconds : float
        Wall-clock limit.
    """
    start = sites(draft, Program(draft), time.monotonic() + seconds)
    if start is None:
        return Answer(None, np.inf, np.inf, True)
    for column, value in zip(start.program.columns, start.values.tolist(), strict=True):
        column.set_value(value, skip_validation=True)
    return Answer(start.values, start.objective, start.bound, True)


def sites(draft: Draft, program: Program, ends: float) -> Stage | None:
    """Return the best relaxation over all combinations of sites, with the bound that they prove together.

    Whether a site opens is decided one way and the other; on which day stays continuous for the bound. With too many
    sites for that, the bound is the relaxation's own.
    """
    continuous = np.zeros(len(program.lower), dtype=bool)
    relaxed = program.solve(program.lower, program.upper, continuous, Effort(ends - time.monotonic()))
    if relaxed.values is None:
        return None
    start = Stage(program, program.lower, program.upper, relaxed.values, relaxed.objective, relaxed.bound, ends)
    opens = np.flatnonzero(program.of("sites.opens"))
    places = sorted({int(program.index[c][0]) for c in opens})
    if not places:
        return start
    choices = list(itertools.product((False, True), repeat=len(places)))
    if len(choices) > MOST_COMBINATIONS:
        choices = [tuple(relaxed.values[[c for c in opens if program.index[c][0] == j]].sum() > NEAR for j in places)]
    found = [_combination(draft, start, dict(zip(places, choice, strict=True))) for choice in choices]
    possible = [stage for stage in found if stage is not None]
    if not possible:
        return None
    best = min(possible, key=lambda stage: stage.objective)
    bound = min(stage.bound for stage in possible) if len(choices) > 1 else relaxed.bound
    return replace(best, bound=max(bound, relaxed.bound))


def _combination(draft: Draft, start: Stage, choice: dict[int, bool]) -> Stage | None:
    """Return the relaxation with some sites open for certain and the others closed; None where there is none."""
    program, upper, lower = start.program, start.upper.copy(), start.lower.copy()
    opens = np.flatnonzero(program.of("sites.opens"))
    for c in opens:
        upper[c] = float(choice[int(program.index[c][0])])
    continuous = np.zeros(len(lower), dtype=bool)
    program.force_rows([draft.block("sites").once[j] for j, is_open in choice.items() if is_open], 1.0)
    bound = program.solve(lower, upper, continuous, Effort(start.left))
    program.force_rows([draft.block("sites").once[j] for j, is_open in choice.items() if is_open], -np.inf)
    if bound.values is None:
        return None
    for j in (j for j, is_open in choice.items() if is_open):
        mine = [c for c in opens if program.index[c][0] == j]
        # the first day on which a good part is open serves everybody whom the relaxation seats there
        first = next((c for c in mine if bound.values[mine[0] : c + 1].sum() > 0.05), mine[0])
        upper[mine], upper[first], lower[first] = 0.0, 1.0, 1.0
    fixed = program.solve(lower, upper, continuous, Effort(start.left))
    if fixed.values is None:
        return Stage(program, lower, upper, bound.values, np.inf, bound.objective, start.ends)
    return Stage(program, lower, upper, fixed.values, fixed.objective, bound.objective, start.ends)


def strategy(stage: Stage, gap: float, old: Floats | None = None) -> Stage:
    """Settle hires and lines in whole numbers: those of a plan nearby where they are good enough, else new ones.

    Raises
    ------
    SolverError
        No whole numbers were found in time.
    """
    program = stage.program
    settled = np.isin(program.kind, STRATEGIC)
    if old is not None and not np.isnan(old[settled]).any():
        lower, upper = np.where(settled, old, stage.lower), np.where(settled, old, stage.upper)
        none = np.zeros(len(lower), dtype=bool)
        kept = program.solve(lower, upper, none, Effort(stage.left))
        if kept.values is not None and kept.objective <= stage.bound * (1.0 + 0.5 * gap):
            return replace(stage, lower=lower, upper=upper, values=kept.values, objective=kept.objective)
    few = program.of("hires.hired") & (stage.values < NEAR)
    whole = (program.of("hires.hired") & ~few) | np.isin(program.kind, ("lines.lots", "standby.reserved", "standby.activated"))
    upper = np.where(few, 0.0, stage.upper)
    if not whole.any():
        return replace(stage, upper=upper)
    found = program.solve(stage.lower, upper, whole, Effort(stage.left, DAY_GAP * gap, NODES))
    if found.values is None:
        whole |= few
        found = program.solve(stage.lower, stage.upper, whole, Effort(stage.left, gap, 10 * NODES))
    if found.values is None:
        raise SolverError("no whole numbers of hires and lines were found in time; allow more time")
    values = np.where(settled, np.round(found.values), found.values)
    lower, upper = np.where(settled, values, stage.lower), np.where(settled, values, stage.upper)
    return replace(stage, lower=lower, upper=upper, values=values, objective=found.objective)


def days(stage: Stage, gap: float, old: Floats | None = None) -> Stage:
    """Settle heads and seats, some days at a time; days of a plan nearby that are good enough stay as they are.

    Raises
    ------
    SolverError
        Some day has no whole numbers, even with more hires.
    """
    parts = blocks(stage.program)
    allowed = DAY_GAP * gap * stage.bound / max(len(parts), 1)
    for part in parts:
        kept = None if old is None else _keep(stage, part, old, allowed)
        stage = kept if kept is not None else _settle(stage, part, allowed)
    return stage


def blocks(program: Program) -> list[Days]:
    """Return neighbouring days together, as many as have few whole numbers in all."""
    counts = np.bincount(program.day[program.whole & (program.day >= 0)], minlength=int(program.day.max(initial=0)) + 1)
    found: list[list[int]] = [[]]
    for day in np.flatnonzero(counts).tolist():
        if found[-1] and counts[[*found[-1], day]].sum() > BLOCK:
            found.append([])
        found[-1].append(day)
    return [np.array(days, dtype=np.int64) for days in found if days]


def _keep(stage: Stage, part: Days, old: Floats, allowed: float) -> Stage | None:
    """Return the stage with days as they were in an earlier plan; None where that is impossible or dear."""
    mine = stage.program.whole & np.isin(stage.program.day, part)
    known = mine & ~np.isnan(old)
    lower, upper = np.where(known, old, stage.lower), np.where(known, old, stage.upper)
    found = stage.program.solve(lower, upper, mine & ~known, Effort(stage.left, 0.0, DAY_NODES))
    if found.values is None or found.objective > stage.objective + allowed:
        return None
    values = np.where(mine, np.round(found.values), found.values)
    lower, upper = (np.where(mine, values, bounds) for bounds in (stage.lower, stage.upper))
    return replace(stage, lower=lower, upper=upper, values=values, objective=found.objective)


def _settle(stage: Stage, part: Days, allowed: float) -> Stage:
    """Settle some days, later days in fractions; where that fails, with earlier days nearly free, then with more hires."""
    program = stage.program
    mine = program.whole & np.isin(program.day, part)
    before = program.whole & (program.day >= 0) & (program.day < part[0])
    hired = program.of("hires.hired")
    few = _few(stage, mine, allowed)
    if few is not None:
        return few
    gap = allowed / max(stage.objective, 1.0)
    for wanted in (mine, mine | before, mine | before | hired):
        freed = wanted & ~mine
        lower = np.where(freed, np.maximum(stage.values - 1.0, program.lower), stage.lower)
        upper = np.where(freed, np.minimum(stage.values + 2.0, program.upper), stage.upper)
        upper = np.where(hired & wanted, program.upper, upper)
        found = program.solve(lower, upper, wanted, Effort(stage.left, gap, DAY_NODES))
        if found.values is not None:
            values = np.where(wanted, np.round(found.values), found.values)
            fixed = wanted
            lower, upper = (np.where(fixed, values, bounds) for bounds in (stage.lower, stage.upper))
            return replace(stage, lower=lower, upper=upper, values=values, objective=found.objective)
    raise SolverError(f"no whole numbers of heads were found for day {int(part[0]) + 1} and after; allow more time")


def _few(stage: Stage, mine: Flags, allowed: float) -> Stage | None:
    """Settle some days with the shifts that the relaxation uses, near their heads there; None where that is dear."""
    heads = mine & stage.program.of("shifts.work")
    most = np.where(stage.values > NEAR, np.ceil(stage.values) + 1.0, 0.0)
    lower = np.where(heads, np.maximum(stage.lower, np.floor(stage.values) - 1.0), stage.lower)
    upper = np.where(heads, np.minimum(stage.upper, most), stage.upper)
    gap = 0.5 * allowed / max(stage.objective, 1.0)
    found = stage.program.solve(lower, upper, mine, Effort(stage.left, gap, DAY_NODES))
    if found.values is None or found.objective > stage.objective + 2.0 * allowed:
        return None
    values = np.where(mine, np.round(found.values), found.values)
    lower, upper = (np.where(mine, values, bounds) for bounds in (stage.lower, stage.upper))
    return replace(stage, lower=lower, upper=upper, values=values, objective=found.objective)
