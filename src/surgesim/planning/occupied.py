"""Work that agents must do, beside the time they are there: what promises about occupancy weigh up."""

import numpy as np
from numpy.typing import NDArray

from surgesim.planning.beliefs import Beliefs
from surgesim.planning.decision import Capacity
from surgesim.planning.draft import Draft
from surgesim.planning.effective import present
from surgesim.planning.problem import Problem

Floats = NDArray[np.float64]


def demanded(problem: Problem, beliefs: Beliefs, p: int) -> Floats:
    """Return the work of every queue that the groups of a promise serve, by interval, shape (intervals,).

    In contacts of the promise's queue; everybody is taken to be served, and the calibration corrects the difference.
    """
    promise = problem.promises[p]
    weight = beliefs.by_interval(problem, p)
    for r, period in enumerate(promise.periods):
        weight[:, period.intervals] *= beliefs.scale[p][r][:, None]
    queues = sorted({problem.branches[b].queue for g in promise.groups for b in problem.skills[g]})
    contacts = np.einsum("ri,riq->iq", weight, beliefs.counts[..., queues])
    return np.asarray(contacts @ beliefs.aht_s[queues] / promise.unit_s)


def occupied_surplus(draft: Draft, beliefs: Beliefs, capacity: Capacity) -> dict[tuple[int, int], float]:
    """Return the surplus of promises about occupancy as the optimisation counts it, by (promise, period).

    The cap times the time of the agents that are there, less the work; without the constants of calibration.
    """
    problem, found = draft.problem, {}
    there = present(draft, capacity) * problem.interval_s
    for p, promise in enumerate(problem.promises):
        if promise.measure != "occupancy":
            continue
        spare = promise.bound * there[list(promise.groups)].sum(axis=0) / promise.unit_s - demanded(problem, beliefs, p)
        for r, period in enumerate(promise.periods):
            found[p, r] = float(spare[period.intervals].sum())
    return found
