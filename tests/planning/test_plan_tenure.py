"""People who are hired learn from their own first day of work: in the curves, in the programme, and in the simulation."""

import numpy as np
import polars as pl
import pytest
from plan_checker import wrong
from plan_desk import PACKAGE, curves, hired, problem, replace, staff
from test_plan_whole import TREE

from surgesim.planning.draft import Draft
from surgesim.planning.planner import plan
from surgesim.planning.solve import solve
from surgesim.planning.tenure import all_at_once, joined, pace
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.work import Learning

DAYS = 5
CURVE = {"start": "2x", "half_life": "1d", "cohorts": [{"share": "100%", "tenure": "0d"}]}


def _desk(**other):
    crew = (staff(DAYS), hired(DAYS, index=1, lead_days=1, training_days=1, drop_out=0.5, handling_factor=1.2, **other))
    reserve = replace(PACKAGE, staff=1, heads=3, packages=2, lead_days=1)
    return replace(problem(DAYS, crew, standby=(reserve,)), learning=(None, Learning.model_validate(CURVE)))


def test_hires_and_packages_join_on_their_first_day_of_work():
    desk = _desk()
    found = joined(desk, (np.zeros(DAYS), np.array([4, 0, 2, 6, 0])), np.array([[0, 1, 0, 0, 1]]))
    np.testing.assert_array_equal(found, [[10, 0, 0, 0, 0, 0], [0, 0, 0, 2 + 3, 0, 1]])
    np.testing.assert_array_equal(all_at_once(desk)[1], [0, 0, 6, 0.5 * desk.staff[1].hires, 0, 0])


def test_agents_are_as_slow_as_the_mean_of_those_who_are_there():
    desk = _desk()
    found = pace(desk, np.array([[10.0, 0, 0, 0, 0, 0], [0, 0, 3, 0, 3, 0]]))
    np.testing.assert_array_equal(found[0], 1.0)
    # on day 2 alone and new; then a day, and two; then with as many new ones: together they do half of what each does
    fresh, old = 1.0 / 2.0, 1.0 / (1.0 + 2.0**-2)
    np.testing.assert_allclose(found[1, 1:4], [1.2 * 2.0, 1.2 * 1.5, 1.2 * 2.0 / (fresh + old)])
    everywhere = pace(replace(desk, learning=()), np.ones((2, DAYS + 1)))
    np.testing.assert_array_equal(everywhere, [[1.0] * DAYS, [1.2] * DAYS])


def test_slow_agents_are_needed_in_greater_numbers_on_the_days_on_which_they_are_slow():
    desk = problem(2, (staff(2, on_hand=30),))
    plain = curves(desk)
    cost = {}
    for name, by_day in (("plain", None), ("usual", [1.0, 1.0]), ("slow first", [2.0, 1.0])):
        model = plain if by_day is None else replace(plain, pace=np.array([by_day]))
        draft = Draft(desk, model).build()
        solve(draft.model, 20.0, gap=1e-7)
        worked = [sum(var.value for (_, _, d), var in draft.block("shifts").work.items() if d == day) for day in range(2)]
        cost[name] = worked
    assert cost["plain"] == cost["usual"]
    assert cost["slow first"] == [2 * cost["plain"][0], cost["plain"][1]]


@pytest.fixture(scope="module")
def learners(tmp_path_factory):
    """A plan with dear regular staff, and temporary staff from the second day on who are twice as slow on their first one."""
    levers = TREE["levers"]
    tree = {
        **TREE,
        "groups": {**TREE["groups"], "temp": {"site": "tokyo", "skills": ["calls"], "source": "temporary", "learning": CURVE}},
        "levers": {**levers, "staff": {**levers["staff"], "regular": {**levers["staff"]["regular"], "wage": "7_000 JPY/head/h"}}},
        "targets": [{"queue": "calls", "measure": "service_level", "at_least": "60%"}],
    }
    asked = Scenario.build(tree, tmp_path_factory.mktemp("learners"))
    return asked, plan(asked, replications=60)


def test_the_simulation_that_verifies_a_plan_sees_hires_as_slow_as_on_a_first_day(learners):
    asked, found = learners
    assert wrong(found, asked) == []
    assert found.hires["heads"].sum() > 0
    first = found.hires["work_day"].min()
    counts = found.result.groups.group_by("group", pl.col("start").dt.date().alias("day")).agg(
        (pl.col("busy_s").sum() / pl.col("handled").sum()).alias("aht_s")
    )
    times = {(group, day): aht_s for group, day, aht_s in counts.iter_rows()}
    assert times["temp", first] == pytest.approx(2.0 * times["regular", first], rel=0.1)
