"""The fluid: exact in steady overload, and honest about backlog, lines, doors and redials."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from surgesim.engines import run
from surgesim.result.result import Result
from surgesim.scenario.scenario import Scenario

Plain = Callable[..., Scenario]
CLOCK = {"start": "2027-03-01", "days": 2, "interval": "30min", "time_zone": "UTC", "holidays": []}


def late(result: Result, *columns: str, queue: str = "calls") -> dict[str, float]:
    """Sums over the second day."""
    rows = result.intervals.filter((pl.col("start").dt.day() == 2) & (pl.col("queue").cast(pl.String) == queue))
    return {name: float(rows[name].sum()) for name in columns}


@pytest.mark.parametrize(
    ("patience", "wait"),
    [
        ("exponential(4min)", -240.0 * np.log(0.5)),  # half of them must leave: exp(-w / 240) = 1 / 2
        ("constant(4min)", 240.0),
        ("uniform(2min, 6min)", 240.0),
    ],
)
def test_steady_overload_of_any_patience(plain: Plain, patience: str, wait: float) -> None:
    """Whitt (2006): n agents serve n / aht, and those served have waited w with P(patience > w) = capacity / load."""
    result = run(plain(clock=CLOCK, queues__calls__patience=patience, groups__team__heads=5), "fluid")
    found = late(result, "offered", "handled", "abandoned", "wait_handled_s", "short_abandoned")
    assert found["handled"] / found["offered"] == pytest.approx(0.5, abs=0.005)
    assert found["abandoned"] / found["offered"] == pytest.approx(0.5, abs=0.005)
    assert found["wait_handled_s"] / found["handled"] == pytest.approx(wait, abs=61.0)
    whole = result.groups.filter(pl.col("start").dt.day() == 2)
    assert whole["busy_s"].sum() == pytest.approx(whole["ready_s"].sum())


def test_short_abandons_follow_the_law_of_patience(plain: Plain) -> None:
    result = run(plain(clock=CLOCK, groups__team__heads=0), "fluid")
    found = late(result, "short_abandoned", "abandoned", "offered", "wait_abandoned_s")
    assert found["short_abandoned"] / found["abandoned"] == pytest.approx(1.0 - np.exp(-5.0 / 240.0), rel=1e-6)
    assert found["wait_abandoned_s"] / found["abandoned"] == pytest.approx(240.0, rel=0.01)


def test_nobody_waits_where_the_staff_is_above_the_load(plain: Plain) -> None:
    result = run(plain(clock=CLOCK), "fluid")
    found = late(result, "offered", "handled", "wait_handled_s", "answered_within")
    assert found["handled"] == found["answered_within"] == pytest.approx(found["offered"])
    assert found["wait_handled_s"] == 0.0
    day = result.groups.filter(pl.col("start").dt.day() == 2)
    assert day["busy_s"].sum() / day["ready_s"].sum() == pytest.approx(10.0 / 11.0, rel=1e-3)


def test_lines_cut_off_what_does_not_fit(plain: Plain) -> None:
    trunks = {"main": {"lines": 5, "queues": ["calls"]}}
    result = run(plain(clock=CLOCK, queues__calls__patience="never", groups__team__heads=5, trunks=trunks), "fluid")
    found = late(result, "offered", "blocked", "handled", "abandoned")
    assert found["blocked"] / found["offered"] == pytest.approx(0.5, abs=0.1)  # Erlang B of a fluid: 1 - n / load
    assert found["abandoned"] == 0.0
    assert found["blocked"] + found["handled"] == pytest.approx(found["offered"])


def test_backlog_is_carried_and_cleared(plain: Plain) -> None:
    rates = [f"{rate}/h" for rate in [60] * 9 + [240] * 3 + [60] * 12]
    demand = {"calls": {"kind": "rates", "by_interval": rates, "reasons": {"call": "100%"}}}
    result = run(plain(demand=demand, queues__calls__patience="never"), "fluid")
    rows = {row["start"].hour: row for row in result.intervals.iter_rows(named=True)}
    assert rows[8]["wait_handled_s"] == 0.0
    # 11 agents serve 132 an hour: 3 h x 108 remain, cleared at 72 an hour in 4.5 hours
    assert rows[12]["wait_handled_s"] / rows[12]["handled"] == pytest.approx((324 - 36) / 132 * 3600, rel=0.06)
    assert rows[15]["wait_handled_s"] > 0.0
    assert rows[17]["wait_handled_s"] == pytest.approx(0.0, abs=1e-6)
    assert result.intervals["inside"].sum() == 0.0


def test_redials_of_the_fluid_settle(plain: Plain) -> None:
    redial = {"probability": "50%", "delay": "exponential(10min)", "attempts": 3}
    result = run(plain(clock=CLOCK, queues__calls__redial=redial, groups__team__heads=5), "fluid")
    found = late(result, "first", "redial", "offered", "abandoned", "handled", "given_up")
    share = found["abandoned"] / found["offered"]
    assert found["redial"] == pytest.approx(found["first"] * (0.5 * share + (0.5 * share) ** 2), rel=0.01)
    assert found["handled"] == pytest.approx(24 * 60.0, rel=0.01)
    slow = {**redial, "delay": "exponential(12h)"}
    later = run(plain(clock={**CLOCK, "days": 6}, queues__calls__redial=slow, groups__team__heads=5), "fluid")
    rows = later.intervals.filter(pl.col("start").dt.day() == 6)
    share = rows["abandoned"].sum() / rows["offered"].sum()
    assert rows["redial"].sum() == pytest.approx(rows["first"].sum() * (0.5 * share + (0.5 * share) ** 2), rel=0.02)


def test_callers_at_the_closed_door_come_back(plain: Plain) -> None:
    queue = {"hours": "desk", "patience": "exponential(4min)", "handling": {"talk": "exponential(5min)"},
             "closing": {"returns": "60%", "spread": "constant(10min)"}}  # fmt: skip
    result = run(plain(clock={**CLOCK, "days": 3}, queues__calls=queue, groups__team__heads=100), "fluid")
    rows = result.intervals.filter(pl.col("start").dt.day() == 2)
    assert rows["closed"].sum() == pytest.approx(15 * 120.0)
    assert rows["lost_closed"].sum() == pytest.approx(0.4 * 15 * 120.0, rel=1e-3)
    opening = {row["start"].hour * 60 + row["start"].minute: row["offered"] for row in rows.iter_rows(named=True)}
    assert opening[9 * 60] == pytest.approx(60.0 + 0.6 * 15 * 120.0, rel=0.01)
    assert opening[8 * 60 + 30] == 0.0


def test_calls_come_before_letters_and_lists_are_obeyed(plain: Plain) -> None:
    letters = {"hours": "always", "deadline": "2h", "handling": {"talk": "constant(0s)", "after": "exponential(10min)"}}
    tree = {
        "queues__letters": letters, "reasons": {"call": {"queue": "calls"}, "letter": {"queue": "letters"}},
        "demand": {"calls": {"kind": "rates", "rate": "180/h", "reasons": {"call": "80%", "letter": "20%"}}},
        "clock": CLOCK,
    }  # fmt: skip
    tree |= {"groups__team__skills": ["letters", "calls"], "groups__team__heads": 12}
    by_wait, listed = run(plain(**tree), "fluid"), run(plain(routing={"policy": "priority-list"}, **tree), "fluid")
    assert late(by_wait, "abandoned")["abandoned"] == pytest.approx(0.0, abs=1e-6)
    assert late(by_wait, "on_time", queue="letters")["on_time"] == 0.0
    assert late(listed, "abandoned")["abandoned"] > 0.2 * late(listed, "offered")["offered"]
    letters = late(listed, "on_time", "offered", queue="letters")
    assert letters["on_time"] == pytest.approx(letters["offered"])
    formula = run(plain(routing={"policy": "priority-list"}, **tree), "erlang")
    assert late(formula, "abandoned")["abandoned"] == pytest.approx(late(listed, "abandoned")["abandoned"], rel=0.15)


def test_who_still_waits_at_the_end_is_flagged(plain: Plain) -> None:
    result = run(plain(clock=CLOCK, queues__calls__patience="never", groups__team__heads=2), "fluid")
    assert result.intervals["inside"].sum() == pytest.approx(48 * 120.0 - 72 * 24.0, rel=0.01)
    assert [flag.where for flag in result.flags if flag.code == "still_waiting"] == ["calls"]


def test_smaller_steps_change_little(plain: Plain, monkeypatch: pytest.MonkeyPatch) -> None:
    from surgesim.erlang import fluid_engine

    scenario = plain(clock=CLOCK, groups__team__heads=7)
    coarse = run(scenario, "fluid").measures(of=["answer_rate", "asa_s"])["value"]
    monkeypatch.setattr(fluid_engine, "STEP_S", 15.0)
    fine = run(scenario, "fluid").measures(of=["answer_rate", "asa_s"])["value"]
    assert coarse[0] == pytest.approx(fine[0], rel=0.01)
    assert coarse[1] == pytest.approx(fine[1], abs=30.0)


def test_overload_agrees_with_the_simulation(plain: Plain) -> None:
    """A hundred agents under half again as much load as they bear, with redials: luck hardly matters."""
    changes = {
        "demand__calls__rate": "1800/h", "groups__team__heads": 100, "clock": CLOCK,
        "queues__calls__redial": {"probability": "60%", "delay": "exponential(15min)", "attempts": 4},
        "queues__calls__handling": {"talk": "exponential(5min)"},
    }  # fmt: skip
    fluid, simulated = run(plain(**changes), "fluid"), run(plain(**changes), "sim", replications=5)
    for name, near in (("offered", 0.02), ("redial", 0.04), ("answer_rate", 0.02), ("abandonment", 0.03), ("asa_s", 0.2)):
        one, two = (result.measures(of=name)["value"][0] for result in (fluid, simulated))
        assert one == pytest.approx(two, rel=near), name
