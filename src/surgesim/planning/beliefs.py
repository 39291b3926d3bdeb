"""What is believed about load and service, and how a simulation changes it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surgesim.model.model import Model, QueueModel
from surgesim.planning.answers import RATE_STEP, Answers, Redials, answers
from surgesim.planning.paths import path_scale, path_weights, volumes_of
from surgesim.planning.problem import Branch, Problem, Promise
from surgesim.planning.tenure import all_at_once, pace
from surgesim.planning.watch import Seen

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Beliefs:
    """Load by path of demand, and how far it is shifted so that formula and simulation agree.

    Attributes
    ----------
    tables : tuple of Answers, by branch of a queue
        Shares answered, by rate and agents.
    aht_s : ndarray, shape (queues,)
        Mean handling time, seconds.
    counts : ndarray, shape (replications, intervals, queues)
        Contacts expected to be offered in each replication when nobody has to redial: first calls, for short.
    line_load : ndarray, shape (replications, intervals, trunks)
        Load on the lines, erlang.
    paths : tuple of ndarray, shape (periods, replications), by promise
        Weight of each replication for the promise in each period: all alike where the promise is about the
        expectation; those about as busy as the promise must bear where it must hold with a given probability.
    scale : tuple of ndarray, shape (periods, replications), by promise
        Factor on the contacts of each replication that makes it just as busy as the promise must bear.
    shift : ndarray, shape (parts, intervals)
        Logarithm of the factor on the load in the curve of each part of a promise.
    anchor : ndarray, shape (parts, intervals)
        Effective agents of the run that the curve was moved to.
    stretch : ndarray, shape (parts, intervals)
        How fast the curve is run through on both sides of its anchor: 1 where the formula's slope is right.
    constant : tuple of ndarray, shape (periods,), by promise
        Surplus that the simulation saw beyond the curves.
    burden : ndarray, shape (queues, intervals)
        Factor on the work of deferred queues: the time that must be free for it, over the work itself.
    pace : ndarray, shape (groups, days)
        Handling time of those who are there, relative to the standard.
    """

    tables: tuple[Answers, ...]
    aht_s: Floats
    counts: Floats
    line_load: Floats
    paths: tuple[Floats, ...]
    scale: tuple[Floats, ...]
    shift: Floats
    anchor: Floats
    stretch: Floats
    constant: tuple[Floats, ...]
    burden: Floats
    pace: Floats

    def by_interval(self, problem: Problem, p: int) -> Floats:
        """Return the weight of each replication in each interval for a promise, shape (replications, intervals)."""
        found = np.zeros(self.counts.shape[:2])
        for r, period in enumerate(problem.promises[p].periods):
            found[:, period.intervals] = self.paths[p][r][:, None]
        return found

    def calls(self, problem: Problem, p: int) -> Floats:
        """Return the first calls of each replication, as busy as the promise must bear, (replications, intervals)."""
        found = self.counts[..., problem.promises[p].queue].copy()
        for r, period in enumerate(problem.promises[p].periods):
            found[:, period.intervals] *= self.scale[p][r][:, None]
        return found

    def offered(self, problem: Problem, p: int) -> Floats:
        """Return the first calls of each interval on the paths that matter, shape (intervals,)."""
        return np.asarray(np.sum(self.by_interval(problem, p) * self.calls(problem, p), axis=0))


def first_beliefs(
    problem: Problem, model: Model, seed: int, replications: int, unhurried: Seen, probability: float | None
) -> Beliefs:
    """Return beliefs before any plan was simulated.

    Parameters
    ----------
    problem, model : Problem, Model
        What is planned.
    seed, replications : int
        Luck of the simulations to come: the curves look at the same paths of demand.
    unhurried : Seen
        A run with ample capacity: what is offered when nobody has to redial.
    probability : float or None
        Probability with which promises should hold, on the safe side; None: in expectation.
    """
    base = _base(model, seed, replications, unhurried)
    high = base.max(axis=(0, 1)) / problem.interval_s * 3.0
    low = np.array([_least(base[..., q]) for q in range(base.shape[2])]) / problem.interval_s / 4.0
    high = np.maximum(high, 10 * low)
    tables = tuple(_answers(model.queues[branch.queue], branch, low, high) for branch in problem.branches)
    volumes = [volumes_of(base[..., promise.queue], promise) for promise in problem.promises]
    return Beliefs(
        tables=tables,
        aht_s=np.array([queue.aht_s for queue in model.queues]),
        counts=base,
        line_load=_by_path(line_load(unhurried, problem), unhurried, base, problem) * 1.1,  # and some waiting
        paths=tuple(path_weights(volume, probability, problem.tail) for volume in volumes),
        scale=tuple(path_scale(volume, probability) for volume in volumes),
        shift=np.zeros((len(problem.parts), problem.intervals)),
        anchor=np.zeros((len(problem.parts), problem.intervals)),
        stretch=np.ones((len(problem.parts), problem.intervals)),
        constant=tuple(np.zeros(len(promise.periods)) for promise in problem.promises),
        burden=np.ones((len(problem.queues), problem.intervals)),
        pace=pace(problem, all_at_once(problem)),
    )


def widened(beliefs: Beliefs, more: Beliefs) -> Beliefs:
    """Return beliefs about more replications with the calibration of beliefs about fewer."""
    return replace(
        more,
        shift=beliefs.shift,
        anchor=beliefs.anchor,
        stretch=beliefs.stretch,
        burden=beliefs.burden,
        pace=beliefs.pace,
        constant=beliefs.constant,
        line_load=np.repeat(beliefs.line_load.mean(axis=0)[None], len(more.counts), axis=0),
    )


def _answers(queue: QueueModel, branch: Branch, low: Floats, high: Floats) -> Answers:
    if queue.deferred:
        return _no_answers()
    share = branch.share[branch.share > 0]
    least, most = float(low[branch.queue] * share.min(initial=1.0)), float(high[branch.queue] * share.max(initial=0.0))
    redials = Redials(queue.redial_probability, queue.attempts)
    thresholds = queue.answer_within_s, queue.short_abandon_s
    return answers(queue.patience, queue.aht_s, *thresholds, redials, least, most)


def _no_answers() -> Answers:
    nothing = np.zeros((2, 2))
    return Answers(np.array([1.0, RATE_STEP]), np.array([0.0, 1.0]), nothing, nothing, nothing, nothing)


def _least(offered: Floats) -> float:
    busy = offered[offered > 0.01 * max(float(offered.max()), 1e-9)]
    return float(busy.min()) if len(busy) else 1.0


def blocked_value(promise: Promise) -> float:
    """Return what a promise loses with a busy tone: a contact that would have counted with about the promised share."""
    if promise.measure == "blocking":
        return 1.0
    return promise.bound if promise.at_least and promise.measure != "on_time" else 0.0


def _base(model: Model, seed: int, replications: int, unhurried: Seen) -> Floats:
    """Return the contacts expected by replication: the mean of the run, spread like the demand of each replication."""
    queue_of = model.reason_queue[model.needs.reason]
    offered = unhurried.queues["offered"].mean(axis=0)
    found = np.repeat(offered[None], replications, axis=0)
    sample = [model.needs.intensity(seed, r) for r in range(unhurried.replications)]
    paths = [model.needs.intensity(seed, r) for r in range(replications)]
    for q in range(len(model.queues)):
        mine = queue_of == q
        mean = np.mean([path[mine].sum(axis=0) for path in sample], axis=0)
        known = mean > 0.01 * max(float(mean.max()), 1e-12)
        for r, path in enumerate(paths):
            found[r, known, q] *= path[mine].sum(axis=0)[known] / mean[known]
    return found


def line_load(seen: Seen, problem: Problem) -> Floats:
    """Return the load offered to the lines: what they carried, over the share that got through, by replication."""
    carried = seen.lines_busy_s / problem.interval_s
    load = np.zeros_like(carried)
    for t, trunk in enumerate(problem.trunks):
        queues = list(trunk.queues)
        offered = seen.queues["offered"][..., queues].sum(axis=2)
        blocked = seen.queues["blocked"][..., queues].sum(axis=2)
        through = 1.0 - np.divide(blocked, offered, out=np.zeros_like(blocked), where=offered > 0)
        load[..., t] = carried[..., t] / np.maximum(through, 0.2)
    return load


def _daily(values: Floats, problem: Problem) -> Floats:
    """Return sums by day, shape (replications, days, ...)."""
    first = np.searchsorted(problem.day_of, np.arange(problem.days))
    return np.asarray(np.add.reduceat(values, first, axis=1))


def _by_path(load: Floats, seen: Seen, base: Floats, problem: Problem) -> Floats:
    """Return line loads for all replications from a run of fewer: the mean, spread like the contacts of the day."""
    profile = load.mean(axis=0)
    found = np.empty((len(base), *load.shape[1:]))
    contacts, mean = _daily(base, problem), _daily(seen.queues["offered"], problem).mean(axis=0)
    for t, trunk in enumerate(problem.trunks):
        queues = list(trunk.queues)
        usual = mean[:, queues].sum(axis=1)
        share = np.divide(contacts[..., queues].sum(axis=2), usual, out=np.ones(contacts.shape[:2]), where=usual > 0)
        found[..., t] = profile[:, t] * share[:, problem.day_of]
    return found


def smooth(load: Floats, problem: Problem) -> Floats:
    """Return loads without the luck of single intervals: the day of each replication, spread like the mean day."""
    mean = load.mean(axis=0)
    days = _daily(load, problem)
    usual = _daily(mean[None], problem)
    share = np.divide(days, usual, out=np.zeros_like(days), where=usual > 0)
    return np.asarray(mean[None] * share[:, problem.day_of])


def per_call(promise: Promise, table: Answers) -> Floats:
    """Return the surplus of one first call with its redials, by rate and agents, shape (rates, agents)."""
    if promise.measure == "service_level":
        below = {
            "offered": table.offered,
            "offered_less_short_abandons": table.offered - table.short,
            # of hardly anybody handled almost all are in time: below nine in ten the missing ones count as late
            "handled": np.maximum(table.answered, 0.9 * table.offered),
        }[promise.of]
        return table.within - promise.bound * below
    if promise.measure == "answer_rate":
        return table.answered - promise.bound * table.offered
    return promise.bound * table.offered - (table.offered - table.answered)


def weights(beliefs: Beliefs, problem: Problem, c: int, scaled: bool = True) -> Floats:
    """Return how the contacts of each interval spread over the rate grid for part of a promise, shape (intervals, rates).

    The rate of an interval leans on the one before it by the load that is carried in: the modified offered load for
    exponential service (O. B. Jennings, A. Mandelbaum, W. A. Massey, W. Whitt, 1996). Not scaled, the replications
    are as busy as they were simulated.
    """
    part = problem.parts[c]
    queue, table = problem.promises[part.promise].queue, beliefs.tables[part.branch]
    counts = part.share * (beliefs.calls(problem, part.promise) if scaled else beliefs.counts[..., queue])
    share = beliefs.aht_s[queue] / problem.interval_s
    carried = float(share * (1.0 - np.exp(-1.0 / share))) if share > 0 else 0.0
    before = np.concatenate([np.zeros_like(counts[:, :1]), counts[:, :-1]], axis=1)
    rate = ((1.0 - carried) * counts + carried * before) / problem.interval_s
    place = np.log(np.maximum(rate, table.rates[0]) / table.rates[0]) / np.log(RATE_STEP)
    place = np.clip(place, 0.0, len(table.rates) - 1.001)
    low = place.astype(np.int64)
    upper = place - low
    weighted = counts * beliefs.by_interval(problem, part.promise)
    spread = np.zeros((counts.shape[1], len(table.rates)))
    rows = np.broadcast_to(np.arange(counts.shape[1]), counts.shape)
    np.add.at(spread, (rows, low), weighted * (1.0 - upper))
    np.add.at(spread, (rows, low + 1), weighted * upper)
    return spread


def totals(beliefs: Beliefs, problem: Problem, c: int, scaled: bool = True) -> Floats:
    """Return the surplus of part of a promise by interval and agents, with the load as calibrated, shape (intervals, agents)."""
    part = problem.parts[c]
    table, spread = beliefs.tables[part.branch], weights(beliefs, problem, c, scaled)
    value = per_call(problem.promises[part.promise], table)
    place = beliefs.shift[c] / np.log(RATE_STEP)
    low = np.floor(place).astype(np.int64)
    found = np.zeros((problem.intervals, len(table.agents)))
    for steps, share in ((low, 1.0 - (place - low)), (low + 1, place - low)):
        for step in np.unique(steps[share > 0]):
            rates = np.clip(np.arange(len(table.rates)) + step, 0, len(table.rates) - 1)
            mine = (steps == step) & (share > 0)
            # more load is more calls to count as well
            found[mine] += RATE_STEP ** float(step) * share[mine, None] * (spread[mine] @ value[rates])
    return found


def stretched(values: Floats, agents: Floats, anchor: Floats, stretch: Floats, at: Floats | None = None) -> Floats:
    """Return curves run through faster or slower on both sides of their anchors.

    Parameters
    ----------
    values : ndarray, shape (intervals, agents)
        Curves on a grid.
    agents : ndarray, shape (agents,)
        The grid.
    anchor, stretch : ndarray, shape (intervals,)
        Where the curve stays, and how fast it is run through.
    at : ndarray, shape (intervals, n), optional
        Agents at which the values are wanted; the grid where left out.
    """
    wanted = np.broadcast_to(agents, values.shape) if at is None else at
    source = anchor[:, None] + stretch[:, None] * (wanted - anchor[:, None])
    place = np.interp(source, agents, np.arange(len(agents)))
    low = np.minimum(place.astype(np.int64), len(agents) - 2)
    rows = np.arange(len(values))[:, None]
    return np.asarray(values[rows, low] * (1.0 - (place - low)) + values[rows, low + 1] * (place - low))
