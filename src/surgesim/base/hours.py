"""Opening hours: a week of windows, holidays and special dates, laid on a clock.

A window belongs to the day on which it starts, also where it runs past midnight. Wall-clock times hold on days on
which the clocks change: 09:00-18:00 is nine hours then too, 00:00-24:00 is 23 or 25.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.clock import Clock
from surgesim.base.daytimes import DAY_S, format_window, parse_date, parse_window
from surgesim.base.errors import DomainError, InputError, Problem, UnitError
from surgesim.base.text import suggestion

Array = NDArray[np.float64]
Windows = tuple[tuple[float, float], ...]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = (*WEEKDAYS, "mon-fri", "mon-sat", "sat-sun", "daily", "holiday")


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours in local time of day.

    Parameters
    ----------
    weekly : tuple of seven tuples of (start_s, end_s)
        Windows of Monday to Sunday in seconds after midnight; an end may lie past midnight.
    holiday : tuple of (start_s, end_s) or None
        Windows of holidays; None is the same as on other days of that weekday.
    special : tuple of (date, windows)
        Windows of single days; they hold instead of both.
    """

    weekly: tuple[Windows, ...] = ((),) * 7
    holiday: Windows | None = None
    special: tuple[tuple[date, Windows], ...] = ()

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise DomainError(Problem(f"{len(self.weekly)} days in a week", instead="give seven, from Monday"))

    @classmethod
    def of(cls, mapping: Mapping[object, Sequence[object] | str]) -> "Hours":
        """Return the hours of a mapping such as ``{"mon-fri": ["09:00-18:00"], "holiday": [], "2027-12-31": []}``.

        Days that are not named are closed. Windows are texts or pairs of seconds.

        Raises
        ------
        UnitError
            Unknown days, days named twice, or unreadable windows; all at once.
        """
        named: dict[str | date, Windows] = {}
        problems: list[Problem] = []
        for key, value in mapping.items():
            try:
                windows = _windows_of(value)
                days = _days_of(key)
            except InputError as error:
                problems += [Problem(p.what, str(key), p.instead) for p in error.problems]
                continue
            for day in days:
                if day in named:
                    problems.append(Problem(f"{day} is named twice", str(key), "name each day once"))
                named[day] = windows
        if problems:
            raise UnitError(problems)
        special = tuple((day, windows) for day, windows in named.items() if isinstance(day, date))
        return cls(tuple(named.get(day, ()) for day in WEEKDAYS), named.get("holiday"), tuple(sorted(special)))

    @classmethod
    def always(cls) -> "Hours":
        """Return the hours of a desk that never closes."""
        return cls((((0.0, DAY_S),),) * 7)

    def on_day(self, day: date, is_holiday: bool = False) -> Windows:
        """Return the windows that start on a day, in seconds after its midnight."""
        for special, windows in self.special:
            if special == day:
                return windows
        if is_holiday and self.holiday is not None:
            return self.holiday
        return self.weekly[day.weekday()]

    def on(self, clock: Clock) -> "Opening":
        """Return these hours laid on a clock."""
        return _laid(self, clock)

    def windows(self, clock: Clock) -> Array:
        """Return the open windows in seconds of a clock, merged, sorted and clipped to its horizon; shape (k, 2)."""
        return self.on(clock).windows.copy()

    def open_share(self, clock: Clock) -> Array:
        """Return the share of each interval that is open; shape (n_intervals,)."""
        return self.on(clock).open_share()

    def problems(self) -> tuple[Problem, ...]:
        """Return what cannot be meant: windows that overlap, also across midnight, and a desk that never opens."""
        named = {**dict(zip(WEEKDAYS, self.weekly, strict=True)), "holiday": self.holiday or ()}
        named |= {str(day): windows for day, windows in self.special}
        found = [problem for name, windows in named.items() for problem in _overlaps(name, windows)]
        followers = [(day, WEEKDAYS[(place + 1) % 7]) for place, day in enumerate(WEEKDAYS)]
        followers += [(day, "holiday") for day in WEEKDAYS] + [("holiday", day) for day in (*WEEKDAYS, "holiday")]
        for name, follower in (*followers, *self._special_neighbours()):
            found += _overlaps_at_midnight(name, named[name], follower, named[follower])
        if not any(named.values()):
            found.append(Problem("the desk is closed all day, every day", "", 'write for example mon-fri: ["09:00-18:00"]'))
        return tuple(dict.fromkeys(found))

    def _special_neighbours(self) -> list[tuple[str, str]]:
        """Return the pairs of days, before and after, in which one is special."""
        special = {day for day, _ in self.special}
        pairs = []
        for day in special:
            before, after = day - timedelta(days=1), day + timedelta(days=1)
            pairs.append((str(before) if before in special else WEEKDAYS[before.weekday()], str(day)))
            if after not in special:
                pairs.append((str(day), WEEKDAYS[after.weekday()]))
        return sorted(pairs)


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """Opening hours on a clock, in its seconds.

    Parameters
    ----------
    windows : ndarray of float, shape (k, 2)
        Open from the first up to, not including, the second; sorted and apart.
    edges_s : ndarray of float, shape (n + 1,)
        Edges of the intervals of the clock.
    """

    windows: Array
    edges_s: Array

    def is_open(self, seconds: ArrayLike) -> NDArray[np.bool_]:
        """Tell for each second whether the desk is open."""
        return np.asarray(np.searchsorted(self.windows.ravel(), seconds, side="right") % 2 == 1, dtype=np.bool_)

    def next_open(self, seconds: ArrayLike) -> Array:
        """Return for each second itself if open, else the next opening; infinite after the last."""
        moments = np.asarray(seconds, dtype=np.float64)
        openings = np.append(self.windows[:, 0], np.inf)
        return np.where(self.is_open(moments), moments, openings[np.searchsorted(self.windows[:, 0], moments)])

    def elapsed(self, seconds: ArrayLike) -> Array:
        """Return the open seconds from the start of the clock to each second."""
        if not len(self.windows):
            return np.zeros_like(np.asarray(seconds, dtype=np.float64))
        sums = np.concatenate([[0.0], np.cumsum(self.windows[:, 1] - self.windows[:, 0])])
        known = np.stack([sums[:-1], sums[1:]], axis=1).ravel()
        return np.asarray(np.interp(np.asarray(seconds, dtype=np.float64), self.windows.ravel(), known), dtype=np.float64)

    def open_seconds(self, start_s: ArrayLike, end_s: ArrayLike) -> Array:
        """Return the open seconds between two moments: the business-hours clock."""
        return self.elapsed(end_s) - self.elapsed(start_s)

    def after_open_seconds(self, start_s: float, open_s: float) -> float:
        """Return the moment at which ``open_s`` open seconds have passed since ``start_s``; infinite if never."""
        left = open_s
        for opens, closes in self.windows.tolist():
            usable = closes - max(opens, start_s)
            if usable >= left and usable > 0:
                return float(max(opens, start_s) + left)
            left -= max(usable, 0.0)
        return np.inf

    def open_share(self) -> Array:
        """Return the share of each interval of the clock that is open."""
        return np.diff(self.elapsed(self.edges_s)) / np.diff(self.edges_s)


def _windows_of(value: Sequence[object] | str) -> Windows:
    entries: Sequence[object] = [value] if isinstance(value, str) else value
    windows: list[tuple[float, float]] = []
    problems: list[Problem] = []
    for entry in entries:
        try:
            if isinstance(entry, tuple) and len(entry) == 2:
                entry = format_window((float(entry[0]), float(entry[1])))
            windows.append(parse_window(entry))
        except InputError as error:
            problems += error.problems
    if problems:
        raise UnitError(problems)
    return tuple(windows)


def _days_of(key: object) -> tuple[str | date, ...]:
    if isinstance(key, date) or (isinstance(key, str) and key[:1].isdigit()):
        return (parse_date(key),)
    if key == "holiday" or key in WEEKDAYS:
        return (str(key),)
    if key not in _KEYS:
        raise UnitError(Problem(f"unknown day {key!r}", instead=f"{suggestion(str(key), _KEYS)}, or a date"))
    first, last = ("mon", "sun") if key == "daily" else str(key).split("-")
    return WEEKDAYS[WEEKDAYS.index(first) : WEEKDAYS.index(last) + 1]


def _overlaps(name: str, windows: Windows) -> list[Problem]:
    return [
        Problem(f"{format_window(one)} and {format_window(two)} overlap", name, "join them into one window")
        for one, two in itertools.pairwise(sorted(windows))
        if two[0] < one[1]
    ]


def _overlaps_at_midnight(name: str, windows: Windows, follower: str, following: Windows) -> list[Problem]:
    return [
        Problem(f"{format_window(one)} runs past midnight into {format_window(two)} of {follower}", name,
                "end the first where the second starts")
        for one in windows
        for two in following
        if one[1] - DAY_S > two[0]
    ]  # fmt: skip


@lru_cache(maxsize=256)
def _laid(hours: Hours, clock: Clock) -> Opening:
    """Lay hours on a clock; the day before the first may still run past midnight."""
    pieces = []
    for offset in range(-1, clock.days):
        day = clock.start + timedelta(days=offset)
        for start, end in hours.on_day(day, day in clock.holidays):
            pieces.append((clock.local_seconds(day, start), clock.local_seconds(day, end)))
    merged: list[list[float]] = []
    for start, end in sorted(pieces):
        start, end = max(start, 0.0), min(end, clock.horizon_s)
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return Opening(np.array(merged, dtype=np.float64).reshape(-1, 2), clock.edges_s)
