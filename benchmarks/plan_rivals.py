"""Interval-wise rivals of a plan: how many agents each interval needs, by formulas and by pyworkforce.

A rival has two steps: a formula asks for agents interval by interval, and a schedule makes them whole shifts. Where the
second one is left out, shifts are found by the covering model that all rivals share.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from surgesim.erlang import agents_for, effective_rate, least_agents
from surgesim.model.model import Model
from surgesim.planning.problem import Floats, Problem

Need = Callable[[int, Floats], Floats]
"""From a queue and its contacts by interval to the agents needed by interval."""
Schedule = Callable[[int, Floats], Floats]
"""From a queue and its needed agents by interval to agents in whole shifts."""


@dataclass(frozen=True, eq=False)
class Rival:
    """A way to staff: what each interval needs, and how that becomes shifts."""

    need: Need
    schedule: Schedule | None = None


def formula(problem: Problem, model: Model, method: str, patient: bool) -> Need:
    """Return agents by Erlang A (or C, with endless patience) at the effective rate of each interval."""

    def need(queue: int, calls: Floats) -> Floats:
        spec, clock = model.queues[queue], model.clock
        rate = np.maximum(effective_rate(method=method, edges=clock.edges_s, arrival_rate=calls / clock.interval_s,
                                         aht=spec.aht_s), 1e-9)  # fmt: skip
        wanted = np.ones(len(rate))
        for promise in problem.promises:
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


def positions(kind: str, calls: Sequence[float], terms: Mapping[str, float], targets: Mapping[str, float]) -> list[int]:
    """Return the positions that pyworkforce's ErlangA or ErlangC asks for, by interval; few calls are rounded up alike."""
    desk, known = getattr(import_module("pyworkforce.queuing"), kind), {}
    found = []
    for count in calls:
        n = max(float(np.ceil(20.0 * count) / 20.0), 0.05)
        if n not in known:
            known[n] = int(desk(transactions=n, **terms).required_positions(**targets)["raw_positions"])
        found.append(known[n])
    return found


def shifts_of_day(required: list[int], cover: dict[str, list[int]], paid: dict[str, int]) -> list[int]:
    """Return the agents by interval of pyworkforce's MinRequiredResources: shifts of the fewest paid minutes that cover."""
    from pyworkforce.scheduling import MinRequiredResources

    most = 2 * max(required) + 2
    done = MinRequiredResources(num_days=1, periods=len(required), shifts_coverage=cover, required_resources=[required],
                                max_period_concurrency=most, max_shift_concurrency=most, cost_dict=paid,
                                max_search_time=20.0).solve()  # fmt: skip
    if done["cost"] < 0:
        raise RuntimeError(f"MinRequiredResources found no shifts: {done['status']}")
    heads = {entry["shift"]: int(entry["resources"]) for entry in done["resources_shifts"]}
    return [sum(heads[name] * covers[i] for name, covers in cover.items()) for i in range(len(required))]


def profiles_of(required: list[dict[str, int]], profiles: list[dict[str, Any]]) -> list[dict[str, int]]:
    """Return how many agents hold each skill by pyworkforce's MultiSkillStaffing: the cheapest profiles, by interval."""
    from pyworkforce.staffing import MultiSkillStaffing

    known: dict[tuple[tuple[str, int], ...], dict[str, int]] = {}
    found = []
    for one in required:
        key = tuple(one.items())
        if key not in known:
            known[key] = MultiSkillStaffing(list(one), profiles, one).solve()["skill_coverage"]
        found.append(known[key])
    return found


def elsewhere(function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Run a function of pyworkforce in processes of their own: OR-Tools and highspy each carry a HiGHS, and clash."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return list(pool.map(function, *zip(*calls, strict=True)))


def pyworkforce_need(problem: Problem, model: Model, kind: str) -> Need:
    """Return agents by ErlangC or ErlangA at each interval's own rate; ErlangA heeds promises of few abandoned calls, too."""

    def need(queue: int, calls: Floats) -> Floats:
        spec, mine = model.queues[queue], [promise for promise in problem.promises if promise.queue == queue]
        terms = {"aht": spec.aht_s / 60.0, "interval": problem.interval_s / 60.0, "asa": spec.answer_within_s / 60.0}
        level = max((p.bound for p in mine if p.measure == "service_level"), default=0.0)
        targets = {"service_level": level}
        if kind == "ErlangA":
            terms["patience"] = spec.patience.mean / 60.0
            lost = [p.bound if p.measure == "abandonment" else 1.0 - p.bound
                    for p in mine if p.measure in ("abandonment", "answer_rate")]  # fmt: skip
            targets["max_abandonment"] = min(lost, default=1.0)
        halves = [calls[part::2].tolist() for part in (0, 1)]
        found = np.zeros(len(calls))
        for part, wanted in enumerate(elsewhere(positions, [(kind, half, terms, targets) for half in halves])):
            found[part::2] = wanted
        return found

    return need


def min_required(problem: Problem) -> Schedule:
    """Return agents in the shifts of MinRequiredResources, day by day, with the shifts of the groups that serve a queue."""

    def schedule(queue: int, wanted: Floats) -> Floats:
        serving = [staff for staff in problem.staff if queue in problem.skills[staff.index]]
        shifts = {shift.name: shift for staff in serving for shift in staff.shifts}
        days = [np.flatnonzero(problem.day_of == day) for day in range(problem.days)]
        asked = []
        for day, mine in enumerate(days):
            cover = {name: np.isin(mine, shift.cover[day][0]).astype(int).tolist() for name, shift in shifts.items()}
            can = np.array(list(cover.values())).any(axis=0)
            required = np.where(can, np.ceil(wanted[mine] - 1e-9), 0).astype(int).tolist()
            asked.append((required, cover, {name: round(shift.paid_s / 60.0) for name, shift in shifts.items()}))
        found = np.zeros(problem.intervals)
        for mine, staffed in zip(days, elsewhere(shifts_of_day, asked), strict=True):
            found[mine] = staffed
        return found

    return schedule


def multi_skill(problem: Problem) -> Schedule:
    """Return agents holding a queue's skill by MultiSkillStaffing: the cheapest groups, interval by interval."""

    def schedule(queue: int, wanted: Floats) -> Floats:
        name = problem.queues[queue]
        mine = [staff for staff in problem.staff if queue in problem.skills[staff.index]]
        profiles = [{"name": staff.group, "skills": [name], "cost": staff.wage_jpy_h * staff.handling_factor} for staff in mine]
        required = [{name: n} for n in np.ceil(wanted - 1e-9).astype(int).tolist()]
        (found,) = elsewhere(profiles_of, [(required, profiles)])
        return np.array([one[name] for one in found], dtype=np.float64)

    return schedule


def rivals(problem: Problem, model: Model) -> dict[str, Rival]:
    """Return the rivals by name; of pyworkforce what is installed: its release on PyPI has no ErlangA, no MultiSkillStaffing."""
    found = {
        "SIPP Erlang C": Rival(formula(problem, model, "sipp", True)),
        "SIPP Erlang A": Rival(formula(problem, model, "sipp", False)),
        "lagged SIPP Erlang A": Rival(formula(problem, model, "lagged_sipp", False)),
        "modified offered load, Erlang A": Rival(formula(problem, model, "modified_offered_load", False)),
    }
    if not all(find_spec(name) for name in ("pyworkforce", "ortools")):
        print("pyworkforce is not asked; install pyworkforce and ortools to see it here")
        return found
    kinds = ["ErlangC"]
    if _has("queuing/abandonment.py"):
        kinds.append("ErlangA")
    else:
        print("this pyworkforce has no ErlangA and no MultiSkillStaffing; its repository has both")
    for kind in kinds:
        need = pyworkforce_need(problem, model, kind)
        found[f"pyworkforce {kind}, MinRequiredResources"] = Rival(need, min_required(problem))
        if _has("staffing/multi_skill.py"):
            found[f"pyworkforce {kind}, MultiSkillStaffing"] = Rival(need, multi_skill(problem))
    return found


def _has(file: str) -> bool:
    """Whether the installed pyworkforce has a file; to import it here would load OR-Tools beside highspy."""
    found = find_spec("pyworkforce")
    return found is not None and any((Path(place) / file).is_file() for place in found.submodule_search_locations or ())
