"""Compiled: births of a replication in order, and the marks of first attempts drawn ahead, all at once.

Marks are pure functions of their need, so drawing them early changes nothing; draws that do not depend on each other
overlap in the processor and take a third of the time of one that the event loop has to wait for.
"""

import numpy as np
from numpy.typing import NDArray

from surgesim.base.streams import Purpose, poissons, stream_key, uniforms
from surgesim.demand.needs import ORDINAL_BITS, Needs
from surgesim.sim.heaps import WHO_BITS, WHO_MASK
from surgesim.sim.kernel_marks import drawn
from surgesim.sim.laws import KIND_EXPONENTIAL, Laws, log_rest, uniform
from surgesim.sim.ticks import TICKS_PER_S

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def counts_of(needs: Needs, seed: int, replication: int) -> Integers | None:
    """Return the needs of each stream and interval as ``Needs.births`` counts them; None where it must do it itself."""
    if type(needs).births is not Needs.births:
        return None
    expected = needs.intensity(seed, replication)
    cells = np.arange(expected.size, dtype=np.int64).reshape(expected.shape)
    some = expected > 0.0
    counts = np.zeros(expected.shape, dtype=np.int64)
    counts[some] = poissons(expected[some], uniforms(seed, replication, cells[some], 0, Purpose.ARRIVAL_COUNT))
    counts = needs.listed(expected, counts)
    fits = counts.max(initial=0) < 1 << ORDINAL_BITS and counts.sum() <= WHO_MASK
    return counts if fits else None


def arrival_key(seed: int, replication: int) -> np.uint64:
    """Return the key of the marks that place births in their intervals."""
    return np.uint64(stream_key(seed, replication, Purpose.ARRIVAL_TIME))


def place(counts: Integers, edges_s: Floats, last: int, key: np.uint64, keys: Integers, stream: Integers, need: Integers) -> None:
    """Fill the needs, stream by stream, and a key of each that sorts by tick, then by number."""
    count = np.uint64(0)
    for row in range(counts.shape[0]):
        for interval in range(counts.shape[1]):
            first = (row * counts.shape[1] + interval) << ORDINAL_BITS
            start, length = edges_s[interval], edges_s[interval + 1] - edges_s[interval]
            for number in range(counts[row, interval]):
                seconds = start + uniform(key, first + number, 0) * length
                tick = min(int(seconds * TICKS_PER_S + 0.5), last)
                keys[count] = (tick << WHO_BITS) | np.int64(count)
                stream[count] = row
                need[count] = first + number
                count += np.uint64(1)


def gather(keys: Integers, streams: Integers, needs: Integers, stream: Integers, need: Integers) -> None:
    """Fill streams and needs in the order of sorted keys; leave of each key its tick."""
    for number in range(keys.size):
        one = np.uint64(keys[number] & WHO_MASK)
        keys[number] >>= WHO_BITS
        stream[number] = streams[one]
        need[number] = needs[one]


def draw(laws: Laws, law: Integers, mean: Floats, key: np.uint64, stream: Integers, need: Integers, seconds: Floats) -> None:
    """Fill the duration that the mark of each need's first attempt draws from the law of its stream; ``mean`` is room."""
    plain = True
    for row in range(law.size):
        plain = plain and laws.kind[law[row]] == KIND_EXPONENTIAL
        mean[row] = laws.parameters[laws.start[law[row]]] if plain else 0.0
    if plain:  # simple loops, of which the compiler takes several rounds at once
        for number in range(need.size):
            seconds[number] = log_rest(uniform(key, need[number], 1))
        for number in range(need.size):
            seconds[number] *= -mean[np.uint64(stream[number])]
    else:
        for number in range(need.size):
            seconds[number] = drawn(laws, law[stream[number]], key, need[number], 1)
