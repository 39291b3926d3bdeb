"""Optimise, simulate, calibrate, and again: until curves and simulation agree."""

from surgesim.planning.decision import Decision, capacity, decided, evened
from surgesim.planning.observing import observe
from surgesim.planning.opening import relaxed
from surgesim.planning.program import Flags
from surgesim.planning.relax import refuse
from surgesim.planning.rounding import staged
from surgesim.planning.work import Round, Work

AGREED = 0.008
"""Difference between curves and simulation, share of a period's contacts, below which both agree."""
MANY = 100
"""Heads a day from which on rounding them says something; that of fewer makes another plan."""
WIDE = (0.9, 1.0, 1.2)
NARROW = (0.93, 1.0, 1.08)
"""Factors on the heads of a plan that are simulated in the first and in later rounds of calibration."""


def optimise(work: Work, near: Decision | None = None, closer: float = 1.0, loose: Flags | None = None) -> Round:
    """Solve the integer programme of the present beliefs.

    Parameters
    ----------
    work : Work
        State.
    near : Decision, optional
        A plan to stay near, which makes whole numbers easy to find; the bound stays that of all plans.
    closer : float
        Factor on the gap that is good enough.
    loose : ndarray of bool, shape (queues, days), optional
        Where the service of the nearby plan is to change; elsewhere its heads stay where the gap allows.

    Raises
    ------
    InfeasibleError
        There is no plan; the message says what to relax.
    SolverError
        No time is left, or the solver gave up.
    """
    work.in_time()
    draft = work.draft()
    solved = staged(draft, work.left(), closer * work.effort.gap, near, loose)
    if solved.values is None:
        if work.ease():
            return optimise(work, near, closer, loose)
        raise refuse(draft, max(10.0, work.left()))
    decision = decided(draft)
    return Round(draft, solved, decision, capacity(work.problem, decision))


def relax(work: Work, sure: bool, last: bool = False) -> Round:
    """Solve the linear relaxation of the present beliefs; its heads are fractions, good enough to learn from.

    Parameters
    ----------
    work : Work
        State.
    sure : bool
        Whether the beliefs are calibrated: only then is a problem without a solution refused. Before, the plan that
        misses least is as good to learn from.
    last : bool
        Whether whole numbers come next: then many heads are made whole, so that what rounding agents costs is learnt.

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
        if work.ease():
            return relax(work, sure, last)
        raise refuse(draft, max(10.0, work.left()))
    decision = decided(draft, whole=False)
    if last and sum(float(part.sum()) for part in decision.work) >= MANY * work.problem.days:
        decision = evened(decision)
    return Round(draft, solved, decision, capacity(work.problem, decision))


def rounded(work: Work, done: Round, again: bool = False) -> Round:
    """Find whole numbers, simulate them, and change what is not enough, until everything seems to be.

    Parameters
    ----------
    work : Work
        State; what is demanded of periods that have enough moves to what they have, so that they stay as they are.
    done : Round
        The last relaxed round, or a plan of which something is not enough.
    again : bool
        Whether the round is a plan.
    """
    near = done.decision if again else None
    for number in range(1, work.effort.most_repairs + 1):
        done = observe(work, optimise(work, near, loose=None if near is None else work.loose))
        if work.accept(done) and (number >= work.effort.least_repairs or not work.loose.any()):
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
        last = number == work.effort.most_rounds - 1
        if last:
            work.widen()
        done = observe(work, relax(work, number > 1, last), (1.0,) if last else NARROW)
    work.demand_safety(done)
    work.widen()
    return done
