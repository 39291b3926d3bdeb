"""Measures that a plan may take: an override, its price, and the days before it works."""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

from surgesim.base.daytimes import DAY_S, format_instant, format_window
from surgesim.base.units import parse_duration, parse_instant
from surgesim.scenario.consistency import Tree, part, read
from surgesim.scenario.schema import Finding

if TYPE_CHECKING:
    from surgesim.scenario.scenario import Scenario

FIXED = ("clock", "levers", "name", "overrides", "surgesim", "targets")
"""Sections that belong to the question, not to the answer."""


def measure_problems(tree: Tree) -> Iterator[Finding]:
    """Yield measures that change the question, or that have a lead time and cannot wait; and an aim without a budget."""
    if part(tree, "levers", "aim") == "service" and part(tree, "levers", "budget") is None:
        what = "service is sought within a budget, and there is none"
        yield ("levers", "aim"), what, "write levers.budget, e.g. 20_000_000 JPY"
    levers = part(tree, "levers", "measures")
    for name, lever in levers.items() if isinstance(levers, Mapping) else ():
        changes = part(tree, "overrides", str(name))
        for path in changes if isinstance(changes, Mapping) else ():
            section = str(path).partition(".")[0]
            if section in FIXED:
                what = f"a measure cannot change {section}: that is the question, not an answer"
                yield ("levers", "measures", name), what, f"delete {path} from overrides.{name}"
            elif read(parse_duration, part(lever, "lead_time")) and not _waits(tree, str(path)):
                what = f"{path} cannot wait for a lead time: only new channels and opening hours can"
                yield ("levers", "measures", name, "lead_time"), what, "write lead_time: 0s, or make two measures of it"


def _waits(tree: Tree, path: str) -> bool:
    section, _, rest = path.partition(".")
    name = rest.partition(".")[0]
    known = part(tree, section, name) is not None
    return known if section == "hours" else section == "channels" and name == rest and not known


def sets(scenario: "Scenario") -> list[tuple[str, ...]]:
    """Return every set of measures that can be taken together, the empty one first."""
    from surgesim.scenario.changes import clashes

    names = list(scenario.levers.measures) if scenario.levers is not None else []
    every = (chosen for count in range(len(names) + 1) for chosen in combinations(names, count))
    return [chosen for chosen in every if not clashes([scenario.overrides[name] for name in chosen])]


def with_measures(scenario: "Scenario", names: Iterable[str]) -> "Scenario":
    """Return the scenario with measures taken; it has none to take any more.

    Parameters
    ----------
    scenario : Scenario
        What is asked.
    names : iterable of str
        Measures to take.

    Raises
    ------
    ScenarioError
        Together they make a scenario that cannot be used.
    """
    from surgesim.scenario.changes import changed, fitting

    model, levers = type(scenario), scenario.levers
    tree = scenario.tree()
    for name in names:
        assert levers is not None
        lead_days = math.ceil(levers.measures[name].lead_time / DAY_S - 1e-9)
        tree, _ = changed(tree, scenario.overrides[name], model)
        if lead_days:
            _delay(scenario, tree, scenario.overrides[name], lead_days)
    tree, _ = changed(tree, {"levers.measures": None}, model)
    return model.build(fitting(tree, model), scenario.folder)


def _delay(scenario: "Scenario", tree: dict[str, Any], changes: Mapping[str, Any], lead_days: int) -> None:
    """Let new channels and other opening hours begin after so many days."""
    clock = scenario.calendar()
    first = clock.start + timedelta(days=lead_days)
    for path in changes:
        section, name = path.split(".")[:2]
        if section == "channels":
            channel = tree["channels"][name]
            given = read(parse_instant, channel.get("available_from"))
            opens = datetime.combine(first, time())
            # a copy: the override itself stays as it is
            tree["channels"][name] = {**channel, "available_from": format_instant(max(opens, given) if given else opens)}
        else:
            before = (clock.start + timedelta(days=day) for day in range(lead_days))
            usual = {str(day): _written(scenario, name, day) for day in before}
            tree["hours"][name] = {**tree["hours"][name], "dates": {**tree["hours"][name].get("dates", {}), **usual}}


def _written(scenario: "Scenario", name: str, day: date) -> Any:
    """Return the opening hours of one day, as they are written."""
    windows = scenario.hours[name].hours().on_day(day, day in scenario.calendar().holidays)
    return [format_window((start, end)) for start, end in windows] or "closed"
