"""A last look for cheaper plans: again by the curves with no more safety than needed, then between cuts from simulation."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from surgesim.base.errors import InfeasibleError, SolverError
from surgesim.planning.calibration import CALLS
from surgesim.planning.cutting import between, cheapest, copied, held
from surgesim.planning.decision import Decision, capacity
from surgesim.planning.observing import observe
from surgesim.planning.opening import relaxed
from surgesim.planning.rounds import optimise
from surgesim.planning.slopes import (
    Floats,
    Integers,
    Point,
    blocks,
    cuts,
    levels_of,
    lifted,
    looked,
    moved,
    needs,
    trials,
)  # fmt: skip
from surgesim.planning.work import Round, Work

SAFE, ENOUGH = 1.5, 1.25
"""Standard errors beyond the bound of a verification that are asked of the curves, and of a simulated plan."""
MOST_LOOKS = 5
"""Greatest number of integer programmes by the curves."""
WORTH = 0.003
"""Share of the cost for which another look is worth its time."""
FINE = 0.01
"""Gap up to which a plan that serves no more than promised is not looked at again."""
FAR_CHEAPER = 0.05
"""Share of the cost that a plan must save to be verified although it seems to miss something."""
FAR = 0.02
"""Surplus beyond what is needed, share of contacts, from which on a plan is no place to stay near."""
SHARE, MOST_WORK = 24, 2e7
"""Work of the search between cuts: so many verifications, and so many contacts times replications, at most."""
FEWEST_STEPS, MOST_PARTS = 4, 4
"""Steps of this search, and parts of a day in which agents are added and taken away by themselves."""
CHANGES = 0.3
"""Replications in which a plan is compared with one that has an agent more or less, share of a verification."""
TINY = 1e-6
"""Share of the cost by which a plan must be cheaper than the best one."""
REACH = 4
"""Heads by which a shift may differ from the best plan so far."""


def cheaper(work: Work, best: Round, extra: tuple[Floats, ...], missed: Round | None = None) -> Round:
    """Return the cheapest plan found that seems to hold, or the plan itself.

    Parameters
    ----------
    work : Work
        State; its beliefs and its safety are about the plan returned.
    best : Round
        A plan that holds.
    extra : tuple of ndarray, by promise
        Surplus to demand beyond what simulations with the marks of planning need, by period.
    missed : Round, optional
        A cheaper plan that seemed to hold and missed a verification: there is one near by.
    """
    return _by_cuts(work, _by_curves(work, best, extra, missed), extra)


def _by_curves(work: Work, best: Round, extra: tuple[Floats, ...], missed: Round | None) -> Round:
    """Plan again with the safety that the last plan needs, until that saves hardly anything.

    The safety before was measured on plans that held less, where luck counts for more.
    """
    start, last = best, missed or best
    fine = max(FINE, work.effort.gap)
    if best.solved.gap <= fine and (best.saw is None or not _need_no_more(work, best, extra)):
        return best  # by the curves hardly dearer than need be, and no more service than promised
    last = last if last.saw is not None else observe(work, last)
    tried, saved = best, 0.0
    for _ in range(MOST_LOOKS):
        far = _need_no_more(work, last, extra)
        try:
            tried = observe(work, optimise(work, None if far else last.decision, 0.5))
        except (InfeasibleError, SolverError):
            if best is start:
                raise
            break
        kept, saved = _holds(work, tried, extra), 1.0 - tried.solved.objective / best.solved.objective
        if kept and saved > 0:
            best = tried
        if saved < WORTH or (kept and tried.solved.gap <= fine):
            break
        last = tried
    # the last plan is left to the verification where it is far cheaper: what it misses by a hair is mended near by
    return tried if best is start and saved > FAR_CHEAPER else best


def _need_no_more(work: Work, done: Round, extra: tuple[Floats, ...]) -> bool:
    """Demand the safety that the last plan needs; return whether it has far more than that."""
    assert done.saw is not None
    levels = levels_of(work, done.saw)
    work.lift = needs(work, done.saw, SAFE, extra)
    far = False
    for p, promise in enumerate(work.problem.promises):
        if promise.measure in CALLS:
            offered = work.beliefs.offered(work.problem, p)
            calls = np.array([offered[period.intervals].sum() for period in promise.periods])
            far |= bool(np.any(levels[p] - work.lift[p] > FAR * calls))
    return far


def _holds(work: Work, done: Round, extra: tuple[Floats, ...]) -> bool:
    assert done.saw is not None
    return _kept(levels_of(work, done.saw), needs(work, done.saw, ENOUGH, extra))


def _kept(levels: Sequence[Floats], wanted: Sequence[Floats]) -> bool:
    return all(bool(np.all(have >= need - 1e-9)) for have, need in zip(levels, wanted, strict=True))


def _by_cuts(work: Work, done: Round, extra: tuple[Floats, ...]) -> Round:
    """Search near a plan between cuts from simulation: each plan found is simulated, and cuts off those like it that miss.

    Kelley's method (1960) on whole plans, as T. Cezik and P. L'Ecuyer (2008) use it. A cut that a simulation refutes is lifted.
    """
    block_of, budget, replications, few = _affordable(work)
    if budget == 0:
        return done
    best = looked(work, done.decision, done.capacity, done.solved.objective, replications)
    known = cuts(work, best, block_of, few)
    kept, seen, reach, missed = list(known), {key(done.decision)}, REACH, 0
    measuring = few * trials(work.problem, block_of)
    budget -= measuring + replications
    while budget >= replications:
        work.in_time()
        draft = between(work.problem, kept, needs(work, best.saw, ENOUGH, extra), block_of, best)
        found = cheapest(draft, best.decision, reach, best.cost * (1.0 - TINY), work.left())
        if found is None or key(found[0]) in seen:
            if reach == REACH:
                break
            reach = REACH
            continue
        seen.add(key(found[0]))
        last = looked(work, found[0], capacity(work.problem, found[0]), found[1], replications)
        budget -= replications
        holds = _kept(last.levels, needs(work, last.saw, ENOUGH, extra))
        best, missed = (last, 0) if holds else (best, missed + 1)
        reach = min(2 * reach, REACH) if holds else max(reach // 2, 1)
        # plans that miss one after the other lie near each other: the first one tells how things change there
        if missed < 2 and budget >= measuring:
            known = cuts(work, last, block_of, few)
            budget -= measuring
        kept = [lifted(cut, last, block_of) for cut in kept] + [moved(cut, last, block_of) for cut in known]
    if best.decision is done.decision:
        return done
    work.say(f"between cuts from simulation: ¥{best.cost:,.0f} instead of ¥{done.solved.objective:,.0f}")
    return _settled(work, best, done.solved.bound)


def _affordable(work: Work) -> tuple[Integers, int, int, int]:
    """Return blocks, replications of all simulations, of each plan and of each change to it; none where they are too dear."""
    checked = work.effort.verification
    budget = min(SHARE * checked, int(MOST_WORK / max(sum(work.luck["expected_needs"]), 1.0)))
    few = max(work.effort.few, int(CHANGES * checked))
    for parts in range(MOST_PARTS, 0, -1):
        block_of = blocks(work.problem, parts)
        often = min(2 * checked, budget // FEWEST_STEPS - few * trials(work.problem, block_of))
        if often >= work.replications:
            return block_of, budget, often, few
    return block_of, 0, 0, 0


def key(decision: Decision) -> bytes:
    """Return the same bytes for the same decision."""
    bought = decision.opens, decision.added, decision.lots, decision.reserved, decision.activated
    return b"".join(np.asarray(part, dtype=np.int64).tobytes() for part in (*decision.work, *decision.hired, *bought))


def _settled(work: Work, point: Point, bound: float) -> Round:
    """Return a plan with the model of curves that are calibrated at it.

    A bound that the plan itself refutes gives way to that of these curves. Each plan has curves of its own: bounds of plans
    for different promises are bounds of different curves, and that of a tighter promise may be the lower one.
    """
    refuted = bound > point.cost
    for _ in range(2):  # the second time with curves that were moved to the plan
        done = observe(work, _held(work, point, min(bound, point.cost)))
        assert done.saw is not None
        work.lift = tuple(
            np.minimum(lift, have - 1e-6 * np.abs(have) - 1e-6)
            for lift, have in zip(work.lift, levels_of(work, done.saw), strict=True)
        )
    if refuted:
        bound = min(relaxed(work.draft(), work.left()).bound, point.cost)
    return replace(_held(work, point, bound), saw=done.saw, error=done.error)


def _held(work: Work, point: Point, bound: float) -> Round:
    """Return the present model with the values of a plan, also where the curves do not see its promises kept."""
    draft, seconds = work.draft(), work.left()
    answer = held(draft, point.decision, point.capacity, seconds)
    if answer.values is None:
        broken = draft.again(frozenset({"targets", "occupancy"}), dear=True)
        answer = held(broken, point.decision, point.capacity, seconds)
        copied(broken, draft)
    return Round(draft, replace(answer, objective=point.cost, bound=bound), point.decision, point.capacity)
