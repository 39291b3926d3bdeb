"""The state of a planning run: how hard to try, what is believed, and what happened."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import SolverError
from surgesim.engines import known_luck
from surgesim.model.model import Model
from surgesim.planning.beliefs import Beliefs, first_beliefs, widened
from surgesim.planning.calibration import level
from surgesim.planning.curves import same_curves, surrogate
from surgesim.planning.decision import Capacity, Decision
from surgesim.planning.draft import Draft
from surgesim.planning.problem import Problem
from surgesim.planning.program import Answer
from surgesim.planning.safety import safe_probability, safety
from surgesim.planning.surrogate import Surrogate
from surgesim.planning.watch import Seen, Simulate, ample, seen
from surgesim.result.tables import Tables
from surgesim.sim.branches import branched

Floats = NDArray[np.float64]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Effort:
    """How hard to try.

    Attributes
    ----------
    few, replications : int
        Replications of each planning run at first, and near the plan.
    verification : int
        Replications of each verification.
    time_limit : float
        Wall-clock limit of everything, seconds.
    gap : float
        Relative gap at which the integer programme is good enough.
    most_rounds : int
        Greatest number of rounds of calibration on the relaxation.
    most_repairs : int
        Greatest number of integer programmes before a verification.
    most_checks : int
        Greatest number of verifications.
    """

    few: int = 40
    replications: int = 100
    verification: int = 200
    time_limit: float = 300.0
    gap: float = 0.005
    most_rounds: int = 3
    most_repairs: int = 3
    most_checks: int = 6


@dataclass(frozen=True, eq=False)
class Round:
    """One round.

    Attributes
    ----------
    draft, solved, decision, capacity : Draft, Answer, Decision, Capacity
        The model, how it was solved, and what it decided.
    saw : Seen or None
        What the simulation of the decision saw.
    error : float
        Greatest difference between curves and simulation over all promises and periods, share of contacts.
    """

    draft: Draft
    solved: Answer
    decision: Decision
    capacity: Capacity
    saw: Seen | None = None
    error: float = float("nan")


@dataclass(eq=False)
class Work:
    """The state of a planning run: beliefs, safety, history.

    Attributes
    ----------
    lift : tuple of ndarray, by promise
        Surplus demanded on top, by period.
    probability : float or None
        Probability with which promises should hold, on the safe side of the promised one.
    log : list of mapping
        What happened, for the certificate.
    """

    problem: Problem
    model: Model
    simulate: Simulate
    seed: int
    effort: Effort
    say: Progress
    clock: Callable[[], float] = time.monotonic
    beliefs: Beliefs = field(init=False)
    lift: tuple[Floats, ...] = field(init=False)
    probability: float | None = field(init=False)
    log: list[Mapping[str, Any]] = field(default_factory=list)
    _known: tuple[Beliefs, Surrogate] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()
        self.probability = safe_probability(self.problem, self.effort.verification)
        self.say("simulating demand with ample capacity")
        self.luck = known_luck(self.model)
        self._unhurried = seen(self.problem, self.simulate(ample(self.model), self.seed, min(8, self.effort.few)))
        self.beliefs = self._first(self.effort.few)
        self.lift = tuple(np.zeros(len(promise.periods)) for promise in self.problem.promises)

    def _first(self, replications: int) -> Beliefs:
        return first_beliefs(self.problem, self.model, self.seed, replications, self._unhurried, self.probability)

    def widen(self) -> None:
        """Believe the same about as many replications as planning near the end looks at."""
        if self.effort.replications > len(self.beliefs.counts):
            self.beliefs = widened(self.beliefs, self._first(self.effort.replications))

    def demand_safety(self, done: Round) -> None:
        """Demand so much more than the promises that a verification shows them, by the luck that a round saw."""
        assert done.saw is not None
        self.lift = safety(self.problem, done.saw, self.effort.verification, more=1.5)

    def accept(self, done: Round) -> bool:
        """Demand no more than a round has where that is enough already; return whether it is enough everywhere."""
        assert done.saw is not None
        enough = safety(self.problem, done.saw, self.effort.verification, more=1.25)
        levels = [level(self.problem, self.beliefs, done.saw, p, self.probability) for p in range(len(enough))]
        good = [have >= need - 1e-9 for have, need in zip(levels, enough, strict=True)]
        self.lift = tuple(
            np.where(fine, np.minimum(lift, have - 1e-6 * np.abs(have) - 1e-6), lift)
            for fine, lift, have in zip(good, self.lift, levels, strict=True)
        )
        return all(bool(fine.all()) for fine in good)

    @property
    def replications(self) -> int:
        """Replications that beliefs are about."""
        return len(self.beliefs.counts)

    def look(self, tables: Tables) -> Seen:
        """Return what a run saw, with the luck of its demand to be taken out of estimates."""
        return seen(self.problem, tables, self.luck)

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.effort.time_limit - (self.clock() - self.started)

    def in_time(self) -> None:
        """Raise where no time is left.

        Raises
        ------
        SolverError
            No time is left.
        """
        if self.left() <= 0:
            raise SolverError("the time limit came before a verified plan; allow more time")

    def surrogate(self) -> Surrogate:
        """Return the curves, constants and losses of the present beliefs."""
        known = self._known if self._known is not None and same_curves(self._known[0], self.beliefs) else None
        found = surrogate(self.problem, self.beliefs, self.lift, None if known is None else known[1])
        self._known = self.beliefs, found
        return found

    def draft(self) -> Draft:
        """Return the model of the present beliefs."""
        return Draft(self.problem, self.surrogate()).build()

    def run(self, decided_capacity: Capacity, seed: int, replications: int, by_site: bool = False) -> Any:
        """Simulate a capacity and return the tables; with a row for each branch of a queue where that is asked for."""
        staffed = self.model.with_capacity(
            agents=decided_capacity.agents,
            paid_s=decided_capacity.paid_s,
            lines=decided_capacity.lines,
            joined=decided_capacity.joined,
        )
        return self.simulate(branched(staffed) if by_site and self.problem.shared else staffed, seed, replications)
