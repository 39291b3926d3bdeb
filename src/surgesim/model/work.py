"""How the work of a queue is done, beyond one call at a time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surgesim.base.clock import Clock
from surgesim.base.laws import Law
from surgesim.model.callers import OfferModel, outbound_of
from surgesim.scenario.centre import FollowUp, Queue
from surgesim.scenario.scenario import Scenario

Floats = NDArray[np.float64]
BEYOND_DAYS = 31
"""Deadlines of work that is done after the horizon are counted for so many days."""


@dataclass(frozen=True, eq=False)
class Tier:
    """The second tier of a queue.

    Attributes
    ----------
    queue : int
        Its queue.
    probability : float
        Probability that a handled contact is escalated.
    warm : bool
        Whether the first agent waits for the second.
    handover : Law
        Time for which both are held then, seconds.
    by_novices : float
        Probability where a novice handled the contact, relative to the standard.
    """

    queue: int
    probability: float
    warm: bool
    handover: Law
    by_novices: float


@dataclass(frozen=True, eq=False)
class Condition:
    """What the probability of a follow-up depends on.

    Attributes
    ----------
    doubles_after_s : float
        Wait after which it is twice that without a wait, seconds; ``inf`` where the wait does not matter.
    by_novices : float
        Factor where a novice handled the contact.
    by_group : tuple of float
        Factor by the group that handled it.
    """

    doubles_after_s: float
    by_novices: float
    by_group: tuple[float, ...]

    @property
    def matters(self) -> bool:
        """Whether it depends on anything."""
        return math.isfinite(self.doubles_after_s) or self.by_novices != 1.0 or any(one != 1.0 for one in self.by_group)


@dataclass(frozen=True, eq=False)
class Work:
    """Rules of a queue that most queues do not have.

    Attributes
    ----------
    slowed : tuple of float
        For chat: the time of each chat relative to a chat alone while its agent holds 1, 2, ... of them; the length is
        how many an agent holds at most. Empty where it is no chat.
    escalation : Tier or None
        Second tier.
    conditions : tuple of Condition
        What the probability of each follow-up depends on.
    deadline_windows_s : ndarray, shape (windows, 2), or None
        When the time of the deadline runs, seconds from the start of the horizon, a month beyond its end included;
        None where it always runs.
    outside : bool
        Whether somebody outside does it: it takes its handling time and nobody's agent.
    from_opening : bool
        Whether its deadline runs from the opening of the case, not from its own arrival.
    outbound : OfferModel or None
        How agents call the people of this queue, as callbacks that nobody asked for.
    """

    slowed: tuple[float, ...] = ()
    escalation: Tier | None = None
    conditions: tuple[Condition, ...] = ()
    deadline_windows_s: Floats | None = None
    outside: bool = False
    from_opening: bool = False
    outbound: OfferModel | None = None

    @property
    def chat(self) -> bool:
        """Whether agents may hold several contacts of this queue at a time."""
        return bool(self.slowed)


def work_of(scenario: Scenario, clock: Clock, name: str) -> Work:
    """Return the rules of a queue of a scenario."""
    queue = scenario.queues[name]
    return Work(
        slowed=(1.0, *queue.chat.slowed) if queue.chat is not None else (),
        escalation=_tier(queue, list(scenario.queues)),
        conditions=tuple(_condition(step, list(scenario.groups)) for step in queue.follow_ups),
        deadline_windows_s=_deadline_windows(scenario, clock, queue.deadline_hours),
        outside=queue.outside,
        from_opening=queue.deadline_from == "opening",
        outbound=outbound_of(queue),
    )


def _condition(step: FollowUp, groups: Sequence[str]) -> Condition:
    doubles = math.inf if step.doubles_after is None else step.doubles_after
    return Condition(doubles, step.by_novices, tuple(step.by_group.get(group, 1.0) for group in groups))


def _deadline_windows(scenario: Scenario, clock: Clock, hours: str | None) -> Floats | None:
    if hours is None:
        return None
    return scenario.hours[hours].hours().windows(replace(clock, days=clock.days + BEYOND_DAYS))


def _tier(queue: Queue, queues: Sequence[str]) -> Tier | None:
    rule = queue.escalation
    return (
        None
        if rule is None
        else Tier(queues.index(rule.to), rule.probability, rule.kind == "warm", rule.handover, rule.by_novices)
    )
