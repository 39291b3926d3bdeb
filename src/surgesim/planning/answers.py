"""Tables of the M/M/n+G queue: what share of calls is answered in time, over a grid of rates and agents.

The optimisation needs hundreds of thousands of values, so everything is computed at once on fixed grids, to about
four digits; the calibration by simulation corrects far greater errors. Single values to full precision are the
business of the formulas floor.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.base.laws import Law

Floats = NDArray[np.float64]

RATE_STEP = 1.04
"""Ratio of neighbouring rates on the grid."""
WAIT_STEP = 1.04
SHORTEST_S, LONGEST_S = 0.25, 2.0e5


@dataclass(frozen=True, eq=False)
class Answers:
    """What becomes of each first call, its redials counted in, by rate of first calls and agents.

    Attributes
    ----------
    rates : ndarray, shape (rates,)
        First calls per second, in equal ratios.
    agents : ndarray, shape (agents,)
        Agents, ascending from 0.
    offered : ndarray, shape (rates, agents)
        Calls for each first call: 1 where nobody has to redial.
    within, answered, short : ndarray, shape (rates, agents)
        Calls answered within the threshold, answered at all, and gone within the time of a short abandon, for each
        first call.
    """

    rates: Floats
    agents: Floats
    offered: Floats
    within: Floats
    answered: Floats
    short: Floats


@dataclass(frozen=True)
class Redials:
    """Another attempt after giving up, with some probability, up to a greatest number of attempts."""

    probability: float = 0.0
    attempts: int = 1

    def calls(self, lost: Floats) -> Floats:
        """Return calls for each first call when a share of the calls is lost: a geometric series, cut off."""
        again = np.minimum(self.probability * lost, 1.0 - 1e-9)
        return np.asarray((1.0 - again**self.attempts) / (1.0 - again))


def answers(
    patience: Law, aht_s: float, within_s: float, short_s: float, redials: Redials, least: float, greatest: float
) -> Answers:
    """Return the table of one queue.

    Parameters
    ----------
    patience : Law
        Patience, seconds.
    aht_s : float
        Mean handling time, seconds.
    within_s, short_s : float
        Thresholds of the service level and of a short abandon, seconds.
    redials : Redials
        What those do who gave up; they come back within the same interval.
    least, greatest : float
        Rates that the grid must span, calls per second.

    Notes
    -----
    Virtual wait of M/M/n+G: an atom at 0 and the density proportional to exp(rate H(x) - n x / aht) with H the
    integral of the survival function of patience (F. Baccelli, G. Hebuterne, 1981; S. Zeltyn, A. Mandelbaum, 2005).
    """
    greatest = max(greatest, 1e-9)
    steps = int(np.ceil(np.log(greatest / max(least, 1e-9)) / np.log(RATE_STEP))) + 1
    rates = np.asarray(max(least, 1e-9) * RATE_STEP ** np.arange(max(2, steps + 1)), dtype=np.float64)
    agents = _agents(rates[-1] * aht_s)
    wait = _waits(within_s, short_s)
    tables = [_of_rate(rate, agents, wait, patience, aht_s, within_s, short_s) for rate in rates.tolist()]
    within, answered, short = (np.array(column, dtype=np.float64) for column in zip(*tables, strict=True))
    calls = _calls(rates, answered, redials)
    place = np.log(rates[:, None] * calls / rates[0]) / np.log(RATE_STEP)
    return Answers(rates, agents, calls, *(calls * _along(part, place) for part in (within, answered, short)))


def _along(values: Floats, place: Floats) -> Floats:
    """Return values interpolated along the rates, shape (rates, agents)."""
    place = np.clip(place, 0.0, len(values) - 1.0 - 1e-9)
    low = place.astype(np.int64)
    columns = np.arange(values.shape[1])[None, :]
    return np.asarray(values[low, columns] * (1.0 - (place - low)) + values[low + 1, columns] * (place - low))


def _calls(rates: Floats, answered: Floats, redials: Redials) -> Floats:
    """Return calls for each first call where redials and service agree: a damped fixed point."""
    calls = np.ones_like(answered)
    for _ in range(60 if redials.probability else 0):
        place = np.log(rates[:, None] * calls / rates[0]) / np.log(RATE_STEP)
        calls = 0.5 * calls + 0.5 * redials.calls(1.0 - _along(answered, place))
    return calls


def _agents(load: float) -> Floats:
    """Return whole numbers of agents up to well beyond a load, sparser where they are many."""
    most = int(np.ceil(1.3 * load + 6.0 * np.sqrt(load) + 6.0))
    return np.unique(np.concatenate([np.arange(min(most, 80) + 1), np.geomspace(80, max(most, 81), 150).round()]))


def _waits(within_s: float, short_s: float) -> Floats:
    grid = SHORTEST_S * WAIT_STEP ** np.arange(int(np.log(LONGEST_S / SHORTEST_S) / np.log(WAIT_STEP)) + 1)
    fine = np.linspace(0.0, min(within_s, 3600.0), 9)
    return np.unique(np.concatenate([[0.0, within_s, short_s], fine, grid]))


def _of_rate(
    rate: float, agents: Floats, wait: Floats, patience: Law, aht_s: float, within_s: float, short_s: float
) -> tuple[Floats, Floats, Floats]:
    stays = np.asarray(patience.sf(wait))
    early = 1.0 - np.asarray(patience.sf(np.minimum(wait, short_s)))
    willing = np.concatenate([[0.0], np.cumsum(np.diff(wait) * (stays[1:] + stays[:-1]) / 2.0)])
    exponent = rate * willing[None, :] - agents[:, None] * wait[None, :] / aht_s
    scale = np.maximum(exponent.max(axis=1), 0.0)
    density = rate * np.exp(np.maximum(exponent - scale[:, None], -700.0))
    atom = _inverse_blocking(rate * aht_s, agents) * np.exp(-scale)
    whole = atom + _integral(density, wait)
    soon = np.where(wait <= within_s, stays, 0.0)
    upto = np.searchsorted(wait, within_s, side="right")
    within = (atom + _integral((density * soon)[:, :upto], wait[:upto])) / whole
    answered = (atom + _integral(density * stays, wait)) / whole
    short = _integral(density * early, wait) / whole
    nobody = agents == 0
    gone_early = 1.0 - float(np.asarray(patience.sf(short_s)))
    return np.where(nobody, 0.0, within), np.where(nobody, 0.0, answered), np.where(nobody, gone_early, short)


def _integral(values: Floats, at: Floats) -> Floats:
    return np.asarray(np.sum((values[:, 1:] + values[:, :-1]) * np.diff(at) / 2.0, axis=1))


def _inverse_blocking(load: float, agents: Floats) -> Floats:
    """Return 1 / B(n - 1, load) with B the formula of Erlang (1917), by its recursion; 1 for no or one agent."""
    inverse = np.ones(int(agents[-1]) + 1)
    for n in range(2, len(inverse)):
        inverse[n] = min(1.0 + (n - 1) / load * inverse[n - 1], 1e300)
    return np.asarray(inverse[agents.astype(np.int64)])


def blocking(load: Floats, lines: Floats | NDArray[np.int64]) -> Floats:
    """Return the share of calls that find all lines taken (A. K. Erlang, 1917).

    Parameters
    ----------
    load : ndarray, shape (loads,)
        Offered load, erlang.
    lines : ndarray of whole numbers, shape (lines,)
        Lines.

    Returns
    -------
    ndarray, shape (loads, lines)
    """
    load = np.maximum(np.asarray(load, dtype=np.float64), 1e-12)
    found = np.empty((len(load), len(lines)))
    share = np.ones(len(load))
    for n in range(int(max(lines, default=0)) + 1):
        share = load * share / (n + load * share) if n else share
        found[:, np.asarray(lines) == n] = share[:, None]
    return found
