"""The state of a planning run: how hard to try, what is believed, and what happened."""

import time
from collections.abc import Callable, Mapping, Sequence
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
from surgesim.planning.safety import Check, safe_probability, safety, tightened
from surgesim.planning.surrogate import Surrogate
from surgesim.planning.watch import Seen, Simulate, ample, seen
from surgesim.result.tables import Tables
from surgesim.sim.branches import branched

Floats = NDArray[np.float64]
Progress = Callable[[str], None]
ENOUGH, ASKED, LAVISH = 1.5, 2.5, 4.0
"""Standard errors, beyond what a verification needs, that are enough, are asked for, and are too much."""
EASED = 0.75
"""Standard errors that are asked for, and enough, where no plan has more."""
LIKELY = 0.5
"""Probability of success from which on a plan is verified rather than mended."""


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
    least_repairs, most_repairs : int
        Number of integer programmes before a plan that is likely to do, but has too much somewhere, is verified; and
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
    least_repairs: int = 3
    most_repairs: int = 5
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
    extra : tuple of ndarray, by promise
        Surplus by which the luck of planning flatters, as far as failed verifications showed it, by period.
    proofs : int
        Replications of failed verifications.
    loose : ndarray of bool, shape (queues, days)
        Where the service of the last plan has to change.
    most : float
        Standard errors beyond a verification that any plan has, as far as is known.
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
    extra: tuple[Floats, ...] = field(init=False)
    proofs: int = field(default=0, init=False)
    loose: NDArray[np.bool_] = field(init=False)
    most: float = field(default=np.inf, init=False)
    log: list[Mapping[str, Any]] = field(default_factory=list)
    _saw: Seen | None = field(default=None, init=False)
    _known: tuple[Beliefs, Surrogate] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()
        self.probability = safe_probability(self.problem, self.effort.verification)
        self.say("simulating demand with ample capacity")
        self.luck = known_luck(self.model)
        self._unhurried = seen(self.problem, self.simulate(ample(self.model), self.seed, min(8, self.effort.few)))
        self.beliefs = self._first(self.effort.few)
        self.lift = self.extra = tuple(np.zeros(len(promise.periods)) for promise in self.problem.promises)
        self.loose = np.ones((len(self.problem.queues), self.problem.days), dtype=bool)

    def _first(self, replications: int) -> Beliefs:
        return first_beliefs(self.problem, self.model, self.seed, replications, self._unhurried, self.probability)

    def widen(self) -> None:
        """Believe the same about as many replications as planning near the end looks at."""
        if self.effort.replications > len(self.beliefs.counts):
            self.beliefs = widened(self.beliefs, self._first(self.effort.replications))

    def levels(self, saw: Seen) -> tuple[Floats, ...]:
        """Return the simulated surplus of each promise and period that counts."""
        return tuple(level(self.problem, self.beliefs, saw, p, self.probability) for p in range(len(self.problem.promises)))

    def needs(self, saw: Seen, more: float) -> tuple[Floats, ...]:
        """Return the simulated surplus that a plan needs, so that a verification shows its promises, by period."""
        known = saw.replications + self.proofs
        wanted = safety(self.problem, saw, self.effort.verification, more, known)
        return tuple(need + beyond for need, beyond in zip(wanted, self.extra, strict=True))

    def demand_safety(self, done: Round) -> None:
        """Demand so much more than the promises that a verification shows them, by the luck that a round saw."""
        assert done.saw is not None
        self._saw = done.saw
        self.lift = self.needs(done.saw, min(ASKED, self.most))

    def ease(self) -> bool:
        """Demand less safety, for no plan has as much; return whether that is less."""
        before, self.most = self.lift, EASED
        if self._saw is not None:
            self.lift = self.needs(self._saw, EASED)
        return any(bool(np.any(lift < old - 1e-9)) for lift, old in zip(self.lift, before, strict=True))

    def accept(self, done: Round) -> bool:
        """Demand of a round's plan what it has, where that is enough, and elsewhere what it needs.

        Where the plan has to change is noted, also where it has far more than it needs. Returns whether a verification is
        likelier than not to show everything.
        """
        assert done.saw is not None
        self._saw = done.saw
        self.loose = np.zeros((len(self.problem.queues), self.problem.days), dtype=bool)
        lift, chance = [], 1.0
        errors = min(ENOUGH, self.most), min(ASKED, self.most), LAVISH
        bands = zip(*(self.needs(done.saw, more) for more in errors), strict=True)
        known = zip(self.problem.promises, self.levels(done.saw), bands, strict=True)
        for promise, have, (enough, wanted, most) in known:
            good, much = have >= enough - 1e-9, have > most
            chance *= float(np.prod(_likely(have - enough, wanted - enough)))
            wanted = np.where(much, 0.5 * (wanted + have), wanted)  # half of it: curves are right near a plan only
            lift.append(np.where(good, np.minimum(wanted, have - 1e-6 * np.abs(have) - 1e-6), wanted))
            for r in np.flatnonzero(~good | much):
                self.loose[promise.queue, self.problem.day_of[promise.periods[r].intervals]] = True
        self.lift = tuple(lift)
        return chance >= LIKELY

    def disproved(self, done: Round, saw: Seen, found: Sequence[Check]) -> None:
        """Learn from a verification that a round failed how much the luck of planning flatters it.

        Both runs together are the best estimate of a mean surplus; about single paths and tails each stands alone.
        """
        assert done.saw is not None
        if self.problem.probability is not None or self.problem.tail is not None:
            self.extra = tightened(self.problem, self.extra, saw, found)
        else:
            share = saw.replications / (done.saw.replications + self.proofs + saw.replications)
            both = zip(self.extra, self.levels(done.saw), self.levels(saw), strict=True)
            self.extra = tuple(beyond + share * (planned - beyond - shown) for beyond, planned, shown in both)
            self.proofs += saw.replications
        self.accept(done)

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


def _likely(beyond: Floats, step: Floats) -> Floats:
    """Return how likely a verification shows periods with so much beyond what is enough; from there, a step is what is asked."""
    from scipy.stats import norm

    noisy = step > 0.0
    errors = ENOUGH + (ASKED - ENOUGH) * beyond / np.where(noisy, step, 1.0)
    return np.where(noisy, norm.cdf(errors), beyond >= -1e-9)
