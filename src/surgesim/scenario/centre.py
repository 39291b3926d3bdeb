"""The centre: sites, groups of agents, queues, lines, and how contacts are routed."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from surgesim.base.distributions import Constant
from surgesim.base.distributions import LawField as Law
from surgesim.base.units import Count, Duration, Factor, Instant, PositiveDuration, Share, Window
from surgesim.scenario.fields import Closed, FrozenMapping, Name, Settings, Table, Words
from surgesim.scenario.sharing import Sharing
from surgesim.scenario.waiting import Balking, Closing, Menu, Misroute, Offer, Outbound, Redial, Switch
from surgesim.scenario.work import Chat, Escalation, Learning

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Source = Literal["in_house", "borrowed", "temporary", "outsourced", "standby"]


class Handling(Closed):
    """What one contact costs an agent. The handling time is the sum of the three parts."""

    talk: Law
    """Talk time; holds the agent and the line."""
    hold: Law = Constant(0.0)
    """Time on hold during the talk; holds the agent and the line."""
    after: Law = Constant(0.0)
    """After-contact work; holds the agent, not the line."""

    @property
    def aht_s(self) -> float:
        """Mean handling time, seconds."""
        return float(self.talk.mean + self.hold.mean + self.after.mean)

    @property
    def line_s(self) -> float:
        """Mean time the line is held while the agent serves, seconds."""
        return float(self.talk.mean + self.hold.mean)


class FollowUp(Closed):
    """Another contact, or a case, that a handled contact brings about."""

    to: Name
    """Queue that the follow-up joins; the contact's own queue for a repeat call."""
    probability: Share
    """Probability that a handled contact brings the follow-up about."""
    delay: Law
    """Time from the end of the handling to the follow-up."""
    doubles_after: PositiveDuration | None = None
    """Wait after which the follow-up is twice as probable as without a wait: probability x (1 + wait / doubles_after).
    Left out: the wait does not matter."""
    by_novices: Factor = 1.0
    """Probability where a novice handled the contact, relative to the standard."""
    by_group: Table[Factor] = FrozenMapping()
    """Probability by the group that handled the contact, relative to the standard; 1x for groups not named."""


class Queue(Closed):
    """A queue of contacts of one kind: calls that wait on a line, or deferred work with a deadline."""

    hours: Name
    """Opening hours, by name."""
    title: Words = ""
    """Name to print; the key is printed where it is empty."""
    handling: Handling
    """Handling time of one contact."""
    patience: Law | None = None
    """Patience, from joining the queue to giving up. Left out for deferred work, which never gives up."""
    answer_within: Duration = 20.0
    """Threshold of the service level: a contact answered within this time counts as in time."""
    deadline: PositiveDuration | None = None
    """Deadline of deferred work (mail, cases), from arrival to end of handling. Left out for calls."""
    deadline_hours: Name | None = None
    """Hours, by name, in which the time of the deadline runs; left out: it runs day and night."""
    deadline_from: Literal["arrival", "opening"] = "arrival"
    """Since when the time of the deadline runs: `opening` is the arrival of the first stage of the case, where deferred work
    brings deferred work about by `follow_ups` or is escalated; of callbacks it is the promise, of lists the release."""
    short_abandon: Duration = 5.0
    """Callers who give up within this time are left out of `offered_less_short_abandons`."""
    priority: Annotated[int, Field(ge=0, le=100)] = 10
    """Rank for policies that look at it: smaller is served first."""
    ageing: PositiveDuration | None = None
    """Time of waiting in which a contact moves up by one rank of priority, or by one place among the skills where the policy
    goes by them (`priority-list`, `threshold-reservation`); left out: the rank stays."""
    redial: Redial | None = None
    """What people do after a busy tone or after giving up; left out: they never try again."""
    closing: Closing | None = None
    """What callers do while the desk is closed; left out: they are lost."""
    follow_ups: tuple[FollowUp, ...] = ()
    """Repeat calls, second claims and cases that handled contacts bring about."""
    balking: Balking | None = None
    """Callers hear how long they will wait, and some hang up; left out: nothing is announced."""
    offers: Annotated[tuple[Offer, ...], Field(max_length=8)] = ()
    """What callers who wait are offered: a link to self-service, a callback."""
    menu: Menu | None = None
    """Menu by voice before the queue; left out: callers join the queue at once."""
    switches: Annotated[tuple[Switch, ...], Field(max_length=8)] = ()
    """Where else callers turn who were not answered; the others redial or give up."""
    misroute: Misroute | None = None
    """Callers who try the wrong desk."""
    chat: Chat | None = None
    """Makes it a queue of chats, of which one agent holds several at a time; left out: one at a time."""
    outside: bool = False
    """Deferred work that somebody outside does (area office, laboratory): it takes its handling time and no agent. A case is
    a chain of deferred queues by `follow_ups`, each stage with its deadline, done by agents or outside."""
    outbound: Outbound | None = None
    """Makes it a queue of people whom agents call, as deferred work; left out: they get in touch themselves."""
    escalation: Escalation | None = None
    """Which contacts a second tier takes over; left out: none."""
    sites: Sharing | None = None
    """How calls are shared among sites; left out: one queue for all sites that have the skill."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.patience is None and self.deadline is None:
            raise ValueError(
                'a queue needs patience (calls) or a deadline (deferred work); write e.g. patience: "exponential(3min)"'
            )
        if self.patience is not None and self.deadline is not None:
            raise ValueError("a queue has patience (calls) or a deadline (deferred work), not both; delete one of them")
        calls = [name for name in ("balking", "offers", "menu", "switches", "misroute") if getattr(self, name)]
        if self.patience is None and calls:
            raise ValueError(f"nobody calls a queue of deferred work; delete {' and '.join(calls)}, or write patience")
        if sum(switch.share for switch in self.switches) > 1.0 + 1e-9:
            raise ValueError("the shares of switches add up to more than 100%; write less")
        return self

    @model_validator(mode="after")
    def _deadline_runs(self) -> Self:
        if self.deadline_hours is not None and self.deadline is None:
            raise ValueError("deadline_hours say when a deadline runs, but there is none; write a deadline, or delete them")
        if self.deadline_from == "opening" and self.deadline is None:
            raise ValueError("deadline_from says since when a deadline runs, but there is none; write a deadline, or delete it")
        return self

    @model_validator(mode="after")
    def _outside_has_a_deadline(self) -> Self:
        if self.outside and (self.deadline is None or self.escalation is not None):
            raise ValueError("work done outside has a deadline and no escalation; write a deadline, or delete outside")
        return self

    @model_validator(mode="after")
    def _dialled_in_idle_time(self) -> Self:
        if self.outbound is not None and (self.deadline is None or self.outside):
            raise ValueError(
                "agents call people as deferred work; write a deadline in place of patience or outside, or delete outbound"
            )
        return self

    @model_validator(mode="after")
    def _chat_alone(self) -> Self:
        if self.chat is not None and self.deadline is not None:
            raise ValueError("chat does not wait for a deadline; write patience instead of the deadline, or delete chat")
        if self.chat is not None and (self.handling.hold.mean > 0.0 or self.handling.after.mean > 0.0):
            raise ValueError("hold and after of a chat take a window like its talk; write one time, handling.talk")
        return self

    @property
    def deferred(self) -> bool:
        """Whether this is deferred work: no line, no patience, a deadline instead."""
        return self.deadline is not None


class Outage(Closed):
    """A time during which a site is lost: nobody there answers, its lines are dead."""

    start: Instant
    """When the site is lost."""
    end: Instant
    """When it is back."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the outage ends before it starts; write a later end")
        return self


class Site(Closed):
    """A place with seats."""

    seats: Count
    """Seats that exist: agents at work at the same time never exceed them."""
    title: Words = ""
    """Name to print; the key is printed where it is empty."""
    outages: tuple[Outage, ...] = ()
    """Times during which the site is lost."""


class Shift(Closed):
    """A shift as it is worked: from, to, and an unpaid break."""

    time: Window
    """Start and end, e.g. "09:00-17:30"; an end before the start is on the next day."""
    title: Words = ""
    """Name to print; the key is printed where it is empty."""
    break_time: Window | None = None
    """Break inside the shift, e.g. "12:00-13:00": nobody of the shift answers then."""

    @model_validator(mode="after")
    def _break_inside(self) -> Self:
        if self.break_time is None:
            return self
        start, end = self.break_inside
        if not (self.time[0] <= start < end <= self.time[1]):
            raise ValueError("the break is not inside the shift; move the break or lengthen the shift")
        if end - start >= self.time[1] - self.time[0]:
            raise ValueError("the break takes the whole shift; shorten the break or lengthen the shift")
        return self

    @property
    def break_inside(self) -> tuple[float, float]:
        """Start and end of the break, seconds after the midnight on which the shift starts; equal where there is none."""
        if self.break_time is None:
            return self.time[0], self.time[0]
        later = 86_400.0 if self.break_time[0] < self.time[0] else 0.0
        return self.break_time[0] + later, self.break_time[1] + later

    @property
    def paid_s(self) -> float:
        """Paid time of one shift, seconds: length less the break."""
        start, end = self.break_inside
        return self.time[1] - self.time[0] - (end - start)


class Roster(Closed):
    """So many heads of one team work one shift on these days."""

    team: Name
    """The people: one team cannot work two overlapping shifts."""
    shift: Name
    """Shift, by name."""
    heads: Count
    """Heads on the roster, before shrinkage."""
    days: tuple[Weekday, ...] = (*WEEK, "holiday")
    """Days of the week on which the shift is worked; `holiday` stands for public holidays, whatever their weekday."""


class Group(Closed):
    """Agents who are alike: same site, skills, source and speed."""

    site: Name
    """Where they sit."""
    title: Words = ""
    """Name to print; the key is printed where it is empty."""
    skills: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Queues that they serve, the preferred one first."""
    source: Source = "in_house"
    """Where the staff comes from."""
    heads: Count = 0
    """Heads on duty during the whole opening hours of the queues they serve. Use `roster` for shifts."""
    roster: tuple[Roster, ...] = ()
    """Heads by shift; replaces `heads`."""
    shrinkage: Share = 0.0
    """Paid but not available / paid, breaks of the shift not counted again."""
    handling_factor: Factor = 1.0
    """Handling time relative to the standard (1.2x: novices need a fifth longer)."""
    learning: Learning | None = None
    """Tenure of its people, and how the handling time falls with it; left out: they have learned all."""

    @model_validator(mode="after")
    def _heads_or_roster(self) -> Self:
        if self.heads and self.roster:
            raise ValueError("a group has heads (on duty all opening hours) or a roster (by shift), not both; delete one of them")
        return self

    @field_validator("shrinkage")
    @classmethod
    def _somebody_answers(cls, shrinkage: float) -> float:
        if shrinkage >= 1.0:
            raise ValueError("with a shrinkage of 100% nobody ever answers; write less")
        return shrinkage


class Trunk(Closed):
    """A telephone number with its lines. A call holds a line from ring to hang-up."""

    lines: Count
    """Calls that fit at the same time: waiting, talking and on hold together."""
    queues: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Queues reached over this number."""
    title: Words = ""
    """Name to print; the key is printed where it is empty."""


class Routing(Closed):
    """Who serves whom."""

    policy: Name = "longest-wait"
    """Policy, by name (`surgesim list routing`)."""
    settings: Settings = FrozenMapping()
    """Settings of the policy; which ones it has, its own page says."""
