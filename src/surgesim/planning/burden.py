"""How much time must be free for deferred work, beyond the work itself, so that it is done on time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from surgesim.planning.beliefs import Beliefs, Floats
from surgesim.planning.problem import Problem
from surgesim.planning.safety import Check

LEAST, MOST = 0.7, 4.0
"""Bounds of the factor on the work."""
EAGER = 0.5
"""Relative change of the factor for each share of contacts that is missing; service is steep near the brink."""


def burdened(beliefs: Beliefs, problem: Problem, missing: Mapping[tuple[int, int], float]) -> Beliefs:
    """Return beliefs with more or less work in deferred queues.

    The curves of calls are moved by constants; nothing can be more on time than all, so for deferred work the work
    itself is taken to be more than it is.

    Parameters
    ----------
    beliefs, problem : Beliefs, Problem
        What was believed about what.
    missing : mapping from (promise, period) to float
        Share of its contacts by which being on time falls short of what was believed; negative where it went better.
    """
    burden = beliefs.burden.copy()
    for (p, r), share in missing.items():
        promise = problem.promises[p]
        place = promise.queue, promise.periods[r].intervals
        burden[place] = (burden[place] * (1.0 + EAGER * min(max(share, -0.04), 0.3))).clip(LEAST, MOST)
    return replace(beliefs, burden=burden)


def short(
    problem: Problem, believed: Mapping[tuple[int, int], float], levels: Sequence[Floats], wanted: Sequence[Floats],
    offered: Mapping[tuple[int, int], float],
) -> dict[tuple[int, int], float]:  # fmt: skip
    """Return by how much a simulation fell short of what the curves promised of deferred work, share of contacts.

    Parameters
    ----------
    problem : Problem
        What is planned.
    believed : mapping from (promise, period) to float
        Surplus by the optimisation.
    levels, wanted : sequence of ndarray, shape (periods,), by promise
        Surplus by the simulation, and the surplus that is enough.
    offered : mapping from (promise, period) to float
        Contacts.
    """
    found = {}
    for p, promise in enumerate(problem.promises):
        if promise.measure == "on_time":
            for r in range(len(promise.periods)):
                enough = min(believed[p, r], float(wanted[p][r]))
                found[p, r] = (enough - float(levels[p][r])) / max(offered[p, r], 1e-9)
    return found


def failed(problem: Problem, found: Sequence[Check]) -> dict[tuple[int, int], float]:
    """Return three times the share of contacts that a verification missed of deferred work, and a little more."""
    side = {check: problem.promises[check.promise] for check in found if not check.holds}
    return {
        (check.promise, check.period): 3.0 * max(0.0, promise.bound - check.bound) + 0.02
        for check, promise in side.items()
        if promise.measure == "on_time"
    }
