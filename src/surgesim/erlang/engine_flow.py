"""How expected contacts travel between intervals: delays and closed doors.

All arrays hold expected counts by interval; contacts are spread evenly inside an interval. First attempts come from
``surgesim.model.load``; what is here is made to be used again and again in a fixed point.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.base.laws import Law
from surgesim.model.model import QueueModel

Floats = NDArray[np.float64]

_NODES = (np.arange(200) + 0.5) / 200.0
_TAIL = 1e-9
_ROUNDS = 60


def lag_kernel(law: Law, interval_s: float, most: int, shift_s: float = 0.0) -> Floats:
    """Return the shares of contacts that come 0, 1, 2 ... intervals after the interval of their cause.

    With the cause spread evenly over its interval, P(lag <= m) is the mean of the law's distribution function over
    delays between m and m + 1 intervals.

    Parameters
    ----------
    law : Law
        Delay, seconds.
    interval_s : float
        Length of an interval, seconds.
    most : int
        Greatest lag that matters; later ones are dropped.
    shift_s : float
        Time that passes before the delay starts, seconds.
    """
    last = min(most, int(np.ceil((float(law.quantile(1.0 - _TAIL)) + shift_s) / interval_s)) + 1)
    upper = np.arange(last + 1)[:, None] + 1.0 - _NODES
    delay = interval_s * upper - shift_s
    return np.diff(np.where(delay >= 0.0, law.cdf(np.maximum(delay, 0.0)), 0.0).mean(axis=1), prepend=0.0)


def delayed(counts: Floats, kernel: Floats) -> Floats:
    """Return counts by interval moved by a lag kernel along the last axis; what leaves the horizon is dropped."""
    from scipy.signal import fftconvolve

    shaped = kernel.reshape((1,) * (counts.ndim - 1) + (-1,))
    moved = fftconvolve(counts, shaped, mode="full", axes=-1)[..., : counts.shape[-1]]
    scale = counts.sum(axis=-1, keepdims=True)
    return np.where(moved > 1e-14 * scale, moved, 0.0)  # what is below is rounding of the transform


@dataclass(frozen=True, eq=False)
class Doors:
    """Opening hours of a queue as operators on counts by interval.

    Attributes
    ----------
    open_share : ndarray, shape (intervals,)
        Share of each interval that is open.
    gaps : ndarray, shape (intervals, gaps)
        Share of each interval that lies in each closed time.
    back : ndarray, shape (gaps, intervals)
        Where callers who met the door closed call again, as shares of those who met it in each closed time.
    """

    open_share: Floats
    gaps: Floats
    back: Floats

    @classmethod
    def of(cls, queue: QueueModel, edges: Floats) -> "Doors":
        """Return the doors of a queue; deferred work finds them always open."""
        intervals = len(edges) - 1
        if queue.deferred:
            return cls(np.ones(intervals), np.zeros((intervals, 1)), np.zeros((1, intervals)))
        opens, closes = queue.windows_s[:, 0], queue.windows_s[:, 1]
        starts, ends = np.append(edges[0], closes), np.append(opens, edges[-1])
        overlap = np.minimum(edges[1:, None], ends) - np.maximum(edges[:-1, None], starts)
        gaps = np.maximum(overlap, 0.0) / np.diff(edges)[:, None]
        back = np.zeros((len(opens) + 1, intervals))
        back[:-1] = queue.closing_returns * np.diff(queue.closing_spread.cdf(edges[None, :] - opens[:, None]), axis=1)
        back[:-1][edges[1:] <= opens[:, None]] = 0.0
        return cls(1.0 - gaps.sum(axis=1), gaps, back)

    def through(self, arrivals: Floats) -> tuple[Floats, Floats, Floats]:
        """Return contacts offered, at a closed door, and lost there, by interval; shape (..., intervals) each."""
        offered, closed, lost = (np.zeros_like(arrivals) for _ in range(3))
        gone = 1.0 - self.back.sum(axis=1)
        shut, for_good = self.gaps.sum(axis=1), self.gaps @ gone
        for _ in range(_ROUNDS):
            offered += arrivals * self.open_share
            closed += arrivals * shut
            lost += arrivals * for_good
            arrivals = arrivals @ self.gaps @ self.back
            if arrivals.sum() <= 1e-12 * (1.0 + offered.sum()):
                break
        return offered, closed, lost
