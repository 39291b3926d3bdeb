"""M/PH/n+M: handling times that are not exponential, exact by counting agents in each phase."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array
from surgesim.erlang import checks
from surgesim.erlang.chain import Chain, State, grown, stationary


@dataclass(frozen=True, slots=True)
class PhaseWaits:
    """Measures of M/PH/n+M, see `Waits`."""

    wait_probability: float
    abandonment: float
    asa_all_s: float
    queue_length: float
    occupancy: float


def erlang_phases(stages: int, mean: float) -> tuple[Array, Array]:
    """Return (start, rates) of an Erlang law of so many stages."""
    checks.one_desk({"stages": (stages, (1.0, 1e6)), "mean": (mean, checks.DURATION)}, ("stages",))
    rate = stages / mean
    rates = np.diag(np.full(stages, -rate)) + np.diag(np.full(stages - 1, rate), 1)
    return np.eye(stages)[0], rates


def mixed_phases(shares: ArrayLike, means: ArrayLike) -> tuple[Array, Array]:
    """Return (start, rates) of a mixture of exponentials (hyperexponential)."""
    return checks.numbers(shares, "shares"), np.diag(-1.0 / checks.numbers(means, "means"))


def phase_waits(
    *,
    arrival_rate: float,
    start: ArrayLike,
    rates: ArrayLike,
    agents: int,
    patience: float = np.inf,
    most_waiting: int | None = None,
) -> PhaseWaits:
    """Return the exact stationary measures with phase-type handling time.

    Parameters
    ----------
    arrival_rate : float
        Contacts per second.
    start : array_like, (phases,)
        Probabilities of the first phase.
    rates : array_like, (phases, phases)
        Rates per second between phases; the diagonal is minus the total rate out, what is missing in a row ends the
        contact (Neuts 1981).
    agents : int
        Agents; the number of states grows with agents ** (phases - 1).
    patience : float
        Mean patience in seconds; may be infinite.
    most_waiting : int or None
        Truncation of the queue; None grows it until less than 1e-12 of the probability lies there.

    Raises
    ------
    DomainError
        Not a phase-type law; overload without abandonment; too many states.
    """
    given = checks.one_desk({
        "arrival_rate": (arrival_rate, checks.SOME_RATE), "agents": (agents, checks.AGENTS),
        "patience": (patience, checks.ENDLESS), "most_waiting": (most_waiting, checks.AGENTS),
    }, ("agents", "most_waiting"))  # fmt: skip
    arrival_rate, agents, patience = given["arrival_rate"], int(given["agents"]), given["patience"]
    first, matrix = checks.numbers(start, "start"), checks.numbers(rates, "rates")
    ends = -matrix.sum(axis=-1)
    fits = first.ndim == 1 and matrix.shape == (first.size, first.size) and np.isfinite(matrix).all()
    fits = fits and np.isfinite(first).all()
    if not fits or (first < 0).any() or (ends < -1e-9).any() or abs(first.sum() - 1.0) > 1e-9:
        raise DomainError(Problem("start and rates are no phase-type law", "rates"))
    mean = float(-first @ np.linalg.solve(matrix, np.ones(first.size)))
    theta = 0.0 if np.isinf(patience) else 1.0 / patience
    if theta == 0.0 and arrival_rate * mean >= agents:
        raise DomainError(Problem("the queue grows for ever", "agents", "add agents or give a patience"))
    law = _Law(arrival_rate, tuple(first), matrix, np.maximum(ends, 0.0), agents, theta)

    def build(factor: float) -> tuple[Chain, float]:
        most = most_waiting or int(factor * (40 + (arrival_rate * patience if theta else 0.0)))
        chain = stationary((0,) * (first.size + 1), lambda state: law.moves(state, most))
        return chain, 0.0 if most_waiting else chain.mean(chain[first.size] >= most)

    chain = grown(build)
    busy = np.asarray(chain.states[:, :-1].sum(axis=1), dtype=np.float64)
    queue = chain.mean(chain[first.size])
    return PhaseWaits(
        wait_probability=chain.mean(busy >= agents), abandonment=theta * queue / arrival_rate,
        asa_all_s=queue / arrival_rate, queue_length=queue, occupancy=chain.mean(busy) / agents,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Law:
    """State: busy agents in each phase, then the queue."""

    rate: float
    first: tuple[float, ...]
    matrix: Array
    ends: Array
    agents: int
    theta: float

    def moves(self, state: State, most: int) -> list[tuple[State, float]]:
        phases, queue = len(self.first), state[-1]
        busy = sum(state[:-1])
        found = []
        if busy < self.agents:
            found += [(_moved(state, -1, k), self.rate * self.first[k]) for k in range(phases)]
        elif queue < most:
            found.append(((*state[:-1], queue + 1), self.rate))
        if queue > 0:
            found.append(((*state[:-1], queue - 1), queue * self.theta))
        for k in range(phases):
            if state[k] == 0:
                continue
            found += [(_moved(state, k, m), state[k] * self.matrix[k, m]) for m in range(phases) if m != k]
            found += self._ended(state, k, state[k] * self.ends[k])
        return [(to, float(rate)) for to, rate in found if rate > 0.0 and to != state]

    def _ended(self, state: State, phase: int, rate: float) -> list[tuple[State, float]]:
        if state[-1] == 0:
            return [(_moved(state, phase, -1), rate)]
        shorter = (*state[:-1], state[-1] - 1)
        return [(_moved(shorter, phase, m), rate * share) for m, share in enumerate(self.first)]


def _moved(state: State, origin: int, target: int) -> State:
    """One agent from phase ``origin`` to ``target``; -1 is idle."""
    changed = list(state)
    if origin >= 0:
        changed[origin] -= 1
    if target >= 0:
        changed[target] += 1
    return tuple(changed)
