"""The tables of a plan."""

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from surgesim.planning.decision import Capacity, Decision
from surgesim.planning.draft import Draft
from surgesim.planning.problem import Problem, StaffChoice

if TYPE_CHECKING:
    import polars as pl

    from surgesim.base.clock import Clock
    from surgesim.scenario.scenario import Scenario


def table(problem: Problem, scenario: "Scenario", clock: "Clock", capacity: Capacity) -> "pl.DataFrame":
    """Return heads and agents for every interval and group."""
    import polars as pl

    starts = pl.Series("start", clock.starts, dtype=pl.Datetime("us", clock.time_zone))
    parts = [
        pl.DataFrame({
            "start": starts,
            "site": [scenario.groups[name].site] * problem.intervals,
            "group": [name] * problem.intervals,
            "source": [str(scenario.groups[name].source)] * problem.intervals,
            "heads": capacity.heads[g].round().astype("int64"),
            "agents": capacity.agents[g],
        })
        for g, name in enumerate(problem.groups)
    ]  # fmt: skip
    return pl.concat(parts).sort(["start", "site", "group"], maintain_order=True)


def shifts(problem: Problem, decision: Decision) -> "pl.DataFrame":
    """Return heads by day and shift, where there are any."""
    rows = [
        (problem.dates[d], staff.group, _site(problem, staff), staff.source, shift.name, int(work[s, d]))
        for staff, work in zip(problem.staff, decision.work, strict=True)
        for s, shift in enumerate(staff.shifts)
        for d in range(problem.days)
        if work[s, d]
    ]
    return _frame(rows, ("day:date", "group", "site", "source", "shift", "heads:int")).sort(["day", "group", "shift"])


def hires(problem: Problem, decision: Decision) -> "pl.DataFrame":
    """Return hires by order day, with the days on which their training and their work begin."""
    rows = [
        (
            problem.dates[o],
            problem.dates[o] + timedelta(days=staff.lead_days),
            problem.dates[o] + timedelta(days=staff.wait_days),
            staff.group,
            _site(problem, staff),
            staff.source,
            int(hired[o]),
        )
        for staff, hired in zip(problem.staff, decision.hired, strict=True)
        for o in range(problem.days)
        if hired[o]
    ]
    columns = ("order_day:date", "training_day:date", "work_day:date", "group", "site", "source", "heads:int")
    return _frame(rows, columns).sort(["order_day", "group"])


def seats(problem: Problem, decision: Decision) -> "pl.DataFrame":
    """Return seats by day and site."""
    rows = [
        (problem.dates[d], site.name, site.seats + int(decision.added[j, d]), int(decision.added[j, d]))
        for d in range(problem.days)
        for j, site in enumerate(problem.sites)
    ]
    return _frame(rows, ("day:date", "site", "seats:int", "added:int"))


def lines(problem: Problem, decision: Decision) -> "pl.DataFrame":
    """Return lines by day and trunk."""
    added = [
        [trunk.lot * int(decision.lots[t]) * (d >= trunk.lead_days) for d in range(problem.days)]
        for t, trunk in enumerate(problem.trunks)
    ]
    rows = [
        (problem.dates[d], trunk.name, trunk.lines + added[t][d], added[t][d])
        for d in range(problem.days)
        for t, trunk in enumerate(problem.trunks)
    ]
    return _frame(rows, ("day:date", "trunk", "lines:int", "added:int"))


def standby(problem: Problem, decision: Decision) -> "pl.DataFrame":
    """Return standby packages by the day on whose eve they are activated; those kept in reserve have no day."""
    rows: list[tuple[Any, ...]] = []
    for n, package in enumerate(problem.standby):
        group = problem.staff[package.staff].group
        for o in range(problem.days):
            count = int(decision.activated[n, o])
            if count:
                works = problem.dates[o] + timedelta(days=package.lead_days)
                rows.append((package.name, group, problem.dates[o], works, count, count * package.heads))
        kept = int(decision.reserved[n] - decision.activated[n].sum())
        if kept > 0:
            rows.append((package.name, group, None, None, kept, kept * package.heads))
    return _frame(rows, ("package", "group", "activation_day:date", "work_day:date", "packages:int", "heads:int"))


def bill(draft: Draft) -> tuple["pl.DataFrame", float]:
    """Return the lines of the bill of a solved draft, and their exact sum."""
    from pyomo.environ import value

    rows = []
    for term in draft.costs:
        quantity = round(float(value(term.quantity)), 6)
        if abs(quantity) > 1e-9:
            rows.append((term.item, term.unit, term.price_jpy, quantity, term.price_jpy * quantity))
    frame = _frame(rows, ("item", "unit", "price_jpy:float", "quantity:float", "cost_jpy:float"))
    return frame, math.fsum(row[4] for row in rows)


def _site(problem: Problem, staff: StaffChoice) -> str:
    return next(site.name for site in problem.sites if site.index == staff.site)


def _frame(rows: list[tuple[Any, ...]], columns: tuple[str, ...]) -> "pl.DataFrame":
    """Return a table; columns are ``name`` or ``name:type``."""
    import polars as pl

    types = {"date": pl.Date, "int": pl.Int64, "float": pl.Float64, "": pl.String}
    schema = {name.partition(":")[0]: types[name.partition(":")[2]] for name in columns}
    return pl.DataFrame(rows, schema=schema, orient="row")
