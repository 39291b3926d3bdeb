"""From scenario and model to the planning problem."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from surgesim.base.clock import Clock
from surgesim.base.errors import Problem as Finding
from surgesim.base.errors import ScenarioError
from surgesim.base.hours import Opening
from surgesim.base.units import format_duration
from surgesim.model.model import Model
from surgesim.planning.branches import branches
from surgesim.planning.law import BY_TIME_ZONE, Law
from surgesim.planning.packages import EquipmentChoice, StandbyChoice
from surgesim.planning.problem import (
    Floats,
    Integers,
    Period,
    Problem,
    Promise,
    ShiftChoice,
    SiteChoice,
    StaffChoice,
    TrunkChoice,
)
from surgesim.scenario.centre import Shift
from surgesim.scenario.levers import HIGHER_IS_BETTER, Levers, SiteLever, StaffLever, Target
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.titles import titles

DAY_S = 86_400.0


def read(scenario: Scenario, model: Model, probability: float | None = None) -> Problem:
    """Return the planning problem of a scenario.

    Parameters
    ----------
    scenario : Scenario
        What is asked.
    model : Model
        Its model.
    probability : float, optional
        Probability with which the promises must hold; that of the levers where it is left out.

    Raises
    ------
    ScenarioError
        No levers, nothing promised, or a promise about a queue that is never open; all of them.
    """
    levers = _levers(scenario)
    clock, law = model.clock, BY_TIME_ZONE.get(scenario.clock.time_zone)
    planned = np.array([group in levers.staff for group in model.groups])[:, None]
    promises = tuple(_promise(target, model) for target in scenario.targets)
    shared, skills = branches(model, promises)
    return Problem(
        dates=tuple(clock.dates),
        interval_s=clock.interval_s,
        day_of=clock.day_index,
        staff=tuple(_staff(scenario, model, law, name) for name in levers.staff),
        sites=tuple(_site(scenario, model, levers, name) for name in model.sites),
        trunks=tuple(_trunk(scenario, model, levers, name) for name in model.trunks),
        promises=promises,
        groups=model.groups,
        queues=tuple(queue.name for queue in model.queues),
        skills=skills,
        group_site=model.group_site,
        handling_factor=model.handling_factor,
        deadlines=_deadlines(model),
        fixed_agents=np.where(planned, 0.0, model.agents),
        fixed_paid_s=np.where(planned, 0.0, model.paid_s),
        budget_jpy=math.inf if levers.budget is None else float(levers.budget),
        confidence=levers.confidence,
        probability=probability if probability is not None else levers.probability,
        tail=levers.tail if probability is None else None,
        paths=0 if model.needs.paths is None else len(model.needs.paths),
        law=law,
        standby=tuple(_package(levers, name) for name in levers.standby),
        heads_per_supervisor=levers.supervisors.heads if levers.supervisors else 0,
        supervisor_jpy_day=float(levers.supervisors.wage) if levers.supervisors else 0.0,
        learning=model.learning if any(curve is not None for curve in model.learning) else (),
        titles=titles(scenario),
        shared=shared,
    )


def _deadlines(model: Model) -> tuple[int, ...]:
    """Return the deadline of each queue in whole intervals; 0 for calls."""
    return tuple(int(queue.deadline_s // model.clock.interval_s) if queue.deferred else 0 for queue in model.queues)


def _levers(scenario: Scenario) -> Levers:
    findings = []
    if scenario.levers is None or not (scenario.levers.staff or scenario.levers.sites or scenario.levers.lines):
        findings.append(Finding("nothing can be decided", "levers", "write at least one lever under levers.staff"))
    if not scenario.targets:
        findings.append(Finding("nothing is promised", "targets", "write at least one target"))
    if findings or scenario.levers is None:
        raise ScenarioError(findings)
    return scenario.levers


def whole_days(seconds: float) -> int:
    """Return a duration in days, rounded up."""
    return math.ceil(seconds / DAY_S - 1e-9)


def _staff(scenario: Scenario, model: Model, law: Law | None, name: str) -> StaffChoice:
    assert scenario.levers is not None
    lever, group = scenario.levers.staff[name], scenario.groups[name]
    index = model.groups.index(name)
    return StaffChoice(
        group=name,
        source=group.source,
        index=index,
        site=int(model.group_site[index]),
        shifts=tuple(choice for shift in lever.shifts for choice in _lengths(shift, scenario, lever, model.clock, law)),
        wage_jpy_h=float(lever.wage),
        on_hand=lever.on_hand,
        hires=lever.hires,
        hiring_cost_jpy=float(lever.hiring_cost),
        lead_days=whole_days(lever.lead_time),
        training_days=whole_days(lever.training),
        term_days=whole_days(lever.minimum_term),
        drop_out=lever.drop_out,
        shrinkage=group.shrinkage,
        handling_factor=group.handling_factor,
        days_per_week=lever.days_per_week,
        barred_dispatch=lever.dispatch and not lever.dispatch_exemption,
        overtime_premium=max(lever.overtime.premium, law.overtime_premium if law else 0.0) if lever.overtime else 0.0,
        week_s=lever.hours_per_week or math.inf,
        overtime_week_s=(lever.overtime.per_week if lever.overtime else None) or math.inf,
        overtime_before_s=(lever.overtime.this_month, *lever.overtime.months_before) if lever.overtime else (),
        special_clause=lever.overtime.special_clause if lever.overtime else False,
        rest_s=max(lever.rest, law.rest_s if law else 0.0),
        lender_jpy_day=float(lever.lender_cost),
    )


def _lengths(name: str, scenario: Scenario, lever: StaffLever, clock: Clock, law: Law | None) -> list[ShiftChoice]:
    """Return a shift as it is, and with each length of overtime after it."""
    shift, more = scenario.shifts[name], lever.overtime
    found = [shift_choice(name, shift, clock, law)]
    # nobody stays longer in one evening than in a whole week
    longest_s = min(more.per_day, more.per_week or more.per_day) if more else 0.0
    for piece in range(1, int(longest_s / more.step + 1e-9) + 1) if more else ():
        assert more is not None
        extra_s = piece * more.step
        longer = shift.model_copy(update={"time": (shift.time[0], shift.time[1] + extra_s)})
        choice = shift_choice(f"{name}+{format_duration(extra_s)}", longer, clock, law)
        found.append(replace(choice, overtime_s=extra_s))
    return found


def _package(levers: Levers, name: str) -> StandbyChoice:
    lever = levers.standby[name]
    return StandbyChoice(
        name=name,
        staff=list(levers.staff).index(lever.group),
        heads=lever.heads,
        packages=lever.packages,
        lead_days=whole_days(lever.lead_time),
        term_days=whole_days(lever.minimum_term),
        fee_jpy=float(lever.fee),
        activation_jpy=float(lever.activation),
    )


def shift_choice(name: str, shift: Shift, clock: Clock, law: Law | None) -> ShiftChoice:
    """Return a shift with the share of each interval that it covers, by the day on which it starts."""
    pause = shift.break_inside
    spans = [(shift.time[0], pause[0]), (pause[1], shift.time[1])]
    night = sum(law.night_s(start, end) for start, end in spans) if law is not None else 0.0
    return ShiftChoice(
        name=name,
        paid_s=shift.paid_s,
        break_s=pause[1] - pause[0],
        night_s=night,
        cover=tuple(_cover(spans, clock, day) for day in range(clock.days)),
        start_s=shift.time[0],
        end_s=shift.time[1],
    )


def _cover(spans: Sequence[tuple[float, float]], clock: Clock, day: int) -> tuple[Integers, Floats]:
    date = clock.start + timedelta(days=day)
    pieces = [(clock.local_seconds(date, start), clock.local_seconds(date, end)) for start, end in spans]
    windows = [(start, min(end, clock.horizon_s)) for start, end in pieces if start < min(end, clock.horizon_s)]
    if len(windows) == 2 and windows[0][1] >= windows[1][0]:  # no break
        windows = [(windows[0][0], windows[1][1])]
    share = Opening(np.array(windows, dtype=np.float64).reshape(-1, 2), clock.edges_s).open_share()
    intervals = np.flatnonzero(share > 1e-12)
    return intervals, share[intervals]


def _site(scenario: Scenario, model: Model, levers: Levers, name: str) -> SiteChoice:
    site, lever, index = scenario.sites[name], levers.sites.get(name), model.sites.index(name)
    members = np.flatnonzero(model.group_site == index)
    up = 1.0 - model.lost[members[0]].astype(np.float64) if len(members) else np.ones(model.clock.n_intervals)
    return SiteChoice(
        name=name,
        index=index,
        seats=site.seats,
        most_seats=max(site.seats, lever.seats) if lever else site.seats,
        opening_cost_jpy=float(lever.opening_cost) if lever else 0.0,
        day_cost_jpy=float(lever.day_cost) if lever else 0.0,
        seat_cost_jpy=float(lever.seat_cost) if lever else 0.0,
        lead_days=whole_days(lever.lead_time) if lever else 0,
        up=up,
        equipment=_equipment(lever),
    )


def _equipment(lever: SiteLever | None) -> EquipmentChoice | None:
    found = lever.equipment if lever else None
    return EquipmentChoice(found.lot, found.lots, whole_days(found.lead_time), float(found.cost)) if found else None


def _trunk(scenario: Scenario, model: Model, levers: Levers, name: str) -> TrunkChoice:
    trunk, lever, index = scenario.trunks[name], levers.lines.get(name), model.trunks.index(name)
    return TrunkChoice(
        name=name,
        index=index,
        lines=trunk.lines,
        lots=max(0, (lever.lines - trunk.lines) // lever.lot) if lever else 0,
        lot=lever.lot if lever else 1,
        lead_days=whole_days(lever.lead_time) if lever else 0,
        line_cost_jpy=float(lever.line_cost) if lever else 0.0,
        queues=tuple(q for q, queue in enumerate(model.queues) if queue.trunk == index),
    )


def _promise(target: Target, model: Model) -> Promise:
    names = [queue.name for queue in model.queues]
    queue = names.index(target.queue)
    return Promise(
        queue=queue,
        queue_name=target.queue,
        measure=target.measure,
        of=target.of,
        bound=target.bound,
        at_least=target.measure in HIGHER_IS_BETTER,
        periods=tuple(_periods(target, model, queue)),
        groups=tuple(g for g, skills in enumerate(model.skills) if queue in skills) if target.measure == "occupancy" else (),
        unit_s=model.queues[queue].aht_s if target.measure == "occupancy" else 1.0,
    )


def _periods(target: Target, model: Model, queue: int) -> list[Period]:
    """Return intervals, days, calendar weeks (from Monday, as results count them) or the horizon with opening hours."""
    clock, dates, per = model.clock, model.clock.dates, target.per
    is_open = Opening(model.queues[queue].windows_s, clock.edges_s).open_share() > 1e-12
    if model.queues[queue].deferred or target.measure == "occupancy":  # agents work on when the doors are closed
        is_open = np.ones_like(is_open)
    if per == "horizon":
        return [Period("horizon", np.flatnonzero(is_open))]
    if per == "interval":
        starts = clock.starts
        return [Period(f"{starts[i]:%Y-%m-%d %H:%M}", np.array([i])) for i in np.flatnonzero(is_open).tolist()]
    first = [date if per == "day" else date - timedelta(days=date.weekday()) for date in dates]
    label = [str(date) if per == "day" else f"the week from {date}" for date in first]
    names = np.array(label)[clock.day_index]
    return [Period(name, np.flatnonzero(is_open & (names == name))) for name in dict.fromkeys(label)
            if np.any(is_open & (names == name))]  # fmt: skip
