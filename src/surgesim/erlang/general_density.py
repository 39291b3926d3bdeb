"""The virtual wait under any law of patience: its density on graded panels, for unlimited and for finite lines.

Write c = agents / aht, S(u) = integral of P(patience > t) over 0..u and x(u) = joining rate * S(u). The virtual wait of
those who wait has a density proportional to exp(-c u) times

- exp(x): unlimited lines (Baccelli and Hebuterne 1981);
- the sum of x^j / j! over j below the number of places to wait: finite lines, those who find a place;
- x^J / J!, J being the number of places: the weight of a full desk.

The last two follow from the product form of the ages of those who wait, oldest first, w1 > w2 > ... > wj: density
constant * exp(-c w1) * product of rate * P(patience > wi), which a rate that depends on the number inside leaves intact
(Brandt and Brandt 1999); given how many wait, their ages do not depend on the rate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from surgesim.base.compound import Empirical, Mixture
from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array, Constant, Law, Uniform
from surgesim.erlang.kernel_poisson import log_full, log_places
from surgesim.erlang.service_laws import lesser_mean

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
class Desk:
    """One point: joining contacts per second, handled contacts per second when all are busy, law of patience.

    ``places`` to wait may be infinite; ``full`` asks for the weight of a full desk instead of those who find a place.
    """

    joining: float
    service: float
    law: Law
    places: float = np.inf
    full: bool = False

    def exponent(self, waited: Array, u: Array) -> Array:
        """Log of the density of the virtual wait at ``u``; ``waited`` is S(u)."""
        x = self.joining * waited
        if np.isinf(self.places):
            return np.asarray(x - self.service * u)
        out = np.empty(x.shape)
        (log_full if self.full else log_places)(self.places, x.ravel(), out.reshape(-1))
        return out - self.service * u

    def top(self) -> float:
        """Where the density is greatest."""
        if np.isfinite(self.places):
            return self._finite_top()
        start = float(self.law.sf(0.0))
        if self.joining * start <= self.service:
            return 0.0
        return float(self.law.quantile(1.0 - self.service / self.joining))

    def _finite_top(self) -> float:
        """Bisection: the exponent is concave."""
        low, high = 0.0, 1.0 / self.service
        while self._rises(high):
            low, high = high, 2.0 * high
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self._rises(middle) else (low, middle)
        return high if low > 0.0 else 0.0

    def _rises(self, u: float) -> bool:
        waited = float(lesser_mean(self.law, np.asarray(u)))
        x, stay = np.array([self.joining * waited]), float(self.law.sf(u))
        if self.full:
            return stay * self.places > self.service * waited
        if self.places == 1.0:
            return False
        fewer, all_places = np.empty(1), np.empty(1)
        log_places(self.places - 1.0, x, fewer)
        log_places(self.places, x, all_places)
        return self.joining * stay * float(np.exp(fewer - all_places)[0]) > self.service


@dataclass(frozen=True, slots=True)
class Profile:
    """Nodes of the virtual wait given that there is one, with their probabilities and what happens at each."""

    u: Array
    mass: Array
    survival: Array
    gone: Array
    waited: Array
    waited_gone: Array
    log_above: float


def _profile(desk: Desk, edges: Array) -> Profile:
    nodes, weights, inside = _rule()
    left, half = edges[:-1, None], 0.5 * np.diff(edges)[:, None]
    u = left + half * (1.0 + nodes)
    survival, gone = desk.law.sf(u), desk.law.cdf(u)
    waited = _integral(survival, half, weights, inside)
    h = desk.exponent(waited, u)
    highest = float(h.max())
    mass = half * weights * np.exp(np.maximum(h - highest, -745.0))
    total = float(mass.sum())
    log_above = float(np.log(desk.service * total)) + highest
    early = u * gone - _integral(gone, half, weights, inside)
    return Profile(u, mass / total, survival, gone, waited, np.maximum(early, 0.0), log_above)


def _integral(values: Array, half: Array, weights: Array, inside: Array) -> Array:
    """Integral from 0 to each node, of the function with these values at the nodes."""
    panels = half[:, 0] * (values @ weights)
    before = np.concatenate([[0.0], np.cumsum(panels)[:-1]])
    return np.asarray(before[:, None] + half * (values @ inside.T))


def _edges(desk: Desk, marks: tuple[float, ...]) -> Array:
    """Graded panel edges from 0 to where the density has died out."""
    top = desk.top()
    fixed = [mark for mark in (*kinks(desk.law), top, *marks) if np.isfinite(mark)]
    width = 1.0 / desk.service
    for _ in range(200):
        edges = _graded(top + width, fixed)
        last = _profile(desk, edges)
        exponent = desk.exponent(last.waited, last.u)
        if exponent[-1, -1] < exponent.max() - _DEPTH:
            return edges
        width *= 2.0
    raise DomainError(Problem("the queue grows for ever: too many callers never hang up", "patience", "add agents"))


def _graded(end: float, fixed: list[float]) -> Array:
    parts = [np.array([0.0, end]), end * _GRADES]
    few = _GRADES[:30] if len(fixed) < 12 else _GRADES[:0]
    for mark in fixed:
        if 0.0 < mark < end:
            parts += [np.array([mark]), mark - mark * few, mark + (end - mark) * few]
    edges = np.unique(np.concatenate(parts))
    return np.asarray(edges[np.concatenate([[True], np.diff(edges) > 1e-15 * end])])


def converged(desk: Desk, marks: tuple[float, ...], sums: Callable[[Profile], Array]) -> tuple[Array, float]:
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
