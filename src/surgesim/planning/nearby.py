"""A plan nearby: what of it stays as it is, and how far the rest may go."""

from collections.abc import Callable, Sequence

import numpy as np

from surgesim.model.staffing import available
from surgesim.planning.decision import Decision, capacity
from surgesim.planning.opening import Stage
from surgesim.planning.problem import Problem
from surgesim.planning.program import Flags, Floats, Program


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


def held_columns(program: Program, problem: Problem, loose: Flags) -> Flags:
    """Return which columns are heads of staff who serve, on their day, no queue whose service is to change."""
    served = ([problem.branches[b].queue for b in problem.skills[staff.index]] for staff in problem.staff)
    free = np.array([loose[queues].any(axis=0) for queues in served])
    found = program.of("shifts.work")
    for c in np.flatnonzero(found).tolist():
        k, _, day = program.index[c]
        found[c] = not free[k, day]
    return found


def within_reach(stage: Stage, old: Floats, reach: Floats | float) -> Stage | None:
    """Return the stage within reach of a plan, where curves and simulation agree; None where there is no way."""
    heads = stage.program.of("shifts.work")
    lower, upper = stage.holding(stage.program.of("sites.opens"), old)
    lower = np.where(heads, np.maximum(lower, old - reach), lower)
    upper = np.where(heads, np.minimum(upper, old + reach), upper)
    return stage.within(lower, upper)


def with_bought(near: Stage, settled: Flags, values: Floats) -> Stage | None:
    """Return the stage with hires and lines of another plan; None where that is impossible."""
    whole = np.all(values[settled] % 1.0 == 0.0)  # nan is not
    return near.within(*near.holding(settled, values)) if whole else None


def as_they_were(stage: Stage, order: Sequence[int], old: Floats) -> tuple[Stage, Sequence[int]]:
    """Settle all days at once on which every head is held as it was; return the other days, in order."""
    program = stage.program
    dated, free = program.whole & (program.day >= 0), program.of("shifts.work") & (stage.lower < stage.upper)
    held = [day for day in order if not np.any(free & (program.day == day))]
    mine, agents = dated & np.isin(program.day, held), program.of("coverage.agents")
    kept = stage.within(np.where(mine & ~agents, old, stage.lower), np.where(mine, old, stage.upper)) if held else None
    return (stage, order) if kept is None else (kept, [day for day in order if day not in held])


def as_it_was(stage: Stage, day: int, old: Floats, allowed: float) -> Stage | None:
    """Return the stage with a day as it was in an earlier plan; None where that is impossible or dear."""
    mine, agents = stage.program.whole & (stage.program.day == day), stage.program.of("coverage.agents")
    lower, upper = np.where(mine & ~agents, old, stage.lower), np.where(mine, old, stage.upper)
    kept = stage.within(lower, upper)
    return kept if kept is not None and kept.objective <= stage.objective + allowed else None
