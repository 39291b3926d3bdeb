"""Equipment of added seats, and the weekly hours of contracts: against search, with their sentences, and in stages."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_desk import HOUR, OPENING, curves, hired, problem, shift, staff
from test_plan_whole import TREE

from surgesim.model.build import build
from surgesim.planning.decision import decided
from surgesim.planning.draft import Draft
from surgesim.planning.packages import EquipmentChoice
from surgesim.planning.read import read
from surgesim.planning.relax import ways_out
from surgesim.planning.rounding import staged
from surgesim.planning.solve import solve
from surgesim.scenario.scenario import Scenario

few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FREE = replace(OPENING, name="tokyo", seats=2, most_seats=30, opening_cost_jpy=0.0, day_cost_jpy=0.0, lead_days=0)


def _seated(lot, lots, lead, needed):
    site = replace(FREE, equipment=EquipmentChoice(lot, lots, lead, 7_000.0))
    desk = problem(2, (staff(2, on_hand=12, shifts=(shift("all", 2, (0, 1, 2, 3), 8.0),)),), sites=(site,))
    wanted = {key: replace(curve, start=-float(needed[key[1] // 4]), widths=np.array([99.0]), slopes=np.array([1.0]))
              for key, curve in curves(desk).curves.items()}  # fmt: skip
    return desk, Draft(desk, curves(desk, curves=wanted)).build()


def _cost(draft):
    solved = solve(draft.model, 20.0, gap=0.0)
    return math.inf if solved.status == "infeasible" else solved.objective


@few
@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 1), st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_the_lots_are_those_that_a_search_finds(lot, lots, lead, needed):
    _, draft = _seated(lot, lots, lead, needed)
    costs = [
        7_000.0 * bought + sum(8_000.0 * heads + 100.0 * max(0, heads - 2) for heads in needed)
        for bought in range(lots + 1)
        if all(heads <= 2 + (lot * bought if day >= lead else 0) for day, heads in enumerate(needed))
    ]
    assert _cost(draft) == pytest.approx(min(costs, default=math.inf))


@few
@given(st.integers(1, 4), st.integers(1, 3))
def test_more_lots_never_cost_more(lot, lots):
    assert _cost(_seated(lot, lots + 1, 0, (4, 6))[1]) <= _cost(_seated(lot, lots, 0, (4, 6))[1]) + 1e-6


def test_too_little_equipment_says_how_much_more():
    ways = {way.kinds: way.sentences for way in ways_out(_seated(2, 1, 0, (3, 8))[1], 20.0)}
    assert ways["equipment",] == ("buy 2 more lots of equipment for tokyo (now at most 1)",)


def test_stages_buy_whole_lots_and_keep_those_of_a_plan_nearby():
    desk, draft = _seated(4, 3, 0, (3, 8))
    first = staged(draft, 20.0, 0.001)
    assert first.objective == pytest.approx(_cost(draft))
    assert desk.sites[0].lots_for(int(decided(draft).added.max())) == 2
    again = staged(_seated(4, 3, 0, (3, 8))[1], 20.0, 0.001, decided(draft))
    assert again.objective == pytest.approx(first.objective)


def _weekly(week_h, needed):
    """Two days; part-timers for so many hours a week beside regular staff at twice the price."""
    part = staff(2, week_s=week_h * HOUR, on_hand=3)
    desk = problem(2, (part, hired(2, index=1, group="dear", wage_jpy_h=2_000.0, hiring_cost_jpy=0.0)))
    wanted = {key: replace(curve, start=-float(needed), widths=np.array([99.0]), slopes=np.array([1.0]))
              for key, curve in curves(desk).curves.items()}  # fmt: skip
    return Draft(desk, curves(desk, curves=wanted)).build()


@few
@given(st.sampled_from([0.0, 4.0, 6.0, 8.0, 20.0]), st.integers(1, 4))
def test_the_hours_of_part_timers_are_those_that_a_search_finds(week_h, needed):
    hours = week_h * 3
    costs = []
    for days in product(range(4), repeat=2):
        if 4.0 * days[0] > hours or 4.0 * sum(days) > hours:
            continue
        dear = [max(0, 2 * needed - heads) for heads in days]
        costs.append(sum(4_000.0 * heads + 8_000.0 * more for heads, more in zip(days, dear, strict=True)))
    # each day needs 4 x needed interval-heads, two for each half-day shift
    assert _cost(_weekly(week_h, needed)) == pytest.approx(min(costs))


def test_the_levers_say_it(tmp_path):
    regular = {**TREE["levers"]["staff"]["regular"], "hours_per_week": "20h"}
    gear = {"lot": 5, "lots": 2, "cost": "300_000 JPY", "lead_time": "36h"}
    levers = {"staff": {"regular": regular}, "sites": {"tokyo": {"seats": 20, "equipment": gear}}}
    groups = {"regular": TREE["groups"]["regular"]}
    scenario = Scenario.build({**TREE, "groups": groups, "levers": levers}, tmp_path)
    found = read(scenario, build(scenario))
    assert found.staff[0].week_s == 20 * HOUR
    assert found.sites[0].equipment is not None
    assert (found.sites[0].equipment.lot, found.sites[0].equipment.lead_days, found.sites[0].equipment.cost_jpy) == (5, 2, 3e5)
    assert Scenario.build(scenario.tree(), tmp_path) == scenario
