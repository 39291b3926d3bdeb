from datetime import date, timedelta

import polars as pl
import pytest

from surgesim.base.errors import HistoryError
from surgesim.demand.forecast import forecast
from surgesim.demand.history import read_history


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "history.csv"
    path.write_bytes(text.encode(encoding))
    return path


def faults(tmp_path, text, **options):
    with pytest.raises(HistoryError) as caught:
        read_history(written(tmp_path, text), **options)
    return [str(problem) for problem in caught.value.problems]


def test_all_faults_are_named_at_once_with_their_rows(tmp_path):
    found = faults(tmp_path, "start,offered\n2020-04-01,5\n2020-04-01,6\n2020-04-02,-3\n2020-04-03,many\n合計,14\nsoon,1\n")
    for row, word in ((3, "again"), (4, "-3"), (5, "many"), (6, "totals"), (7, "no date")):
        assert any(f"row {row}" in text and word in text for text in found), (row, word)


def test_a_renamed_column_is_named_with_the_cure(tmp_path):
    (text,) = faults(tmp_path, "start,ofered\n2020-04-01,5\n")
    assert "'offered'" in text
    assert 'columns={"offered": "ofered"}' in text


def test_missing_days_stay_missing(tmp_path):
    history = read_history(written(tmp_path, "start,offered\n2020-04-01,5\n2020-04-02,\n2020-04-04,7\n"))
    assert history.days == 4
    assert history.counts[0, 0] == 5
    assert all(value != value for value in history.counts[1:3, 0])
    assert any("2020-04-02 to 2020-04-03" in str(note) for note in history.notes)


def test_a_missing_day_is_forecast_over_and_a_zero_is_believed():
    days = [date(2026, 1, 5) + timedelta(days=at) for at in range(60)]
    frame = pl.DataFrame({"start": days, "offered": [200.0] * 60})
    gone = frame.filter(~pl.col("start").is_in([days[57], days[58]]))
    zero = frame.with_columns(offered=pl.col("offered") * ~pl.col("start").is_in([days[57], days[58]]))
    means = [float(forecast(one, "7d", country=None).table["mean"].mean()) for one in (frame, gone, zero)]
    assert abs(means[1] / means[0] - 1.0) < 0.02
    assert means[2] < 0.9 * means[0]


def test_mixed_grains_are_named(tmp_path):
    lines = [f"2020-04-01 {hour:02d}:00,{hour}" for hour in range(9, 18)]
    (text,) = faults(tmp_path, "\n".join(["start,offered", *lines, "2020-04-01 17:20,3"]) + "\n")
    assert "mixed grains" in text
    assert "row 11" in text


def test_a_daily_total_among_hours_is_named(tmp_path):
    lines = [f"2020-04-{day:02d} {hour:02d}:00,10" for day in range(1, 6) for hour in range(9, 18)]
    (text,) = faults(tmp_path, "\n".join(["start,offered", *lines, "2020-04-06,90"]) + "\n")
    assert "whole day" in text
    assert "row 47" in text


def test_cp932_is_read_and_said(tmp_path):
    text = "日付,入電数\n2020年4月1日,5\n2020/4/2,6\n"
    history = read_history(written(tmp_path, text, "cp932"), columns={"start": "日付", "offered": "入電数"})
    assert history.counts[:, 0].tolist() == [5, 6]
    assert any("CP932" in str(note) for note in history.notes)


def test_zeros_before_opening_are_missing_and_named(tmp_path):
    text = "start,offered\n" + "".join(f"2020-04-{day:02d},{0 if day < 5 else day}\n" for day in range(1, 12))
    history = read_history(written(tmp_path, text))
    assert all(value != value for value in history.counts[:4, 0])
    assert any("rows 2 to 5" in str(note) for note in history.notes)


def test_parts_of_the_day_become_bins():
    frame = pl.DataFrame({"date": ["2020-04-01", "2020-04-02"], "late": [3, 4], "early": [1, 2]})
    parts = {"late": "17:00-09:00", "early": "09:00-17:00"}
    history = read_history(frame, columns={"start": "date"}, parts=parts)
    assert history.starts_s.tolist() == [9 * 3600, 17 * 3600]
    assert history.ends_s.tolist() == [17 * 3600, 33 * 3600]
    assert history.counts.tolist() == [[1, 3], [2, 4]]


def test_several_queues_need_a_choice(tmp_path):
    text = "start,offered,queue\n2020-04-01,5,A\n2020-04-01,6,B\n"
    assert 'queue="A"' in faults(tmp_path, text)[0]
    assert read_history(written(tmp_path, text), queue="B").counts.tolist() == [[6]]


def test_as_of_hides_what_comes_later():
    frame = pl.DataFrame({"start": ["2020-04-01 09:00", "2020-04-01 10:00", "2020-04-02 09:00"], "offered": [1, 2, 3]})
    history = read_history(frame)
    assert history.until("2020-04-01").counts.tolist() == [[1, 2]]
    assert history.until("2020-04-01 10:30").counts[0, 0] == 1
    assert history.until("2020-04-01 10:30").counts[0, 1] != 2
    with pytest.raises(HistoryError):
        history.until("2020-03-31")
