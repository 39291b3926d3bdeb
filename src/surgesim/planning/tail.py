"""The worst share of futures: conditional value at risk, its error, and who is in it.

Sources: R. T. Rockafellar, S. Uryasev, "Optimization of conditional value-at-risk", 2000; L. J. Hong, G. Liu, "Simulating
sensitivities of conditional value at risk", 2009 (the estimator is asymptotically normal with the variance of its terms).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def terms(surplus: Floats, tail: float) -> Floats:
    """Return the terms whose mean is the mean surplus of the worst share of replications.

    Parameters
    ----------
    surplus : ndarray, shape (periods, replications)
        What is good where it is great.
    tail : float
        Share of replications.

    Returns
    -------
    ndarray, shape (periods, replications)
        q + min(surplus - q, 0) / tail with q the quantile at ``tail``.
    """
    edge = np.quantile(surplus, tail, axis=1, method="inverted_cdf")[:, None]
    return np.asarray(edge + np.minimum(surplus - edge, 0.0) / tail)


def worst(surplus: Floats, tail: float) -> Floats:
    """Return the weight of each replication in the worst share, shape (periods, replications); weights add up to 1."""
    rank = np.argsort(np.argsort(surplus, axis=1, kind="stable"), axis=1, kind="stable")
    many = tail * surplus.shape[1]
    return np.asarray(np.clip(many - rank, 0.0, 1.0) / many)


def lower_bound(counted: Floats, n: int, confidence: float) -> Floats:
    """Return the one-sided lower confidence bound of the mean of terms, shape (periods,).

    Parameters
    ----------
    counted : ndarray, shape (periods, replications)
        Terms.
    n : int
        Independent replications among them.
    confidence : float
        Of the bound.

    Notes
    -----
    Terms of a tail are skewed: Student's bound is corrected to the first order (P. Hall, "Inverting an Edgeworth
    expansion", 1983).
    """
    from scipy.stats import skew, t

    quantile = float(t.ppf(confidence, n - 1))
    spread = counted.std(axis=1, ddof=1)
    level = spread <= 1e-12 * np.maximum(np.abs(counted).max(axis=1), 1.0)
    lean = np.where(level, 0.0, skew(np.where(level[:, None], np.arange(counted.shape[1]), counted), axis=1))
    wider = quantile - lean * (2.0 * quantile**2 + 1.0) / (6.0 * np.sqrt(n))
    return np.asarray(counted.mean(axis=1) - wider * spread / np.sqrt(n))
