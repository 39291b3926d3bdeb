"""The one model that every engine reads: a scenario and its demand as flat arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from surgesim.base.clock import Clock
from surgesim.base.distributions import Constant, Law
from surgesim.demand.needs import Needs
from surgesim.model.callers import CallerModel
from surgesim.model.social import SocialModel
from surgesim.model.work import Work
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.sharing import Sharing
from surgesim.scenario.work import Learning

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOTHING = CallerModel()


@dataclass(frozen=True, eq=False)
class SelfServiceChannel:
    """One self-service channel, in the order in which people try them.

    Attributes
    ----------
    name : str
        Name in the scenario.
    available_from_s : float
        When the content is there, seconds from the start of the horizon.
    tries, containment : ndarray, shape (reasons, intervals)
        Share of needs that try it; share of tries that end there; by interval of birth.
    boomerang_delay : Law
        Time until somebody whom it failed calls after all, seconds.
    boomerang_factor : float
        Talk time of such a call relative to the standard.
    """

    name: str
    available_from_s: float
    tries: Floats
    containment: Floats
    boomerang_delay: Law
    boomerang_factor: float


@dataclass(frozen=True, eq=False)
class QueueModel:
    """One queue: laws, thresholds, and what happens after a contact.

    Attributes
    ----------
    name : str
        Name in the scenario.
    talk, hold, after : Law
        Parts of the handling time, seconds.
    patience : Law
        Patience, seconds; ``Never`` for deferred work.
    answer_within_s, short_abandon_s, deadline_s : float
        Thresholds, seconds; the deadline is ``inf`` for calls.
    priority : int
        Rank for policies that look at it; smaller is served first.
    ageing_s : float
        Wait in which a contact moves up by one rank, seconds; ``inf`` where it does not.
    redial_probability : float
        Probability of another attempt after a busy tone or after giving up; 0 where there is no redial.
    redial_delay : Law
        Time until the next attempt, seconds.
    attempts : int
        Greatest number of attempts of one need.
    patience_factor : float
        Patience of each attempt relative to the one before.
    closing_returns : float
        Share of callers at a closed desk that call again when it opens.
    closing_spread : Law
        Time after opening at which they do, seconds.
    follow_ups : sequence of (queue index, probability, Law)
        Contacts or cases that a handled contact brings about.
    windows_s : ndarray, shape (windows, 2)
        Opening windows, seconds from the start of the horizon, sorted and disjoint.
    trunk : int
        Index of its trunk, -1 where it has none.
    callers : CallerModel
        What callers meet and do before an agent answers.
    work : Work
        How its work is done, beyond one call at a time.
    sharing : Sharing or None
        How its contacts are shared among sites; None where one queue serves all of them.
    """

    name: str
    talk: Law
    hold: Law
    after: Law
    patience: Law
    answer_within_s: float
    short_abandon_s: float
    deadline_s: float
    priority: int
    ageing_s: float
    redial_probability: float
    redial_delay: Law
    attempts: int
    patience_factor: float
    closing_returns: float
    closing_spread: Law
    follow_ups: Sequence[tuple[int, float, Law]]
    windows_s: Floats
    trunk: int
    work: Work
    callers: CallerModel = NOTHING
    sharing: Sharing | None = None

    @property
    def brings(self) -> Sequence[tuple[int, float, Law]]:
        """Contacts that a handled one brings about as engines of means take them: follow-ups, else the second tier."""
        tier = self.work.escalation
        if tier is None:
            return self.follow_ups
        left = [(to, probability * (1.0 - tier.probability), delay) for to, probability, delay in self.follow_ups]
        return [*left, (tier.queue, tier.probability, Constant(0.0))]

    @property
    def deferred(self) -> bool:
        """Whether this is deferred work."""
        return bool(np.isfinite(self.deadline_s))

    @property
    def aht_s(self) -> float:
        """Mean handling time, seconds."""
        return float(self.talk.mean + self.hold.mean + self.after.mean)


@dataclass(frozen=True, eq=False)
class Model:
    """Scenario and demand as flat arrays; indices follow the order of the scenario.

    Attributes
    ----------
    scenario : Scenario
        Where it comes from.
    clock : Clock
        Intervals.
    needs : Needs
        Needs by stream and interval, with their random factors.
    reasons, reason_queue, reason_talk_factor : tuple of str, ndarray (reasons,), ndarray (reasons,)
        Reasons, the queue that answers each, and its talk time relative to the standard.
    channels : tuple of SelfServiceChannel
        Self-service channels.
    queues : tuple of QueueModel
        Queues.
    groups, sites, trunks : tuple of str
        Names.
    group_site : ndarray, shape (groups,)
        Site of each group.
    skills : tuple of tuple of int
        Queues that each group serves, the preferred one first.
    handling_factor : ndarray, shape (groups,)
        Handling time relative to the standard.
    agents : ndarray of int, shape (groups, intervals)
        Agents ready to answer: after shrinkage, breaks, seats and outages.
    paid_s : ndarray, shape (groups, intervals)
        Paid time of the group's staff, seconds.
    lost : ndarray of bool, shape (groups, intervals)
        Whether the group's site is lost: its agents leave at once, whoever is waiting.
    lines : ndarray of int, shape (trunks, intervals)
        Lines in service.
    social : SocialModel or None
        Posts after bad outcomes; None where nobody posts.
    learning : tuple of Learning or None
        Tenure and learning curve of each group.
    joined : ndarray, shape (groups, days + 1), or None
        Heads who were there before the horizon, then those whose first day of work is each of its days; None: nobody begins
        in the horizon.
    """

    scenario: Scenario
    clock: Clock
    needs: Needs
    reasons: tuple[str, ...]
    reason_queue: Integers
    reason_talk_factor: Floats
    channels: tuple[SelfServiceChannel, ...]
    queues: tuple[QueueModel, ...]
    groups: tuple[str, ...]
    sites: tuple[str, ...]
    trunks: tuple[str, ...]
    group_site: Integers
    skills: tuple[tuple[int, ...], ...]
    handling_factor: Floats
    agents: Integers
    paid_s: Floats
    lost: Flags
    lines: Integers
    learning: tuple[Learning | None, ...]
    social: SocialModel | None = None
    joined: Floats | None = None

    @property
    def talk_factor(self) -> Floats:
        """Talk time of each stream's contacts relative to the standard of their queue, shape (streams,)."""
        return np.asarray(self.reason_talk_factor[self.needs.reason] * self.needs.talk_factor)

    def with_capacity(
        self,
        agents: Integers | None = None,
        paid_s: Floats | None = None,
        lines: Integers | None = None,
        joined: Floats | None = None,
    ) -> Self:
        """Return the same model with other staffing or lines.

        Parameters
        ----------
        agents : ndarray of int, shape (groups, intervals), optional
            Agents ready to answer.
        paid_s : ndarray, shape (groups, intervals), optional
            Paid time, seconds.
        lines : ndarray of int, shape (trunks, intervals), optional
            Lines in service.
        joined : ndarray, shape (groups, days + 1), optional
            Heads there before the horizon, and by first day of work.
        """
        changes: dict[str, Integers | Floats] = {}
        people = (len(self.groups), self.clock.days + 1)
        for name, value in (("agents", agents), ("paid_s", paid_s), ("lines", lines), ("joined", joined)):
            if value is not None:
                expected = people if name == "joined" else getattr(self, name).shape
                if value.shape != expected:
                    raise ValueError(f"{name} has shape {value.shape}, the model needs {expected}")
                changes[name] = value
        return replace(self, **changes)  # type: ignore[arg-type]
