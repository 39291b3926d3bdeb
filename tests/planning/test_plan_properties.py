"""What holds for every plan, on small desks drawn by hypothesis and solved exactly."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_desk import HOUR, LOSS, NIGHT, OPENING, PACKAGE, TRUNK, curves, hired, problem, replace, shift, staff

from surgesim.planning.constraints.labour_law import lawful
from surgesim.planning.decision import capacity, decided
from surgesim.planning.draft import Draft
from surgesim.planning.frames import bill
from surgesim.planning.relax import refuse, ways_out
from surgesim.planning.rounding import staged
from surgesim.planning.solve import solve

DAYS = 9
few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
desks = st.fixed_dictionaries({
    "on_hand": st.integers(6, 12), "cap": st.integers(3, 6), "lead": st.integers(0, 2), "training": st.integers(0, 2),
    "drop": st.sampled_from([0.0, 0.2]), "term": st.sampled_from([0, 5, 31]), "needed": st.integers(3, 7),
    "seats": st.integers(8, 20),
})  # fmt: skip


def _desk(values, **other):
    crew = (
        staff(DAYS, on_hand=values["on_hand"], days_per_week=values["cap"]),
        hired(DAYS, index=1, lead_days=values["lead"], training_days=values["training"], drop_out=values["drop"],
              term_days=values["term"], wage_jpy_h=1500.0),
    )  # fmt: skip
    intervals = 4 * DAYS
    sites = (replace(OPENING, name="tokyo", seats=values["seats"], most_seats=values["seats"] + 6, up=np.ones(intervals)),)
    return problem(DAYS, crew, **{"sites": sites, **other})


def _cost(desk, model):
    draft = Draft(desk, model).build()
    solved = solve(draft.model, 20.0, gap=1e-7)
    return (math.inf, draft) if solved.status == "infeasible" else (solved.objective, draft)


@few
@given(desks)
def test_adding_a_constraint_never_lowers_the_cost(values):
    desk = _desk(values)
    cost, _ = _cost(desk, curves(desk, needed=values["needed"]))
    for tighter in (
        replace(desk, budget_jpy=0.999 * cost if math.isfinite(cost) else 1e9),
        replace(desk, law=NIGHT),
        replace(desk, staff=tuple(replace(crew, days_per_week=2) for crew in desk.staff)),
        replace(desk, sites=tuple(replace(site, most_seats=site.seats) for site in desk.sites)),
    ):
        assert _cost(tighter, curves(tighter, needed=values["needed"]))[0] >= cost - 1.0


@few
@given(desks, st.floats(0.0, 60.0))
def test_relaxing_a_target_never_raises_the_cost(values, easier):
    desk = _desk(values)
    strict = curves(desk, needed=values["needed"])
    mild = replace(strict, constant={key: value + easier for key, value in strict.constant.items()})
    assert _cost(desk, mild)[0] <= _cost(desk, strict)[0] + 1.0


def _rosters(worked, first_days, cap):
    """Assign heads day by day to those who worked least in the last six days; return each one's days."""
    people = [[] for _ in first_days]
    for day, heads in enumerate(worked):
        there = [n for n, first in enumerate(first_days) if first <= day]
        recent = {n: sum(day - 6 <= d for d in people[n]) for n in there}
        chosen = sorted(there, key=lambda n: (recent[n], people[n][-1] if people[n] else -1))[:heads]
        assert len(chosen) == heads, f"{heads} heads work on day {day}, {len(there)} are there"
        assert all(recent[n] < cap for n in chosen), f"somebody works more than {cap} days in seven"
        for n in chosen:
            people[n].append(day)
    return people


@few
@given(desks)
def test_nothing_before_its_lead_time_nobody_beyond_the_law_no_seat_twice(values):
    desk = replace(_desk(values), law=NIGHT)
    cost, draft = _cost(desk, curves(desk, needed=values["needed"]))
    if math.isinf(cost):
        return
    decision = decided(draft)
    for crew, work, orders in zip(desk.staff, decision.work, decision.hired, strict=True):
        starters = [o + crew.wait_days for o in range(DAYS) for _ in range(int(np.floor((1 - crew.drop_out) * orders[o] + 1e-6)))]
        if crew.drop_out == 0.0:
            _rosters(work.sum(axis=0), [0] * crew.on_hand + starters, min(crew.days_per_week, 6))
        before = min((o + crew.wait_days for o in np.flatnonzero(orders)), default=DAYS)
        assert crew.on_hand or work[:, :before].sum() == 0
        assert all(work[s].sum() == 0 or lawful(NIGHT, part) for s, part in enumerate(crew.shifts))
    found = capacity(desk, decision)
    for site, added in zip(desk.sites, decision.added, strict=True):
        assert added[: site.lead_days].sum() == 0
        assert (found.agents.sum(axis=0) <= found.seats[0]).all()
        assert added.max() <= site.most_seats - site.seats
        assert not added.any() or (decision.opens[0] >= site.lead_days and added[: decision.opens[0]].sum() == 0)


@few
@given(desks)
def test_the_stages_find_whole_numbers_between_the_bound_and_a_little_above_the_optimum(values):
    desk = _desk(values)
    model = curves(desk, needed=values["needed"])
    cost, _ = _cost(desk, model)
    draft = Draft(desk, model).build()
    found = staged(draft, 20.0, 0.001)
    if math.isinf(cost):
        assert found.values is None
        return
    assert found.bound <= cost + 1.0
    assert cost - 1.0 <= found.objective <= 1.1 * cost
    assert bill(draft)[1] == pytest.approx(found.objective, rel=1e-6)


@few
@given(desks, st.floats(8.0, 40.0))
def test_an_infeasible_desk_always_gets_a_way_out_that_works(values, needed):
    desk = _desk(values, budget_jpy=400_000.0)
    model = curves(desk, needed=needed)
    draft = Draft(desk, model).build()
    if solve(draft.model, 10.0, linear=True).status != "infeasible":
        return
    ways = ways_out(draft, 30.0)
    assert ways
    for way in ways:
        assert way.sentences
        assert math.isfinite(way.cost_jpy)
        again = draft.again(frozenset(way.kinds))
        assert solve(again.model, 10.0, linear=True).status != "infeasible"


def test_a_shift_of_nine_hours_or_without_its_break_is_barred():
    nine, restless = shift("nine", 1, (0, 1), 9.0, break_s=HOUR), shift("seven", 1, (0, 1), 7.0)
    assert not lawful(NIGHT, nine)
    assert not lawful(NIGHT, restless)
    desk = problem(1, (staff(1, shifts=(nine, restless)),), law=NIGHT)
    assert _cost(desk, curves(desk))[0] == math.inf


def test_short_dispatch_without_exemption_is_paid_for_31_days():
    free = hired(2, barred_dispatch=False)
    bound = hired(2, barred_dispatch=True)
    costs = [_cost(problem(2, (crew,), law=NIGHT), curves(problem(2, (crew,), law=NIGHT)))[0] for crew in (free, bound)]
    heads = 5  # enough for all shifts of both days is 10: each works one of two shifts a day
    assert costs[1] > costs[0] + heads * 4000.0 * 15


def test_shrinkage_and_slow_handling_ask_for_so_many_heads_more():
    worked = []
    for other in ({}, {"shrinkage": 0.5}, {"handling_factor": 2.0}, {"shrinkage": 0.5, "handling_factor": 2.0}):
        desk = problem(1, (staff(1, on_hand=50, **other),))
        _, draft = _cost(desk, curves(desk))
        worked.append(decided(draft).work[0].sum())
    assert worked == [10, 20, 20, 40]


def test_agents_beyond_the_seats_do_not_count():
    """Five agents are needed in every interval."""
    desk = problem(1, (staff(1, on_hand=30),))
    for seats, possible in ((5, True), (4, False)):
        desk = replace(desk, sites=(replace(desk.sites[0], seats=seats, most_seats=seats),))
        assert math.isfinite(_cost(desk, curves(desk))[0]) is possible
        late = replace(desk, sites=(replace(OPENING, lead_days=1, most_seats=seats),))
        assert math.isinf(_cost(late, curves(late))[0])


@pytest.mark.parametrize(("most", "possible"), [(5, True), (4, False)])
def test_a_site_that_opens_has_its_seats_once(most, possible):
    desk = problem(2, (staff(2, on_hand=30),), sites=(replace(OPENING, lead_days=0, most_seats=most),))
    belief = curves(desk)
    tomorrow = {key: curve for key, curve in belief.curves.items() if key[1] >= 4}
    assert math.isfinite(_cost(desk, replace(belief, curves=tomorrow))[0]) is possible


def test_no_more_lines_are_added_than_there_are_lots():
    """Two lots leave a hundred calls without a line, of which the agents can make up for eighty; a third lot saves them all."""
    few = replace(LOSS, loss=np.array([400.0, 200.0, 100.0]))
    for lots, possible in ((2, False), (3, True)):
        desk = problem(1, (staff(1, on_hand=30),), trunks=(replace(TRUNK, lots=lots),))
        assert math.isfinite(_cost(desk, curves(desk, losses={(0, 0): (few,)}))[0]) is possible


@pytest.mark.parametrize(("rest_h", "possible"), [(10.0, True), (10.1, False)])
def test_rest_between_two_shifts_is_kept_to_the_minute(rest_h, possible):
    """All who end at 22:00 must begin again at 8:00: ten hours."""
    late = shift("late", 2, (2, 3), 4.0, start_s=18 * HOUR, end_s=22 * HOUR)
    early = shift("early", 2, (0, 1), 4.0, start_s=8 * HOUR, end_s=12 * HOUR)
    desk = problem(2, (staff(2, on_hand=5, shifts=(early, late), rest_s=rest_h * HOUR),))
    belief = curves(desk)
    evening_and_morning = {key: curve for key, curve in belief.curves.items() if key[1] in (2, 3, 4, 5)}
    assert math.isfinite(_cost(desk, replace(belief, curves=evening_and_morning))[0]) is possible


@few
@given(st.integers(1, 3), st.integers(0, 3), st.integers(0, 40_000))
def test_a_standby_package_is_reserved_activated_and_paid_before_anybody_works(packages, lead, fee):
    crew = (staff(DAYS, on_hand=10), hired(DAYS, index=1, hires=0, wage_jpy_h=1500.0))
    reserve = replace(PACKAGE, staff=1, packages=packages, lead_days=lead, fee_jpy=float(fee))
    desk = problem(DAYS, crew, standby=(reserve,))
    cost, draft = _cost(desk, curves(desk, needed=6.0))
    without = replace(desk, standby=())
    assert cost <= _cost(without, curves(without, needed=6.0))[0] + 1.0  # what may be left alone never costs more
    if math.isinf(cost):
        return
    found = decided(draft)
    there = reserve.heads * np.cumsum(found.activated[0])
    assert found.activated[0].sum() <= found.reserved[0] <= packages
    for day, working in enumerate(found.work[1].sum(axis=0)):
        assert working <= (there[day - lead] if day >= lead else 0)
    items = dict(bill(draft)[0].select("item", "cost_jpy").iter_rows())
    assert items.get("reserving reserve", 0.0) == fee * found.reserved[0]
    again = staged(Draft(desk, curves(desk, needed=6.0)).build(), 20.0, 0.001)
    assert again.bound <= cost + 1.0 <= again.objective + 2.0


@few
@given(st.integers(2, 15))
def test_every_day_has_a_supervisor_for_so_many_heads(heads):
    desk = replace(problem(3, (staff(3, on_hand=30),)), heads_per_supervisor=heads, supervisor_jpy_day=20_000.0)
    cost, draft = _cost(desk, curves(desk))
    bare, _ = _cost(problem(3, (staff(3, on_hand=30),)), curves(desk))
    worked = decided(draft).work[0].sum(axis=0)
    needed = sum(math.ceil(day / heads) for day in worked.tolist())
    paid = dict(bill(draft)[0].select("item", "quantity").iter_rows())["supervisors tokyo"]
    assert paid == pytest.approx(needed)
    assert cost >= bare + 20_000.0 * needed - 1.0 - 4_000.0 * heads  # heads may be moved to spare a supervisor


def test_more_hires_and_more_heads_on_hand_are_ways_out():
    """Each of them alone makes a plan possible, with as many heads as it says; the conflict cannot spare any of its kinds."""
    crew = (staff(DAYS, on_hand=8, days_per_week=7), hired(DAYS, index=1, hires=1, days_per_week=7))
    desk = problem(DAYS, crew)
    refused = refuse(Draft(desk, curves(desk, needed=8.0)).build()).refusal
    assert refused is not None
    assert set(refused.conflict) >= {"hires", "shifts", "targets"}
    ways = {way.kinds: way for way in refused.ways}
    assert {("hires",), ("shifts",), ("targets",)} == set(ways)
    more = math.ceil(float(ways["hires",].sentences[0].split()[1]) - 1e-6)
    more_on_hand = math.ceil(float(ways["shifts",].sentences[0].split()[1]) - 1e-6)
    for way, changed in (
        ("hires", replace(crew[1], hires=1 + more)),
        ("shifts", replace(crew[0], on_hand=8 + more_on_hand)),
    ):
        members = (crew[0], changed) if way == "hires" else (changed, crew[1])
        mended = replace(desk, staff=members)
        assert solve(Draft(mended, curves(mended, needed=8.0)).build().model, 20.0, linear=True).status != "infeasible"
