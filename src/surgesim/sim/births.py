"""Births of a replication as compiled engines read them, their first marks drawn ahead."""

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
    from surgesim.sim.laws import Laws

    many, key, seconds = numba.int64[::1], numba.uint64, numba.float64[::1]
    laws = numba.types.NamedTuple((many, many, many, seconds), Laws)
    signatures = (
        (ahead.place, (numba.int64[:, ::1], seconds, numba.int64, key, many, many, many)),
        (ahead.gather, (many,) * 5),
        (ahead.draw, (laws, many, seconds, key, many, many, seconds)),
    )
    with kept_in_cache() as kept:
        return tuple(
            numba.njit(numba.void(*kinds), nogil=True, error_model="numpy", cache=kept, _nrt=False)(function)
            for function, kinds in signatures
        )


def births_of(model: Model, centre: Centre, seed: int, replication: int) -> Births:
    """Return the needs of a replication in ticks, those of one tick in the order of their numbers."""
    from surgesim.sim.kernel_marks import PATIENCE, TALK, keys_of

    tick, stream, need = ordered(model.needs, centre.horizon - 1, seed, replication)
    keys, rules = keys_of(seed, replication), centre.queues[centre.streams["queue"]]
    _, _, draw = _ahead()
    drawn, room = np.empty((2, len(need))), np.zeros(len(rules))
    for seconds, law, key in ((drawn[0], "talk", TALK), (drawn[1], "patience", PATIENCE)):
        draw(centre.laws, rules[law].copy(), room, keys[key], stream, need, seconds)
    return Births(tick, stream, need, drawn[0], drawn[1])


def ordered(needs: Needs, last: int, seed: int, replication: int) -> tuple[Integers, Integers, Integers]:
    """Return tick (``last`` at most), stream and number of each need: those of ``Needs.births``, in less time."""
    from surgesim.sim.ahead import arrival_key, counts_of

    counts = counts_of(needs, seed, replication)
    if counts is None:
        born = needs.births(seed, replication)
        tick = np.minimum(to_ticks(born.time_s), last)
        order = np.lexsort((born.need, tick))
        return tick[order], born.stream[order].astype(np.int64), born.need[order].astype(np.int64)
    place, gather, _ = _ahead()
    total = int(counts.sum())
    tick, streams, numbers = (np.empty(total, dtype=np.int64) for _ in range(3))
    place(counts, needs.edges_s, last, arrival_key(seed, replication), tick, streams, numbers)
    tick.sort()
    stream, need = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64)
    gather(tick, streams, numbers, stream, need)
    return tick, stream, need
