"""The planning problem: what can be decided, what it costs, and what is promised, as plain numbers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from surgesim.planning.law import Law
from surgesim.planning.packages import EquipmentChoice, MeasureChoice, StandbyChoice, TrunkChoice
from surgesim.planning.promise import Branch, Part, Period, Promise
from surgesim.planning.shift import ShiftChoice
from surgesim.scenario.fields import Text
from surgesim.scenario.work import Learning

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StaffChoice:
    """Staff of one group that the plan may put to work.

    Attributes
    ----------
    group, source : str
        Name and source of the group.
    index, site : int
        Index of the group and of its site in the model.
    shifts : tuple of ShiftChoice
        Shifts that they can work.
    wage_jpy_h : float
        Price of a paid hour of one head.
    on_hand, hires : int
        Heads that are there, and heads that can be hired on top.
    hiring_cost_jpy : float
        Cost of hiring one head.
    lead_days, training_days, term_days : int
        Days from order to training, of training, and of the shortest paid engagement.
    drop_out, shrinkage, handling_factor : float
        Share that never starts; paid but not available; handling time relative to the standard.
    days_per_week : int
        Working days of one head in any seven days.
    barred_dispatch : bool
        Dispatched workers without an exemption.
    overtime_premium, overtime_week_s, week_s : float
        Premium on the wage of an hour of overtime, share; greatest overtime, and greatest paid time without it, of one head in
        any seven days, seconds.
    overtime_before_s : tuple of float
        Overtime of one head in the month in which the horizon begins, before it, and in the months before that one, seconds.
    special_clause : bool
        Whether the agreement on overtime has a special clause.
    rest_s : float
        Least rest between two shifts of one head, seconds.
    lender_jpy_day : float
        What it costs the lender that one head works here for a day.
    """

    group: str
    source: str
    index: int
    site: int
    shifts: tuple[ShiftChoice, ...]
    wage_jpy_h: float
    on_hand: int
    hires: int
    hiring_cost_jpy: float
    lead_days: int
    training_days: int
    term_days: int
    drop_out: float
    shrinkage: float
    handling_factor: float
    days_per_week: int
    barred_dispatch: bool
    overtime_premium: float = 0.0
    overtime_week_s: float = math.inf
    week_s: float = math.inf
    overtime_before_s: tuple[float, ...] = ()
    special_clause: bool = False
    rest_s: float = 0.0
    lender_jpy_day: float = 0.0

    @property
    def wait_days(self) -> int:
        """Days from order to first shift."""
        return self.lead_days + self.training_days

    @property
    def day_s(self) -> float:
        """Paid time of a day of training, or of a guaranteed day without work, seconds: the shortest shift."""
        return min(shift.paid_s for shift in self.shifts)


@dataclass(frozen=True, eq=False)
class SiteChoice:
    """A site: seats that exist, and seats that can be added once it is opened.

    Attributes
    ----------
    name : str
        Name in the scenario.
    index, seats, most_seats : int
        Index in the model; seats that exist; greatest number of seats.
    opening_cost_jpy, day_cost_jpy, seat_cost_jpy : float
        Cost of opening, of a day open, and of an added seat per day.
    lead_days : int
        Days from the decision to the first day of work on added seats.
    up : ndarray, shape (intervals,)
        1 where the site works, 0 during outages.
    equipment : EquipmentChoice or None
        What added seats need.
    """

    name: str
    index: int
    seats: int
    most_seats: int
    opening_cost_jpy: float
    day_cost_jpy: float
    seat_cost_jpy: float
    lead_days: int
    up: Floats
    equipment: EquipmentChoice | None = None

    @property
    def grows(self) -> bool:
        """Whether the plan may add seats."""
        return self.most_seats > self.seats

    def lots_for(self, added: int) -> int:
        """Return the lots of equipment that so many added seats need."""
        return math.ceil(added / self.equipment.lot) if self.equipment is not None else 0


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything the optimisation knows.

    Attributes
    ----------
    dates : tuple of date
        Days of the horizon.
    interval_s : float
        Length of an interval, seconds.
    day_of : ndarray of int, shape (intervals,)
        Day of each interval.
    staff, sites, trunks, promises : tuple
        Choices and promises.
    groups, queues : tuple of str
        Names, in the order of the model.
    skills : tuple of tuple of int
        Branches of queues that each group serves: the queues themselves where none is shared among sites.
    group_site : ndarray of int, shape (groups,)
        Site of each group.
    handling_factor : ndarray, shape (groups,)
        Handling time relative to the standard.
    deadlines : tuple of int
        Deadline of each queue of deferred work in whole intervals; 0 for calls.
    fixed_agents, fixed_paid_s : ndarray, shape (groups, intervals)
        Agents and paid time of groups without a lever; zero for the others.
    budget_jpy : float
        Greatest cost; ``inf`` where there is none.
    confidence : float
        Confidence with which each promise must be shown.
    probability : float or None
        Probability, over the paths of demand, with which each promise must hold in each of its periods; None where
        the promises are about the expectation over all paths, as ratios of sums.
    paths : int
        Number of distinct paths of demand that replications see; 0 where every replication has its own.
    law : Law or None
        Labour law.
    standby : tuple of StandbyChoice
        Standby packages.
    heads_per_supervisor : int
        Heads at work that one supervisor looks after; 0: nobody asks for supervisors.
    supervisor_jpy_day : float
        Price of one supervisor for one day.
    measures : tuple of MeasureChoice
        Measures taken: part of the question, decided before the rest of the plan.
    tail : float or None
        Share of the worst paths over which each promise must hold together; None: see ``probability``.
    short_jpy : float
        Price of falling short of every promise by all of it, where service is sought within a budget; 0: promises hold.
    learning : tuple of Learning or None, by group
        How the handling time falls with tenure; empty where nobody learns.
    titles : mapping of str to mapping of str to Text
        Titles of the scenario's parts, by kind and name.
    shared : tuple of Branch
        Branches of all queues where some are shared among sites, the first one of each queue in its place; none: no queue is.
    """

    dates: tuple[date, ...]
    interval_s: float
    day_of: Integers
    staff: tuple[StaffChoice, ...]
    sites: tuple[SiteChoice, ...]
    trunks: tuple[TrunkChoice, ...]
    promises: tuple[Promise, ...]
    groups: tuple[str, ...]
    queues: tuple[str, ...]
    skills: tuple[tuple[int, ...], ...]
    group_site: Integers
    handling_factor: Floats
    deadlines: tuple[int, ...]
    fixed_agents: Floats
    fixed_paid_s: Floats
    budget_jpy: float
    confidence: float
    probability: float | None
    paths: int
    law: Law | None
    standby: tuple[StandbyChoice, ...] = ()
    heads_per_supervisor: int = 0
    supervisor_jpy_day: float = 0.0
    measures: tuple[MeasureChoice, ...] = ()
    tail: float | None = None
    short_jpy: float = 0.0
    learning: tuple[Learning | None, ...] = ()
    titles: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    shared: tuple[Branch, ...] = ()

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """What agents serve: queues, or what each site takes of them."""
        return self.shared or tuple(Branch(q, -1, np.ones(self.intervals)) for q in range(len(self.queues)))

    def branches_of(self, queue: int) -> list[int]:
        """Return the branches of a queue."""
        return [b for b, branch in enumerate(self.branches) if branch.queue == queue]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Promises by branch of their queues: the first one of each promise in its place, then all others."""
        every = [
            [Part(p, b, self.branches[b].share) for b in self.branches_of(promise.queue)]
            for p, promise in enumerate(self.promises)
        ]
        return (*(parts[0] for parts in every), *(part for parts in every for part in parts[1:]))

    def called_in_both(self, kind: str, name: str) -> tuple[str, str]:
        """Return what a part is called in English and Japanese."""
        title = self.called(kind, name)
        return title.in_language("en"), title.in_language("ja")

    def called(self, kind: str, name: str) -> Text:
        """Return what a queue, group, site, trunk or package is called in print."""
        return self.titles.get(kind, {}).get(name) or Text(en=name, ja=name)

    def most_heads(self, k: int) -> int:
        """Return the greatest number of heads of staff ``k``."""
        reserve = sum(package.heads * package.packages for package in self.standby if package.staff == k)
        return self.staff[k].on_hand + self.staff[k].hires + reserve

    def staffed(self, groups: tuple[int, ...]) -> list[int]:
        """Return the intervals in which somebody of these groups may be on duty."""
        planned = [shift.cover for staff in self.staff if staff.index in groups for shift in staff.shifts]
        covered = {i for days in planned for intervals, _ in days for i in intervals.tolist()}
        return sorted(covered | set(np.flatnonzero(self.fixed_agents[list(groups)].any(axis=0)).tolist()))

    @property
    def days(self) -> int:
        """Length of the horizon, days."""
        return len(self.dates)

    @property
    def intervals(self) -> int:
        """Number of intervals."""
        return len(self.day_of)


__all__ = [
    "Branch", "EquipmentChoice", "MeasureChoice", "Part", "Period", "Problem", "Promise", "ShiftChoice", "SiteChoice",
    "StaffChoice", "TrunkChoice",
]  # fmt: skip
