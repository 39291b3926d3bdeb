"""The formula engine: equal to the formulas where their premises hold, and frank where they do not."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from surgesim.base.distributions import parse_distribution
from surgesim.base.errors import InputError
from surgesim.engines import run
from surgesim.erlang.beside import LUCK, reasons
from surgesim.erlang.engine_deferred import outcome
from surgesim.erlang.engine_desks import desks, shared
from surgesim.erlang.engine_flow import Doors, delayed, lag_kernel
from surgesim.erlang.engine_reasons import REASONS
from surgesim.erlang.single import erlang_a, erlang_b
from surgesim.model.build import build
from surgesim.model.load import delayed as exactly_delayed
from surgesim.model.load import load
from surgesim.result.counters import WAIT_EDGES_S
from surgesim.result.result import Result
from surgesim.scenario.scenario import Scenario

Plain = Callable[..., Scenario]
CLOSED = {"hours": "desk", "patience": "exponential(4min)", "handling": {"talk": "exponential(5min)"},
          "closing": {"returns": "60%", "spread": "exponential(90min)"}}  # fmt: skip
MAIL = {"hours": "desk", "deadline": "4h", "handling": {"talk": "constant(0s)", "after": "exponential(10min)"}}


def value(result: Result, measure: str, queue: str = "calls") -> float:
    table = result.measures("queue", measure)
    return float(table.filter(pl.col("queue").cast(pl.String) == queue)["value"][0])


def codes(result: Result) -> set[str]:
    return {flag.code for flag in result.flags}


def test_a_stationary_desk_is_erlang_a(plain: Plain) -> None:
    result = run(plain(), "erlang")
    waits = erlang_a(arrival_rate=120 / 3600, aht=300.0, agents=11, patience=240.0)
    expected = {
        "offered": 24 * 120.0, "service_level": waits.service_level(within=20.0), "abandonment": waits.abandonment,
        "asa_s": waits.asa_s, "wait_abandoned_mean_s": waits.asa_abandoned_s, "answer_rate": waits.answer_rate,
        "aht_s": 300.0, "service_level_of_handled": waits.service_level(within=20.0, of="handled"),
    }  # fmt: skip
    for name, number in expected.items():
        assert value(result, name) == pytest.approx(float(number), rel=1e-9), name
    whole = result.measures(of="occupancy")["value"][0]
    assert whole == pytest.approx(float(waits.occupancy), rel=1e-9)


def test_wait_quantiles_come_from_the_law_of_waits(plain: Plain) -> None:
    result = run(plain(groups__team__heads=9), "erlang")
    waits = erlang_a(arrival_rate=120 / 3600, aht=300.0, agents=9, patience=240.0)
    for share in (0.5, 0.9, 0.99):
        exact = float(waits.wait_quantile(share, of="handled"))
        above = min(edge for edge in WAIT_EDGES_S if edge >= exact)
        below = max(edge for edge in WAIT_EDGES_S if edge <= exact)
        assert below <= value(result, f"wait_p{share * 100:.0f}_s") <= above


def test_lines_of_a_desk_without_after_work(plain: Plain) -> None:
    trunks = {"main": {"lines": 14, "queues": ["calls"]}}
    result = run(plain(trunks=trunks), "erlang")
    waits = erlang_a(arrival_rate=120 / 3600, aht=300.0, agents=11, patience=240.0, trunks=14)
    assert value(result, "blocking") == pytest.approx(float(waits.blocking), rel=1e-9)
    assert value(result, "service_level") == pytest.approx(float(waits.service_level(within=20.0)), rel=1e-9)
    busy = result.measures(of="trunk_utilisation")["value"][0]
    assert busy == pytest.approx(float(waits.trunks_busy) / 14, rel=1e-9)
    assert "lines" in codes(result)


def test_after_work_holds_the_agent_and_not_the_line(plain: Plain) -> None:
    trunks = {"main": {"lines": 12, "queues": ["calls"]}}
    talk = run(plain(trunks=trunks), "erlang")
    handling = {"talk": "exponential(150s)", "after": "exponential(150s)"}
    half = run(plain(trunks=trunks, queues__calls__handling=handling), "erlang")
    assert value(half, "blocking") < value(talk, "blocking") / 2
    assert value(half, "acw_s") == pytest.approx(150.0)


def test_an_unstaffed_desk(plain: Plain) -> None:
    result = run(plain(groups__team__heads=0, trunks={"main": {"lines": 5, "queues": ["calls"]}}), "erlang")
    blocked = float(erlang_b(load=120 / 3600 * 240.0, trunks=5))
    assert value(result, "blocking") == pytest.approx(blocked, rel=1e-9)
    assert value(result, "abandonment") == pytest.approx(1.0 - blocked, rel=1e-9)
    assert "no_staff" in codes(result)


def test_no_number_without_steady_state(plain: Plain) -> None:
    result = run(plain(queues__calls__patience="never", groups__team__heads=10), "erlang")
    assert value(result, "service_level") == 0.0
    assert value(result, "inside") == pytest.approx(2880.0)
    assert result.measures(of="asa_s")["value"][0] is None
    assert "no_steady_state" in codes(result)
    fine = run(plain(queues__calls__patience="never"), "erlang")
    assert "no_steady_state" not in codes(fine)
    row = fine.side["erlang"].row(5, named=True)
    assert row["erlang_a_service_level"] == pytest.approx(row["erlang_c_service_level"], rel=1e-9)


def test_erlang_c_stands_beside_and_is_silent_in_overload(plain: Plain) -> None:
    table = run(plain(groups__team__heads=10), "erlang").side["erlang"]
    assert table["erlang_c_service_level"].null_count() == table.height == 24
    table = run(plain(), "erlang").side["erlang"]
    assert (table["erlang_c_service_level"] < table["erlang_a_service_level"]).all()


def test_redials_obey_their_fixed_point(plain: Plain) -> None:
    redial = {"probability": "50%", "delay": "exponential(10min)", "attempts": 3}
    clock = {"start": "2027-03-01", "days": 4, "interval": "1h", "time_zone": "UTC", "holidays": []}
    result = run(plain(clock=clock, queues__calls__redial=redial, groups__team__heads=9), "erlang")
    late = result.intervals.filter(pl.col("interval").is_between(40, 80))
    sums = {name: late[name].mean() for name in ("first", "redial", "abandoned", "offered", "given_up")}
    share = sums["abandoned"] / sums["offered"]
    assert sums["redial"] == pytest.approx(sums["first"] * (0.5 * share + (0.5 * share) ** 2), rel=1e-4)
    waits = erlang_a(arrival_rate=sums["offered"] / 3600, aht=300.0, agents=9, patience=240.0)
    assert share == pytest.approx(float(waits.abandonment), rel=1e-5)
    assert sums["given_up"] + sums["redial"] == pytest.approx(sums["abandoned"], rel=1e-4)
    once = run(plain(queues__calls__redial={**redial, "attempts": 1}), "erlang")
    assert value(once, "redial") == 0.0


def test_lag_kernels_are_whole_and_agree_with_the_load_of_the_model() -> None:
    edges = np.arange(0.0, 101 * 1800.0, 1800.0)
    counts = np.where(np.arange(100) % 24 < 9, 10.0, 0.0)
    for text in ("exponential(20min)", "lognormal(3h, cv 1.1)", "constant(45min)", "uniform(5min, 2h)"):
        law = parse_distribution(text)
        kernel = lag_kernel(law, 1800.0, 400)
        assert kernel.sum() == pytest.approx(1.0, abs=1e-6)
        assert (np.arange(len(kernel)) @ kernel) * 1800.0 == pytest.approx(law.mean, rel=0.01)
        np.testing.assert_allclose(delayed(counts, kernel), exactly_delayed(counts, law, edges), atol=0.06)


def test_doors_agree_with_the_load_of_the_model(plain: Plain) -> None:
    clock = {"start": "2027-03-01", "days": 3, "interval": "30min", "time_zone": "UTC", "holidays": []}
    model = build(plain(clock=clock, queues__calls=CLOSED))
    calls = model.needs.mean[0]
    offered, closed, lost = Doors.of(model.queues[0], model.clock.edges_s).through(calls)
    exact = load(model)
    np.testing.assert_allclose(offered, exact.offered[0], atol=1e-6)
    np.testing.assert_allclose(closed, exact.closed[0], atol=1e-6)
    np.testing.assert_allclose(lost, exact.lost_closed[0], atol=1e-6)
    assert calls.sum() == pytest.approx(offered.sum() + lost.sum())


def test_follow_ups_go_to_their_queue(plain: Plain) -> None:
    letters = [{"to": "mail", "probability": "30%", "delay": "constant(0s)"}]
    queues = {"calls": {**CLOSED, "hours": "always", "follow_ups": letters}, "mail": {**MAIL, "hours": "always"}}
    groups = {"team": {"site": "here", "skills": ["calls", "mail"], "heads": 30}}
    result = run(plain(queues=queues, groups=groups), "erlang")
    assert value(result, "follow_up", "mail") == pytest.approx(0.3 * value(result, "handled"), rel=0.01)
    assert value(result, "on_time", "mail") > 0.99
    busy = result.groups["busy_s"].sum()
    assert busy == pytest.approx(value(result, "handled") * 300.0 + value(result, "handled", "mail") * 600.0, rel=1e-3)


def test_deferred_work_by_hand() -> None:
    """Ten letters in the first hour, five served in each hour after it: letter k is done at 3600 + 720 k."""
    arrivals, done = np.array([10.0, 0.0, 0.0, 0.0]), np.array([0.0, 5.0, 5.0, 0.0])
    edges = np.arange(5) * 3600.0
    found = outcome(arrivals, done, edges, 60.0, 5400.0, 0.0)
    assert found.handled.tolist() == [10.0, 0.0, 0.0, 0.0]
    # letter x came at 360 x and is done at 3600 + 720 x: late after 5400 s from x = 5 on
    assert found.on_time[0] == pytest.approx(5.0, abs=0.4)
    assert found.wait_s[0] == pytest.approx(sum(3600 + 720 * x - 60 - 360 * x for x in np.arange(10) + 0.5))
    assert found.bins.sum() == pytest.approx(10.0)
    short = outcome(arrivals, np.array([0.0, 5.0, 0.0, 0.0]), edges, 60.0, np.inf, 0.0)
    assert short.handled[0] == pytest.approx(5.0, abs=0.4)


def test_groups_share_their_agents_by_load() -> None:
    agents = np.array([[10.0], [10.0], [6.0]])
    serves = np.array([[True, False], [False, True], [True, True]])
    parts = shared(agents, serves, np.array([[12.0], [9.0]]))
    np.testing.assert_allclose(parts.sum(axis=1), agents)
    assert parts[0, 1, 0] == parts[1, 0, 0] == 0.0
    pressure = np.array([12.0, 9.0]) / parts.sum(axis=0)[:, 0]
    assert pressure[0] == pytest.approx(pressure[1], rel=1e-3)
    alone = shared(agents, serves, np.array([[12.0], [0.0]]))
    np.testing.assert_allclose(alone.sum(axis=0)[:, 0], [16.0, 0.0])


def test_a_fraction_of_an_agent_lies_between_whole_ones() -> None:
    ones = np.ones(3)
    found = desks(0.1 * ones, 100.0 * ones, np.array([8.0, 8.5, 9.0]), np.inf * ones, 200.0 * ones)
    assert found.handled[1] == pytest.approx((found.handled[0] + found.handled[2]) / 2)
    within, _ = found.within(np.full(3, 20.0))
    assert within[1] == pytest.approx((within[0] + within[2]) / 2)


def test_split_groups_and_other_premises_are_flagged(plain: Plain) -> None:
    queues = {"calls": CLOSED, "second": {**CLOSED, "patience": "lognormal(4min, cv 1.0)"}}
    tree = {"reasons": {"call": {"queue": "calls"}, "other": {"queue": "second"}},
            "demand": {"calls": {"kind": "rates", "rate": "60/h", "reasons": {"call": "50%", "other": "50%"}}}}  # fmt: skip
    groups = {"team": {"site": "here", "skills": ["calls", "second"], "heads": 6}}
    result = run(plain(queues=queues, groups=groups, **tree), "erlang")
    assert {"split_group", "patience_law", "expectation"} <= codes(result)
    assert all(flag.what_ja and flag.what for flag in result.flags)
    assert len({reason.code for reason in REASONS}) == len(REASONS)


def overrun() -> dict[str, object]:
    """Quiet, then three hours of twice the load that the staff can bear, then quiet."""
    rates = [60.0] * 9 + [240.0] * 3 + [60.0] * 12
    demand = {"calls": {"kind": "rates", "by_interval": [f"{rate}/h" for rate in rates], "reasons": {"call": "100%"}}}
    return {"demand": demand, "queues__calls__patience": "exponential(20min)"}


def test_reasons_beside_the_simulation(plain: Plain) -> None:
    scenario = plain(**overrun())
    table = reasons(run(scenario, "erlang"), run(scenario, "sim", replications=30))
    assert table.height == 24
    words = {row["start"].hour: row for row in table.iter_rows(named=True)}
    assert "load_above_staff" in words[10]["reasons"]
    assert "backlog_carried" in words[12]["reasons"]
    assert words[12]["erlang_service_level"] > 0.9 > words[12]["simulated_service_level"]
    assert words[12]["outside"]
    quiet = table.filter(pl.col("reasons") == "")
    assert quiet.height >= 15
    assert set(quiet["reasons_en"]) == {LUCK}
    assert (quiet["erlang_service_level"] - quiet["simulated_service_level"]).abs().max() < 0.05
    assert all(row["reasons_ja"] for row in words.values())


def test_reasons_need_the_formula_and_one_horizon(plain: Plain) -> None:
    formula = run(plain(), "erlang")
    clock = {"start": "2027-03-02", "days": 1, "interval": "1h", "time_zone": "UTC", "holidays": []}
    fluid = run(plain(clock=clock), "fluid")
    with pytest.raises(InputError) as caught:
        reasons(fluid, formula)
    assert len(caught.value.problems) == 2
