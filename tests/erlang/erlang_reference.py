"""The same measures in 40-digit arithmetic, straight from the integrals: slow, plain and independent of the package.

1 / B(n, a) = integral of e^-t (1 + t/a)^n over t >= 0 (Jagerman 1974); the virtual wait of those who wait has a density
proportional to exp(x (1 - e^-y) - c y), y in patiences.  Inputs are taken as the exact values of their doubles.
"""

from collections.abc import Callable

import mpmath as mp

DIGITS = 40
DEPTH = 115


def _edges(exponent: Callable[[mp.mpf], mp.mpf], top: mp.mpf, scale: mp.mpf, low: mp.mpf, high: mp.mpf) -> list[mp.mpf]:
    """Panels that double away from the top of a concave exponent until it has fallen by DEPTH."""
    highest, edges = exponent(top), {top}
    for sign, end in ((-1, low), (1, high)):
        width, place = scale, top
        while place != end:
            place = max(place - width, end) if sign < 0 else min(place + width, end)
            edges.add(place)
            if highest - exponent(place) > DEPTH:
                break
            width *= 2
    return sorted(edges)


def integrals(
    exponent: Callable[[mp.mpf], mp.mpf],
    top: mp.mpf,
    scale: mp.mpf,
    low: mp.mpf,
    high: mp.mpf,
    weights: list[Callable[[mp.mpf], mp.mpf]],
) -> tuple[list[mp.mpf], mp.mpf]:
    """Integrals of weight * exp(exponent - its greatest value); and that value."""
    highest = exponent(top)
    edges = _edges(exponent, top, scale, low, high)
    found = [
        mp.quad(lambda t, w=weight: w(t) * mp.exp(exponent(t) - highest), edges, method="gauss-legendre") for weight in weights
    ]
    return found, highest


def inverse_blocking(n: mp.mpf, load: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """1 / B(n, load) as (number, log of a factor)."""
    top = max(n - load, mp.mpf(0))
    scale = mp.sqrt(n) if n > load else min(mp.sqrt(n) + 1, 1 / (1 - n / load + 1 / mp.sqrt(n + 1)))
    scale = max(scale, mp.mpf("0.5")) / 2
    (total,), high = integrals(lambda t: n * mp.log1p(t / load) - t, top, scale, mp.mpf(0), mp.inf, [lambda t: mp.mpf(1)])
    return total, high


def blocking(load: float, trunks: float) -> mp.mpf:
    with mp.workdps(DIGITS + 15):
        total, high = inverse_blocking(mp.mpf(trunks), mp.mpf(load))
        return mp.exp(-high) / total


def erlang_a(rate: float, aht: float, agents: float, patience: float, within: float) -> dict[str, mp.mpf]:
    with mp.workdps(DIGITS + 25):
        rate, aht, n, patience, within = (mp.mpf(value) for value in (rate, aht, agents, patience, within))
        load, c, x = rate * aht, n * patience / aht, rate * patience
        total, high = inverse_blocking(n - 1, load)
        below, below_log = n / load * total, high
        top = mp.log(x / c) if x > c else mp.mpf(0)
        scale = 1 / mp.sqrt(c) if x > c else 1 / (c - x + mp.sqrt(c) + x)
        scale = min(scale, mp.mpf(1))

        def exponent(y: mp.mpf) -> mp.mpf:
            return -x * mp.expm1(-y) - c * y

        weights = [
            lambda y: mp.mpf(1), lambda y: mp.exp(-y), lambda y: -mp.expm1(-y), lambda y: y,
            lambda y: y * mp.exp(-y), lambda y: -mp.expm1(-y) - y * mp.exp(-y),
        ]  # fmt: skip
        whole, whole_log = integrals(exponent, top, scale, mp.mpf(0), mp.inf, weights)
        odds = below / (c * whole[0]) * mp.exp(below_log - whole_log)
        wait, none = 1 / (1 + odds), odds / (1 + odds)
        end = within / patience
        at = min(top, end)
        part, part_log = integrals(exponent, at, min(scale, end), mp.mpf(0), end, weights[1:2])
        good = none + wait * part[0] / whole[0] * mp.exp(part_log - whole_log)
        handled = none + wait * whole[1] / whole[0]
        return {
            "wait_probability": wait,
            "abandonment": wait * whole[2] / whole[0],
            "answer_rate": handled,
            "asa_all_s": patience * wait * whole[2] / whole[0],
            "asa_handled_s": patience * wait * whole[4] / whole[0] / handled,
            "asa_abandoned_s": patience * whole[5] / whole[2],
            "virtual_wait_s": patience * wait * whole[3] / whole[0],
            "occupancy": load * handled / n,
            "service_level": good,
        }


def erlang_c(rate: float, aht: float, agents: float, within: float) -> dict[str, mp.mpf]:
    with mp.workdps(DIGITS + 25):
        rate, aht, n, within = (mp.mpf(value) for value in (rate, aht, agents, within))
        load = rate * aht
        total, high = inverse_blocking(n - 1, load)
        odds = n / load * total * mp.exp(high) * (n - load) / n
        wait = 1 / (1 + odds)
        spare = (n - load) / aht
        return {
            "wait_probability": wait,
            "asa_handled_s": wait / spare,
            "queue_length": rate * wait / spare,
            "service_level": odds / (1 + odds) - wait * mp.expm1(-spare * within),
        }
