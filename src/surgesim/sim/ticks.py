"""The grain of simulated time: 2^-16 s, 15 microseconds.

Every duration is rounded to whole ticks once. Sums and differences of times are then exact, in ticks as in seconds
(multiples of 2^-16 have exact floats), so two engines that follow the same rules agree to the last bit, in whatever
order they add.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

TICKS_PER_S = 65536.0
TICK_BITS = 42
"""Bits of a moment in ticks: 776 days, twice the longest horizon."""
LONGEST = 1 << 40
"""Longest duration in ticks, 194 days; longer ones are cut to it, and a patience so long never ends."""
LONGEST_S = LONGEST / TICKS_PER_S
GRACE_S = 86_400.0
"""After the horizon people are still served, for at most this long."""


def to_ticks(seconds: ArrayLike) -> NDArray[np.int64]:
    """Return seconds in whole ticks, the nearest one."""
    return np.asarray(np.floor(np.asarray(seconds, dtype=np.float64) * TICKS_PER_S + 0.5), dtype=np.int64)


def on_grid(seconds: float) -> float:
    """Return seconds moved to the nearest tick."""
    return min(math.floor(min(seconds, LONGEST_S) * TICKS_PER_S + 0.5), LONGEST) / TICKS_PER_S


def moment(seconds: float) -> float:
    """Return a moment, seconds from the start of the horizon, moved to the nearest tick; moments are never cut."""
    return math.floor(seconds * TICKS_PER_S + 0.5) / TICKS_PER_S
