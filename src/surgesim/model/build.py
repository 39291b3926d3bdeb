"""From a scenario to the model that every engine reads."""

import math
from collections.abc import Iterator

import numpy as np

from surgesim.base.clock import Clock
from surgesim.base.errors import Problem, ScenarioError
from surgesim.base.laws import Constant, Law, Never
from surgesim.demand.needs import Needs
from surgesim.demand.sources import incident_reasons, needs
from surgesim.model.callers import callers
from surgesim.model.model import Integers, Model, QueueModel
from surgesim.model.selfservice import channel_of
from surgesim.model.social import social_of
from surgesim.model.staffing import open_windows, staffing
from surgesim.model.work import work_of
from surgesim.scenario.centre import Queue
from surgesim.scenario.scenario import Scenario

MOST_FOLLOW_UPS = 60
"""Most follow-ups of one queue: the number of a contact encodes which of them it is."""
NO_TIME = Constant(0.0)


def build(scenario: Scenario, known: Needs | None = None) -> Model:
    """Return the model of a scenario: its demand, rules and staffing as arrays.

    Parameters
    ----------
    scenario : Scenario
        What is asked.
    known : Needs, optional
        Its needs where they are known already, from a scenario with the same demand; they take most of the time.

    Raises
    ------
    ScenarioError
        More agents than seats, times without an end, a source of demand that does not fit; all of one kind at once.
    HistoryError
        A history file that cannot be used.
    """
    _check(scenario)
    clock = scenario.calendar()
    sites, queues = list(scenario.sites), list(scenario.queues)
    group_site = np.array([sites.index(group.site) for group in scenario.groups.values()], dtype=np.int64)
    agents, paid_s, lost = staffing(scenario, clock, group_site)
    born = needs(scenario) if known is None else known
    return Model(
        scenario=scenario,
        clock=clock,
        needs=born,
        reasons=tuple(scenario.reasons),
        reason_queue=np.array([queues.index(reason.queue) for reason in scenario.reasons.values()], dtype=np.int64),
        reason_talk_factor=np.array([reason.talk_factor for reason in scenario.reasons.values()]),
        channels=tuple(channel_of(scenario, clock, name, born) for name in scenario.channels),
        queues=tuple(_queue(scenario, clock, name) for name in queues),
        groups=tuple(scenario.groups),
        sites=tuple(sites),
        trunks=tuple(scenario.trunks),
        group_site=group_site,
        skills=tuple(tuple(queues.index(skill) for skill in group.skills) for group in scenario.groups.values()),
        handling_factor=np.array([group.handling_factor for group in scenario.groups.values()]),
        agents=agents,
        paid_s=paid_s,
        lost=lost,
        lines=_lines(scenario, clock),
        social=social_of(scenario.social),
        learning=tuple(group.learning for group in scenario.groups.values()),
    )


def _lines(scenario: Scenario, clock: Clock) -> Integers:
    lines = np.array([trunk.lines for trunk in scenario.trunks.values()], dtype=np.int64)
    return np.repeat(lines[:, None], clock.n_intervals, axis=1)


def _trunk(scenario: Scenario, name: str) -> int:
    if scenario.queues[name].deferred or scenario.queues[name].chat is not None:
        return -1
    return next((place for place, trunk in enumerate(scenario.trunks.values()) if name in trunk.queues), -1)


def _queue(scenario: Scenario, clock: Clock, name: str) -> QueueModel:
    queue = scenario.queues[name]
    redial, closing = queue.redial, queue.closing
    queues = list(scenario.queues)
    return QueueModel(
        name=name,
        talk=queue.handling.talk,
        hold=queue.handling.hold,
        after=queue.handling.after,
        patience=_patience(scenario, name),
        answer_within_s=queue.answer_within,
        short_abandon_s=queue.short_abandon,
        deadline_s=queue.deadline if queue.deadline is not None else math.inf,
        priority=queue.priority,
        ageing_s=queue.ageing if queue.ageing is not None else math.inf,
        redial_probability=redial.probability if redial else 0.0,
        redial_delay=redial.delay if redial else NO_TIME,
        attempts=redial.attempts if redial else 1,
        patience_factor=redial.patience_factor if redial else 1.0,
        closing_returns=closing.returns if closing else 0.0,
        closing_spread=closing.spread if closing else NO_TIME,
        follow_ups=tuple((queues.index(step.to), step.probability, step.delay) for step in queue.follow_ups),
        windows_s=open_windows(scenario, clock, name),
        trunk=_trunk(scenario, name),
        callers=callers(scenario, name, _trunk(scenario, name)),
        work=work_of(scenario, clock, name),
        sharing=scenario.queues[name].sites,
    )


def _patience(scenario: Scenario, name: str) -> Law:
    """Return how long people wait in a queue; the incident may make them more or less patient."""
    patience, incident = scenario.queues[name].patience, scenario.incident
    if patience is None:
        return Never()
    if incident is None or incident.patience_with_severity == 0.0:
        return patience
    touched = {scenario.reasons[reason].queue for reason in incident_reasons(incident)}
    return patience.scaled(incident.severity**incident.patience_with_severity) if name in touched else patience


def _laws(queue: Queue) -> Iterator[tuple[str, Law]]:
    yield "handling.talk", queue.handling.talk
    yield "handling.hold", queue.handling.hold
    yield "handling.after", queue.handling.after
    if queue.redial is not None:
        yield "redial.delay", queue.redial.delay
    if queue.closing is not None:
        yield "closing.spread", queue.closing.spread
    if queue.escalation is not None:
        yield "escalation.handover", queue.escalation.handover
    if queue.outbound is not None:
        yield "outbound.retry", queue.outbound.retry
        yield "outbound.ring", queue.outbound.ring
    for place, step in enumerate(queue.follow_ups):
        yield f"follow_ups.{place}.delay", step.delay
    if queue.menu is not None:
        yield "menu.time", queue.menu.time
    if queue.misroute is not None:
        yield "misroute.talk", queue.misroute.talk
        yield "misroute.delay", queue.misroute.delay
    for place, switch in enumerate(queue.switches):
        yield f"switches.{place}.delay", switch.delay
    for place, offer in enumerate(queue.offers):
        for field in ("boomerang_delay", "retry", "ring"):
            if hasattr(offer, field):
                yield f"offers.{place}.{field}", getattr(offer, field)


def _check(scenario: Scenario) -> None:
    """Raise ScenarioError where something in a queue can never end, or has too many follow-ups."""
    problems = [
        Problem(f"{law} has no end", f"queues.{name}.{field}", 'write for example "lognormal(6min, cv 0.8)"')
        for name, queue in scenario.queues.items()
        for field, law in _laws(queue)
        if not math.isfinite(law.mean)
    ]
    problems += [
        Problem(
            f"{channel.boomerang_delay} has no end", f"channels.{name}.boomerang_delay", 'write for example "exponential(1h)"'
        )
        for name, channel in scenario.channels.items()
        if channel.boomerang_delay is not None and not math.isfinite(channel.boomerang_delay.mean)
    ]
    problems += [
        Problem(f"{len(queue.follow_ups)} follow-ups", f"queues.{name}.follow_ups", f"write at most {MOST_FOLLOW_UPS}")
        for name, queue in scenario.queues.items()
        if len(queue.follow_ups) > MOST_FOLLOW_UPS
    ]
    if problems:
        raise ScenarioError(problems)
