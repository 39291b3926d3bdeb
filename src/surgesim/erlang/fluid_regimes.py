"""The linear pieces of :func:`surgesim.erlang.fluid.fluid` and the moments at which one gives way to the next."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import ConservationError

Array = NDArray[np.float64]

# Coordinates of the linear systems: contents, orbit, busy above capacity, the constant 1, then running totals.
INSIDE, ORBIT, EXTRA, ONE, OFFERED, BLOCKED, ABANDONED, HANDLED, QUEUE_S, BUSY_S, REDIALLED = range(11)
SAMPLES = 16  # looks per stretch for the end of a regime; a sum of two exponentials turns at most once between them
CLOSE = 1e-11


@dataclass(frozen=True)
class Desk:
    """Checked input as rates."""

    edges: Array
    birth: Array
    agents: Array
    mu: Array
    theta: Array
    trunks: float
    again_abandoned: float
    again_blocked: float
    back: float


@dataclass(frozen=True)
class Rates:
    """The constants of one interval."""

    birth: float
    agents: float
    mu: float
    theta: float
    trunks: float
    again_abandoned: float
    again_blocked: float
    back: float

    def busy(self, kind: str) -> Array:
        """Number busy as a linear function of the coordinates: all inside, all agents, or those above capacity too."""
        row = np.zeros(11)
        row[{"idle": INSIDE, "full": ONE, "over": EXTRA}[kind]] = self.agents if kind == "full" else 1.0
        return row

    def flows(self, kind: str) -> tuple[Array, Array, Array]:
        """Inflow, abandonment and completions as linear functions of the coordinates."""
        inflow, queue = np.zeros(11), -self.busy(kind)
        inflow[ONE], inflow[ORBIT] = self.birth, self.back
        queue[INSIDE] += 1.0
        return inflow, self.theta * queue, self.mu * self.busy(kind)


@lru_cache(maxsize=4096)
def _propagator(rates: Rates, kind: str, blocking: bool, step: float) -> Array:
    """Matrix that moves the coordinates on by ``step``."""
    from scipy.linalg import expm

    inflow, left, done = rates.flows(kind)
    refused = inflow - left - done if blocking else np.zeros(11)
    matrix = np.zeros((11, 11))
    matrix[INSIDE] = inflow - refused - left - done
    matrix[ORBIT] = rates.again_abandoned * left + rates.again_blocked * refused
    matrix[ORBIT, ORBIT] -= rates.back
    if kind == "over":
        matrix[EXTRA, EXTRA] = -rates.mu
    matrix[OFFERED], matrix[BLOCKED], matrix[ABANDONED], matrix[HANDLED] = inflow, refused, left, done
    matrix[BUSY_S] = rates.busy(kind)
    matrix[QUEUE_S, INSIDE] = 1.0
    matrix[QUEUE_S] -= rates.busy(kind)
    matrix[REDIALLED, ORBIT] = rates.back
    return np.asarray(expm(matrix * step))


def run(desk: Desk, start: tuple[float, float, float]) -> dict[str, Array]:
    """All columns of the answer but the edges."""
    state, busy = np.zeros(11), start[0]
    state[INSIDE], state[ORBIT], state[ONE] = start[0] + start[1], start[2], 1.0
    rows: list[Array] = []
    ends: list[tuple[float, float, float, float]] = []
    for k, length in enumerate(np.diff(desk.edges)):
        rates = Rates(
            float(desk.birth[k]), float(desk.agents[k]), float(desk.mu[k]), float(desk.theta[k]), desk.trunks,
            desk.again_abandoned, desk.again_blocked, desk.back,
        )  # fmt: skip
        state[OFFERED:] = 0.0
        state, busy = _interval(rates, state, busy, float(length))
        rows.append(state.copy())
        queue = max(state[INSIDE] - busy, 0.0)
        ends.append((queue, busy, float(state[ORBIT]), _virtual_wait(rates, queue)))
    return _columns(desk, np.array(rows), np.array(ends), start[1])


def _columns(desk: Desk, rows: Array, ends: Array, queue_start: float) -> dict[str, Array]:
    names = {"offered": OFFERED, "blocked": BLOCKED, "abandoned": ABANDONED, "handled": HANDLED, "queue_s": QUEUE_S,
             "busy_s": BUSY_S, "redialled": REDIALLED}  # fmt: skip
    columns = {name: rows[:, place] for name, place in names.items()}
    for place, name in enumerate(("in_queue_end", "in_service_end", "in_orbit_end", "virtual_wait_end_s")):
        columns[name] = ends[:, place]
    growth = np.diff(np.concatenate([[queue_start], columns["in_queue_end"]]))
    columns["answered"] = columns["offered"] - columns["blocked"] - columns["abandoned"] - growth
    columns["fresh"] = desk.birth * np.diff(desk.edges)
    columns["agents_s"] = desk.agents * np.diff(desk.edges)
    return columns


def _interval(rates: Rates, state: Array, busy: float, length: float) -> tuple[Array, float]:
    """Coordinates and number busy at the end of an interval."""
    busy = max(busy, min(float(state[INSIDE]), rates.agents))  # new agents take from the queue at once
    left = length
    if busy > rates.agents * (1 + CLOSE) and busy > CLOSE:
        state[EXTRA] = busy
        over = np.log(busy / rates.agents) / rates.mu if rates.agents > 0 else np.inf
        stretch = min(over, left)
        state = _stretch(rates, state, "over", stretch)
        left -= stretch
        busy = float(state[EXTRA]) if left <= 0 else rates.agents
    if left > 0:
        state = _stretch(rates, state, "any", left)
        busy = min(float(state[INSIDE]), rates.agents)
    return state, busy


def _stretch(rates: Rates, state: Array, kind: str, left: float) -> Array:
    """Move on by ``left`` through as many regimes as come."""
    for _ in range(200):
        if left <= 0:
            return state
        now = kind if kind == "over" else _kind(rates, state)
        blocking = _blocking(rates, state, now)
        state, used = _until_change(rates, state, now, blocking, left)
        left = left - used if used < left else 0.0
    raise ConservationError(f"the fluid changed regime 200 times in one interval: {rates}")


def _kind(rates: Rates, state: Array) -> str:
    """Whether all agents are busy; at the very edge, where the flow leads."""
    gap = float(state[INSIDE]) - rates.agents
    if abs(gap) > CLOSE * max(1.0, rates.agents):
        return "full" if gap > 0 else "idle"
    return "full" if rates.birth + rates.back * state[ORBIT] >= rates.mu * rates.agents else "idle"


def _blocking(rates: Rates, state: Array, kind: str) -> bool:
    """Whether all trunks are taken and stay so."""
    if state[INSIDE] < rates.trunks * (1 - CLOSE):
        return False
    inflow, left, done = rates.flows(kind)
    # At a balance of flows the trunks count as free: if the inflow gains after all, they fill up again at once.
    return bool((inflow - left - done) @ state > 1e-10 * max(1.0, float(inflow @ state)))


def _until_change(rates: Rates, state: Array, kind: str, blocking: bool, left: float) -> tuple[Array, float]:
    """Coordinates at the end of the regime, or after ``left`` if that comes first, and the time used."""
    from scipy.optimize import brentq

    step, now = left / SAMPLES, state
    guards = _guards(rates, kind, blocking)
    signs = [np.sign(guard @ state) if abs(guard @ state) > CLOSE * max(1.0, rates.agents) else 1.0 for guard in guards]
    matrix = _propagator(rates, kind, blocking, step)
    for i in range(SAMPLES):
        after = matrix @ now
        crossed = [g for g, s in zip(guards, signs, strict=True) if s * (g @ after) < -1e-9 * max(1.0, rates.agents)]
        if crossed:
            ends = []
            for guard in crossed:
                if guard @ now * (guard @ after) >= 0:  # it began a hair beyond: the change is now
                    ends.append(0.0)
                    continue

                def gap(t: float, row: Array = guard, begin: Array = now) -> float:
                    return float(row @ (_propagator(rates, kind, blocking, t) @ begin))

                ends.append(brentq(gap, 0.0, step, xtol=1e-13 * step, rtol=1e-14))
            used = min(ends)
            return _propagator(rates, kind, blocking, used) @ now, i * step + max(used, 1e-12 * step)
        now = after
    return now, left


def _guards(rates: Rates, kind: str, blocking: bool) -> list[Array]:
    """Linear functions that keep their sign as long as the regime lasts."""
    guards = []
    if kind != "over":
        row = np.zeros(11)
        row[INSIDE], row[ONE] = 1.0, -rates.agents
        guards.append(row if kind == "full" else -row)
    if blocking:
        inflow, left, done = rates.flows(kind)
        guards.append(inflow - left - done)
    elif np.isfinite(rates.trunks):
        row = np.zeros(11)
        row[INSIDE], row[ONE] = -1.0, rates.trunks
        guards.append(row)
    return guards


def _virtual_wait(rates: Rates, queue: float) -> float:
    """Wait of a patient arrival behind ``queue`` people while all agents stay busy."""
    served = rates.mu * rates.agents
    if queue <= 0:
        return 0.0
    if served <= 0:
        return np.inf
    return float(np.log1p(rates.theta * queue / served) / rates.theta) if rates.theta > 0 else queue / served
