"""Compiled measures of M/M/n+M with unlimited lines (and M/M/n where patience is infinite), point by point."""

from math import exp, expm1, inf, log

import numpy as np

from surgesim.base.laws import Array
from surgesim.erlang.kernel import compiled, gap_of, log_above, log_below, peak, wait_sums

MEASURES = ("wait", "no_wait", "abandoned", "handled", "asa_all", "asa_handled", "asa_abandoned", "virtual")


@compiled
def below_over_edge(arrival_rate: Array, aht: Array, agents: Array, out: Array) -> None:
    """Log of (mass of the states below n) / (mass of state n) of each point; minus infinity where n is 0."""
    for i in range(out.size):
        n = agents[i]
        gap = gap_of(n, arrival_rate[i], aht[i])
        load = arrival_rate[i] * aht[i]
        if n >= 1.0:
            out[i] = log_below(n, load, -gap)
        elif n == 0.0:
            out[i] = -inf
        else:  # one agent more, one step back: 1 + G(n) = load / (n + 1) * G(n + 1), and G itself is not needed finer
            whole = load / (n + 1.0) * exp(log_below(n + 1.0, load, -gap - 1.0))
            out[i] = log(max(whole - 1.0, 1e-300))


@compiled
def loss(load: Array, trunks: Array, out: Array) -> None:
    """Erlang B for real ``trunks`` >= 0; exact steps down to below one line, where the sum form does not reach."""
    for i in range(out.size):
        n, a = trunks[i], load[i]
        if a == 0.0:
            out[i] = 1.0 if n == 0.0 else 0.0
        elif n >= 1.0:
            below = log_below(n, a, a - n)
            out[i] = 1.0 / (1.0 + exp(below)) if below < 0.0 else exp(-below) / (1.0 + exp(-below))
        else:
            out[i] = (n + 1.0) / a * exp(-log_below(n + 1.0, a, a - n - 1.0))


@compiled
def _share_waiting(below: float, above: float) -> tuple[float, float]:
    """P(wait) and P(no wait) from the logs of the two masses, both accurate when tiny."""
    if below > above:
        odds = exp(above - below)
        return odds / (1.0 + odds), 1.0 / (1.0 + odds)
    odds = exp(below - above)
    return 1.0 / (1.0 + odds), odds / (1.0 + odds)


@compiled
def _scaled(rate: float, aht: float, n: float, patience: float) -> tuple[float, float, float]:
    """c, x and x - c: agents and arrivals per patience."""
    return n * patience / aht, rate * patience, -gap_of(n, rate, aht) * (patience / aht)


@compiled
def _without_end(rate: float, aht: float, n: float, below: float, row: Array) -> None:
    """Erlang C: waits of those who wait are exponential with rate n / aht - arrival_rate."""
    spare = gap_of(n, rate, aht)
    wait, none = _share_waiting(below, log(n / spare))
    mean = aht / spare
    row[0], row[1], row[2], row[3] = wait, none, 0.0, 1.0
    row[4] = row[5] = row[7] = wait * mean
    row[6] = 0.0


@compiled
def measures(rate: Array, aht: Array, n: Array, patience: Array, balk: Array, below: Array, out: Array) -> None:
    """Fill ``out`` (points, len(MEASURES)): shares of all contacts, waits in seconds, conditional where the name says so."""
    sums = np.empty(6)
    for i in range(rate.size):
        joining = rate[i] * (1.0 - balk[i])
        row = out[i]
        if patience[i] == inf:
            _without_end(joining, aht[i], n[i], below[i], row)
            _balked(balk[i], row)
            continue
        c, x, d = _scaled(joining, aht[i], n[i], patience[i])
        scale = wait_sums(c, x, d, 0.0, inf, sums)
        wait, none = _share_waiting(below[i], peak(c, d) + scale + log(c) + log(sums[0]))
        served, lost = (1.0 - balk[i]) * sums[1] / sums[0], (1.0 - balk[i]) * sums[2] / sums[0]
        row[0], row[1] = wait, none
        row[2] = wait * (balk[i] + lost)
        row[3] = none + wait * served
        row[4] = patience[i] * wait * lost
        row[5] = patience[i] * wait * (1.0 - balk[i]) * sums[4] / sums[0] / row[3]
        row[6] = patience[i] * (1.0 - balk[i]) * sums[5] / sums[0] / (balk[i] + lost)
        row[7] = patience[i] * wait * (sums[3] / sums[0])


@compiled
def _balked(balk: float, row: Array) -> None:
    """Those who leave at once when they would have to wait."""
    if balk > 0.0:
        virtual = row[7]
        row[2], row[3] = balk * row[0], row[1] + (1.0 - balk) * row[0]
        row[4] = (1.0 - balk) * virtual
        row[5] = row[4] / row[3]


@compiled
def _endless_within(rate: float, aht: float, n: float, below: float, balk: float, t: float, row: Array) -> None:
    spare = gap_of(n, rate, aht)
    wait, none = _share_waiting(below, log(n / spare))
    decay = spare / aht * t
    row[0] = none - (1.0 - balk) * wait * expm1(-decay)
    row[1] = balk * wait
    row[2] = wait * exp(-decay)
    row[3] = (1.0 - balk) * row[2]


@compiled
def _above(c: float, x: float, d: float, below: float, sums: Array) -> tuple[float, float, float]:
    """P(wait), P(no wait), and log of the integral over all waits less ``peak``."""
    top = peak(c, d)
    if top < 50.0:
        above = log_above(c, x, d)
        wait, none = _share_waiting(below, above)
        return wait, none, above - log(c) - top
    whole = wait_sums(c, x, d, 0.0, inf, sums) + log(sums[0])
    wait, none = _share_waiting(below, top + whole + log(c))
    return wait, none, whole


@compiled
def within(
    rate: Array, aht: Array, n: Array, patience: Array, balk: Array, below: Array, t: Array, full: bool, out: Array
) -> None:
    """Fill ``out`` (points, 4): P(handled, V <= t), P(abandoned, W <= t), P(V > t), P(W > t); the first unless ``full``."""
    sums = np.empty(6)
    for i in range(rate.size):
        joining = rate[i] * (1.0 - balk[i])
        row = out[i]
        if patience[i] == inf:
            _endless_within(joining, aht[i], n[i], below[i], balk[i], t[i], row)
            continue
        c, x, d = _scaled(joining, aht[i], n[i], patience[i])
        wait, none, whole = _above(c, x, d, below[i], sums)
        end = t[i] / patience[i]
        scale = wait_sums(c, x, d, 0.0, end, sums) - whole
        share = wait * (1.0 - balk[i])
        row[0] = none + (share * exp(scale + log(sums[1])) if sums[1] > 0.0 else 0.0)
        if not full:
            continue
        left = exp(scale + log(sums[2])) if sums[2] > 0.0 else 0.0
        beyond = 0.0
        if end < inf:
            scale = wait_sums(c, x, d, end, inf, sums) - whole
            beyond = exp(scale + log(sums[0]))
        row[1] = wait * balk[i] + share * (left - expm1(-end) * beyond)
        row[2] = wait * beyond
        row[3] = share * exp(-end) * beyond
