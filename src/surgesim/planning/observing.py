"""Simulate a plan, and plans with fewer and more heads, with common marks; move the beliefs to what was seen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from surgesim.planning.beliefs import Beliefs
from surgesim.planning.burden import burdened, short
from surgesim.planning.calibration import Choice, Floats, Trial, chosen, learnt, level, pieced, settled
from surgesim.planning.curves import believed
from surgesim.planning.decision import Capacity, scaled
from surgesim.planning.effective import deferred_surplus, effective_agents
from surgesim.planning.occupied import occupied_surplus
from surgesim.planning.tenure import pace
from surgesim.planning.work import Round, Work


def observe(work: Work, done: Round, scales: Sequence[float] = (1.0,)) -> Round:
    """Simulate the decision of a round with common marks, and move the beliefs to what was seen.

    Parameters
    ----------
    work : Work
        State; its beliefs change.
    done : Round
        A solved round.
    scales : sequence of float
        Factors on all heads of the plan that are simulated, ascending, 1 among them: curves move to the one that comes
        nearest to what is promised, and their slopes to the differences.
    """
    trials = [_trial(work, done, scale) for scale in scales]
    base = list(scales).index(1.0)
    choice = chosen(work.problem, work.beliefs, trials, base, work.lift, work.probability)
    lines = done.capacity.lines[:, -1].astype(np.float64)
    deferred = deferred_surplus(done.draft) | occupied_surplus(done.draft, work.beliefs, done.capacity)
    before = believed(work.problem, done.draft.surrogate, trials[base].effective, lines) | deferred
    levels = [level(work.problem, work.beliefs, trials[base].saw, p, work.probability) for p in range(len(choice))]
    error = _error(work, levels, before)
    missing = short(work.problem, deferred, levels, work.lift, done.draft.surrogate.offered)
    work.beliefs = burdened(learnt(work.beliefs, work.problem, trials, base, choice), work.problem, missing)
    work.beliefs = replace(work.beliefs, pace=pace(work.problem, done.capacity.joined))
    if len(trials) > 1:
        work.beliefs = _free_time(work, trials, [place for place, share in missing.items() if share > 0])
    _settle(work, trials, base, choice, lines, deferred)
    work.log.append({"cost_jpy": done.solved.objective, "bound_jpy": done.solved.bound, "difference": error})
    work.say(f"round {len(work.log)}: ¥{done.solved.objective:,.0f}, curves and simulation differ by {error:.1%} at most")
    return replace(done, saw=trials[base].saw, error=error)


def _trial(work: Work, done: Round, scale: float) -> Trial:
    capacity: Capacity = done.capacity if scale == 1.0 else scaled(work.problem, done.capacity, scale)
    saw = work.look(work.run(capacity, work.seed, work.replications, by_site=True))
    return Trial(scale, effective_agents(done.draft, done.decision, capacity), saw)


def _free_time(work: Work, trials: Sequence[Trial], places: Sequence[tuple[int, int]]) -> Beliefs:
    """Return beliefs in which deferred work takes as much more time as the fewest heads that were enough had more."""
    burden = work.beliefs.burden.copy()
    for p, r in places:
        levels = [level(work.problem, work.beliefs, trial.saw, p, work.probability)[r] for trial in trials]
        enough = [trial.scale for trial, have in zip(trials, levels, strict=True) if have >= work.lift[p][r]]
        promise = work.problem.promises[p]
        burden[promise.queue, promise.periods[r].intervals] *= min(enough, default=trials[-1].scale)
    return replace(work.beliefs, burden=burden)


def _settle(
    work: Work,
    trials: Sequence[Trial],
    base: int,
    choice: Choice,
    lines: Floats,
    deferred: dict[tuple[int, int], float],
) -> None:
    """Close what is left between curves and simulation with constants."""
    problem = work.problem
    fresh = work.surrogate()
    levels, found = [], []
    for p in range(len(problem.promises)):
        trial = pieced(problem, trials, base, p, choice[p])
        levels.append(level(problem, work.beliefs, trial.saw, p, work.probability))
        found.append(believed(problem, fresh, trial.effective, lines) | deferred)
    work.beliefs = settled(work.beliefs, problem, levels, found)


def _error(work: Work, levels: Sequence[Floats], before: Mapping[tuple[int, int], float]) -> float:
    """Return the greatest difference between believed and simulated surplus, share of the period's contacts."""
    worst = 0.0
    for p, promise in enumerate(work.problem.promises):
        offered = work.beliefs.offered(work.problem, p)
        for r, period in enumerate(promise.periods):
            wrong = abs(levels[p][r] - before[p, r] - float(work.beliefs.constant[p][r]))
            worst = max(worst, wrong / max(float(offered[period.intervals].sum()), 1e-9))
    return worst
