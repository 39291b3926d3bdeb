from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgesim.base.clock import Clock
from surgesim.base.errors import DomainError, UnitError
from surgesim.base.hours import WEEKDAYS, Hours

H = 3600.0
OFFICE = Hours.of({"mon-fri": ["09:00-18:00"], "sat": "10:00-15:00", "holiday": []})
WEEK = Clock(start=date(2027, 11, 1), days=7, interval_s=H, holidays=frozenset({date(2027, 11, 3)}))


def test_a_week_with_a_holiday() -> None:
    expected = [[day * 24 + 9, day * 24 + 18] for day in (0, 1, 3, 4)] + [[5 * 24 + 10, 5 * 24 + 15]]
    np.testing.assert_array_equal(OFFICE.windows(WEEK) / H, expected)
    opening = OFFICE.on(WEEK)
    assert opening.is_open([9 * H - 1, 9 * H, 18 * H - 1, 18 * H]).tolist() == [False, True, True, False]
    assert opening.next_open([0.0, 10 * H, 18 * H, 7 * 24 * H]).tolist() == [9 * H, 10 * H, 33 * H, np.inf]
    assert opening.open_seconds(0.0, WEEK.horizon_s) == 41 * H
    assert opening.open_seconds(17 * H, 34 * H) == 2 * H
    assert opening.after_open_seconds(17 * H, 2 * H) == 34 * H
    assert opening.after_open_seconds(0.0, 41 * H) == (5 * 24 + 15) * H
    assert opening.after_open_seconds(0.0, 41 * H + 1) == np.inf


def test_special_days_hold_instead_of_weekday_and_holiday() -> None:
    hours = Hours.of({"daily": ["09:00-18:00"], "holiday": [], "2027-11-03": ["08:00-12:00", "13:00-20:00"],
                      date(2027, 11, 4): []})  # fmt: skip
    assert hours.on_day(date(2027, 11, 3), is_holiday=True) == ((8 * H, 12 * H), (13 * H, 20 * H))
    assert hours.on_day(date(2027, 11, 4)) == ()
    assert hours.on_day(date(2027, 11, 5), is_holiday=True) == ()
    assert Hours.of({"daily": ["09:00-18:00"]}).on_day(date(2027, 11, 3), is_holiday=True) == ((9 * H, 18 * H),)


def test_windows_across_midnight_also_from_the_day_before_the_first() -> None:
    night = Hours.of({"daily": ["22:00-06:00"]})
    np.testing.assert_array_equal(night.windows(Clock(days=2)) / H, [[0, 6], [22, 30], [46, 48]])
    assert len(Hours.always().windows(WEEK)) == 1
    assert Hours.always().on(WEEK).open_seconds(0.0, WEEK.horizon_s) == WEEK.horizon_s


def test_the_open_share_of_intervals_counts_parts() -> None:
    hours = Hours.of({"mon": ["09:15-10:30", "10:45-11:00"]})
    share = hours.open_share(WEEK)
    assert share[8:12].tolist() == [0, 0.75, 0.75, 0]
    assert share.sum() == 1.5
    assert Hours().open_share(WEEK).sum() == 0


@pytest.mark.parametrize(
    ("zone", "start", "all_day", "night"),
    [
        ("Europe/Berlin", date(2027, 3, 28), 23, 7),
        ("Europe/Berlin", date(2027, 10, 31), 25, 9),
        ("America/New_York", date(2027, 3, 14), 23, 7),
        ("America/New_York", date(2027, 11, 7), 25, 9),
    ],
)
def test_wall_clock_hours_on_days_on_which_the_clocks_change(zone: str, start: date, all_day: int, night: int) -> None:
    clock = Clock(zone, start - timedelta(days=1), 3, H)
    first, last = clock.midnights_s[1:3]
    assert Hours.always().on(clock).open_seconds(first, last) == all_day * H
    office = Hours.of({"daily": ["09:00-18:00"]}).on(clock)
    assert office.open_seconds(first, last) == 9 * H
    assert [clock.instant(second).hour for second in office.windows.ravel()] == [9, 18] * 3
    nights = Hours.of({"daily": ["22:00-06:00"]}).on(clock)
    assert nights.windows[1, 1] - nights.windows[1, 0] == night * H


def test_a_window_inside_the_hour_that_is_jumped_over_is_no_time() -> None:
    clock = Clock("Europe/Berlin", date(2027, 3, 28), 1, H)
    assert len(Hours.of({"sun": ["02:00-03:00"]}).windows(clock)) == 0
    assert Hours.of({"sun": ["01:00-02:30"]}).windows(clock).tolist() == [[H, 2 * H]]


def minutes_open(hours: Hours, clock: Clock) -> np.ndarray:
    """Minute by minute, by asking the wall clock: an independent peer."""
    answer = []
    for minute in np.arange(0.0, clock.horizon_s, 600.0):
        now = clock.instant(minute)
        time = now.hour * H + now.minute * 60
        today = hours.on_day(now.date(), now.date() in clock.holidays)
        yesterday_date = now.date() - timedelta(days=1)
        yesterday = hours.on_day(yesterday_date, yesterday_date in clock.holidays)
        answer.append(any(a <= time < b for a, b in today) or any(a <= time + 86400 < b for a, b in yesterday))
    return np.array(answer)


tens = st.integers(0, 143).map(lambda ten: ten * 600.0)
window = st.tuples(tens, tens.map(lambda t: t + 600.0)).map(lambda p: (p[0], p[1] if p[1] > p[0] else p[1] + 86400))
days = st.lists(window, max_size=3).map(tuple)


@settings(max_examples=25)
@given(st.tuples(*[days] * 7), st.none() | days, st.booleans())
def test_windows_agree_with_the_wall_clock(weekly: tuple, holiday: tuple | None, summer: bool) -> None:
    start = date(2027, 3, 26) if summer else date(2027, 11, 1)
    zone = "Europe/Berlin" if summer else "Asia/Tokyo"
    clock = Clock(zone, start, 5, H, frozenset({start + timedelta(days=1)}))
    hours = Hours(weekly, holiday)
    moments = np.arange(0.0, clock.horizon_s, 600.0)
    opening = hours.on(clock)
    expected = minutes_open(hours, clock)
    np.testing.assert_array_equal(opening.is_open(moments), expected)
    assert opening.open_seconds(0.0, clock.horizon_s) == expected.sum() * 600.0
    assert hours.open_share(clock).sum() * H == pytest.approx(expected.sum() * 600.0)
    windows = opening.windows
    assert np.all(windows[:, 0] < windows[:, 1])
    assert np.all(windows[1:, 0] > windows[:-1, 1])


@pytest.mark.parametrize(
    ("mapping", "where", "what"),
    [
        ({"mon": ["09:00-12:00", "11:00-15:00"]}, "mon", "overlap"),
        ({"mon": ["22:00-06:00"], "tue": ["05:00-12:00"]}, "mon", "runs past midnight into 05:00-12:00 of tue"),
        ({"sun": ["22:00-06:00"], "mon": ["05:00-12:00"]}, "sun", "of mon"),
        ({"mon": ["22:00-06:00"], "holiday": ["05:00-12:00"]}, "mon", "of holiday"),
        ({"mon": ["22:00-06:00"], "2027-11-02": ["05:00-12:00"]}, "mon", "of 2027-11-02"),
        ({"2027-11-01": ["22:00-06:00"], "tue": ["05:00-12:00"]}, "2027-11-01", "of tue"),
        ({"2027-11-01": ["22:00-06:00"], "2027-11-02": ["05:00-12:00"]}, "2027-11-01", "of 2027-11-02"),
        ({"mon": []}, "", "closed all day"),
        ({}, "", "closed all day"),
    ],
)
def test_hours_that_cannot_be_meant(mapping: dict, where: str, what: str) -> None:
    problems = Hours.of(mapping).problems()
    assert [problem.where for problem in problems] == [where]
    assert what in problems[0].what
    assert problems[0].instead


def test_hours_that_touch_are_fine() -> None:
    assert Hours.of({"daily": ["00:00-09:00", "09:00-24:00"], "holiday": []}).problems() == ()
    assert Hours.of({"daily": ["06:00-22:00", "22:00-06:00"]}).problems() == ()
    assert Hours.always().problems() == ()


def test_everything_wrong_in_a_mapping_is_told_at_once() -> None:
    with pytest.raises(UnitError) as caught:
        Hours.of({"munday": ["09:00-18:00"], "tue": ["9-18", 9], "mon-fri": ["09:00-18:00"], "wed": []})
    told = str(caught.value)
    assert [problem.where for problem in caught.value.problems] == ["munday", "tue", "tue", "wed"]
    assert "named twice" in told
    assert "one of" in told
    with pytest.raises(DomainError, match="days in a week"):
        Hours(weekly=((),))
    assert len(WEEKDAYS) == 7
