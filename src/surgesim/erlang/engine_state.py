"""The fixed point of the formula engine: loads decide who fails, who fails decides the loads."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surgesim.erlang.engine_chains import Chains, Ways
from surgesim.erlang.engine_deferred import Late
from surgesim.erlang.engine_desks import Desks, desks, shared
from surgesim.model.load import Load, load
from surgesim.model.model import Model

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_ROUNDS = 4  # lines depend on who is in after-contact work, which is known from the second round on
MOST_ROUNDS = 200
TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class State:
    """Everything that the formulas say, shape (queues, intervals) unless said otherwise.

    Attributes
    ----------
    model : Model
        What is answered.
    first : Load
        First attempts.
    chains : Chains
        Offered contacts.
    open_s : ndarray
        Open seconds of each interval.
    calls : ndarray of bool
        Where a formula was evaluated: calls that are offered.
    parts : ndarray, shape (groups, queues, intervals)
        Agents of each group that work for each queue.
    aht_s, line_s : ndarray
        Mean handling time, and the part of it that holds a line.
    talk_factor, handling_factor : ndarray
        Means over contacts and agents.
    lines : ndarray
        Lines of each desk, those whose agents are in after-contact work counted in.
    desks : Desks
        Erlang A at the points of ``calls``.
    rounds : int
        Rounds of the fixed point.
    gap : float
        Greatest relative change in the last round.
    """

    model: Model
    first: Load
    chains: Chains
    open_s: Floats
    calls: Flags
    parts: Floats
    aht_s: Floats
    line_s: Floats
    talk_factor: Floats
    handling_factor: Floats
    lines: Floats
    desks: Desks
    rounds: int
    gap: float

    @property
    def agents(self) -> Floats:
        """Agents of each queue."""
        return np.asarray(self.parts.sum(axis=0))

    @property
    def load(self) -> Floats:
        """Offered load of calls, erlang."""
        rate = np.divide(self.chains.offered, self.open_s, out=np.zeros_like(self.open_s), where=self.calls)
        return rate * self.aht_s

    def spread(self, values: Floats) -> Floats:
        """Return values at the points of ``calls`` as an array over queues and intervals, nought elsewhere."""
        found = np.zeros(self.calls.shape)
        found[self.calls] = values
        return found


class Solver:
    """Computes the fixed point of one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.ways = Ways(model)
        self.first = load(model)
        self.late = Late(model)
        length = np.diff(model.clock.edges_s)
        self.open_s = np.stack([door.open_share for door in self.ways.doors]) * length
        self.deferred = np.array([queue.deferred for queue in model.queues])[:, None]
        self.serves = np.zeros((len(model.groups), len(model.queues)), dtype=np.bool_)
        for group, skills in enumerate(model.skills):
            self.serves[group, list(skills)] = True
        self.serves &= ~self.deferred[:, 0]
        self.talk_factor = self._talk_factor()

    def _column(self, values: list[float]) -> Floats:
        return np.array(values, dtype=np.float64)[:, None]

    def _talk_factor(self) -> Floats:
        """Return the mean talk factor by queue and interval; that of all first attempts where there is none."""
        offered = self.first.offered
        total = offered.sum(axis=1, keepdims=True)
        talk = (offered * self.first.talk_factor).sum(axis=1, keepdims=True)
        usual = np.divide(talk, total, out=np.ones_like(total), where=total > 0)
        return np.where(offered > 1e-6, self.first.talk_factor, usual)

    def solve(self) -> State:
        """Return the fixed point, started from first contacts alone; every round adds redials of the round before."""
        none = np.zeros_like(self.open_s)
        chains = self.ways.chains(self.first, none, none + self.deferred)
        gap, rounds, busy = np.inf, 0, none
        while True:
            rounds += 1
            state = self._state(chains, busy, rounds, gap)
            fails = state.spread(state.desks.blocked + state.desks.abandoned)
            handled = np.where(self.deferred, 1.0, state.spread(state.desks.handled))
            after = self.ways.chains(self.first, fails, handled)
            gap = float(np.max(np.abs(after.offered - chains.offered) / (1.0 + chains.offered)))
            if (gap <= TOLERANCE and rounds >= LEAST_ROUNDS) or rounds == MOST_ROUNDS:
                return replace(state, chains=after, gap=gap)  # outcomes and redials of one evaluation: the books balance
            chains, busy = after, state.spread(state.desks.busy)

    def _state(self, chains: Chains, busy: Floats, rounds: int, gap: float) -> State:
        model = self.model
        mean = {part: self._column([getattr(queue, part).mean for queue in model.queues]) for part in ("talk", "hold", "after")}
        plain = mean["talk"] * self.talk_factor + mean["hold"] + mean["after"]
        calls = (chains.offered > 1e-9) & (self.open_s > 1e-6) & ~self.deferred
        rate = np.divide(chains.offered, self.open_s, out=np.zeros_like(self.open_s), where=calls)
        parts = shared(self._agents_for_calls(chains), self.serves, rate * plain)
        factor = self._handling_factor(parts)
        aht, line = plain * factor, (mean["talk"] * self.talk_factor + mean["hold"]) * factor
        lines = self._lines(rate * line, busy * (1.0 - line / aht))
        patience = np.broadcast_to(self._column([queue.patience.mean for queue in model.queues]), calls.shape)
        found = desks(rate[calls], aht[calls], parts.sum(axis=0)[calls], lines[calls], patience[calls])
        return State(
            model, self.first, chains, self.open_s, calls, parts, aht, line, self.talk_factor, factor, lines, found,
            rounds, gap,
        )  # fmt: skip

    def _agents_for_calls(self, chains: Chains) -> Floats:
        """Return agents less those whom deferred work takes because their group serves it first."""
        agents = self.model.agents.astype(np.float64)
        if not self.late.comes_first.any():
            return agents
        length = np.diff(self.model.clock.edges_s)
        _, given = self.late.served(chains.offered, self.talk_factor, agents * length, self.late.comes_first)
        return np.asarray(agents - given.sum(axis=1) / length)

    def _handling_factor(self, parts: Floats) -> Floats:
        """Return the mean handling factor of a queue's contacts: fast groups take more of them."""
        speed = 1.0 / self.model.handling_factor[:, None, None]
        there, pace = parts.sum(axis=0), (parts * speed).sum(axis=0)
        served = self.serves | self.deferred[:, 0]
        usual = np.array([np.mean(self.model.handling_factor[served[:, q]]) if served[:, q].any() else 1.0
                          for q in range(parts.shape[1])])[:, None]  # fmt: skip
        return np.asarray(np.divide(there, pace, out=np.broadcast_to(usual, there.shape).copy(), where=pace > 0))

    def _lines(self, wanted: Floats, after_work: Floats) -> Floats:
        """Cut the lines of each trunk by load; an agent in after-contact work holds no line, so one more call fits."""
        lines = np.full(wanted.shape, np.inf)
        for trunk in range(len(self.model.trunks)):
            members = [place for place, queue in enumerate(self.model.queues) if queue.trunk == trunk]
            total = wanted[members].sum(axis=0)
            for place in members:
                share = np.divide(wanted[place], total, out=np.zeros_like(total), where=total > 0)
                own = self.model.lines[trunk] * share
                lines[place] = np.where(own > 0, np.round(np.maximum(own, 1.0) + after_work[place]), 0.0)
        return lines
