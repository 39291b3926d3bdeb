"""How simulations change what is believed: values and slopes of the curves, busy lines, and what is left over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surgesim.planning.answers import RATE_STEP
from surgesim.planning.beliefs import Beliefs, blocked_value, line_load, per_call, smooth, stretched, totals, weights
from surgesim.planning.problem import Problem, Promise
from surgesim.planning.tail import terms
from surgesim.planning.watch import Seen

Floats = NDArray[np.float64]
Choice = tuple[NDArray[np.int64], ...]
"""Position of a trial, by promise and period."""

MOST_SHIFT = 15
"""Greatest shift of a load by calibration, in steps of the rate grid: a factor of 1.8 either way."""
PRIOR = 0.25
"""Standard deviation of the logarithm of the shift that is believed before anything was simulated."""
STRETCHES = np.geomspace(0.4, 2.5, 33)
"""Slopes relative to the formula's that are thought possible."""
PRIOR_STRETCH = 0.15
"""Standard deviation of the logarithm of a slope that is believed before anything was simulated."""
CALLS = ("service_level", "answer_rate", "abandonment")
"""Measures that have curves."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A plan, or a plan with all heads scaled, as simulated.

    Attributes
    ----------
    scale : float
        Factor on the heads.
    effective : ndarray, shape (branches, intervals)
        Effective agents.
    saw : Seen
        What was seen.
    """

    scale: float
    effective: Floats
    saw: Seen


def level(problem: Problem, beliefs: Beliefs, saw: Seen, p: int, probability: float | None) -> Floats:
    """Return the simulated surplus of a promise that counts, shape (periods,).

    The mean over replications, or over the worst ones where promises are about the tail; or, where promises must hold
    with a probability, that of the replication at this quantile of ease, turned into first calls of the paths that
    matter: it is not negative just where the promise holds so often.
    """
    promise = problem.promises[p]
    if problem.tail is not None:
        return np.asarray(terms(saw.by_period(promise), problem.tail).mean(axis=1))
    if probability is None:
        return saw.estimate(promise).value
    offered = beliefs.offered(problem, p)
    calls = np.array([offered[period.intervals].sum() for period in promise.periods])
    return np.asarray(np.quantile(saw.ease(promise), 1.0 - probability, axis=1) * calls)


def chosen(
    problem: Problem, beliefs: Beliefs, trials: Sequence[Trial], base: int, lift: Sequence[Floats], probability: float | None
) -> Choice:
    """Return, for each promise and period, the trial that comes nearest to what is demanded.

    Far from what is promised (everybody redials, or nobody waits) a run says little about the plans that matter.
    """
    found = []
    for p, promise in enumerate(problem.promises):
        if promise.measure not in CALLS or len(trials) == 1:
            found.append(np.full(len(promise.periods), base, dtype=np.int64))
            continue
        levels = np.array([level(problem, beliefs, trial.saw, p, probability) for trial in trials])
        found.append(np.argmin(np.abs(levels - lift[p][None]), axis=0))
    return tuple(found)


def pieced(problem: Problem, trials: Sequence[Trial], base: int, p: int, choice: NDArray[np.int64]) -> Trial:
    """Return one trial that is, in every period of a promise, the chosen one."""
    if np.all(choice == base):
        return trials[base]
    effective = trials[base].effective.copy()
    saw, promise = trials[base].saw, problem.promises[p]
    busy = saw.lines_busy_s.copy()
    for period, m in zip(promise.periods, choice.tolist(), strict=True):
        effective[:, period.intervals] = trials[m].effective[:, period.intervals]
        busy[:, period.intervals] = trials[m].saw.lines_busy_s[:, period.intervals]
    queues = branches = _pieced([trial.saw.queues for trial in trials], base, promise, choice)
    if saw.branches is not saw.queues:
        branches = _pieced([trial.saw.branches for trial in trials], base, promise, choice)
    return Trial(trials[base].scale, effective, replace(saw, queues=queues, lines_busy_s=busy, branches=branches))


def _pieced(saw: Sequence[dict[str, Floats]], base: int, promise: Promise, choice: NDArray[np.int64]) -> dict[str, Floats]:
    found = {name: counts.copy() for name, counts in saw[base].items()}
    for period, m in zip(promise.periods, choice.tolist(), strict=True):
        for name, counts in found.items():
            counts[:, period.intervals] = saw[m][name][:, period.intervals]
    return found


def learnt(beliefs: Beliefs, problem: Problem, trials: Sequence[Trial], base: int, choice: Choice) -> Beliefs:
    """Return beliefs that agree, in value and slope, with what simulations of a plan saw.

    Parameters
    ----------
    beliefs : Beliefs
        What was believed.
    problem : Problem
        What is planned.
    trials : sequence of Trial
        The plan, and the plan with heads scaled, fewest first.
    base : int
        Position of the plan itself.
    choice : tuple of ndarray of int, by promise
        Trial to agree with in each period.
    """
    shift, anchor, stretch = beliefs.shift.copy(), beliefs.anchor.copy(), beliefs.stretch.copy()
    load = smooth(line_load(trials[base].saw, problem), problem)
    for c, part in enumerate(problem.parts):
        p, promise = part.promise, problem.promises[part.promise]
        if promise.measure not in CALLS:
            continue
        trial = pieced(problem, trials, base, p, choice[p])
        seen_load = smooth(line_load(trial.saw, problem), problem)
        for t, trunk in enumerate(problem.trunks):
            if promise.queue in trunk.queues:
                load[..., t] = seen_load[..., t]
        shift[c] = _shift(beliefs, problem, c, trial)
        anchor[c] = trial.effective[part.branch]
    moved = replace(beliefs, line_load=load, shift=shift, anchor=anchor)
    if len(trials) > 1:
        for c, part in enumerate(problem.parts):
            if problem.promises[part.promise].measure in CALLS:
                _stretch(moved, problem, c, trials, choice[part.promise], stretch)
    return replace(moved, stretch=stretch)


def _simulated(beliefs: Beliefs, problem: Problem, c: int, saw: Seen) -> Floats:
    """Return the simulated surplus of each interval on the paths that matter, busy tones left out, (intervals,)."""
    part = problem.parts[c]
    promise = problem.promises[part.promise]
    busy_tones = blocked_value(promise) * saw.branches["blocked"][..., part.branch]
    surplus = saw.surplus(promise, part.branch)
    return np.asarray(np.sum((surplus + busy_tones) * beliefs.by_interval(problem, part.promise), axis=0))


def _shift(beliefs: Beliefs, problem: Problem, c: int, trial: Trial) -> Floats:
    """Return the most credible shift of the load: simulated surplus, its error, and a prior around no shift."""
    part = problem.parts[c]
    promise = problem.promises[part.promise]
    table, spread = beliefs.tables[part.branch], weights(beliefs, problem, c, scaled=False)
    at_agents = _at(per_call(promise, table), table.agents, trial.effective[part.branch])
    surplus = _simulated(beliefs, problem, c, trial.saw)
    likely = beliefs.by_interval(problem, part.promise)
    count = np.sum(part.share * beliefs.counts[..., promise.queue] * likely, axis=0)
    # so many replications, all told, stand behind each interval
    paths = 1.0 / np.maximum(np.sum(likely**2, axis=0), 1e-9)
    error = np.sqrt(0.25 * count / paths) + 0.003 * count + 1e-9
    steps = np.arange(-MOST_SHIFT, MOST_SHIFT + 1)
    misfit = np.empty((len(steps), problem.intervals))
    for n, step in enumerate(steps):
        rates = np.clip(np.arange(at_agents.shape[1]) + step, 0, at_agents.shape[1] - 1)
        # more load is more calls to count as well
        value = RATE_STEP**step * np.sum(spread * at_agents[:, rates], axis=1)
        prior = step * np.log(RATE_STEP) / PRIOR
        misfit[n] = ((value - surplus) / error) ** 2 + prior**2
    best = np.clip(np.argmin(misfit, axis=0), 1, len(steps) - 2)
    before, there, after = (misfit[best + n, np.arange(problem.intervals)] for n in (-1, 0, 1))
    bend = np.maximum(before - 2.0 * there + after, 1e-9)
    between = np.clip(0.5 * (before - after) / bend, -1.0, 1.0)
    return np.asarray((steps[best] + between) * np.log(RATE_STEP))


def _stretch(
    beliefs: Beliefs, problem: Problem, c: int, trials: Sequence[Trial], choice: NDArray[np.int64], stretch: Floats
) -> None:
    """Set the stretch of each period so that fewer and more heads change the surplus as they did in simulations."""
    part = problem.parts[c]
    promise, agents = problem.promises[part.promise], beliefs.tables[part.branch].agents
    values = totals(beliefs, problem, c, scaled=False)
    surplus = np.array([_simulated(beliefs, problem, c, trial.saw) for trial in trials])
    calls = part.share * beliefs.counts[..., promise.queue]
    count = np.sum(calls * beliefs.by_interval(problem, part.promise), axis=0)
    for period, m in zip(promise.periods, choice.tolist(), strict=True):
        low, high = max(0, m - 1), min(len(trials) - 1, m + 1)
        mine = period.intervals
        rise = float((surplus[high] - surplus[low])[mine].sum())
        at = np.array([trials[low].effective[part.branch, mine], trials[high].effective[part.branch, mine]]).T
        anchor = beliefs.anchor[c][mine]
        rises = []
        for factor in STRETCHES:
            there = stretched(values[mine], agents, anchor, np.full(len(mine), factor), at)
            rises.append(float((there[:, 1] - there[:, 0]).sum()))
        error = 0.01 * count[mine].sum() + 1e-9
        misfit = ((np.array(rises) - rise) / error) ** 2 + (np.log(STRETCHES) / PRIOR_STRETCH) ** 2
        stretch[c][mine] = STRETCHES[int(np.argmin(misfit))]


def _at(values: Floats, agents: Floats, wanted: Floats) -> Floats:
    """Return values (rates, agents) interpolated at wanted agents, shape (wanted, rates)."""
    place = np.clip(np.interp(wanted, agents, np.arange(len(agents))), 0, len(agents) - 1.0 - 1e-9)
    low = place.astype(np.int64)
    return np.asarray((values[:, low] * (1.0 - (place - low)) + values[:, low + 1] * (place - low)).T)


def settled(
    beliefs: Beliefs,
    problem: Problem,
    levels: Sequence[Floats],
    believed: Sequence[Mapping[tuple[int, int], float]],
) -> Beliefs:
    """Return beliefs whose constants close what is left between curves and simulation, period by period.

    Parameters
    ----------
    beliefs : Beliefs
        Calibrated beliefs.
    problem : Problem
        What is planned.
    levels : sequence of ndarray, shape (periods,), by promise
        Surplus that the simulation saw.
    believed : sequence of mapping from (promise, period) to float, by promise
        Surplus of the same run by the curves and losses alone.
    """
    constants = []
    for p, promise in enumerate(problem.promises):
        if promise.measure == "on_time":  # the burden of the work is moved instead
            constants.append(np.zeros(len(promise.periods)))
            continue
        left = levels[p] - np.array([believed[p][p, r] for r in range(len(promise.periods))])
        # an empty desk says nothing about how busy people are
        empty = (levels[p] == 0.0) & (promise.measure == "occupancy")
        constants.append(np.where(empty, beliefs.constant[p], left))
    return replace(beliefs, constant=tuple(constants))
