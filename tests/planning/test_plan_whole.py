"""From a scenario to a verified plan, with the real simulator, on a desk of three days."""

import json
import math

import numpy as np
import polars as pl
import pytest
from plan_checker import wrong
from plan_draw import priced, same_decision

from surgesim.base.errors import InfeasibleError, ScenarioError
from surgesim.model.build import build
from surgesim.planning.planner import LEAST_PATHS, plan
from surgesim.planning.read import read
from surgesim.planning.watch import seen
from surgesim.scenario.scenario import Scenario
from surgesim.sim.engine import run

TREE = {
    "surgesim": 1,
    "name": "small",
    "clock": {"start": "2027-11-08", "days": 3, "interval": "30min"},
    "hours": {"desk": {"every_day": "09:00-17:00"}},
    "reasons": {"question": {"queue": "calls"}},
    "demand": {"usual": {"kind": "rates", "reasons": {"question": "100%"}, "rate": "60/h", "day_noise": "10%"}},
    "queues": {
        "calls": {
            "hours": "desk",
            "handling": {"talk": "lognormal(5min, cv 0.8)", "after": "exponential(1min)"},
            "patience": "exponential(3min)",
            "redial": {"probability": "50%", "delay": "exponential(15min)"},
        }
    },
    "sites": {"tokyo": {"seats": 15}},
    "shifts": {
        "early": {"time": "09:00-13:00"},
        "late": {"time": "13:00-17:00"},
        "full": {"time": "09:00-17:00", "break_time": "12:00-13:00"},
    },
    "groups": {
        "regular": {"site": "tokyo", "skills": ["calls"], "heads": 5, "shrinkage": "10%"},
        "temp": {"site": "tokyo", "skills": ["calls"], "source": "temporary", "handling_factor": "1.2x"},
    },
    "trunks": {"main": {"lines": 8, "queues": ["calls"]}},
    "targets": [{"queue": "calls", "measure": "service_level", "at_least": "80%", "per": "day"}],
    "levers": {
        "staff": {
            "regular": {"shifts": ["early", "late", "full"], "wage": "1_700 JPY/head/h", "on_hand": 24},
            "temp": {
                "shifts": ["early", "late"],
                "wage": "2_000 JPY/head/h",
                "hires": 10,
                "hiring_cost": "5_000 JPY/head",
                "lead_time": "1d",
            },
        },
        "sites": {"tokyo": {"seats": 20, "seat_cost": "1_000 JPY/seat/day"}},
        "lines": {"main": {"lines": 24, "lot": 4, "line_cost": "150 JPY/line/day"}},
    },
}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    return Scenario.build(TREE, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def small(scenario):
    said = []
    found = plan(scenario, replications=60, progress=said.append)
    assert said
    return found


def test_the_verification_shows_every_promise(small):
    promises = small.result.promises()
    assert promises.height == 3
    assert promises["sure"].all()
    assert small.certificate["kept"]
    assert [entry["value"] for entry in small.certificate["promises"]] == pytest.approx(promises["value"].to_list())


def test_the_bill_adds_up_and_respects_the_bound(small):
    assert math.fsum(small.cost_items["cost_jpy"]) == small.cost
    paid = (small.cost_items["price_jpy"] * small.cost_items["quantity"]).to_list()
    assert paid == pytest.approx(small.cost_items["cost_jpy"].to_list())
    assert 0 < small.bound <= small.cost
    assert small.gap == pytest.approx((small.cost - small.bound) / small.cost)


def test_the_tables_agree_with_each_other(small, scenario):
    hours = {"early": 4.0, "late": 4.0, "full": 7.0}
    worked = small.shifts.with_columns(pl.col("shift").replace_strict(hours).alias("h"))
    by_group = worked.group_by("group").agg((pl.col("heads") * pl.col("h")).sum())
    for group, found in by_group.iter_rows():
        assert small.cost_items.filter(pl.col("item") == f"wages {group}")["quantity"].item() == pytest.approx(found)
    by_interval = small.table.group_by("start").agg(pl.col("agents").sum())
    assert by_interval["agents"].max() <= small.seats["seats"].max()
    # the simulated run had the staff of the plan
    ready = small.result.groups.filter(pl.col("replication") == 0)["paid_s"].sum()
    assert ready == pytest.approx(3600.0 * by_group["heads"].sum())


def test_the_tables_break_no_rule_and_the_bill_is_made_out_from_them(small, scenario):
    assert wrong(small, scenario) == []


def test_the_certificate_is_plain_json_and_says_what_it_is_about(small):
    text = json.dumps(dict(small.certificate), allow_nan=False)
    assert "ratio" in text or "sum of the numerators" in text
    assert small.certificate["verification_seed"] != small.certificate["seed"]
    assert small.certificate["bound_of"]
    assert any("¥" in sentence for sentence in small.certificate["marginals"])
    for key in ("marginals", "alternatives", "break_even", "notes"):
        assert len(small.certificate[key]) == len(small.certificate[f"{key}_ja"]) > 0
        assert not any(text.isascii() for text in small.certificate[f"{key}_ja"])


def test_a_promise_with_a_probability_is_kept_so_often(scenario):
    found = plan(scenario, replications=60, probability=0.8)
    assert all(entry["kept_share_bound"] >= 0.8 for entry in found.certificate["promises"])
    assert "probability" in found.certificate["notes"][0]
    # few replications would ask for far more than is promised before they show it
    assert found.certificate["replications"] == LEAST_PATHS
    # out of sample: on 1 000 paths that neither planning nor verification has seen
    model = build(scenario)
    capacity = found.capacity
    staffed = model.with_capacity(agents=capacity.agents, paid_s=capacity.paid_s, lines=capacity.lines)
    problem = read(scenario, model)
    saw = seen(problem, run(staffed, seed=424_242, replications=1_000))
    kept = np.mean(saw.by_period(problem.promises[0]) >= 0.0, axis=1)
    assert (kept >= 0.8 - 2.0 * np.sqrt(0.8 * 0.2 / 1_000)).all()


@pytest.fixture(scope="module")
def refused(scenario):
    with pytest.raises(InfeasibleError) as error:
        plan(scenario.but("nobody", {"levers.staff.regular.on_hand": 4}), replications=20)
    return error.value


def test_the_impossible_is_refused_with_a_way_out(refused):
    text = str(refused)
    assert "lower the promised service level of calls on 2027-11-08 from 80.0%" in text
    assert "In conflict, and none of them can be spared: " in text
    assert refused.exit_code == 3
    assert refused.refusal.ways
    for way in refused.refusal.ways:
        assert math.isfinite(way.cost_jpy)
        assert f"¥{way.cost_jpy:,.0f}" in text
        assert len(way.japanese) == len(way.sentences)


def test_a_refusal_is_said_in_japanese_and_as_plain_values(refused):
    japanese = str(refused.in_language("ja"))
    for line in japanese.splitlines():
        assert not line.isascii(), line
    found = json.loads(json.dumps(refused.refusal.plain(), allow_nan=False))
    assert found["feasible"] is False
    assert set(found["conflict"]) == set(refused.refusal.conflict) >= {"targets"}
    assert "promises" in found["conflict_names"]
    assert "約束" in found["conflict_names_ja"]
    assert [way["cost_jpy"] for way in found["relaxations"]] == [way.cost_jpy for way in refused.refusal.ways]


def test_without_levers_or_targets_there_is_nothing_to_plan(scenario):
    with pytest.raises(ScenarioError) as error:
        plan(scenario.but("mute", {"levers": None, "targets": None}))
    assert len(error.value.problems) == 2


def test_a_second_identical_run_gives_the_same_plan(small, scenario):
    again = plan(scenario, replications=60)
    for name in ("table", "shifts", "hires", "seats", "lines", "cost_items"):
        assert getattr(again, name).equals(getattr(small, name)), name
    assert again.result.tables.equals(small.result.tables)
    assert again.certificate == small.certificate


def test_twice_the_prices_are_twice_the_bill_of_the_same_plan(small, scenario):
    dear = Scenario.build({**TREE, "levers": priced(TREE["levers"], 2.0)}, scenario.folder)
    twice = plan(dear, replications=60)
    assert same_decision(small, twice)
    assert (twice.cost, twice.bound, twice.gap) == (2.0 * small.cost, 2.0 * small.bound, small.gap)
    shown = [(entry["value"], entry["bound"]) for entry in small.certificate["promises"]]
    assert [(entry["value"], entry["bound"]) for entry in twice.certificate["promises"]] == shown
