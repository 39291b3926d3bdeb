"""A history of contacts: read it, name every fault by its row, and hold it as days by parts of the day.

Two kinds of finding are kept apart. A *fault* (duplicate, negative count, mixed grain, totals row, renamed column ...)
stops the reading: all faults are raised at once. A *note* (missing days, zeros before opening, another encoding) says
what was done; a missing day stays missing, it is never a zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import HistoryError, Problem
from surgesim.base.units import parse_window
from surgesim.demand.history_checks import DAY_S, daily_rows_inside, duplicates, far_apart, gathered, grain_s
from surgesim.demand.history_notes import known_until, noted
from surgesim.demand.history_open import Row, Table, open_table
from surgesim.demand.history_rows import parse_rows


@dataclass(frozen=True)
class History:
    """Counts by day and part of the day.

    Parameters
    ----------
    first_day : date
        Day of the first row of ``counts``.
    starts_s, ends_s : ndarray, shape (parts,)
        Start and end of each part of the day, seconds from local midnight; a part may end past midnight.
    counts : ndarray, shape (days, parts)
        Contacts; NaN where nothing is known.
    rows : ndarray, shape (days,)
        Row of the source that begins the day (1 = header of a file; frames count from 1); 0 where there is none.
    notes : tuple of Problem
        What was found and mended without changing a number.
    zone : str
        Time zone of the desk: stamps with an offset were brought to it. Empty where nobody said.
    by_day : bool
        True where the source holds dates rather than instants.
    known_s : float
        How much of the last day is over, seconds from its midnight; the day's full length where all is known.
    """

    first_day: date
    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    counts: NDArray[np.float64]
    rows: NDArray[np.int64]
    notes: tuple[Problem, ...] = ()
    zone: str = ""
    by_day: bool = True
    known_s: float = field(default=float(DAY_S))

    @property
    def days(self) -> int:
        """Number of calendar days covered, missing ones included."""
        return int(self.counts.shape[0])

    @property
    def last_day(self) -> date:
        """Last calendar day covered."""
        return self.first_day + timedelta(days=self.days - 1)

    @property
    def parts_even(self) -> bool:
        """Whether the parts of the day are the intervals of the source rather than a mapping of coarse parts."""
        return not self.by_day

    @property
    def open_weekdays(self) -> NDArray[np.bool_]:
        """Weekdays (0 = Monday) with at least one contact; all seven below two weeks of data. Shape (7,)."""
        if self.days < 14:
            return np.ones(7, dtype=bool)
        weekday = (self.first_day.weekday() + np.arange(self.days)) % 7
        busy = np.nansum(self.counts, axis=1) > 0
        return np.array([bool(busy[weekday == day].any()) for day in range(7)])

    def until(self, as_of: "date | datetime | str | None") -> "History":
        """Return what was known at ``as_of``: a date means the evening of that day, an instant that very moment.

        Raises
        ------
        HistoryError
            If nothing was known by then.
        """
        if as_of is None:
            return self
        day, second = _moment(as_of, self.zone)
        keep = (day - self.first_day).days + 1
        if keep <= 0:
            raise HistoryError(Problem(f"as_of {as_of} lies before the first day {self.first_day}", "as_of"))
        counts = np.full((keep, self.counts.shape[1]), np.nan)
        rows = np.zeros(keep, dtype=np.int64)
        shared = min(keep, self.days)
        counts[:shared], rows[:shared] = self.counts[:shared], self.rows[:shared]
        counts[-1, self.ends_s > second] = np.nan
        if np.isnan(counts).all():
            raise HistoryError(Problem(f"nothing is known by {as_of}", "as_of", f"the first day is {self.first_day}"))
        return replace(self, counts=counts, rows=rows, known_s=second)

    def on_grid(self, other: "History") -> "History":
        """Return these days on the parts of the day of ``other``; a few new intervals need not be a whole day.

        Raises
        ------
        HistoryError
            If a part of the day does not fit.
        """
        if len(self.starts_s) == len(other.starts_s):
            return self
        counts = np.full((self.days, len(other.starts_s)), np.nan)
        if not np.isin(self.starts_s, other.starts_s).all():
            raise HistoryError(Problem("the new rows have another grain than the history", "update"))
        counts[:, np.searchsorted(other.starts_s, self.starts_s)] = self.counts
        return replace(self, starts_s=other.starts_s, ends_s=other.ends_s, counts=counts)

    def joined(self, later: "History") -> "History":
        """Return this history with the known values of ``later`` written over it; the same parts of the day.

        Raises
        ------
        HistoryError
            If the parts of the day differ.
        """
        same = later.starts_s.shape == self.starts_s.shape and bool(np.allclose(later.starts_s, self.starts_s))
        if not same:
            raise HistoryError(Problem("the new rows have another grain than the history", "update"))
        first = min(self.first_day, later.first_day)
        last = max(self.last_day, later.last_day)
        counts = np.full(((last - first).days + 1, len(self.starts_s)), np.nan)
        rows = np.zeros(len(counts), dtype=np.int64)
        for part in (self, later):
            at = (part.first_day - first).days
            known = ~np.isnan(part.counts)
            counts[at : at + part.days][known] = part.counts[known]
        at = (self.first_day - first).days
        rows[at : at + self.days] = self.rows  # rows of another source have numbers of their own
        both = replace(self, first_day=first, counts=counts, rows=rows)
        return replace(both, known_s=known_until(both))


def _moment(as_of: "date | datetime | str", zone: str) -> tuple[date, float]:
    if isinstance(as_of, str):
        try:
            as_of = datetime.fromisoformat(as_of) if len(as_of) > 10 else date.fromisoformat(as_of)
        except ValueError as error:
            problem = Problem(f"as_of {as_of!r} is not a date", "as_of", 'write for example "2020-04-20"')
            raise HistoryError(problem) from error
    if isinstance(as_of, datetime):
        if as_of.tzinfo is not None and zone:
            as_of = as_of.astimezone(ZoneInfo(zone))
        return as_of.date(), float((as_of.replace(tzinfo=None) - datetime.combine(as_of.date(), time())).seconds)
    return as_of, float("inf")


def read_history(
    source: Any,
    columns: Mapping[str, str] | None = None,
    parts: Mapping[str, str] | None = None,
    queue: str | None = None,
    zone: str = "Asia/Tokyo",
) -> History:
    """Read a history of contacts and check it.

    Parameters
    ----------
    source : path, polars or pandas frame, or History
        Columns ``start`` (dates or instants, the label is the start of the interval), ``offered`` and, where the
        source holds several, ``queue``. Any one grain from 5 min to 1 day.
    columns : mapping, optional
        Our name to the source's name, for example ``{"start": "date", "offered": "calls"}``.
    parts : mapping, optional
        Columns that each hold a part of the day, for example ``{"h09_13": "09:00-13:00", "h13_17": "13:00-17:00"}``;
        they take the place of ``offered``.
    queue : str, optional
        Which queue to read, where there are several.
    zone : str
        Time zone of the desk. Stamps with an offset (``2020-02-26T00:00:00Z``, as cloud services export them) are
        brought to it; stamps without one are the desk's own time.

    Raises
    ------
    HistoryError
        With every fault found, each with its row.
    """
    if isinstance(source, History):
        return source
    _check_zone(zone)
    table = open_table(source)
    table.zone = zone
    faults: list[Problem] = []
    rows = parse_rows(table, dict(columns or {}), tuple(parts or ()), queue, faults)
    if parts:
        return _from_parts(table, rows, parts, faults)
    return _from_rows(table, rows, faults)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise HistoryError(Problem(f"unknown time zone {zone!r}", "zone", 'write for example "Asia/Tokyo"')) from error


def _stop(table: Table, faults: list[Problem]) -> None:
    if faults:
        raise HistoryError(gathered(table, faults))


def _from_rows(table: Table, rows: list[Row], faults: list[Problem]) -> History:
    duplicates(table, rows, faults)
    if not rows:
        _stop(table, [*faults, Problem("no usable row", table.name)])
    far_apart(table, rows, faults)
    grain = grain_s(table, rows, faults)
    daily_rows_inside(table, rows, grain, faults)
    _stop(table, faults)
    offsets = np.array([(row.start - datetime.combine(row.start.date(), time())).seconds for row in rows])
    starts = np.unique(offsets) if grain < DAY_S else np.unique(offsets[:1])
    values = np.array([row.values[0] for row in rows])
    return _build(table, rows, offsets, values, starts.astype(float), starts + float(grain))


def _from_parts(table: Table, rows: list[Row], parts: Mapping[str, str], faults: list[Problem]) -> History:
    duplicates(table, rows, faults)
    windows = [parse_window(text) for text in parts.values()]
    order = sorted(range(len(windows)), key=lambda at: windows[at])
    for a, b in pairwise(order):
        if windows[a][1] > windows[b][0]:
            faults.append(Problem("two parts of the day overlap", f"parts: {list(parts)[a]}, {list(parts)[b]}"))
    if not rows:
        faults.append(Problem("no usable row", table.name))
    _stop(table, faults)
    starts = np.array([windows[at][0] for at in order], dtype=float)
    ends = np.array([windows[at][1] for at in order], dtype=float)
    offsets = np.tile(starts, len(rows))
    values = np.array([row.values[at] for row in rows for at in order])
    return _build(table, [row for row in rows for _ in order], offsets, values, starts, ends)


def _build(
    table: Table,
    rows: Sequence[Row],
    offsets: NDArray[Any],
    values: NDArray[np.float64],
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
) -> History:
    dates = [row.start.date() for row in rows]
    first, last = min(dates), max(dates)
    counts = np.full(((last - first).days + 1, len(starts)), np.nan)
    numbers = np.zeros(len(counts), dtype=np.int64)
    for row, day, offset, value in zip(rows, dates, offsets, values, strict=True):
        at = (day - first).days
        part = int(np.searchsorted(starts, offset)) if len(starts) > 1 else 0
        counts[at, part] = value if np.isnan(counts[at, part]) else counts[at, part] + value  # an hour repeated by the clock
        numbers[at] = min(numbers[at] or row.number, row.number)
    return noted(table, History(first, starts, ends, counts, numbers, zone=table.zone, by_day=table.by_day))
