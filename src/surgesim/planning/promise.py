"""What is promised, and where it must hold, as plain numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Period:
    """An interval, a day, a week or the whole horizon, as far as a queue is concerned.

    Attributes
    ----------
    name : str
        Name to print: a date (with the time of an interval), a week, or ``horizon``.
    intervals : ndarray of int
        Its intervals.
    """

    name: str
    intervals: Integers


@dataclass(frozen=True, eq=False)
class Branch:
    """What one site takes of a queue; all of it where the queue is not shared among sites.

    Attributes
    ----------
    queue, site : int
        Index of the queue, and of the site; -1 where all sites share one queue.
    share : ndarray, shape (intervals,)
        Share of the queue's contacts.
    """

    queue: int
    site: int
    share: Floats


@dataclass(frozen=True, eq=False)
class Part:
    """What a promise has at one branch of its queue: its surplus is the sum over all of them.

    Attributes
    ----------
    promise, branch : int
        Position of the promise, and of the branch.
    share : ndarray, shape (intervals,)
        Share of the queue's contacts that the branch takes.
    """

    promise: int
    branch: int
    share: Floats


@dataclass(frozen=True, eq=False)
class Promise:
    """A target with the periods in which it must hold.

    Attributes
    ----------
    queue : int
        Index of the queue.
    queue_name, measure, of : str
        Name of the queue, the measure, and the denominator of a service level.
    bound : float
        Promised value, share.
    at_least : bool
        Whether more is better.
    periods : tuple of Period
        Where it must hold.
    groups : tuple of int
        Groups whose occupancy it is about; none for other measures.
    unit_s : float
        Agent-seconds of one contact, in which the surplus of an occupancy is counted.
    """

    queue: int
    queue_name: str
    measure: str
    of: str
    bound: float
    at_least: bool
    periods: tuple[Period, ...]
    groups: tuple[int, ...] = ()
    unit_s: float = 1.0

    @property
    def title(self) -> str:
        """What is promised, in words."""
        side = "at least" if self.at_least else "at most"
        return f"{self.measure} of {self.queue_name} {side} {self.bound:.1%}"
