"""Queues that sites share: to a plan each site has a desk of its own, with its share of the contacts.

What a promise about the queue has is the sum over these desks, each of which has its own curves and is calibrated by its own
simulated counters. Where calls overflow to other sites, the truth lies between desks of their own and one desk for all: help
that comes before a call is late counts as if any site could take any call; later help is left to the calibration.
"""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from surgesim.model.model import Model, QueueModel
from surgesim.planning.promise import Branch, Promise
from surgesim.sim.branches import Branched, branched

Skills = tuple[tuple[int, ...], ...]


def branches(model: Model, promises: Iterable[Promise]) -> tuple[tuple[Branch, ...], Skills]:
    """Return the branches of all queues, and those that each group serves; no branches where no queue is shared.

    Parameters
    ----------
    model : Model
        Its queues may be shared among sites.
    promises : iterable of Promise
        What is promised: it says by when help comes too late.
    """
    if not any(queue.sharing is not None for queue in model.queues):
        return (), model.skills
    whole = branched(model)
    late = [_late_s(model.queues[queue], [one for one in promises if one.queue == queue]) for queue in whole.queue_of]
    helps = [queue.sharing is not None and (queue.sharing.after or 0.0) < late[b] for b, queue in enumerate(whole.queues)]
    skills = tuple(tuple(b for b in mine if helps[b] or not whole.away[g, b]) for g, mine in enumerate(whole.skills))
    places = zip(whole.queue_of, whole.site_of, _shares(whole), strict=True)
    return tuple(Branch(queue, site, share) for queue, site, share in places), skills


def _late_s(queue: QueueModel, promises: Iterable[Promise]) -> float:
    """Return the wait from which on help does little for a promise, seconds: the shortest one of them all."""
    within = {
        "service_level": queue.answer_within_s, "answer_rate": queue.patience.mean, "abandonment": queue.patience.mean,
        "on_time": queue.deadline_s,
    }  # fmt: skip
    return min((within.get(promise.measure, math.inf) for promise in promises), default=math.inf)


def _shares(whole: Branched) -> NDArray[np.float64]:
    """Return the share of its queue that each branch takes, shape (branches, intervals): closed ones leave theirs to others."""
    queue_of = np.array(whole.queue_of)
    taken = np.where(whole.closed_to(), 0.0, np.array(whole.share_of)[:, None])
    for queue in range(int(queue_of.max()) + 1):
        mine = np.flatnonzero(queue_of == queue)
        total = taken[mine].sum(axis=0)
        taken[mine] /= np.where(total > 0, total, 1.0)
        taken[mine[0], total == 0] = 1.0  # with every site lost, all wait at the first one
    return taken
