"""Plans of small desks against every other plan there is: by simulation, and by the exact fluid without luck."""

from itertools import product

import numpy as np
import pytest
from plan_desk import curves, problem, shift, staff

from surgesim.model.build import build
from surgesim.planning.draft import Draft
from surgesim.planning.planner import plan
from surgesim.planning.problem import Period, Promise
from surgesim.planning.read import read
from surgesim.planning.safety import checks
from surgesim.planning.solve import solve
from surgesim.planning.watch import seen
from surgesim.scenario.scenario import Scenario

SKILLS = {"one": ["red"], "two": ["blue"], "both": ["red", "blue"]}
WAGE = {"one": 1_000, "two": 1_000, "both": 1_150}
DESK = {
    "surgesim": 1,
    "name": "two-skills",
    "clock": {"start": "2027-11-08", "days": 1, "interval": "30min"},
    "hours": {"desk": {"every_day": "09:00-13:00"}},
    "reasons": {"red": {"queue": "red"}, "blue": {"queue": "blue"}},
    "demand": {"usual": {"kind": "rates", "reasons": {"red": "60%", "blue": "40%"}, "by_time": {"09:00": "50/h", "13:00": "0/h"}}},
    "queues": {
        name: {"hours": "desk", "handling": {"talk": "exponential(6min)"}, "patience": "exponential(4min)",
               "answer_within": "30s"}
        for name in ("red", "blue")
    },
    "sites": {"here": {"seats": 60}},
    "shifts": {"all": {"time": "09:00-13:00"}},
    "groups": {name: {"site": "here", "skills": skills, "heads": 1} for name, skills in SKILLS.items()},
    "targets": [{"queue": name, "measure": "service_level", "at_least": "80%"} for name in ("red", "blue")],
    "levers": {
        "staff": {name: {"shifts": ["all"], "wage": f"{wage} JPY/head/h", "on_hand": 9} for name, wage in WAGE.items()}
    },
}  # fmt: skip


def _simulate(model, seed, replications):
    from surgesim.sim.engine import run

    return run(model, seed=seed, replications=replications)


def test_no_cheaper_design_of_two_skills_passes_the_same_verification(tmp_path):
    scenario = Scenario.build(DESK, tmp_path)
    found = plan(scenario, replications=100)
    model = build(scenario)
    problem = read(scenario, model)
    seed = found.certificate["verification_seed"]
    prices = np.array([4.0 * WAGE[group] for group in problem.groups])
    loads = {"red": 3.0, "blue": 2.0}
    holding = []
    for heads in product(range(10), repeat=3):
        cost = float(prices @ heads)
        able = {queue: sum(n for n, skills in zip(heads, problem.skills, strict=True) if q in skills)
                for q, queue in enumerate(problem.queues)}  # fmt: skip
        if cost >= found.cost - 1.0 or any(able[queue] <= load for queue, load in loads.items()):
            continue
        agents = np.repeat(np.array(heads)[:, None], problem.intervals, axis=1) * (model.agents > 0)
        saw = seen(problem, _simulate(model.with_capacity(agents=agents), seed, 100))
        if all(check.holds for check in checks(problem, saw)):
            holding.append((cost, heads))
    # a head is the smallest step, and the plan was made without knowing the luck of the verification
    assert found.cost - min(holding, default=(found.cost,))[0] <= prices.max()


def _on_time(work, able, deadline):
    """Return whether a fluid that is served in order and never gives up is always done within its deadline."""
    backlog = np.zeros(len(work))
    for i, come in enumerate(work):
        backlog[i] = max(0.0, (backlog[i - 1] if i else 0.0) + come - able[i])
    return all(backlog[min(i + deadline, len(work) - 1)] <= sum(work[i + 1 : i + deadline + 1]) + 1e-6 for i in range(len(work)))


@pytest.mark.parametrize("deadline", [0, 1, 2])
def test_without_luck_the_plan_is_the_cheapest_that_the_exact_fluid_allows(deadline):
    """No randomness, no abandonment: the least staff that leaves nothing late, found among all of them."""
    shifts = (shift("early", 1, (0, 1), 4.0), shift("middle", 1, (1, 2), 4.0), shift("late", 1, (2, 3), 4.0))
    day = (Period("2027-11-01", np.arange(4)),)
    desk = problem(1, (staff(1, shifts=shifts, on_hand=40),), deadlines=(deadline,),
                   promises=(Promise(0, "calls", "on_time", "offered", 1.0, True, day),))  # fmt: skip
    work = np.array([6.4, 9.7, 3.1, 5.2]) * desk.interval_s
    draft = Draft(desk, curves(desk, curves={}, work_s={(0, i): float(load) for i, load in enumerate(work)})).build()
    found = solve(draft.model, 20.0, gap=0.0)
    heads = [sum(each) for each in product(range(14), repeat=3)
             if _on_time(work, desk.interval_s * np.array([each[0], each[0] + each[1], each[1] + each[2], each[2]]), deadline)]
    assert found.objective == pytest.approx(4_000.0 * min(heads))
