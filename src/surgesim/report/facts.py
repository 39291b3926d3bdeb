"""Everything the report says, as plain data: a number is the same in page, workbook, JSON, pictures and terminal."""

from datetime import date, datetime
from typing import Any

from surgesim.report.facts_people import People
from surgesim.report.facts_titles import Titled
from surgesim.report.facts_waiting import Ages, Grid, Numbers, Ribbon, Waits
from surgesim.scenario.fields import Assumption, Closed, Text


class Span(Closed):
    """A value with its interval; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Head(Closed):
    """What was asked, and how it was answered."""

    scenario: str
    title: Text
    description: Text
    first_day: date
    last_day: date
    interval_s: float
    time_zone: str
    engine: str
    seed: int
    replications: int
    confidence: float
    version: str
    fingerprint: str
    command: str
    """Command that gives the same plan again."""


class Certificate(Closed):
    """How sure the plan is."""

    status: str
    kept: bool
    """Whether every promise is shown with the confidence asked for."""
    bound_jpy: float | None
    gap: float | None
    bound_of: Text
    """What the bound is a bound of."""
    marginals: tuple[Text, ...] = ()
    alternatives: tuple[Text, ...] = ()
    break_even: tuple[Text, ...] = ()
    """What binds and what one more of it is worth; next best alternatives; at which values the answer changes."""
    knowing: tuple[Text, ...] = ()
    numbers: dict[str, Any] | None = None
    """What knowing more is worth; ``break_even`` and ``two_stage``: the last two as plain values."""
    notes: tuple[Text, ...] = ()
    measures: tuple[str, ...] = ()
    """Measures taken."""


class CostItem(Closed):
    """One line of the bill."""

    item: str
    what: str
    unit: str
    quantity: float
    price_jpy: float
    cost_jpy: float


class Hire(Closed):
    """Heads ordered together."""

    group: str
    source: str
    site: str
    heads: float
    order_day: date
    training_day: date
    work_day: date


class Team(Closed):
    """Staff of one group in the plan."""

    group: str
    source: str
    site: str
    on_hand: int
    hired: float
    peak_heads: float
    head_hours: float


class Place(Closed):
    """A site in the plan."""

    site: str
    title: Text
    existing: int
    seats: int
    """Greatest number of seats contracted, those that exist included."""
    added_from: date | None
    peak_heads: float


class Line(Closed):
    """A trunk in the plan."""

    trunk: str
    existing: int
    lines: int
    added_from: date | None


class Period(Closed):
    """One period of a promise."""

    day: date | None
    time: str | None = None
    """Time of day at which it starts, of an interval."""
    value: float | None
    bound: float | None
    met: bool
    sure: bool
    chance: float | None
    """Share of replications in which it holds."""
    chance_bound: float | None = None
    """Lower bound of the probability that it holds, for promises about a probability."""


class Promise(Closed):
    """One promise and whether it is kept."""

    queue: str
    measure: str
    per: str
    at_least: bool
    promised: float
    within_s: float | None
    """Threshold of a service level, seconds."""
    kept: bool
    sure: bool
    chance: float | None
    """Share of replications in which every period holds."""
    probability: float | None = None
    """Probability with which each period must hold; None where the promise is about the expectation."""
    worst: int
    """Position of the period that comes closest to breaking it, or breaks it most."""
    periods: tuple[Period, ...]


class Reason(Closed):
    """One reason why formulas and simulation differ, and how much of it there is."""

    code: str
    amount: Text


class Day(Closed):
    """One queue on one day."""

    day: date
    queue: str
    needs: float
    offered: float
    handled: float
    redials: float
    blocked: float
    abandoned: float
    service: Span
    """Service level, or share on time for deferred work."""
    median: float | None
    """The same in the median replication."""
    abandonment: Span
    erlang_c: float | None = None
    erlang_a: float | None = None
    reasons: tuple[Reason, ...] = ()
    """Why the formulas and the simulation differ."""


class Fan(Closed):
    """Needs by day: forecast, history before it, actuals after it."""

    days: tuple[date, ...]
    p05: tuple[float, ...]
    p25: tuple[float, ...]
    p50: tuple[float, ...]
    p75: tuple[float, ...]
    p95: tuple[float, ...]
    total: tuple[float, float, float]
    """5 %, 50 % and 95 % quantile of the total over the horizon."""
    past_days: tuple[date, ...] = ()
    past: Numbers = ()
    past_counts: str = ""
    actual_days: tuple[date, ...] = ()
    actual: Numbers = ()
    actual_counts: str = ""
    announcements: tuple[tuple[datetime, str], ...] = ()


class SiteStaff(Closed):
    """Agents and seats of one site by interval."""

    site: str
    title: Text
    sources: dict[str, tuple[float, ...]]
    """Agents ready to answer, by source."""
    heads: dict[str, tuple[float, ...]]
    """Heads on duty, by source."""
    seats: tuple[float, ...]


class Staffing(Closed):
    """Who is there in every interval, against what is needed."""

    starts: tuple[datetime, ...]
    sites: tuple[SiteStaff, ...]
    lines: tuple[float, ...]
    """Lines of all trunks."""
    load: tuple[float, ...]
    """Simulated offered load of calls, erlang."""
    needed: Numbers
    """Agents that the formula of Erlang A asks for at the mean demand; None where nobody calls."""
    needed_busy: Numbers = ()
    """The same on a day so busy that only 5 % of the replications are busier; empty where there is one replication."""


class Flow(Closed):
    """From needs to handled contacts, one queue, means per replication over the horizon."""

    queue: str
    counts: dict[str, float]


class Busy(Closed):
    """Occupancy by day: mean, and 5 % and 95 % quantile over replications."""

    site: str
    days: tuple[date, ...]
    mean: Numbers
    low: Numbers
    high: Numbers


class Remark(Closed):
    """A flag of the run."""

    level: str
    where: str
    what: Text
    instead: Text


class Facts(Titled):
    """The whole report. What a plan decides is None or empty for a plain result."""

    head: Head
    cost_jpy: float | None = None
    certificate: Certificate | None = None
    costs: tuple[CostItem, ...] = ()
    hires: tuple[Hire, ...] = ()
    teams: tuple[Team, ...] = ()
    places: tuple[Place, ...] = ()
    lines: tuple[Line, ...] = ()
    promises: tuple[Promise, ...]
    days: tuple[Day, ...]
    totals: dict[str, dict[str, Span]]
    """Measures over the horizon, by queue and measure."""
    fan: Fan | None = None
    people: People | None = None
    """None where nothing is announced."""
    staffing: Staffing | None = None
    grids: tuple[Grid, ...] = ()
    flows: tuple[Flow, ...] = ()
    waits: tuple[Waits, ...] = ()
    busy: tuple[Busy, ...] = ()
    ribbons: tuple[Ribbon, ...] = ()
    ages: tuple[Ages, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def main_queue(self) -> str:
        """The queue of the first promise, or the first queue."""
        return self.promises[0].queue if self.promises else next(iter(self.totals))
