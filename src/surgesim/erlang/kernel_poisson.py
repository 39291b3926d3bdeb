"""Compiled logs of Poisson sums, for the density of the virtual wait with finite lines."""

from math import lgamma, log, log1p, pi

from surgesim.base.laws import Array
from surgesim.erlang.kernel import compiled, log_below, lower_share


@compiled
def _log_term(places: float, x: float) -> float:
    """Log of x^J / J!, without the cancellation of its two halves where J is large."""
    if places < 20.0:
        return places * log(x) - lgamma(places + 1.0)
    square = 1.0 / (places * places)
    stirling = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / places
    return places * (log(x / places) + 1.0) - 0.5 * log(2.0 * pi * places) - stirling


@compiled
def log_full(places: float, x: Array, out: Array) -> None:
    """Log of x^J / J! with J = ``places`` into ``out``."""
    for i in range(x.size):
        out[i] = _log_term(places, max(x[i], 1e-300))


@compiled
def log_places(places: float, x: Array, out: Array) -> None:
    """Log of the sum of x^j / j! over j below ``places`` (1 or more) into ``out``: exp(x) Q(places, x)."""
    for i in range(x.size):
        value = x[i]
        if value <= places:
            out[i] = value + log1p(-lower_share(places, value)) if value > 0.0 else 0.0
        else:
            out[i] = _log_term(places, value) + log_below(places, value, value - places)
