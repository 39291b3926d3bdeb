import re
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from surgesim.base.errors import DomainError, HistoryError
from surgesim.base.streams import standard_normals, uniforms
from surgesim.demand.forecast import forecast
from surgesim.demand.kernel import surge_shape

FIRST = date(2026, 1, 5)
WEEK = np.array([1.3, 1.1, 1.0, 1.0, 1.1, 0.8, 0.7])
PEAK = 60
PARTS = {"a": "09:00-13:00", "b": "13:00-17:00", "c": "17:00-21:00"}


def counts(days=100, peak=PEAK, level=2000.0, noise=0.06):
    since = np.arange(days) - float(peak)
    luck = standard_normals(uniforms(7, 0, np.arange(days), 0, 112))
    shape = surge_shape(since, 5.0, 6.0, 14.0, 1.0, 1.0)
    return np.rint(level * shape * WEEK[np.arange(days) % 7] * np.exp(noise * luck))


def frame(days=100, **options):
    stamps = [(FIRST + timedelta(days=at)).isoformat() for at in range(days)]
    return pl.DataFrame({"start": stamps, "offered": counts(days, **options)})


def flat(days=90):
    return pl.DataFrame({
        "start": [FIRST + timedelta(days=at) for at in range(days)],
        "offered": [500.0 * WEEK[at % 7] for at in range(days)],
    })  # fmt: skip


def day(at):
    return (FIRST + timedelta(days=at)).isoformat()


def test_the_table_has_the_promised_columns_and_orders_its_quantiles():
    made = forecast(frame(), as_of=day(66), country=None)
    assert made.table.columns == ["start", "mean", "p05", "p25", "p50", "p75", "p95"]
    assert made.table["start"].to_list() == [FIRST + timedelta(days=at) for at in range(67, 81)]
    quantiles = made.table.select("p05", "p25", "p50", "p75", "p95").to_numpy()
    assert (np.diff(quantiles, axis=1) > 0).all()
    with pytest.raises(AttributeError):
        made.table = None


@pytest.mark.parametrize("days", [4, 7, 10])
def test_after_the_peak_the_next_fortnight_is_met_better_than_by_the_last_week(days):
    origin = PEAK + 1 + days
    made = forecast(frame(), as_of=day(origin - 1), country=None)
    actual = counts()[origin : origin + 14]
    miss = np.abs(made.table["p50"].to_numpy() - actual).sum()
    naive = np.abs(np.resize(counts()[origin - 7 : origin], 14) - actual).sum()
    assert miss < 0.5 * naive
    assert made.state > 0.5
    assert made.state.mode == "after"


def test_while_it_rises_the_peak_is_probably_ahead():
    made = forecast(frame(), as_of=day(PEAK - 4), country=None)
    assert made.state < 0.5
    assert made.state.mode == "before"
    assert "ahead" in made.explain()


def test_what_comes_after_as_of_cannot_matter():
    changed = frame().with_columns(pl.when(pl.arange(100) > 66).then(9999.0).otherwise(pl.col("offered")).alias("offered"))
    a = forecast(frame(), as_of=day(66), paths=5)
    b = forecast(changed, as_of=day(66), paths=5)
    assert a.table.equals(b.table)
    np.testing.assert_array_equal(a.paths, b.paths)


def test_quiet_weeks_are_forecast_by_weekday():
    made = forecast(flat(), "7d", country=None)
    assert made.state.mode == "quiet"
    np.testing.assert_allclose(made.table["p50"], 500.0 * WEEK[(90 + np.arange(7)) % 7], rtol=0.15)


def test_an_announcement_lifts_a_quiet_desk_and_an_empty_one():
    quiet = forecast(flat(), country=None)
    told = forecast(flat(), announcements=[day(89)], country=None)
    assert told.state.mode == "announced"
    assert told.table["mean"].sum() > 1.2 * quiet.table["mean"].sum()
    new = forecast(None, announcements=["2026-06-01"], usual=500, country=None)
    assert new.table.height == 14
    assert new.table["mean"].max() > 1000
    with pytest.raises(HistoryError, match="usual"):
        forecast(None, announcements=["2026-06-01"])


def test_a_new_day_changes_the_forecast_and_is_explained():
    made = forecast(frame(), as_of=day(66), country=None)
    hot = pl.DataFrame({"start": [day(67)], "offered": [3.0 * float(made.table["p50"][0])]})
    after = made.update(hot)
    assert after.table["start"][0] == FIRST + timedelta(days=68)
    shared = after.table.join(made.table, on="start", suffix="_old")
    assert shared["mean"].sum() > shared["mean_old"].sum()
    first = after.explain().splitlines()[0]
    assert first.startswith("+")
    assert "above the band" in first
    assert made.update(frame()[67:68]).table.equals(forecast(frame(), as_of=day(67), country=None).table)


def parts_frame(days):
    whole = counts(days)
    shares = {"a": 0.4, "b": 0.4, "c": 0.2}
    return pl.DataFrame({"start": [day(at) for at in range(days)]} | {k: whole * v for k, v in shares.items()})


def test_parts_of_the_day_are_spread_over_half_hours_and_the_day_keeps_its_sum():
    options = {"as_of": day(66), "parts": PARTS, "country": None}
    whole = forecast(parts_frame(90), **options)
    fine = forecast(parts_frame(90), interval="30min", **options)
    assert fine.table.height == 14 * 24
    assert fine.table["start"][0] == datetime(2026, 3, 13, 9, 0)
    sums = fine.table.group_by_dynamic("start", every="1d").agg(pl.col("mean").sum())["mean"]
    np.testing.assert_allclose(sums, whole.table["mean"], rtol=1e-9)
    first = fine.table["mean"].to_numpy()[:24].reshape(3, 8).sum(axis=1)
    np.testing.assert_allclose(first / first.sum(), [0.4, 0.4, 0.2], atol=0.01)


def test_whole_days_cannot_be_cut_without_being_told_how():
    with pytest.raises(HistoryError, match="opening"):
        forecast(flat(), interval="30min")
    assert forecast(flat(), "1d", interval="30min", opening="09:00-18:00").table.height == 18


def test_paths_have_the_bands_margins_and_days_that_move_together():
    made = forecast(parts_frame(90), as_of=day(66), parts=PARTS, interval="30min", paths=4000, country=None)
    assert made.paths.shape == (4000, made.table.height)
    assert made.paths.min() >= 0
    np.testing.assert_allclose(made.paths.mean(axis=0), made.table["mean"], rtol=0.06)
    inside = (made.paths >= made.table["p05"].to_numpy()) & (made.paths <= made.table["p95"].to_numpy())
    assert 0.85 < inside.mean() < 0.95
    daily = made.paths.reshape(4000, 14, 24).sum(axis=2)
    together = np.corrcoef(daily.T)
    assert together[6, 7] > together[0, 13] > -0.1
    assert together[6, 7] > 0.3
    hours = made.paths[:, :24] / daily[:, :1]
    near, far = np.corrcoef(hours[:, 3], hours[:, 4])[0, 1], np.corrcoef(hours[:, 3], hours[:, 20])[0, 1]
    assert near > far


def test_same_seed_same_paths_and_more_paths_keep_the_first():
    few, many = (forecast(frame(), as_of=day(66), paths=n, seed=3, country=None).paths for n in (5, 20))
    np.testing.assert_array_equal(few, many[:5])
    assert not np.array_equal(few, forecast(frame(), as_of=day(66), paths=5, seed=4, country=None).paths)


def test_counts_at_capacity_hide_demand():
    cut = frame(peak=62).with_columns(pl.col("offered").clip(upper_bound=1200))
    free = forecast(cut, as_of=day(63), country=None)
    told = forecast(cut, as_of=day(63), capacity=1200, country=None)
    assert told.table["mean"].sum() > 1.05 * free.table["mean"].sum()


def test_today_so_far_moves_the_rest_of_today():
    hours = [{"start": f"{day(at)} {hour:02d}:00", "offered": 50.0} for at in range(40) for hour in range(9, 18)]
    quiet = forecast(pl.DataFrame(hours), "8h", as_of=f"{day(39)} 12:00:00", country=None)
    assert quiet.table["start"][0] == datetime.fromisoformat(f"{day(39)} 12:00")
    for row in hours[-9:-6]:
        row["offered"] = 150.0
    busy = forecast(pl.DataFrame(hours), "8h", as_of=f"{day(39)} 12:00:00", country=None)
    assert busy.table["mean"].sum() > 1.4 * quiet.table["mean"].sum()


def test_a_surge_inside_the_baseline_window_is_named_with_rows():
    made = forecast(frame(), country=None)
    (note,) = [str(note) for note in made.notes if "surge days" in str(note)]
    first, last = (int(number) for number in re.findall(r"rows (\d+) and (\d+)", note)[0])
    assert PEAK - 12 < first <= PEAK  # rows of a frame count from 1
    assert PEAK < last < PEAK + 40
    kept = forecast(frame(days=200), country=None)  # the surge lies inside the window of the usual level
    usual = counts(days=200)[-28:].mean()
    np.testing.assert_allclose(kept.table["p50"].mean(), usual, rtol=0.1)


def test_unknown_names_are_refused():
    with pytest.raises(DomainError, match="stretched"):
        forecast(frame(), as_of=day(66), kernel="cubic")
    with pytest.raises(DomainError, match="local"):
        forecast(flat(), baseline="oracle")
    with pytest.raises(DomainError, match="known"):
        forecast(flat(), exclude=["atlantis"])


def test_an_announcement_amid_a_surge_is_averaged_with_how_the_surge_goes_on():
    going = forecast(frame(), as_of=day(66), country=None).table["p50"].to_numpy()
    told = forecast(frame(), as_of=day(66), announcements=day(66), country=None)
    assert told.state.mode == "announced"
    assert (told.table["p50"].to_numpy() > going).all()
    again = forecast(frame(), as_of=day(66), announcements=[day(66), FIRST + timedelta(days=66)], country=None)
    assert again.table.equals(told.table)  # the same day twice is one announcement


def test_an_announcement_that_no_surge_answered_in_two_weeks_is_over():
    quiet = forecast(flat(), country=None)
    assert forecast(flat(), announcements=[day(70), day(-400)], country=None).table.equals(quiet.table)
    assert forecast(flat(), announcements=[day(80)], country=None).state.mode == "announced"


def test_without_history_the_band_is_wide_and_its_week_is_that_of_past_desks():
    made = forecast(None, announcements=["2026-06-01"], usual=500, country=None)
    table = made.table
    assert float(((table["p95"] - table["p05"]) / table["mean"]).mean()) > 2.0
    sunday = table.filter(pl.col("start").dt.weekday() == 7)["p50"][0]
    monday = table.filter(pl.col("start").dt.weekday() == 1)["p50"][0]
    assert sunday < 0.85 * monday
