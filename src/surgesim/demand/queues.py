"""Several queues: a forecast of each, and a total whose mean and whose every sample path are the sums of theirs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import HistoryError, Problem
from surgesim.demand.baseline import Calendar, daily_totals, split
from surgesim.demand.conformal import TABLE_LEVELS
from surgesim.demand.forecast import Forecast, Request, run_forecast
from surgesim.demand.history import History, read_history
from surgesim.demand.history_rows import queue_names

Floats = NDArray[np.float64]

PATHS = 1000  # so many paths at least give the quantiles of a sum
WEEKS_BELIEVED = 12.0  # so many weeks of counts weigh as much as the belief that queues half move together
BELIEVED = 0.5


def forecast_queues(
    histories: Mapping[str, History],
    request_of: Callable[[History], Request],
    before: Forecast | None = None,
) -> Forecast:
    """Return the total forecast, with the forecast of each queue inside.

    The days' luck of the queues is correlated as the weekly changes of their levels were; within the day each queue has
    its own. All queues are forecast from the same day on.

    Parameters
    ----------
    histories : mapping of str to History
        By queue, all until the same day.
    request_of : callable
        Returns how a history is to be forecast.
    before : Forecast, optional
        The total that this one updates.
    """
    whole = summed(histories)
    common = request_of(whole)
    together = moving_together(histories, common.model.calendar.country)
    queues = {}
    for number, (name, history) in enumerate(histories.items(), start=1):
        asked = request_of(history.until(whole.last_day) if history.last_day != whole.last_day else history)
        luck = replace(asked.luck, queue=number, together=together)
        earlier = before.queues.get(name) if before is not None else None
        asked = replace(asked, paths=max(asked.paths, PATHS), luck=luck)
        queues[name] = run_forecast(replace(history.until(whole.last_day), known_s=whole.known_s), asked, earlier)
    total = run_forecast(whole, common, before)
    return _coherent(total, queues, common.paths)


def _coherent(total: Forecast, queues: dict[str, Forecast], paths: int) -> Forecast:
    """Return the total with the sums of the queues in place of its own numbers, and as many paths as were asked for."""
    import polars

    starts = sorted({start for one in queues.values() for start in one.table["start"].to_list()})
    place = {start: at for at, start in enumerate(starts)}
    drawn = max(len(one.paths) for one in queues.values())
    mean, sums = np.zeros(len(starts)), np.zeros((drawn, len(starts)), dtype=np.int32)
    for one in queues.values():
        rows = [place[start] for start in one.table["start"].to_list()]
        mean[rows] += one.table["mean"].to_numpy()
        sums[:, rows] += one.paths
    quantiles = np.quantile(sums, TABLE_LEVELS, axis=0)
    columns: dict[str, Any] = {"start": polars.Series(starts, dtype=total.table.schema["start"]), "mean": mean}
    columns |= {f"p{round(100 * level):02d}": row for level, row in zip(TABLE_LEVELS, quantiles, strict=True)}
    kept = {name: replace(one, paths=one.paths[:paths]) for name, one in queues.items()}
    return replace(total, table=polars.DataFrame(columns), paths=sums[:paths], queues=kept)


def update_queues(total: Forecast, rows: Any) -> Forecast:
    """Return a total that also knows ``rows``; a queue that they do not name stays as it was known.

    Raises
    ------
    HistoryError
        If the rows name a queue that the history did not.
    """
    reading = dict(total.request.reading)
    named = queue_names(rows, dict(reading["columns"] or {}))
    unknown = [name for name in named if name not in total.queues]
    if unknown or not named:
        what = f"unknown queue {', '.join(unknown)}" if unknown else "no column 'queue' in the new rows"
        raise HistoryError(Problem(what, "update", f"the history has {', '.join(total.queues)}"))
    histories = {}
    for name, one in total.queues.items():
        own = one.history
        if name in named:
            own = own.joined(read_history(rows, **(reading | {"queue": name})).on_grid(own))
        histories[name] = own

    def request_of(history: History) -> Request:
        days = (total.history.first_day - history.first_day).days
        model = total.request.model
        surge = replace(model.surge, announcements=tuple(day + days for day in model.surge.announcements))
        if surge.peak is not None:
            surge = replace(surge, peak=surge.peak + days)
        calendar = Calendar(history.first_day, model.calendar.country)
        return replace(total.request, model=replace(model, calendar=calendar, surge=surge))

    return forecast_queues(histories, request_of, total)


def read_queues(source: Any, reading: Mapping[str, Any]) -> dict[str, History]:
    """Return the history of each queue that a source names.

    Raises
    ------
    HistoryError
        With every fault of the first queue that has any.
    """
    names = queue_names(source, dict(reading["columns"] or {}))
    return {name: read_history(source, **{**reading, "queue": name}) for name in names}


def summed(histories: Mapping[str, History]) -> History:
    """Return the sum over queues; what is missing in one is missing in the sum, but not before it opened or when it is shut."""
    parts = list(histories.values())
    first, last = min(one.first_day for one in parts), max(one.last_day for one in parts)
    ends = dict(sorted({start: end for one in parts for start, end in zip(one.starts_s, one.ends_s, strict=True)}.items()))
    starts = np.array(list(ends))
    counts = np.zeros(((last - first).days + 1, len(starts)))
    seen = np.zeros(counts.shape, dtype=bool)
    rows = np.zeros(len(counts), dtype=np.int64)
    for one in parts:
        at = slice((one.first_day - first).days, (one.first_day - first).days + one.days)
        columns = np.searchsorted(starts, one.starts_s)
        used = ~np.isnan(one.counts).all(axis=0)  # times at which this queue is ever open
        weekday = (one.first_day.weekday() + np.arange(one.days)) % 7
        own = np.where(one.open_weekdays[weekday][:, None], one.counts, 0.0)  # shut is nothing, missing stays missing
        counts[at, columns[used]] += own[:, used]
        seen[at, columns[used]] |= True
        rows[at] = np.maximum(rows[at], one.rows)
    counts[~seen] = np.nan
    notes = tuple(dict.fromkeys(note for one in parts for note in one.notes))
    known_s = min((one.known_s for one in parts if one.last_day == last), default=float("inf"))
    return replace(
        parts[0], first_day=first, starts_s=starts, ends_s=np.array(list(ends.values())), counts=counts, rows=rows,
        notes=notes, known_s=known_s,
    )  # fmt: skip


def moving_together(histories: Mapping[str, History], country: str | None) -> float:
    """Return the mean correlation of the queues' weekly log level changes, leaned on one half where little is known."""
    levels = {}
    for name, one in histories.items():
        parts = split(daily_totals(one), Calendar(one.first_day, country))
        days = [one.first_day + timedelta(days=parts.start + at) for at in range(len(parts.level))]
        levels[name] = dict(zip(days, parts.level, strict=True))
    shared = sorted(set.intersection(*(set(level) for level in levels.values())))
    weekly = np.array([[level[day] for day in shared[::7]] for level in levels.values()])
    changes = np.diff(weekly, axis=1)
    if changes.shape[1] < 3 or (changes.std(axis=1) < 1e-9).any():
        return BELIEVED
    pairs = np.corrcoef(changes)[np.triu_indices(len(changes), 1)]
    weight = changes.shape[1] / (changes.shape[1] + WEEKS_BELIEVED)
    return float(np.clip(weight * pairs.mean() + (1.0 - weight) * BELIEVED, 0.0, 1.0))
