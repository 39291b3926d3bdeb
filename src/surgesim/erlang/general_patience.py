"""M/M/n+G: exponential service, any law of patience, exact by quadrature (Baccelli, Hebuterne 1981; Zeltyn, Mandelbaum 2005).

Given that a contact waits, the virtual wait has a density proportional to exp(h(u)), h(u) = arrival_rate * integral of
P(patience > t) over 0..u - agents * u / aht.  h is concave for every law.  Panels of 20 Gauss-Legendre nodes are graded
towards 0, towards every kink of the law, towards the top of h and towards the asked time, and all are halved until the
sums stand still; the integral of the survival function inside a panel is spectral.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from surgesim.base.compound import Empirical, Mixture
from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array, Constant, Law, Uniform
from surgesim.erlang.kernel_single import below_over_edge
from surgesim.erlang.waits import Waits, assemble

_ORDER = 20
_DEPTH = 48.0
_TOLERANCE = 2e-14
_LEVELS = 7
_GRADES = 0.5 ** np.arange(1, 46)


def kinks(law: Law) -> tuple[float, ...]:
    """Return the times at which the survival function is not smooth, apart from 0."""
    if isinstance(law, Constant):
        return (law.value_s,)
    if isinstance(law, Uniform):
        return (law.low_s, law.high_s)
    if isinstance(law, Empirical):
        return tuple(sorted(set(law.samples)))
    if isinstance(law, Mixture):
        return tuple(sorted({kink for part in law.laws for kink in kinks(part)}))
    return ()


@lru_cache(maxsize=1)
def _rule() -> tuple[Array, Array, Array]:
    """Nodes, weights and the matrix that integrates from -1 to each node (Legendre expansion of the interpolant)."""
    nodes, weights = np.polynomial.legendre.leggauss(_ORDER)
    values = np.polynomial.legendre.legvander(nodes, _ORDER)
    integrals = np.empty((_ORDER, _ORDER))
    integrals[:, 0] = nodes + 1.0
    for k in range(1, _ORDER):
        integrals[:, k] = (values[:, k + 1] - values[:, k - 1]) / (2 * k + 1)
    project = (2 * np.arange(_ORDER)[:, None] + 1) / 2 * values[:, :_ORDER].T * weights
    return nodes, weights, integrals @ project


@dataclass(frozen=True, slots=True)
class _Desk:
    """One point: joining contacts per second, handled contacts per second when all are busy, law of patience."""

    joining: float
    service: float
    law: Law

    def top(self) -> float:
        """Where h is greatest."""
        start = float(self.law.sf(0.0))
        if self.joining * start <= self.service:
            return 0.0
        return float(self.law.quantile(1.0 - self.service / self.joining))


@dataclass(frozen=True, slots=True)
class _Profile:
    """Nodes of the virtual wait given that there is one, with their probabilities and what happens at each."""

    u: Array
    mass: Array
    survival: Array
    gone: Array
    waited: Array
    waited_gone: Array
    log_above: float


def _profile(desk: _Desk, edges: Array) -> _Profile:
    nodes, weights, inside = _rule()
    left, half = edges[:-1, None], 0.5 * np.diff(edges)[:, None]
    u = left + half * (1.0 + nodes)
    survival, gone = desk.law.sf(u), desk.law.cdf(u)
    waited = _integral(survival, half, weights, inside)
    h = desk.joining * waited - desk.service * u
    highest = float(h.max())
    mass = half * weights * np.exp(np.maximum(h - highest, -745.0))
    total = float(mass.sum())
    log_above = float(np.log(desk.service * total)) + highest
    early = u * gone - _integral(gone, half, weights, inside)
    return _Profile(u, mass / total, survival, gone, waited, np.maximum(early, 0.0), log_above)


def _integral(values: Array, half: Array, weights: Array, inside: Array) -> Array:
    """Integral from 0 to each node, of the function with these values at the nodes."""
    panels = half[:, 0] * (values @ weights)
    before = np.concatenate([[0.0], np.cumsum(panels)[:-1]])
    return np.asarray(before[:, None] + half * (values @ inside.T))


def _edges(desk: _Desk, marks: tuple[float, ...]) -> Array:
    """Graded panel edges from 0 to where the density has died out."""
    top = desk.top()
    fixed = [mark for mark in (*kinks(desk.law), top, *marks) if np.isfinite(mark)]
    width = 1.0 / desk.service
    for _ in range(200):
        edges = _graded(top + width, fixed)
        last = _profile(desk, edges)
        exponent = desk.joining * last.waited[-1, -1] - desk.service * last.u[-1, -1]
        if exponent < _highest(desk, last) - _DEPTH:
            return edges
        width *= 2.0
    raise DomainError(Problem("the queue grows for ever: too many callers never hang up", "patience", "add agents"))


def _highest(desk: _Desk, profile: _Profile) -> float:
    return float((desk.joining * profile.waited - desk.service * profile.u).max())


def _graded(end: float, fixed: list[float]) -> Array:
    parts = [np.array([0.0, end]), end * _GRADES]
    few = _GRADES[:30] if len(fixed) < 12 else _GRADES[:0]
    for mark in fixed:
        if 0.0 < mark < end:
            parts += [np.array([mark]), mark - mark * few, mark + (end - mark) * few]
    edges = np.unique(np.concatenate(parts))
    return np.asarray(edges[np.concatenate([[True], np.diff(edges) > 1e-15 * end])])


def _converged(desk: _Desk, marks: tuple[float, ...], sums: Callable[[_Profile], Array]) -> tuple[Array, float]:
    """Sums over the profile, with panels halved until they stand still; and the log of the mass above."""
    edges = _edges(desk, marks)
    profile = _profile(desk, edges)
    old = sums(profile)
    for _ in range(_LEVELS):
        edges = np.sort(np.concatenate([edges, 0.5 * (edges[1:] + edges[:-1])]))
        profile = _profile(desk, edges)
        new = sums(profile)
        moved = np.abs(new - old) > _TOLERANCE * np.abs(new)
        old = new
        if not moved.any():
            break
    return old, profile.log_above


def _moments(profile: _Profile) -> Array:
    weights = (
        profile.survival, profile.gone, profile.waited, profile.survival * profile.u, profile.waited_gone, profile.u
    )  # fmt: skip
    return np.array([float((profile.mass * weight).sum()) for weight in weights])


def _odds(below: float, above: float) -> tuple[float, float]:
    wait = float(np.exp(-np.logaddexp(0.0, below - above)))
    return wait, float(np.exp(-np.logaddexp(0.0, above - below)))


_SHARES = ("wait", "abandoned", "handled", "asa_all", "asa_handled", "asa_abandoned", "virtual")


def _row(desk: _Desk, balk: float, below: float) -> tuple[float, ...]:
    (served, lost, waited, waited_served, waited_lost, virtual), above = _converged(desk, (), _moments)
    wait, none = _odds(below, above)
    stay = 1.0 - balk
    handled, left = none + wait * stay * served, balk + stay * lost
    asa_handled = wait * stay * waited_served / handled
    asa_left = stay * waited_lost / left if left > 0.0 else 0.0
    return wait, wait * left, handled, wait * stay * waited, asa_handled, asa_left, wait * virtual


def _within_row(desk: _Desk, balk: float, below: float, t: float) -> tuple[float, ...]:
    gone = float(desk.law.cdf(t)) if np.isfinite(t) else 1.0

    def sums(profile: _Profile) -> Array:
        sooner = np.where(profile.u <= t, profile.mass, 0.0)
        later = float(np.where(profile.u > t, profile.mass, 0.0).sum())
        return np.array([(sooner * profile.survival).sum(), (sooner * profile.gone).sum() + gone * later, later])

    (good, left, beyond), above = _converged(desk, (t,), sums)
    wait, none = _odds(below, above)
    stay = 1.0 - balk
    later = stay * float(desk.law.sf(t)) * wait * beyond if beyond > 0.0 else 0.0
    return none + wait * stay * good, wait * (balk + stay * left), wait * beyond, later


def general_waits(given: dict[str, Array], law: Law) -> Waits:
    """Return the measures for every point of ``given`` (columns of one shape) under one law of patience.

    Raises
    ------
    DomainError
        Finite lines, or too many callers who never hang up.
    """
    if np.isfinite(given["trunks"]).any():
        cure = "give the mean patience, or leave trunks out"
        raise DomainError(Problem("finite lines are exact only with exponential patience", "trunks", cure))
    shape = given["arrival_rate"].shape
    below = np.empty(shape)
    below_over_edge(given["arrival_rate"].ravel(), given["aht"].ravel(), given["agents"].ravel(), below.reshape(-1))
    keys = ("arrival_rate", "aht", "agents", "balk")
    points = [(*(float(given[key][place]) for key in keys), float(below[place])) for place in np.ndindex(shape)]
    rows = np.array([_row(_desk(point, law), point[3], point[4]) for point in points])
    shares = {name: rows[:, k].reshape(shape) for k, name in enumerate(_SHARES)}
    blocked: dict[str, Any] = {"blocked": np.zeros(shape), "accepted": np.ones(shape)}
    blocked["stable"] = np.ones(shape, dtype=np.bool_)

    def within(times: Array, full: bool) -> Array:
        columns = np.broadcast_arrays(times, *(given[key] for key in keys), below)
        out = np.empty((*columns[0].shape, 4))
        for place in np.ndindex(columns[0].shape):
            point = tuple(float(column[place]) for column in columns[1:])
            out[place] = _within_row(_desk(point, law), point[3], point[4], float(columns[0][place]))
        return out

    queue = {"queue": given["arrival_rate"] * shares["asa_all"]}
    return assemble({**shares, **blocked, **queue}, given, within)


def _desk(point: tuple[float, ...], law: Law) -> _Desk:
    rate, aht, agents, balk = point[:4]
    return _Desk(rate * (1.0 - balk), agents / aht, law)
