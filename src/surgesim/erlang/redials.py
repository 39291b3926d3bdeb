"""Callers who redial: M/M/n+M and M/M/n/K+M with an orbit, exact (truncated chain) or by a fixed point of the load."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array
from surgesim.erlang import checks
from surgesim.erlang.chain import Chain, Moves, State, grown, stationary
from surgesim.erlang.search import Booleans, greatest
from surgesim.erlang.single import erlang_a
from surgesim.erlang.waits import Waits

Method = Literal["fixed_point", "exact"]


@dataclass(frozen=True, slots=True)
class Redials:
    """Measures of a queue with redials. An attempt is a first call or a redial; shares are of attempts.

    Attributes
    ----------
    total_rate : attempts per second
    attempts : attempts per first call
    redialling : mean number of people between two attempts
    reconnecting : mean number of handled people who will call again
    wait_probability, blocking, abandonment, service_level : shares of attempts
    queue_length, occupancy, handled_rate : see `Waits`
    lost : share of first calls (and reconnects) that never end with an agent
    method : "fixed_point" (redials as a Poisson stream: good when they come late) or "exact"
    """

    total_rate: Array
    attempts: Array
    redialling: Array
    reconnecting: Array
    wait_probability: Array
    blocking: Array
    abandonment: Array
    service_level: Array
    queue_length: Array
    occupancy: Array
    handled_rate: Array
    lost: Array
    method: Method


@dataclass(frozen=True, slots=True)
class _Desk:
    rate: float
    service: float
    agents: int
    theta: float
    again: float
    again_blocked: float
    orbit_rate: float
    lines: int
    reconnect: float
    reconnect_rate: float
    most_inside: int
    most_orbit: int
    most_reconnect: int

    def moves(self, state: State) -> list[tuple[State, float]]:
        """(contacts inside, people in orbit, people who reconnect)."""
        x, r, c = state
        found = []
        if x < self.most_inside:
            found += [((x + 1, r, c), self.rate), ((x + 1, r - 1, c), r * self.orbit_rate)]
            found.append(((x + 1, r, c - 1), c * self.reconnect_rate))
        else:
            found.append(((x, min(r + 1, self.most_orbit), c), self.rate * self.again_blocked))
            found.append(((x, r - 1, c), r * self.orbit_rate * (1.0 - self.again_blocked)))
            joined = c * self.reconnect_rate
            found.append(((x, min(r + 1, self.most_orbit), c - 1), joined * self.again_blocked))
            found.append(((x, r, c - 1), joined * (1.0 - self.again_blocked)))
        busy = min(x, self.agents) * self.service
        leaving = max(x - self.agents, 0) * self.theta
        found.append(((x - 1, r, c), busy * (1.0 - self.reconnect) + leaving * (1.0 - self.again)))
        found.append(((x - 1, r, min(c + 1, self.most_reconnect)), busy * self.reconnect))
        found.append(((x - 1, min(r + 1, self.most_orbit), c), leaving * self.again))
        return [(to, rate) for to, rate in found if rate > 0.0 and to != state]


def redials(
    *,
    arrival_rate: ArrayLike,
    aht: ArrayLike,
    agents: ArrayLike,
    patience: ArrayLike,
    redial_probability: ArrayLike,
    redial_delay: ArrayLike = 1800.0,
    trunks: ArrayLike | None = None,
    blocked_redial_probability: ArrayLike = 0.0,
    within: ArrayLike = 20.0,
    method: Method = "fixed_point",
) -> Redials:
    """Return the measures of a queue whose abandoned and blocked callers redial after an exponential delay.

    Parameters
    ----------
    arrival_rate, aht, agents, patience, trunks : array_like
        First calls per second and the desk, see `erlang_a`.
    redial_probability, blocked_redial_probability : array_like
        Chance that someone who abandoned, or found no line, tries again, at every attempt.
    redial_delay : array_like
        Mean seconds until the next attempt; the fixed point does not depend on it.
    within : array_like
        Acceptable wait in seconds of the service level.
    method : {"fixed_point", "exact"}
        All attempts as one Poisson stream of the rate that balances (vectorised, any size), or the exact stationary
        law of (contacts inside, people between attempts), one scalar desk at a time.

    Raises
    ------
    DomainError
        Input out of range, no balance (everybody redials and the desk is overloaded), or a chain that is too large.
    """
    most = np.inf if trunks is None else trunks
    given = checks.columns({
        "arrival_rate": (arrival_rate, (1e-12, checks.RATE[1])), "aht": (aht, checks.DURATION),
        "agents": (agents, checks.AGENTS), "patience": (patience, checks.DURATION), "trunks": (most, checks.LINES),
        "redial_probability": (redial_probability, checks.SHARE), "redial_delay": (redial_delay, checks.DURATION),
        "blocked_redial_probability": (blocked_redial_probability, checks.SHARE), "within": (within, checks.WITHIN),
    })  # fmt: skip
    _check_balance(given)
    if method == "fixed_point":
        return _fixed_point(given)
    if given["aht"].size != 1:
        raise DomainError(Problem("the exact chain answers one desk at a time", "method", 'use method="fixed_point"'))
    desk: dict[str, Any] = {name: float(column.item()) for name, column in given.items()}
    return exact_redials(**desk)


def _check_balance(given: dict[str, Array]) -> None:
    """Raise where nobody ever gives up and the first calls alone are more than the agents can handle."""
    kept = (given["redial_probability"] >= 1.0) & ((given["blocked_redial_probability"] >= 1.0) | np.isinf(given["trunks"]))
    bad = kept & (given["arrival_rate"] * given["aht"] >= given["agents"])
    if bad.any():
        what = f"everybody redials until handled, and the load is not below the agents {checks.where(bad)}".rstrip()
        raise DomainError(Problem(what, "redial_probability", "add agents, or let some give up"))


def _fixed_point(given: dict[str, Array]) -> Redials:
    flat = {name: column.ravel() for name, column in given.items()}
    again, blocked = flat["redial_probability"], flat["blocked_redial_probability"]

    def waits(rate: Array) -> Waits:
        aht, agents, patience, trunks = (flat[name] for name in ("aht", "agents", "patience", "trunks"))
        return erlang_a(arrival_rate=rate, aht=aht, agents=agents, patience=patience, trunks=trunks)

    def keeps(rate: Array, _: Booleans) -> Booleans:
        part = waits(rate)
        gone = part.answer_rate + (1.0 - again) * part.abandonment + (1.0 - blocked) * part.blocking
        return np.asarray(rate * gone <= flat["arrival_rate"])

    total = greatest(keeps, flat["arrival_rate"].copy())
    found = waits(total)
    back = total * (again * found.abandonment + blocked * found.blocking)
    values = {
        "total_rate": total, "attempts": total / flat["arrival_rate"], "redialling": back * flat["redial_delay"],
        "reconnecting": np.zeros(total.shape), "wait_probability": found.wait_probability * found.accepted,
        "blocking": found.blocking, "abandonment": found.abandonment, "queue_length": found.queue_length,
        "service_level": found.service_level(within=flat["within"]), "occupancy": found.occupancy,
        "handled_rate": found.handled_rate, "lost": np.maximum(1.0 - found.handled_rate / flat["arrival_rate"], 0.0),
    }  # fmt: skip
    shape = given["aht"].shape
    return Redials(**{name: np.reshape(value, shape) for name, value in values.items()}, method="fixed_point")


def exact_redials(
    *,
    arrival_rate: float,
    aht: float,
    agents: float,
    patience: float,
    redial_probability: float,
    redial_delay: float,
    trunks: float = np.inf,
    blocked_redial_probability: float = 0.0,
    within: float = 20.0,
    reconnect_probability: float = 0.0,
    reconnect_delay: float = 1.0,
    most_inside: int | None = None,
    most_orbit: int | None = None,
    most_reconnecting: int | None = None,
) -> Redials:
    """Return the exact measures of one desk; served people may also call again (``reconnect_probability``).

    The truncations are chosen so that less than 1e-12 of the probability lies at them, unless they are given.

    Raises
    ------
    DomainError
        The chain is too large.
    """
    given = checks.one_desk({
        "arrival_rate": (arrival_rate, checks.SOME_RATE), "aht": (aht, checks.DURATION), "agents": (agents, checks.AGENTS),
        "patience": (patience, checks.ENDLESS), "redial_probability": (redial_probability, checks.SHARE),
        "redial_delay": (redial_delay, checks.DURATION), "trunks": (trunks, checks.LINES),
        "blocked_redial_probability": (blocked_redial_probability, checks.SHARE), "within": (within, checks.WITHIN),
        "reconnect_probability": (reconnect_probability, checks.SHARE),
        "reconnect_delay": (reconnect_delay, checks.DURATION), "most_inside": (most_inside, checks.COUNT),
        "most_orbit": (most_orbit, checks.COUNT), "most_reconnecting": (most_reconnecting, checks.COUNT),
    }, ("agents", "trunks", "most_inside", "most_orbit", "most_reconnecting"))  # fmt: skip
    arrival_rate, aht, agents, patience = (given[name] for name in ("arrival_rate", "aht", "agents", "patience"))
    redial_probability, redial_delay, within = (given[name] for name in ("redial_probability", "redial_delay", "within"))
    reconnect_probability, reconnect_delay = given["reconnect_probability"], given["reconnect_delay"]
    trunks, blocked_redial_probability = given["trunks"], given["blocked_redial_probability"]
    lines = -1 if np.isinf(trunks) else int(trunks)
    again = redial_probability if lines < 0 else blocked_redial_probability
    load, patient = arrival_rate * aht, 0.0 if np.isinf(patience) else 1.0 / patience

    def build(factor: float) -> tuple[Chain, float]:
        inside = int(agents + 12 + factor * (8.0 * np.sqrt(load + agents) + load))
        orbit = int(20 + factor * (arrival_rate * redial_delay * 3.0 + 12.0 * np.sqrt(load + agents)))
        calls = int(12 + factor * 2.0 * arrival_rate * reconnect_delay) if reconnect_probability > 0.0 else 0
        desk = _Desk(
            arrival_rate, 1.0 / aht, int(agents), patient, redial_probability, again, 1.0 / redial_delay, lines,
            reconnect_probability, 1.0 / reconnect_delay, lines if lines > 0 else most_inside or inside,
            most_orbit or orbit, most_reconnecting or calls,
        )  # fmt: skip
        desks.append(desk)
        return _solve(desk, most_inside is not None or most_orbit is not None)

    desks: list[_Desk] = []
    chain = grown(build)
    return _answer(chain, desks[-1], within)


def _solve(desk: _Desk, given: bool) -> tuple[Chain, float]:
    moves: Moves = desk.moves
    chain = stationary((0, 0, 0), moves)
    at_edge = (chain[1] >= desk.most_orbit) | ((chain[2] >= desk.most_reconnect) & (desk.reconnect > 0.0))
    if desk.lines < 0:
        at_edge |= chain[0] >= desk.most_inside
    return chain, 0.0 if given else chain.mean(at_edge)


def _answer(chain: Chain, desk: _Desk, within: float) -> Redials:
    x, r, c = chain[0], chain[1], chain[2]
    offered = desk.rate + r * desk.orbit_rate + c * desk.reconnect_rate
    total = chain.mean(offered)
    waiting = np.maximum(x - desk.agents, 0.0)
    full = (x >= desk.most_inside) & (desk.lines > 0)
    handled = chain.mean(np.minimum(x, desk.agents)) * desk.service
    in_time = np.where(full, 0.0, np.where(x < desk.agents, 1.0, _served_within(desk, waiting, within)))
    first = desk.rate + chain.mean(c) * desk.reconnect_rate
    values = {
        "total_rate": total, "attempts": total / desk.rate, "redialling": chain.mean(r), "reconnecting": chain.mean(c),
        "wait_probability": chain.mean(offered * ((x >= desk.agents) & ~full)) / total,
        "blocking": chain.mean(offered * full) / total, "abandonment": chain.mean(waiting) * desk.theta / total,
        "service_level": chain.mean(offered * in_time) / total, "queue_length": chain.mean(waiting),
        "occupancy": chain.mean(np.minimum(x, desk.agents)) / desk.agents, "handled_rate": handled,
        "lost": max(1.0 - handled / first, 0.0),
    }  # fmt: skip
    return Redials(**{name: np.asarray(value) for name, value in values.items()}, method="exact")


def _served_within(desk: _Desk, ahead: Array, within: float) -> Array:
    """P(handled within the time) with so many ahead: exp(-theta V) is Beta(n mu / theta, ahead + 1)."""
    from scipy.special import betainc, gammainc

    if desk.theta == 0.0:
        return np.asarray(gammainc(ahead + 1.0, desk.agents * desk.service * within))
    c = desk.agents * desk.service / desk.theta
    return np.asarray(c / (c + ahead + 1.0) * betainc(ahead + 1.0, c + 1.0, -np.expm1(-desk.theta * within)))
