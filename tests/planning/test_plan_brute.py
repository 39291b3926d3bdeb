"""Plans of small desks against every other plan there is."""

from itertools import product

import numpy as np
import pytest
from plan_desk import curves, problem, shift, staff

from surgesim.engines import known_luck
from surgesim.model.build import build
from surgesim.planning.draft import Draft
from surgesim.planning.planner import plan
from surgesim.planning.problem import Period, Promise
from surgesim.planning.read import read
from surgesim.planning.safety import checks
from surgesim.planning.solve import solve
from surgesim.planning.watch import seen
from surgesim.scenario.scenario import Scenario
from surgesim.sim.engine import run

A, B = ["a"], ["b"]
DESIGNS = {
    "N": {"first": A, "both": ["b", "a"]},
    "W": {"first": A, "second": B, "both": ["a", "b"]},
    "M": {"first": A, "second": B},
}
"""Skills by group: one of two queues has agents of its own, both have, or nobody serves both."""
ONE_HEAD = 0.03
"""What a plan may cost more than the cheapest design that passes: its margin for fresh luck can be worth a skill, not a head."""


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
    heads = [
        sum(each)
        for each in product(range(14), repeat=3)
        if _on_time(work, desk.interval_s * np.array([each[0], each[0] + each[1], each[1] + each[2], each[2]]), deadline)
    ]
    assert found.objective == pytest.approx(4_000.0 * min(heads))


def _desk(skills):
    """One day of six hours, two queues, one shift: heads by group are all there is to decide."""
    handling = {"talk": "lognormal(6min, cv 0.8)", "after": "exponential(1min)"}
    queue = {"hours": "desk", "handling": handling, "patience": "exponential(3min)", "answer_within": "20s",
             "redial": {"probability": "40%", "delay": "exponential(15min)"}}  # fmt: skip
    return {
        "surgesim": 1, "name": "two-queues", "clock": {"start": "2027-11-08", "days": 1, "interval": "30min"},
        "hours": {"desk": {"every_day": "09:00-15:00"}},
        "reasons": {"ask-a": {"queue": "a"}, "ask-b": {"queue": "b"}},
        "demand": {"usual": {"kind": "rates", "reasons": {"ask-a": "60%", "ask-b": "40%"}, "rate": "30/h", "day_noise": "10%"}},
        "queues": {"a": queue, "b": queue}, "sites": {"here": {"seats": 60}}, "shifts": {"day": {"time": "09:00-15:00"}},
        "groups": {name: {"site": "here", "skills": mine, "heads": 2} for name, mine in skills.items()},
        "targets": [{"queue": q, "measure": "service_level", "at_least": "80%", "per": "day"} for q in "ab"],
        "levers": {"staff": {
            name: {"shifts": ["day"], "wage": f"{1_700 if len(mine) == 1 else 1_900} JPY/head/h", "on_hand": 14}
            for name, mine in skills.items()
        }},
    }  # fmt: skip


@pytest.mark.parametrize("design", list(DESIGNS))
def test_no_design_of_a_desk_with_several_skills_is_much_cheaper(design, tmp_path):
    """Every cheaper design is simulated with the luck of the plan's own verification, and misses a promise."""
    scenario = Scenario.build(_desk(DESIGNS[design]), tmp_path)
    found = plan(scenario, replications=200)
    model = build(scenario)
    desk, luck = read(scenario, model), known_luck(model)
    price = [6.0 * member.wage_jpy_h for member in desk.staff]
    most = found.cost / (1.0 + ONE_HEAD)
    heads = [each for each in product(range(8), repeat=len(price)) if 20_000.0 < np.dot(each, price) < most]
    assert len(heads) > 5
    passed = []
    for each in heads:
        agents = model.agents.copy()
        for member, count in zip(desk.staff, each, strict=True):
            agents[member.index] = np.where(agents[member.index] > 0, count, 0)
        staffed = model.with_capacity(agents=agents)
        glance = seen(desk, run(staffed, seed=1, replications=20))
        if any(glance.by_period(promise).mean() < -0.1 * glance.queues["offered"][..., promise.queue].sum(axis=1).mean()
               for promise in desk.promises):  # fmt: skip
            continue
        saw = seen(desk, run(staffed, seed=found.certificate["verification_seed"], replications=200), luck)
        if all(check.holds for check in checks(desk, saw)):
            passed.append(each)
    assert not passed, found.shifts
