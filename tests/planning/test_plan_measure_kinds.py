"""Each kind of measure that a planner may take reaches the verified plan, and changes what it is meant to change."""

import pytest
from plan_checker import wrong
from test_plan_whole import TREE

from surgesim.planning.planner import plan
from surgesim.scenario.measures import with_measures
from surgesim.scenario.scenario import Scenario
from surgesim.sim.engine import run

LEVER = TREE["levers"]["staff"]["regular"]
BACK = {
    "kind": "callback", "accepts": "60%", "after": "10s", "queue": "callbacks", "within": "2h", "reached": "90%", "tries": 3,
}  # fmt: skip
KINDS = {
    "evening": {"hours.desk.every_day": "09:00-19:00"},
    "callback": {"queues.calls.offers": [BACK]},
    "message": {"queues.calls.balking": {"accepts": "exponential(2min)", "above": "20s"}},
}
TWO = {
    **TREE, "name": "two-sites", "clock": {**TREE["clock"], "days": 1},
    "queues": {
        "calls": TREE["queues"]["calls"],
        "callbacks": {"hours": "desk", "handling": {"talk": "exponential(4min)"}, "deadline": "2h"},
    },
    "sites": {"tokyo": {"seats": 15}, "osaka": {"seats": 15}},
    "shifts": {**TREE["shifts"], "evening": {"time": "15:00-19:00"}},
    "groups": {name: {"site": name, "skills": ["calls", "callbacks"]} for name in ("tokyo", "osaka")},
    "trunks": {}, "targets": [{"queue": "calls", "measure": "service_level", "at_least": "70%"}],
    "levers": {
        "staff": {name: {**LEVER, "shifts": ["early", "late", "full", "evening"], "on_hand": 20} for name in ("tokyo", "osaka")},
        "measures": {name: {"cost": "100 JPY"} for name in KINDS},
    },
    "overrides": KINDS,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("kinds")


@pytest.fixture(scope="module")
def plans(folder):
    """The plan without any measure, and those with each one alone."""
    scenario = Scenario.build(TWO, folder)
    return {name: plan(with_measures(scenario, [name] if name else []), replications=40, gap=0.05) for name in ("", *KINDS)}


def _sum(found, name, queue=0):
    return float(found.result.tables.values("queues", [name]).reshape(-1, 2)[:, queue].sum())


def test_every_kind_has_a_verified_plan(plans):
    for found in plans.values():
        assert found.certificate["kept"]
        assert wrong(found, found.scenario) == []


def test_longer_hours_are_staffed_and_answer_more(plans):
    late = plans["evening"].shifts.filter(shift="evening")
    assert late["heads"].sum() > 0
    assert _sum(plans["evening"], "handled") > 1.1 * _sum(plans[""], "handled")


def test_callbacks_and_messages_reach_callers(plans):
    assert _sum(plans["callback"], "offered", 1) > 0.0 == _sum(plans[""], "offered", 1)
    assert _sum(plans["message"], "balked") > 0.0 == _sum(plans[""], "balked")


def test_the_same_plan_with_one_thread_and_with_two(folder):
    scenario = with_measures(Scenario.build(TWO, folder), [])
    found = []
    for threads in (1, 2):

        def simulate(model, seed, replications, threads=threads):
            return run(model, seed=seed, replications=replications, threads=threads)

        found.append(plan(scenario, replications=40, gap=0.05, simulate=simulate))
    one, two = found
    for name in ("table", "shifts", "hires", "seats", "lines", "standby", "cost_items"):
        assert getattr(one, name).equals(getattr(two, name)), name
    assert one.certificate == two.certificate
    assert one.result.tables.equals(two.result.tables)
