"""Overtime: what it costs, how much of it there is, what the law says, and that it is worked in the simulation."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_desk import HOUR, LONGER, curves, problem, replace, shift, staff
from test_plan_whole import TREE

from surgesim.base.errors import ScenarioError
from surgesim.model.build import build
from surgesim.planning.constraints.labour_law import lawful
from surgesim.planning.draft import Draft
from surgesim.planning.law import JP
from surgesim.planning.planner import plan
from surgesim.planning.read import read
from surgesim.planning.relax import ways_out
from surgesim.planning.solve import solve
from surgesim.scenario.scenario import Scenario

few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SHORT, LONG = LONGER


def _desk(on_hand, week_h, **other):
    crew = staff(2, shifts=LONGER, on_hand=on_hand, overtime_premium=0.25, overtime_week_s=week_h * HOUR)
    return problem(2, (crew,), **other)


def _solved(desk, calls):
    """Calls come in the first three intervals of each day; the third is reached by overtime alone."""
    model = curves(desk)
    keep = {key: replace(curve, start=-calls, widths=np.array([99.0]), slopes=np.array([1.0]))
            for key, curve in model.curves.items() if key[1] % 4 < 3}  # fmt: skip
    draft = Draft(desk, replace(model, curves=keep)).build()
    solved = solve(draft.model, 20.0, gap=0.0)
    return (math.inf if solved.status == "infeasible" else solved.objective), draft


@few
@given(st.integers(2, 6), st.sampled_from([0.0, 1.0, 2.0, 4.0]), st.floats(1.0, 4.0))
def test_the_cheapest_overtime_is_the_one_that_a_search_finds(on_hand, week_h, calls):
    costs = [
        sum(4_000.0 * short + 6_500.0 * long for short, long in (days[:2], days[2:]))
        for days in product(range(on_hand + 1), repeat=4)
        if days[0] + days[1] <= on_hand and days[2] + days[3] <= on_hand
        and 2.0 * days[1] <= week_h * on_hand and 2.0 * (days[1] + days[3]) <= week_h * on_hand
        and all(2 * short + 3 * long >= 3 * calls - 1e-9 for short, long in (days[:2], days[2:]))
    ]  # fmt: skip
    assert _solved(_desk(on_hand, week_h), calls)[0] == pytest.approx(min(costs, default=math.inf))


@few
@given(st.integers(2, 6), st.floats(0.0, 3.0), st.floats(1.0, 4.0))
def test_more_overtime_never_costs_more(on_hand, week_h, calls):
    assert _solved(_desk(on_hand, week_h + 1.0), calls)[0] <= _solved(_desk(on_hand, week_h), calls)[0] + 1e-6


def test_too_little_overtime_says_how_much_more():
    cost, draft = _solved(_desk(3, 1.0), 3.0)
    assert math.isinf(cost)
    ways = {way.kinds: way.sentences for way in ways_out(draft, 20.0)}
    assert ways["overtime",] == ("allow 9.0 more hours of overtime in regular in any 7 days, in all",)


def test_the_law_counts_overtime_beside_ordinary_hours():
    full = {"break_s": HOUR, "overtime_s": 2 * HOUR}
    assert lawful(JP, shift("full+2h", 1, (0,), 10.0, **full))
    assert not lawful(JP, shift("too long", 1, (0,), 11.0, **full))
    assert not lawful(JP, shift("short break", 1, (0,), 10.0, **{**full, "break_s": 0.75 * HOUR}))
    crew = (staff(8, shifts=(shift("full", 8, (0, 1), 8.0, break_s=HOUR), shift("full+2h", 8, (0, 1, 2), 10.0, **full))),)
    draft = Draft(problem(8, crew, law=JP), curves(problem(8, crew, law=JP))).build()
    assert draft.cap_of(0) == 5
    assert {key[1] for key in draft.block("overtime").within} == {"months1to0", "months12to0"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("overtime")


def _tree(**overtime):
    regular = {"shifts": ["full"], "wage": "1_700 JPY/head/h", "on_hand": 24, "overtime": overtime}
    shifts = {"full": {"time": "08:00-16:00", "break_time": "12:00-13:00"}}
    group = {**TREE["groups"]["regular"]}
    return {**TREE, "clock": {**TREE["clock"], "days": 1}, "shifts": shifts, "groups": {"regular": group},
            "levers": {"staff": {"regular": regular}}, "trunks": {},
            "targets": [{**TREE["targets"][0], "at_least": "70%"}]}  # fmt: skip


def test_overtime_reaches_the_last_hour_and_is_paid(folder):
    scenario = Scenario.build({**_tree(per_day="2h", step="30min", premium="10%")}, folder)
    crew = read(scenario, build(scenario)).staff[0]
    assert [one.name for one in crew.shifts] == ["full", "full+30min", "full+1h", "full+90min", "full+2h"]
    assert [one.paid_s / HOUR for one in crew.shifts] == [7.0, 7.5, 8.0, 8.5, 9.0]
    assert crew.overtime_premium == 0.25  # the law asks for more than the lever
    found = plan(scenario, replications=40)
    assert found.result.promises()["sure"].all()
    bill = {row["item"]: (row["quantity"], row["cost_jpy"]) for row in found.cost_items.iter_rows(named=True)}
    hours = {one.name: one.overtime_s / HOUR for one in crew.shifts}
    worked = sum(hours[name] * heads for name, heads in found.shifts.select("shift", "heads").iter_rows())
    assert worked > 0
    assert bill["overtime premium regular"] == pytest.approx((worked, worked * 1_700 * 0.25))


def test_a_piece_longer_than_the_day_is_refused(folder):
    with pytest.raises(ScenarioError, match="write a smaller step"):
        Scenario.build(_tree(per_day="30min"), folder)
