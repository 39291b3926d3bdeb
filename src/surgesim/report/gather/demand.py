"""Facts about demand: the fan of needs by day, the history before it, announcements, and what happened afterwards."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.units import format_window
from surgesim.report.facts import Fan
from surgesim.report.facts_people import People
from surgesim.scenario.demand import Actuals, History
from surgesim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from surgesim.demand.forecast import Forecast
    from surgesim.demand.needs import Needs

PAST_DAYS = 42
"""Days of history shown before the horizon."""
DRAWS = 400


def fan(scenario: Scenario, needs: "Needs", seed: int) -> Fan:
    """Return the expected needs by day, with their spread over the forecast's paths and random factors.

    Parameters
    ----------
    scenario : Scenario
        Whose history, announcements and actuals are shown.
    needs : Needs
        Needs of the scenario.
    seed : int
        Luck of the random factors.
    """
    clock = scenario.calendar()
    draws = len(needs.paths) if needs.paths is not None else (DRAWS if _random(needs) else 1)
    by_day = np.array([_by_day(needs.intensity(seed, draw), needs.day, clock.days) for draw in range(draws)])
    bands = np.quantile(by_day, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    names = ("p05", "p25", "p50", "p75", "p95")
    past_days, past, past_counts = _past(scenario)
    actual_days, actual, actual_counts = _actuals(scenario)
    return Fan(
        days=tuple(clock.dates),
        **{name: tuple(band.tolist()) for name, band in zip(names, bands, strict=True)},
        total=tuple(np.quantile(by_day.sum(axis=1), (0.05, 0.5, 0.95)).tolist()),
        past_days=past_days, past=past, past_counts=past_counts,
        actual_days=actual_days, actual=actual, actual_counts=actual_counts,
        announcements=tuple(sorted(_announcements(scenario))),
    )  # fmt: skip


def _random(needs: "Needs") -> bool:
    return bool(needs.day_noise.any() or needs.size_noise.any())


def _by_day(intensity: NDArray[np.float64], day: NDArray[np.int64], days: int) -> NDArray[np.float64]:
    return np.bincount(day, weights=intensity.sum(axis=0), minlength=days).astype(np.float64)


def _announcements(scenario: Scenario) -> Iterator[tuple[datetime, str]]:
    for source in scenario.demand.values():
        if isinstance(source, History):
            yield from ((at, "") for at in source.announcements)
    if scenario.incident is not None:
        for name, item in scenario.incident.announcements.items():
            yield item.at, name


def people(scenario: Scenario, needs: "Needs") -> People | None:
    """Return how many people the incident concerns and reaches, and its share of the needs; None without an incident."""
    from surgesim.demand.announced import populations, waves
    from surgesim.demand.sources import preset_of

    incident = scenario.incident
    if incident is None:
        return None
    preset, clock = preset_of(incident), scenario.calendar()
    parts = populations(incident, preset)
    of_incident = needs.source == len(scenario.demand)
    total = float(needs.mean.sum())
    return People(
        affected=float(sum(part.incident.affected for part in parts)),
        reached=float(sum(wave.reached for part in parts for wave in waves(part.incident, preset, clock))),
        share_of_needs=float(needs.mean[of_incident].sum()) / total if total > 0.0 else 0.0,
    )


def _past(scenario: Scenario) -> "tuple[tuple[date, ...], tuple[float | None, ...], str]":
    for source in scenario.demand.values():
        if isinstance(source, History):
            return _counts(scenario, source, source.until - timedelta(days=PAST_DAYS - 1), source.until)
    return (), (), ""


def _actuals(scenario: Scenario) -> "tuple[tuple[date, ...], tuple[float | None, ...], str]":
    if scenario.actuals is None:
        return (), (), ""
    dates = scenario.calendar().dates
    return _counts(scenario, scenario.actuals, dates[0], dates[-1])


def fan_of_forecast(forecast: "Forecast", actual: Any = None) -> Fan:
    """Return the contacts of a forecast by day, with the last days of its history and the announcements it knows.

    ``actual`` are counts of the forecast's days, read like its history; days that are not known stay open.

    The quantiles of the total are sums over the days: the total if all days ran high, or low, together.
    """
    history, daily = forecast.history, forecast.daily
    days = forecast.table["start"].dt.date().unique().sort().to_list()
    counts = history.counts[: daily.first]
    first = history.first_day + timedelta(days=daily.first)
    places = [(day - first).days for day in days]
    bands = daily.quantiles(np.array([0.05, 0.25, 0.5, 0.75, 0.95]))[places]
    known = range(max(0, len(counts) - PAST_DAYS), len(counts))
    totals = counts.sum(axis=1)
    came = _came(forecast, actual, days)
    announced = [history.first_day + timedelta(days=int(n)) for n in forecast.request.model.surge.announcements]
    return Fan(
        days=tuple(days),
        **{name: tuple(bands[:, k].tolist()) for k, name in enumerate(("p05", "p25", "p50", "p75", "p95"))},
        total=tuple(bands[:, [0, 2, 4]].sum(axis=0).tolist()),
        past_days=tuple(history.first_day + timedelta(days=n) for n in known),
        past=tuple(None if np.isnan(totals[n]) else float(totals[n]) for n in known),
        past_counts="offered",
        actual_days=tuple(came),
        actual=tuple(came.values()),
        actual_counts="offered" if came else "",
        announcements=tuple((datetime.combine(day, time()), "") for day in sorted(announced)),
    )


def _came(forecast: "Forecast", actual: Any, days: list[date]) -> dict[date, float | None]:
    """Return the counts of whole days that lie within the forecast."""
    if actual is None:
        return {}
    known = forecast.read(actual)
    totals = known.counts.sum(axis=1)
    found = {known.first_day + timedelta(days=at): float(total) for at, total in enumerate(totals) if not np.isnan(total)}
    return {day: found.get(day) for day in days if day <= known.last_day}


def _counts(
    scenario: Scenario, source: History | Actuals, first: "date", last: "date"
) -> "tuple[tuple[date, ...], tuple[float | None, ...], str]":
    """Return the totals of a file by day; None where the file says nothing."""
    from surgesim.demand.history import read_history

    names = source.columns
    history = read_history(
        str(scenario.folder / source.file),
        columns={"start": names.start, "offered": names.offered},
        parts={name: format_window(window) for name, window in names.parts.items()} or None,
    )
    totals = history.counts.sum(axis=1)  # a day with a hole in it is unknown, not smaller
    found = {history.first_day + timedelta(days=n): total for n, total in enumerate(totals.tolist())}
    days = tuple(day for day in sorted(found) if first <= day <= last)
    return days, tuple(None if np.isnan(found[day]) else found[day] for day in days), source.counts
