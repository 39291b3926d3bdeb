"""What is fitted: constants recovered from made-up surges, decay laws, capacity, and the choice of the usual days' model."""

import sys
from datetime import date, timedelta
from types import ModuleType

import numpy as np
import polars as pl
import pytest

import surgesim as ss
from surgesim.base.errors import DomainError, HistoryError
from surgesim.base.streams import standard_normals, uniforms
from surgesim.demand.baseline import Calendar
from surgesim.demand.forecast import forecast
from surgesim.demand.kernel import DECAYS, surge_shape
from surgesim.demand.pastcase import fit_case
from surgesim.demand.usual import choose

FIRST, PEAK, LEVEL = date(2026, 1, 5), 60, 2000.0
WEEK = np.array([1.3, 1.1, 1.0, 1.0, 1.1, 0.8, 0.7])


def day(at):
    return (FIRST + timedelta(days=at)).isoformat()


def surge(days=110, ratio=5.0, decay=14.0, stretch=1.0, floor=1.0, kind="stretched", noise=0.04):
    since = np.arange(days) - float(PEAK)
    luck = standard_normals(uniforms(11, 0, np.arange(days), 0, 112))
    shape = surge_shape(since, ratio, 6.0, decay, stretch, floor, kind)
    return np.rint(LEVEL * shape * WEEK[np.arange(days) % 7] * np.exp(noise * luck))


def frame(counts):
    return pl.DataFrame({"start": [day(at) for at in range(len(counts))], "offered": counts})


def half_life(made):
    facts = made.daily.outlook.facts
    return facts["decay_days"] * np.log(2.0) ** (1.0 / facts["stretch"])


@pytest.mark.parametrize("decay", [8.0, 14.0, 25.0])
def test_the_constants_of_a_past_surge_are_recovered(decay):
    """Stated tolerance: ratio, decay and rise 15 %, stretch 0.1, floor 25 %."""
    case = fit_case(surge(ratio=8.0, decay=decay), FIRST, FIRST + timedelta(days=PEAK), "x", "x", None)
    assert case.ratio == pytest.approx(8.0, rel=0.15)
    assert case.rise_days == pytest.approx(6.0, rel=0.15)
    assert case.decay_days == pytest.approx(decay, rel=0.15)
    assert case.stretch == pytest.approx(1.0, abs=0.1)
    assert case.floor_over_usual == pytest.approx(1.0, rel=0.25)


def test_the_forecast_learns_half_life_height_and_week_from_two_weeks_after_the_peak():
    """Leaned on past cases, so within 45 % and in the right order; height 25 %, weekdays 10 %."""
    lives = []
    for decay in (8.0, 14.0, 25.0):
        made = forecast(frame(surge(decay=decay)), as_of=day(PEAK + 14), peak=day(PEAK), country=None)
        lives.append(half_life(made))
        assert lives[-1] == pytest.approx(decay * np.log(2.0), rel=0.45)
        assert made.daily.outlook.facts["height"] == pytest.approx(LEVEL, rel=0.25)
        factor = np.exp(made.daily.parts.effect[:7])
        np.testing.assert_allclose(factor / factor.mean(), WEEK / WEEK.mean(), rtol=0.1)
    assert lives == sorted(lives)


@pytest.mark.parametrize("kind", DECAYS)
def test_every_decay_law_forecasts_its_own_kind_of_surge(kind):
    counts = surge(kind=kind, stretch=0.8)
    made = forecast(frame(counts), as_of=day(PEAK + 10), kernel=kind, peak=day(PEAK), country=None)
    actual = counts[PEAK + 11 : PEAK + 25]
    naive = np.resize(counts[PEAK + 4 : PEAK + 11], 14)
    miss = np.abs(made.table["p50"].to_numpy() - actual).sum()
    assert miss < 0.5 * np.abs(naive - actual).sum()
    assert miss < 0.15 * actual.sum()


@pytest.mark.parametrize(("capacity", "after"), [(900.0, -2), (1100.0, 1), (1300.0, 3)])
def test_counts_at_capacity_say_only_that_demand_was_at_least_as_high(capacity, after):
    truth = surge(noise=0.0)
    known, origin = frame(np.minimum(truth, capacity)), PEAK + after
    free = forecast(known, as_of=day(origin - 1), country=None).table["mean"].sum()
    told = forecast(known, as_of=day(origin - 1), capacity=capacity, country=None).table["mean"].sum()
    actual = truth[origin : origin + 14].sum()
    assert abs(told / actual - 1.0) < 0.8 * abs(free / actual - 1.0)


def test_the_model_with_the_smallest_rolling_error_is_chosen_if_it_is_clearly_better():
    calendar = Calendar(FIRST, None)
    restless = 500.0 * WEEK[np.arange(120) % 7] * np.exp(0.5 * standard_normals(uniforms(5, 0, np.arange(120), 0, 112)))
    rising = 100.0 * WEEK[np.arange(120) % 7] * np.exp(0.03 * np.arange(120))
    assert choose(np.rint(restless), calendar).name != "trend"
    assert choose(np.rint(rising), calendar).name == "trend"
    assert choose(np.rint(rising), calendar, "local").name == "local"


def test_without_the_extra_its_models_are_refused_by_name(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsforecast", None)
    for name in ("AutoETS", "best"):
        with pytest.raises(DomainError, match=r"surgesim\[statsforecast\]"):
            forecast(frame(surge()), as_of=day(20), baseline=name)


SLOPE = -0.06


class Seer:
    """A model of the extra that knows how the made-up level goes on."""

    def __init__(self, season_length=1):
        assert season_length == 1  # the week is taken off before

    def forecast(self, known, h, level):
        assert level == [80]
        ahead = known[-1] + SLOPE * np.arange(1, h + 1)
        return {"mean": ahead, "hi-80": ahead + 0.1}


def test_the_best_of_all_is_chosen_by_rolling_error_where_the_extra_is_installed(monkeypatch):
    package, models = ModuleType("statsforecast"), ModuleType("statsforecast.models")
    for name in ("AutoETS", "AutoARIMA", "AutoTheta"):
        setattr(models, name, Seer)
    package.models = models
    monkeypatch.setitem(sys.modules, "statsforecast", package)
    monkeypatch.setitem(sys.modules, "statsforecast.models", models)
    falling = np.rint(1e6 * np.exp(SLOPE * np.arange(90)))
    made = forecast(frame(falling), baseline="best", country=None)
    assert made.daily.tried.name == "AutoETS"
    truth = 1e6 * np.exp(SLOPE * np.arange(90, 104))
    np.testing.assert_allclose(made.table["p50"], truth, rtol=0.1)
    assert "AutoETS" in made.explain()
    assert forecast(frame(falling), baseline="auto", country=None).daily.tried.name != "AutoETS"


def test_own_surges_join_the_library_and_move_the_next_forecast():
    slow = frame(surge(days=140, decay=40.0))
    own = ss.case_library().fit(slow, day(PEAK), "ours", country=None)
    assert [case.region for case in own.cases].count("ours") == 1
    assert own.cases[-1].decay_days > 20.0
    assert own.without("ours").cases == ss.case_library().cases
    fast = ss.case_library().fit(frame(surge(days=140, decay=6.0)), day(PEAK), "ours", country=None)
    known = {"as_of": day(PEAK + 3), "peak": day(PEAK), "country": None}
    short, long = (
        ss.forecast(slow, library=library.with_cases(*[library.cases[-1]] * 40), **known).table["p50"].sum()
        for library in (fast, own)
    )
    assert long > 1.2 * short
    with pytest.raises(HistoryError) as caught:
        own.fit(slow, [day(400), day(138)], "ours")
    assert len(caught.value.problems) == 2


def test_days_of_an_update_have_no_row_in_the_history():
    made = forecast(frame(surge(days=68)), country=None).update(pl.DataFrame({"start": [day(68)], "offered": [9000]}))
    assert made.history.rows.tolist() == [*range(1, 69), 0]
