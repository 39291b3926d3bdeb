"""Who is there: agents ready to answer and paid time, by group and interval."""

from collections.abc import Iterable
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from surgesim.base.clock import Clock
from surgesim.base.errors import Problem, ScenarioError
from surgesim.base.hours import Opening
from surgesim.scenario.centre import WEEK, Group, Roster, Shift
from surgesim.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

PRESENT = 0.5 - 1e-9
"""A shift counts in an interval of which it covers at least half."""


def available(heads: Floats, shrinkage: float) -> Integers:
    """Return the agents ready to answer among heads on duty: floor(heads x (1 - shrinkage)).

    Parameters
    ----------
    heads : ndarray
        Heads on duty.
    shrinkage : float
        Paid but not available / paid.
    """
    return np.asarray(np.floor(heads * (1.0 - shrinkage) + 1e-9), dtype=np.int64)


def shift_share(shift: Shift, roster: Roster, clock: Clock) -> Floats:
    """Return the share of each interval that the people of one roster line work, breaks left out, shape (intervals,)."""
    return Opening(_pieces(shift, roster, clock), clock.edges_s).open_share()


def _pieces(shift: Shift, roster: Roster, clock: Clock) -> Floats:
    break_start, break_end = shift.break_inside
    pieces: list[tuple[float, float]] = []
    for offset in range(-1, clock.days):  # a night shift of the day before reaches into the first day
        day = clock.start + timedelta(days=offset)
        if ("holiday" if day in clock.holidays else WEEK[day.weekday()]) not in roster.days:
            continue
        for start, end in ((shift.time[0], break_start), (break_end, shift.time[1])):
            pieces.append((clock.local_seconds(day, start), clock.local_seconds(day, end)))
    return _merged(pieces, clock.horizon_s)


def _merged(pieces: Iterable[tuple[float, float]], horizon_s: float) -> Floats:
    """Return windows sorted, joined where they touch, and cut to the horizon, shape (windows, 2)."""
    merged: list[list[float]] = []
    for start, end in sorted(pieces):
        start, end = max(start, 0.0), min(end, horizon_s)
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return np.array(merged, dtype=np.float64).reshape(-1, 2)


def open_windows(scenario: Scenario, clock: Clock, queue: str) -> Floats:
    """Return the opening windows of a queue, seconds from the start of the horizon, shape (windows, 2)."""
    return scenario.hours[scenario.queues[queue].hours].hours().windows(clock)


def _on_duty(scenario: Scenario, clock: Clock, group: Group) -> tuple[Floats, Floats]:
    """Return heads on duty and paid seconds of a group by interval."""
    length = np.diff(clock.edges_s)
    if not group.roster:
        windows = [tuple(window) for queue in group.skills for window in open_windows(scenario, clock, queue).tolist()]
        share = Opening(_merged(windows, clock.horizon_s), clock.edges_s).open_share()
        return group.heads * (share > 1e-12).astype(np.float64), group.heads * share * length
    shares = [(line.heads, shift_share(scenario.shifts[line.shift], line, clock)) for line in group.roster]
    heads = sum((count * (share >= PRESENT).astype(np.float64) for count, share in shares), np.zeros(len(length)))
    return heads, sum((count * share * length for count, share in shares), np.zeros(len(length)))


def lost_sites(scenario: Scenario, clock: Clock) -> Flags:
    """Return which sites are lost in which interval, shape (sites, intervals); an interval touched is lost whole."""
    lost = np.zeros((len(scenario.sites), clock.n_intervals), dtype=np.bool_)
    edges = clock.edges_s
    for place, site in enumerate(scenario.sites.values()):
        for outage in site.outages:
            start, end = clock.seconds(outage.start), clock.seconds(outage.end)
            lost[place] |= (edges[:-1] < end) & (edges[1:] > start)
    return lost


def staffing(scenario: Scenario, clock: Clock, group_site: Integers) -> tuple[Integers, Floats, Flags]:
    """Return agents ready to answer, paid seconds, and which groups are lost, each of shape (groups, intervals).

    Heads given without a roster are on duty in every interval in which a queue that they serve is open, also for a
    part of it. A shift counts in an interval of which it covers at least half, its break left out. Agents are the
    heads on duty times (1 - shrinkage), rounded down by group and interval. Where a site is lost there are no agents;
    they are paid all the same.

    Raises
    ------
    ScenarioError
        More agents than seats at a site; names every such site and its first interval.
    """
    rows = [(*_on_duty(scenario, clock, group), group.shrinkage) for group in scenario.groups.values()]
    agents = np.array([available(heads, shrinkage) for heads, _, shrinkage in rows])
    _check_seats(scenario, clock, agents, group_site)
    lost = lost_sites(scenario, clock)[group_site]
    return np.where(lost, 0, agents), np.array([paid for _, paid, _ in rows]), lost


def _check_seats(scenario: Scenario, clock: Clock, agents: Integers, group_site: Integers) -> None:
    problems = []
    for place, (name, site) in enumerate(scenario.sites.items()):
        seated = agents[group_site == place].sum(axis=0)
        over = np.flatnonzero(seated > site.seats)
        if not len(over):
            continue
        first = clock.starts[int(over[0])]
        when = f"{first:%Y-%m-%d %H:%M} ({len(over)} intervals in all)"
        what = f"{seated[over[0]]} agents but {site.seats} seats in the interval from {when}"
        problems.append(
            Problem(what, f"sites.{name}.seats", f"write {seated.max()} seats, or move heads to other shifts or sites")
        )
    if problems:
        raise ScenarioError(problems)
