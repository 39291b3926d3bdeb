"""What a few agents or lines more and less do to every promise, as simulations with common marks saw it.

Where agents have several skills, no formula says what one of them is worth to each queue: whoever takes a call of one queue
leaves others free for another. Simulations of the plan with an agent more, and with one less, do say it, for every group and
part of the day (T. Cezik, P. L'Ecuyer, 2008: their subgradients are forward differences).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surgesim.planning.calibration import level
from surgesim.planning.decision import Capacity, Decision
from surgesim.planning.problem import Problem
from surgesim.planning.safety import safety
from surgesim.planning.watch import Seen
from surgesim.planning.work import Work

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Point:
    """A plan, and what a simulation with common marks saw of it.

    Attributes
    ----------
    decision, capacity, cost : Decision, Capacity, float
        The plan.
    saw : Seen
        What was seen.
    levels : tuple of ndarray, shape (periods,), by promise
        Simulated surplus.
    """

    decision: Decision
    capacity: Capacity
    cost: float
    saw: Seen
    levels: tuple[Floats, ...]


@dataclass(frozen=True, eq=False)
class Cut:
    """How the surplus of one promise in one period changes around a plan, per agent and per lot of lines.

    A concave bound of what the promise can have: no more than the surplus of the plan, and what changes bring by themselves.

    Attributes
    ----------
    promise, period : int
        Position of the promise, and of the period in it.
    level : float
        Surplus of the plan.
    agents : ndarray, shape (groups, blocks)
        Mean agents of the plan in each block.
    lots : ndarray, shape (trunks,)
        Lots of lines of the plan.
    more : ndarray, shape (groups, blocks)
        Gain by one agent more all through a block.
    steeper : ndarray, shape (blocks,)
        How much more is lost than gained: agents of one group stand in for those of another before either counts.
    more_lots, fewer_lots : ndarray, shape (trunks,)
        Gain by one lot of lines more, and loss by one less.
    """

    promise: int
    period: int
    level: float
    agents: Floats
    lots: Floats
    more: Floats
    steeper: Floats
    more_lots: Floats
    fewer_lots: Floats

    def at(self, agents: Floats, lots: Floats) -> float:
        """Return the bound for another plan."""
        by_agents, by_lots = np.sum(self.more * (agents - self.agents), axis=0), lots - self.lots
        return float(
            self.level
            + np.sum(np.where(by_agents > 0, 1.0, self.steeper) * by_agents)
            + np.sum(np.where(by_lots > 0, self.more_lots, self.fewer_lots) * by_lots)
        )


def blocks(problem: Problem, parts_a_day: int) -> Integers:
    """Return the block of each interval, shape (intervals,): a part of a day; -1 where nobody can be on duty.

    A block ends where a shift or a break begins or ends; days with more of them than asked for are cut evenly.
    """
    signature: list[set[tuple[int, int]]] = [set() for _ in range(problem.intervals)]
    for k, staff in enumerate(problem.staff):
        for s, shift in enumerate(staff.shifts):
            for intervals, shares in shift.cover:
                for i in intervals[shares >= 0.5 - 1e-9].tolist():
                    signature[i].add((k, s))
    found = np.full(problem.intervals, -1, dtype=np.int64)
    count = 0
    for day in range(problem.days):
        mine = [i for i in np.flatnonzero(problem.day_of == day).tolist() if signature[i]]
        if not mine:
            continue
        new = [n > 0 and (signature[i] != signature[mine[n - 1]] or i != mine[n - 1] + 1) for n, i in enumerate(mine)]
        parts = np.cumsum(new)
        if parts[-1] >= parts_a_day:
            parts = np.arange(len(mine)) * parts_a_day // len(mine)
        found[mine] = count + parts
        count += int(parts.max()) + 1
    return found


def by_block(values: Floats | Integers, block_of: Integers) -> Floats:
    """Return means over each block, shape (groups, blocks)."""
    count = int(block_of.max()) + 1
    return np.stack([values[:, block_of == b].mean(axis=1) for b in range(count)], axis=1)


def looked(work: Work, decision: Decision, capacity: Capacity, cost: float, replications: int) -> Point:
    """Simulate a plan with the common marks of planning."""
    saw = work.look(work.run(capacity, work.seed, replications))
    return Point(decision, capacity, cost, saw, levels_of(work, saw))


def levels_of(work: Work, saw: Seen) -> tuple[Floats, ...]:
    """Return the simulated surplus of each promise and period that counts."""
    return tuple(level(work.problem, work.beliefs, saw, p, work.probability) for p in range(len(work.problem.promises)))


def needs(work: Work, saw: Seen, more: float, extra: Sequence[Floats]) -> tuple[Floats, ...]:
    """Return the surplus that a plan needs, so that a verification shows its promises, and something extra."""
    wanted = safety(work.problem, saw, work.effort.verification, more)
    return tuple(need + beyond for need, beyond in zip(wanted, extra, strict=True))


def first(saw: Seen, replications: int) -> Seen:
    """Return what the first replications saw."""
    n = replications
    queues, groups = ({name: counts[:n] for name, counts in part.items()} for part in (saw.queues, saw.groups))
    controls = None if saw.controls is None else saw.controls[:n]
    return Seen(queues, saw.lines_busy_s[:n], groups, controls)


def trials(problem: Problem, block_of: Integers) -> int:
    """Return the number of simulations that :func:`cuts` makes."""
    return 2 * (len(list(_places(problem, block_of))) + sum(trunk.lots > 0 for trunk in problem.trunks))


def _places(problem: Problem, block_of: Integers) -> Iterator[tuple[int, Integers]]:
    """Return groups with the blocks of one part of every day: days hardly touch each other, and are looked at together."""
    part = np.full(int(block_of.max()) + 1, -1, dtype=np.int64)
    for day in range(problem.days):
        mine = np.unique(block_of[(problem.day_of == day) & (block_of >= 0)])
        part[mine] = np.arange(len(mine))
    for staff in problem.staff:
        covered = {int(block_of[i]) for shift in staff.shifts for intervals, _ in shift.cover for i in intervals.tolist()}
        for n in range(int(part.max()) + 1):
            mine = np.array([b for b in np.flatnonzero(part == n).tolist() if b in covered], dtype=np.int64)
            if len(mine):
                yield staff.index, mine


def cuts(work: Work, point: Point, block_of: Integers, replications: int) -> list[Cut]:
    """Return how every promise changes around a plan, by simulations of the plan with a little more and a little less.

    Parameters
    ----------
    work : Work
        State.
    point : Point
        The plan.
    block_of : ndarray of int, shape (intervals,)
        From :func:`blocks`.
    replications : int
        Replications of each of these simulations, no more than of the plan itself: differences need few.
    """
    problem, saw = work.problem, first(point.saw, replications)
    few = replace(point, saw=saw, levels=levels_of(work, saw))
    agents = by_block(point.capacity.agents, block_of)
    shape = (2, len(problem.groups), agents.shape[1])
    gains = [[np.zeros(shape) for _ in promise.periods] for promise in problem.promises]
    lots = [[np.zeros((2, len(problem.trunks))) for _ in promise.periods] for promise in problem.promises]
    days = np.array([problem.day_of[block_of == b][0] for b in range(agents.shape[1])])
    for group, mine in _places(problem, block_of):
        for way, step in enumerate((1, -1)):
            changed = point.capacity.agents.copy()
            inside = np.isin(block_of, mine)
            changed[group, inside] = np.maximum(changed[group, inside] + step, 0)
            if (changed == point.capacity.agents).all():
                continue
            saw = _saw(work, few, replace(point.capacity, agents=changed))
            moved = np.abs(by_block(changed, block_of) - agents)[group, mine]
            for p, r, gain in _by_day(work, few, saw):
                gains[p][r][way, group, mine] = step * gain[days[mine]] / np.maximum(moved, 1e-9) * (moved > 0)
    for t, trunk in enumerate(problem.trunks):
        for way, step in enumerate((1, -1)):
            if 0 <= point.decision.lots[t] + step <= trunk.lots:
                lines = point.capacity.lines.copy()
                lines[t] += step * trunk.lot * (problem.day_of >= trunk.lead_days)
                saw = _saw(work, few, replace(point.capacity, lines=lines))
                for p, r, gain in _by_day(work, few, saw):
                    lots[p][r][way, t] = step * gain.sum()
    return [
        Cut(p, r, float(point.levels[p][r]), agents, point.decision.lots.astype(np.float64),
            *_pooled(gains[p][r]), *_concave(lots[p][r], point.decision.lots > 0))
        for p, promise in enumerate(problem.promises)
        for r in range(len(promise.periods))
    ]  # fmt: skip


def _pooled(gains: Floats) -> tuple[Floats, Floats]:
    """Return the gain by an agent more of each group, and how much steeper the loss by one less is, by block."""
    more, fewer = np.maximum(gains, 0.0)
    both = fewer > 0
    gained = np.where(both, more, 0.0).sum(axis=0)
    steeper = np.maximum(np.divide(fewer.sum(axis=0), gained, out=np.ones_like(gained), where=gained > 0), 1.0)
    return np.where(both, 0.5 * (more + fewer / steeper), more), steeper


def _saw(work: Work, point: Point, capacity: Capacity) -> Seen:
    return work.look(work.run(capacity, work.seed, point.saw.replications))


def _by_day(work: Work, point: Point, saw: Seen) -> Iterator[tuple[int, int, Floats]]:
    """Return what each promise gains in each period, by day, shape (days,): the gain of the period, spread like the means."""
    problem = work.problem
    starts = np.searchsorted(problem.day_of, np.arange(problem.days))
    for p, promise in enumerate(problem.promises):
        gained = level(problem, work.beliefs, saw, p, work.probability) - point.levels[p]
        by_interval = (saw.surplus(promise) - point.saw.surplus(promise)).mean(axis=0)
        for r, period in enumerate(promise.periods):
            inside = np.zeros(problem.intervals)
            inside[period.intervals] = by_interval[period.intervals]
            daily = np.add.reduceat(inside, starts)
            rising = np.maximum(daily * np.sign(gained[r]), 0.0)
            yield p, r, gained[r] * rising / rising.sum() if rising.sum() > 0 else np.zeros(problem.days)


def _concave(gains: Floats, some: NDArray[np.bool_]) -> Sequence[Floats]:
    """Return gain and loss without the luck that makes one fall below nothing, or the next agent worth more than the last."""
    more, fewer = np.maximum(gains, 0.0)
    wrong = some & (more > fewer)
    middle = 0.5 * (more + fewer)
    return np.where(wrong, middle, more), np.where(wrong, middle, np.where(some, fewer, more))


def moved(cut: Cut, point: Point, block_of: Integers) -> Cut:
    """Return the cut of a plan near by: its own surplus, and the same changes."""
    agents, lots = by_block(point.capacity.agents, block_of), point.decision.lots.astype(np.float64)
    return replace(cut, level=float(point.levels[cut.promise][cut.period]), agents=agents, lots=lots)


def lifted(cut: Cut, point: Point, block_of: Integers) -> Cut:
    """Return the cut, lifted where a plan has more than it allows: no cut stays that a simulation refutes."""
    allowed = cut.at(by_block(point.capacity.agents, block_of), point.decision.lots.astype(np.float64))
    return replace(cut, level=cut.level + max(0.0, float(point.levels[cut.promise][cut.period]) - allowed))
