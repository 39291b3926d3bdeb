"""What a solved model decides, and the capacity that it gives."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.model.staffing import PRESENT, available
from surgesim.planning.draft import Draft
from surgesim.planning.problem import Floats, Integers, Problem, ShiftChoice
from surgesim.planning.tenure import joined

Numbers = NDArray[np.int64] | NDArray[np.float64]
"""Heads: whole numbers in a plan, fractions in a relaxation."""


@dataclass(frozen=True, eq=False)
class Decision:
    """A plan, in whole numbers unless it comes from a relaxation.

    Attributes
    ----------
    work : tuple of ndarray, shape (shifts, days), by staff
        Heads by shift and day.
    hired : tuple of ndarray, shape (days,), by staff
        Hires by order day.
    opens : ndarray of int, shape (sites,)
        Day on which a site opens for added seats; -1 where it never does.
    added : ndarray of int, shape (sites, days)
        Seats added.
    lots : ndarray of int, shape (trunks,)
        Lots of lines added.
    reserved : ndarray of int, shape (packages,)
        Standby packages reserved.
    activated : ndarray of int, shape (packages, days)
        Standby packages activated, by the day whose eve it happens on.
    """

    work: tuple[Numbers, ...]
    hired: tuple[Numbers, ...]
    opens: Integers
    added: Integers
    lots: Integers
    reserved: Integers
    activated: Integers


@dataclass(frozen=True, eq=False)
class Capacity:
    """What the simulator needs to know about a plan.

    Attributes
    ----------
    agents : ndarray of int, shape (groups, intervals)
        Agents ready to answer.
    paid_s : ndarray, shape (groups, intervals)
        Paid time on duty, seconds.
    lines : ndarray of int, shape (trunks, intervals)
        Lines in service.
    heads : ndarray, shape (groups, intervals)
        Heads on duty, before shrinkage; zero for groups without a lever.
    seats : ndarray of int, shape (sites, intervals)
        Seats.
    joined : ndarray, shape (groups, days + 1)
        Heads there before the horizon, and heads by their first day of work.
    """

    agents: Integers
    paid_s: Floats
    lines: Integers
    heads: Floats
    seats: Integers
    joined: Floats


def decided(draft: Draft, whole: bool = True) -> Decision:
    """Return the decision of a solved model: in whole numbers, or with fractions of heads but whole seats and lots."""
    problem, model = draft.problem, draft.model
    work = tuple(np.zeros((len(staff.shifts), problem.days)) for staff in problem.staff)
    hired = tuple(np.zeros(problem.days) for _ in problem.staff)
    opens = np.full(len(problem.sites), -1, dtype=np.int64)
    added = np.zeros((len(problem.sites), problem.days), dtype=np.int64)
    lots = np.zeros(len(problem.trunks), dtype=np.int64)
    for (k, s, d), var in _values(model, "shifts", "work"):
        work[k][s, d] = var
    for (k, o), var in _values(model, "hires", "hired"):
        hired[k][o] = var
    for (j, d), var in _values(model, "sites", "opens"):
        opens[j] = d if round(var) > 0 else opens[j]
    for (j, d), var in _values(model, "seats", "added"):
        added[j, d] = math.ceil(var - 1e-6)
    for t, var in _values(model, "lines", "lots"):
        lots[t] = math.ceil(var - 1e-6)
    seldom = opens, added, lots, *_standby(problem, model)
    if not whole:
        return Decision(work, hired, *seldom)
    return Decision(tuple(_rounded(part) for part in work), tuple(_rounded(part) for part in hired), *seldom)


def _standby(problem: Problem, model: Any) -> tuple[Integers, Integers]:
    """Return packages reserved and activated."""
    reserved = np.zeros(len(problem.standby), dtype=np.int64)
    activated = np.zeros((len(problem.standby), problem.days), dtype=np.int64)
    for n, var in _values(model, "standby", "reserved"):
        reserved[n] = math.ceil(var - 1e-6)
    for (n, o), var in _values(model, "standby", "activated"):
        activated[n, o] = round(var)
    return reserved, activated


def _rounded(values: Floats) -> Integers:
    return np.asarray(np.rint(values), dtype=np.int64)


def _columns(model: Any, kind: str, name: str) -> list[tuple[Any, Any]]:
    block = model.component(kind)
    return [] if block is None else list(getattr(block, name).items())


def _values(model: Any, kind: str, name: str) -> list[tuple[Any, float]]:
    from pyomo.environ import value

    return [(key, float(value(var, exception=False) or 0.0)) for key, var in _columns(model, kind, name)]


def capacity(problem: Problem, decision: Decision) -> Capacity:
    """Return agents, paid time and lines by interval, rounded as the simulator rounds rosters.

    A shift counts in an interval of which it covers at least half; agents are the heads on duty times
    (1 - shrinkage), rounded down, and no more than the seats of the site.
    """
    heads = np.zeros((len(problem.groups), problem.intervals))
    paid_s = problem.fixed_paid_s.copy()
    agents = problem.fixed_agents.astype(np.int64)
    for staff, work in zip(problem.staff, decision.work, strict=True):
        _add_duty(problem, staff.index, staff.shifts, work, heads, paid_s)
        agents[staff.index] = available(heads[staff.index], staff.shrinkage)
    seats = _seats(problem, decision)
    _seat(problem, agents, seats)
    return Capacity(agents, paid_s, _lines(problem, decision), heads, seats, joined(problem, decision.hired, decision.activated))


def scaled(problem: Problem, decided_capacity: Capacity, factor: float) -> Capacity:
    """Return a capacity with all heads and seats of a plan scaled, to see what fewer and more of them would do."""
    heads = decided_capacity.heads * factor
    agents = decided_capacity.agents.copy()
    for staff in problem.staff:
        agents[staff.index] = available(heads[staff.index], staff.shrinkage)
    seats = np.asarray(np.ceil(decided_capacity.seats * max(1.0, factor)), dtype=np.int64)
    _seat(problem, agents, seats)
    return replace(decided_capacity, agents=agents, heads=heads, seats=seats)


def _add_duty(
    problem: Problem, group: int, shifts: tuple[ShiftChoice, ...], work: Numbers, heads: Floats, paid_s: Floats
) -> None:
    for s, shift in enumerate(shifts):
        for d in np.flatnonzero(work[s]):
            intervals, shares = shift.cover[d]
            heads[group, intervals] += work[s, d] * (shares >= PRESENT)
            paid_s[group, intervals] += work[s, d] * shares * problem.interval_s


def _seats(problem: Problem, decision: Decision) -> Integers:
    by_day = np.array([site.seats for site in problem.sites])[:, None] + decision.added
    return np.asarray(by_day[:, problem.day_of], dtype=np.int64)


def _seat(problem: Problem, agents: Integers, seats: Integers) -> None:
    """Leave those without a seat, the last groups of a site first, idle; and all during an outage."""
    for j, site in enumerate(problem.sites):
        free = seats[j].copy()
        for g in np.flatnonzero(problem.group_site == site.index):
            agents[g] = np.minimum(agents[g], free) * site.up.astype(np.int64)
            free -= agents[g]


def _lines(problem: Problem, decision: Decision) -> NDArray[np.int64]:
    lines = np.zeros((len(problem.trunks), problem.intervals), dtype=np.int64)
    for t, trunk in enumerate(problem.trunks):
        lines[t] = trunk.lines + trunk.lot * decision.lots[t] * (problem.day_of >= trunk.lead_days)
    return lines
