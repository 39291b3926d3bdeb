"""From the relaxation to whole numbers in stages: sites, then hires and lines, then heads day by day.

Handing the whole integer programme to the solver takes minutes: a few decisions couple everything (sites, hires,
lines), and hundreds of head counts follow from them. Sites prove a bound; the head counts of each day are found one day
after the other in a programme of that day alone, and the relaxation of the later days evens out what rounding left over.
Searches end by nodes, not by seconds: the clock is only the outer limit.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from surgesim.base.errors import SolverError
from surgesim.model.staffing import available
from surgesim.planning.decision import Decision, capacity
from surgesim.planning.draft import Draft
from surgesim.planning.opening import NEAR, Stage, sites
from surgesim.planning.part import alone
from surgesim.planning.problem import Problem
from surgesim.planning.program import Answer, Effort, Flags, Floats, Program
from surgesim.planning.solve import relative_gap

BOUGHT = ("equipment.lots", "lines.lots", "standby.reserved", "standby.activated")
STRATEGIC = ("hires.hired", "sites.opens", *BOUGHT)
REACH = 3.0
"""Heads by which a shift may differ from a plan nearby."""
FEW_AGENTS = 10.0
"""Agents of a group on a day below which rounding them down counts for much: 15 % off 5 heads are 4 agents, not 4.25."""
DAY_GAP = 0.8
"""Share of the gap asked for at which the whole numbers of a day are good enough."""
KEPT_HIRES, KEPT_DAY = 0.2, 0.4
"""Shares of the gap for which hires and lines, and days, of a plan nearby are kept rather than found anew."""
HELD = 1.5
"""Factor on what a day may cost more than by the relaxation, where a plan is kept as it is wherever possible."""
NODES, DAY_NODES, FEW_NODES = 50, 50, 5
"""Nodes of the search for hires and lines, for the heads of one day alone, and for those of a day within the whole."""

POOR, MORE_NODES, MOST_NODES = 0.1, 300, 2_000
"""Gap from which on everything is settled in one search as well; its nodes then, and where there is no plan yet."""


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
        Keep more of the nearby plan, even where it is a little dear: only what is not enough changes.

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
    start = start if old is None else _near(start, old)
    dear = HELD if hold else 1.0
    done: Stage | None
    try:
        decided = strategy(start, gap, old, dear)
        draft.exact = exact(draft, decided)
        done = days(_counted(decided, draft), gap, old, dear)
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


def values_of(program: Program, problem: Problem, near: Decision) -> Floats:
    """Return the values of the columns that a plan decides; nan for the others."""
    found = np.full(len(program.lower), np.nan)
    heads = capacity(problem, near).heads
    staff = {member.index: member for member in problem.staff}
    at: dict[str, Callable[..., float]] = {
        "coverage.agents": lambda g, i: float(available(heads[g, i], staff[g].shrinkage)),
        "shifts.work": lambda k, s, d: float(near.work[k][s, d]),
        "hires.hired": lambda k, o: float(near.hired[k][o]),
        "sites.opens": lambda j, d: float(near.opens[j] == d),
        "lines.lots": lambda t: float(near.lots[t]),
        "equipment.lots": lambda j: float(problem.sites[j].lots_for(int(near.added[j].max()))),
        "seats.added": lambda j, d: float(near.added[j, d]),
        "standby.reserved": lambda n: float(near.reserved[n]),
        "standby.activated": lambda n, o: float(near.activated[n, o]),
    }
    for c in np.flatnonzero(np.isin(program.kind, list(at))):
        index = program.index[c]
        found[c] = at[program.kind[c]](*(index if isinstance(index, tuple) else (index,)))
    return found


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


def _near(stage: Stage, old: Floats) -> Stage:
    """Return the stage within reach of a plan, where curves and simulation agree; the stage itself where there is no way."""
    heads = stage.program.of("shifts.work")
    lower, upper = stage.holding(stage.program.of("sites.opens"), old)
    lower = np.where(heads, np.maximum(lower, old - REACH), lower)
    upper = np.where(heads, np.minimum(upper, old + REACH), upper)
    return stage.within(lower, upper) or stage


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
        kept = stage.within(*stage.holding(settled, old))
        if kept is not None and kept.objective <= stage.bound * (1.0 + KEPT_HIRES * gap * dear):
            return kept
    few = program.of("hires.hired") & (stage.values < NEAR)
    whole = (program.of("hires.hired") & ~few) | np.isin(program.kind, BOUGHT)
    upper = np.where(few, 0.0, stage.upper)
    if not whole.any():
        return stage.within(stage.lower, upper) or stage
    found = program.solve(stage.lower, upper, whole, Effort(stage.left, DAY_GAP * gap, NODES))
    if found.values is None:
        whole |= few
        found = program.solve(stage.lower, stage.upper, whole, Effort(stage.left, gap, 10 * NODES))
    if found.values is None:
        raise SolverError("no whole numbers of hires and lines were found in time; allow more time")
    decided = stage.within(*stage.holding(settled, np.round(found.values)))
    if decided is None:
        raise SolverError("hires and lines in whole numbers leave no relaxation; allow a greater gap")
    return decided


def days(stage: Stage, gap: float, old: Floats | None = None, dear: float = 1.0) -> Stage:
    """Settle heads and seats, day by day; days of a plan nearby that are good enough stay as they are.

    Raises
    ------
    SolverError
        Some day has no whole numbers, even with more hires.
    """
    program = stage.program
    dated = np.unique(program.day[program.whole & (program.day >= 0)]).tolist()
    share = gap * stage.bound / max(len(dated), 1)
    for day in dated:
        kept = None if old is None else _keep(stage, day, old, dear * KEPT_DAY * share)
        stage = kept or _alone(stage, day, DAY_GAP * share) or _within(stage, day, DAY_GAP * share)
    return stage


def _keep(stage: Stage, day: int, old: Floats, allowed: float) -> Stage | None:
    """Return the stage with a day as it was in an earlier plan; None where that is impossible or dear."""
    mine, agents = stage.program.whole & (stage.program.day == day), stage.program.of("coverage.agents")
    lower, upper = np.where(mine & ~agents, old, stage.lower), np.where(mine, old, stage.upper)
    kept = stage.within(lower, upper)
    return kept if kept is not None and kept.objective <= stage.objective + allowed else None


def _alone(stage: Stage, day: int, allowed: float) -> Stage | None:
    """Settle a day by itself, near the shifts and heads of the relaxation; None where later days cannot even it out."""
    program = stage.program
    today = program.day == day
    mine = today & program.whole
    heads = today & program.of("shifts.work")
    most = np.where(stage.values > NEAR, np.ceil(stage.values) + 1.0, 0.0)
    lower = np.where(heads, np.maximum(stage.lower, np.floor(stage.values) - 1.0), stage.lower)
    upper = np.where(heads, np.minimum(stage.upper, most), stage.upper)
    beyond = (program.day < 0) & ~program.whole
    near = replace(stage, lower=lower, upper=upper)
    effort = Effort(stage.left, 0.0, DAY_NODES, 0.5 * allowed)
    values = alone(near, today | beyond, mine, program.day > day, effort)
    if values is None:
        return None
    return stage.within(*stage.holding(mine, values))


def _within(stage: Stage, day: int, allowed: float) -> Stage:
    """Settle a day with all later days in fractions; where that fails, with earlier days nearly free, then with more hires."""
    program = stage.program
    mine = program.whole & (program.day == day)
    before = program.whole & (program.day >= 0) & (program.day < day)
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
    raise SolverError(f"no whole numbers of heads were found for day {day + 1} and after; allow more time")
