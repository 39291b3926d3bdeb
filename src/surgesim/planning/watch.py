"""What the simulator saw, reduced to what the calibration needs: surplus by promise and interval, loads, busy lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.model.model import Model
from surgesim.planning.problem import Problem, Promise
from surgesim.result.controls import adjusted_ratio, deviations
from surgesim.result.counters import QUEUE_COLUMNS, TRUNK_COLUMNS
from surgesim.result.estimates import Estimate, ratio
from surgesim.result.tables import Tables

Floats = NDArray[np.float64]

Simulate = Callable[[Model, int, int], Tables]
"""From a model, a seed and a number of replications to the counters of a run."""

ENOUGH = 30
"""Replications from which on the luck of the demand is taken out of estimates."""
NEEDED = ("offered", "blocked", "handled", "abandoned", "short_abandoned", "answered_within", "on_time")


@dataclass(frozen=True, eq=False)
class Seen:
    """Counters of one run.

    Attributes
    ----------
    queues : mapping from column to ndarray, shape (replications, intervals, queues)
        Counters of queues.
    lines_busy_s : ndarray, shape (replications, intervals, trunks)
        Line-seconds in use.
    groups : mapping from column to ndarray, shape (replications, intervals, groups)
        Agent-seconds at work and on duty.
    controls : ndarray, shape (replications, controls), or None
        Luck of the demand that is known beforehand, which is taken out of estimates; None where nothing is.
    branches : mapping from column to ndarray, shape (replications, intervals, branches)
        Counters by branch of the queues; those of the queues where the run did not tell sites apart.
    """

    queues: dict[str, Floats]
    lines_busy_s: Floats
    groups: dict[str, Floats] = field(default_factory=dict)
    controls: Floats | None = None
    branches: dict[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.branches:
            object.__setattr__(self, "branches", self.queues)

    @property
    def replications(self) -> int:
        """Number of replications."""
        return len(self.lines_busy_s)

    def surplus(self, promise: Promise, branch: int | None = None) -> Floats:
        """Return numerator - target x denominator by replication and interval; the other way round for "at most"."""
        top, bottom = self.ratio(promise, branch)
        return np.asarray((top - promise.bound * bottom) * (1.0 if promise.at_least else -1.0))

    def by_period(self, promise: Promise) -> Floats:
        """Return the surplus of each period and replication, shape (periods, replications)."""
        surplus = self.surplus(promise)
        return np.array([surplus[:, period.intervals].sum(axis=1) for period in promise.periods])

    def estimate(self, promise: Promise) -> Estimate:
        """Return the mean surplus of each period, with its standard error."""
        surplus = self.by_period(promise).T
        return estimated(surplus, np.ones_like(surplus), self.controls)

    def ease(self, promise: Promise) -> Floats:
        """Return the surplus per contact of each period and replication, shape (periods, replications)."""
        offered = self.queues["offered"][..., promise.queue]
        counts = np.array([offered[:, period.intervals].sum(axis=1) for period in promise.periods])
        return np.asarray(self.by_period(promise) / np.maximum(counts, 1e-9))

    def ratio(self, promise: Promise, branch: int | None = None) -> tuple[Floats, Floats]:
        """Return numerator and denominator of a promise, or of one of its branches, (replications, intervals) each."""
        if promise.measure == "occupancy":
            mine = [self.groups[name][..., list(promise.groups)].sum(axis=2) / promise.unit_s for name in ("busy_s", "ready_s")]
            return mine[0], mine[1]
        found, place = (self.queues, promise.queue) if branch is None else (self.branches, branch)
        queue = {name: counts[..., place] for name, counts in found.items()}
        if promise.measure == "service_level":
            below = {
                "offered": queue["offered"],
                "offered_less_short_abandons": queue["offered"] - queue["short_abandoned"],
                "handled": queue["handled"],
            }
            return queue["answered_within"], below[promise.of]
        above = {
            "answer_rate": "handled", "abandonment": "abandoned", "blocking": "blocked", "on_time": "on_time",
        }  # fmt: skip
        return queue[above[promise.measure]], queue["offered"]


def estimated(top: Floats, bottom: Floats, controls: Floats | None) -> Estimate:
    """Return ratios of sums over replications, adjusted for controls where there are some."""
    return ratio(top, bottom) if controls is None else adjusted_ratio(top, bottom, controls)


def seen(problem: Problem, tables: Tables, known: Mapping[str, Any] | None = None) -> Seen:
    """Return the counters of a run as arrays.

    Parameters
    ----------
    problem : Problem
        What is planned.
    tables : Tables
        A run.
    known : mapping, optional
        ``engines.known_luck`` of the model, where this luck is to be taken out of estimates. Promises with a probability are
        about single paths, not about means: there it stays, as with few replications.
    """
    intervals, trunks = problem.intervals, len(problem.trunks)
    names = [name for name in QUEUE_COLUMNS if name in NEEDED]
    shaped = tables.values("queues", names).reshape(tables.replications, intervals, -1, len(names))
    branches = {name: shaped[..., n] for n, name in enumerate(names)}
    busy = np.zeros((tables.replications, intervals, 0))
    if trunks:
        values = tables.values("trunks", [TRUNK_COLUMNS[0]])
        busy = values.reshape(tables.replications, intervals, trunks)
    worked = tables.values("groups", ["busy_s", "ready_s"]).reshape(tables.replications, intervals, len(problem.groups), 2)
    groups = {"busy_s": worked[..., 0], "ready_s": worked[..., 1]}
    means = problem.probability is None and problem.tail is None and tables.replications >= ENOUGH
    controls = deviations(tables, known) if known is not None and means else None
    return Seen(_together(problem, branches), busy, groups, controls, branches)


def _together(problem: Problem, branches: dict[str, Floats]) -> dict[str, Floats]:
    """Return counters with the branches of each queue as one."""
    if branches["offered"].shape[2] == len(problem.queues):
        return branches
    every = [problem.branches_of(q) for q in range(len(problem.queues))]
    return {name: np.stack([counts[..., mine].sum(axis=2) for mine in every], axis=2) for name, counts in branches.items()}


def ample(model: Model) -> Model:
    """Return the model with more agents and lines than anybody needs: what is offered when nobody redials."""
    mean = model.needs.mean if model.needs.paths is None else model.needs.paths.max(axis=0)
    per_interval = mean.sum(axis=0).max() + 1.0
    longest = max(queue.aht_s + queue.after.mean for queue in model.queues)
    # four times the greatest load, at most what fits comfortably into the simulator's tables
    most = int(min(20_000, 100 + 4.0 * per_interval * max(longest / model.clock.interval_s, 1.0)))
    agents = np.full_like(model.agents, most)
    lines = np.full_like(model.lines, 10 * most)
    return model.with_capacity(agents=agents, lines=lines)
