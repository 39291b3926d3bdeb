"""Optimise, simulate, calibrate, and again: until curves and simulation agree."""

from surgesim.planning.decision import Decision, capacity, decided
from surgesim.planning.observing import observe
from surgesim.planning.opening import relaxed
from surgesim.planning.relax import refuse
from surgesim.planning.rounding import staged
from surgesim.planning.work import Round, Work

AGREED = 0.008
"""Difference between curves and simulation, share of a period's contacts, below which both agree."""
WIDE = (0.9, 1.0, 1.2)
NARROW = (0.93, 1.0, 1.08)
"""Factors on the heads of a plan that are simulated in the first and in later rounds of calibration."""


def optimise(work: Work, near: Decision | None = None, closer: float = 1.0, hold: bool = False) -> Round:
    """Solve the integer programme of the present beliefs.

    Parameters
    ----------
    work : Work
        State.
    near : Decision, optional
        A plan to stay near, which makes whole numbers easy to find; the bound stays that of all plans.
    closer : float
        Factor on the gap that is good enough.
    hold : bool
        Keep whatever of the nearby plan is possible, at any cost.

    Raises
    ------
    InfeasibleError
        There is no plan; the message says what to relax.
    SolverError
        No time is left, or the solver gave up.
    """
    work.in_time()
    draft = work.draft()
    solved = staged(draft, work.left(), closer * work.effort.gap, near, hold)
    if solved.values is None:
        raise refuse(draft, max(10.0, work.left()))
    decision = decided(draft)
    return Round(draft, solved, decision, capacity(work.problem, decision))


def relax(work: Work, sure: bool) -> Round:
    """Solve the linear relaxation of the present beliefs; its heads are fractions, good enough to learn from.

    Parameters
    ----------
    work : Work
        State.
    sure : bool
        Whether the beliefs are calibrated: only then is a problem without a solution refused. Before, the plan that
        misses least is as good to learn from.

    Raises
    ------
    InfeasibleError
        There is no plan; the message says what to relax.
    SolverError
        No time is left.
    """
    work.in_time()
    draft = work.draft()
    solved = relaxed(draft, work.left())
    if solved.values is None and not sure:
        draft = draft.again(frozenset({"occupancy", "targets"}), dear=True)
        solved = relaxed(draft, work.left())
    if solved.values is None:
        raise refuse(draft, max(10.0, work.left()))
    decision = decided(draft, whole=False)
    return Round(draft, solved, decision, capacity(work.problem, decision))


def rounded(work: Work, done: Round) -> Round:
    """Find whole numbers, simulate them, and change what is not enough, until everything seems to be.

    Parameters
    ----------
    work : Work
        State; what is demanded of periods that have enough sinks to what they have, so that they stay as they are.
    done : Round
        The last relaxed round.
    """
    near = None
    for _ in range(work.effort.most_repairs):
        done = observe(work, optimise(work, near))
        if work.accept(done):
            break
        near = done.decision
    return done


def calibrate(work: Work) -> Round:
    """Run relaxed rounds until curves and simulation agree, then look at more luck; return the last round."""
    done = observe(work, relax(work, sure=False), WIDE)
    for number in range(1, work.effort.most_rounds):
        work.demand_safety(done)
        if done.error < AGREED:
            break
        done = observe(work, relax(work, sure=number > 1), NARROW if number == 1 else (1.0,))
    work.demand_safety(done)
    work.widen()
    return done
