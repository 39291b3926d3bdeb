"""The surrogate: tables against the exact formulas, hulls against brute force, bounds against SciPy."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_desk import NIGHT, curves, problem

from surgesim.base.laws import Exponential
from surgesim.base.shaped import Lognormal
from surgesim.erlang.single import erlang_a, erlang_b
from surgesim.planning.answers import Redials, answers, blocking
from surgesim.planning.hull import curve_of, upper_hull
from surgesim.planning.law import JP
from surgesim.planning.safety import checks, kept_bound, safe_probability
from surgesim.planning.watch import Seen


@pytest.mark.parametrize("patience", [Exponential(180.0), Lognormal(200.0, 1.0)], ids=str)
def test_tables_agree_with_the_formulas(patience):
    table = answers(patience, 480.0, 20.0, 5.0, Redials(), 2 / 3600, 200 / 3600)
    for row in (5, 60, 100):
        for n in (2, 10, 25):
            exact = erlang_a(arrival_rate=table.rates[row], aht=480.0, agents=n, patience=patience)
            assert table.answered[row, n] == pytest.approx(float(exact.answer_rate), abs=2e-3)
            assert table.within[row, n] == pytest.approx(float(exact.service_level(within=20.0)), abs=2e-3)
            less = float(exact.service_level(within=5.0, of="offered_less_short_abandons"))
            soon = float(exact.service_level(within=5.0))
            if less > 0:  # in time / (offered less short) gives the short ones, the same threshold being asked
                assert table.short[row, n] == pytest.approx(1.0 - soon / less, abs=2e-3)


def test_blocking_agrees_with_erlang_b():
    loads, lines = np.array([0.5, 8.0, 40.0]), np.array([1, 10, 50])
    exact = [[float(erlang_b(load=load, trunks=n)) for n in lines] for load in loads]
    np.testing.assert_allclose(blocking(loads, lines), exact, rtol=1e-9)


def test_redials_are_a_geometric_series_cut_off():
    lost = np.array([0.0, 0.3, 1.0])
    assert Redials(0.5, 3).calls(lost) == pytest.approx(1 + 0.5 * lost + 0.25 * lost**2)
    table = answers(Exponential(60.0), 300.0, 20.0, 5.0, Redials(0.6, 4), 1 / 3600, 100 / 3600)
    calls = table.offered[105, 3]
    lost_share = 1.0 - table.answered[105, 3] / calls
    assert calls == pytest.approx(float(Redials(0.6, 4).calls(np.array(lost_share))), abs=1e-3)
    assert calls > 1.2


@given(st.lists(st.floats(0.0, 1.0), min_size=3, max_size=12))
@settings(deadline=None)
def test_the_hull_lies_above_every_point_and_touches_some(values):
    x, y = np.arange(float(len(values))), np.array(values)
    kept = upper_hull(x, y)
    hull = np.interp(x, x[kept], y[kept])
    assert (hull >= y - 1e-9).all()
    assert kept[0] == 0
    assert kept[-1] == len(values) - 1
    slopes = np.diff(y[kept]) / np.diff(x[kept])
    assert (np.diff(slopes) <= 1e-9).all()


def test_a_curve_is_concave_and_near_the_service_it_stands_for():
    agents = np.arange(60.0)
    value = 100.0 * (1.0 / (1.0 + np.exp(-(agents - 20.0) / 2.0)) - 0.8)
    curve = curve_of(agents, value, 100.0)
    assert (np.diff(curve.slopes) <= 1e-9).all()
    assert (curve.slopes > 0).all()
    assert len(curve.widths) <= 8
    assert curve.at(28.0) == pytest.approx(value[28], abs=0.5)
    assert curve.at(1000.0) == pytest.approx(value.max(), abs=0.2)


def test_the_bound_of_a_probability_is_that_of_clopper_and_pearson():
    from scipy.stats import binomtest

    for kept in (0, 31, 90, 100):
        exact = binomtest(kept, 100, alternative="greater").proportion_ci(0.95, method="exact").low
        assert kept_bound(kept, 100, 0.95) == pytest.approx(exact, abs=1e-12)
    wanted = safe_probability(problem(probability=0.8, paths=100), 100)
    assert wanted is not None
    assert kept_bound(round(wanted * 100), 100, 0.95) >= 0.8
    assert kept_bound(round(wanted * 100) - 2, 100, 0.95) < 0.8
    fresh = safe_probability(problem(probability=0.8), 100)
    assert fresh is not None
    assert fresh > wanted + 0.01
    assert safe_probability(problem(), 100) is None


def _seen(share):
    """Return a run in which replication r answers share[r] of 50 calls per interval in time."""
    offered = np.full((len(share), 8, 1), 50.0)
    good = offered * np.asarray(share)[:, None, None]
    nothing = np.zeros_like(offered)
    columns = {"offered": offered, "answered_within": good, "handled": good, "abandoned": offered - good}
    return Seen({**columns, "blocked": nothing, "short_abandoned": nothing, "on_time": good}, np.zeros((len(share), 8, 0)))


def test_a_promise_in_expectation_is_judged_by_the_bound_of_the_ratio():
    desk = problem()
    sure = checks(desk, _seen([0.9, 0.91, 0.89, 0.9]))
    assert all(check.holds and check.missing == 0.0 for check in sure)
    unsure = checks(desk, _seen([0.6, 1.0, 0.7, 1.0]))  # 0.825 in the mean, but who knows
    assert not any(check.holds for check in unsure)
    assert all(check.value == pytest.approx(0.825) and check.bound < 0.8 and check.missing > 0 for check in unsure)


def test_a_promise_with_a_probability_is_judged_by_how_often_it_is_kept():
    half = _seen([0.9] * 60 + [0.1] * 40)
    assert all(check.holds for check in checks(problem(probability=0.5), half))
    assert not any(check.holds for check in checks(problem(probability=0.6), half))
    # of only 20 distinct paths, 60% kept proves much less
    assert not any(check.holds for check in checks(problem(probability=0.5, paths=20), half))


def test_night_hours_of_a_shift():
    hour = 3600.0
    assert JP.night_s(22 * hour, 31 * hour) == 7 * hour
    assert JP.night_s(9 * hour, 18 * hour) == 0.0
    assert JP.night_s(4 * hour, 8 * hour) == 1 * hour
    assert JP.break_needed_s(6 * hour) == 0.0
    assert JP.break_needed_s(7 * hour) == 0.75 * hour
    assert JP.break_needed_s(8.5 * hour) == 1 * hour
    assert NIGHT.dispatch_days == 31


def test_a_curve_gives_what_its_segments_add_up_to():
    model = curves(replace(problem()))
    curve = model.curves[0, 0]
    assert curve.at(0.0) == -80.0
    assert curve.at(5.0) == pytest.approx(0.0)
    assert curve.at(7.5) == pytest.approx(10.0)
    assert curve.at(99.0) == pytest.approx(20.0)


def test_luck_of_the_demand_that_is_known_is_taken_out_of_what_was_seen():
    desk = problem()
    luck = np.linspace(-1.0, 1.2, 200)
    saw = _seen(list(0.85 - 0.05 * luck))
    known = replace(saw, controls=luck[:, None])
    promise = desk.promises[0]
    assert (known.estimate(promise).error < 0.1 * saw.estimate(promise).error).all()
    shown, plain = (checks(desk, one)[0] for one in (known, saw))
    assert shown.value == pytest.approx(0.85, abs=1e-3)
    assert plain.bound < shown.bound <= shown.value
