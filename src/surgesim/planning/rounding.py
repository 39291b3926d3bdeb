"""From the relaxation to whole numbers in stages: sites, then hires and lines, then heads day by day.

Handing the whole integer programme to the solver takes minutes: a few decisions couple everything (sites, hires,
lines), and hundreds of head counts follow from them. Those few prove a bound; the head counts of each day are found one day
after the other in a programme of that day alone, and the relaxation of the later days evens out what rounding left over.
Searches end by nodes, not by seconds: the clock is only the outer limit.
"""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from surgesim.base.errors import SolverError
from surgesim.planning.decision import Decision
from surgesim.planning.draft import Draft
from surgesim.planning.nearby import as_it_was, as_they_were, held_columns, values_of, with_bought, within_reach
from surgesim.planning.opening import NEAR, Stage, sites
from surgesim.planning.part import alone
from surgesim.planning.program import Answer, Effort, Flags, Floats, Program
from surgesim.planning.solve import relative_gap

BOUGHT = ("equipment.lots", "lines.lots", "standby.reserved", "standby.activated")
STRATEGIC = ("hires.hired", "sites.opens", *BOUGHT)
REACH, CLOSE = 6.0, 4.0
"""Heads by which a shift may differ from a plan nearby, and from one that only has to change on some days."""
WIDE = 4.0
"""Heads by which a shift may differ from the relaxation, unused ones as well, where rounding it to the next is not enough."""
FEW_AGENTS = 10.0
"""Agents of a group on a day below which rounding them down counts for much: 15 % off 5 heads are 4 agents, not 4.25."""
HIRES_GAP, DAY_GAP = 0.2, 0.5
"""Shares of the gap asked for at which whole hires and lines, and those of a day, are good enough."""
KEPT_HIRES, KEPT_DAY, HELD = 0.2, 0.4, 5.0
"""Shares of the gap for which hires and lines, and days, of a plan nearby are kept, and for which most of it is held."""
NODES, DAY_NODES, FEW_NODES = 50, 50, 5
"""Nodes of the search for hires and lines, for the heads of one day alone, and for those of a day within the whole."""
POOR, MORE_NODES, MOST_NODES = 0.1, 300, 2_000
"""Gap from which on everything is settled in one search as well; its nodes then, and where there is no plan yet."""


def staged(draft: Draft, seconds: float, gap: float, near: Decision | None = None, loose: Flags | None = None) -> Answer:
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
    loose : ndarray of bool, shape (queues, days), optional
        Where the service of the nearby plan is to change: on other days its heads stay as they are if the gap allows.

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
    old = None if near is None else values_of(program, draft.problem, near)
    held = None if old is None or loose is None else held_columns(program, draft.problem, loose)
    plans = ((None, None),) if old is None else ((old, held), (old, None), (None, None))
    done: Stage | None
    try:
        done = _tried(draft, start, gap, plans)
    except SolverError:  # what the first stages settled leaves no whole numbers to the last days
        if start.left <= 0.0:
            raise
        done = _at_once(start, gap)
    else:
        if relative_gap(done.objective, done.bound) > POOR:  # or only very dear ones
            done = _at_once(start, gap, done)
    if done is None:
        return Answer(None, np.inf, np.inf, True)
    for column, value, whole in zip(program.columns, done.values.tolist(), program.whole.tolist(), strict=True):
        column.set_value(float(round(value)) if whole else value, skip_validation=True)
    return Answer(done.values, done.objective, done.bound, (done.objective - done.bound) <= gap * done.objective)


def _tried(draft: Draft, start: Stage, gap: float, plans: Sequence[tuple[Floats | None, Flags | None]]) -> Stage:
    """Return whole numbers near the first plan that leaves room for them."""
    trouble: SolverError | None = None
    for old, held in plans:
        decided = strategy(start, gap, old, held)
        draft.exact = exact(draft, decided)
        stage = _counted(decided, draft)
        order = np.unique(stage.program.day[stage.program.whole & (stage.program.day >= 0)]).tolist()
        try:
            return days(stage, gap, order, old)
        except SolverError as refused:
            trouble = refused
            if start.left <= 0:
                raise
    assert trouble is not None
    raise trouble


def _at_once(stage: Stage, gap: float, known: Stage | None = None) -> Stage | None:
    """Settle everything in one search, which takes longer; return what is known already where that is cheaper.

    None where it is proven that there are no whole numbers, although there are fractions.

    Raises
    ------
    SolverError
        No whole numbers were found in time.
    """
    program = stage.program
    effort = Effort(stage.left, gap, MORE_NODES if known else MOST_NODES)
    found = program.solve(program.lower, program.upper, program.whole, effort)
    if known is not None and (found.values is None or found.objective >= known.objective):
        return known
    if found.values is None and found.optimal:
        return None
    if found.values is None:
        raise SolverError("no whole numbers were found in time; allow more time")
    return replace(stage, values=found.values, objective=found.objective, bound=max(stage.bound, found.bound))


def exact(draft: Draft, stage: Stage) -> Flags:
    """Return where agents are counted as the simulator rounds them, shape (groups, days): where the relaxation has few."""
    peak = np.zeros((len(draft.problem.groups), draft.problem.days))
    for c in np.flatnonzero(stage.program.of("coverage.agents")).tolist():
        g, i = stage.program.index[c]
        day = draft.problem.day_of[i]
        peak[g, day] = max(peak[g, day], stage.values[c])
    return (peak > NEAR) & (peak < FEW_AGENTS)


def _counted(stage: Stage, draft: Draft) -> Stage:
    """Return the stage with agents in whole numbers where they are counted exactly."""
    program = stage.program
    for c in np.flatnonzero(program.of("coverage.agents")).tolist():
        g, i = program.index[c]
        program.whole[c] = draft.exact[g, draft.problem.day_of[i]]
    return stage


def strategy(stage: Stage, gap: float, old: Floats | None = None, held: Flags | None = None) -> Stage:
    """Settle hires and lines in whole numbers: those of a plan nearby where they are good enough, else new ones.

    What whole hires cost more than parts of them is part of the bound from then on.

    Raises
    ------
    SolverError
        No whole numbers were found in time.
    """
    settled = np.isin(stage.program.kind, STRATEGIC)
    # rounds come to an end only where most of a plan stays: that is worth more than the gap
    if old is not None and held is not None:
        for reach in (CLOSE, REACH):
            near = within_reach(stage, old, np.where(held, 0.0, reach))
            kept = None if near is None else with_bought(near, settled, old) or _searched(near, settled, gap)
            if kept is not None and kept.objective <= stage.bound * (1.0 + HELD * gap):
                return replace(kept, bound=stage.bound)
    best = _searched(stage, settled, gap)
    near = None if old is None else within_reach(stage, old, REACH)
    if old is None or near is None:
        return best
    for values in (old, np.round(best.values)):
        kept = with_bought(near, settled, values)
        if kept is not None and kept.objective <= best.bound * (1.0 + KEPT_HIRES * gap):
            return replace(kept, bound=best.bound)
    return best


def _searched(stage: Stage, settled: Flags, gap: float) -> Stage:
    """Return the stage with hires and lines in whole numbers, and with the bound that their search proves."""
    if not settled.any():
        return stage
    found = stage.program.solve(stage.lower, stage.upper, settled, Effort(stage.left, HIRES_GAP * gap, NODES))
    if found.values is None:
        found = stage.program.solve(stage.lower, stage.upper, settled, Effort(stage.left, gap, 10 * NODES))
    if found.values is None:
        raise SolverError("no whole numbers of hires and lines were found in time; allow more time")
    decided = stage.within(*stage.holding(settled, np.round(found.values)))
    if decided is None:
        raise SolverError("hires and lines in whole numbers leave no relaxation; allow a greater gap")
    # plans with other sites may cost less than whole numbers do with these
    return replace(decided, bound=max(stage.bound, min(found.bound, stage.others)))


def days(stage: Stage, gap: float, order: Sequence[int], old: Floats | None = None) -> Stage:
    """Settle heads and seats, day by day; days of a plan nearby that are good enough stay as they are.

    Raises
    ------
    SolverError
        Some day has no whole numbers, even with more hires.
    """
    share = gap * stage.bound / max(len(order), 1)
    if old is not None:
        stage, order = as_they_were(stage, order, old)
    for number, day in enumerate(order):
        kept = None if old is None else as_it_was(stage, day, old, KEPT_DAY * share)
        later, allowed = order[number + 1 :], DAY_GAP * share
        stage = (
            kept
            or _alone(stage, day, later, allowed)
            or _alone(stage, day, later, allowed, WIDE)
            or _within(stage, day, order[:number], allowed)
        )
    return stage


def _alone(stage: Stage, day: int, later: Sequence[int], allowed: float, reach: float = 1.0) -> Stage | None:
    """Settle a day by itself, near the shifts and heads of the relaxation; None where later days cannot even it out."""
    program = stage.program
    today = program.day == day
    mine = today & program.whole
    heads = today & program.of("shifts.work")
    used = (stage.values > NEAR) | (reach > 1.0)
    most = np.where(used, np.ceil(stage.values) + reach, 0.0)
    lower = np.where(heads, np.maximum(stage.lower, np.floor(stage.values) - reach), stage.lower)
    upper = np.where(heads, np.minimum(stage.upper, most), stage.upper)
    beyond = (program.day < 0) & ~program.whole
    near = replace(stage, lower=lower, upper=upper)
    effort = Effort(stage.left, 0.0, DAY_NODES, 0.5 * allowed)
    values = alone(near, today | beyond, mine, np.isin(program.day, later), effort)
    if values is None:
        return None
    return stage.within(*stage.holding(mine, values))


def _within(stage: Stage, day: int, earlier: Sequence[int], allowed: float) -> Stage:
    """Settle a day with all later days in fractions; where that fails, with earlier days nearly free, then with more hires."""
    program = stage.program
    mine = program.whole & (program.day == day)
    before = program.whole & np.isin(program.day, earlier)
    hired = program.of("hires.hired")
    for wanted in (mine, mine | before, mine | before | hired):
        freed = wanted & ~mine
        lower = np.where(freed, np.maximum(stage.values - 1.0, program.lower), stage.lower)
        upper = np.where(freed, np.minimum(stage.values + 2.0, program.upper), stage.upper)
        upper = np.where(hired & wanted, program.upper, upper)
        found = program.solve(lower, upper, wanted, Effort(stage.left, 0.0, FEW_NODES, allowed))
        if found.values is not None:
            settled = stage.within(*stage.holding(wanted, np.round(found.values)))
            if settled is not None:
                return settled
    raise SolverError(f"no whole numbers of heads were found for day {day + 1}; allow more time")
