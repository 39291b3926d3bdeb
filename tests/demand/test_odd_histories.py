"""Histories as they come: other encodings and dates, closed days, gaps, mistyped years; named by row or read as meant."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from surgesim.base.errors import DomainError, HistoryError
from surgesim.base.streams import uniforms
from surgesim.demand.forecast import forecast
from surgesim.demand.history import read_history
from surgesim.report.gather.demand import fan_of_forecast

FIRST = date(2026, 1, 5)


def daily(counts):
    return pl.DataFrame({"start": [FIRST + timedelta(days=at) for at in range(len(counts))], "offered": counts})


def poisson(mean, size):
    from scipy.stats import poisson as law

    return law.ppf(uniforms(2, 0, np.arange(size), 0, 112), mean)


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "history.csv"
    path.write_bytes(text.encode(encoding))
    return read_history(path)


def faults(tmp_path, text):
    with pytest.raises(HistoryError) as caught:
        read(tmp_path, text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("separator", "encoding", "word"),
    [(",", "utf-8-sig", None), (",", "utf-16", "UTF-16"), (";", "utf-8", "';'"), ("\t", "utf-16", "UTF-16")],
)
def test_what_a_spreadsheet_saves_is_read(tmp_path, separator, encoding, word):
    history = read(tmp_path, "start,offered\n2026-01-05,5\n2026-01-06,6\n".replace(",", separator), encoding)
    assert history.counts[:, 0].tolist() == [5, 6]
    assert word is None or any(word in str(note) for note in history.notes)


@pytest.mark.parametrize("stamp", ["2026/1/5", "2026年1月5日", "20260105", "2026-01-05(月)", "2026.1.5", "２０２６/１/５"])
def test_dates_as_people_write_them(tmp_path, stamp):
    assert read(tmp_path, f"start,offered\n{stamp},5\n2026-01-06,6\n").first_day == FIRST


@pytest.mark.parametrize("label", ["総合計", "1月計", "Grand Total", "total (Jan)", "小計"])
def test_totals_rows_of_every_kind_are_named(tmp_path, label):
    (text,) = faults(tmp_path, f"start,offered\n2026-01-05,5\n2026-01-06,6\n{label},11\n")
    assert "totals row" in text
    assert "row 4" in text


def test_a_number_cut_by_its_comma_a_column_twice_and_a_mistyped_year_are_named(tmp_path):
    (text,) = faults(tmp_path, "start,offered\n2026-01-05,1,234\n2026-01-06,6\n")
    assert "row 2" in text
    assert '"1,234"' in text
    (text,) = faults(tmp_path, "start,offered,offered\n2026-01-05,1,2\n")
    assert "'offered' appears 2 times" in text
    (text,) = faults(
        tmp_path, "start,offered\n2026-01-05,5\n2062-01-06,6\n" + "".join(f"2026-01-{day:02d},7\n" for day in range(7, 20))
    )
    assert "row 3" in text
    assert "36 years" in text


def test_a_daily_total_at_midnight_among_hours_is_named(tmp_path):
    hours = [f"2026-01-{day:02d} {hour:02d}:00,20" for day in range(5, 12) for hour in range(9, 18)]
    (text,) = faults(tmp_path, "\n".join(["start,offered", *hours[:20], "2026-01-06,180", *hours[20:]]) + "\n")
    assert "row 22" in text
    assert "whole day" in text


def test_a_hundred_faults_of_one_kind_are_told_in_a_few_lines_with_every_row(tmp_path):
    found = faults(tmp_path, "start,offered\n" + "".join(f"{day:02d}/01/26,5\n" for day in range(100)))
    assert len(found) < 25
    assert any("80 more" not in text and "row 2:" in text for text in found)
    assert any(", 101:" in text for text in found)


def test_missing_values_of_frames_are_missing():
    import pandas as pd

    days = pd.date_range("2026-01-05", periods=20)
    frame = pd.DataFrame({"start": days, "offered": pd.array([None, *range(19)], dtype="Int64")})
    history = read_history(frame)
    assert np.isnan(history.counts[0, 0])
    assert "row 1" in str(history.notes[0])
    with pytest.raises(HistoryError, match="row 1"):
        read_history(frame.assign(start=[pd.NaT, *days[1:]]))


def test_many_gaps_are_told_in_a_few_notes():
    frame = daily([100.0] * 300).filter(pl.arange(300) % 5 > 0)
    notes = [str(note) for note in forecast(frame, country=None).notes]
    assert len(notes) < 15
    assert any("no count on 49 more days, in 49 gaps until 2026-10-27" in note for note in notes), notes


def test_zeros_of_a_closed_desk_are_missing_and_zeros_of_a_quiet_one_are_believed():
    busy, shut = [200.0] * 60, [0.0] * 30
    reopened = forecast(daily(busy + shut + [200.0] * 10), country=None)
    (note,) = [str(note) for note in reopened.notes if "only zeros" in str(note)]
    assert "rows 61 to 90" in note
    np.testing.assert_allclose(reopened.table["p50"], 200.0, rtol=0.1)
    quiet = read_history(daily([1.0] * 60 + shut))
    assert (quiet.counts[60:] == 0.0).all()


def test_weekends_written_as_zeros_are_weekends_left_out():
    counts = [300.0 if at % 7 < 5 else 0.0 for at in range(100)]
    zeros, gone = daily(counts), daily(counts).filter(pl.col("offered") > 0)
    one, other = (forecast(frame, country=None) for frame in (zeros, gone))
    assert one.table.equals(other.table)
    assert {day.weekday() for day in one.table["start"]} == {0, 1, 2, 3, 4}
    assert any("Saturdays, Sundays" in str(note) for note in one.notes)


def test_a_desk_shut_on_public_holidays_has_no_row_on_the_next_one():
    from surgesim.base.clock import holidays_of

    public = holidays_of("JP", {2026})
    days = [day for at in range(110) if (day := FIRST + timedelta(days=at)).weekday() < 5 and day not in public]
    made = forecast(pl.DataFrame({"start": days, "offered": [200.0] * len(days)}))
    ahead = made.table["start"].to_list()
    assert date(2026, 4, 28) in ahead
    assert date(2026, 4, 29) not in ahead
    np.testing.assert_allclose(made.table["p50"], 200.0, rtol=0.05)
    open_on_them = forecast(daily([200.0] * 110))
    assert date(2026, 4, 29) in open_on_them.table["start"].to_list()


def test_counts_three_days_old_widen_the_bands_and_old_ones_are_refused():
    frame = daily(np.rint(300.0 + 20.0 * np.sin(np.arange(100.0))))
    now, later = (forecast(frame, as_of=FIRST + timedelta(days=99 + late), country=None).table for late in (0, 3))
    assert later["start"][0] == FIRST + timedelta(days=103)
    width = [float((table["p95"] - table["p05"])[0] / table["mean"][0]) for table in (now, later)]
    assert width[1] > 1.1 * width[0]
    made = forecast(frame, as_of=FIRST + timedelta(days=102), country=None)
    np.testing.assert_allclose(fan_of_forecast(made).p50, made.table["p50"])  # what is drawn is what is written
    with pytest.raises(HistoryError, match="200 days before"):
        forecast(frame, as_of=FIRST + timedelta(days=299))


def test_numbers_that_make_no_sense_are_refused_all_at_once():
    with pytest.raises(DomainError) as caught:
        forecast(daily([5.0] * 30), paths=-1, usual=0.0, capacity=float("nan"), kernel="cubic", baseline="oracle")
    assert [problem.where for problem in caught.value.problems] == ["usual", "capacity", "paths", "kernel", "baseline"]
    with pytest.raises(DomainError, match="horizon"):
        forecast(daily([5.0] * 30), "0d")
    with pytest.raises(HistoryError) as dates:
        forecast(daily([5.0] * 30), announcements=["soon", "2026-01-20", "later"])
    assert len(dates.value.problems) == 2


def test_few_contacts_an_hour_have_the_bands_of_few_contacts():
    hours = [datetime(2026, 1, 5) + timedelta(hours=at) for at in range(24 * 60)]
    counts = poisson(2.0, len(hours) + 24 * 7)
    table = forecast(pl.DataFrame({"start": hours, "offered": counts[: len(hours)]}), "7d", country=None).table
    inside = (table["p05"].to_numpy() <= counts[len(hours) :]) & (counts[len(hours) :] <= table["p95"].to_numpy())
    assert inside.mean() > 0.85
    assert float(table["p95"].mean()) < 7.0  # nineteen of twenty counts of mean 2 are 5 or fewer
    rare = forecast(daily(poisson(0.3, 90)), country=None).table
    assert float(rare["p50"].max()) < 1.0


def test_a_count_of_any_size_scales_the_forecast():
    small = np.rint(2000.0 * np.exp(-0.5 * ((np.arange(90) - 80.0) / 6.0) ** 2) + 500.0)
    one, many = (forecast(daily(small * factor), country=None).table for factor in (1.0, 1e5))
    np.testing.assert_allclose(many["p50"].to_numpy() / 1e5, one["p50"], rtol=0.01)
