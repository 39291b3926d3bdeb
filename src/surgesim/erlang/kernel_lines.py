"""Compiled measures of M/M/n/K+M: finite lines, as sums over the K - n waiting places. All terms are positive.

Rates stay as they are (nothing is divided by the abandonment rate), so infinite patience is one case among others.
In the queue with j ahead the virtual wait is a sum of exponentials with rates n mu + i theta, i = 0..j; exp(-theta V) is
Beta(n mu / theta, j + 1), and P(V <= t) is the tail of a negative binomial law, which has a two-term recursion.
"""

from math import exp, expm1, inf, log, log1p

import numpy as np

from surgesim.base.laws import Array
from surgesim.erlang.kernel import compiled

LINE_MEASURES = (
    "wait", "no_wait", "abandoned", "handled", "asa_all", "asa_handled", "asa_abandoned", "virtual", "blocked",
    "accepted", "queue",
)  # fmt: skip
_HIGH, _LOG_HIGH = 1e200, 460.51701859880916


MOST_PLACES = 5_000_000
"""Places to wait that are worked through one by one; those too rare to be told from never do not count."""


@compiled
def _likeliest(joining: float, service: float, theta: float, places: int) -> int:
    if joining <= service:
        return 0
    if theta == 0.0 or joining - service > theta * places:
        return places
    return int((joining - service) / theta)


@compiled
def reach(rate: Array, aht: Array, n: Array, patience: Array, balk: Array, places: Array, out: Array) -> None:
    """Places that matter: beyond them a queue is 1e-300 times as likely as the likeliest. One too many is a refusal."""
    for i in range(rate.size):
        theta = 0.0 if patience[i] == inf else 1.0 / patience[i]
        service, joining = n[i] / aht[i], rate[i] * (1.0 - balk[i])
        j = _likeliest(joining, service, theta, int(places[i]))
        rest = 1.0
        while j < places[i] and j <= MOST_PLACES and rest > 1e-300:
            j += 1
            rest *= joining / (service + j * theta)
        out[i] = j


@compiled
def _weights(joining: float, service: float, theta: float, places: int, weight: Array) -> float:
    """Mass of each queue length relative to the likeliest, into ``weight``; returns log(mass of 0 / mass of likeliest)."""
    top = _likeliest(joining, service, theta, places)
    fall, mantissa = 0.0, 1.0
    for j in range(1, top + 1):
        mantissa *= (service + j * theta) / joining
        if mantissa < 1.0 / _HIGH:
            mantissa *= _HIGH
            fall -= _LOG_HIGH
    weight[top] = 1.0
    for j in range(top + 1, places + 1):
        weight[j] = weight[j - 1] * joining / (service + j * theta)
    for j in range(top, 0, -1):
        weight[j - 1] = weight[j] * (service + j * theta) / joining
    return fall + log(mantissa)


@compiled
def _normalise(below: float, edge: float, weight: Array) -> float:
    """Turn weights into probabilities of all states; returns the probability of the states below n."""
    log_below = below + edge
    log_above = log(weight.sum())
    high = max(log_below, log_above)
    log_all = high + log1p(exp(min(log_below, log_above) - high))
    factor = exp(-log_all)
    for j in range(weight.size):
        weight[j] *= factor
    return exp(log_below - log_all)


@compiled
def line_measures(
    rate: Array, aht: Array, n: Array, patience: Array, balk: Array, places: Array, below: Array, out: Array
) -> None:
    """Fill ``out`` (points, len(LINE_MEASURES)): shares of accepted contacts, but "blocked" and "accepted" of offered."""
    for i in range(rate.size):
        theta = 0.0 if patience[i] == inf else 1.0 / patience[i]
        service = n[i] / aht[i]
        stay = 1.0 - balk[i]
        weight = np.empty(int(places[i]) + 1)
        edge = _weights(rate[i] * stay, service, theta, int(places[i]), weight)
        none = _normalise(below[i], edge, weight)
        _line_row(service, theta, stay, weight, none, out[i])


@compiled
def _line_row(service: float, theta: float, stay: float, weight: Array, none: float, row: Array) -> None:
    waiting = handled = lost = wait_all = wait_handled = wait_lost = virtual = queue = 0.0
    virtual_j, shorter, early = 0.0, 0.0, 0.0
    last = weight.size - 1
    for j in range(last):
        total = service + (j + 1) * theta
        virtual_j += 1.0 / (service + j * theta)
        shorter += 1.0 / total
        early += (j + 1) * theta / total
        waiting += weight[j]
        queue += j * weight[j]
        handled += weight[j] * service / total
        lost += weight[j] * (j + 1) * theta / total
        wait_all += weight[j] * (j + 1) / total
        wait_handled += weight[j] * service / total * shorter
        wait_lost += weight[j] * early / total
        virtual += weight[j] * virtual_j
    accepted = min(none + waiting, 1.0)
    left = (1.0 - stay) * waiting + stay * lost
    served = none + stay * handled
    row[0], row[1], row[2], row[3] = waiting / accepted, none / accepted, left / accepted, served / accepted
    row[4] = stay * wait_all / accepted
    row[5] = stay * wait_handled / served
    row[6] = stay * wait_lost / left if left > 0.0 else 0.0
    row[7] = virtual / accepted
    row[8], row[9], row[10] = weight[last], accepted, queue + last * weight[last]


@compiled
def _terms(rate: float, theta: float, t: float, terms: Array) -> float:
    """P(i customers leave ahead before t, but not the next), i = 0.. ; returns the mass beyond the last term."""
    reach = t if theta == 0.0 else -expm1(-theta * t) / theta
    shift, mantissa, total = -rate * t, 1.0, 0.0
    term, i = 0.0, 0
    while i < terms.size:
        term = mantissa * exp(shift)
        terms[i] = term
        total += term
        mantissa *= reach * (rate + i * theta) / (i + 1.0)
        i += 1
        if mantissa > _HIGH:
            mantissa /= _HIGH
            shift += _LOG_HIGH
        elif mantissa < 1.0 / _HIGH and mantissa > 0.0:
            mantissa *= _HIGH
            shift -= _LOG_HIGH
    if total < 0.5:
        return 1.0 - total
    return _tail(rate, theta, t, mantissa * exp(shift), i, total)


@compiled
def _tail(rate: float, theta: float, t: float, first: float, a: int, total: float) -> float:
    """Mass of the terms from ``a`` on, ``first`` being the one at ``a`` and ``total`` the mass of those before it."""
    reach = t if theta == 0.0 else -expm1(-theta * t) / theta
    if (rate + (a + 2.0) * theta) * reach < a + 1.0:
        return first * _beta_fraction(rate, theta, reach, a)
    if rate >= theta:
        return 1.0 - total
    return _slow_tail(rate / theta, exp(-theta * t), theta * t, first, a)


@compiled
def _beta_fraction(rate: float, theta: float, reach: float, a: float) -> float:
    """Continued fraction of the incomplete beta function (DLMF 8.17.22), also for theta = 0 (Lentz)."""
    c, d = 1.0, 1.0 - (rate + a * theta) * reach / (a + 1.0)
    d = 1.0 / d
    h, m = d, 1.0
    while m < 1e6:
        for odd in range(2):
            step = m * (rate - m * theta) * reach / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
            if odd:
                step = -(a + m) * (rate + (a + m) * theta) * reach / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
            d = 1.0 / (1.0 + step * d)
            c = 1.0 + step / c
            h *= d * c
        if abs(d * c - 1.0) < 1e-16:
            break
        m += 1.0
    return h


@compiled
def _slow_tail(b: float, p: float, decay: float, first: float, a: int) -> float:
    """The tail for b < 1: as 1 - I_p(b, a) from its logarithm while a p is small, else term by term."""
    if a * p < 0.5:
        grown, factor, series = -b * decay, 1.0, 0.0
        for k in range(1, a):
            grown += log1p(b / k)
        m = 1.0
        while m < a and abs(factor) > 1e-18:
            factor *= (m - a) * p / m
            series += b / (b + m) * factor
            m += 1.0
        return -expm1(grown + log1p(series))
    tail, term, i = 0.0, first, a
    while term > 1e-17 * p * tail:
        tail += term
        term *= (1.0 - p) * (b + i) / (i + 1.0)
        i += 1
    return tail


@compiled
def line_within(
    rate: Array, aht: Array, n: Array, patience: Array, balk: Array, places: Array, below: Array, t: Array, out: Array
) -> None:
    """Fill ``out`` (points, 4), see `kernel_single.within`, with shares of accepted contacts."""
    for i in range(rate.size):
        theta = 0.0 if patience[i] == inf else 1.0 / patience[i]
        service = n[i] / aht[i]
        stay = 1.0 - balk[i]
        weight = np.empty(int(places[i]) + 1)
        edge = _weights(rate[i] * stay, service, theta, int(places[i]), weight)
        none = _normalise(below[i], edge, weight)
        if t[i] == inf:
            row = np.empty(len(LINE_MEASURES))
            _line_row(service, theta, stay, weight, none, row)
            out[i, 0], out[i, 1], out[i, 2], out[i, 3] = row[3], row[2], 0.0, 0.0
        else:
            _within_row(service, theta, stay, weight, none, t[i], out[i])


@compiled
def _within_row(service: float, theta: float, stay: float, weight: Array, none: float, t: float, row: Array) -> None:
    last = weight.size - 1
    handled, left, beyond, waiting = 0.0, 0.0, 0.0, 0.0
    virtual, served = np.empty(last + 1), np.empty(last + 1)
    later_virtual = _terms(service, theta, t, virtual)
    later_served = _terms(service + theta, theta, t, served) + served[last]
    for j in range(last - 1, -1, -1):
        total = service + (j + 1) * theta
        handled += weight[j] * service / total * later_served
        left += weight[j] * (j + 1) * theta / total * later_virtual
        later_served += served[j]
        later_virtual += virtual[j + 1]
    sooner = 0.0
    for j in range(last):
        sooner += virtual[j]
        beyond += weight[j] * sooner
        waiting += weight[j]
    accepted = none + waiting
    row[0] = (none + stay * handled) / accepted
    row[1] = ((1.0 - stay) * waiting + stay * (left - expm1(-theta * t) * beyond)) / accepted
    row[2] = beyond / accepted
    row[3] = stay * exp(-theta * t) * beyond / accepted
