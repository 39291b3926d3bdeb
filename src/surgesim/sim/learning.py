"""What each agent has learned, by day: pure functions of his number, read by both engines."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from surgesim.model.model import Model
from surgesim.model.tenure import factor, mixed
from surgesim.scenario.work import Learning

Floats = NDArray[np.float64]


def learned(model: Model) -> tuple[Floats, NDArray[np.int64]]:
    """Return handling factor and whether he is a novice (1) of each agent on each day, shape (agents, days).

    Agents are numbered through all groups. The next agent of a group joins the cohort that is furthest below its share;
    on days on which people begin to work, all are assigned anew.
    """
    factors, novices = [], []
    days = model.clock.days
    nobody_new = np.concatenate([[1.0], np.zeros(days)])
    for group, curve in enumerate(model.learning):
        size = int(model.agents[group].max(initial=0))
        if curve is None:
            factors.append(np.ones((size, days)))
            novices.append(np.zeros((size, days), dtype=np.int64))
            continue
        joined = nobody_new if model.joined is None else model.joined[group]
        since = np.stack(list(_tenures(curve, joined, days, size)), axis=1)
        factors.append(factor(curve, since))
        novices.append((since < curve.novice_for).astype(np.int64))
    return np.ascontiguousarray(np.concatenate(factors)), np.ascontiguousarray(np.concatenate(novices))


def _tenures(curve: Learning, joined: Floats, days: int, size: int) -> Iterator[Floats]:
    """Yield the tenure of each agent on each day, shape (agents,)."""
    known: list[float] = []
    places: list[int] = []
    for day in range(days):
        tenure, share = mixed(curve, joined, day)
        if share.tolist() != known:
            known, places = share.tolist(), _cohorts(share.tolist(), size)
        yield tenure[places]


def _cohorts(shares: list[float], size: int) -> list[int]:
    """Return the cohort of each agent."""
    counts, found = np.zeros(len(shares)), []
    for number in range(1, size + 1):
        place = int(np.argmax(np.array(shares) * number - counts))
        counts[place] += 1.0
        found.append(place)
    return found
