"""The public forecast: history in, table, sample paths, state and explanation out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.attached import Attached
from surgesim.base.errors import Problem
from surgesim.demand.asking import Asked, Day, Told, check_numbers, date_of, dates_of, read_asked
from surgesim.demand.baseline import Calendar, Profile, intraday_profile
from surgesim.demand.caselibrary import CaseLibrary, case_library
from surgesim.demand.daily import Daily, DailyModel, daily_forecast
from surgesim.demand.explain import explain_change, explain_state
from surgesim.demand.history import History, read_history
from surgesim.demand.history_checks import DAY_S
from surgesim.demand.history_rows import several_queues
from surgesim.demand.opening import check_recent, open_days, open_totals
from surgesim.demand.pace import paced, surge_notes, tagged_days
from surgesim.demand.paths import Luck, sample_paths
from surgesim.demand.rows import fill_table, lay_grid

if TYPE_CHECKING:
    import polars

Floats = NDArray[np.float64]


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
    luck: Luck
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
    queues : mapping of str to Forecast
        Forecast of each queue, where the history names several; then this is the total: its mean and every one of its
        paths are the sums of theirs.
    """

    table: "polars.DataFrame"
    paths: NDArray[np.int32]
    state: State
    notes: tuple[Problem, ...]
    history: History = field(repr=False)
    daily: Daily = field(repr=False)
    request: Request = field(repr=False)
    before: "Forecast | None" = field(default=None, repr=False)
    queues: "Mapping[str, Forecast]" = field(default_factory=dict, repr=False)

    plot = Attached("Forecast.plot")
    """Draws the forecast: ``forecast.plot(language="ja")``."""

    def explain(self, language: str = "en") -> str:
        """Return in words what the forecast believes and, after an update, what changed and why.

        Parameters
        ----------
        language : str
            ``"en"`` or ``"ja"``; notes about the history stay English.

        Raises
        ------
        DomainError
            Another language.
        """
        lines = explain_state(self.daily, self.history, float(self.state), language)
        if self.before is not None:
            lines = explain_change(self, self.before, language) + lines
        return "\n".join([*lines, *(str(note) for note in self.notes)])

    def by_queue(self) -> "polars.DataFrame":
        """Return the table of every queue and of the total, with a column ``queue`` first."""
        import polars

        named = [*self.queues.items(), ("total", self)] if self.queues else [("", self)]
        return polars.concat([one.table.select(polars.lit(name).alias("queue"), polars.all()) for name, one in named])

    def read(self, rows: Any) -> History:
        """Return rows read like the history of this forecast; of several queues their sum.

        Raises
        ------
        HistoryError
            With every fault of the rows.
        """
        if not self.queues:
            return read_history(rows, **self.request.reading)
        from surgesim.demand.queues import read_queues, summed

        return summed(read_queues(rows, self.request.reading))

    def update(self, rows: Any) -> "Forecast":
        """Return a new forecast that also knows ``rows`` (new days or intervals, read like the history).

        Raises
        ------
        HistoryError
            If the rows cannot be read or have another grain.
        """
        if self.queues:
            from surgesim.demand.queues import update_queues

            return update_queues(self, rows)
        later = self.read(rows).on_grid(self.history)
        model = replace(self.request.model, tried=self.daily.tried)
        return run_forecast(self.history.joined(later), replace(self.request, model=model), before=self)


def forecast(
    history: Any,
    horizon: str = "14d",
    as_of: Day | None = None,
    announcements: Iterable[Day] | Day = (),
    interval: str | None = None,
    paths: int = 0,
    seed: int = 1,
    *,
    columns: Mapping[str, str] | None = None,
    parts: Mapping[str, str] | None = None,
    queue: str | None = None,
    zone: str = "Asia/Tokyo",
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
    horizon, interval : str
        How far, for example ``"14d"``, and in which steps; the default is the history's own grain (a day where the day
        comes in uneven parts).
    as_of, announcements, peak : date, datetime or str
        What was known then (a date means its evening; default: all), past or coming announcements, and the day of the
        peak where it is known.
    paths, seed : int
        How many sample paths, and which.
    columns, parts, queue, zone
        See ``history.read_history``. Several queues, none of them asked for: each gets its forecast, see ``Forecast.queues``.
    country : str or None
        Whose public holidays count.
    library, exclude
        Past cases, and regions to leave out of them. A back-test on a region that the packaged library holds must
        leave it out (``exclude=["tokyo"]``), else the constants have seen the answer.
    usual, capacity : float, optional
        Contacts on a usual day, where the history cannot tell; contacts a day that can be answered at most: counts near
        it may hide a higher demand.
    opening : str, optional
        For example ``"09:00-18:00"``: opening hours where the history has whole days only; contacts spread evenly.
    kernel, baseline : str
        See ``kernel.DECAYS`` and ``usual.choose``.

    Raises
    ------
    HistoryError
        With every fault of the history, each with its row.
    DomainError
        Names or numbers outside their domain, all of them at once.
    """
    reading: dict[str, Any] = {"columns": columns, "parts": parts, "queue": queue, "zone": zone}
    told = Told(dates_of(announcements), None if peak is None else date_of(peak, "peak"), usual, capacity, kernel)
    check_numbers(told, paths, baseline)
    cases = (library or case_library()).without(exclude) if exclude else (library or case_library())
    asked = read_asked(horizon, interval, opening)

    def request_of(known: History) -> Request:
        model = DailyModel(Calendar(known.first_day, country), cases, told.surge(known.first_day), baseline)
        return Request(asked, paths, Luck(seed), model, reading)

    if several_queues(history, reading, {"usual": usual, "capacity": capacity}):
        from surgesim.demand.queues import forecast_queues, read_queues

        return forecast_queues({name: one.until(as_of) for name, one in read_queues(history, reading).items()}, request_of)
    alone = told.no_history(as_of) if history is None else read_history(history, **reading).until(as_of)
    return run_forecast(alone, request_of(alone), None)


def run_forecast(history: History, request: Request, before: Forecast | None) -> Forecast:
    """Return the forecast of one history; ``before`` is the forecast that it updates."""
    country = request.model.calendar.country
    totals = open_totals(history, country)
    partial = bool(np.isnan(history.counts[-1]).any()) and history.known_s < float(history.ends_s[-1])
    if partial:
        totals = totals[:-1]
    check_recent(history, totals)
    first = history.first_day + timedelta(days=len(totals))
    skip_s = history.known_s if partial else 0.0
    days = max(1, int(np.ceil((request.asked.horizon_s + skip_s) / DAY_S)))
    daily = daily_forecast(totals, days, request.model)
    tagged = tagged_days(totals, request.model.calendar)
    profile = _profile(history, request, tagged)
    if partial:
        daily = paced(daily, history, profile, first)
    opened = open_days(history, country, first, days)
    starts, whole_days, grid = lay_grid(history, request.asked, profile, (daily, opened), (first, skip_s))
    table = fill_table(starts, grid, daily, by_day=whole_days and history.by_day)
    draws = sample_paths(daily.bands, grid, request.paths, request.luck)
    state = State(daily.outlook.passed, daily.outlook.mode)
    notes = (*history.notes, *surge_notes(history, tagged))
    return Forecast(table, draws, state, notes, history, daily, request, before)


def _profile(history: History, request: Request, tagged: NDArray[np.int64]) -> Profile:
    if request.asked.opening is not None and len(history.starts_s) == 1:
        return Profile(np.array(request.asked.opening), np.tile([0.0, 1.0], (7, 1)), 0.1)
    kept = np.ones(history.days, dtype=bool)
    kept[tagged] = False
    return intraday_profile(history, kept)
