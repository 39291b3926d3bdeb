"""From beliefs to the curves of the optimisation."""

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from surgesim.planning.answers import blocking
from surgesim.planning.beliefs import Beliefs, blocked_value, stretched, totals
from surgesim.planning.hull import curve_of
from surgesim.planning.occupied import demanded
from surgesim.planning.problem import Problem, TrunkChoice
from surgesim.planning.surrogate import Curve, LineLoss, Surrogate

Floats = NDArray[np.float64]
MOST_POINTS = 14
"""Greatest number of points of the function from lines to losses."""
BESIDE = ("constant", "burden", "pace")
"""What is believed beside the curves and losses."""


def surrogate(problem: Problem, beliefs: Beliefs, lift: tuple[Floats, ...], known: Surrogate | None = None) -> Surrogate:
    """Return the curves, constants and losses that the optimisation works with.

    Parameters
    ----------
    problem : Problem
        What is planned.
    beliefs : Beliefs
        Load and calibration.
    lift : tuple of ndarray, by promise
        Surplus demanded on top for safety, by period.
    known : Surrogate, optional
        One of beliefs that differ in nothing but :data:`BESIDE`: its curves and losses are these.
    """
    curves: dict[tuple[int, int], Curve] = {}
    constant: dict[tuple[int, int], float] = {}
    offered: dict[tuple[int, int], float] = {}
    losses: dict[tuple[int, int], tuple[LineLoss, ...]] = {}
    for c in range(len(problem.parts) if known is None else 0):
        curves.update(_curves(problem, beliefs, c))
    for p, promise in enumerate(problem.promises):
        count = beliefs.offered(problem, p)
        if known is None:
            losses.update({(p, r): _losses(problem, beliefs, p, r) for r in range(len(promise.periods))})
        for r, period in enumerate(promise.periods):
            offered[p, r] = float(count[period.intervals].sum())
            constant[p, r] = float(beliefs.constant[p][r] - lift[p][r])
            if promise.measure == "blocking":
                constant[p, r] += promise.bound * offered[p, r]
            if promise.measure == "occupancy":
                constant[p, r] -= float(demanded(problem, beliefs, p)[period.intervals].sum())
                offered[p, r] = max(-constant[p, r], 1e-9) / promise.bound
            if promise.measure == "on_time":  # not even no work at all is more on time than this
                constant[p, r] = max(constant[p, r], -0.9 * (1.0 - promise.bound) * offered[p, r])
    shape = (curves, losses) if known is None else (known.curves, known.losses)
    return Surrogate(shape[0], constant, shape[1], offered, _work(problem, beliefs), beliefs.pace)


def same_curves(one: Beliefs, other: Beliefs) -> bool:
    """Return whether beliefs differ in nothing but :data:`BESIDE`."""
    return all(getattr(one, field.name) is getattr(other, field.name) for field in fields(one) if field.name not in BESIDE)


def _curves(problem: Problem, beliefs: Beliefs, c: int) -> Mapping[tuple[int, int], Curve]:
    part = problem.parts[c]
    promise = problem.promises[part.promise]
    if promise.measure in ("blocking", "on_time", "occupancy"):
        return {}
    agents, count = beliefs.tables[part.branch].agents, part.share * beliefs.offered(problem, part.promise)
    values = stretched(totals(beliefs, problem, c), agents, beliefs.anchor[c], beliefs.stretch[c])
    busy = np.concatenate([period.intervals for period in promise.periods])
    return {(c, int(i)): curve_of(agents, values[i], float(count[i])) for i in busy if count[i] > 1e-6}


def _losses(problem: Problem, beliefs: Beliefs, p: int, r: int) -> tuple[LineLoss, ...]:
    promise = problem.promises[p]
    if blocked_value(promise) == 0.0:
        return ()
    trunks = [(t, trunk) for t, trunk in enumerate(problem.trunks) if promise.queue in trunk.queues]
    return tuple(_loss(problem, beliefs, (p, r), t, trunk) for t, trunk in trunks)


def _loss(problem: Problem, beliefs: Beliefs, key: tuple[int, int], t: int, trunk: TrunkChoice) -> LineLoss:
    promise = problem.promises[key[0]]
    intervals = promise.periods[key[1]].intervals
    early = problem.day_of[intervals] < trunk.lead_days
    chosen = np.unique(np.linspace(0, trunk.lots, min(trunk.lots + 1, MOST_POINTS)).round().astype(np.int64))
    lines = trunk.lines + trunk.lot * chosen
    fixed = _blocked(beliefs, promise.queue, key, t, intervals[early], np.array([trunk.lines])).sum()
    loss = blocked_value(promise) * (fixed + _blocked(beliefs, promise.queue, key, t, intervals[~early], lines))
    return LineLoss(t, lines.astype(np.float64), loss)


def _blocked(
    beliefs: Beliefs, queue: int, key: tuple[int, int], t: int, intervals: NDArray[np.int64], lines: NDArray[np.int64]
) -> Floats:
    """Return mean contacts blocked on the paths that matter, by number of lines, shape (lines,)."""
    weight = beliefs.paths[key[0]][key[1]]
    mine = np.flatnonzero(weight)
    scale = beliefs.scale[key[0]][key[1]][mine][:, None]
    load = scale * beliefs.line_load[np.ix_(mine, intervals)][..., t]
    share = blocking(load.ravel(), lines).reshape(*load.shape, len(lines))
    counts = scale * beliefs.counts[np.ix_(mine, intervals)][..., queue]
    return np.asarray(np.einsum("r,ri,rin->n", weight[mine], counts, share))


def _work(problem: Problem, beliefs: Beliefs) -> dict[tuple[int, int], float]:
    """Return deferred work that arrives, agent-seconds, for branches of queues with a promise about it."""
    found = {}
    for part in problem.parts:
        promise = problem.promises[part.promise]
        if promise.measure == "on_time":
            count = part.share * beliefs.offered(problem, part.promise)
            work_s = count * beliefs.burden[promise.queue] * beliefs.aht_s[promise.queue]
            for i in np.flatnonzero(count > 0).tolist():
                found[part.branch, i] = float(work_s[i])
    return found


def believed(problem: Problem, model: Surrogate, effective: Floats, lines: Floats) -> dict[tuple[int, int], float]:
    """Return the surplus of a plan by the curves and losses, without the constants of calibration.

    Parameters
    ----------
    problem, model : Problem, Surrogate
        What is planned, and the curves.
    effective : ndarray, shape (branches, intervals)
        Effective agents.
    lines : ndarray, shape (trunks,)
        Lines after the lead time.
    """
    found = {}
    for p, promise in enumerate(problem.promises):
        for r, period in enumerate(promise.periods):
            gains = (
                model.curves[c, i].at(effective[part.branch, i])
                for c, part in enumerate(problem.parts) if part.promise == p
                for i in period.intervals.tolist() if (c, i) in model.curves
            )  # fmt: skip
            lost = sum(float(np.interp(lines[loss.trunk], loss.lines, loss.loss)) for loss in model.losses[p, r])
            bound = promise.bound * model.offered[p, r] if promise.measure == "blocking" else 0.0
            found[p, r] = sum(gains) + bound - lost
    return found
