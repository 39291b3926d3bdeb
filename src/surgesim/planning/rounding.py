"""From the relaxation to whole numbers in stages: sites, then hires and lines, then heads by blocks of days.

Handing the whole integer programme to the solver takes minutes: a few decisions couple everything (sites, hires,
lines), and hundreds of head counts follow from them. The combinations of sites prove a bound; the head counts are
found block of days by block of days, all other days held, as often as time allows.
"""

import itertools
import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import SolverError
from surgesim.planning.decision import Decision
from surgesim.planning.draft import Draft
from surgesim.planning.program import Answer, Flags, Floats, Program

MOST_COMBINATIONS = 16
"""Greatest number of combinations of sites that are looked at one by one."""
BLOCK = 110
"""Whole numbers to decide in one block of days."""
NEAR = 1e-6
REACH = 3
"""Heads by which a shift may differ from a plan nearby."""
STRATEGIC = ("hires.hired", "lines.lots", "sites.opens", "standby.reserved", "standby.activated")


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
        A plan whose sites are kept, and whose heads may change by :data:`REACH` at most.

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
    if near is not None:
        start = _near(start, near)
    done = days(strategy(start), gap)
    for column, value, whole in zip(program.columns, done.values.tolist(), program.whole.tolist(), strict=True):
        column.set_value(float(round(value)) if whole else value, skip_validation=True)
    return Answer(done.values, done.objective, start.bound, (done.objective - start.bound) <= gap * done.objective)


def _near(stage: Stage, near: Decision) -> Stage:
    """Return the stage within reach of a plan, or the stage itself where that is infeasible."""
    program, lower, upper = stage.program, stage.lower.copy(), stage.upper.copy()
    for c in np.flatnonzero(program.of("shifts.work")):
        k, s, d = program.index[c]
        lower[c] = max(lower[c], near.work[k][s, d] - REACH)
        upper[c] = min(upper[c], near.work[k][s, d] + REACH)
    for c in np.flatnonzero(program.of("sites.opens")):
        j, d = program.index[c]
        lower[c] = upper[c] = float(near.opens[j] == d)
    found = program.solve(lower, upper, np.zeros(len(lower), dtype=bool), stage.left, 0.0)
    if found.values is None:
        return stage
    return replace(stage, lower=lower, upper=upper, values=found.values, objective=found.objective)


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
    relaxed = program.solve(program.lower, program.upper, continuous, ends - time.monotonic(), 0.0)
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
    bound = program.solve(lower, upper, continuous, start.left, 0.0)
    program.force_rows([draft.block("sites").once[j] for j, is_open in choice.items() if is_open], -np.inf)
    if bound.values is None:
        return None
    for j in (j for j, is_open in choice.items() if is_open):
        mine = [c for c in opens if program.index[c][0] == j]
        # the first day on which a good part is open serves everybody whom the relaxation seats there
        first = next((c for c in mine if bound.values[mine[0] : c + 1].sum() > 0.05), mine[0])
        upper[mine], upper[first], lower[first] = 0.0, 1.0, 1.0
    fixed = program.solve(lower, upper, continuous, start.left, 0.0)
    if fixed.values is None:
        return Stage(program, lower, upper, bound.values, np.inf, bound.objective, start.ends)
    return Stage(program, lower, upper, fixed.values, fixed.objective, bound.objective, start.ends)


def strategy(stage: Stage) -> Stage:
    """Settle hires and lines in whole numbers, near those of the relaxation.

    Raises
    ------
    SolverError
        No whole numbers were found in time.
    """
    program = stage.program
    few = program.of("hires.hired") & (stage.values < NEAR)
    whole = (program.of("hires.hired") & ~few) | np.isin(program.kind, ("lines.lots", "standby.reserved", "standby.activated"))
    upper = np.where(few, 0.0, stage.upper)
    if not whole.any():
        return replace(stage, upper=upper)
    found = program.solve(stage.lower, upper, whole, 0.25 * stage.left, 0.001)
    if found.values is None:
        whole |= few
        found = program.solve(stage.lower, stage.upper, whole, 0.5 * stage.left, 0.01)
    if found.values is None:
        raise SolverError("no whole numbers of hires and lines were found in time; allow more time")
    settled = np.isin(program.kind, STRATEGIC)
    values = np.where(settled, np.round(found.values), found.values)
    lower, upper = np.where(settled, values, stage.lower), np.where(settled, values, stage.upper)
    return replace(stage, lower=lower, upper=upper, values=values, objective=found.objective)


def blocks(program: Program) -> list[NDArray[np.int64]]:
    """Return neighbouring days together, with about as many whole numbers in each block."""
    counts = np.bincount(program.day[program.whole & (program.day >= 0)], minlength=int(program.day.max(initial=0)) + 1)
    found: list[list[int]] = [[]]
    total = 0
    for day, count in enumerate(counts.tolist()):
        if found[-1] and total + count > BLOCK:
            found.append([])
            total = 0
        found[-1].append(day)
        total += count
    return [np.array(days, dtype=np.int64) for days in found]


def days(stage: Stage, gap: float) -> Stage:
    """Settle heads and seats block by block, then improve them block by block, once, until time or gap is reached.

    Raises
    ------
    SolverError
        Some block has no whole numbers, even with more hires.
    """
    parts = blocks(stage.program)
    for number, part in enumerate(parts):
        seconds = max(2.0, 0.8 * stage.left / (len(parts) - number))
        stage = _settle(stage, part, seconds, 0.5 * gap)
    for number, part in enumerate(parts):
        if stage.left > 1.0 and stage.objective - stage.bound > gap * stage.objective:
            stage = _improve(stage, part, stage.left / (len(parts) - number), 0.3 * gap)
    return stage


def _settle(stage: Stage, part: NDArray[np.int64], seconds: float, gap: float) -> Stage:
    """Settle a block of days; where that fails, with later days free, then all days nearly free, then more hires."""
    program = stage.program
    mine, dated = np.isin(program.day, part), program.day >= 0
    later, hired = program.day > part[-1], program.of("hires.hired")
    for freed, more in ((mine, 1.0), (mine | later, 1.0), (dated, 4.0), (dated | hired, 4.0)):
        settled = freed & program.whole & ~later
        found = _try(stage, freed, settled, mine, more * seconds, gap)
        if found.values is not None:
            values = np.where(settled, np.round(found.values), found.values)
            fixed = hired & freed
            lower, upper = (np.where(fixed, values, bounds) for bounds in (stage.lower, stage.upper))
            return replace(stage, lower=lower, upper=upper, values=values, objective=found.objective)
    raise SolverError(f"no whole numbers of heads were found for day {int(part[0]) + 1} and after; allow more time")


def _try(stage: Stage, freed: Flags, settled: Flags, mine: Flags, seconds: float, gap: float) -> Answer:
    """Solve with some columns free; days that were settled before may move by a head or two only."""
    program = stage.program
    held = (program.day >= 0) & ~freed
    near = settled & ~mine & (program.day >= 0)
    lower = np.where(held, stage.values, np.where(near, np.maximum(stage.values - 1.0, stage.lower), stage.lower))
    upper = np.where(held, stage.values, np.where(near, np.minimum(stage.values + 2.0, stage.upper), stage.upper))
    upper = np.where(program.of("hires.hired") & freed, program.upper, upper)
    return program.solve(lower, upper, settled, seconds, gap)


def _improve(stage: Stage, part: NDArray[np.int64], seconds: float, gap: float) -> Stage:
    program = stage.program
    mine = np.isin(program.day, part)
    held = program.whole & (program.day >= 0) & ~mine
    lower, upper = np.where(held, stage.values, stage.lower), np.where(held, stage.values, stage.upper)
    found = program.solve(lower, upper, program.whole & mine, seconds, gap, start=stage.values)
    if found.values is None or found.objective >= stage.objective - 1.0:
        return stage
    values = np.where(program.whole & mine, np.round(found.values), found.values)
    return replace(stage, values=values, objective=found.objective)
