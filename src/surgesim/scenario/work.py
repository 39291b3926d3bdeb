"""How work is done beyond one call at a time: chat, escalation, learning."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from surgesim.base.distributions import Constant
from surgesim.base.distributions import LawField as Law
from surgesim.base.units import Duration, Factor, PositiveDuration, Share
from surgesim.scenario.fields import Closed, Name

MOST_CHATS = 10


class Chat(Closed):
    """Contacts of which one agent holds several at a time, each slowed by the others.

    While an agent holds n chats, each of them goes on at the pace 1 / (n-th factor): a chat alone takes its talk time,
    one of three takes the third factor times as long. The pace changes whenever a chat begins or ends. The talk time
    includes the customer's silence and the agent's notes.
    """

    slowed: Annotated[tuple[Factor, ...], Field(max_length=MOST_CHATS - 1)] = ()
    """Time of each chat relative to a chat alone while the agent holds 2, 3, ... of them; its length says how many an
    agent holds at most: [1.2x, 1.5x] is up to three."""

    @field_validator("slowed")
    @classmethod
    def _slower(cls, slowed: tuple[float, ...]) -> tuple[float, ...]:
        if any(factor < 1.0 for factor in slowed):
            raise ValueError("a chat among others is not faster than a chat alone; write factors from 1x up")
        return slowed


class Escalation(Closed):
    """Contacts that the first tier cannot settle: a second tier takes them over.

    Cold: at the end of the talk the customer joins the second queue, and the first agent goes on to after-contact work.
    Warm: the first agent stays with the customer until an agent of the second tier answers, and through the handover;
    then comes the after-contact work. A customer who is accompanied does not give up.
    """

    to: Name
    """Queue of the second tier."""
    probability: Share
    """Probability that a handled contact is escalated; its other follow-ups are then left to the second tier."""
    kind: Literal["cold", "warm"] = "cold"
    """Whether the first agent waits for the second."""
    handover: Law = Constant(0.0)
    """Warm: time for which both agents are held while the contact is handed over."""
    by_novices: Factor = 1.0
    """Probability where a novice handled the contact, relative to the standard."""

    @model_validator(mode="after")
    def _handed_over(self) -> Self:
        if self.kind == "cold" and self.handover.mean > 0.0:
            raise ValueError("a cold escalation has no handover; write kind: warm, or delete handover")
        return self


class Cohort(Closed):
    """A part of a group whose people began at the same time."""

    share: Share
    """Share of the group's heads."""
    tenure: Duration
    """Time since they began, on the first day of the horizon. Hires begin on their own first day of work: with no tenure, or,
    where nobody of the group is on hand, with this one."""


class Learning(Closed):
    """How the handling time of a group falls with tenure: factor = 1 + (start - 1) x 2^(-tenure / half_life).

    The time-constant learning curve of Bevis, Finniear and Towill (1970). Tenure grows from day to day; each agent
    belongs to one cohort, so that any number of agents on duty is mixed as the cohorts are.
    """

    start: Factor
    """Handling time on the first day of tenure, relative to that of somebody who has learned all."""
    half_life: PositiveDuration
    """Tenure in which half of the excess over 1x is unlearned."""
    novice_for: Duration = 2_592_000.0
    """Tenure up to which somebody is counted as a novice."""
    cohorts: Annotated[tuple[Cohort, ...], Field(min_length=1)]
    """Who has been there how long; the shares add up to 100%."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = sum(cohort.share for cohort in self.cohorts)
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"the shares of the cohorts add up to {total * 100:.6g}%, not 100%; change one of them")
        return self
