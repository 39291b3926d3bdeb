"""Normal approximations of overloaded and of time-varying desks, with abandonment and redials.

``overload_limit``: the stationary desk deep in overload. ``diffusion``: mean and variance of the number inside, moving
in time, closed by a normal law (Gaussian variance approximation: Massey, Pender 2013).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Law
from surgesim.erlang import checks

__all__ = ["Diffusion", "OverloadLimit", "diffusion", "overload_limit"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OverloadLimit:
    """Limits of M/M/n+G with load above n agents; the virtual wait is about normal.

    Attributes
    ----------
    abandonment : share of the offered who leave, 1 - n / load
    virtual_wait_s, virtual_wait_sd_s : mean and standard deviation of what a patient person waits
    queue : mean number in queue
    """

    abandonment: Array
    virtual_wait_s: Array
    virtual_wait_sd_s: Array
    queue: Array

    def service_level(self, within: ArrayLike) -> Array:
        """Share of the offered who are answered within ``within`` seconds."""
        from scipy.special import ndtr

        score = (checks.numbers(within, "within") - self.virtual_wait_s) / self.virtual_wait_sd_s
        return np.asarray((1.0 - self.abandonment) * ndtr(score))


def overload_limit(*, arrival_rate: ArrayLike, aht: ArrayLike, agents: ArrayLike, patience: float | Law) -> OverloadLimit:
    """Efficiency-driven limit of a desk whose load exceeds its agents.

    Parameters
    ----------
    arrival_rate, aht, agents : contacts per second, seconds, number; broadcast
    patience : mean seconds (exponential) or a law with a density

    Raises
    ------
    DomainError
        Somewhere the load does not exceed the agents, or nobody would ever leave.

    Notes
    -----
    Zeltyn, Mandelbaum (2005), section 6: the virtual wait w solves P(patience <= w) = 1 - n / load, and has variance
    1 / (arrival_rate * density of patience at w) (Laplace's method on the exact density of the wait).
    """
    from surgesim.erlang.service_laws import law_of, lesser_mean

    law = law_of(patience)
    given = checks.columns({
        "arrival_rate": (arrival_rate, checks.RATE), "aht": (aht, checks.DURATION), "agents": (agents, (1e-12, 1e12)),
    })  # fmt: skip
    rate, handling, n = given["arrival_rate"], given["aht"], given["agents"]
    if np.any(bad := ~(rate * handling > n)):
        what = f"the load must exceed the agents {checks.where(bad)}".rstrip()
        raise DomainError(Problem(what, "agents", "below the load use garnett or erlang_a"))
    leave = 1.0 - n / (rate * handling)
    wait = law.quantile(leave)
    deviation = 1.0 / np.sqrt(rate * law.pdf(wait))
    return OverloadLimit(np.asarray(leave), wait, np.asarray(deviation), np.asarray(rate * lesser_mean(law, wait)))


@dataclass(frozen=True, eq=False)
class Diffusion:
    """Normal approximation per interval; counts are additive.

    ``offered`` (redials included), ``abandoned``, ``delayed`` (arrivals that find all agents busy), ``queue_s``,
    ``busy_s`` by the clock; at the end of the interval ``inside_end`` and ``inside_sd_end`` (mean and standard
    deviation of busy plus queue), ``in_orbit_end`` (mean number who will redial).
    """

    start_s: Array
    end_s: Array
    offered: Array
    abandoned: Array
    delayed: Array
    queue_s: Array
    busy_s: Array
    inside_end: Array
    inside_sd_end: Array
    in_orbit_end: Array


def diffusion(
    *,
    edges: ArrayLike,
    arrival_rate: ArrayLike,
    agents: ArrayLike,
    aht: ArrayLike,
    patience: ArrayLike | None = None,
    redial_abandoned: float = 0.0,
    redial_delay: float = 1800.0,
    inside_start: float = 0.0,
    steps_per_time_constant: int = 6,
) -> Diffusion:
    """Mean and variance of Mt/M/nt+M with redials, closed by a normal law.

    Parameters
    ----------
    edges, arrival_rate, agents, aht, patience, redial_abandoned, redial_delay : as in ``fluid``
    inside_start : number inside at ``edges[0]``, known exactly
    steps_per_time_constant : Runge-Kutta steps per shortest of aht, patience and redial delay

    Returns
    -------
    Diffusion

    Notes
    -----
    With X normal: E[(X - n)+] = sd (phi(c) + c Phi(c)), c = (mean - n) / sd, and Cov(X, (X - n)+) = var Phi(c) (Stein).
    Redials enter by their mean. When capacity drops, contacts above it return to the queue: unlike ``transient``.
    """
    from surgesim.erlang.fluid import fluid_desk

    desk = fluid_desk(edges, arrival_rate, agents, aht, patience, None, redial_abandoned, 0.0, redial_delay)
    state = [float(inside_start), 0.0, 0.0]
    rows = []
    for k, length in enumerate(np.diff(desk.edges)):
        inputs = (desk.birth[k], desk.agents[k], desk.mu[k], desk.theta[k], redial_abandoned, desk.back)
        constants = tuple(float(value) for value in inputs)
        fastest = max(constants[2], constants[3], constants[5])
        whole = [*state, 0.0, 0.0, 0.0, 0.0, 0.0]
        steps = max(4, int(np.ceil(length * fastest * steps_per_time_constant)))
        for _ in range(steps):
            whole = _runge_kutta(whole, float(length) / steps, constants)
        state = whole[:3]
        rows.append(whole)
    table = np.array(rows)
    spread = np.sqrt(np.maximum(table[:, 1], 0.0))
    offered, abandoned, delayed, queue_s, busy_s = table[:, 3:].T
    return Diffusion(
        desk.edges[:-1], desk.edges[1:], offered, abandoned, delayed, queue_s, busy_s, table[:, 0], spread, table[:, 2]
    )


def _runge_kutta(y: list[float], step: float, constants: tuple[float, ...]) -> list[float]:
    """One classical fourth-order step, in plain floats: eight of them are too few for arrays to pay."""
    a = _slope(y, constants)
    b = _slope([u + step / 2 * v for u, v in zip(y, a, strict=True)], constants)
    c = _slope([u + step / 2 * v for u, v in zip(y, b, strict=True)], constants)
    d = _slope([u + step * v for u, v in zip(y, c, strict=True)], constants)
    slopes = zip(y, a, b, c, d, strict=True)
    return [u + step / 6 * (first + 2 * second + 2 * third + last) for u, first, second, third, last in slopes]


def _slope(y: list[float], constants: tuple[float, ...]) -> list[float]:
    """Derivatives of mean, variance, orbit and of the running totals."""
    birth, n, mu, theta, again, back = constants
    mean, variance, orbit = y[0], max(y[1], 1e-12), y[2]
    spread = math.sqrt(variance)
    c = (mean - n) / spread
    above = 0.5 * math.erfc(-c / math.sqrt(2))
    queue = spread * (math.exp(-c * c / 2) / math.sqrt(2 * math.pi) + c * above)
    busy, rate = mean - queue, birth + back * orbit
    out = mu * busy + theta * queue
    spring = 2 * variance * (mu * (1 - above) + theta * above)
    return [
        rate - out, rate + out - spring, again * theta * queue - back * orbit,
        rate, theta * queue, rate * above, queue, busy,
    ]  # fmt: skip
