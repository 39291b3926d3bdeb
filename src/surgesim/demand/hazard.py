"""When in the year the incident comes: a hazard by month, dates drawn from it, and the scenario moved to a date.

Products fail when they are used, so a hazard with the season of the usual demand brings the incident when the desk is
busy already. A Poisson process whose rate is constant within a month (Cox and Lewis 1966): the factors of
``incident.month`` say how the ``incident.per_year`` incidents of a year are spread over its days.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import Problem, ScenarioError
from surgesim.base.streams import Purpose, uniforms
from surgesim.scenario.demand import History, Incident
from surgesim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import polars as pl

_DATED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})((?:[ T].*)?)")
_STAYS = ("title", "description", "assumptions", "actuals", "surgesim", "name")


def by_month(scenario: Scenario) -> "pl.DataFrame":
    """Return how likely the incident is in each month of the year in which the scenario starts.

    Returns
    -------
    polars.DataFrame
        ``month`` 1 to 12; ``expected``, incidents in this month, which add up to ``incident.per_year``; ``probability``
        of at least one, 0..1; ``share`` of the year's incidents, 0..1.

    Raises
    ------
    ScenarioError
        The scenario has no incident, or its incident no ``per_year``.
    """
    import polars as pl

    incident = _incident(scenario)
    if incident.per_year is None:
        raise ScenarioError(
            Problem("how many incidents a year brings is not said", "incident.per_year", 'write for example "0.2/year"')
        )
    days, shares = _days(scenario, incident)
    share = np.bincount([day.month for day in days], shares, minlength=13)[1:]
    expected = incident.per_year * share
    return pl.DataFrame({"month": np.arange(1, 13), "expected": expected, "probability": -np.expm1(-expected), "share": share})


def draw_dates(scenario: Scenario, count: int, seed: int = 1) -> list[date]:
    """Return dates of the incident, drawn from its hazard over the year in which the scenario starts.

    Parameters
    ----------
    scenario : Scenario
        With an incident; ``incident.month`` left out means that every day is as likely as another.
    count : int
        How many dates; the first ones stay the same when more are drawn.
    seed : int
        Another seed gives independent dates.

    Raises
    ------
    ScenarioError
        The scenario has no incident.
    """
    days, shares = _days(scenario, _incident(scenario))
    numbers = uniforms(seed, 0, np.arange(count), 0, Purpose.INCIDENT_DATE)
    until = np.cumsum(shares)
    return [days[at] for at in np.searchsorted(until, numbers * until[-1], side="right")]


def moved(scenario: Scenario, day: date) -> Scenario:
    """Return the same scenario with its first announcement on another day.

    The horizon, every announcement and every other date of the scenario move by the same whole days and keep their
    times of day. Public holidays, weekdays and months are those of the new dates, so that the incident meets the usual
    demand of that time of the year.

    Raises
    ------
    ScenarioError
        The scenario has no incident; a source of demand is a history, which belongs to its own dates; or what is moved
        fits no longer.
    """
    problems = [
        Problem("a history belongs to its own dates and cannot be moved", f"demand.{name}", "describe it as a baseline")
        for name, source in scenario.demand.items()
        if isinstance(source, History)
    ]
    if problems:
        raise ScenarioError(problems)
    first = min(announcement.at for announcement in _incident(scenario).announcements.values())
    shift, tree = day - first.date(), scenario.tree()
    changes = {name: _shifted(part, shift) for name, part in tree.items() if name not in _STAYS}
    if "holidays" in tree["clock"]:
        changes["clock"]["holidays"] = tree["clock"]["holidays"]
    return scenario.but(
        f"on-{day}", {name: part for name, part in changes.items() if part != tree[name]} or {"clock": tree["clock"]}
    )


def _incident(scenario: Scenario) -> Incident:
    if scenario.incident is None:
        raise ScenarioError(Problem("the scenario has no incident", "incident", "describe what happens and what is announced"))
    return scenario.incident


def _days(scenario: Scenario, incident: Incident) -> tuple[list[date], NDArray[np.float64]]:
    """Return every day of the year in which the scenario starts, and its share of the year's incidents."""
    first = date(scenario.clock.start.year, 1, 1)
    days = [first + timedelta(days=at) for at in range((first.replace(year=first.year + 1) - first).days)]
    factors = np.array([incident.month.get(day.month, 1.0) for day in days])
    return days, factors / factors.sum()


def _shifted(part: Any, shift: timedelta) -> Any:
    """Return a part of a scenario tree with every date in it later by ``shift``, those in keys too."""
    if isinstance(part, Mapping):
        return {
            ".".join(_shifted(key, shift) for key in str(name).split(".")): _shifted(value, shift) for name, value in part.items()
        }
    if isinstance(part, list):
        return [_shifted(item, shift) for item in part]
    match = _DATED.fullmatch(part) if isinstance(part, str) else None
    return f"{date.fromisoformat(match[1]) + shift}{match[2]}" if match else part
