"""A shift that the plan may fill."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ShiftChoice:
    """A shift that can be worked on any day.

    Attributes
    ----------
    name : str
        Name in the scenario.
    paid_s, break_s, night_s : float
        Paid time (overtime included), unpaid break, and paid time at night, seconds.
    cover : tuple of (ndarray of int, ndarray)
        For each day on which the shift starts: intervals, and the share of each during which its people are on duty.
    overtime_s : float
        Overtime at its end, seconds.
    start_s, end_s : float
        Start and end, seconds after the midnight of the day on which it starts.
    """

    name: str
    paid_s: float
    break_s: float
    night_s: float
    cover: tuple[tuple[Integers, Floats], ...]
    overtime_s: float = 0.0
    start_s: float = 0.0
    end_s: float = 0.0
