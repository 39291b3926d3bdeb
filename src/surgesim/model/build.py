"""From a scenario to the model that every engine reads."""

import math
from collections.abc import Iterator

import numpy as np

from surgesim.base.clock import Clock
from surgesim.base.distributions import parse_distribution
from surgesim.base.errors import Problem, ScenarioError
from surgesim.base.laws import Constant, Law, Never
from surgesim.demand.channels import SHELF as CHANNELS
from surgesim.demand.sources import needs
from surgesim.model.model import Floats, Integers, Model, QueueModel, SelfServiceChannel
from surgesim.model.staffing import open_windows, staffing
from surgesim.scenario.centre import Queue
from surgesim.scenario.demand import Channel
from surgesim.scenario.scenario import Scenario

MOST_FOLLOW_UPS = 60
"""Most follow-ups of one queue: the number of a contact encodes which of them it is."""
NO_TIME = Constant(0.0)


def build(scenario: Scenario) -> Model:
    """Return the model of a scenario: its demand, rules and staffing as arrays.

    Parameters
    ----------
    scenario : Scenario
        What is asked.

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
    return Model(
        scenario=scenario,
        clock=clock,
        needs=needs(scenario),
        reasons=tuple(scenario.reasons),
        reason_queue=np.array([queues.index(reason.queue) for reason in scenario.reasons.values()], dtype=np.int64),
        reason_talk_factor=np.array([reason.talk_factor for reason in scenario.reasons.values()]),
        channels=tuple(_channel(scenario, clock, name) for name in scenario.channels),
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
    )


def _lines(scenario: Scenario, clock: Clock) -> Integers:
    lines = np.array([trunk.lines for trunk in scenario.trunks.values()], dtype=np.int64)
    return np.repeat(lines[:, None], clock.n_intervals, axis=1)


def _trunk(scenario: Scenario, name: str) -> int:
    if scenario.queues[name].deferred:
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
        patience=queue.patience if queue.patience is not None else Never(),
        answer_within_s=queue.answer_within,
        short_abandon_s=queue.short_abandon,
        deadline_s=queue.deadline if queue.deadline is not None else math.inf,
        priority=queue.priority,
        redial_probability=redial.probability if redial else 0.0,
        redial_delay=redial.delay if redial else NO_TIME,
        attempts=redial.attempts if redial else 1,
        patience_factor=redial.patience_factor if redial else 1.0,
        closing_returns=closing.returns if closing else 0.0,
        closing_spread=closing.spread if closing else NO_TIME,
        follow_ups=tuple((queues.index(step.to), step.probability, step.delay) for step in queue.follow_ups),
        windows_s=open_windows(scenario, clock, name),
        trunk=_trunk(scenario, name),
    )


def _channel(scenario: Scenario, clock: Clock, name: str) -> SelfServiceChannel:
    channel = scenario.channels[name]
    preset = CHANNELS.load(channel.kind).PRESET
    delay = channel.boomerang_delay
    factor = channel.boomerang_factor
    return SelfServiceChannel(
        name=name,
        available_from_s=0.0 if channel.available_from is None else max(clock.seconds(channel.available_from), 0.0),
        tries=_by_reason(scenario, channel, "tries", preset.tries),
        containment=_by_reason(scenario, channel, "containment", preset.containment),
        boomerang_delay=parse_distribution(preset.boomerang_delay) if delay is None else delay,
        boomerang_factor=preset.boomerang_factor if factor is None else factor,
    )


def _by_reason(scenario: Scenario, channel: Channel, field: str, default: float) -> Floats:
    """Return a share by reason: the reason's own, else the channel's, else the kind's."""
    general = getattr(channel, field)
    general = default if general is None else general
    own = {reason: getattr(entry, field) for reason, entry in channel.reasons.items()}
    return np.array([general if own.get(reason) is None else own[reason] for reason in scenario.reasons])


def _laws(queue: Queue) -> Iterator[tuple[str, Law]]:
    yield "handling.talk", queue.handling.talk
    yield "handling.hold", queue.handling.hold
    yield "handling.after", queue.handling.after
    if queue.redial is not None:
        yield "redial.delay", queue.redial.delay
    if queue.closing is not None:
        yield "closing.spread", queue.closing.spread
    for place, step in enumerate(queue.follow_ups):
        yield f"follow_ups.{place}.delay", step.delay


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
