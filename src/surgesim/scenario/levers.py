"""What can be decided, what it costs, and how long it takes; and what is promised."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from surgesim.base.units import Count, Duration, PositiveDuration, Share, price
from surgesim.scenario.fields import Closed, FrozenMapping, Name, Table, Words

Measure = Literal["service_level", "answer_rate", "abandonment", "blocking", "on_time", "occupancy"]
Period = Literal["interval", "day", "week", "horizon"]
HIGHER_IS_BETTER = frozenset({"service_level", "answer_rate", "on_time"})


class Target(Closed):
    """One promise. `service_level` counts against the queue's `answer_within`."""

    queue: Name
    """Queue that the promise is about."""
    measure: Measure
    """What is promised; `occupancy` is that of all groups that serve the queue, with all their work."""
    of: Literal["offered", "offered_less_short_abandons", "handled"] = "offered"
    """Denominator of the service level."""
    at_least: Share | None = None
    """Promise for measures where more is better."""
    at_most: Share | None = None
    """Promise for measures where less is better."""
    per: Period = "horizon"
    """Where the promise must hold: in every open interval, on every day, in every week, or over the whole horizon."""

    @model_validator(mode="after")
    def _right_side(self) -> Self:
        wanted = "at_least" if self.measure in HIGHER_IS_BETTER else "at_most"
        other = "at_most" if wanted == "at_least" else "at_least"
        if getattr(self, wanted) is None or getattr(self, other) is not None:
            raise ValueError(f"a promise about {self.measure} is written with {wanted}, and with nothing else")
        if self.measure == "occupancy" and self.per == "interval":
            raise ValueError("nobody can keep an occupancy in every single interval; write per: day")
        return self

    @property
    def bound(self) -> float:
        """The promised value."""
        value = self.at_least if self.at_least is not None else self.at_most
        assert value is not None
        return value

    def holds(self, value: float) -> bool:
        """Whether ``value`` keeps the promise."""
        return value >= self.bound if self.measure in HIGHER_IS_BETTER else value <= self.bound


class OvertimeLever(Closed):
    """Overtime: shifts that go on for a while, at a premium."""

    per_day: PositiveDuration
    """Greatest overtime of one head after a shift."""
    per_week: PositiveDuration | None = None
    """Greatest overtime of one head in any seven days; left out: no limit but that of the law."""
    step: PositiveDuration = 3600.0
    """Overtime comes in pieces of this length."""
    premium: Share = 0.25
    """Premium on the wage of an hour of overtime; the law may ask for more."""
    special_clause: bool = False
    """Whether the agreement on overtime has the special clause for sudden work (Labour Standards Act, article 36): up to 100 h a
    month in six months of the year, 80 h on average over two to six months, 720 h a year; without it 45 h and 360 h."""
    this_month: Duration = 0.0
    """Overtime that one head has worked already in the month in which the horizon begins."""
    months_before: Annotated[tuple[Duration, ...], Field(max_length=11)] = ()
    """Overtime of one head in the months before that one in the same year of the agreement, the last one first."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.step > self.per_day:
            raise ValueError("one piece of overtime is longer than all of a day; write a smaller step")
        return self


class StaffLever(Closed):
    """Staff that the plan may put to work in one group."""

    shifts: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Shifts that these people can work."""
    wage: Annotated[float, price("head", "h")]
    """Price of a paid hour of one head."""
    on_hand: Count = 0
    """Heads that are there from the first day and need no hiring."""
    hires: Count = 0
    """Greatest number of heads that can be hired (or borrowed, or ordered) on top."""
    hiring_cost: Annotated[float, price("head")] = 0.0
    """Cost of hiring one head: agency fee, equipment."""
    lead_time: Duration = 0.0
    """From the order, at the earliest on the evening before the first day, to the first day of training."""
    training: Duration = 0.0
    """Training before the first shift; paid by the day like a shift."""
    drop_out: Share = 0.0
    """Share of hired heads who never take a call."""
    minimum_term: Duration = 0.0
    """Shortest paid engagement, counted from the first day of training."""
    dispatch: bool = False
    """Whether they are dispatched workers in the sense of the Japanese Worker Dispatch Act."""
    dispatch_exemption: str = ""
    """Exemption from the ban on dispatch of 30 days or less (listed job, age, student ...), in words."""
    days_per_week: Annotated[int, Field(ge=1, le=7)] = 5
    """Working days of one head in any seven days."""
    hours_per_week: PositiveDuration | None = None
    """Greatest paid time of one head in any seven days, overtime aside (part-timers); left out: as days and shifts allow."""
    overtime: OvertimeLever | None = None
    """Overtime after their shifts; left out: none."""
    rest: Duration = 0.0
    """Least rest of one head between the end of a shift and the start of the next one."""
    lender_cost: Annotated[float, price("head", "day")] = 0.0
    """Borrowed staff: what it costs their own desk, in service, that one of them works here for a day."""

    @field_validator("drop_out")
    @classmethod
    def _somebody_stays(cls, drop_out: float) -> float:
        if drop_out >= 1.0:
            raise ValueError("with a drop-out of 100% nobody ever takes a call; write less")
        return drop_out


class StandbyLever(Closed):
    """A standby package: heads that an agency keeps ready for a fee; or a reserve of one's own, trained beforehand at a price."""

    group: Name
    """Group in which its heads work; its staff lever says shifts and wage (the burst price)."""
    title: Words = ""
    """Name to print; the key is printed where it is empty."""
    heads: Annotated[int, Field(ge=1)]
    """Heads of one package."""
    packages: Annotated[int, Field(ge=1)] = 1
    """Greatest number of packages that can be reserved."""
    fee: Annotated[float, price()] = 0.0
    """Price of keeping one package ready, due whether or not it is activated."""
    activation: Annotated[float, price()] = 0.0
    """Price of activating one package, once."""
    lead_time: Duration = 0.0
    """From the activation, at the earliest on the evening before the first day, to the first shift."""
    minimum_term: Duration = 0.0
    """Shortest paid engagement, counted from the first shift."""


class EquipmentLever(Closed):
    """Equipment of added seats (desks, computers, licences), bought in lots."""

    lot: Annotated[int, Field(ge=1)]
    """Seats that one lot equips."""
    lots: Annotated[int, Field(ge=1)]
    """Greatest number of lots."""
    cost: Annotated[float, price()] = 0.0
    """Price of one lot, once."""
    lead_time: Duration = 0.0
    """From the order, on the evening before the first day, to use."""


class SiteLever(Closed):
    """A site that the plan may open, or seats that it may add."""

    seats: Count
    """Greatest number of seats at the site, those that exist included."""
    opening_cost: Annotated[float, price()] = 0.0
    """Cost of opening the site, once."""
    day_cost: Annotated[float, price("day")] = 0.0
    """Cost of the open site, each day of the horizon from its opening on."""
    seat_cost: Annotated[float, price("seat", "day")] = 0.0
    """Cost of a seat, each day that it is contracted. Only seats beyond those that exist are paid."""
    equipment: EquipmentLever | None = None
    """What added seats need; left out: nothing."""
    lead_time: Duration = 0.0
    """From the decision, on the evening before the first day, to the first day of work."""


class LineLever(Closed):
    """Lines that the plan may contract."""

    lines: Count
    """Greatest number of lines, those that exist included."""
    lot: Annotated[int, Field(ge=1)] = 1
    """Lines come in lots of this size."""
    line_cost: Annotated[float, price("line", "day")] = 0.0
    """Cost of a line, each day. Only lines beyond those that exist are paid."""
    lead_time: Duration = 0.0
    """From the decision, on the evening before the first day, to use."""


class SupervisorLever(Closed):
    """Supervisors that heads at work need."""

    heads: Annotated[int, Field(ge=1)]
    """Heads at work that one supervisor looks after, at each site on each day."""
    wage: Annotated[float, price("head", "day")]
    """Price of one supervisor for one day."""


class MeasureLever(Closed):
    """A measure that the plan may take: the override of the same name, at a price.

    Opening hours, self-service, callbacks and messages, one number for all sites: whatever an override can say. Content
    and tries of self-service cost what the channel says, on top.
    """

    title: Words = ""
    """What it is called in print; its name where it is left out."""
    cost: Annotated[float, price()] = 0.0
    """Cost of taking it, once."""
    day_cost: Annotated[float, price("day")] = 0.0
    """Cost of every day of the horizon on which it works."""
    lead_time: Duration = 0.0
    """From the decision, on the evening before the first day, until it works. Only new channels and opening hours can wait:
    a measure that changes anything else works from the first day on."""


class Levers(Closed):
    """What can be decided."""

    staff: Table[StaffLever] = FrozenMapping()
    """Staff, by group."""
    sites: Table[SiteLever] = FrozenMapping()
    """Sites to open, and seats to add, by site."""
    lines: Table[LineLever] = FrozenMapping()
    """Lines to add, by trunk."""
    standby: Table[StandbyLever] = FrozenMapping()
    """Standby packages, by name."""
    supervisors: SupervisorLever | None = None
    """Supervisors; left out: they are not part of the plan."""
    measures: Annotated[Table[MeasureLever], Field(max_length=5)] = FrozenMapping()
    """Measures to take or not, by the name of their override; measures that change the same place exclude each other."""
    budget: Annotated[float, price()] | None = None
    """Greatest total cost; left out: no limit."""
    aim: Literal["cost", "service"] = "cost"
    """What is sought: the least cost that keeps every promise; or, with `service`, the plan within the budget that comes as near
    to the promises as it can: the one that falls furthest short of its bound falls short by as few points as possible."""
    confidence: Share = 0.95
    """Confidence with which the verification must show that each promise holds."""
    probability: Share | None = None
    """Probability, over the paths that demand may take, with which each promise holds in each of its periods. Left
    out: each promise is about the expectation over all paths (a ratio of sums)."""

    tail: Share | None = None
    """Share of the paths of demand, the worst ones for each promise in each period, over which together it must hold (conditional
    value at risk); in place of `probability`, which says how often it must hold but not how badly it may fail."""

    @model_validator(mode="after")
    def _one_risk(self) -> Self:
        if self.tail is not None and self.probability is not None:
            raise ValueError("promises hold with a probability or over the tail of the paths, not both; delete one of them")
        if self.tail == 0.0:
            raise ValueError('no path is in a tail of 0%; write e.g. tail: "10%"')
        return self
