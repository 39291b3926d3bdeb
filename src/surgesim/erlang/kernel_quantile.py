"""Compiled quantiles of the waits of M/M/n+M with unlimited lines: Newton on the logarithm, kept inside a bracket.

The upper half is solved on the tail and the lower half on the mass from zero, so neither end loses digits. Tail and mass
are log-concave, so after one step the steps come from one side; a bracket catches the rest. Without abandonment the law
of the wait is exponential and the answer closed.
"""

from math import exp, expm1, inf, log, log1p

import numpy as np

from surgesim.base.laws import Array
from surgesim.erlang.kernel import compiled, exp_excess, gap_of, wait_sums
from surgesim.erlang.kernel_single import _above, _scaled, _share_waiting

ALL, VIRTUAL, HANDLED = 0, 1, 2


@compiled
def _endless(rate: float, aht: float, n: float, below: float, balk: float, wanted: float, of: int) -> float:
    """Quantile where nobody abandons: the wait of those who wait is exponential."""
    spare = gap_of(n, rate, aht)
    wait, none = _share_waiting(below, log(n / spare))
    staying = wait if of == VIRTUAL else (1.0 - balk) * wait
    at_once = none if of != ALL else none + balk * wait
    if of == HANDLED:
        at_once, staying = at_once / (none + staying), staying / (none + staying)
    if wanted <= at_once:
        return 0.0
    fall = -log1p((at_once - wanted) / staying) if wanted <= 0.5 else log(staying / (1.0 - wanted))
    return max(fall, 0.0) * aht / spare


@compiled
def _excess(
    c: float, x: float, d: float, y: float, whole: float, of: int, tail: bool, goal: float, sums: Array
) -> tuple[float, float]:
    """Log of (tail, or mass from zero, at ``y`` patiences) / goal, and its slope; for those who wait and do not balk."""
    fall = c * exp_excess(y - log1p(d / c)) if d > 0.0 else x * exp_excess(y) - d * y
    density = exp(min(-fall - whole, 700.0))
    scale = wait_sums(c, x, d, y, inf, sums) - whole if tail else wait_sums(c, x, d, 0.0, y, sums) - whole
    part = exp(scale + log(sums[0])) if sums[0] > 0.0 else 0.0
    kept = exp(scale + log(sums[1])) if sums[1] > 0.0 else 0.0
    if of == VIRTUAL:
        value, slope = part, density
    elif of == HANDLED:
        value, slope = kept, density * exp(-y)
    elif tail:
        value, slope = exp(-y) * part, exp(-y) * (density + part)
    else:
        beyond = max(1.0 - part, 0.0)
        value, slope = part - expm1(-y) * beyond, exp(-y) * (density + beyond)
    if value <= 0.0:
        return -inf, 0.0
    return log(value / goal), (-slope if tail else slope) / value


@compiled
def _solve(c: float, x: float, d: float, whole: float, of: int, tail: bool, goal: float, sums: Array) -> float:
    """Where the tail (or the mass from zero) of the wait in patiences is ``goal``."""
    low, high = 0.0, inf
    y = log1p(d / c) if d > 0.0 else 1.0 / (1.0 + c)
    for _ in range(200):
        value, slope = _excess(c, x, d, y, whole, of, tail, goal, sums)
        if value == 0.0:
            return y
        if (value > 0.0) == tail:
            low = y
        else:
            high = y
        following = y - value / slope if slope != 0.0 else -1.0
        # no farther than eightfold: far below the top of the density a tangent says little
        if high == inf:
            following = min(following, 8.0 * y) if following > low else 2.0 * y
        elif not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - y) <= 2e-16 * y or (high < inf and high - low <= 4e-16 * high):
            return following
        y = following
    return y


@compiled
def _abandoning(c: float, x: float, d: float, below: float, balk: float, wanted: float, of: int, sums: Array) -> float:
    """Quantile in patiences where people abandon."""
    wait, none, whole = _above(c, x, d, below, sums)
    share, total = wait if of == VIRTUAL else wait * (1.0 - balk), 1.0
    at_once = none if of != ALL else none + balk * wait
    if of == HANDLED:
        scale = wait_sums(c, x, d, 0.0, inf, sums) - whole
        total = none + share * exp(scale + log(sums[1]))
    if wanted * total <= at_once:
        return 0.0
    tail = wanted > 0.5
    goal = (1.0 - wanted) * total / share if tail else (wanted * total - at_once) / share
    return _solve(c, x, d, whole, of, tail, goal, sums)


@compiled
def quantiles(
    rate: Array, aht: Array, n: Array, patience: Array, balk: Array, below: Array, share: Array, of: int, out: Array
) -> None:
    """Fill ``out`` (points) with the shortest time that a ``share`` of the waits does not exceed, in seconds."""
    sums = np.empty(6)
    for i in range(rate.size):
        joining = rate[i] * (1.0 - balk[i])
        if patience[i] == inf:
            out[i] = _endless(joining, aht[i], n[i], below[i], balk[i], share[i], of)
            continue
        c, x, d = _scaled(joining, aht[i], n[i], patience[i])
        out[i] = patience[i] * _abandoning(c, x, d, below[i], balk[i], share[i], of, sums)
