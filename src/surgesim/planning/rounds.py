"""Optimise, simulate, calibrate, and again: until curves and simulation agree."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import SolverError
from surgesim.model.model import Model
from surgesim.planning.beliefs import Beliefs, first_beliefs, learnt
from surgesim.planning.burden import burdened, short
from surgesim.planning.curves import believed, level, settled, surrogate
from surgesim.planning.decision import Capacity, Decision, capacity, decided
from surgesim.planning.draft import Draft
from surgesim.planning.effective import deferred_surplus, effective_agents
from surgesim.planning.problem import Problem
from surgesim.planning.program import Answer
from surgesim.planning.relax import refuse
from surgesim.planning.rounding import relaxed, staged
from surgesim.planning.safety import safe_probability, safety
from surgesim.planning.watch import Seen, Simulate, ample, seen

Floats = NDArray[np.float64]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Effort:
    """How hard to try.

    Attributes
    ----------
    replications : int
        Replications of each planning run.
    verification : int
        Replications of each verification.
    time_limit : float
        Wall-clock limit of everything, seconds.
    gap : float
        Relative gap at which the integer programme is good enough.
    integer_s : float
        Wall-clock limit of one integer programme, seconds.
    most_rounds : int
        Greatest number of rounds of calibration.
    most_checks : int
        Greatest number of verifications.
    """

    replications: int = 100
    verification: int = 200
    time_limit: float = 300.0
    gap: float = 0.005
    most_rounds: int = 3
    integer_s: float = 150.0
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
    started: float = field(default_factory=time.monotonic)
    beliefs: Beliefs = field(init=False)
    lift: tuple[Floats, ...] = field(init=False)
    probability: float | None = field(init=False)
    log: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.probability = safe_probability(self.problem, self.effort.verification)
        self.say("simulating demand with ample capacity")
        replications = min(8, self.effort.replications)
        unhurried = seen(self.problem, self.simulate(ample(self.model), self.seed, replications))
        self.beliefs = first_beliefs(self.problem, self.model, self.seed, self.effort.replications, unhurried, self.probability)
        self.lift = tuple(np.zeros(len(promise.periods)) for promise in self.problem.promises)

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.effort.time_limit - (time.monotonic() - self.started)

    def draft(self) -> Draft:
        """Return the model of the present beliefs."""
        return Draft(self.problem, surrogate(self.problem, self.beliefs, self.lift)).build()

    def run(self, decided_capacity: Capacity, seed: int, replications: int) -> Any:
        """Simulate a capacity and return the tables."""
        staffed = self.model.with_capacity(
            agents=decided_capacity.agents, paid_s=decided_capacity.paid_s, lines=decided_capacity.lines
        )
        return self.simulate(staffed, seed, replications)


def optimise(work: Work, share: float, gap: float, near: Decision | None = None) -> Round:
    """Solve the integer programme of the present beliefs.

    Parameters
    ----------
    work : Work
        State.
    share : float
        Share of the time left that it may take.
    gap : float
        Relative gap that is good enough.
    near : Decision, optional
        A plan to stay near, which makes whole numbers easy to find; the bound stays that of all plans.

    Raises
    ------
    InfeasibleError
        There is no plan; the message says what to relax.
    SolverError
        No time is left, or the solver gave up.
    """
    if work.left() <= 0:
        raise SolverError("the time limit came before a verified plan; allow more time")
    draft = work.draft()
    solved = staged(draft, min(share * work.left(), work.effort.integer_s), gap, near)
    if solved.values is None:
        raise refuse(draft, max(10.0, work.left()))
    decision = decided(draft)
    return Round(draft, solved, decision, capacity(work.problem, decision))


def relax(work: Work) -> Round:
    """Solve the linear relaxation of the present beliefs; its heads are fractions, good enough to learn from.

    Raises
    ------
    InfeasibleError
        There is no plan; the message says what to relax.
    SolverError
        No time is left.
    """
    if work.left() <= 0:
        raise SolverError("the time limit came before a verified plan; allow more time")
    draft = work.draft()
    solved = relaxed(draft, work.left())
    if solved.values is None:
        raise refuse(draft, max(10.0, work.left()))
    decision = decided(draft, whole=False)
    return Round(draft, solved, decision, capacity(work.problem, decision))


def repair(work: Work, done: Round) -> Round:
    """Change a plan nearby until it has what the present safety demands."""
    return optimise(work, 0.5, work.effort.gap, near=done.decision)


def observe(work: Work, done: Round) -> Round:
    """Simulate the decision of a round with common marks, and move the beliefs to what was seen."""
    saw = seen(work.problem, work.run(done.capacity, work.seed, work.effort.replications))
    effective = effective_agents(done.draft, done.decision, done.capacity)
    lines = done.capacity.lines[:, -1].astype(np.float64)
    deferred = deferred_surplus(done.draft)
    before = believed(work.problem, done.draft.surrogate, effective, lines) | deferred
    error = _error(work, saw, before)
    levels = [level(work.problem, work.beliefs, saw, p, work.probability) for p in range(len(work.problem.promises))]
    missing = short(work.problem, deferred, levels, work.lift, done.draft.surrogate.offered)
    work.beliefs = burdened(learnt(work.beliefs, work.problem, saw, effective), work.problem, missing)
    fresh = surrogate(work.problem, work.beliefs, work.lift)
    again = believed(work.problem, fresh, effective, lines) | deferred
    work.beliefs = settled(work.beliefs, work.problem, saw, again, work.probability)
    work.log.append({"cost_jpy": done.solved.objective, "bound_jpy": done.solved.bound, "difference": error})
    work.say(f"round {len(work.log)}: ¥{done.solved.objective:,.0f}, curves and simulation differ by {error:.1%} at most")
    return Round(done.draft, done.solved, done.decision, done.capacity, saw, error)


def _error(work: Work, saw: Seen, before: Mapping[tuple[int, int], float]) -> float:
    """Return the greatest difference between believed and simulated surplus, share of the period's contacts."""
    worst = 0.0
    for p, promise in enumerate(work.problem.promises):
        found = level(work.problem, work.beliefs, saw, p, work.probability)
        offered = work.beliefs.offered(work.problem, p)
        for r, period in enumerate(promise.periods):
            wrong = abs(found[r] - before[p, r] - float(work.beliefs.constant[p][r]))
            worst = max(worst, wrong / max(float(offered[period.intervals].sum()), 1e-9))
    return worst


def calibrate(work: Work) -> Round:
    """Run relaxed rounds until curves and simulation agree, and return the last one."""
    done = observe(work, relax(work))
    for _ in range(work.effort.most_rounds - 1):
        assert done.saw is not None
        work.lift = safety(work.problem, done.saw, work.effort.verification)
        if done.error < 0.008:
            break
        done = observe(work, relax(work))
    return done
