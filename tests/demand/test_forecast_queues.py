"""Several queues in one history, stamps in UTC, every grain from five minutes to a day."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from surgesim.base.errors import HistoryError
from surgesim.demand.forecast import forecast
from surgesim.demand.history import read_history

FIRST = date(2026, 1, 5)
WEEK = np.array([1.3, 1.1, 1.0, 1.0, 1.1, 0.8, 0.7])


def day(at):
    return (FIRST + timedelta(days=at)).isoformat()


def two_queues(days=70, own=0.0):
    common = 1.0 + 0.3 * np.sin(np.arange(days) / 9.0)
    other = 1.0 + 0.3 * np.sin(np.arange(days) / 9.0 + own)
    rows = [(day(at), "sales", round(200 * common[at] * WEEK[at % 7])) for at in range(days)]
    rows += [(day(at), "support", round(500 * other[at] * WEEK[at % 7])) for at in range(days)]
    return pl.DataFrame(rows, schema=["start", "queue", "offered"], orient="row")


def test_each_queue_gets_a_forecast_and_the_total_is_their_sum_path_by_path():
    made = forecast(two_queues(), paths=50, country=None)
    assert list(made.queues) == ["sales", "support"]
    parts = [one.paths for one in made.queues.values()]
    np.testing.assert_array_equal(made.paths, parts[0] + parts[1])
    np.testing.assert_allclose(made.table["mean"], sum(one.table["mean"] for one in made.queues.values()))
    table = made.by_queue()
    assert table.columns[0] == "queue"
    assert table["queue"].unique().sort().to_list() == ["sales", "support", "total"]
    assert table.height == 3 * 14
    alone = forecast(two_queues(), queue="sales", country=None)
    assert alone.table.equals(made.queues["sales"].table)


def test_queues_that_moved_together_give_a_wider_total_than_queues_that_did_not():
    def share_of_the_sum(own):
        made = forecast(two_queues(own=own), country=None)
        parts = sum(one.table["p95"] - one.table["p05"] for one in made.queues.values())
        return float(((made.table["p95"] - made.table["p05"]) / parts).mean())

    together, against = share_of_the_sum(0.0), share_of_the_sum(np.pi)
    assert against + 0.05 < together < 1.02


def test_an_update_goes_to_the_queue_that_it_names():
    made = forecast(two_queues(), country=None)
    rows = pl.DataFrame({
        "start": [day(70), day(70)],
        "queue": ["sales", "support"],
        "offered": [3.0 * made.queues["sales"].table["p50"][0], made.queues["support"].table["p50"][0]],
    })  # fmt: skip
    after = made.update(rows)
    assert after.table["start"][0] == FIRST + timedelta(days=71)
    change = {name: one.table["mean"].sum() / made.queues[name].table["mean"][1:].sum() for name, one in after.queues.items()}
    assert change["sales"] > 1.1
    assert 0.8 < change["support"] < 1.2
    assert after.explain().startswith("+")
    with pytest.raises(HistoryError, match="unknown queue chat"):
        made.update(rows.with_columns(pl.lit("chat").alias("queue")))
    with pytest.raises(HistoryError, match="whose capacity"):
        forecast(two_queues(), capacity=900)


def test_a_queue_that_opened_later_adds_nothing_before_and_hides_nothing():
    frame = two_queues().filter((pl.col("queue") != "sales") | (pl.col("start") >= day(40)))
    made = forecast(frame, country=None)
    assert made.history.counts[10, 0] == frame.filter(pl.col("start") == day(10))["offered"][0]
    assert not np.isnan(made.history.counts).any()


def test_stamps_in_utc_are_brought_to_the_desks_clock_and_told(tmp_path):
    local = [datetime(2026, 3, 2 + d, h) for d in range(20) for h in range(9, 18)]
    utc = [f"{stamp - timedelta(hours=9):%Y-%m-%dT%H:%M:%S}Z" for stamp in local]
    offset = [f"{stamp:%Y-%m-%dT%H:%M:%S}+09:00" for stamp in local]
    plain = [f"{stamp:%Y-%m-%d %H:%M}" for stamp in local]
    counts = [10 + stamp.hour for stamp in local]
    read = {}
    for name, stamps in (("utc", utc), ("offset", offset), ("plain", plain)):
        path = tmp_path / f"{name}.csv"
        pl.DataFrame({"start": stamps, "offered": counts}).write_csv(path)
        read[name] = read_history(path)
    for name in ("utc", "offset"):
        np.testing.assert_array_equal(read[name].counts, read["plain"].counts)
        assert read[name].starts_s[0] == 9 * 3600
        assert any("brought to Asia/Tokyo" in str(note) for note in read[name].notes)
    assert not read["plain"].notes
    assert read_history(tmp_path / "utc.csv", zone="America/New_York").starts_s[0] != 9 * 3600
    table = forecast(tmp_path / "utc.csv", as_of="2026-03-21T03:00:00Z").table
    assert table["start"][0] == datetime(2026, 3, 21, 12)


def test_stamps_of_two_kinds_are_named_by_row(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_text("start,offered\n2026-03-02T00:00:00Z,5\n2026-03-02 10:00,6\n")
    with pytest.raises(HistoryError, match=r"row 2.*none \(row 3\)"):
        read_history(path)
    with pytest.raises(HistoryError, match="Mars"):
        read_history(path, zone="Mars/Base")


def test_the_hour_that_summer_time_repeats_is_counted_twice():
    stamps = [datetime(2026, 11, 1, 0, 30) + timedelta(hours=at) for at in range(48)]
    frame = pl.DataFrame({"start": [f"{stamp:%Y-%m-%dT%H:%M}Z" for stamp in stamps], "offered": [1] * 48})
    history = read_history(frame, zone="America/New_York")
    assert np.nansum(history.counts) == 48
    assert history.counts[1, 1] == 2  # 1 November, 01:30 to 02:30 comes twice


@pytest.mark.parametrize("minutes", [5, 15, 30, 60, 240, 1440])
def test_every_grain_is_forecast_in_its_own_intervals(minutes):
    length = timedelta(minutes=minutes)
    count = 15 * 1440 // minutes
    frame = pl.DataFrame({"start": [datetime(2026, 1, 5) + at * length for at in range(count)], "offered": [12.0] * count})
    made = forecast(frame, "1d", country=None)
    assert made.table.height == 1440 // minutes
    np.testing.assert_allclose(made.table["mean"], 12.0, rtol=0.1)


def test_a_horizon_that_ends_before_the_desk_opens_is_refused():
    hours = [datetime(2026, 1, 5 + d, h) for d in range(21) for h in range(9, 18)]
    frame = pl.DataFrame({"start": hours, "offered": [20.0] * len(hours)})
    with pytest.raises(HistoryError, match="never open"):
        forecast(frame, "8h", country=None)


def test_an_update_by_intervals_forecasts_the_rest_of_the_day():
    hours = [datetime(2026, 1, 5 + d, h) for d in range(21) for h in range(9, 18)]
    frame = pl.DataFrame({"start": hours, "offered": [20.0 + hour.hour for hour in hours]})
    made = forecast(frame, "18h", country=None)
    morning = pl.DataFrame({"start": [datetime(2026, 1, 26, h) for h in (9, 10, 11)], "offered": [90.0, 90.0, 90.0]})
    after = made.update(morning)
    assert after.table["start"][0] == datetime(2026, 1, 26, 12)
    usual = made.table.filter(pl.col("start") >= datetime(2026, 1, 26, 12))["mean"].sum()
    assert after.table.filter(pl.col("start") < datetime(2026, 1, 27))["mean"].sum() > 1.3 * usual
    whole = forecast(pl.concat([frame, morning]), "18h", country=None)
    assert whole.table.equals(after.table)
