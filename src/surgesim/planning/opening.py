"""Which sites open: every combination is looked at, and together they prove a bound."""

import itertools
import time
from dataclasses import dataclass, replace

import numpy as np

from surgesim.planning.draft import Draft
from surgesim.planning.program import Answer, Effort, Floats, Program

MOST_COMBINATIONS = 16
"""Greatest number of combinations of sites that are looked at one by one."""
NEAR = 1e-6


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
