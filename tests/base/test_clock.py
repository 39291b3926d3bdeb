from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgesim.base.clock import Clock, holidays_of
from surgesim.base.errors import DomainError

BERLIN_SPRING = Clock("Europe/Berlin", date(2027, 3, 27), 3, 3600.0)
BERLIN_AUTUMN = Clock("Europe/Berlin", date(2027, 10, 30), 3, 3600.0)


def test_a_plain_week_in_tokyo() -> None:
    clock = Clock("Asia/Tokyo", date(2027, 11, 1), 7, 900.0, frozenset({date(2027, 11, 3)}))
    assert clock.n_intervals == 7 * 96
    assert clock.horizon_s == 7 * 86400
    np.testing.assert_array_equal(clock.edges_s, np.arange(7 * 96 + 1) * 900.0)
    np.testing.assert_array_equal(clock.day_index, np.repeat(np.arange(7), 96))
    assert clock.weekday.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert clock.is_holiday.tolist() == [False, False, True, False, False, False, False]
    assert clock.starts[37].isoformat() == "2027-11-01T09:15:00+09:00"
    assert clock.dates[-1] == date(2027, 11, 7)
    assert isinstance(hash(clock), int)


@pytest.mark.parametrize(
    ("zone", "start", "hours"),
    [
        ("Europe/Berlin", date(2027, 3, 28), 23),
        ("Europe/Berlin", date(2027, 10, 31), 25),
        ("America/New_York", date(2027, 3, 14), 23),
        ("America/New_York", date(2027, 11, 7), 25),
        ("Asia/Tokyo", date(2027, 3, 28), 24),
    ],
)
@pytest.mark.parametrize("interval_s", [900.0, 1800.0, 3600.0])
def test_days_on_which_the_clocks_change_have_23_or_25_hours(zone: str, start: date, hours: int, interval_s: float) -> None:
    clock = Clock(zone, start - timedelta(days=1), 3, interval_s)
    per_day = np.bincount(clock.day_index)
    assert per_day.tolist() == [24 * 3600 / interval_s, hours * 3600 / interval_s, 24 * 3600 / interval_s]
    assert np.all(np.diff(clock.edges_s) == interval_s)
    labels = clock.starts
    assert all(label.date() == clock.dates[day] for label, day in zip(labels, clock.day_index, strict=True))
    assert len({label.astimezone(UTC) for label in labels}) == clock.n_intervals
    assert [clock.seconds(label) for label in labels] == clock.edges_s[:-1].tolist()


def test_local_labels_jump_in_spring_and_come_twice_in_autumn() -> None:
    spring = [label.strftime("%H:%M%z") for label in BERLIN_SPRING.starts[24:28]]
    assert spring == ["00:00+0100", "01:00+0100", "03:00+0200", "04:00+0200"]
    autumn = [label.strftime("%H:%M%z") for label in BERLIN_AUTUMN.starts[24:29]]
    assert autumn == ["00:00+0200", "01:00+0200", "02:00+0200", "02:00+0100", "03:00+0100"]
    assert BERLIN_AUTUMN.seconds(datetime(2027, 10, 31, 2)) == 26 * 3600
    assert BERLIN_AUTUMN.seconds(datetime(2027, 10, 31, 2, fold=1)) == 27 * 3600


def test_a_wall_clock_time_that_is_jumped_over_is_the_moment_of_the_jump() -> None:
    day = date(2027, 3, 28)
    times = [3600, 7199, 7200, 8000, 9000, 10799, 10800, 10801]
    moments = [BERLIN_SPRING.local_seconds(day, time) - 86400 for time in times]
    assert moments == [3600, 7199, 7200, 7200, 7200, 7200, 7200, 7201]


def test_a_midnight_that_does_not_exist_starts_the_day_at_one() -> None:
    clock = Clock("America/Sao_Paulo", date(2018, 11, 3), 3, 3600.0)
    assert np.diff(clock.midnights_s).tolist() == [86400, 82800, 86400]
    assert clock.starts[24].isoformat() == "2018-11-04T01:00:00-02:00"


@given(st.floats(0, 3 * 86400 - 7200), st.sampled_from([BERLIN_SPRING, BERLIN_AUTUMN]))
def test_seconds_and_instants_are_inverse_and_intervals_hold_them(seconds: float, clock: Clock) -> None:
    seconds = round(seconds, 3)
    assert clock.seconds(clock.instant(seconds)) == pytest.approx(seconds, abs=1e-6)
    interval = int(clock.interval_of(seconds))
    assert clock.edges_s[interval] <= seconds < clock.edges_s[interval + 1]
    assert clock.day_index[interval] == clock.day_of(seconds)


def test_what_lies_outside_the_horizon_is_seen() -> None:
    clock = Clock(start=date(2027, 11, 1), days=1, interval_s=3600.0)
    assert clock.interval_of([-1.0, 0.0, 3599.9, 3600.0, 86400.0]).tolist() == [-1, 0, 0, 1, 24]
    assert clock.day_of([-0.1, 0.0, 86399.0, 86400.0]).tolist() == [-1, 0, 0, 1]
    assert clock.seconds(datetime(2027, 11, 1, 0, 30, tzinfo=UTC)) == 9.5 * 3600


def test_arrays_given_out_cannot_spoil_the_clock() -> None:
    clock = Clock(start=date(2027, 11, 1))
    clock.edges_s[:] = -1
    clock.midnights_s[:] = -1
    assert clock.edges_s[1] == 900.0
    assert clock.midnights_s[1] == 86400.0


def test_a_clock_that_cannot_be_says_everything_that_is_wrong() -> None:
    with pytest.raises(DomainError) as caught:
        Clock("Asia/Tokio", date(2027, 1, 1), 0, 420.0)
    assert [problem.where for problem in caught.value.problems] == ["time_zone", "days", "interval"]
    assert "Asia/Tokyo" in str(caught.value)
    for zone in ("", "Asia", "../etc/passwd", "/etc/localtime"):
        with pytest.raises(DomainError, match="unknown time zone"):
            Clock(zone)
    for interval_s in (30.0, 59.0, 7 * 60.0, 2 * 86400.0, 90.0):
        with pytest.raises(DomainError, match="equal parts"):
            Clock(interval_s=interval_s)


def test_japanese_holidays_by_day_in_japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en_US")
    days = holidays_of("JP", [2019, 2020])
    assert days[date(2020, 1, 1)] == "元日"
    assert date(2019, 10, 22) in days, "the enthronement of 2019"
    assert date(2020, 7, 24) in days, "moved for the Olympic games"
    assert list(days) == sorted(days)
    assert holidays_of("JP", [2020], language="en_US")[date(2020, 1, 1)] == "New Year's Day"
    assert holidays_of("JP", []) == {}


def test_unknown_countries_and_languages_are_refused() -> None:
    with pytest.raises(DomainError, match="unknown country"):
        holidays_of("XX", [2020])
    with pytest.raises(DomainError, match="no holiday names"):
        holidays_of("JP", [2020], language="tlh")
