"""Heaps of packed keys: 42 bits of a moment in ticks, 21 bits of who. Four children to a node; free places are ENDLESS."""

import numpy as np
from numpy.typing import NDArray

from surgesim.sim.compiled import inlined

Integers = NDArray[np.int64]
Records = NDArray[np.void]

WHO_BITS = 21
WHO_MASK = (1 << WHO_BITS) - 1
MOST = 1 << WHO_BITS
"""Most people, or agents, that a heap can tell apart."""
ENDLESS = np.iinfo(np.int64).max
LAST_TICK = (1 << 42) - 1
PADDING = 8


def new_heap(capacity: int) -> Integers:
    """Return an empty heap with room for so many keys."""
    return np.full(capacity + PADDING, ENDLESS, dtype=np.int64)


@inlined
def packed(tick: int, who: int) -> int:
    """Return the key of somebody at a moment."""
    return (min(tick, LAST_TICK) << WHO_BITS) | who


@inlined
def pushed(heap: Integers, size: int, key: int) -> int:
    """Add a key; return the new size."""
    # indices without a sign: Numba then leaves out its test for negative ones, a tenth of all the time
    place = np.uint64(size)
    while place > 0:
        parent = (place - np.uint64(1)) >> np.uint64(2)
        if heap[parent] <= key:
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = key
    return size + 1


@inlined
def least_of_four(heap: Integers, child: np.uint64) -> tuple[int, np.uint64]:
    """Return the smallest of four children, and its place: without branches, as nobody could foresee them."""
    first, second = heap[child], heap[child + np.uint64(1)]
    third, fourth = heap[child + np.uint64(2)], heap[child + np.uint64(3)]
    left, right = min(first, second), min(third, fourth)
    low, high = np.uint64(second < first), np.uint64(2) + np.uint64(fourth < third)
    return min(left, right), child + (high if right < left else low)


@inlined
def replaced(heap: Integers, size: int, key: int) -> None:
    """Replace the smallest key."""
    place, child, last = np.uint64(0), np.uint64(1), np.uint64(size)
    while child < last:
        least, best = least_of_four(heap, child)
        if least >= key:
            break
        heap[place] = least
        place = best
        child = (place << np.uint64(2)) + np.uint64(1)
    heap[place] = key


@inlined
def popped(heap: Integers, size: int) -> int:
    """Remove the smallest key; return the new size."""
    size -= 1
    key = heap[np.uint64(size)]
    heap[np.uint64(size)] = ENDLESS
    if size > 0:
        replaced(heap, size, key)
    return size


@inlined
def sooner(one: int, other: int, people: Records) -> bool:
    """Whether one contact arrives before another; at the same moment by need, then attempt."""
    if (one ^ other) >> WHO_BITS:
        return one < other
    first, second = people[one & WHO_MASK], people[other & WHO_MASK]
    if first.need != second.need:
        return bool(first.need < second.need)
    return bool(first.attempt < second.attempt)


@inlined
def called(heap: Integers, size: int, key: int, people: Records) -> int:
    """Add a contact on its way; return the new size."""
    place = size
    while place > 0:
        parent = (place - 1) >> 2
        if not sooner(key, heap[parent], people):
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = key
    return size + 1


@inlined
def soonest(heap: Integers, size: int, first: np.int64, people: Records) -> np.int64:
    """Return the place of the contact that arrives first among four children, from the first of them on."""
    best = first
    for other in (first + 1, first + 2, first + 3):
        if other < size and sooner(heap[other], heap[best], people):
            best = other
    return best


@inlined
def arrived(heap: Integers, size: int, people: Records) -> int:
    """Remove the contact that arrives next; return the new size."""
    size -= 1
    key = heap[np.uint64(size)]
    heap[np.uint64(size)] = ENDLESS
    if size == 0:
        return 0
    place, child, last = np.uint64(0), np.uint64(1), np.uint64(size)
    while child < last:
        least, best = least_of_four(heap, child)
        count, moment = 0, least | WHO_MASK
        for step in range(4):
            count += 1 if heap[child + np.uint64(step)] <= moment else 0
        if count > 1:  # several at the same moment
            best = np.uint64(soonest(heap, size, np.int64(child), people))
            least = heap[best]
        if not sooner(least, key, people):
            break
        heap[place] = least
        place = best
        child = (place << np.uint64(2)) + np.uint64(1)
    heap[place] = key
    return size
