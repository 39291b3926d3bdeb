"""Dates, instants, times of day and opening windows as text, exactly there and back."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from surgesim.base.quantities import is_bare, refuse, text_of

DAY_S = 86400.0
LATEST_S = 30 * 3600.0  # a business day may run past midnight, up to 30:00
_INSTANT_EXAMPLE = "2027-11-09 10:00"


def _check_real(moment: datetime, zone: str) -> None:
    """Refuse a local time that the clocks jump over in spring."""
    local = moment.replace(tzinfo=ZoneInfo(zone))
    back = local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if back != moment:
        raise refuse(f"{moment} does not exist in {zone}: the clocks go forward", f'write "{format_instant(back)}"')


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        raise refuse(f"{value} has no time of day", f'write "{value} 00:00"')
    text = text_of(value, "an instant", f'write a date and a time such as "{_INSTANT_EXAMPLE}"', _INSTANT_EXAMPLE)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise refuse(f"{text} has no time of day", f'write "{text} 00:00"')
    if re.match(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}", text) is None:
        raise refuse(f"{text!r} is not an instant", f'write a date and a time such as "{_INSTANT_EXAMPLE}"')
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise refuse(f"{text!r} is not an instant: {error}", f'write for example "{_INSTANT_EXAMPLE}"') from None


def parse_instant(value: object, zone: str | None = None) -> datetime:
    """Return the naive local date-time of ``"2027-11-09 10:00"``, to the second.

    Parameters
    ----------
    value : object
        Text or a datetime. A UTC offset is converted to ``zone`` and refused without one.
    zone : str or None
        The clock's time zone; with it, a local time that does not exist there is refused.

    Raises
    ------
    UnitError
        No time of day, fractions of a second, or a time that does not exist.
    """
    moment = _moment(value)
    if moment.microsecond:
        raise refuse(f"{value} has fractions of a second", f'write "{format_instant(moment)}"')
    if moment.tzinfo is not None:
        if zone is None:
            raise refuse(f"{value} has a UTC offset", f'write local time: "{format_instant(moment)}"')
        return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if zone is not None:
        _check_real(moment, zone)
    return moment


def format_instant(moment: datetime) -> str:
    """Return the canonical text of a local date-time."""
    return moment.strftime("%Y-%m-%d %H:%M:%S" if moment.second else "%Y-%m-%d %H:%M").rjust(16, "0")


def parse_date(value: object) -> date:
    """Return the date of ``"2027-11-09"``.

    Raises
    ------
    UnitError
        Not a date, or a date with a time of day.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, datetime):
        raise refuse(f"{value} has a time of day", f'write "{value.date()}"')
    text = text_of(value, "a date", 'write a date such as "2027-11-09"', "2027-11-09")
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        parts = re.fullmatch(r"([0-9]{4})[/.年-]([0-9]{1,2})[/.月-]([0-9]{1,2})日?", text)
        mend = f"{parts[1]}-{int(parts[2]):02}-{int(parts[3]):02}" if parts else "2027-11-09"
        raise refuse(f"{text!r} is not a date", f'write "{mend}"')
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise refuse(f"{text!r} is not a date: {error}") from None


def format_date(day: date) -> str:
    """Return the canonical text of a date."""
    return day.isoformat()


def parse_time_of_day(value: object) -> float:
    """Return the seconds after midnight of ``"09:00"``; a business day may run to ``"30:00"``.

    Raises
    ------
    UnitError
        Not a time of day, or later than 30:00.
    """
    mend = 'write hours and minutes such as "09:00" (with the quotes)'
    text = text_of(value, "a time of day", mend, "09:00")
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", text)
    if match is None:
        raise refuse(f"{text!r} is not a time of day", mend)
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if minutes > 59 or seconds > 59:
        raise refuse(f"{text!r} has more than 59 minutes or seconds", mend)
    total = hours * 3600.0 + minutes * 60.0 + seconds
    if total > LATEST_S:
        raise refuse(f"{text!r} is later than 30:00", "write a time between 00:00 and 30:00")
    return total


def format_time_of_day(seconds: float) -> str:
    """Return the canonical text of whole seconds after midnight."""
    if seconds != int(seconds) or seconds < 0:
        raise refuse(f"{seconds} is not a whole number of seconds after midnight")
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{second:02}" if second else "")


def parse_window(value: object) -> tuple[float, float]:
    """Return start and end, in seconds after midnight, of ``"09:00-18:00"``.

    An end before the start is on the next day: ``"22:00-06:00"`` is (79200, 108000).

    Raises
    ------
    UnitError
        Not a window, empty, longer than a day, or starting after midnight of its own day.
    """
    mend = 'write start and end such as "09:00-18:00"; for all day "00:00-24:00"'
    if is_bare(value):
        raise refuse(f"{value} is a bare number", mend)
    text = text_of(value, "a window", mend, "09:00-18:00")
    parts = re.split(r"\s*[-–~〜]\s*", text)
    if len(parts) != 2:
        raise refuse(f"{text!r} is not a window", mend)
    start, end = parse_time_of_day(parts[0]), parse_time_of_day(parts[1])
    if start >= DAY_S:
        raise refuse(f"{text!r} starts on the next day", "give it to that day, with a start before 24:00")
    if start == end:
        raise refuse(f"{text!r} is empty", mend)
    if end < start:
        end += DAY_S
    if end - start > DAY_S:
        raise refuse(f"{text!r} is longer than a day", mend)
    return start, end


def format_window(window: tuple[float, float]) -> str:
    """Return the canonical text of a window."""
    start, end = window
    wraps = end > DAY_S and end - DAY_S != start
    return f"{format_time_of_day(start)}-{format_time_of_day(end - DAY_S if wraps else end)}"
