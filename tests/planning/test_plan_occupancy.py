"""The cap on occupancy, and promises in every interval: alone, on desks made by hand, and with the simulator."""

import math
from datetime import date
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_desk import CAP, curves, problem, replace, staff
from test_plan_whole import TREE

from surgesim.base.errors import ScenarioError
from surgesim.planning.constraints.occupancy import sentence
from surgesim.planning.draft import Draft
from surgesim.planning.planner import plan
from surgesim.planning.relax import ways_out
from surgesim.planning.solve import solve
from surgesim.scenario.scenario import Scenario

few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CONTACTS_PER_AGENT = 7200.0 / CAP.unit_s


def _cost(cap, work, on_hand=10):
    desk = problem(1, (staff(1, on_hand=on_hand),), promises=(replace(CAP, bound=cap),))
    draft = Draft(desk, curves(desk, curves={}, constant={(0, 0): -work}, offered={(0, 0): work / cap})).build()
    solved = solve(draft.model, 20.0, gap=0.0)
    return (math.inf if solved.status == "infeasible" else solved.objective), draft


@few
@given(st.floats(0.3, 1.0), st.floats(100.0, 3_000.0))
def test_the_cheapest_staff_under_a_cap_is_the_one_that_a_search_finds(cap, work):
    enough = [
        4_000.0 * (early + late)
        for early, late in product(range(11), repeat=2)
        if early + late <= 10 and cap * 2 * (early + late) * CONTACTS_PER_AGENT >= work - 1e-6
    ]
    assert _cost(cap, work)[0] == pytest.approx(min(enough, default=math.inf))


@few
@given(st.floats(0.3, 0.9), st.floats(0.01, 0.1), st.floats(100.0, 3_000.0))
def test_a_tighter_cap_never_costs_less(cap, tighter, work):
    assert _cost(cap - tighter, work)[0] >= _cost(cap, work)[0] - 1e-6


def test_what_cannot_be_kept_says_which_cap_can():
    work = 1_000.0
    cost, draft = _cost(0.5, work, on_hand=6)
    assert math.isinf(cost)
    there = 6 * 2 * CONTACTS_PER_AGENT
    ways = {way.kinds: way for way in ways_out(draft, 20.0)}
    assert set(ways) == {("occupancy",), ("shifts",)}
    way = ways["occupancy",]
    told = math.ceil(1e3 * work / there) / 1e3
    assert f"from 50.0% to {told:.1%}" in way.sentences[0]
    assert _cost(told, work, on_hand=6)[0] < math.inf
    assert "more work than time" in sentence(CAP, 0, 0.5, "Hotline")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("occupancy")


DAY = {**TREE, "name": "calm", "clock": {**TREE["clock"], "days": 1}}


@pytest.fixture(scope="module")
def calm(folder):
    cap = {"queue": "calls", "measure": "occupancy", "at_most": "60%", "per": "day"}
    floor = {"queue": "calls", "measure": "answer_rate", "at_least": "70%", "per": "interval"}
    return plan(Scenario.build({**DAY, "targets": [*TREE["targets"], cap, floor]}, folder), replications=60)


def test_a_plan_keeps_its_cap_and_its_floor_in_the_simulation(calm):
    promises = calm.result.promises()
    assert promises["sure"].all()
    cap, floor = promises.filter(measure="occupancy"), promises.filter(measure="answer_rate")
    groups = calm.result.groups
    # but for the luck of the demand, which is taken out
    assert cap["value"].item() == pytest.approx(groups["busy_s"].sum() / groups["ready_s"].sum(), abs=0.015)
    assert cap["period"].to_list() == [date(2027, 11, 8)]
    assert floor["time"].to_list()[18:20] == ["09:00", "09:30"]
    assert floor.filter(floor["value"].is_not_null()).height == 16
    shown = {(entry["measure"], entry["period"]): entry["value"] for entry in calm.certificate["promises"]}
    assert shown["occupancy", "2027-11-08"] == pytest.approx(cap["value"].item())
    assert shown["answer_rate", "2027-11-08 09:30"] == pytest.approx(floor["value"][19])
    assert any("one point less occupancy of calls on 2027-11-08 costs ¥" in text for text in calm.certificate["marginals"])
    assert any("占有率" in text for text in calm.certificate["marginals_ja"])


def test_an_occupancy_in_every_interval_is_refused(folder):
    cap = {"queue": "calls", "measure": "occupancy", "at_most": "85%", "per": "interval"}
    with pytest.raises(ScenarioError, match="write per: day"):
        Scenario.build({**DAY, "targets": [cap]}, folder)
