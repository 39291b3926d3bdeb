"""The labour law and contracts: article 36 against its words, rest against a search, borrowed staff, terms of cohorts."""

import math
from datetime import date, timedelta
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_checker import lawful_months
from plan_desk import HOUR, JP, LATE, LONGER, NIGHT, PACKAGE, curves, hired, problem, replace, shift, staff
from test_plan_whole import TREE

from surgesim.model.build import build
from surgesim.planning.decision import decided
from surgesim.planning.draft import Draft
from surgesim.planning.frames import bill
from surgesim.planning.planner import plan
from surgesim.planning.read import read
from surgesim.planning.remarks import remarks
from surgesim.planning.solve import solve
from surgesim.scenario.scenario import Scenario

few = settings(max_examples=15)
hours = st.sampled_from([0.0, 20.0, 45.0, 50.0, 75.0, 79.0, 99.0])


@settings(max_examples=200)
@given(st.lists(hours, min_size=1, max_size=11), st.lists(hours, min_size=1, max_size=2), st.booleans())
def test_article_36_allows_what_its_words_allow(before, plan, special):
    """Overtime planned for one or two months after others; only months of which no choice is left are told apart."""
    assert JP.agreement is not None
    begun, earlier = before[0], before[1:]
    months = [*reversed(earlier), begun + plan[0], *plan[1:]]
    found = JP.agreement.windows(len(plan), [HOUR * month for month in before], special)
    allowed = all(HOUR * sum(plan[one.first : one.last + 1]) <= one.most_s + 1e-6 for one in found)
    # what was worked before may be unlawful already, which no plan mends
    if lawful_months([*reversed(earlier), begun], special):
        lawful = lawful_months(months, special)
        free = len(plan) == 1 or (special and sum(month > 45.0 for month in earlier) + len(plan) <= 6)
        assert allowed == lawful if free else lawful or not allowed


def test_overtime_beyond_60_hours_of_a_month_costs_half_as_much_again():
    crew = staff(2, shifts=LONGER, on_hand=2, overtime_premium=0.25, special_clause=True, overtime_before_s=(59 * HOUR,))
    desk = problem(2, (crew,), law=JP)
    model = curves(desk)
    third = {key: replace(curve, start=-2.0, widths=np.array([99.0]), slopes=np.array([1.0]))
             for key, curve in model.curves.items() if key[1] == 2}  # fmt: skip
    draft = Draft(desk, replace(model, curves=third)).build()
    assert solve(draft.model, 10.0, gap=0.0).status == "optimal"
    items = {row["item"]: row["cost_jpy"] for row in bill(draft)[0].iter_rows(named=True)}
    # two heads stay two hours each, and one hour each is beyond the sixtieth
    assert items["overtime premium regular"] == pytest.approx(4 * 250.0)
    assert items["overtime beyond 60 h regular"] == pytest.approx(2 * 250.0)


def test_a_plan_over_two_months_counts_each_by_itself():
    dates = tuple(date(2027, 11, 29) + timedelta(days=d) for d in range(4))
    crew = staff(4, shifts=(shift("early", 4, (0, 1), 4.0), shift("early+2h", 4, (0, 1, 2), 6.0, overtime_s=2 * HOUR)),
                 on_hand=1, overtime_before_s=(43 * HOUR,))  # fmt: skip
    draft = Draft(problem(4, (crew,), law=JP, dates=dates), curves(problem(4, (crew,)))).build()
    rules = draft.block("overtime").within
    assert {key[1:]: rules[key].upper() for key in rules} == pytest.approx({
        ("months1to0", 0): 2.0, ("months1to0", 1): 2.0, ("months1to1", 2): 45.0, ("months1to1", 3): 45.0,
        **{("months12to1", d): 317.0 for d in range(4)},
    })  # fmt: skip


@few
@given(st.integers(1, 3), st.sampled_from([0.0, 11.0]), st.sampled_from([4.0, 6.0, 10.0]),
       st.tuples(*[st.integers(0, 3)] * 4))  # fmt: skip
def test_rest_keeps_the_heads_apart_that_a_search_by_heads_keeps_apart(heads, rest_h, begin_h, needed):
    """Two days with a night shift (to 07:00) and one in the morning; every head's two days are looked at."""
    night, morning = LATE
    morning = replace(morning, start_s=begin_h * HOUR, end_s=(begin_h + 4.0) * HOUR)
    desk = problem(2, (staff(2, on_hand=heads, shifts=(night, morning), rest_s=rest_h * HOUR),))
    model = curves(desk)
    wanted = dict(zip([(0, 3), (0, 0), (0, 7), (0, 4)], needed, strict=True))
    model = replace(model, curves={
        key: replace(model.curves[key], start=-float(n), widths=np.array([99.0]), slopes=np.array([1.0]))
        for key, n in wanted.items() if n
    })  # fmt: skip
    # each shift covers other intervals, so a period of one interval asks for so many heads on one shift
    periods = tuple(replace(desk.promises[0].periods[0], name=str(i), intervals=np.array([i])) for i in (3, 0, 7, 4))
    desk = replace(desk, promises=(replace(desk.promises[0], periods=periods),))
    keys = [(0, r) for r in range(4)]
    model = replace(model, constant=dict.fromkeys(keys, 0.0), losses=dict.fromkeys(keys, ()), offered=dict.fromkeys(keys, 1.0))
    draft = Draft(desk, model).build()
    solved = solve(draft.model, 10.0, gap=0.0)
    tired = begin_h + 24.0 < 31.0 + rest_h
    two_days = [pair for pair in product("-nm", repeat=2) if not (tired and pair == ("n", "m"))]
    costs = [
        sum({"-": 0.0, "n": 8_000.0, "m": 4_000.0}[one] for pair in chosen for one in pair)
        for chosen in combinations_with_replacement(two_days, heads)
        if all(sum(pair[d] == kind for pair in chosen) >= n
               for (d, kind), n in zip([(0, "n"), (0, "m"), (1, "n"), (1, "m")], needed, strict=True))
    ]  # fmt: skip
    found = math.inf if solved.status == "infeasible" else solved.objective
    assert found == pytest.approx(min(costs, default=math.inf))


def test_what_borrowed_staff_cost_their_own_desk_decides_whether_they_come():
    crew = (staff(1, on_hand=6), staff(1, index=1, group="lent", source="borrowed", wage_jpy_h=1_100.0, on_hand=10))
    for lender, working in ((0.0, 4), (90_000.0, 4)):
        desk = problem(1, (crew[0], replace(crew[1], lender_jpy_day=lender)))
        draft = Draft(desk, curves(desk)).build()
        assert solve(draft.model, 10.0, gap=0.0).objective == pytest.approx(24_000.0 + working * (4_400.0 + lender))
        assert decided(draft).work[1].sum() == working
    dear = replace(crew[0], wage_jpy_h=2_000.0, on_hand=10)
    for lender, working in ((0.0, 10), (9_000.0, 0)):
        desk = problem(1, (dear, replace(crew[1], lender_jpy_day=lender)))
        draft = Draft(desk, curves(desk)).build()
        solve(draft.model, 10.0, gap=0.0)
        assert decided(draft).work[1].sum() == working


def _guaranteed(crew, law=None, **other):
    desk = problem(2, (crew,), law=law, standby=(replace(PACKAGE, lead_days=0, packages=2, **other),))
    draft = Draft(desk, curves(desk)).build()
    assert solve(draft.model, 10.0, gap=0.0).status == "optimal"
    items = {row["item"]: row["quantity"] for row in bill(draft)[0].iter_rows(named=True)}
    return items.get("guaranteed pay without work temp", 0.0), decided(draft)


def test_dispatched_heads_of_a_package_are_paid_for_31_days():
    free, _ = _guaranteed(hired(2, hires=0), NIGHT, term_days=0)
    barred, found = _guaranteed(hired(2, hires=0, barred_dispatch=True), NIGHT, term_days=0)
    assert free == 0.0
    # 12 heads, paid 5 days of 7 for the 29 days of 4 hours after the horizon; in it they work that much
    assert found.activated.sum() == 2
    assert barred == pytest.approx(4.0 * 12 * 29 * 5 / 7)


def test_every_cohort_has_its_own_term():
    """A package's term runs from its first shift, however long hires are trained; hires without a term are paid for none."""
    apart, found = _guaranteed(hired(2, hires=20, training_days=1, hiring_cost_jpy=1e6), term_days=7)
    assert found.activated.sum() == 2
    assert apart == pytest.approx(4.0 * 12 * 5 * 5 / 7)
    alone, found = _guaranteed(hired(2, hires=20), term_days=31, fee_jpy=1e7)
    assert found.activated.sum() == 0
    assert alone == 0.0


def test_the_levers_say_it(tmp_path):
    overtime = {"per_day": "2h", "special_clause": True, "this_month": "12h", "months_before": ["50h", "30h"]}
    levers = TREE["levers"]["staff"]
    tree = {**TREE, "groups": {**TREE["groups"], "temp": {**TREE["groups"]["temp"], "source": "borrowed"}},
            "levers": {"staff": {"regular": {**levers["regular"], "overtime": overtime, "rest": "11h"},
                                 "temp": {**levers["temp"], "lender_cost": "9_000 JPY/head/day"}}}}  # fmt: skip
    scenario = Scenario.build(tree, tmp_path)
    regular, lent = read(scenario, build(scenario)).staff
    assert regular.overtime_before_s == (12 * HOUR, 50 * HOUR, 30 * HOUR)
    assert regular.special_clause
    assert (regular.rest_s, lent.lender_jpy_day) == (11 * HOUR, 9_000.0)
    assert [(one.name, one.start_s / HOUR, one.end_s / HOUR) for one in lent.shifts] == [("early", 9, 13), ("late", 13, 17)]
    assert Scenario.build(scenario.tree(), tmp_path) == scenario


def test_levers_that_can_do_nothing_are_told(tmp_path):
    nine = shift("nine", 3, (0, 1), 9.0, break_s=HOUR)
    late = hired(3, lead_days=2, training_days=1, shifts=(nine, shift("early", 3, (0, 1), 4.0)))
    bound = hired(3, group="agency", index=1, term_days=14)
    desk = problem(3, (late, bound), law=NIGHT, standby=(replace(PACKAGE, lead_days=3),))
    said = remarks(desk)
    assert [en for en, _ in said] == [
        "hires in temp come too late: lead time and training take 3 days, the horizon has 3",
        "the shift nine of temp breaks the labour law (hours or break), so nobody works it",
        "the minimum term of agency runs beyond the horizon, and is paid in full",
        "standby package reserve: too late, after the 3 days of the horizon",
    ]
    assert not any(ja.isascii() for _, ja in said)
    assert remarks(problem()) == []
    levers = {"staff": {"regular": TREE["levers"]["staff"]["regular"],
                        "temp": {**TREE["levers"]["staff"]["temp"], "lead_time": "9d"}}}  # fmt: skip
    one_day = {**TREE, "clock": {**TREE["clock"], "days": 1}, "levers": levers}
    notes = plan(Scenario.build(one_day, tmp_path), replications=20, gap=0.1).certificate["notes"]
    assert any("hires in temp come too late" in note for note in notes)
