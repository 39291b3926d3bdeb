"""Plans of desks whose sites share a queue: by percentage, with overflow, or each site by itself."""

from itertools import product

import numpy as np
import pytest

from surgesim.base.errors import ScenarioError
from surgesim.engines import known_luck
from surgesim.erlang.inverses import agents_for
from surgesim.model.build import build
from surgesim.planning.planner import plan
from surgesim.planning.read import read
from surgesim.planning.safety import checks
from surgesim.planning.watch import seen
from surgesim.report.explain import of_plan
from surgesim.scenario.scenario import Scenario
from surgesim.sim.branches import branched
from surgesim.sim.engine import run

SHARES = {"shares": {"east": "60%", "west": "40%"}}
SILOED = {**SHARES, "rule": "siloed", "by": "luck"}
OUTAGE = {"start": "2027-11-08 11:00", "end": "2027-11-08 12:00"}
ONE_HEAD = 0.03
"""What a plan may cost more than the cheapest pair of heads: less than one head in twenty-five."""


def _tree(sharing=None, rate="90/h", sites=("east", "west"), **levers):
    """Two sites, one queue, one day of six hours, one shift: heads by site are all there is to decide."""
    handling = {"talk": "lognormal(6min, cv 0.8)", "after": "exponential(1min)"}
    queue = {"hours": "desk", "handling": handling, "patience": "exponential(3min)", "answer_within": "20s",
             "redial": {"probability": "40%", "delay": "exponential(15min)"}}  # fmt: skip
    return {
        "surgesim": 1, "name": "two-sites", "clock": {"start": "2027-11-08", "days": 1, "interval": "30min"},
        "hours": {"desk": {"every_day": "09:00-15:00"}}, "reasons": {"ask": {"queue": "calls"}},
        "demand": {"usual": {"kind": "rates", "reasons": {"ask": "100%"}, "rate": rate, "day_noise": "5%"}},
        "queues": {"calls": {**queue, "sites": sharing} if sharing else queue},
        "sites": {site: {"seats": 60} for site in sites}, "shifts": {"day": {"time": "09:00-15:00"}},
        "groups": {site: {"site": site, "skills": ["calls"], "heads": 4} for site in sites},
        "routing": {"policy": "overflow-after" if sharing and sharing["rule"] == "overflow" else "longest-wait"},
        "targets": [{"queue": "calls", "measure": "service_level", "at_least": "80%", "per": "day"}],
        "levers": {"staff": {site: {"shifts": ["day"], "wage": "1_700 JPY/head/h", "on_hand": 40} for site in sites}, **levers},
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sites")


@pytest.fixture(scope="module")
def siloed(folder):
    return plan(Scenario.build(_tree(SILOED), folder), replications=100)


@pytest.fixture(scope="module")
def pooled(folder):
    return plan(Scenario.build(_tree(), folder), replications=100)


def _heads(found):
    return {site: int(found.shifts.filter(found.shifts["group"] == site)["heads"].sum()) for site in ("east", "west")}


def test_two_silos_cost_what_two_desks_cost_and_more_than_one_for_all(siloed, pooled, folder):
    """Calls split by luck are two desks (thinning); a promise about both together can be kept for a little less."""
    apart = [plan(Scenario.build(_tree(rate=rate, sites=(site,)), folder), replications=100)
             for site, rate in (("east", "54/h"), ("west", "36/h"))]  # fmt: skip
    head = 6 * 1_700.0
    alone = sum(one.cost for one in apart)
    assert alone - 1.5 * head <= siloed.cost <= alone + 0.5 * head
    assert siloed.bound <= alone + 0.5 * head
    assert pooled.cost <= siloed.cost - head
    assert pooled.bound <= siloed.bound
    heads = _heads(siloed)
    for site, one in zip(("east", "west"), apart, strict=True):
        assert abs(heads[site] - _heads(one)[site]) <= 1


def test_no_cheaper_heads_keep_the_promise_of_a_siloed_desk(siloed):
    """Every cheaper pair of heads is simulated with the luck of the plan's own verification, and misses the promise."""
    model = build(siloed.scenario)
    desk, luck = read(siloed.scenario, model), known_luck(model)
    most = siloed.cost / (1.0 + ONE_HEAD) / (6 * 1_700.0)
    pairs = [pair for pair in product(range(3, 18), repeat=2) if most - 3 <= sum(pair) < most]
    assert len(pairs) > 20
    for pair in pairs:
        agents = np.where(model.agents > 0, np.array(pair)[:, None], 0)
        staffed = model.with_capacity(agents=agents)
        glance = seen(desk, run(staffed, seed=1, replications=10))
        if glance.by_period(desk.promises[0]).mean() > -0.1 * glance.queues["offered"].sum(axis=1).mean():
            saw = seen(desk, run(staffed, seed=siloed.certificate["verification_seed"], replications=100), luck)
            assert not checks(desk, saw)[0].holds, pair


def test_curves_and_simulation_agree_about_each_site(siloed):
    assert siloed.certificate["failed_verifications"] == 0
    assert siloed.certificate["rounds"][-1]["difference"] < 0.03
    assert siloed.result.promises()["sure"].all()
    assert set(siloed.result.tables.queues["queue"]) == {"calls"}
    assert [promise["queue"] for promise in siloed.certificate["promises"]] == ["calls"]
    assert "calls is planned site by site (east 60%, west 40%)" in siloed.certificate["notes"]
    assert "callsは拠点別に計画(east 60%、west 40%)" in siloed.certificate["notes_ja"]


def test_an_explanation_counts_the_need_of_each_site(siloed, pooled):
    """Each site needs what Erlang A says of its share of the first calls; together that is more than one number for all needs."""
    lines = {line.key: line for line in of_plan(siloed)("2027-11-08 11:00").lines}
    value = {key: line.value for key, line in lines.items()}
    for site, share in (("east", 0.6), ("west", 0.4)):
        alone = agents_for(target=0.8, within=20.0, arrival_rate=share * value["first"] / 1_800, aht=value["aht"], patience=180.0)
        assert value[f"site_needed__{site}"] == alone
        assert abs(alone - _heads(siloed)[site]) <= 1
        assert lines[f"site_needed__{site}"].formula.startswith(f"erlang_a_agents(site_share__{site} * (first + follow_ups)")
    assert value["needed"] == value["site_needed__east"] + value["site_needed__west"]
    assert lines["needed"].formula == "site_needed__east + site_needed__west"
    assert of_plan(pooled)("2027-11-08 11:00")["needed"] < value["needed"]


def test_counters_by_branch_add_up_to_those_of_the_queue(folder):
    model = build(Scenario.build(_tree(SILOED), folder))
    whole, parts = run(model, seed=3, replications=3), run(branched(model), seed=3, replications=3)
    assert set(parts.queues["queue"]) == {"calls at east", "calls at west"}
    apart = parts.array("queues")
    np.testing.assert_allclose(apart.sum(axis=2), whole.array("queues")[:, :, 0])
    share = apart[..., 0, :].sum() / apart.sum()
    assert 0.5 < share < 0.7
    desk = read(model.scenario, model)
    one, other = seen(desk, whole), seen(desk, parts)
    assert all(np.array_equal(one.queues[name], other.queues[name]) for name in one.queues)
    promise = desk.promises[0]
    assert np.allclose(one.surplus(promise), sum(other.surplus(promise, branch) for branch in (0, 1)))


@pytest.mark.parametrize(("rule", "during"), [("percentage", (0.0, 1.0)), ("siloed", (0.6, 0.4))])
def test_a_lost_site_leaves_its_share_to_the_others_unless_siloed(rule, during, folder):
    tree = _tree({**SHARES, "rule": rule})
    tree["sites"]["east"]["outages"] = [OUTAGE]
    desk = read(Scenario.build(tree, folder), build(Scenario.build(tree, folder)))
    shares = np.array([part.share for part in desk.parts])
    assert np.allclose(shares.sum(axis=0), 1.0)
    assert np.allclose(shares[:, 22:24].T, during)
    assert np.allclose(np.delete(shares, [22, 23], axis=1).T, (0.6, 0.4))


@pytest.mark.parametrize(("after", "skills"), [("10s", ((0, 1), (1, 0))), ("40s", ((0,), (1,)))])
def test_help_counts_where_it_comes_before_a_call_is_late(after, skills, folder):
    scenario = Scenario.build(_tree({**SHARES, "rule": "overflow", "after": after}), folder)
    assert read(scenario, build(scenario)).skills == skills


@pytest.mark.parametrize("after", ["10s", "40s"])
def test_overflow_is_planned_between_one_desk_and_two(after, siloed, pooled, folder):
    found = plan(Scenario.build(_tree({**SHARES, "rule": "overflow", "after": after}), folder), replications=100)
    head = 6 * 1_700.0
    assert pooled.cost - head <= found.cost <= siloed.cost + head
    assert found.result.promises()["sure"].all()


@pytest.mark.parametrize(("fee", "taken"), [("1_000 JPY/day", ["one-number"]), ("900_000 JPY/day", [])])
def test_one_number_for_all_sites_is_a_decision(fee, taken, siloed, pooled, folder):
    """Siloed as it is; a number for all sites costs a fee a day and saves heads."""
    tree = _tree(SILOED, measures={"one-number": {"day_cost": fee}})
    tree["overrides"] = {"one-number": {"queues.calls.sites": None}}
    found = plan(Scenario.build(tree, folder), replications=100)
    assert found.certificate["measures"] == taken
    assert found.cost == (pooled.cost + 1_000 if taken else siloed.cost)


def _to_open(lead_time="0s", share="40%"):
    """The west is closed until a lever or a measure gives it seats."""
    sharing = {"rule": "siloed", "shares": {"east": f"{100 - int(share[:-1])}%", "west": share}}
    lever = {"seats": 60, "opening_cost": "50_000 JPY", "lead_time": lead_time}
    tree = _tree(sharing)
    tree["levers"]["sites"] = {"west": lever}
    tree["sites"]["west"]["seats"] = tree["groups"]["west"]["heads"] = 0
    return tree


def test_a_site_with_a_share_is_opened_on_the_first_day(siloed, folder):
    found = plan(Scenario.build(_to_open(), folder), replications=100)
    assert abs(found.cost - 50_000 - siloed.cost) <= 1.5 * 6 * 1_700
    assert _heads(found)["west"] > 3


def test_a_share_cannot_wait_for_a_lead_time(folder):
    with pytest.raises(ScenarioError) as refused:
        Scenario.build(_to_open("1d"), folder)
    said = str(refused.value)
    assert "levers.sites.west.lead_time: west takes a share of 'calls', but has no seats for 1d" in said
    assert "make its opening a measure that changes queues.calls.sites.shares and sites.west.seats" in said
    Scenario.build(_to_open("1d", share="0%"), folder)


@pytest.mark.parametrize(("cost", "taken"), [("1_000 JPY", ["open"]), ("900_000 JPY", [])])
def test_the_shares_with_and_without_a_site_are_a_decision(cost, taken, folder):
    """Heads in the west cost half as much: worth a small price of opening, not a great one."""
    tree = _to_open(share="0%")
    tree["levers"] |= {"sites": {}, "measures": {"open": {"cost": cost}}}
    tree["levers"]["staff"]["west"]["wage"] = "850 JPY/head/h"
    shares = {"queues.calls.sites.shares.east": "60%", "queues.calls.sites.shares.west": "40%"}
    tree["overrides"] = {"open": {**shares, "sites.west.seats": 60}}
    found = plan(Scenario.build(tree, folder), replications=100)
    assert found.certificate["measures"] == taken
    assert (_heads(found)["west"] > 3) is bool(taken)
