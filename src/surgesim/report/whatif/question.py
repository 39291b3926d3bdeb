"""What a planner can turn, and what the answer then is: no widgets here, so that tests and scripts can ask as well."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any

from surgesim.base.errors import Problem, ScenarioError
from surgesim.demand.channels import SHELF as CHANNELS
from surgesim.report.facts import Span
from surgesim.report.words import check_language
from surgesim.result.result import Result
from surgesim.scenario.centre import Group
from surgesim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import polars as pl

MEASURES = ("needs", "offered", "handled", "service_level", "answer_rate", "abandonment", "asa_s", "occupancy")
"""What the panel shows of the main queue."""
PREVIEW, SIMULATION = "fluid", "sim"
REPLICATIONS = 20
MOST_HOURS = 48
"""How far the announcements can be moved, hours."""


@dataclass(frozen=True)
class Settings:
    """Where the sliders stand.

    Attributes
    ----------
    affected : int
        People affected.
    hours_later : int
        Hours by which every announcement is moved.
    deflection : float
        Share of the needs that try self-service first, 0 to 1.
    aht_s : float
        Handling time of the main queue, seconds: talk, hold and after-contact work.
    seats : int
        Seats of the main site, every one of them filled while the desk is open.
    """

    affected: int
    hours_later: int
    deflection: float
    aht_s: float
    seats: int


@dataclass(frozen=True, eq=False)
class Answer:
    """What a desk would do.

    Attributes
    ----------
    settings : Settings
        What was asked.
    result : Result
        Of the fluid (preview) or of the simulation.
    measures : dict of str to Span
        Measures of the main queue over the horizon; a preview has no intervals.
    days : tuple of (date, Span)
        Service level of the main queue by day.
    took_s : float
        Time from the question to the answer, seconds.
    """

    settings: Settings
    result: Result
    measures: dict[str, Span]
    days: tuple[tuple[date, Span], ...]
    took_s: float

    @property
    def simulated(self) -> bool:
        """Whether the simulation answered."""
        return self.result.engine == SIMULATION


class WhatIf:
    """A scenario whose levers can be turned.

    The main queue is that of the first promise, or the first queue that takes calls; the main site is that of the
    largest group that serves it; where that has a roster, its lines grow and shrink together.

    Parameters
    ----------
    scenario : Scenario
        With an incident, a self-service channel, and staff.
    language : str
        ``"en"`` or ``"ja"``.

    Raises
    ------
    ScenarioError
        Something is missing that a slider turns; names all of it.
    """

    def __init__(self, scenario: Scenario, language: str = "en") -> None:
        check_language(language)
        problems = list(_lacking(scenario))
        if problems:
            raise ScenarioError(problems)
        self.scenario, self.language = scenario, language
        self.queue = _main_queue(scenario)
        self.group = max(_groups(scenario, self.queue), key=lambda name: _heads(scenario.groups[name]))
        self.site = scenario.groups[self.group].site
        self.channel = next(iter(scenario.channels))
        incident = scenario.incident
        assert incident is not None
        self.settings = Settings(
            int(incident.affected), 0, self._tries(), scenario.queues[self.queue].handling.aht_s,
            sum(_heads(group) for group in scenario.groups.values() if group.site == self.site),
        )  # fmt: skip

    def _tries(self) -> float:
        channel = self.scenario.channels[self.channel]
        return float(channel.tries if channel.tries is not None else CHANNELS.load(channel.kind).PRESET.tries)

    def changed(self, settings: Settings) -> Scenario:
        """Return the scenario with the sliders where they stand.

        Raises
        ------
        ScenarioError
            A value that cannot be used.
        """
        return self.scenario.but("what-if", dict(self._changes(settings)))

    def _changes(self, settings: Settings) -> Iterator[tuple[str, Any]]:
        scenario, base = self.scenario, self.settings
        yield "incident.affected", settings.affected
        if settings.hours_later:
            yield from self._moved(timedelta(hours=settings.hours_later))
        if settings.deflection != base.deflection:
            yield f"channels.{self.channel}.tries", f"{settings.deflection:.6%}"
        if settings.aht_s != base.aht_s:
            talk = scenario.queues[self.queue].handling.talk
            rest_s = base.aht_s - talk.mean  # hold and after-contact work stay as they are
            yield f"queues.{self.queue}.handling.talk", str(talk.scaled(max(settings.aht_s - rest_s, 1.0) / talk.mean))
        if settings.seats != base.seats:
            yield f"sites.{self.site}.seats", max(settings.seats, scenario.sites[self.site].seats)
            yield from self._staffed(settings.seats)

    def _staffed(self, seats: int) -> Iterator[tuple[str, Any]]:
        """Fill the seats: the main group takes up the difference, line by line where it has a roster."""
        group = self.scenario.groups[self.group]
        now = _heads(group)
        wanted = max(now + seats - self.settings.seats, 0)
        if not group.roster:
            yield f"groups.{self.group}.heads", wanted
        for number, line in enumerate(group.roster):
            yield f"groups.{self.group}.roster.{number}.heads", round(line.heads * wanted / now)

    def _moved(self, by: timedelta) -> Iterator[tuple[str, Any]]:
        """Move every announcement, and the self-service that opens with it."""
        incident = self.scenario.incident
        assert incident is not None
        for name, announcement in incident.announcements.items():
            yield f"incident.announcements.{name}.at", f"{announcement.at + by:%Y-%m-%d %H:%M}"
        for name, channel in self.scenario.channels.items():
            if channel.available_from is not None:
                yield f"channels.{name}.available_from", f"{channel.available_from + by:%Y-%m-%d %H:%M}"

    def preview(self, settings: Settings) -> Answer:
        """Answer at once, by the fluid: backlog and redials carried on, no luck."""
        return self._answer(settings, PREVIEW, 1, 1)

    def refine(self, settings: Settings, replications: int = REPLICATIONS, seed: int = 1) -> Answer:
        """Answer by simulation, with 95 % intervals."""
        return self._answer(settings, SIMULATION, replications, seed)

    def _answer(self, settings: Settings, engine: str, replications: int, seed: int) -> Answer:
        import polars as pl

        from surgesim.engines import run

        began = perf_counter()
        result = run(self.changed(settings), engine=engine, replications=replications, seed=seed)
        mine = pl.col("queue").cast(pl.String) == self.queue
        whole = _spans(result.measures(by="queue", of=[name for name in MEASURES if name != "occupancy"]).filter(mine), "measure")
        whole |= _spans(result.measures(by=(), of="occupancy"), "measure")
        days = _spans(result.measures(by=("day", "queue"), of="service_level").filter(mine), "day")
        return Answer(settings, result, whole, tuple(days.items()), perf_counter() - began)

    def workbook(self, answer: Answer) -> bytes:
        """Return the workbook of an answer, the same as of a run folder."""
        from surgesim.report.gather.collect import facts_of_result
        from surgesim.report.workbook import workbook

        return workbook(facts_of_result(answer.result), self.language)

    def but(self, **changes: Any) -> Settings:
        """Return the settings of the scenario with some of them changed."""
        return replace(self.settings, **changes)


def _spans(rows: "pl.DataFrame", key: str) -> dict[Any, Span]:
    return {row[key]: Span(value=row["value"], low=row["low"], high=row["high"]) for row in rows.iter_rows(named=True)}


def _main_queue(scenario: Scenario) -> str:
    calls = [name for name, queue in scenario.queues.items() if not queue.deferred]
    promised = [target.queue for target in scenario.targets if target.queue in calls]
    return (promised or calls or [""])[0]


def _heads(group: Group) -> int:
    return int(group.heads) + sum(int(line.heads) for line in group.roster)


def _groups(scenario: Scenario, queue: str) -> list[str]:
    return [name for name, group in scenario.groups.items() if queue in group.skills and _heads(group)]


def _lacking(scenario: Scenario) -> Iterator[Problem]:
    if scenario.incident is None or not scenario.incident.announcements:
        yield Problem("there is no announcement to move", "incident", "give an incident with announcements")
    if not scenario.channels:
        yield Problem("there is no self-service that could take calls off", "channels", "give a channel, e.g. kind: faq")
    queue = _main_queue(scenario)
    if not queue:
        yield Problem("no queue takes calls", "queues", "give a queue with patience")
    elif not _groups(scenario, queue):
        yield Problem(f"nobody serves {queue}", "groups", "give a group heads or a roster")
