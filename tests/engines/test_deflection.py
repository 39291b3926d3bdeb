"""Deflection: what self-service takes off the desk, against arithmetic and against the simulation on common marks."""

import numpy as np
import pytest

from surgesim.deflection import ALL, deflection
from surgesim.engines import run
from surgesim.erlang import agents_for
from surgesim.model.build import build
from surgesim.scenario.scenario import Scenario

NEEDS = 2 * 12 * 60.0  # two days, twelve hours, 60 an hour


def desk(channels, **more):
    return Scenario.model_validate(
        {
            "surgesim": 1,
            "name": "desk",
            "clock": {"start": "2027-11-01", "days": 2, "interval": "30min"},
            "hours": {"desk": {"every_day": "08:00-20:00"}},
            "reasons": {"a": {"queue": "calls"}},
            "demand": {
                "day": {"kind": "rates", "reasons": {"a": "100%"}, "by_time": {"08:00": "60/h", "20:00": "0/h"}},
            },
            "channels": channels,
            "queues": {
                "calls": {
                    "hours": "desk",
                    "handling": {"talk": "exponential(4min)", "after": "constant(1min)"},
                    "patience": "exponential(5min)",
                    "redial": {"probability": "40%", "delay": "exponential(10min)"},
                }
            },
            "sites": {"here": {"seats": 10}},
            "groups": {"all": {"site": "here", "skills": ["calls"], "heads": 6, "shrinkage": "20%"}},
            "levers": {
                "staff": {"all": {"shifts": ["day"], "wage": "1_600 JPY/head/h", "on_hand": 6}},
            },
            "shifts": {"day": {"time": "08:00-16:00"}},
            **more,
        }
    )


FAQ = {"kind": "faq", "tries": "50%", "containment": "40%", "boomerang_delay": "constant(0s)", "boomerang_factor": "1.5x",
       "unit_cost": "5 JPY/contact", "content_cost": "3_000 JPY"}  # fmt: skip


def test_the_books_of_one_channel_are_arithmetic():
    (row,) = deflection(desk({"faq": FAQ})).table.to_dicts()
    contained, failed = NEEDS * 0.2, NEEDS * 0.3
    minutes = contained * 5 - failed * 0.5 * 4
    assert row["tried"] == pytest.approx(NEEDS * 0.5)
    assert row["contained"] == pytest.approx(contained)
    assert row["boomerang"] == pytest.approx(failed)
    assert row["contacts_avoided"] == pytest.approx(contained)
    assert row["minutes_avoided"] == pytest.approx(minutes)
    price = 1_600 / 0.8 / 60
    assert row["saved_jpy"] == pytest.approx(minutes * price)
    assert row["cost_jpy"] == pytest.approx(3_000 + NEEDS * 0.5 * 5)
    assert row["net_jpy"] == pytest.approx(minutes * price - 3_000 - NEEDS * 0.5 * 5)
    without = agents_for(target=0.8, within=20, arrival_rate=1 / 60, aht=300.0, patience=300.0)
    talk = 240 * (0.5 + 0.3 * 1.5) / 0.8
    with_it = agents_for(target=0.8, within=20, arrival_rate=0.8 / 60, aht=talk + 60, patience=300.0)
    assert row["seats_avoided"] == int(without) - int(with_it)


def test_a_channel_that_fails_everybody_avoids_nothing():
    useless = {**FAQ, "containment": "0%", "boomerang_factor": "1x"}
    found = deflection(desk({"faq": useless}), replications=3)
    (row,) = found.table.to_dicts()
    assert row["boomerang"] == pytest.approx(NEEDS * 0.5)
    assert row["contacts_avoided"] == pytest.approx(0.0, abs=1e-9)
    assert row["minutes_avoided"] == pytest.approx(0.0, abs=1e-9)
    assert row["seats_avoided"] == 0
    # The very same calls are made, need by need: the simulation finds no difference at all.
    assert found.simulated is not None
    assert found.simulated["difference"].to_list() == [0.0] * len(found.simulated)


def test_a_failing_channel_costs_minutes_where_the_call_gets_longer():
    (row,) = deflection(desk({"faq": {**FAQ, "containment": "0%"}})).table.to_dicts()
    assert row["minutes_avoided"] == pytest.approx(-NEEDS * 0.5 * 0.5 * 4)
    assert row["net_jpy"] < row["saved_jpy"] < 0


def test_channels_catch_what_others_would_have_caught():
    both = deflection(desk({"faq": FAQ, "bot": {**FAQ, "kind": "chatbot"}})).table
    faq, bot, every = both["contacts_avoided"].to_list()
    # Without the first channel its people meet the second: tries 50 % of them, contains 40 %.
    assert faq == pytest.approx(NEEDS * (0.2 + 0.5 * 0.2) - NEEDS * 0.2)
    assert bot == pytest.approx(NEEDS * 0.5 * 0.2)
    assert every == pytest.approx(NEEDS * 0.3)
    assert both["channel"].to_list() == ["faq", "bot", ALL]


def test_the_simulation_saves_redials_as_well():
    found = deflection(desk({"faq": {**FAQ, "boomerang_factor": "1x"}}, groups={
        "all": {"site": "here", "skills": ["calls"], "heads": 5, "shrinkage": "20%"}}), replications=20)  # fmt: skip
    assert found.simulated is not None
    saved = {row["measure"]: row for row in found.simulated.to_dicts()}
    assert saved["offered"]["low"] > found.table["contacts_avoided"][0]  # the desk is overrun without it: people redial
    assert saved["service_level"]["high"] < 0


def test_without_a_wage_nothing_is_said_in_yen():
    (row,) = deflection(desk({"faq": FAQ}, levers=None)).table.to_dicts()
    assert row["saved_jpy"] is None
    assert row["net_jpy"] is None


def test_no_channels_give_an_empty_table():
    assert deflection(desk({})).table.is_empty()


def test_self_service_moves_with_the_load_as_said():
    rising = desk(
        {"faq": {**FAQ, "tries_with_load": -0.5, "containment_with_load": 0.25}},
        clock={"start": "2027-11-01", "days": 3, "interval": "30min"},
        demand={
            "usual": {"kind": "baseline", "reasons": {"a": "100%"}, "per_day": 100, "weekday": {"wed": "4x"},
                      "profile": {"00:00": "1x"}},
        },
    )  # fmt: skip
    (channel,) = build(rising).channels
    usual, busy = channel.tries[0, 0], channel.tries[0, -1]
    assert usual == 0.5  # Monday and Tuesday are the median day
    assert np.log(busy / (1 - busy)) == pytest.approx(np.log(4) * -0.5)
    contained = channel.containment[0, -1]
    assert np.log(contained / (1 - contained)) == pytest.approx(np.log(0.4 / 0.6) + np.log(4) * 0.25)
    kinds = ["contained", "boomerang"]
    agree = [run(rising, engine, replications=2).tables.values("queues", kinds) for engine in ("sim", "reference")]
    assert np.array_equal(*agree)
