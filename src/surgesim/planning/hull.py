"""Concave hulls of service curves, with few segments."""

import numpy as np
from numpy.typing import NDArray

from surgesim.planning.surrogate import Curve

Floats = NDArray[np.float64]


def upper_hull(x: Floats, y: Floats) -> list[int]:
    """Return the positions of the vertices of the upper concave hull (monotone chain, A. M. Andrew, 1979)."""
    kept: list[int] = []
    across, up = x.tolist(), y.tolist()  # plain numbers, one by one, are several times as fast as those of arrays
    for i in range(len(across)):
        while len(kept) > 1:
            a, b = kept[-2], kept[-1]
            if (up[b] - up[a]) * (across[i] - across[a]) > (up[i] - up[a]) * (across[b] - across[a]):
                break
            kept.pop()
        kept.append(i)
    return kept


def thinned(x: Floats, y: Floats, kept: list[int], error: float, most: int) -> list[int]:
    """Drop the vertices that matter least, until the next one would cost more than ``error`` or ``most`` are left."""
    across, up = x.tolist(), y.tolist()

    def loss(n: int) -> float:
        a, b, c = kept[n - 1], kept[n], kept[n + 1]
        chord = up[a] + (up[c] - up[a]) * (across[b] - across[a]) / (across[c] - across[a])
        return float(up[b] - chord)

    kept = list(kept)
    losses = [loss(n) for n in range(1, len(kept) - 1)]
    while losses:
        least = losses.index(min(losses))
        if losses[least] > error and len(kept) <= most + 1:
            break
        kept.pop(least + 1)
        losses.pop(least)
        for n in (least - 1, least):
            if 0 <= n < len(losses):
                losses[n] = loss(n + 1)
    return kept


def steepened(x: Floats, y: Floats) -> Floats:
    """Return a curve that falls to the left of its steepest point as steeply as there.

    A service curve is convex where hardly anybody is there. Its concave hull would promise service for half the heads
    where there is hardly any, and a plan would go there; besides, who finds nobody in one interval redials in the
    next ones, which the curve of the interval does not count.
    """
    slopes = np.diff(y) / np.diff(x)
    steepest = int(np.argmax(slopes))
    return np.where(x < x[steepest], y[steepest] + slopes[steepest] * (x - x[steepest]), y)


def curve_of(agents: Floats, value: Floats, count: float, segments: int = 8) -> Curve:
    """Return the concave curve over a service curve, which is counted as steep below its steepest point as there.

    Parameters
    ----------
    agents, value : ndarray, shape (points,)
        Effective agents, ascending from 0, and surplus with so many.
    count : float
        Contacts of the interval: errors and gains below a thousandth of it do not matter.
    segments : int
        Greatest number of segments.
    """
    value = steepened(agents, value)
    top = float(value.max())
    enough = int(np.argmax(value >= top - 0.0005 * count)) + 1
    x, y = agents[: max(enough, 2)], value[: max(enough, 2)]
    kept = thinned(x, y, upper_hull(x, y), 0.001 * count, segments)
    rises = np.diff(y[kept])
    good = int(np.sum(rises > 1e-9))  # a concave curve rises first, and never again once it falls
    at = x[kept][: good + 1]
    return Curve(float(y[0]), np.diff(at), rises[:good] / np.diff(at))
