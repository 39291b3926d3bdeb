"""Every picture that facts allow, by name, in the order of the report."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

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
    fan, there = facts.fan, facts.staffing
    if fan is not None:
        yield "arrivals", say("fan_title"), lambda: arrival_fan.figure(fan, language)
    if path.possible(facts.flows):
        yield "path", say("path_title"), lambda: path.figure(facts.flows, facts.people, language)
    if there is not None:
        yield "staffing", say("staffing_title"), lambda: staffing.figure(there, language)
    yield from _of_queues(facts, language)
    cost = facts.cost_jpy
    if cost is not None and facts.costs:
        yield "cost", say("cost_title"), lambda: cost_items.figure(facts.costs, cost, language)
    if facts.places:
        yield "sites", say("sites_title"), lambda: site_table.figure(facts.places, facts.teams, language)
    if facts.hires:
        yield "hires", say("hires_title"), lambda: hires.figure(facts.hires, facts.head.last_day, language)
    if facts.busy:
        yield "occupancy", say("busy_title"), lambda: occupancy.figure(facts.busy, language)


def _of_queues(facts: Facts, language: str) -> Iterator[tuple[str, str, Draw]]:
    say = speaker(language)
    for queue in shown_queues(facts):
        days = tuple(day for day in facts.days if day.queue == queue)
        promise = next((p for p in facts.promises if p.queue == queue and p.measure.startswith("service_level")), None)
        grid = next(grid for grid in facts.grids if grid.queue == queue)
        flow = next(flow for flow in facts.flows if flow.queue == queue)
        wait = next((wait for wait in facts.waits if wait.queue == queue), None)
        yield f"service-{queue}", f"{say('service_title')}: {queue}", _later(service_days.figure, days, promise, language)
        yield f"heat-{queue}", f"{say('heat_title')}: {queue}", _later(service_heat.figure, grid, language)
        yield f"flow-{queue}", f"{say('flow_title')}: {queue}", _later(waterfall.figure, flow, language)
        if wait is not None:
            longest = facts.totals[queue].get("longest_wait_s")
            reached = None if longest is None else longest.value
            yield f"waits-{queue}", f"{say('waits_title')}: {queue}", _later(waits.figure, wait, language, reached)
        ribbon = next((ribbon for ribbon in facts.ribbons if ribbon.queue == queue), None)
        if ribbon is not None:
            yield f"ribbon-{queue}", f"{say('ribbon_title')}: {queue}", _later(queue_ribbon.figure, ribbon, language)
    for ages in facts.ages:
        yield f"age-{ages.queue}", f"{say('age_title')}: {ages.queue}", _later(backlog_age.figure, ages, language)


def _later(draw: "Callable[..., Figure]", *arguments: object) -> Draw:
    return lambda: draw(*arguments)
