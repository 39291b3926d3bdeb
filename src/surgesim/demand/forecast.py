"""The public forecast: history in, table, sample paths, state and explanation out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.attached import Attached
from surgesim.base.errors import HistoryError, Problem
from surgesim.base.units import parse_duration, parse_window
from surgesim.demand.baseline import Calendar, Profile, daily_totals, intraday_profile, surge_days
from surgesim.demand.caselibrary import CaseLibrary, case_library
from surgesim.demand.daily import Daily, DailyModel, daily_forecast
from surgesim.demand.explain import explain_change, explain_state
from surgesim.demand.fit import Surge
from surgesim.demand.history import History, read_history
from surgesim.demand.history_checks import DAY_S
from surgesim.demand.paths import sample_paths
from surgesim.demand.rows import Asked, fill_table, lay_grid

if TYPE_CHECKING:
    import polars

Floats = NDArray[np.float64]
Day = date | datetime | str
PACE_TRUST, PACE_FADE = 0.15, 0.85
TAG_DAYS = 200


class State(float):
    """Probability that the peak has passed, 0 to 1, with the ``mode``: before, after, known, announced or quiet (then 1)."""

    mode: str

    def __new__(cls, passed: float, mode: str) -> "State":
        """Return a probability that knows its mode."""
        state = super().__new__(cls, passed)
        state.mode = mode
        return state


@dataclass(frozen=True)
class Request:
    """How a forecast was asked for; kept so that it can be updated."""

    asked: Asked
    paths: int
    seed: int
    model: DailyModel
    reading: Mapping[str, Any]


@dataclass(frozen=True)
class Forecast:
    """A forecast; frozen.

    Parameters
    ----------
    table : polars.DataFrame
        ``start``, ``mean``, ``p05``, ``p25``, ``p50``, ``p75``, ``p95`` in contacts per interval; closed times have no row.
    paths : ndarray, shape (paths, rows of the table)
        Sample paths in contacts per interval.
    state : State
        Probability that the peak has passed, and the mode.
    notes : tuple of Problem
        What was found in the history and mended without changing a number.
    """

    table: "polars.DataFrame"
    paths: NDArray[np.int32]
    state: State
    notes: tuple[Problem, ...]
    history: History = field(repr=False)
    daily: Daily = field(repr=False)
    request: Request = field(repr=False)
    before: "Forecast | None" = field(default=None, repr=False)

    plot = Attached("Forecast.plot")
    """Draws the forecast: ``forecast.plot(language="ja")``."""

    def explain(self) -> str:
        """Return in words what the forecast believes and, after an update, what changed and why."""
        lines = explain_state(self.daily, self.history, float(self.state))
        if self.before is not None:
            lines = explain_change(self, self.before) + lines
        return "\n".join([*lines, *(str(note) for note in self.notes)])

    def update(self, rows: Any) -> "Forecast":
        """Return a new forecast that also knows ``rows`` (new days or intervals, read like the history).

        Raises
        ------
        HistoryError
            If the rows cannot be read or have another grain.
        """
        later = read_history(rows, **self.request.reading)
        if len(later.starts_s) != len(self.history.starts_s):
            later = _regrid(later, self.history)
        model = replace(self.request.model, tried=self.daily.tried)
        return _run(self.history.joined(later), replace(self.request, model=model), before=self)


def _regrid(later: History, history: History) -> History:
    """Return a few new intervals on the grid of the history's day."""
    counts = np.full((later.days, len(history.starts_s)), np.nan)
    place = np.searchsorted(history.starts_s, later.starts_s)
    inside = (place < len(history.starts_s)) & np.isin(later.starts_s, history.starts_s)
    if not inside.all():
        raise HistoryError(Problem("the new rows have another grain than the history", "update"))
    counts[:, place] = later.counts
    return replace(later, starts_s=history.starts_s, ends_s=history.ends_s, counts=counts)


def forecast(
    history: Any,
    horizon: str = "14d",
    as_of: Day | None = None,
    announcements: Iterable[Day] = (),
    interval: str | None = None,
    paths: int = 0,
    seed: int = 1,
    *,
    columns: Mapping[str, str] | None = None,
    parts: Mapping[str, str] | None = None,
    queue: str | None = None,
    country: str | None = "JP",
    library: CaseLibrary | None = None,
    exclude: Iterable[str] = (),
    peak: Day | None = None,
    usual: float | None = None,
    opening: str | None = None,
    capacity: float | None = None,
    kernel: str = "stretched",
    baseline: str = "auto",
) -> Forecast:
    """Forecast contacts from a history, from announcements, or from both.

    Parameters
    ----------
    history : path, frame, History or None
        Columns ``start``, ``offered`` and perhaps ``queue``; any one grain from 5 min to 1 day. None where there is no
        history yet: then give ``announcements`` and ``usual``.
    horizon : str
        How far, for example ``"14d"``.
    as_of : date, datetime or str, optional
        What was known then: a date means its evening. Default: the whole history.
    announcements : iterable of dates
        Past or coming announcements.
    interval : str, optional
        Interval of the table; default: the history's grain (a day where the day comes in uneven parts).
    paths, seed : int
        How many sample paths, and which.
    columns, parts, queue
        See ``history.read_history``.
    country : str or None
        Whose public holidays count.
    library, exclude
        Past cases, and regions to leave out of them. A back-test on a region that the packaged library holds must
        leave it out (``exclude=["tokyo"]``), else the constants have seen the answer.
    peak : date, optional
        Day of the peak where it is known.
    usual : float, optional
        Contacts on a usual day, where the history cannot tell.
    opening : str, optional
        For example ``"09:00-18:00"``: opening hours where the history has whole days only; contacts spread evenly.
    capacity : float, optional
        Contacts a day that can be answered at most; counts near it may hide a higher demand.
    kernel, baseline : str
        See ``kernel.DECAYS`` and ``usual.MODELS``.

    Raises
    ------
    HistoryError
        With every fault of the history, each with its row.
    DomainError
        A name or number outside its domain.
    """
    reading = {"columns": columns, "parts": parts, "queue": queue}
    known = _known(history, as_of, tuple(announcements), usual, reading)
    cases = (library or case_library()).without(exclude) if exclude else (library or case_library())
    surge = Surge(
        tuple(_day_index(day, known, "announcements") for day in announcements),
        None if peak is None else _day_index(peak, known, "peak"),
        usual,
        kernel,
        capacity,
    )
    model = DailyModel(Calendar(known.first_day, country), cases, surge, baseline)
    window = parse_window(opening) if opening else None
    step = parse_duration(interval) if interval else None
    return _run(known, Request(Asked(parse_duration(horizon), step, window), paths, seed, model, reading), None)


def _known(
    history: Any, as_of: Day | None, announcements: tuple[Day, ...], usual: float | None, reading: Mapping[str, Any]
) -> History:
    if history is not None:
        return read_history(history, **reading).until(as_of)
    if usual is None or (as_of is None and not announcements):
        what = "no history, so the size is not known"
        raise HistoryError(Problem(what, "history", "give usual=<contacts on a usual day> and announcements=[...]"))
    first = _date(as_of if as_of is not None else announcements[0], "as_of")
    one = np.array([0.0])
    return History(first, one, one + DAY_S, np.full((1, 1), np.nan), np.zeros(1, dtype=np.int64), known_s=float("inf"))


def _date(day: Day, where: str) -> date:
    if isinstance(day, str):
        try:
            return datetime.fromisoformat(day).date()
        except ValueError as error:
            raise HistoryError(Problem(f"{day!r} is not a date", where, 'write "2020-04-07"')) from error
    return day.date() if isinstance(day, datetime) else day


def _day_index(day: Day, history: History, where: str) -> int:
    return (_date(day, where) - history.first_day).days


def _run(history: History, request: Request, before: Forecast | None) -> Forecast:
    totals = daily_totals(history)
    partial = bool(np.isnan(history.counts[-1]).any()) and history.known_s < float(history.ends_s[-1])
    if partial:
        totals = totals[:-1]
    first = history.first_day + timedelta(days=len(totals))
    skip_s = history.known_s if partial else 0.0
    days = max(1, int(np.ceil((request.asked.horizon_s + skip_s) / DAY_S)))
    daily = daily_forecast(totals, days, request.model)
    tagged = _tagged(totals, request.model.calendar)
    profile = _profile(history, request, tagged)
    if partial:
        daily = _paced(daily, history, profile, first)
    starts, whole_days, grid = lay_grid(history, request.asked, profile, daily, (first, skip_s, days))
    table = fill_table(starts, grid, daily, by_day=whole_days and history.by_day)
    draws = sample_paths(daily.bands, grid, request.paths, request.seed)
    state = State(daily.outlook.passed, daily.outlook.mode)
    notes = (*history.notes, *_surge_notes(history, tagged))
    return Forecast(table, draws, state, notes, history, daily, request, before)


def _tagged(totals: Floats, calendar: Calendar) -> NDArray[np.int64]:
    """Return the surge days among the last ``TAG_DAYS`` days; none where six weeks of counts are not known."""
    start = max(0, len(totals) - TAG_DAYS)
    recent = totals[start:]
    if (~np.isnan(recent)).sum() < 42:
        return np.zeros(0, dtype=np.int64)
    later = Calendar(calendar.first_day + timedelta(days=start), calendar.country)
    return start + np.flatnonzero(surge_days(recent, later))


def _surge_notes(history: History, tagged: NDArray[np.int64]) -> list[Problem]:
    if not len(tagged):
        return []
    rows = [int(row) for row in history.rows[tagged] if row]
    what = f"{len(tagged)} surge days between rows {min(rows)} and {max(rows)}"
    return [Problem(f"{what}; kept out of the usual level and profile", "history")]


def _profile(history: History, request: Request, tagged: NDArray[np.int64]) -> Profile:
    if request.asked.opening is not None and len(history.starts_s) == 1:
        return Profile(np.array(request.asked.opening), np.tile([0.0, 1.0], (7, 1)), 0.1)
    kept = np.ones(history.days, dtype=bool)
    kept[tagged] = False
    return intraday_profile(history, kept)


def _paced(daily: Daily, history: History, profile: Profile, today: date) -> Daily:
    """Scale the forecast by how today runs so far, the less the later the day ahead."""
    seen = ~np.isnan(history.counts[-1])
    edges = np.searchsorted(profile.edges_s, history.starts_s)
    share = np.diff(np.append(profile.cumulative[today.weekday()], 1.0))[edges]
    known = float(share[seen].sum())
    if known < 0.02:
        return daily
    expected = float(np.exp(daily.bands.centre[0]) * daily.factor[0] * known)
    pace = np.log((np.nansum(history.counts[-1]) + 0.5) / (expected + 0.5)) * known / (known + PACE_TRUST)
    centre = daily.bands.centre + pace * PACE_FADE ** np.arange(len(daily.bands.centre))
    return replace(daily, bands=replace(daily.bands, centre=centre))
