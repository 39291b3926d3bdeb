"""One number over several sites: in a simulation each site has a branch of the queue, in the results they are one.

The first branch keeps the place of the queue; the others come after all queues, so that whatever names a queue names
its first branch. A contact is given to a branch when it reaches the number, whichever branch it was sent to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.model.model import Model
from surgesim.result.tables import Axes
from surgesim.sim.counts import Counts

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Branched(Model):
    """A model whose queues are branches; ``queue_of``, ``site_of`` and ``share_of`` have one entry for each.

    ``site_of`` is -1 where a queue is not shared; ``away`` tells which groups serve a branch only after a while.
    """

    queue_of: tuple[int, ...] = ()
    site_of: tuple[int, ...] = ()
    share_of: tuple[float, ...] = ()
    away: Any = None

    def next_of(self) -> list[int]:
        """Return the next branch of the same queue, -1 after the last."""
        places = range(len(self.queue_of))
        return [next((k for k in places if k > b and self.queue_of[k] == self.queue_of[b]), -1) for b in places]

    def closed_to(self) -> Flags:
        """Return in which intervals a branch is given no contact: while its site is lost, if others take its share."""
        closed = np.zeros((len(self.queue_of), self.clock.n_intervals), dtype=np.bool_)
        for branch, site in enumerate(self.site_of):
            sharing, there = self.queues[branch].sharing, self.group_site == site
            if sharing is not None and sharing.rule != "siloed":
                closed[branch] = self.lost[there].all(axis=0)
        return closed


def branched(model: Model) -> Branched:
    """Return a model with a branch for each site of a shared queue; one that has them already as it is."""
    if isinstance(model, Branched):
        return model
    queue_of, site_of, share_of = _branches(model)
    skills = tuple(_skills(model, group, queue_of, site_of) for group in range(len(model.groups)))
    fields = {name: getattr(model, name) for name in Model.__dataclass_fields__}
    fields |= {"queues": tuple(replace(model.queues[queue]) for queue in queue_of), "skills": skills}
    sites = np.array(site_of)
    away = (sites >= 0) & (sites != model.group_site[:, None])
    return Branched(**fields, queue_of=queue_of, site_of=site_of, share_of=share_of, away=away)


def _branches(model: Model) -> tuple[tuple[int, ...], tuple[int, ...], tuple[float, ...]]:
    """Return queue, site and share of each branch."""
    first, more = [], []
    for place, queue in enumerate(model.queues):
        shares = (
            [] if queue.sharing is None else [(model.sites.index(site), share) for site, share in queue.sharing.shares.items()]
        )
        branches = [(place, site, share) for site, share in shares] or [(place, -1, 1.0)]
        first.append(branches[0])
        more += branches[1:]
    queues, sites, shares_ = zip(*first, *more, strict=True)
    return queues, sites, shares_


def _skills(model: Model, group: int, queue_of: Sequence[int], site_of: Sequence[int]) -> tuple[int, ...]:
    """Return the branches that a group serves: its own in the order of its skills, then those it helps."""
    own, helped = [], []
    for queue in model.skills[group]:
        sharing = model.queues[queue].sharing
        for branch in (branch for branch, of in enumerate(queue_of) if of == queue):
            if site_of[branch] in (-1, model.group_site[group]):
                own.append(branch)
            elif sharing is not None and sharing.rule == "overflow":
                helped.append(branch)
    return (*own, *helped)


def axes_of(model: Model) -> Axes:
    """Return the axes of a run; a model that has its branches already gives a row for each of them."""
    axes = Axes.of(model.scenario)
    if not isinstance(model, Branched):
        return axes
    sites = [f" at {model.sites[site]}" if site >= 0 else "" for site in model.site_of]
    queues = tuple(axes.queues[queue] + at for queue, at in zip(model.queue_of, sites, strict=True))
    return replace(axes, queues=queues, deferred=tuple(axes.deferred[queue] for queue in model.queue_of))


def together(model: Branched, counts: Counts, queues: int) -> Counts:
    """Return counters and log with the branches of each queue as one."""
    if len(model.queue_of) == queues:
        return counts
    tables = [np.ascontiguousarray(array[:, :queues]) for array in (counts.queues, counts.waits)]
    for branch in range(queues, len(model.queue_of)):
        for table, array in zip(tables, (counts.queues, counts.waits), strict=True):
            table[:, model.queue_of[branch]] += array[:, branch]
    if counts.log is not None:
        counts.log["queue"] = np.array(model.queue_of)[counts.log["queue"]]
    return replace(counts, queues=tables[0], waits=tables[1])
