"""What a post brings: how many needs, and who they are. The same functions serve both engines."""

import numpy as np

from surgesim.sim.compiled import compiled
from surgesim.sim.laws import GAMMA1, GAMMA2, logarithm, mixed

MOST = 400
"""Most needs that one post brings; at a mean of 30 one post in 500 000 would bring more."""
_SHIFT = np.uint64(3)


@compiled
def brought(u: float, log_ratio: float) -> int:
    """Return how many needs a post brings: geometric, by inversion."""
    return min(int(logarithm(u) / log_ratio), MOST)


@compiled
def new_need(need: int, number: int) -> int:
    """Return the number of a need that a post brought: a hash of who posted, above the numbers of all other needs."""
    word = mixed(np.uint64(need) * GAMMA1 + np.uint64(number + 1) * GAMMA2)
    return int(word >> _SHIFT) | (1 << 61)
