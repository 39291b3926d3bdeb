"""Needs that the scenario states outright: plain rates, and business as usual by day, season and time of day."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from surgesim.base.clock import Clock
from surgesim.base.errors import Problem, ScenarioError
from surgesim.scenario.centre import WEEK
from surgesim.scenario.demand import Baseline, CallList, Rates

Floats = NDArray[np.float64]


def time_of_day(clock: Clock) -> Floats:
    """Return the local time of day at which each interval starts, seconds after midnight, shape (intervals,)."""
    return np.array([start.hour * 3600.0 + start.minute * 60.0 + start.second for start in clock.starts])


def by_time_of_day(clock: Clock, steps: Mapping[float, float]) -> Floats:
    """Return a step function of the time of day at the start of each interval.

    Parameters
    ----------
    clock : Clock
        Intervals.
    steps : mapping of float to float
        Value from each time of day (seconds after midnight) until the next one named; the last one goes on past
        midnight until the first.

    Returns
    -------
    ndarray, shape (intervals,)
    """
    times = np.array(sorted(steps))
    values = np.array([steps[time] for time in times])
    return np.asarray(values[np.searchsorted(times, time_of_day(clock), side="right") - 1])


def rates_mean(source: Rates, clock: Clock, name: str) -> Floats:
    """Return the expected needs of a source with stated rates, shape (intervals,).

    Raises
    ------
    ScenarioError
        Where ``by_interval`` does not name every interval.
    """
    length = np.diff(clock.edges_s)
    if source.rate is not None:
        return np.asarray(source.rate * length)
    if source.by_time is not None:
        return np.asarray(by_time_of_day(clock, source.by_time) * length)
    assert source.by_interval is not None
    if len(source.by_interval) != clock.n_intervals:
        raise ScenarioError(
            Problem(
                f"by_interval names {len(source.by_interval)} rates, the horizon has {clock.n_intervals} intervals",
                f"demand.{name}.by_interval",
                "name one rate for each interval, or change clock.days or clock.interval",
            )
        )
    return np.asarray(np.array(source.by_interval) * length)


def baseline_mean(source: Baseline, clock: Clock) -> Floats:
    """Return the expected needs of business as usual, shape (intervals,)."""
    weight = by_time_of_day(clock, source.profile) * np.diff(clock.edges_s)
    day = np.asarray(clock.day_index)
    per_day = np.bincount(day, weight, minlength=clock.days)
    if not (per_day > 0).all():
        raise ScenarioError(
            Problem("the profile is zero all day", "demand.*.profile", "give at least one time of day a factor above 0x")
        )
    factors = np.array([_day_factor(source, clock, index) for index in range(clock.days)])
    return np.asarray(source.per_day * factors[day] * weight / per_day[day])


def list_counts(source: CallList, clock: Clock) -> Floats:
    """Return how many people of a list are released in each interval, whole numbers, shape (intervals,)."""
    start, edges = clock.seconds(source.start), clock.edges_s
    if source.release is None:
        released = source.size * (edges > start)
    else:
        released = np.floor(np.clip((edges - start) * source.release, 0.0, source.size) + 0.5)
    return np.diff(released, prepend=0.0)[1:]


def _day_factor(source: Baseline, clock: Clock, index: int) -> float:
    date = clock.dates[index]
    weekday = source.weekday.get(WEEK[date.weekday()], 1.0)
    if clock.is_holiday[index]:
        weekday = source.weekday.get("holiday", weekday)
    return float(weekday * source.month.get(date.month, 1.0))
