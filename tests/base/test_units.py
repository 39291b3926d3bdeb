from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgesim.base import units
from surgesim.base.errors import UnitError

finite = st.floats(min_value=0, allow_nan=False, allow_infinity=False)


@given(finite)
def test_durations_come_back_exactly(x: float) -> None:
    assert units.parse_duration(units.format_duration(x)) == x


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_negative_durations_come_back_where_they_are_allowed(x: float) -> None:
    assert units.parse_duration(units.format_duration(x), negative=True) == x


@given(st.floats(0, 1))
def test_shares_come_back_exactly(x: float) -> None:
    assert units.parse_share(units.format_share(x)) == x


@given(finite)
def test_factors_rates_and_prices_come_back_exactly(x: float) -> None:
    assert units.parse_factor(units.format_factor(x)) == x
    assert units.parse_rate(units.format_rate(x)) == x
    assert units.parse_yearly(units.format_yearly(x)) == x
    for per in ((), ("head", "h"), ("line", "day"), ("seat", "month")):
        assert units.parse_price(units.format_price(x, per), per) == x


@given(st.integers(1, 10**9), st.sampled_from(["s", "min", "h", "day"]))
def test_whole_rates_come_back_exactly_from_any_unit(n: int, unit: str) -> None:
    rate = units.parse_rate(f"{n}/{unit}")
    assert units.parse_rate(units.format_rate(rate)) == rate


@given(st.datetimes(min_value=datetime(1000, 1, 1)))
def test_instants_come_back_exactly(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert units.parse_instant(units.format_instant(moment)) == moment
    assert units.parse_date(units.format_date(moment.date())) == moment.date()


@given(st.integers(0, 30 * 3600))
def test_times_of_day_come_back_exactly(seconds: int) -> None:
    assert units.parse_time_of_day(units.format_time_of_day(seconds)) == seconds


@given(st.integers(0, 86399), st.integers(1, 86399))
def test_windows_come_back_exactly(start: int, length: int) -> None:
    window = (float(start), float(start + length))
    assert units.parse_window(units.format_window(window)) == window


@given(st.integers(0, 10**17))
def test_counts_come_back_exactly(n: int) -> None:
    assert units.parse_count(units.format_count(n)) == units.parse_count(f"{n:_} people", "people") == n


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("20s", 20), ("8min", 480), ("1.5h", 5400), ("2d", 172800), ("1w", 604800), ("1h 30min", 5400), ("1.1h", 3960),
     ("1_200 s", 1200), ("２０秒".replace("秒", "s"), 20), ("2 days", 172800)],
)  # fmt: skip
def test_durations_are_read(text: str, seconds: float) -> None:
    assert units.parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(20, "20s"), (90, "90s"), (480, "8min"), (5400, "90min"), (3600, "1h"), (172800, "2d"), (604800, "1w"),
     (0, "0s"), (0.25, "0.25s")],
)  # fmt: skip
def test_durations_are_written_in_the_largest_unit_that_is_exact(seconds: float, text: str) -> None:
    assert units.format_duration(seconds) == text


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (units.parse_share, "80%", 0.8),
        (units.parse_share, "０．５ %", 0.005),
        (units.parse_factor, "1.3x", 1.3),
        (units.parse_factor, "130%", 1.3),
        (units.parse_rate, "120/h", 120 / 3600),
        (units.parse_rate, "2/min", 2 / 60),
        (units.parse_rate, "5_000/day", 5000 / 86400),
        (units.parse_time_of_day, "09:00", 32400.0),
        (units.parse_time_of_day, "30:00", 108000.0),
        (units.parse_window, "22:00-06:00", (79200.0, 108000.0)),
        (units.parse_window, "00:00-24:00", (0.0, 86400.0)),
        (units.parse_instant, "2027-11-09 10:00", datetime(2027, 11, 9, 10)),
        (units.parse_instant, datetime(2027, 11, 9, 10), datetime(2027, 11, 9, 10)),
        (units.parse_date, "2027-11-09", date(2027, 11, 9)),
        (units.parse_date, date(2027, 11, 9), date(2027, 11, 9)),
    ],
)
def test_quantities_are_read(read: object, text: object, value: object) -> None:
    assert callable(read)
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "per", "yen"),
    [
        ("1_800 JPY/h", ("head", "h"), 1800),
        ("1_800 JPY/head/h", ("head", "h"), 1800),
        ("30 JPY/min", ("head", "h"), 1800),
        ("3_600 JPY/h", ("s",), 1),
        ("9_000 JPY/day", ("day",), 9000),
        ("15_000 JPY/head", ("head",), 15000),
        ("300 JPY/line/day", ("line", "day"), 300),
        ("2_000 JPY/seat/month", ("seat", "month"), 2000),
        ("1_500_000 JPY", (), 1500000),
    ],
)
def test_prices_are_read(text: str, per: tuple[str, ...], yen: float) -> None:
    assert units.parse_price(text, per) == yen


@pytest.mark.parametrize(
    ("text", "per", "what"),
    [
        ("9_000 JPY/day", ("head", "h"), "never converted"),
        ("9_000 JPY/month", ("day",), "never converted"),
        ("9_000 JPY", ("h",), "per what time"),
        ("9_000 JPY/h", (), "is per h"),
        ("9_000 JPY/seat/h", ("head", "h"), "per seat"),
        ("-1 JPY", (), "negative"),
        ("9_000 yen", (), "not a price"),
        ("¥9_000", (), "not a price"),
        ("9,000 JPY", (), "comma"),
        ("1 JPY/parsec", (), "unknown unit"),
        ("1 JPY/h/h", ("h",), "twice"),
        (9000, ("day",), "bare number"),
    ],
)
def test_prices_that_do_not_fit_are_refused(text: object, per: tuple[str, ...], what: str) -> None:
    with pytest.raises(UnitError, match=what) as caught:
        units.parse_price(text, per)
    assert caught.value.problems[0].instead


@pytest.mark.parametrize("value", [120, 120.0, "120", "1_000", " 1.5e3 ", -3, 0])
@pytest.mark.parametrize(
    "read", [units.parse_duration, units.parse_share, units.parse_factor, units.parse_rate, units.parse_time_of_day,
             units.parse_window, units.parse_instant, units.parse_date, units.parse_price]
)  # fmt: skip
def test_bare_numbers_are_refused(read: object, value: object) -> None:
    assert callable(read)
    with pytest.raises(UnitError, match="bare number") as caught:
        read(value)
    assert caught.value.problems[0].instead


def test_a_bare_duration_is_told_its_units() -> None:
    with pytest.raises(UnitError) as caught:
        units.parse_duration(120)
    assert str(caught.value) == '120 is a bare number; write "120s" or "2min"'


@pytest.mark.parametrize("value", [None, True, [], {}, "", "soon", "x" * 10_000, "9" * 10_000, "1e999s", "5m", "-5s"])
def test_what_is_no_duration_is_refused_as_such(value: object) -> None:
    with pytest.raises(UnitError):
        units.parse_duration(value)


@pytest.mark.parametrize(
    ("read", "text", "what", "instead"),
    [
        (units.parse_share, "120%", "above 100%", "between"),
        (units.parse_share, "-1%", "below 0%", "between"),
        (units.parse_share, 0.8, "bare", "80%"),
        (units.parse_duration, "5m", "unknown unit", "min"),
        (units.parse_factor, "-1x", "negative", "1x"),
        (units.parse_rate, "5/hour", "not a rate", "5/h"),
        (units.parse_time_of_day, "30:01", "later than 30:00", "30:00"),
        (units.parse_time_of_day, "9:75", "59", "09:00"),
        (units.parse_window, "09:00-09:00", "empty", "24:00"),
        (units.parse_window, "25:00-26:00", "next day", "24:00"),
        (units.parse_instant, "2027-11-09", "no time of day", "00:00"),
        (units.parse_instant, date(2027, 11, 9), "no time of day", "00:00"),
        (units.parse_instant, "2027-11-09 10:00+09:00", "UTC offset", "10:00"),
        (units.parse_instant, "2027-02-30 10:00", "not an instant", "write"),
        (units.parse_date, "2027/11/9", "not a date", "2027-11-09"),
        (units.parse_date, datetime(2027, 11, 9, 1), "time of day", "2027-11-09"),
        (units.parse_count, "8.5", "whole", "80_000"),
        (units.parse_count, -8, "negative", "80_000"),
        (units.parse_count, True, "not a count", "80_000"),
        (units.parse_count, "9" * 30, "too large", "80_000"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_mend(read: object, text: object, what: str, instead: str) -> None:
    assert callable(read)
    with pytest.raises(UnitError) as caught:
        read(text)
    assert what in caught.value.problems[0].what
    assert instead in caught.value.problems[0].instead


def test_instants_that_the_clocks_jump_over_are_refused() -> None:
    with pytest.raises(UnitError, match="does not exist"):
        units.parse_instant("2027-03-28 02:30", "Europe/Berlin")
    assert units.parse_instant("2027-03-28 02:30", "Asia/Tokyo") == datetime(2027, 3, 28, 2, 30)
    assert units.parse_instant("2027-03-28 02:30+00:00", "Asia/Tokyo") == datetime(2027, 3, 28, 11, 30)


@pytest.mark.parametrize("text", [0.2, "0.2", "0.2/day", "-1/year", "1,000/year", "often"])
def test_what_is_no_rate_per_year_is_refused_with_a_mend(text: object) -> None:
    with pytest.raises(UnitError) as caught:
        units.parse_yearly(text)
    assert "write" in caught.value.problems[0].instead
