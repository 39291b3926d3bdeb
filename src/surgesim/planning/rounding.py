"""From the relaxation to whole numbers in stages: sites, then hires and lines, then heads day by day.

Handing the whole integer programme to the solver takes minutes: a few decisions couple everything (sites, hires,
lines), and hundreds of head counts follow from them. The combinations of sites prove a bound; the head counts of each
day are found one day after the other, later days in fractions, so that they even out what rounding left over. Searches end
by nodes, not by seconds: the clock is only the outer limit.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import SolverError
from surgesim.planning.decision import Decision
from surgesim.planning.draft import Draft
from surgesim.planning.opening import NEAR, Stage, sites
from surgesim.planning.program import Answer, Effort, Flags, Floats, Program

STRATEGIC = ("hires.hired", "lines.lots", "sites.opens", "standby.reserved", "standby.activated")
DAY_GAP = 0.8
"""Share of the gap asked for at which the whole numbers of a day are good enough."""
BLOCK = 120
"""Whole numbers that are settled at a time, unless one day has more."""
NODES, DAY_NODES = 50, 5
"""Nodes of the search for hires and lines, and for the heads of one day."""

Days = NDArray[np.int64]


def staged(draft: Draft, seconds: float, gap: float, near: Decision | None = None, hold: bool = False) -> Answer:
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
    hold : bool
        Keep whatever of the nearby plan is possible, at any cost: only what is not enough changes.

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
    dear = np.inf if hold else 1.0
    done = days(strategy(start, gap, old, dear), gap, old, dear)
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


def strategy(stage: Stage, gap: float, old: Floats | None = None, dear: float = 1.0) -> Stage:
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
        if kept.values is not None and kept.objective <= stage.bound * (1.0 + 0.5 * gap * dear):
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


def days(stage: Stage, gap: float, old: Floats | None = None, dear: float = 1.0) -> Stage:
    """Settle heads and seats, some days at a time; days of a plan nearby that are good enough stay as they are.

    Raises
    ------
    SolverError
        Some day has no whole numbers, even with more hires.
    """
    parts = blocks(stage.program)
    allowed = DAY_GAP * gap * stage.bound / max(len(parts), 1)
    for part in parts:
        kept = None if old is None else _keep(stage, part, old, dear * allowed)
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
    for alone in (True, False):
        few = _few(stage, part, mine, allowed, alone)
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


def _few(stage: Stage, part: Days, mine: Flags, allowed: float, alone: bool) -> Stage | None:
    """Settle some days with the shifts that the relaxation uses, near their heads there; None where that is dear.

    Alone, all later days are held meanwhile, which is fast but may leave no way; then they even out what is left over.
    """
    program = stage.program
    heads = mine & program.of("shifts.work")
    most = np.where(stage.values > NEAR, np.ceil(stage.values) + 1.0, 0.0)
    lower = np.where(heads, np.maximum(stage.lower, np.floor(stage.values) - 1.0), stage.lower)
    upper = np.where(heads, np.minimum(stage.upper, most), stage.upper)
    if alone:
        held = (program.day >= 0) & ~np.isin(program.day, part)
        lower, upper = np.where(held, stage.values, lower), np.where(held, stage.values, upper)
    gap = 0.5 * allowed / max(stage.objective, 1.0)
    found = program.solve(lower, upper, mine, Effort(stage.left, gap, DAY_NODES))
    if found.values is None:
        return None
    values = np.where(mine, np.round(found.values), found.values)
    lower, upper = (np.where(mine, values, bounds) for bounds in (stage.lower, stage.upper))
    if alone:
        found = program.solve(lower, upper, np.zeros_like(mine), Effort(stage.left))
        if found.values is None:
            return None
        values = np.where(mine, values, found.values)
    if found.objective > stage.objective + (2.0 if alone else 5.0) * allowed:
        return None
    return replace(stage, lower=lower, upper=upper, values=values, objective=found.objective)
