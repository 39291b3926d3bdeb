"""The clock of a scenario: a local calendar cut into intervals of real time.

Seconds count the time that really passes since local midnight of the first day, so a day on which the clocks change
has 23 or 25 hours and as many intervals. Intervals are labelled by their start.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.base.quantities import format_duration
from surgesim.base.text import suggestion

_DAY_S = 86400
_LONGEST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Clock:
    """A local calendar of ``days`` days from ``start``, cut into intervals.

    Parameters
    ----------
    time_zone : str
        IANA name.
    start : date
        First day; second 0 is its local midnight.
    days : int
        Number of local days.
    interval_s : float
        Length of an interval in seconds; whole minutes that divide a day of 24 hours.
    holidays : frozenset of date
        Days on which holiday hours hold.

    Raises
    ------
    DomainError
        Unknown time zone, no days, or an interval that does not divide a day; all at once.
    """

    time_zone: str = "Asia/Tokyo"
    start: date = date(2027, 11, 1)
    days: int = 1
    interval_s: float = 900.0
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        problems = _problems(self.time_zone, self.start, self.days, self.interval_s)
        if problems:
            raise DomainError(problems)
        object.__setattr__(self, "holidays", frozenset(self.holidays))

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def midnights_s(self) -> NDArray[np.float64]:
        """Seconds of every local midnight, the last one being the end; shape (days + 1,)."""
        return _midnights(self).copy()

    @property
    def horizon_s(self) -> float:
        """Seconds from the start of the first to the end of the last day."""
        return float(_midnights(self)[-1])

    @property
    def n_intervals(self) -> int:
        """Number of intervals."""
        return len(_edges(self)) - 1

    @property
    def edges_s(self) -> NDArray[np.float64]:
        """Seconds of the edges of all intervals; shape (n_intervals + 1,)."""
        return _edges(self).copy()

    @property
    def starts(self) -> list[datetime]:
        """The label of each interval: the aware local time of its start."""
        return list(_starts(self))

    @property
    def day_index(self) -> NDArray[np.int64]:
        """The day, counted from 0, of each interval."""
        return np.searchsorted(_midnights(self), _edges(self)[:-1], side="right").astype(np.int64) - 1

    @property
    def dates(self) -> list[date]:
        """All days."""
        return [self.start + timedelta(days=day) for day in range(self.days)]

    @property
    def weekday(self) -> NDArray[np.int64]:
        """The weekday of each day, Monday 0 to Sunday 6."""
        return np.array([day.weekday() for day in self.dates], dtype=np.int64)

    @property
    def is_holiday(self) -> NDArray[np.bool_]:
        """Whether each day is a holiday."""
        return np.array([day in self.holidays for day in self.dates], dtype=np.bool_)

    def seconds(self, moment: datetime) -> float:
        """Return the seconds since the start of a local (naive) or aware date-time.

        Of a local time that comes twice in autumn the first is meant, unless ``fold`` says the second; one that does
        not exist in spring is read as if the clocks had not yet changed (PEP 495).
        """
        return (_utc(moment, self.zone) - _origin(self)).total_seconds()

    def instant(self, seconds: float) -> datetime:
        """Return the aware local date-time of a second, to the microsecond."""
        return (_origin(self) + timedelta(seconds=float(seconds))).astimezone(self.zone)

    def interval_of(self, seconds: ArrayLike) -> NDArray[np.int64]:
        """Return the interval that holds each second; -1 before the start, ``n_intervals`` from the end on."""
        return np.asarray(np.searchsorted(_edges(self), seconds, side="right") - 1, dtype=np.int64)

    def day_of(self, seconds: ArrayLike) -> NDArray[np.int64]:
        """Return the day that holds each second; -1 before the start, ``days`` from the end on."""
        return np.asarray(np.searchsorted(_midnights(self), seconds, side="right") - 1, dtype=np.int64)

    def local_seconds(self, day: date, time_of_day_s: float) -> float:
        """Return the seconds of a wall-clock time on a day; more than 24 hours is on the next day.

        A time that the clocks jump over in spring is the moment of the jump, so later times are never earlier moments.
        """
        local = datetime(day.year, day.month, day.day) + timedelta(seconds=time_of_day_s)
        late, early = self.seconds(local), self.seconds(local.replace(fold=1))
        return late if late <= early else self._jump(early, late)

    def _jump(self, early: float, late: float) -> float:
        """Return the second, after ``early`` and up to ``late``, from which the later UTC offset holds."""
        offset = self.instant(late).utcoffset()
        while late - early > 1:
            middle = (early + late) // 2
            early, late = (early, middle) if self.instant(middle).utcoffset() == offset else (middle, late)
        return late


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _problems(time_zone: str, start: date, days: int, interval_s: float) -> list[Problem]:
    problems = []
    if not _known(time_zone):
        near = suggestion(time_zone, available_timezones()).split(" (")[0]
        mend = near if near.startswith("did") else "write an IANA name such as Asia/Tokyo"
        problems.append(Problem(f"unknown time zone {time_zone!r}", "time_zone", mend))
    if isinstance(start, datetime) or not isinstance(start, date):
        problems.append(Problem(f"{start!r} is not a date", "start", "give a date without time of day"))
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= _LONGEST_DAYS:
        problems.append(Problem(f"{days!r} days", "days", f"write a whole number from 1 to {_LONGEST_DAYS}"))
    if not 60 <= interval_s <= _DAY_S or interval_s % 60 or _DAY_S % interval_s:
        what = f"an interval of {format_duration(interval_s)} does not cut a day into equal parts of whole minutes"
        problems.append(Problem(what, "interval", 'write for example "15min", "30min" or "1h"'))
    return problems


def _known(time_zone: str) -> bool:
    try:
        return ZoneInfo(time_zone).key == time_zone
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False


@lru_cache(maxsize=64)
def _origin(clock: Clock) -> datetime:
    return _utc(datetime(clock.start.year, clock.start.month, clock.start.day), clock.zone)


@lru_cache(maxsize=64)
def _midnights(clock: Clock) -> NDArray[np.float64]:
    days = (clock.start + timedelta(days=day) for day in range(clock.days + 1))
    return np.array([clock.seconds(datetime(day.year, day.month, day.day)) for day in days], dtype=np.float64)


@lru_cache(maxsize=64)
def _edges(clock: Clock) -> NDArray[np.float64]:
    midnights = _midnights(clock)
    cuts = [np.arange(a, b, clock.interval_s) for a, b in itertools.pairwise(midnights)]
    return np.concatenate([*cuts, midnights[-1:]])


def holidays_of(country: str = "JP", years: Iterable[int] = (), language: str | None = None) -> dict[date, str]:
    """Return the public holidays of a country and their names, by day.

    Parameters
    ----------
    country : str
        ISO 3166 code, for example ``"JP"``.
    years : iterable of int
        Years.
    language : str or None
        Language of the names, for example ``"en_US"``; None is the country's own, whatever the machine's locale.

    Raises
    ------
    DomainError
        Unknown country or language.
    """
    return dict(_holidays(country, tuple(years), language))


@lru_cache(maxsize=64)
def _holidays(country: str, asked: tuple[int, ...], language: str | None) -> dict[date, str]:
    from holidays import country_holidays
    from holidays.registry import COUNTRIES

    known = [code for entry in COUNTRIES.values() for code in entry[1:] if code.isupper()]  # without loading them all
    if country not in known:
        raise DomainError(Problem(f"unknown country {country!r}", "holidays", suggestion(country, known)))
    rules = country_holidays(country)
    spoken = language or rules.default_language
    if language is not None and language not in rules.supported_languages:
        mend = suggestion(language, rules.supported_languages)
        raise DomainError(Problem(f"no holiday names of {country} in {language!r}", "holidays", mend))
    return dict(sorted(country_holidays(country, years=asked, language=spoken).items())) if asked else {}


@lru_cache(maxsize=32)
def _starts(clock: Clock) -> tuple[datetime, ...]:
    return tuple(clock.instant(second) for second in _edges(clock)[:-1].tolist())
