"""Desks of an interval: how groups share their agents over queues, and Erlang A of each with its lines.

A group that serves several queues is cut into parts so that the load per agent is as even as its skills allow; each
queue is then a desk of its own. That ignores the gain of pooling, and says so with a flag. Desks with a fraction of
an agent, and lines that are cut in fractions, are interpolated between the whole numbers around them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.erlang.single import erlang_a, erlang_b
from surgesim.erlang.waits import Waits

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_BALANCING = 40


def shared(agents: Floats, serves: Flags, load: Floats) -> Floats:
    """Return the agents of each group that work for each queue, shape (groups, queues, intervals).

    Parameters
    ----------
    agents : ndarray, shape (groups, intervals)
        Agents of each group.
    serves : ndarray of bool, shape (groups, queues)
        Skills.
    load : ndarray, shape (queues, intervals)
        Offered load, erlang. Nobody is set aside for a queue without load.
    """
    parts = serves[:, :, None] * load[None]
    for step in range(_BALANCING if serves.sum(axis=1).max(initial=0) > 1 else 1):
        if step:
            there = parts.sum(axis=0)
            parts = parts * np.divide(load, there, out=np.zeros_like(load), where=there > 0)
        whole = parts.sum(axis=1, keepdims=True)
        parts = agents[:, None] * np.divide(parts, whole, out=np.zeros_like(parts), where=whole > 0)
    return parts


@dataclass(frozen=True, eq=False)
class Desks:
    """Erlang A of many desks, arrays of one shape (points,). Shares are of offered contacts.

    Attributes
    ----------
    blocked, abandoned, handled, stuck : ndarray
        Shares; ``stuck`` is 1 where nobody abandons and the load is above the staff: there is no steady state.
    wait_handled_s, wait_abandoned_s : ndarray
        Waits per offered contact: mean wait of the handled (abandoned) times their share.
    waiting, busy : ndarray
        Mean number waiting; mean number of agents at work.
    """

    _sides: "tuple[_Side, ...]"
    blocked: Floats
    abandoned: Floats
    handled: Floats
    stuck: Floats
    wait_handled_s: Floats
    wait_abandoned_s: Floats
    waiting: Floats
    busy: Floats

    def within(self, times: Floats) -> tuple[Floats, Floats]:
        """Return the shares handled, and abandoned, after a wait of at most ``times``.

        Parameters
        ----------
        times : ndarray, shape (..., points)
            Seconds, may be infinite.
        """
        handled, abandoned = np.zeros(times.shape), np.zeros(times.shape)
        for side in self._sides:
            a, b = side.within(times)
            handled += a
            abandoned += b
        return np.minimum(handled, self.handled), np.minimum(abandoned, self.abandoned)


@dataclass(frozen=True, eq=False)
class _Side:
    """Desks with a whole number of agents, and their weights."""

    weight: Floats
    staffed: NDArray[np.int64]
    waits: Waits | None
    empty: NDArray[np.int64]
    blocked_empty: Floats
    patience: Floats

    def within(self, times: Floats) -> tuple[Floats, Floats]:
        handled, abandoned = np.zeros(times.shape), np.zeros(times.shape)
        if self.waits is not None:
            some = times[..., self.staffed]
            weight = self.weight[self.staffed]
            finite = np.where(np.isfinite(some), some, 1e9)  # nobody waits thirty years
            handled[..., self.staffed] = weight * self.waits.service_level(within=finite)
            abandoned[..., self.staffed] = weight * self.waits.accepted * self.waits.abandoned_within(within=finite)
        left = 1.0 - np.exp(-times[..., self.empty] / self.patience[self.empty])
        abandoned[..., self.empty] = self.weight[self.empty] * (1.0 - self.blocked_empty) * left
        return handled, abandoned


def desks(rate: Floats, aht: Floats, agents: Floats, lines: Floats, patience: Floats) -> Desks:
    """Return Erlang A, with lines, of many desks.

    Parameters
    ----------
    rate : ndarray, shape (points,)
        Offered contacts per second, above nought.
    aht, patience : ndarray, shape (points,)
        Mean handling time and mean patience, seconds; patience may be infinite.
    agents : ndarray, shape (points,)
        Agents, any number from nought.
    lines : ndarray, shape (points,)
        Lines for those waiting and those in service together, whole; infinite where there is no trunk.
    """
    floor = np.floor(agents)
    totals = np.zeros((8, len(rate)))
    sides = []
    for whole, weight in ((floor, floor + 1.0 - agents), (floor + 1.0, agents - floor)):
        used = weight > 1e-9
        side, part = _whole(rate, aht, np.where(used, whole, 0.0), lines, patience, np.where(used, weight, 0.0))
        totals += part
        sides.append(side)
    return Desks(tuple(sides), *totals)


def _whole(rate: Floats, aht: Floats, agents: Floats, lines: Floats, patience: Floats, weight: Floats) -> tuple[_Side, Floats]:
    """Return desks with whole numbers of agents, and their measures times their weights, in the order of Desks."""
    here = weight > 0.0
    staffed, empty = np.flatnonzero(here & (agents >= 1) & (lines >= 1)), np.flatnonzero(here & ((agents < 1) | (lines < 1)))
    part = np.zeros((8, len(rate)))
    waits = None
    if len(staffed):
        waits = _erlang_a(rate[staffed], aht[staffed], agents[staffed], lines[staffed], patience[staffed])
        part[:, staffed] = _measures(waits, aht[staffed] * rate[staffed], agents[staffed])
    blocked = _blocked_without_staff(rate[empty] * patience[empty], lines[empty])
    part[:, empty] = _without_staff(rate[empty], patience[empty], blocked)
    return _Side(weight, staffed, waits, empty, blocked, patience), part * weight


def _erlang_a(rate: Floats, aht: Floats, agents: Floats, lines: Floats, patience: Floats) -> Waits:
    return erlang_a(arrival_rate=rate, aht=aht, agents=agents, patience=patience, trunks=lines, unstable="flag")


def _measures(waits: Waits, load: Floats, agents: Floats) -> Floats:
    stable = waits.stable.astype(bool)
    rows = [
        waits.blocking, waits.abandonment, waits.answer_rate, np.zeros(len(load)),
        waits.asa_handled_s * waits.answer_rate, waits.asa_abandoned_s * waits.abandonment,
        waits.queue_length, waits.agents_busy,
    ]  # fmt: skip
    stuck = np.zeros((8, len(load)))
    stuck[3], stuck[7] = 1.0, np.minimum(load, agents)
    return np.where(stable, np.nan_to_num(np.stack(rows), posinf=0.0), stuck)


def _blocked_without_staff(room: Floats, lines: Floats) -> Floats:
    """Return the blocking where nobody answers: callers hold a line until their patience ends (Erlang B)."""
    blocked = np.zeros(len(room))
    finite = np.isfinite(lines)
    endless = finite & ~np.isfinite(room)
    usual = finite & np.isfinite(room)
    blocked[endless] = 1.0
    if usual.any():
        blocked[usual] = erlang_b(load=room[usual], trunks=lines[usual])
    return blocked


def _without_staff(rate: Floats, patience: Floats, blocked: Floats) -> Floats:
    rows = np.zeros((8, len(rate)))
    patient = np.isinf(patience)
    stays = 1.0 - blocked
    seconds = np.where(patient, 0.0, patience)
    rows[0], rows[1], rows[3] = blocked, np.where(patient, 0.0, stays), np.where(patient, stays, 0.0)
    rows[5] = rows[1] * seconds
    rows[6] = rate * rows[5]
    return rows
