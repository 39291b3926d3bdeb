"""What a forecast was asked and told: dates, horizon, numbers, all of them checked at once."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from surgesim.base.errors import DomainError, HistoryError, Problem
from surgesim.base.units import parse_duration, parse_window
from surgesim.demand.fit import Surge
from surgesim.demand.history import History
from surgesim.demand.history_checks import DAY_S
from surgesim.demand.kernel import decay_law
from surgesim.demand.usual import check_baseline

Day = date | datetime | str


@dataclass(frozen=True)
class Asked:
    """Horizon and interval in seconds, and opening hours where the history has whole days only."""

    horizon_s: float
    interval_s: float | None
    opening: tuple[float, float] | None


@dataclass(frozen=True)
class Told:
    """What is known besides the counts: days of announcements and peak, usual contacts, capacity, decay law."""

    announcements: tuple[date, ...]
    peak: date | None
    usual: float | None
    capacity: float | None
    kernel: str

    def surge(self, first_day: date) -> Surge:
        """Return the same by days counted from the first of a history."""
        days = tuple(sorted((day - first_day).days for day in self.announcements))
        peak = None if self.peak is None else (self.peak - first_day).days
        return Surge(days, peak, self.usual, self.kernel, self.capacity)

    def no_history(self, as_of: Day | None) -> History:
        """Return a history without a single count, known until the evening of ``as_of`` or of the first announcement.

        Raises
        ------
        HistoryError
            Where nothing tells how large a usual day is, or when.
        """
        if self.usual is None or (as_of is None and not self.announcements):
            what = "no history, so the size is not known"
            raise HistoryError(Problem(what, "history", "give usual=<contacts on a usual day> and announcements=[...]"))
        first = date_of(as_of, "as_of") if as_of is not None else min(self.announcements)
        start = np.array([0.0])
        return History(first, start, start + DAY_S, np.full((1, 1), np.nan), np.zeros(1, dtype=np.int64), known_s=math.inf)


def date_of(day: Day, where: str) -> date:
    """Return the date of a day given as date, datetime or text.

    Raises
    ------
    HistoryError
        If it cannot be read.
    """
    if isinstance(day, datetime):
        return day.date()
    if isinstance(day, date):
        return day
    try:
        return datetime.fromisoformat(str(day)).date()
    except ValueError as error:
        raise HistoryError(Problem(f"{day!r} is not a date", where, 'write "2020-04-07"')) from error


def dates_of(days: Iterable[Day] | Day, where: str = "announcements") -> tuple[date, ...]:
    """Return one or several days as dates; each day once.

    Raises
    ------
    HistoryError
        With every one that cannot be read.
    """
    several = (days,) if isinstance(days, str | date) else tuple(days)
    found: list[date] = []
    faults: list[Problem] = []
    for day in several:
        try:
            found.append(date_of(day, where))
        except HistoryError as error:
            faults.extend(error.problems)
    if faults:
        raise HistoryError(faults)
    return tuple(dict.fromkeys(found))


def read_asked(horizon: str, interval: str | None, opening: str | None) -> Asked:
    """Return horizon, interval and opening hours read as text.

    Raises
    ------
    UnitError
        A quantity that cannot be read.
    DomainError
        A horizon or interval of nothing.
    """
    asked = Asked(
        parse_duration(horizon),
        parse_duration(interval) if interval else None,
        parse_window(opening) if opening else None,
    )
    lengths = (("horizon", asked.horizon_s), ("interval", asked.interval_s))
    none = [Problem("must be longer than nothing", name, 'write for example "7d"') for name, value in lengths if value == 0.0]
    if none:
        raise DomainError(none)
    return asked


def check_numbers(told: Told, paths: int, baseline: str) -> None:
    """Refuse numbers and names outside their domain, all at once.

    Raises
    ------
    DomainError
        With everything found.
    """
    faults: list[Problem] = []
    for name, value in (("usual", told.usual), ("capacity", told.capacity)):
        if value is not None and not (math.isfinite(value) and value > 0.0):
            faults.append(Problem(f"{value:g} contacts a day", name, "give a number above 0"))
    if not isinstance(paths, int | np.integer) or isinstance(paths, bool) or paths < 0:
        faults.append(Problem(f"{paths!r} sample paths", "paths", "give a whole number, 0 for none"))
    for check, name in ((decay_law, told.kernel), (check_baseline, baseline)):
        try:
            check(name)
        except DomainError as error:
            faults.extend(error.problems)
    if faults:
        raise DomainError(faults)
