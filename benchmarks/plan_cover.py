"""Cover what a rival needs at least cost, and simulate it with the marks that verified surgesim's plan."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from plan_rivals import Rival

import surgesim as ss
from surgesim.engines import known_luck
from surgesim.model.model import Model
from surgesim.planning.decision import Capacity, Decision, capacity, decided
from surgesim.planning.draft import Draft
from surgesim.planning.frames import bill
from surgesim.planning.problem import Floats, Period, Problem
from surgesim.planning.rounding import staged
from surgesim.planning.safety import Check, checks
from surgesim.planning.solve import solve
from surgesim.planning.surrogate import Curve, Surrogate
from surgesim.planning.watch import Seen, seen
from surgesim.result.folder import read as read_result
from surgesim.sim.engine import run

SHORT_JPY = (20_000.0, 100_000.0, 1e6)
"""Prices of one agent missing in one interval, where no cover exists: the first one with which a rival holds is its own."""
GAP = 0.003
LEAST, MOST, STEP, ROUNDS = 0.8, 1.2, 0.01, 8
"""Factors on a need that are tried; the step between them; rounds in which periods that miss get more."""


@dataclass(frozen=True, eq=False)
class Given:
    """What is compared of surgesim's plan."""

    capacity: Capacity
    cost: float
    bound: float
    items: pl.DataFrame
    seed: int
    replications: int
    seconds: float = float("nan")


def of_plan(plan: Any, seconds: float) -> Given:
    """Return what is compared of a plan made just now."""
    seed, replications = plan.certificate["verification_seed"], plan.certificate["replications"]
    return Given(plan.capacity, plan.cost, plan.bound, plan.cost_items, seed, replications, seconds)


def of_folder(folder: Path, problem: Problem) -> Given:
    """Return what is compared of a plan that ``surgesim plan --out`` wrote."""
    result, frames = read_result(folder), {name: pl.read_parquet(folder / f"{name}.parquet") for name in
                                           ("plan", "shifts", "seats", "lines", "cost")}  # fmt: skip
    day = {date: d for d, date in enumerate(problem.dates)}
    work = tuple(np.zeros((len(staff.shifts), problem.days), dtype=np.int64) for staff in problem.staff)
    at = {(staff.group, shift.name): (k, s) for k, staff in enumerate(problem.staff) for s, shift in enumerate(staff.shifts)}
    for row in frames["shifts"].iter_rows(named=True):
        k, s = at[row["group"], row["shift"]]
        work[k][s, day[row["day"]]] = row["heads"]
    added = np.zeros((len(problem.sites), problem.days), dtype=np.int64)
    place = {site.name: j for j, site in enumerate(problem.sites)}
    for row in frames["seats"].iter_rows(named=True):
        added[place[row["site"]], day[row["day"]]] = row["added"]
    most = dict(frames["lines"].group_by("trunk").agg(pl.col("added").max()).iter_rows())
    lots = np.array([most.get(trunk.name, 0) // max(trunk.lot, 1) for trunk in problem.trunks], dtype=np.int64)
    nothing = np.zeros(len(problem.standby), dtype=np.int64), np.zeros((len(problem.standby), problem.days), dtype=np.int64)
    hired = tuple(np.zeros(problem.days, dtype=np.int64) for _ in problem.staff)
    found = capacity(problem, Decision(work, hired, np.full(len(problem.sites), -1), added, lots, *nothing))
    planned = frames["plan"]["agents"].sum()
    if int(found.agents[[staff.index for staff in problem.staff]].sum()) > planned or int(found.agents.sum()) != planned:
        raise ValueError(f"{folder} was planned for another scenario: its shifts make other agents than its plan says")
    bound = float(result.meta["plan"]["bound_jpy"])
    return Given(found, frames["cost"]["cost_jpy"].sum(), bound, frames["cost"], result.seed, result.replications)


@dataclass(frozen=True, eq=False)
class Case:
    """What all have in common."""

    scenario: ss.Scenario
    model: Model
    problem: Problem
    given: Given
    calls: Floats
    seconds: float
    wanted: dict[tuple[str, int], Floats] = field(default_factory=dict)

    def simulated(self, agents: Floats, paid_s: Floats, lines: Floats) -> Seen:
        """Return what the marks of the verification make of a staffing."""
        staffed = self.model.with_capacity(agents=agents, paid_s=paid_s, lines=lines)
        tables = run(staffed, seed=self.given.seed, replications=self.given.replications)
        return seen(self.problem, tables, known_luck(self.model))


@dataclass(frozen=True, eq=False)
class Found:
    """One way to staff, priced and simulated."""

    name: str
    cost: float
    checks: tuple[Check, ...]
    gaps: tuple[float, ...]
    """By how much each promise is missed in each period."""
    gap: float = 0.0
    shortage: float = 0.0
    seconds: float = float("nan")

    @property
    def unsure(self) -> int:
        """Promises and periods that are not shown."""
        return sum(not check.holds for check in self.checks)


def gaps(problem: Problem, found: tuple[Check, ...]) -> tuple[float, ...]:
    """Return by how much each promise is missed: points of its measure, or of its probability."""
    if problem.probability is not None:
        return tuple(problem.probability - check.kept for check in found)
    promised = [problem.promises[check.promise] for check in found]
    return tuple((p.bound - c.value) * (1.0 if p.at_least else -1.0) for p, c in zip(promised, found, strict=True))


def asked(problem: Problem) -> list[int]:
    """Return the queues with a promise about calls: what formulas are asked for."""
    return list(dict.fromkeys(p.queue for p in problem.promises if p.measure not in ("blocking", "on_time", "occupancy")))


def requirement(case: Case, name: str, rival: Rival, factor: Floats) -> tuple[Problem, Surrogate]:
    """Return the covering problem: in every open interval of every queue as many agents as needed, times a factor."""
    problem, lines = case.problem, case.given.capacity.lines[:, -1]
    trunks = tuple(replace(trunk, lines=int(n), lots=0) for trunk, n in zip(problem.trunks, lines, strict=True))
    curves: dict[tuple[int, int], Curve] = {}
    offered: dict[tuple[int, int], float] = {}
    promises = []
    for queue in asked(problem):
        first = next(p for p in problem.promises if p.queue == queue and p.measure not in ("blocking", "on_time", "occupancy"))
        busy = np.concatenate([period.intervals for period in first.periods])
        if (name, queue) not in case.wanted:
            case.wanted[name, queue] = rival.need(queue, case.calls[:, queue])
        calls = case.calls[:, queue]
        wanted = np.where(calls > 0.05, case.wanted[name, queue] * factor[queue], 0.0)
        wanted = wanted if rival.schedule is None else rival.schedule(queue, wanted)
        p, periods = len(promises), []
        for i in busy[wanted[busy] > 0.0].tolist():
            curves[p, i] = Curve(-wanted[i], np.array([wanted[i]]), np.array([1.0]))
            offered[p, len(periods)] = float(wanted[i])
            periods.append(Period(f"interval {i}", np.array([i])))
        promises.append(replace(first, bound=1.0, at_least=True, measure="service_level", periods=tuple(periods)))
    nothing = dict.fromkeys(offered, 0.0)
    reduced = replace(problem, promises=tuple(promises), trunks=trunks, probability=None, tail=None)
    return reduced, Surrogate(curves, nothing, dict.fromkeys(offered, ()), offered)


def covered(case: Case, name: str, rival: Rival, factor: Floats | None = None) -> Found:
    """Cover a need at least cost, and simulate; where nothing covers it all, with as little missing as lets it hold."""
    factor = np.ones((len(case.problem.queues), case.problem.intervals)) if factor is None else factor
    problem, surrogate = requirement(case, name, rival, factor)
    draft = Draft(problem, surrogate).build()
    if solve(draft.model, case.seconds, linear=True).status != "infeasible":
        return _judged(case, name, draft)
    for price in SHORT_JPY:
        found = _judged(case, name, draft.again(frozenset({"targets"})), price)
        if found.unsure == 0:
            break
    return found


def _judged(case: Case, name: str, draft: Draft, short_jpy: float = 0.0) -> Found:
    """Solve a cover and simulate it; agents may be missing at a price."""
    from pyomo.environ import Objective, value

    started, problem = time.perf_counter(), draft.problem
    shortage: Any = 0.0
    if short_jpy:
        needs = [draft.surrogate.offered[key] for key in draft.surrogate.constant]
        shortage = sum(n * relaxation.amount for relaxation, n in zip(draft.relaxations, needs, strict=True))
        draft.model.cost.deactivate()
        draft.model.bill = Objective(expr=draft.total + short_jpy * shortage)
    solved = staged(draft, case.seconds, GAP)
    found = capacity(problem, decided(draft))
    # deferred work and lines as surgesim planned them: those who do nothing else stay as they are
    callers = {g for g, skills in enumerate(problem.skills) if set(skills) & set(asked(case.problem))}
    agents, paid_s = found.agents.copy(), found.paid_s.copy()
    for g in range(len(problem.groups)):
        if g not in callers:
            agents[g], paid_s[g] = case.given.capacity.agents[g], case.given.capacity.paid_s[g]
    saw = case.simulated(agents, paid_s, case.given.capacity.lines)
    judged = checks(case.problem, saw)
    cost = bill(draft)[1] + _given(case, callers)
    short_h = float(value(shortage)) * problem.interval_s / 3600.0
    return Found(name, cost, judged, gaps(case.problem, judged), solved.gap, short_h, time.perf_counter() - started)


def _given(case: Case, callers: set[int]) -> float:
    """Return what surgesim's plan pays for lines and for groups that serve deferred work alone."""
    others = [group for g, group in enumerate(case.problem.groups) if g not in callers]
    items = case.given.items
    mine = [item.startswith("lines ") or any(item.endswith(f" {group}") for group in others) for item in items["item"].to_list()]
    return float(items.filter(mine)["cost_jpy"].sum())


def by_one_factor(case: Case, name: str, rival: Rival, first: Found) -> Found | None:
    """Return the cheapest cover that holds, its need times one factor for all intervals: halved between steps."""
    shape, best = (len(case.problem.queues), case.problem.intervals), first if first.unsure == 0 else None
    low, high = (LEAST, 1.0) if best else (1.0, MOST)
    while high - low > 1.5 * STEP:
        middle = round((low + high) / 2.0 / STEP) * STEP
        found = covered(case, name, rival, np.full(shape, middle))
        if found.unsure:
            low = middle
        else:
            high = middle
            if best is None or found.cost < best.cost:
                best = replace(found, name=f"{name}, x{middle:.2f}")
    return best


def by_period(case: Case, name: str, rival: Rival, first: Found) -> Found | None:
    """Return a cover that holds: need raised where a promise is missed, by about as much as is missed, until none is."""
    factor, found = np.ones((len(case.problem.queues), case.problem.intervals)), first
    for number in range(1, ROUNDS + 1):
        if found.unsure == 0:
            return replace(found, name=f"{name}, by period" if number > 1 else name)
        for check, gap in zip(found.checks, found.gaps, strict=True):
            promise = case.problem.promises[check.promise]
            if not check.holds:
                factor[promise.queue, promise.periods[check.period].intervals] += min(0.1, max(STEP, 0.4 * gap))
        found = covered(case, name, rival, factor)
    return replace(found, name=f"{name}, by period") if found.unsure == 0 else None


def shares(rows: list[Found], given: Given) -> Mapping[str, float]:
    """Return what each way that holds costs beyond surgesim's plan, share."""
    return {row.name: row.cost / given.cost - 1.0 for row in rows if row.unsure == 0}
