"""Needs forecast from past counts: the source of demand of kind ``history``."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from surgesim.base.clock import Clock
from surgesim.base.errors import Problem, ScenarioError
from surgesim.base.units import format_duration, format_window
from surgesim.demand.forecast import Forecast, forecast
from surgesim.scenario.demand import History
from surgesim.scenario.scenario import Scenario

Floats = NDArray[np.float64]

PATH_SEED = 20_000
"""Sample paths belong to the scenario, not to the luck of a run: every run of a scenario sees the same ones."""


def forecast_needs(
    scenario: Scenario, source: History, clock: Clock, paths: int, seed: int = PATH_SEED
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return the expected needs in each interval, and equally likely sample paths of them.

    Parameters
    ----------
    scenario : Scenario
        Whose folder holds the file, and whose opening hours spread a day's count where the file has whole days only.
    source : History
        What to read and until when.
    clock : Clock
        Intervals of the horizon.
    paths, seed : int
        How many sample paths, and their luck; another one than the scenario's own for paths that no plan has seen.

    Returns
    -------
    mean : ndarray, shape (intervals,)
        Expected needs.
    paths : ndarray, shape (paths, intervals)
        Sample paths.

    Raises
    ------
    ScenarioError
        Where the horizon begins before the history ends.
    HistoryError
        Where the file cannot be used.
    """
    if clock.start <= source.until:
        what = f"the horizon begins on {clock.start}, but the history is known until {source.until}"
        raise ScenarioError(Problem(what, "clock.start", "start later, or end the history earlier (until)"))
    made = made_forecast(scenario, source, clock, paths, seed)
    slots = _intervals(made, clock)
    inside = slots >= 0
    mean, drawn = np.zeros(clock.n_intervals), np.zeros((paths, clock.n_intervals))
    np.add.at(mean, slots[inside], made.table["mean"].to_numpy()[inside])
    np.add.at(drawn.T, slots[inside], made.paths.T[inside])
    per_need = source.contacts_per_need or 1.0
    return mean / per_need, drawn / per_need


def made_forecast(scenario: Scenario, source: History, clock: Clock, paths: int, seed: int = PATH_SEED) -> Forecast:
    """Return the forecast behind a source, in the file's own counts."""
    days = (clock.dates[-1] - source.until).days
    columns = source.columns
    parts = {name: format_window(window) for name, window in columns.parts.items()}
    return forecast(
        str(scenario.folder / source.file),
        horizon=f"{days}d",
        as_of=source.until,
        announcements=source.announcements,
        interval=format_duration(clock.interval_s),
        paths=paths,
        seed=seed,
        columns={"start": columns.start, "offered": columns.offered},
        parts=parts or None,
        zone=scenario.clock.time_zone,
        country=scenario.clock.holidays if isinstance(scenario.clock.holidays, str) else None,
        exclude=source.exclude_regions,
        opening=None if parts else _opening(scenario, source, clock),
    )


def _opening(scenario: Scenario, source: History, clock: Clock) -> str:
    """Return the earliest opening and the latest closing of the queues behind the source."""
    queues = {scenario.reasons[reason].queue for reason in source.reasons}
    spans = [scenario.hours[scenario.queues[queue].hours].hours().windows(clock) for queue in queues]
    midnights = clock.midnights_s
    times = [(window - midnights[clock.day_of(window[0])]) for span in spans for window in span]
    return format_window((float(min(time[0] for time in times)), float(max(time[1] for time in times))))


def _intervals(made: Forecast, clock: Clock) -> NDArray[np.int64]:
    starts: list[datetime] = made.table["start"].to_list()
    slots = clock.interval_of(np.array([clock.seconds(start) for start in starts]))
    return np.where((slots >= 0) & (slots < clock.n_intervals), slots, -1)
