"""Stationary law and short-time behaviour of a Markov chain that is given by its moves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import DomainError, Problem, SolverError
from surgesim.base.laws import Array

State = tuple[int, ...]
Moves = Callable[[State], Iterable[tuple[State, float]]]
MOST_STATES = 600_000
EDGE_MASS = 1e-12


@dataclass(frozen=True, slots=True)
class Chain:
    """States (one row each, in order of discovery), their stationary probabilities and where each row is."""

    states: Array
    mass: Array
    index: dict[State, int]

    def mean(self, values: NDArray[Any]) -> float:
        """Return the stationary mean of a value per state."""
        return float(self.mass @ values)

    def __getitem__(self, column: int) -> Array:
        return np.asarray(self.states[:, column], dtype=np.float64)


def explore(starts: Iterable[State], moves: Moves) -> tuple[dict[State, int], Array, Array, Array]:
    """Find all states that can be reached; returns (index, from, to, rate)."""
    index = {state: i for i, state in enumerate(starts)}
    todo, origin, target, rates = list(index), [], [], []
    for state in todo:  # grows while it is read
        here = index[state]
        for following, rate in moves(state):
            if rate <= 0.0:
                continue
            there = index.setdefault(following, len(index))
            if there == len(todo):
                todo.append(following)
                if there > MOST_STATES:
                    cure = "use the approximation, or a smaller truncation"
                    raise DomainError(Problem(f"the exact chain has more than {MOST_STATES} states", "", cure))
            origin.append(here)
            target.append(there)
            rates.append(rate)
    return index, np.array(origin), np.array(target), np.array(rates, dtype=np.float64)


def stationary(start: State, moves: Moves) -> Chain:
    """Return the stationary law of the irreducible chain reached from ``start``.

    The balance equations are solved by sparse LU relative to one state; if that state turns out to be rare the solution
    is repeated relative to the likeliest, so that nothing over- or underflows.

    Raises
    ------
    DomainError
        Too many states.
    SolverError
        The equations could not be solved to 1e-9.
    """
    index, origin, target, rates = explore([start], moves)
    inward = _balance(len(index), origin, target, rates)
    mass = _relative(inward, 0)
    for _ in range(3):
        likeliest = int(mass.argmax())
        if mass[likeliest] < 1e8 * mass[0]:
            break
        mass = _relative(inward, likeliest)
    residual = float(np.abs(inward @ mass).max()) / float((-inward.diagonal() * mass).max())
    if not residual < 1e-9:
        raise SolverError(f"the stationary law misses balance by {residual:.1e}")
    return Chain(np.array(list(index)), np.maximum(mass, 0.0), index)


def _balance(size: int, origin: Array, target: Array, rates: Array) -> Any:
    from scipy.sparse import csc_matrix, diags

    inward = csc_matrix((rates, (target, origin)), shape=(size, size))
    return (inward - diags(np.bincount(origin, weights=rates, minlength=size))).tocsc()


def _relative(inward: Any, reference: int) -> Array:
    """Solve the balance equations with the mass of one state set to 1; normalise."""
    from scipy.sparse.linalg import splu

    rest = np.delete(np.arange(inward.shape[0]), reference)
    mass = np.ones(inward.shape[0])
    if rest.size:
        block = inward[:, rest][rest]
        right = -inward[:, [reference]].toarray()[rest, 0]
        # columns are diagonally dominant: no pivoting is needed, and none keeps the factors sparse
        factors = splu(block, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        mass[rest] = factors.solve(right)
    return np.asarray(mass / mass.sum())


def absorbed(starts: dict[State, float], moves: Moves, good: State, time: float) -> float:
    """Return the probability of having been absorbed in ``good`` by ``time``, by uniformisation with all terms positive.

    ``starts`` holds weights; the result is weighted by them.
    """
    index, origin, target, rates = explore([good, *starts], moves)
    size = len(index)
    out = np.bincount(origin, weights=rates, minlength=size) if rates.size else np.zeros(size)
    fastest = float(out.max()) * 1.02 + 1e-300
    from scipy.sparse import csr_matrix, diags

    step = csr_matrix((rates / fastest, (target, origin)), shape=(size, size)) + diags(1.0 - out / fastest)
    vector = np.zeros(size)
    for state, weight in starts.items():
        vector[index[state]] += weight
    poisson = _poisson(fastest * time)
    total = 0.0
    for share in poisson:
        total += share * vector[0]
        vector = step @ vector
    return float(total)


def _poisson(mean: float) -> Array:
    """Poisson probabilities 0.. far enough for a remaining mass below 1e-18."""
    from scipy.special import gammaln, xlogy

    counts = np.arange(int(mean + 12.0 * np.sqrt(mean) + 40.0))
    return np.asarray(np.exp(xlogy(counts, mean) - mean - gammaln(counts + 1.0)))


def grown(build: Callable[[float], tuple[Chain, float]]) -> Chain:
    """Build with growing truncation until the mass at its edge is below 1e-12; ``build(factor)`` gives (chain, edge mass)."""
    factor = 1.0
    while True:
        chain, edge = build(factor)
        if edge < EDGE_MASS:
            return chain
        factor *= 1.6
