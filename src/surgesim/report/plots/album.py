"""Every picture that facts allow, by name, in the order of the report."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from surgesim.report.facts import Facts
from surgesim.report.plots import (
    arrival_fan,
    backlog_age,
    cost_items,
    hires,
    occupancy,
    path,
    queue_ribbon,
    service_days,
    service_heat,
    site_table,
    staffing,
    waits,
    waterfall,
)  # fmt: skip
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from surgesim.result.result import Result

Draw = Callable[[], "Figure"]
MOST_QUEUES = 4
"""Queues that have pictures of their own; those with a promise come first."""


def album(facts: Facts, language: str) -> dict[str, tuple[str, Draw]]:
    """Return what can be drawn: name of the picture to its title and the function that draws it.

    Parameters
    ----------
    facts : Facts
        What the report knows.
    language : str
        ``"en"`` or ``"ja"``.
    """
    return {name: (title, draw) for name, title, draw in _all(facts, language)}


def figures(result: "Result", language: str = "en") -> "dict[str, Figure]":
    """Return every picture of a plain result, by name."""
    from surgesim.report.gather.collect import facts_of_result

    return {name: draw() for name, (_, draw) in album(facts_of_result(result), language).items()}


def shown_queues(facts: Facts) -> tuple[str, ...]:
    """Return the queues of calls that have pictures of their own."""
    promised = [promise.queue for promise in facts.promises]
    calls = [grid.queue for grid in facts.grids]
    return tuple(dict.fromkeys([queue for queue in promised if queue in calls] + calls))[:MOST_QUEUES]


def _all(facts: Facts, language: str) -> Iterator[tuple[str, str, Draw]]:
    say = speaker(language)
    fan, there, cost = facts.fan, facts.staffing, facts.cost_jpy
    if fan is not None:
        marks = tuple((at, facts.called("announcements", name, language)) for at, name in fan.announcements)
        yield "arrivals", say("fan_title"), _later(arrival_fan.figure, fan.model_copy(update={"announcements": marks}), language)
    if path.possible(facts.flows):
        yield "path", say("path_title"), lambda: path.figure(facts.flows, facts.people, language)
    if there is not None:
        yield "staffing", say("staffing_title"), lambda: staffing.figure(there, language)
    yield from _of_queues(facts, language)
    if cost is not None and facts.costs:
        yield "cost", say("cost_title"), lambda: cost_items.figure(cost_items.named_costs(facts, language), cost, language)
    if facts.places:
        teams = tuple(_named(facts, team, "groups", language) for team in facts.teams)
        yield "sites", say("sites_title"), lambda: site_table.figure(facts.places, teams, language)
    if facts.hires:
        orders = tuple(_named(facts, hire, "groups", language) for hire in facts.hires)
        yield "hires", say("hires_title"), lambda: hires.figure(orders, facts.head.last_day, language)
    if facts.busy:
        busy = tuple(_named(facts, site, "sites", language) for site in facts.busy)
        yield "occupancy", say("busy_title"), lambda: occupancy.figure(busy, language)


def _of_queues(facts: Facts, language: str) -> Iterator[tuple[str, str, Draw]]:
    say = speaker(language)
    for queue in shown_queues(facts):
        for kind, draw, *arguments in _pictures_of(facts, queue):
            shown = [_named(facts, part, "queues", language) for part in arguments]
            title = f"{say(f'{kind}_title')}: {facts.called('queues', queue, language)}"
            yield f"{kind}-{queue}", title, _later(draw, *shown, language)
    for ages in facts.ages:
        title = f"{say('age_title')}: {facts.called('queues', ages.queue, language)}"
        yield f"age-{ages.queue}", title, _later(backlog_age.figure, _named(facts, ages, "queues", language), language)


def _pictures_of(facts: Facts, queue: str) -> "Iterator[tuple[Any, ...]]":
    """Yield what is drawn of a queue of calls: kind of picture, function, and the facts that it shows."""

    def mine(parts: "Iterable[Any]") -> Any:
        return next((part for part in parts if part.queue == queue), None)

    days = tuple(day for day in facts.days if day.queue == queue)
    promise = next((p for p in facts.promises if p.queue == queue and p.measure.startswith("service_level")), None)
    yield "service", service_days.figure, days, promise
    yield "heat", service_heat.figure, mine(facts.grids)
    yield "flow", waterfall.figure, mine(facts.flows)
    if mine(facts.waits) is not None:
        longest = facts.totals[queue].get("longest_wait_s")
        yield "waits", waits.figure, mine(facts.waits), None if longest is None else longest.value
    if mine(facts.ribbons) is not None:
        yield "ribbon", queue_ribbon.figure, mine(facts.ribbons)


def _named(facts: Facts, part: Any, kind: str, language: str) -> Any:
    """Return a part of the facts in which its queue, group or site is called as in print; anything else as it is."""
    if isinstance(part, tuple):
        return tuple(_named(facts, one, kind, language) for one in part)
    field = kind.removesuffix("s")
    name = getattr(part, field, None)
    return part if name is None else part.model_copy(update={field: facts.called(kind, name, language)})


def _later(draw: "Callable[..., Figure]", *arguments: object) -> Draw:
    return lambda: draw(*arguments)
