"""Estimates from replications: ratio of sums, jackknife, Student's t.

The estimator of a rate over ``R`` independent replications is the ratio of sums; its standard error is that of the
delete-one jackknife (Tukey 1958; Miller 1974, "The jackknife - a review", eq. 2.5), which needs no linearisation and
errs on the safe side for ratios (Cochran 1977, "Sampling techniques", section 6.17). The interval is Student's t
with ``R - 1`` degrees of freedom.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimate:
    """Values with their standard errors.

    Attributes
    ----------
    value : ndarray, shape (groups,)
        Ratio of sums; ``nan`` where the denominator is nought.
    error : ndarray, shape (groups,)
        Standard error; ``nan`` with one replication, or where only one replication has anything to count.
    freedom : ndarray, shape (groups,)
        Degrees of freedom.
    """

    value: Floats
    error: Floats
    freedom: Floats

    def interval(self, confidence: float, least: float = 0.0, greatest: float = np.inf) -> tuple[Floats, Floats]:
        """Return the two-sided interval, cut at the ends of the measure's range."""
        half = student(0.5 + confidence / 2.0, self.freedom) * self.error
        return np.clip(self.value - half, least, greatest), np.clip(self.value + half, least, greatest)

    def bound(self, confidence: float, side: float, least: float = 0.0, greatest: float = np.inf) -> Floats:
        """Return the one-sided bound: ``side`` -1 for the lower one, +1 for the upper one."""
        value = self.value + side * student(confidence, self.freedom) * self.error
        return np.clip(value, least, greatest)


def student(probability: float, freedom: Floats) -> Floats:
    """Return the quantile of Student's t; ``nan`` where there are no degrees of freedom."""
    from scipy.special import stdtrit

    safe = np.where(freedom > 0, freedom, 1.0)
    return np.where(freedom > 0, np.asarray(stdtrit(safe, probability)), np.nan)


def divide(top: Floats, bottom: Floats) -> Floats:
    """Return ``top / bottom``, ``nan`` where there is nothing to divide by."""
    nothing = np.full(np.broadcast(top, bottom).shape, np.nan)
    return np.asarray(np.divide(top, bottom, out=nothing, where=bottom > 0))


def leave_one_out(top: Floats, bottom: Floats) -> Floats:
    """Return the ratio of sums without each replication in turn, shape (replications, groups)."""
    return divide(top.sum(axis=0) - top, bottom.sum(axis=0) - bottom)


def jackknife_error(replicates: Floats) -> Floats:
    """Return the jackknife standard error of delete-one estimates, shape (replications, groups) -> (groups,)."""
    n = len(replicates)
    if n < 2:
        return np.full(replicates.shape[1:], np.nan)
    deviation = replicates - replicates.mean(axis=0)
    return np.asarray(np.sqrt((n - 1) / n * (deviation**2).sum(axis=0)))


def ratio(top: Floats, bottom: Floats) -> Estimate:
    """Return the ratio of sums over replications with its standard error.

    Parameters
    ----------
    top, bottom : ndarray, shape (replications, groups)
        Sums of each replication. For a mean per replication, ``bottom`` is one everywhere.
    """
    value = divide(top.sum(axis=0), bottom.sum(axis=0))
    freedom = np.full(value.shape, float(len(top) - 1))
    return Estimate(value, jackknife_error(leave_one_out(top, bottom)), freedom)


def paired_difference(first: tuple[Floats, Floats], second: tuple[Floats, Floats]) -> Estimate:
    """Return second less first where replication ``r`` of both saw the same marks.

    Parameters
    ----------
    first, second : pair of ndarray, shape (replications, groups)
        Sums above and below.
    """
    value = ratio(*second).value - ratio(*first).value
    replicates = leave_one_out(*second) - leave_one_out(*first)
    return Estimate(value, jackknife_error(replicates), np.full(value.shape, float(len(replicates) - 1)))


def independent_difference(first: Estimate, second: Estimate) -> Estimate:
    """Return second less first for independent estimates (Welch 1947; degrees of freedom by Satterthwaite 1946).

    Where one side has no standard error because it is an expectation, give it an error of nought.
    """
    a, b = first.error**2, second.error**2
    spread = a**2 / np.maximum(first.freedom, 1.0) + b**2 / np.maximum(second.freedom, 1.0)
    least = np.maximum(np.minimum(first.freedom, second.freedom), 1.0)
    freedom = np.divide((a + b) ** 2, spread, out=np.asarray(least, dtype=float).copy(), where=spread > 0)
    return Estimate(second.value - first.value, np.sqrt(a + b), freedom)
