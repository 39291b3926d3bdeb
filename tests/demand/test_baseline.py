from datetime import date

import numpy as np
import polars as pl

from surgesim.demand.baseline import (
    HOLIDAY_RIDGE,
    WEEKDAY_RIDGE,
    Calendar,
    _penalty,
    _solve,
    daily_totals,
    intraday_profile,
    split,
    surge_days,
)
from surgesim.demand.history import read_history
from surgesim.demand.usual import choose, run_model

WEEK = np.array([1.4, 1.1, 1.0, 1.0, 1.1, 0.8, 0.6])
MONDAY = date(2026, 2, 2)


def weekly(days, level=500.0):
    return level * WEEK[np.arange(days) % 7]


def test_weekday_factors_are_recovered():
    parts = split(weekly(84), Calendar(MONDAY, None))
    factor = np.exp(parts.effect[:7] - parts.effect[:7].mean())
    truth = WEEK / np.exp(np.log(WEEK).mean())
    np.testing.assert_allclose(factor, truth, rtol=0.08)  # the ridge holds back about a twelfth


def test_a_missing_day_does_not_move_the_level():
    holed = weekly(84)
    holed[[20, 50, 83]] = np.nan
    whole, part = split(weekly(84), Calendar(MONDAY, None)), split(holed, Calendar(MONDAY, None))
    np.testing.assert_allclose(part.level, whole.level, atol=0.05)


def test_the_level_and_the_calendar_solve_the_normal_equations():
    days, calendar = 40, Calendar(MONDAY, "JP")
    log, weight = np.sin(np.arange(days)), np.where(np.arange(days) % 7 == 3, 0.0, 0.8)
    design = calendar.design(0, days)
    level, effect = _solve(log, weight, design, _penalty(days, 5.0, 0.7))
    first, second = np.diff(np.eye(days), axis=0), np.diff(np.eye(days), 2, axis=0)
    ridge = np.array([WEEKDAY_RIDGE] * 7 + [HOLIDAY_RIDGE])
    rest = weight * (log - level - design @ effect)
    np.testing.assert_allclose(rest, (0.7 * first.T @ first + 5.0 * second.T @ second) @ level, atol=1e-7)
    np.testing.assert_allclose(design.T @ rest, ridge * effect, atol=1e-7)


def test_surge_days_are_tagged_and_usual_ones_are_not():
    counts = weekly(120)
    counts[60:75] *= 4.0
    tagged = surge_days(counts, Calendar(MONDAY, None))
    assert tagged[62:73].all()
    assert not tagged[:50].any()
    assert not tagged[90:].any()


def test_a_public_holiday_counts_like_a_sunday():
    counts = weekly(120)
    calendar = Calendar(MONDAY, "JP")
    parts = split(counts, calendar, window=120)
    first_of_may = (date(2026, 5, 4) - MONDAY).days
    monday, holiday = calendar.design(0, 1) @ parts.effect, calendar.design(first_of_may, 1) @ parts.effect
    assert holiday[0] < monday[0] - 0.3


def test_a_holed_day_is_filled_by_its_share_not_by_zero():
    rows = [(f"2026-02-{day:02d} {hour:02d}:00", 10 * hour) for day in range(2, 20) for hour in range(9, 13)]
    frame = pl.DataFrame(rows, schema=["start", "offered"], orient="row")[:-1]
    totals = daily_totals(read_history(frame))
    assert abs(totals[-1] - totals[0]) < 1.0


def test_the_profile_keeps_the_sum_of_each_part_when_it_is_cut_finer():
    frame = pl.DataFrame({
        "start": [f"2026-02-{day:02d}" for day in range(2, 16)],
        "a": [100] * 14,
        "b": [300] * 14,
        "c": [200] * 14,
    })  # fmt: skip
    history = read_history(frame, parts={"a": "09:00-13:00", "b": "13:00-17:00", "c": "17:00-21:00"})
    profile = intraday_profile(history, np.ones(14, dtype=bool))
    half_hours = profile.shares(0, np.arange(9 * 3600, 21 * 3600 + 1, 1800))
    np.testing.assert_allclose(half_hours.reshape(3, 8).sum(axis=1), [1 / 6, 1 / 2, 1 / 3], atol=0.02)
    assert (half_hours >= 0).all()


def test_the_model_of_a_steady_week_predicts_the_week():
    counts = weekly(90)
    calendar = Calendar(MONDAY, None)
    parts, outlook = run_model(choose(counts, calendar).name, counts, calendar, 7)
    guess = np.exp(outlook.log_median + calendar.design(90, 7) @ parts.effect)
    np.testing.assert_allclose(guess, weekly(97)[90:], rtol=0.08)
