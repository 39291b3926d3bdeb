"""What each agent has learned, by day: pure functions of his number, read by both engines."""

import numpy as np
from numpy.typing import NDArray

from surgesim.model.model import Model

DAY_S = 86_400.0


def learned(model: Model) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return handling factor and whether he is a novice (1) of each agent on each day, shape (agents, days).

    Agents are numbered through all groups. The next agent of a group joins the cohort that is furthest below its share.
    """
    factors, novices = [], []
    days = np.arange(model.clock.days) * DAY_S
    for group, curve in enumerate(model.learning):
        size = int(model.agents[group].max(initial=0))
        if curve is None:
            factors.append(np.ones((size, len(days))))
            novices.append(np.zeros((size, len(days)), dtype=np.int64))
            continue
        tenure = np.array([curve.cohorts[place].tenure for place in _cohorts([one.share for one in curve.cohorts], size)])
        since = tenure.reshape(-1, 1) + days
        factors.append(1.0 + (curve.start - 1.0) * np.exp2(-since / curve.half_life))
        novices.append((since < curve.novice_for).astype(np.int64))
    return np.ascontiguousarray(np.concatenate(factors)), np.ascontiguousarray(np.concatenate(novices))


def _cohorts(shares: list[float], size: int) -> list[int]:
    """Return the cohort of each agent."""
    counts, found = np.zeros(len(shares)), []
    for number in range(1, size + 1):
        place = int(np.argmax(np.array(shares) * number - counts))
        counts[place] += 1.0
        found.append(place)
    return found
