"""Plans beside interval-wise staffing: one price list, one covering model, one simulation with the same marks.

Every rival asks a formula how many agents each interval needs, interval by interval, and covers that need at least
cost with the same shifts, hires, seats, standby packages and prices. Where no cover exists, agents may be missing at
a price far beyond all others. Lines and deferred work are given to the rivals as surgesim planned them. All plans are then
simulated with the marks of surgesim's own verification, which its planning never saw.

``pyworkforce`` (Erlang C, then MinRequiredResources, shift by shift) is asked where it is installed, with OR-Tools.

    python benchmarks/plan.py --scenario scenarios/kettle-recall.yaml --replications 400
"""

import argparse
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib.util import find_spec
from multiprocessing import get_context
from typing import Any

import numpy as np

import surgesim as ss
from surgesim.engines import expected_needs
from surgesim.erlang import agents_for, effective_rate, least_agents
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.planning.constraints import SHELF
from surgesim.planning.decision import capacity, decided
from surgesim.planning.draft import Draft
from surgesim.planning.frames import bill
from surgesim.planning.plan import Plan
from surgesim.planning.problem import Floats, Period, Problem
from surgesim.planning.read import read
from surgesim.planning.rounding import staged
from surgesim.planning.safety import checks
from surgesim.planning.solve import solve
from surgesim.planning.surrogate import Curve, Surrogate
from surgesim.planning.watch import Seen, ample, seen
from surgesim.sim.engine import run

SHORT_JPY = 20_000.0
"""Price of one agent missing in one interval, where no cover exists."""
FRESH_SEED, FRESH_PATHS = 424_242, 1_000
"""Luck of the paths on which a promise with a probability is looked at once more."""
Need = Callable[[int, Floats], Floats]
"""From a queue and its contacts by interval to the agents needed by interval."""


@dataclass(frozen=True)
class Found:
    """One way to staff, priced and simulated."""

    name: str
    cost: float
    unsure: int
    missed: int
    worst: float
    shortage: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Case:
    """What all have in common."""

    scenario: ss.Scenario
    model: Model
    problem: Problem
    plan: Plan
    calls: Floats
    replications: int

    def judged(self, saw: Seen) -> tuple[int, int, float]:
        """Return promises not shown, promises missed, and by how much the worst one is missed."""
        found = checks(self.problem, saw)
        gaps = []
        for check in found:
            promise = self.problem.promises[check.promise]
            if self.problem.probability is not None:
                gaps.append(self.problem.probability - check.kept)
            else:
                gaps.append((promise.bound - check.value) * (1.0 if promise.at_least else -1.0))
        return sum(not check.holds for check in found), sum(gap > 0 for gap in gaps), max(gaps)

    def simulated(self, agents: Floats, paid_s: Floats, lines: Floats) -> Seen:
        """Return what the marks of the verification make of a staffing."""
        staffed = self.model.with_capacity(agents=agents, paid_s=paid_s, lines=lines)
        seed = self.plan.certificate["verification_seed"]
        tables = run(staffed, seed=seed, replications=self.replications)
        return seen(self.problem, tables, expected_needs(self.model))


def formula(case: Case, method: str, patient: bool) -> Need:
    """Return agents by Erlang A (or C, with endless patience) at the effective rate of each interval."""

    def need(queue: int, calls: Floats) -> Floats:
        spec, clock = case.model.queues[queue], case.model.clock
        rate = np.maximum(effective_rate(method=method, edges=clock.edges_s, arrival_rate=calls / clock.interval_s,
                                         aht=spec.aht_s), 1e-9)  # fmt: skip
        wanted = np.ones(len(rate))
        for promise in case.problem.promises:
            if promise.queue != queue:
                continue
            if promise.measure == "service_level":
                more = agents_for(target=promise.bound, within=spec.answer_within_s, of=promise.of, arrival_rate=rate,
                                  aht=spec.aht_s, patience=None if patient else spec.patience)  # fmt: skip
            elif promise.measure in ("abandonment", "answer_rate") and not patient:
                lost = 1.0 - promise.bound if promise.measure == "answer_rate" else promise.bound
                more = least_agents("abandonment", lost, arrival_rate=rate, aht=spec.aht_s, patience=spec.patience)  # fmt: skip
            else:
                more = np.floor(rate * spec.aht_s) + 1
            wanted = np.maximum(wanted, more)
        return np.asarray(wanted, dtype=np.float64)

    return need


def pyworkforce_staff(calls: list[float], terms: tuple[float, ...], days: list[tuple[list[int], dict[str, list[int]]]]) -> Floats:
    """Return the agents that pyworkforce staffs: Erlang C by interval, then the least heads by shift, day by day."""
    from pyworkforce.queuing import ErlangC
    from pyworkforce.scheduling import MinRequiredResources

    target, aht, interval, within = terms
    desks = (ErlangC(transactions=max(n, 1e-3), aht=aht, interval=interval, asa=within) for n in calls)
    wanted = np.array([desk.required_positions(service_level=target)["positions"] for desk in desks])
    staffed = np.zeros(len(calls))
    for mine, cover in days:
        open_now = np.array(list(cover.values())).any(axis=0)
        required = np.where(open_now & (np.array(calls)[mine] > 0), wanted[mine], 0).astype(int).tolist()
        most = 2 * max(required) + 2
        done = MinRequiredResources(num_days=1, periods=len(mine), shifts_coverage=cover, required_resources=[required],
                                    max_period_concurrency=most, max_shift_concurrency=most).solve()  # fmt: skip
        for entry in done["resources_shifts"]:
            staffed[mine] += entry["resources"] * np.array(cover[entry["shift"]])
    return staffed


def pyworkforce_need(case: Case) -> Need:
    """Return agents by pyworkforce, asked in a process of its own: OR-Tools and highspy each carry a HiGHS, and clash."""
    problem = case.problem

    def need(queue: int, calls: Floats) -> Floats:
        spec = case.model.queues[queue]
        target = max((p.bound for p in problem.promises if p.queue == queue and p.measure == "service_level"), default=0.8)
        terms = (target, spec.aht_s / 60.0, problem.interval_s / 60.0, spec.answer_within_s / 60.0)
        shifts = {shift.name: shift for staff in problem.staff if queue in problem.skills[staff.index] for shift in staff.shifts}
        days = []
        for day in range(problem.days):
            mine = np.flatnonzero(problem.day_of == day)
            cover = {name: np.isin(mine, shift.cover[day][0]).astype(int).tolist() for name, shift in shifts.items()}
            days.append((mine.tolist(), cover))
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            return alone.submit(pyworkforce_staff, calls.tolist(), terms, days).result()

    return need


def requirement(case: Case, need: Need) -> tuple[Problem, Surrogate]:
    """Return the covering problem: in every open interval of every queue as many agents as needed."""
    problem = case.problem
    lines = case.plan.capacity.lines[:, -1]
    trunks = tuple(replace(trunk, lines=int(n), lots=0) for trunk, n in zip(problem.trunks, lines, strict=True))
    curves: dict[tuple[int, int], Curve] = {}
    offered: dict[tuple[int, int], float] = {}
    promises = []
    asked = dict.fromkeys(promise.queue for promise in problem.promises if promise.measure not in ("blocking", "on_time"))
    for queue in asked:
        first = next(p for p in problem.promises if p.queue == queue and p.measure not in ("blocking", "on_time"))
        busy = np.concatenate([period.intervals for period in first.periods])
        wanted, p = need(queue, case.calls[:, queue]), len(promises)
        periods = []
        for i in busy[case.calls[busy, queue] > 0.05].tolist():
            curves[p, i] = Curve(-wanted[i], np.array([wanted[i]]), np.array([1.0]))
            offered[p, len(periods)] = float(wanted[i])
            periods.append(Period(f"interval {i}", np.array([i])))
        promises.append(replace(first, bound=1.0, at_least=True, measure="service_level", periods=tuple(periods)))
    nothing = dict.fromkeys(offered, 0.0)
    reduced = replace(problem, promises=tuple(promises), trunks=trunks, probability=None)
    return reduced, Surrogate(curves, nothing, dict.fromkeys(offered, ()), offered)


def covered(case: Case, name: str, need: Need, seconds: float) -> Found:
    """Cover a need at least cost, and simulate."""
    from pyomo.environ import Objective, value

    started = time.perf_counter()
    problem, surrogate = requirement(case, need)
    draft = Draft(problem, surrogate, kinds={kind: SHELF.load(kind) for kind in SHELF.kinds()}).build()
    shortage: Any = 0.0
    if solve(draft.model, seconds, linear=True).status == "infeasible":
        draft = draft.again(frozenset({"targets"}))
        needs = [surrogate.offered[key] for key in surrogate.constant]
        shortage = sum(n * relaxation.amount for relaxation, n in zip(draft.relaxations, needs, strict=True))
        draft.model.cost.deactivate()
        draft.model.bill = Objective(expr=draft.total + SHORT_JPY * shortage)
    staged(draft, seconds, 0.003)
    found = capacity(problem, decided(draft))
    # deferred work and lines as surgesim planned them: those who do nothing else stay as they are
    callers = {g for g, skills in enumerate(problem.skills) for p in problem.promises if p.queue in skills}
    agents, paid_s = found.agents.copy(), found.paid_s.copy()
    for g in range(len(problem.groups)):
        if g not in callers:
            agents[g], paid_s[g] = case.plan.capacity.agents[g], case.plan.capacity.paid_s[g]
    cost = bill(draft)[1] + _given(case, callers)
    saw = case.simulated(agents, paid_s, case.plan.capacity.lines)
    return Found(name, cost, *case.judged(saw), value(shortage) * problem.interval_s / 3600.0, time.perf_counter() - started)


def _given(case: Case, callers: set[int]) -> float:
    """Return what surgesim's plan pays for lines and for groups that serve deferred work alone."""
    others = [group for g, group in enumerate(case.problem.groups) if g not in callers]
    mine = [item.startswith("lines ") or any(item.endswith(f" {group}") for group in others)
            for item in case.plan.cost_items["item"].to_list()]  # fmt: skip
    return float(case.plan.cost_items.filter(mine)["cost_jpy"].sum())


def rivals(case: Case) -> Mapping[str, Need]:
    """Return the rivals by name."""
    found: dict[str, Need] = {
        "SIPP Erlang C": formula(case, "sipp", True),
        "SIPP Erlang A": formula(case, "sipp", False),
        "lagged SIPP Erlang A": formula(case, "lagged_sipp", False),
        "modified offered load, Erlang A": formula(case, "modified_offered_load", False),
    }
    if all(find_spec(name) for name in ("pyworkforce", "ortools")):
        found["pyworkforce: Erlang C, MinRequiredResources"] = pyworkforce_need(case)
    else:
        print("pyworkforce is not asked; pip install pyworkforce to see it here")
    return found


def fresh(case: Case) -> str:
    """Return how often a promise with a probability is kept on paths that neither planning nor verification has seen."""
    found, problem = case.plan.capacity, case.problem
    staffed = case.model.with_capacity(agents=found.agents, paid_s=found.paid_s, lines=found.lines)
    saw = seen(problem, run(staffed, seed=FRESH_SEED, replications=FRESH_PATHS))
    kept = min(float(np.mean(saw.by_period(promise) >= 0.0, axis=1).min()) for promise in problem.promises)
    wanted = problem.probability or 0.0
    error = np.sqrt(wanted * (1.0 - wanted) / FRESH_PATHS)
    said = f"promised {wanted:.0%}, sampling error {error:.1%}"
    return f"on {FRESH_PATHS} fresh paths every promise holds in at least {kept:.1%}; {said}"


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="scenarios/kettle-recall.yaml")
    parser.add_argument("--replications", type=int, default=400)
    parser.add_argument("--time-limit", type=float, default=300.0)
    parser.add_argument("--seconds", type=float, default=30.0, help="limit of each cover")
    given = parser.parse_args()
    scenario = ss.load(given.scenario)
    started = time.perf_counter()
    plan = ss.plan(scenario, replications=given.replications, time_limit=given.time_limit)
    seconds = time.perf_counter() - started
    model = build(scenario)
    problem = read(scenario, model)
    calls = seen(problem, run(ample(model), seed=1, replications=20)).queues["offered"].mean(axis=0)
    case = Case(scenario, model, problem, plan, calls, given.replications)
    own = case.judged(case.simulated(plan.capacity.agents, plan.capacity.paid_s, plan.capacity.lines))
    rows = [Found("surgesim", plan.cost, *own, 0.0, seconds)]
    rows += [covered(case, name, need, given.seconds) for name, need in rivals(case).items()]
    promises = sum(len(promise.periods) for promise in problem.promises)
    print(f"{scenario.name}: {promises} promises and periods, {given.replications} replications, bound ¥{plan.bound:,.0f}")
    heads = f"{'':46}{'cost ¥':>14}{'to surgesim':>12}{'over bound':>11}{'not shown':>10}{'missed':>7}"
    print(f"{heads}{'worst':>8}{'short h':>9}{'s':>7}")
    for row in rows:
        print(
            f"{row.name:46}{row.cost:14,.0f}{row.cost / plan.cost - 1:12.1%}{row.cost / plan.bound - 1:11.1%}"
            f"{row.unsure:10d}{row.missed:7d}{max(row.worst, 0.0):8.1%}{row.shortage:9.1f}{row.seconds:7.1f}"
        )
    if problem.probability is not None:
        print(fresh(case))
    holding = [row for row in rows[1:] if row.unsure == 0]
    if holding:
        best = min(holding, key=lambda row: row.cost)
        print(
            f"the cheapest rival that holds every promise, {best.name}, costs {best.cost / plan.cost - 1:.1%} more than surgesim"
        )
    else:
        print("no rival holds every promise")


if __name__ == "__main__":
    main()
