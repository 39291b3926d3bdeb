"""Sensitivities, break-even and frontier, against answers known from elsewhere."""

import math
from typing import Any

import numpy as np
import polars as pl
import pytest

import surgesim as ss
from surgesim import erlang
from surgesim.base.errors import InputError
from surgesim.base.streams import uniforms
from surgesim.scenario.scenario import Scenario
from surgesim.study.dial import Dial, dial
from surgesim.study.frontier import unbeaten
from surgesim.study.sensitivity import indices
from surgesim.study.study import Study

HEADS = "groups.team.heads"
Floats = np.ndarray[Any, np.dtype[np.float64]]


def ishigami(design: Floats) -> Floats:
    x, y, z = design.T
    return np.asarray(np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x))


ANGLES = [Dial(f"x{k}", -math.pi, math.pi, False) for k in range(3)]


def noisy(values: Floats, replications: int, spread: float) -> tuple[Floats, Floats]:
    """Replications whose mean is off by noise: ratios of sums with unequal denominators."""
    points = np.arange(len(values))
    marks = np.stack([uniforms(5, r, points, 0, 1) for r in range(replications)])
    bottom = 1.0 + 0.5 * np.stack([uniforms(6, r, points, 0, 1) for r in range(replications)])
    return (values + spread * (marks - 0.5)) * bottom, bottom


def test_sobol_indices_of_ishigami_are_the_published_ones() -> None:
    """Ishigami and Homma (1990); a = 7, b = .1: first .3139 .4424 0, total .5576 .4424 .2437 (Saltelli et al. 2008)."""

    def respond(design: Floats) -> tuple[Floats, Floats]:
        return noisy(ishigami(design), 4, 0.0)

    table, points = indices("sobol", ANGLES, respond, 4096, 0.95, 1)
    assert points == 4096 * 5
    table = table.sort("path")
    np.testing.assert_allclose(table["first"], [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(table["total"], [0.5576, 0.4424, 0.2437], atol=0.02)
    assert (table["first_half"] < 0.1).all()
    assert (table["total_noise"] < 1e-9).all()


def test_noise_of_replications_is_told() -> None:
    """With noisy replications the indices move; the error told is of the size by which they move over other luck."""
    found = []
    for shift in range(8):

        def respond(design: Floats, shift: int = shift) -> tuple[Floats, Floats]:
            values = ishigami(design)
            points = np.arange(len(values))
            marks = np.stack([uniforms(100 + shift, r, points, 0, 1) for r in range(12)])
            return values + 60.0 * (marks - 0.5), np.ones((12, len(values)))

        found.append(indices("sobol", ANGLES, respond, 256, 0.95, 1)[0].sort("path"))
    moved = np.std([table["total"].to_numpy() for table in found], axis=0, ddof=1)
    told = np.mean([table["total_noise"].to_numpy() for table in found], axis=0)
    assert (told > 0.4 * moved).all()
    assert (told < 2.5 * moved).all()


def test_morris_effects_of_a_line_are_its_slopes() -> None:
    knobs = [Dial("a", 0.0, 2.0, False), Dial("b", 1.0, 2.0, False), Dial("c", 0.0, 1.0, False)]

    def respond(design: Floats) -> tuple[Floats, Floats]:
        return noisy(3.0 * design[:, 0] - 5.0 * design[:, 1], 2, 0.0)

    table, points = indices("morris", knobs, respond, 10, 0.95, 1)
    assert points == 40
    assert table["path"].to_list() == ["a", "b", "c"]  # 6, 5, 0 over their ranges
    np.testing.assert_allclose(table["mu_star"], [6.0, 5.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(table["mu"], [6.0, -5.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(table["sigma"], 0.0, atol=1e-9)


def test_one_at_a_time_is_a_paired_comparison_with_the_base(desk: Scenario) -> None:
    ranges = {
        "demand.calls.rate": ("54/h", "66/h"),
        HEADS: (5, 7),
        "queues.mail.handling.talk": ("exponential(9min)", "exponential(11min)"),
    }
    found = Study(desk, replications=6).sensitivity(ranges, "service_level", "calls", workers="threads:2")
    assert found.points == 7
    assert found.table["path"][-1] == "queues.mail.handling.talk"
    base, less = (ss.run(one, replications=6) for one in (desk, desk.but("less", {HEADS: 5})))
    expected = ss.compare(base, less, by="queue", of=["service_level"]).table.filter(pl.col("queue").cast(pl.String) == "calls")
    row = found.table.filter(pl.col("path") == HEADS).row(0, named=True)
    assert found.base == pytest.approx(expected["a"][0])
    assert row["at_low"] == pytest.approx(expected["b"][0])
    assert row["change_low"] == pytest.approx(expected["difference"][0])
    assert (row["change_low_from"], row["change_low_to"]) == pytest.approx((expected["low"][0], expected["high"][0]))
    assert row["change_low"] < 0.0 < row["change_high"]


def test_sobol_and_morris_of_a_scenario(desk: Scenario) -> None:
    ranges = {"demand.calls.rate": ("50/h", "70/h"), HEADS: (5, 8), "queues.calls.redial.attempts": (2, 3)}
    study = Study(desk, replications=4)
    sobol = study.sensitivity(ranges, "service_level", "calls", "sobol", 16, workers="threads:2")
    morris = study.sensitivity(ranges, "service_level", "calls", "morris", 4, workers="threads:2")
    assert (sobol.points, morris.points) == (80, 16)
    for found, size, noise in ((sobol, "total", "total_noise"), (morris, "mu_star", "mu_star_noise")):
        assert found.table["path"][2] == "queues.calls.redial.attempts"
        assert (found.table[noise] > 0).all()
        assert found.table[size][0] > 2 * found.table[size][2]


def test_wrong_ranges_are_told_at_once(desk: Scenario) -> None:
    ranges = {"demand.calls.rate": ("54/h", "66/min"), HEADS: (7, 5), "groups.team.heeds": (1, 2), "sites.here.seats": (1, 2, 3)}
    with pytest.raises(InputError) as caught:
        Study(desk).sensitivity(ranges, "service_level")
    for part in ("do not differ in one number", "7 is not below 5", "heeds", "are not two values"):
        assert part in str(caught.value)
    with pytest.raises(InputError, match="did you mean 'sobol'"):
        Study(desk).sensitivity({HEADS: (5, 6)}, "service_level", method="sobel")
    with pytest.raises(InputError, match="power of 2"):
        Study(desk).sensitivity({HEADS: (5, 6)}, "service_level", method="sobol", size=10)
    with pytest.raises(InputError, match="no sums by replication"):
        Study(desk, replications=2).sensitivity({HEADS: (5, 6)}, "wait_p90_s")


def test_a_dial_turns_one_number_of_a_written_value() -> None:
    knob = dial("x", ("lognormal(4min 30s, cv 0.8)", "lognormal(8min 30s, cv 0.8)"))
    assert (knob.low, knob.high, knob.written(5.25)) == (4.0, 8.0, "lognormal(5.25min 30s, cv 0.8)")
    assert dial("x", ("1_000 JPY/head/h", "2_000 JPY/head/h")).written(1500) == "1500 JPY/head/h"
    assert dial("x", (3, 9)).written(4.4) == 4
    assert dial("x", (3, 9.0)).written(4.4) == 4.4


def stationary(rate: float, patience: str) -> Scenario:
    """One desk without day and night, for which formulas are exact but for its empty start."""
    tree = {
        "surgesim": 1, "name": "mmc",
        "clock": {"start": "2027-01-04", "days": 10, "interval": "1h", "time_zone": "UTC", "holidays": []},
        "hours": {"always": {"every_day": "00:00-24:00"}},
        "reasons": {"call": {"queue": "calls"}},
        "demand": {"calls": {"kind": "rates", "rate": f"{rate:g}/h", "reasons": {"call": "100%"}}},
        "queues": {
            "calls": {
                "hours": "always", "handling": {"talk": "exponential(3min)"}, "patience": patience, "answer_within": "20s",
            },
        },
        "sites": {"here": {"seats": 100}},
        "groups": {"team": {"site": "here", "skills": ["calls"], "heads": 20}},
    }  # fmt: skip
    return Scenario.build(tree)


@pytest.mark.parametrize(("rate", "patience"), [(200.0, None), (240.0, 120.0)])
def test_break_even_agents_are_those_of_the_formula(rate: float, patience: float | None) -> None:
    law = "never" if patience is None else f"exponential({patience:g}s)"
    study = Study(stationary(rate, law), replications=10)
    low = 11 if patience is None else 4
    found = study.break_even(HEADS, (low, 40), "service_level", 0.85, workers="threads:2")
    exact = int(erlang.agents_for(target=0.85, within=20, arrival_rate=rate / 3600, aht=180.0, patience=patience))
    assert found.value == exact == found.written
    assert found.low is not None
    assert found.high is not None
    assert found.low <= exact <= found.high <= found.low + 1
    assert found.tried.height < 15


def test_break_even_of_a_rate_is_that_of_the_formula() -> None:
    """Which call rate do 14 agents answer with 80 % in 20 s? The interval of the search holds the exact rate."""
    study = Study(stationary(200.0, "never").but("fourteen", {HEADS: 14}), replications=20)
    found = study.break_even("demand.calls.rate", ("150/h", "260/h"), "service_level", 0.8, workers="threads:2")

    def level(rate: float) -> float:
        return float(erlang.erlang_c(arrival_rate=rate / 3600, aht=180.0, agents=14).service_level(within=20))

    from scipy.optimize import brentq

    exact = brentq(lambda rate: level(rate) - 0.8, 150.0, 260.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low < exact < found.high
    assert found.high - found.low < 0.05 * exact
    assert found.low < found.value < found.high
    assert str(found.written).endswith("/h")


def test_a_target_out_of_reach_is_refused(desk: Scenario) -> None:
    with pytest.raises(InputError, match=r"does not reach 0.99; search beyond 4 to 6"):
        Study(desk, replications=3).break_even(HEADS, (4, 6), "service_level", 0.99, workers="serial")


def test_wages_are_paid_hours_at_the_wage(desk: Scenario) -> None:
    answers = Study(desk, {HEADS: [5, 6, 8, 10]}, replications=4).run("serial")
    table = answers.frontier("wages_jpy", "service_level", "calls")
    assert table["cost"].to_list() == [heads * 16 * 2000.0 for heads in (5, 6, 8, 10)]
    assert table["on_frontier"].all()
    assert table.filter(pl.col(HEADS) == 6)["value"][0] == pytest.approx(
        answers[1].measures("queue", "service_level").filter(pl.col("queue").cast(pl.String) == "calls")["value"][0]
    )


def test_the_frontier_leaves_out_what_another_point_beats(desk: Scenario) -> None:
    answers = Study(desk, {HEADS: [5, 8], "demand.calls.rate": ["60/h", "80/h"]}, replications=4).run("serial")
    table = answers.frontier(HEADS, "service_level", "calls").sort("point")
    assert table["on_frontier"].to_list() == [True, False, True, False]
    less = answers.frontier("paid_h", "abandonment", "calls").sort("point")
    assert less["on_frontier"].to_list() == [True, False, True, False]
    assert unbeaten(np.array([1.0, 1.0, 2.0, 3.0]), np.array([0.5, 0.5, 0.5, 0.9])) == [True, True, False, True]
