"""Births that several simulations share: drawn once for the same needs, laws, seed and replication.

Births with the marks of their first attempts are pure functions of those, and take a third of the time of a simulation:
who asks one demand with many staffings keeps them, and gets the same numbers.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import ref

from surgesim.model.model import Model

if TYPE_CHECKING:
    from surgesim.sim.arrays import Centre
    from surgesim.sim.state import Births

MOST_BYTES = 256_000_000
Family = tuple[Any, ...]


class KeptBirths:
    """Births as they were drawn, by needs, laws, seed and replication; safe to use from several threads.

    Models share births where they have the same ``Needs``, as one object: those of ``Model.with_capacity``, and those that
    are built with ``build(scenario, known)``. Births go when their needs do.

    Parameters
    ----------
    most_bytes : int
        Most memory for births. Those of other needs, laws or seeds make room, of the longest unused first; never those of
        the same ones, of which as many replications are kept as there is room for.

    Attributes
    ----------
    bytes : int
        Memory that is taken.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes, self.bytes = most_bytes, 0
        self._lock = threading.Lock()
        self._families: OrderedDict[Family, dict[int, Births]] = OrderedDict()

    def of(self, model: Model, centre: "Centre", seed: int) -> "Callable[[int], Births]":
        """Return what gives the births of a replication: those of :func:`~surgesim.sim.births.births_of`."""
        from surgesim.sim.births import births_of

        queues = [model.queues[place] for place in centre.streams["queue"].tolist()]
        family = (ref(model.needs), centre.horizon, seed, repr([(queue.talk, queue.patience) for queue in queues]))

        def births(replication: int) -> "Births":
            found = self._kept(family, replication)
            if found is None:
                found = births_of(model, centre, seed, replication)
                self._keep(family, replication, found)
            return found

        return births

    def _kept(self, family: Family, replication: int) -> "Births | None":
        with self._lock:
            if family not in self._families:
                return None
            self._families.move_to_end(family)
            return self._families[family].get(replication)

    def _keep(self, family: Family, replication: int, births: "Births") -> None:
        size = _size(births)
        with self._lock:
            for gone in [other for other in self._families if other[0]() is None]:
                self._drop(gone)
            while self.bytes + size > self.most_bytes and any(other != family for other in self._families):
                self._drop(next(other for other in self._families if other != family))
            kept = self._families.setdefault(family, {})
            self._families.move_to_end(family)
            if self.bytes + size <= self.most_bytes and replication not in kept:
                # a copy: the memory of births is used again by the next replication of the thread
                tick, stream, need, talk, patience = births
                kept[replication] = type(births)(tick.copy(), stream.copy(), need.copy(), talk.copy(), patience.copy())
                self.bytes += size

    def _drop(self, family: Family) -> None:
        self.bytes -= sum(map(_size, self._families.pop(family).values()))


def _size(births: "Births") -> int:
    return sum(array.nbytes for array in births)
