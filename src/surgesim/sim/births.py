"""Births of a replication as compiled engines read them, their first marks drawn ahead."""

import threading
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from surgesim.demand.needs import Needs
from surgesim.model.model import Model
from surgesim.sim.arrays import Centre
from surgesim.sim.cache import kept_in_cache
from surgesim.sim.state import Births
from surgesim.sim.ticks import to_ticks

Integers = NDArray[np.int64]


@lru_cache(maxsize=1)
def _ahead() -> tuple[Callable[..., None], ...]:
    """Return the compiled functions of ``ahead``, from the cache folder where they are there."""
    import numba

    from surgesim.sim import ahead
    from surgesim.sim.compiled import whole
    from surgesim.sim.laws import Laws

    many, key, seconds = numba.int64[::1], numba.uint64, numba.float64[::1]
    laws = numba.types.NamedTuple((many, many, many, seconds), Laws)
    signatures = (
        (ahead.place, (numba.int64[:, ::1], seconds, numba.int64, key, many, many, many)),
        (ahead.gather, (many,) * 5),
        (ahead.draw, (laws, many, seconds, key, many, many, seconds)),
    )
    with kept_in_cache() as kept:
        return tuple(whole(function, numba.void(*kinds), cache=kept) for function, kinds in signatures)


def births_of(model: Model, centre: Centre, seed: int, replication: int) -> Births:
    """Return the needs of a replication in ticks, those of one tick in the order of their numbers."""
    from surgesim.sim.kernel_marks import PATIENCE, TALK, keys_of

    tick, stream, need, spare = ordered(model.needs, centre.horizon - 1, seed, replication)
    keys, rules = keys_of(seed, replication), centre.queues[centre.streams["queue"]]
    _, _, draw = _ahead()
    talk, patience = (room.view(np.float64) for room in spare)
    means = np.zeros(len(rules))
    for seconds, law, key in ((talk, "talk", TALK), (patience, "patience", PATIENCE)):
        draw(centre.laws, rules[law].copy(), means, keys[key], stream, need, seconds)
    return Births(tick, stream, need, talk, patience)


class _Rooms(threading.local):
    """Memory for the births of one replication, used again by the next one of the same thread."""

    def __init__(self) -> None:
        self.rows = [np.empty(0, dtype=np.int64)] * 5

    def of(self, size: int) -> list[Integers]:
        """Return five arrays of whole numbers; those of an earlier call are lost."""
        if len(self.rows[0]) < size:
            self.rows = []  # given back before more is taken
            self.rows = [np.empty(size + size // 64, dtype=np.int64) for _ in range(5)]
        return [row[:size] for row in self.rows]


_ROOMS = _Rooms()


def ordered(
    needs: Needs, last: int, seed: int, replication: int
) -> tuple[Integers, Integers, Integers, tuple[Integers, Integers]]:
    """Return tick (``last`` at most), stream and number of each need: those of ``Needs.births``, in less time.

    The last two arrays are free, for their marks. All five are lost when the same thread calls again.
    """
    from surgesim.sim.ahead import arrival_key, counts_of

    counts = counts_of(needs, seed, replication)
    if counts is None:
        born = needs.births(seed, replication)
        tick = np.minimum(to_ticks(born.time_s), last)
        order = np.lexsort((born.need, tick))
        spare = (np.empty(len(order), dtype=np.int64), np.empty(len(order), dtype=np.int64))
        return tick[order], born.stream[order].astype(np.int64), born.need[order].astype(np.int64), spare
    place, gather, _ = _ahead()
    tick, streams, numbers, stream, need = _ROOMS.of(int(counts.sum()))
    place(counts, needs.edges_s, last, arrival_key(seed, replication), tick, streams, numbers)
    tick.sort()
    gather(tick, streams, numbers, stream, need)
    return tick, stream, need, (streams, numbers)
