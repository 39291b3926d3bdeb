"""Compiled scalar kernels of the single queue with unlimited lines: Erlang B, C and A.

Everything rests on two ratios, both of sums of positive terms, so nothing cancels:

``log_below(n, a)``   log of  sum over states below n of p_k / p_n   =  log Q(n, a) / D(n, a)
``log_above(c, x)``   log of  sum over states from n on of p_k / p_n =  log P(c, x) / D(c, x)

with D(s, x) = x^s e^-x / Gamma(s+1), a = load, c = agents * patience / aht, x = arrival_rate * patience and P, Q the
regularised incomplete gamma functions (Palm 1957; Jagerman 1974 for real n).  For large s they are evaluated by Temme's
uniform expansion (1979; DLMF 8.12), else by series and continued fraction (DLMF 8.7, 8.9).  The gap n - a is formed
without rounding, because near critical load everything depends on it.

Waits are integrals of exp(h(y)) with h(y) = x (1 - e^-y) - c y, y = time / patience (Baccelli and Hebuterne 1981,
Zeltyn and Mandelbaum 2005).  h is concave, so panels walk from its top until exp(h) has fallen by e^-46.
"""

from collections.abc import Callable
from fractions import Fraction
from math import erfc, exp, expm1, lgamma, log, log1p, pi, sqrt
from typing import Any, TypeVar, cast

import numba
import numpy as np

from surgesim.base.laws import Array

_ROWS = 9
_COLUMNS = 22
_TEMME_FROM = 100.0
_TEMME_SPAN = 0.4
_DEPTH = 46.0


F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile without the interpreter lock; the machine code is kept beside the module."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))


def _temme() -> tuple[Array, Array]:
    """Coefficients d[k, n] of C_k(eta) = sum_n d[k, n] eta^n, and g[k] of the scaled gamma function, as exact fractions."""
    length = _COLUMNS + 2 * _ROWS + 3
    alpha = [Fraction(0), Fraction(1), Fraction(1, 3)]
    for n in range(3, length):
        alpha.append((alpha[n - 1] - sum(j * alpha[j] * alpha[n - j + 1] for j in range(2, n))) / (n + 1))
    first = [2 * alpha[2] - 1] + [(n + 2) * alpha[n + 2] for n in range(1, length - 2)]
    rows, gamma = [first], [Fraction(1)]
    for k in range(1, _ROWS):
        last = rows[-1]
        gamma.append((-1) ** (k + 1) * last[1])
        rows.append([(n + 2) * last[n + 2] - last[1] * first[n] for n in range(len(last) - 2)])
    table = [[float(value) for value in row[:_COLUMNS]] for row in rows]
    return np.array(table), np.array([float(value) for value in gamma])


_TABLE, _GAMMA = _temme()
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)


@compiled
def gap_of(n: float, arrival_rate: float, aht: float) -> float:
    """``n - arrival_rate * aht``, the product taken to twice the working precision (Dekker 1971)."""
    product = arrival_rate * aht
    scale = 134217729.0
    left = scale * arrival_rate
    left = left - (left - arrival_rate)
    right = scale * aht
    right = right - (right - aht)
    low_left, low_right = arrival_rate - left, aht - right
    error = ((left * right - product) + left * low_right + low_left * right) + low_left * low_right
    return (n - product) - error


@compiled
def log_excess(y: float) -> float:
    """``y - log(1 + y)`` without cancellation."""
    if y < -0.4 or y > 0.6:
        return y - log1p(y)
    ratio = y / (2.0 + y)
    square = ratio * ratio
    total, power, k = 0.0, ratio, 3.0
    while k < 32.0:
        power *= square
        total += power / k
        k += 2.0
    return ratio * y - 2.0 * total


@compiled
def exp_excess(v: float) -> float:
    """``exp(-v) - 1 + v`` without cancellation."""
    if v < -0.35 or v > 0.35:
        return expm1(-v) + v
    total, k = 1.0, 13.0
    while k > 2.5:
        total = 1.0 - v * total / k
        k -= 1.0
    return 0.5 * v * v * total


@compiled
def scaled_erfc(z: float) -> float:
    """``exp(z * z) * erfc(z)`` for z >= 0."""
    if z < 9.0:
        return exp(z * z) * erfc(z)
    half = 0.5 / (z * z)
    total, k = 1.0, 29.0
    while k > 0.5:
        total = 1.0 - k * half * total
        k -= 2.0
    return total / (z * sqrt(pi))


@compiled
def _log_density(s: float, x: float, d: float) -> float:
    """Log of x^s e^-x / Gamma(s + 1), d = x - s."""
    if s < 10.0:
        return s * log(x) - x - lgamma(s + 1.0)
    square = 1.0 / (s * s)
    stirling = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / s
    stirling += (-691 / 360360 * square**5 + square**6 / 156) / s
    # far below s the gap has lost what x still has
    fall = d - s * log(x / s) if d < -0.4 * s else s * log_excess(d / s)
    return -fall - 0.5 * log(2.0 * pi * s) - stirling


@compiled
def _temme_sum(s: float, eta: float) -> tuple[float, float]:
    total, gamma, power = 0.0, 0.0, 1.0
    for k in range(_ROWS):
        row, last = 0.0, _COLUMNS - 2 * k
        for n in range(last - 1, -1, -1):
            row = row * eta + _TABLE[k, n]
        total += row * power
        gamma += _GAMMA[k] * power
        power /= s
    return total, gamma


@compiled
def _log_temme(s: float, d: float, upper: bool) -> float:
    """Log of Q/D (upper) or P/D (lower) by the uniform expansion; d = x - s."""
    square = 2.0 * log_excess(d / s)
    eta = sqrt(square) if d >= 0.0 else -sqrt(square)
    total, gamma = _temme_sum(s, eta)
    z = eta * sqrt(0.5 * s) if upper else -eta * sqrt(0.5 * s)
    rest = total if upper else -total
    factor = sqrt(0.5 * pi * s)
    if z >= 0.0:
        return log(gamma * (factor * scaled_erfc(z) + rest))
    small = (rest / factor - scaled_erfc(-z)) * exp(-z * z)
    return z * z + log(gamma * factor) + log(2.0 + small)


@compiled
def _lower_series(s: float, x: float) -> float:
    """P/D = 1 + x/(s+1) + x^2/((s+1)(s+2)) + ..."""
    total, term, k = 1.0, 1.0, s
    while True:
        k += 1.0
        term *= x / k
        total += term
        if term < 1e-17 * total and x < k:
            return total


@compiled
def _upper_fraction(s: float, x: float, d: float) -> float:
    """Q/D for x > s by the continued fraction of Legendre (modified Lentz)."""
    b = d + 1.0
    c, f = 1e300, 1.0 / b
    inverse, i = f, 1.0
    while i < 1e6:
        numerator = -i * (i - s)
        b += 2.0
        inverse = numerator * inverse + b
        inverse = 1.0 / (inverse if inverse != 0.0 else 1e-300)
        c = b + numerator / c
        c = c if c != 0.0 else 1e-300
        step = c * inverse
        f *= step
        if abs(step - 1.0) < 1e-16 or i == s:
            break
        i += 1.0
    return s * f


@compiled
def lower_share(s: float, x: float) -> float:
    """P(s, x) for 0 < x <= s."""
    return exp(_log_density(s, x, x - s)) * _lower_series(s, x)


@compiled
def log_below(s: float, x: float, d: float) -> float:
    """Log Q(s, x) / D(s, x) for s >= 1, x > 0; ``d`` is x - s, given apart for its accuracy."""
    if s >= _TEMME_FROM and abs(d) < _TEMME_SPAN * s:
        return _log_temme(s, d, True)
    if d > 0.0:
        return log(_upper_fraction(s, x, d))
    density = _log_density(s, x, d)
    return -density + log1p(-exp(density) * _lower_series(s, x))


@compiled
def log_above(s: float, x: float, d: float) -> float:
    """Log P(s, x) / D(s, x) for s > 0, x > 0; ``d`` is x - s."""
    if s >= _TEMME_FROM and abs(d) < _TEMME_SPAN * s:
        return _log_temme(s, d, False)
    if d < 60.0:
        return log(_lower_series(s, x))
    density = _log_density(s, x, d)
    return -density + log1p(-exp(density) * _upper_fraction(s, x, d))


@compiled
def _panel(left: float, width: float, anchor: float, linear: float, bend: float, sums: Array) -> None:
    """Add one panel: exp(h) times 1, e^-y, 1 - e^-y, y, y e^-y and 1 - (1 + y) e^-y."""
    for i in range(20):
        v = left + 0.5 * width * (1.0 + _NODES[i])
        y = anchor + v
        weight = 0.5 * width * _WEIGHTS[i] * exp(-linear * v - bend * exp_excess(v))
        stay = exp(-y)
        sums[0] += weight
        sums[1] += weight * stay
        sums[2] -= weight * expm1(-y)
        sums[3] += weight * y
        sums[4] += weight * y * stay
        sums[5] += weight * (stay * exp_excess(-y) if y < 0.5 else -expm1(-y) - y * stay)


@compiled
def _walk(sums: Array, anchor: float, end: float, linear: float, bend: float) -> None:
    """Integrate from ``anchor`` to ``end`` (either side), panels sized by the fall of h, at most 2 (1 to the left) wide."""
    sign = 1.0 if end > anchor else -1.0
    length, done = abs(end - anchor), 0.0
    while done < length:
        stay = exp(-sign * done)
        slope = sign * (linear + bend * (1.0 - stay))
        curve = bend * stay
        if slope < 0.0:
            slope = 0.0
        step = 20.0 / (slope + sqrt(slope * slope + 20.0 * curve) + 1e-300)
        widest = 1.0 if sign < 0.0 else (2.0 if anchor + done < 50.0 else 1e300)
        step = min(step, widest, length - done)
        _panel(done if sign > 0.0 else -done - step, step, anchor, linear, bend, sums)
        done += step
        v = sign * done
        if linear * v + bend * exp_excess(v) > _DEPTH:
            return


@compiled
def peak(c: float, d: float) -> float:
    """Greatest value of h; it can be 1e15, so it is kept apart from all differences."""
    return c * log_excess(d / c) if d > 0.0 else 0.0


@compiled
def wait_sums(c: float, x: float, d: float, start: float, end: float, sums: Array) -> float:
    """Integrals over ``start``..``end`` (in patiences) into ``sums``; returns log(factor taken out) - ``peak``. d = x - c."""
    sums[:] = 0.0
    top = log1p(d / c) if d > 0.0 else 0.0
    anchor = max(start, min(top, end))
    if anchor == 0.0:
        linear, bend, scale = -d, x, 0.0
    elif anchor == top:
        linear, bend, scale = 0.0, c, 0.0
    else:
        bend = x * exp(-anchor)
        linear = -d - x * expm1(-anchor)
        scale = d * anchor - x * exp_excess(anchor)
        if d > 0.0:
            scale = -c * exp_excess(anchor - top)
    if start < anchor:
        _walk(sums, anchor, start, linear, bend)
    if end > anchor:
        _walk(sums, anchor, end, linear, bend)
    return scale
