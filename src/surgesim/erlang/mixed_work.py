"""Calls mixed with other work, exact: outbound filling idle time, and the offer to be called back."""

from dataclasses import dataclass

import numpy as np

from surgesim.base.errors import DomainError, Problem
from surgesim.erlang import checks
from surgesim.erlang.chain import Chain, State, grown, stationary


@dataclass(frozen=True, slots=True)
class Blend:
    """Inbound measures, and outbound contacts per second that fill the idle time."""

    wait_probability: float
    abandonment: float
    asa_all_s: float
    queue_length: float
    occupancy: float
    outbound_rate: float


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Inbound measures; share of contacts that took the offer, their mean number waiting and mean delay."""

    wait_probability: float
    abandonment: float
    asa_all_s: float
    queue_length: float
    occupancy: float
    callback_share: float
    callbacks_waiting: float
    callback_delay_s: float


@dataclass(frozen=True, slots=True)
class _Blending:
    """A state is (inbound in service, outbound in service, inbound waiting)."""

    rate: float
    mu: float
    mu_out: float
    theta: float
    agents: int
    reserve: int

    def moves(self, state: State, most: int) -> list[tuple[State, float]]:
        inbound, out, queue = state
        found: list[tuple[State, float]] = []
        if inbound + out < self.agents:
            found.append(((inbound + 1, out, queue), self.rate))
        elif queue < most:
            found.append(((inbound, out, queue + 1), self.rate))
        if queue > 0:
            found.append(((inbound, out, queue - 1), queue * self.theta))
        if inbound > 0:
            found.append((self._next((inbound - 1, out, queue)), inbound * self.mu))
        if out > 0:
            found.append((self._next((inbound, out - 1, queue)), out * self.mu_out))
        return found

    def _next(self, state: State) -> State:
        """What the agent who became free takes: who waits, else outbound work, else nothing."""
        inbound, out, queue = state
        if queue > 0:
            return inbound + 1, out, queue - 1
        return (inbound, out + 1, queue) if self.agents - inbound - out > self.reserve else state


@dataclass(frozen=True, slots=True)
class _CallingBack:
    """A state is (busy agents, waiting on the line, callbacks to make)."""

    rate: float
    mu: float
    theta: float
    agents: int
    accept: float
    offer_from: int
    reserve: int

    def moves(self, state: State, most: int, most_called: int) -> list[tuple[State, float]]:
        busy, queue, called = state
        found: list[tuple[State, float]] = []
        if busy < self.agents:
            found.append(((busy + 1, queue, called), self.rate))
        else:
            taken = self.accept if queue >= self.offer_from else 0.0
            found.append(((busy, min(queue + 1, most), called), self.rate * (1.0 - taken)))
            found.append(((busy, queue, min(called + 1, most_called)), self.rate * taken))
            found.append(((busy, queue - 1, called), queue * self.theta))
        if busy > 0:
            found.append((self._next(busy, queue, called), busy * self.mu))
        return [(to, rate) for to, rate in found if rate > 0.0 and to != state]

    def _next(self, busy: int, queue: int, called: int) -> State:
        """What the agent who became free takes: who waits, else a callback, else nothing."""
        if queue > 0:
            return busy, queue - 1, called
        if called > 0 and self.agents - busy + 1 > self.reserve:
            return busy, 0, called - 1
        return busy - 1, 0, called


def _theta(patience: float) -> float:
    return 0.0 if np.isinf(patience) else 1.0 / patience


def _checked(
    more: checks.Bounded, arrival_rate: float, aht: float, agents: int, patience: float, most_waiting: int | None
) -> dict[str, float]:
    """The arguments that both desks share, and ``more``; all but accept and the times are counts."""
    given = checks.one_desk({
        "arrival_rate": (arrival_rate, checks.SOME_RATE), "aht": (aht, checks.DURATION), "agents": (agents, checks.AGENTS),
        "patience": (patience, checks.ENDLESS), "most_waiting": (most_waiting, checks.AGENTS), **more,
    }, ("agents", "reserve", "offer_from", "most_waiting", "most_callbacks"))  # fmt: skip
    if given["reserve"] > given["agents"]:
        what = f"{given['reserve']:g} agents of {given['agents']:g} are kept free"
        raise DomainError(Problem(what, "reserve", "keep at most all agents free"))
    if np.isinf(patience) and given["arrival_rate"] * given["aht"] >= given["agents"]:
        raise DomainError(Problem("the queue grows for ever", "agents", "add agents or give a patience"))
    return given


def blend(
    *,
    arrival_rate: float,
    aht: float,
    agents: int,
    patience: float = np.inf,
    reserve: int = 0,
    outbound_aht: float | None = None,
    most_waiting: int | None = None,
) -> Blend:
    """Return the exact measures where endless outbound work starts whenever more than ``reserve`` agents are free.

    Parameters
    ----------
    arrival_rate, aht, patience : float
        Inbound contacts per second; seconds; seconds (may be infinite).
    agents, reserve : int
        Agents; agents kept free for inbound.
    outbound_aht : float or None
        Mean time of outbound work; None is ``aht``.
    most_waiting : int or None
        Truncation of the queue; None grows it until less than 1e-12 of the probability lies there.

    Raises
    ------
    DomainError
        Input out of range; inbound overload without abandonment.
    """
    more: checks.Bounded = {"reserve": (reserve, checks.COUNT), "outbound_aht": (outbound_aht, checks.DURATION)}
    given = _checked(more, arrival_rate, aht, agents, patience, most_waiting)
    arrival_rate, aht, patience = given["arrival_rate"], given["aht"], given["patience"]
    agents, reserve = int(given["agents"]), int(given["reserve"])
    theta, mu_out = _theta(patience), 1.0 / (outbound_aht or aht)
    desk = _Blending(arrival_rate, 1.0 / aht, mu_out, theta, agents, reserve)

    def build(factor: float) -> tuple[Chain, float]:
        most = most_waiting or int(factor * (40 + (arrival_rate * patience if theta else 0.0)))
        chain = stationary((0, agents - reserve, 0), lambda state: desk.moves(state, most))
        return chain, 0.0 if most_waiting else chain.mean(chain[2] >= most)

    chain = grown(build)
    queue, busy = chain.mean(chain[2]), chain[0] + chain[1]
    return Blend(
        wait_probability=chain.mean(busy >= agents), abandonment=theta * queue / arrival_rate,
        asa_all_s=queue / arrival_rate, queue_length=queue, occupancy=chain.mean(busy) / agents,
        outbound_rate=chain.mean(chain[1]) * mu_out,
    )  # fmt: skip


def callbacks(
    *,
    arrival_rate: float,
    aht: float,
    agents: int,
    patience: float,
    accept: float,
    offer_from: int,
    reserve: int = 0,
    most_waiting: int | None = None,
    most_callbacks: int | None = None,
) -> Callbacks:
    """Return the exact measures where a contact that finds ``offer_from`` waiting may ask to be called back.

    Callbacks are made when nobody waits on the line and more than ``reserve`` agents are free.

    Parameters
    ----------
    arrival_rate, aht, patience : float
        Contacts per second; seconds; seconds (may be infinite).
    agents, offer_from, reserve : int
        Agents; number waiting from which the offer is made; agents kept free of callbacks.
    accept : float
        Share that takes the offer.
    most_waiting, most_callbacks : int or None
        Truncations; None grows them until less than 1e-12 of the probability lies there.

    Raises
    ------
    DomainError
        Input out of range, or a chain that is too large (callbacks that pile up).
    """
    counts: checks.Bounded = {
        "offer_from": (offer_from, checks.COUNT), "reserve": (reserve, checks.COUNT),
        "most_callbacks": (most_callbacks, checks.AGENTS),
    }  # fmt: skip
    given = _checked({"accept": (accept, checks.SHARE), **counts}, arrival_rate, aht, agents, patience, most_waiting)
    arrival_rate, aht, patience, accept = (given[name] for name in ("arrival_rate", "aht", "patience", "accept"))
    agents, offer_from, reserve = (int(given[name]) for name in ("agents", "offer_from", "reserve"))
    theta = _theta(patience)
    desk = _CallingBack(arrival_rate, 1.0 / aht, theta, agents, accept, offer_from, reserve)

    def build(factor: float) -> tuple[Chain, float]:
        most = most_waiting or int(factor * (40 + (arrival_rate * patience if theta else 0.0)))
        most_called = most_callbacks or int(60 * factor * factor)
        chain = stationary((0, 0, 0), lambda state: desk.moves(state, most, most_called))
        edge = chain.mean((chain[1] >= most) | (chain[2] >= most_called))
        return chain, 0.0 if most_waiting and most_callbacks else edge

    return _callbacks(grown(build), arrival_rate, theta, agents, accept, offer_from)


def _callbacks(chain: Chain, rate: float, theta: float, agents: int, accept: float, offer_from: int) -> Callbacks:
    queue, called = chain.mean(chain[1]), chain.mean(chain[2])
    all_busy = chain[0] >= agents
    share = accept * chain.mean(all_busy & (chain[1] >= offer_from))
    return Callbacks(
        wait_probability=chain.mean(all_busy), abandonment=theta * queue / rate, asa_all_s=queue / rate,
        queue_length=queue, occupancy=chain.mean(chain[0]) / agents, callback_share=share, callbacks_waiting=called,
        callback_delay_s=called / (rate * share) if share > 0.0 else 0.0,
    )  # fmt: skip
