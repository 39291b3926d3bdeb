"""Quantiles of waits from the histogram, with intervals after Woodruff.

The histogram keeps counts in bins, so a quantile is known up to its bin; inside the bin waits are taken to be spread
evenly (linear interpolation). The first bin is no wait at all; in the last, open bin the lower edge is returned: the
wait is at least that long.
The interval is Woodruff's (1952): the jackknife error of the share of waits up to the quantile, carried back
through the same distribution function. The longest wait is the upper edge of the highest bin in use.
"""

import numpy as np
from numpy.typing import NDArray

from surgesim.result.counters import WAIT_EDGES_S
from surgesim.result.estimates import Floats, divide, jackknife_error, leave_one_out, student
from surgesim.result.measures import Measure
from surgesim.result.tables import BINS

_EDGES = np.array(WAIT_EDGES_S)


def interpolated(counts: Floats, probability: Floats) -> Floats:
    """Return quantiles of histograms.

    Parameters
    ----------
    counts : ndarray, shape (groups, bins)
        Waits in each bin.
    probability : ndarray, shape (groups,)
        Probability asked of each; ``nan`` gives ``nan``.
    """
    total = counts.sum(axis=1)
    cumulative = np.cumsum(counts, axis=1)
    asked = np.nan_to_num(probability) * total
    index = np.minimum((cumulative < asked[:, None] * (1.0 - 1e-12)).sum(axis=1), BINS - 1)
    rows = np.arange(len(counts))
    inside = counts[rows, index]
    share = divide(asked - (cumulative[rows, index] - inside), inside)
    lower, upper = _EDGES[index], _EDGES[index + 1]
    width = np.where(np.isfinite(upper), upper - lower, 0.0)
    value = np.where(index == 0, 0.0, lower + np.nan_to_num(np.clip(share, 0.0, 1.0)) * width)
    return np.where((total > 0) & ~np.isnan(probability), value, np.nan)


def longest(counts: Floats) -> Floats:
    """Return the upper edge of the highest bin in use (the lower one of the open bin), ``nan`` where there is none."""
    used = counts > 0
    top = BINS - 1 - np.argmax(used[:, ::-1], axis=1)
    edge = np.where(top == BINS - 1, _EDGES[BINS - 1], _EDGES[top + 1])
    return np.where(used.any(axis=1), edge, np.nan)


def wait_measure(measure: Measure, counts: Floats, confidence: tuple[float, float]) -> tuple[Floats, Floats, Floats]:
    """Return value, low and high of a wait measure.

    Parameters
    ----------
    measure : Measure
        A quantile, or the longest wait.
    counts : ndarray, shape (replications, groups, bins, 2)
        Handled and abandoned waits.
    confidence : (float, float)
        Probabilities of the two ends of the interval, e.g. (0.025, 0.975).
    """
    if measure.quantile >= 1.0:
        value = longest(counts.sum(axis=(0, 3)))
        nothing = np.full(value.shape, np.nan)
        return value, nothing, nothing
    handled = counts[..., 0]
    pooled = handled.sum(axis=0)
    value = interpolated(pooled, np.full(len(pooled), measure.quantile))
    error = _error_of_share(handled, value)
    freedom = np.full(value.shape, float(len(counts) - 1))
    ends = [np.clip(measure.quantile + student(p, freedom) * error, 0.0, 1.0) for p in confidence]
    return value, interpolated(pooled, ends[0]), interpolated(pooled, ends[1])


def _error_of_share(handled: Floats, value: Floats) -> Floats:
    """Return the jackknife error of the share of waits up to ``value``, linear inside the bin."""
    index = np.clip(np.searchsorted(_EDGES, value, side="left") - 1, 0, BINS - 1)
    width = np.where(np.isfinite(_EDGES[1:]), np.diff(_EDGES), 1.0)[index]
    part = np.where(index == 0, 1.0, np.clip((value - _EDGES[index]) / width, 0.0, 1.0))
    bins: NDArray[np.int64] = np.arange(BINS)
    weight = np.where(bins < index[:, None], 1.0, np.where(bins == index[:, None], part[:, None], 0.0))
    below = (handled * weight).sum(axis=2)
    return jackknife_error(leave_one_out(below, handled.sum(axis=2)))
