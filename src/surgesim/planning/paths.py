"""Which paths of demand a promise must bear."""

import numpy as np
from numpy.typing import NDArray

from surgesim.planning.problem import Promise

Floats = NDArray[np.float64]


def volumes_of(calls: Floats, promise: Promise) -> Floats:
    """Return the calls of each period and replication, shape (periods, replications)."""
    return np.array([calls[:, period.intervals].sum(axis=1) for period in promise.periods])


def path_scale(calls: Floats, probability: float | None) -> Floats:
    """Return the factor that makes each replication as busy as the one at a quantile; 1 in expectation."""
    if probability is None or calls.shape[1] == 1:
        return np.ones_like(calls)
    wanted = np.quantile(calls, probability, axis=1)[:, None]
    return np.divide(wanted, calls, out=np.ones_like(calls), where=calls > 0)


def path_weights(calls: Floats, probability: float | None, tail: float | None = None) -> Floats:
    """Return the weight of each replication, shape (periods, replications).

    Parameters
    ----------
    calls : ndarray, shape (periods, replications)
        First calls of each replication.
    probability : float or None
        Probability with which promises should hold; None: in expectation, with all replications alike.
    tail : float or None
        Share of the paths, the busiest ones, that promises should hold over together.

    Notes
    -----
    A promise that bears the path at the quantile ``probability`` of the calls holds about that often. The weights
    are alike within a band of ranks around it, wide enough not to follow the whims of single paths; how often the
    promise really holds is left to the simulation.
    """
    replications = calls.shape[1]
    if tail is not None:
        rank = np.argsort(np.argsort(-calls, axis=1, kind="stable"), axis=1, kind="stable")
        return np.asarray(np.clip(tail * replications - rank, 0.0, 1.0) / (tail * replications))
    if probability is None or replications == 1:
        return np.full(calls.shape, 1.0 / replications)
    rank = np.argsort(np.argsort(calls, axis=1, kind="stable"), axis=1, kind="stable")
    middle = probability * replications - 0.5
    reach = max(1.0, min(0.06 * replications, middle + 0.5, replications - middle - 0.5))
    near = (np.abs(rank - middle) <= reach).astype(np.float64)
    return np.asarray(near / near.sum(axis=1, keepdims=True))
