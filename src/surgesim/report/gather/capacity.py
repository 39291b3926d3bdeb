"""Facts about capacity: who and what is decided, what it costs, and who is there in every interval."""

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surgesim.report.facts import CostItem, Hire, Line, Place, SiteStaff, Staffing, Team
from surgesim.report.gather.formulas import agents_needed, busy_size, offered_load
from surgesim.result.result import Result
from surgesim.scenario.fields import as_text

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]


def costs(plan: Any) -> tuple[CostItem, ...]:
    """Return the bill line by line, lines without cost left out."""
    return tuple(
        CostItem(
            item=_kind(plan, row["item"])[0], what=_kind(plan, row["item"])[1],
            **{key: row[key] for key in ("unit", "quantity", "price_jpy", "cost_jpy")},
        )
        for row in plan.cost_items.to_dicts()
        if row["cost_jpy"] != 0.0  # less than nothing where a measure does away with self-service
    )  # fmt: skip


def _kind(plan: Any, item: str) -> tuple[str, str]:
    """Split "wages temp-tachikawa" into the kind of cost and the group, site or trunk."""
    kind, _, name = item.rpartition(" ")
    scenario = plan.scenario
    standby = scenario.levers.standby if scenario.levers is not None else {}
    known = (scenario.groups, scenario.sites, scenario.trunks, standby, plan.certificate.get("measures", ()))
    return (kind, name) if any(name in names for names in known) else (item, "")


def hires(plan: Any) -> tuple[Hire, ...]:
    """Return who is ordered when, in the order of the order days."""
    rows = plan.hires.filter(plan.hires["heads"] > 0).sort("order_day", "group").to_dicts()
    return tuple(Hire(**{key: row[key] for key in Hire.model_fields}) for row in rows)


def on_duty(plan: Any) -> "pl.DataFrame":
    """Return the plan's table with heads also of groups that are not planned: of those it knows the agents only."""
    import polars as pl

    return plan.table.with_columns(heads=pl.max_horizontal("heads", "agents"))  # type: ignore[no-any-return]


def teams(plan: Any) -> tuple[Team, ...]:
    """Return the staff of every group that the plan or the roster puts to work."""
    import polars as pl

    scenario, hours = plan.scenario, plan.scenario.clock.interval / 3600.0
    duty = on_duty(plan).group_by("group").agg(peak=pl.col("heads").max(), hours=pl.col("heads").sum() * hours)
    found = {str(row["group"]): row for row in duty.to_dicts()}
    levers = scenario.levers.staff if scenario.levers else {}
    hired = {hire: sum(h.heads for h in hires(plan) if h.group == hire) for hire in levers}
    return tuple(
        Team(
            group=name, source=group.source, site=group.site,
            on_hand=levers[name].on_hand if name in levers else int(found[name]["peak"]),
            hired=hired.get(name, 0), peak_heads=found[name]["peak"], head_hours=found[name]["hours"],
        )
        for name, group in scenario.groups.items()
        if name in found and (found[name]["peak"] > 0 or hired.get(name, 0) > 0)
    )  # fmt: skip


def places(plan: Any) -> tuple[Place, ...]:
    """Return the sites with their seats."""
    import polars as pl

    peaks = on_duty(plan).group_by("start", "site").agg(pl.col("heads").sum()).group_by("site").agg(pl.col("heads").max())
    peak = {str(site): heads for site, heads in peaks.iter_rows()}
    found = []
    for name, site in plan.scenario.sites.items():
        rows = plan.seats.filter(pl.col("site").cast(pl.String) == name).sort("day")
        seats, first = _growth(rows, "seats")
        found.append(Place(
            site=name, title=as_text(site.title or name), existing=site.seats, seats=seats if seats is not None else site.seats,
            added_from=first, peak_heads=peak.get(name, 0.0),
        ))  # fmt: skip
    return tuple(found)


def lines(plan: Any) -> tuple[Line, ...]:
    """Return the trunks with their lines."""
    import polars as pl

    found = []
    for name, trunk in plan.scenario.trunks.items():
        most, first = _growth(plan.lines.filter(pl.col("trunk").cast(pl.String) == name).sort("day"), "lines")
        existing = trunk.lines
        found.append(Line(trunk=name, existing=existing, lines=existing if most is None else most, added_from=first))
    return tuple(found)


def _growth(rows: "pl.DataFrame", column: str) -> tuple[int | None, date | None]:
    """Return the greatest value of a column, and the first day on which anything is added."""
    added = rows.filter(rows["added"] > 0)
    most: Any = rows[column].max()
    return (None if most is None else int(most)), (added["day"][0] if added.height else None)


def staffing(result: Result, plan: Any = None) -> Staffing:
    """Return agents by source, seats and lines of every interval, beside load and need.

    Parameters
    ----------
    result : Result
        Its groups say who is ready to answer.
    plan : Plan, optional
        Heads and seats; those of the scenario where it is left out.
    """
    clock = result.tables.axes.clock
    lines = _mean(result, "trunks", "line_s").sum(axis=1) / clock.interval_s
    return Staffing(
        starts=tuple(clock.starts),
        sites=tuple(_site(result, plan, name) for name in result.scenario.sites),
        lines=tuple(lines.tolist()),
        load=tuple(offered_load(result).tolist()),
        needed=agents_needed(result),
        needed_busy=agents_needed(result, busy_size(result)) if result.replications > 1 else (),
    )


def _mean(result: Result, table: str, column: str) -> Floats:
    """Return the mean over replications, shape (intervals, entities)."""
    values = result.tables.values(table, [column])[..., 0].mean(axis=0)
    return np.asarray(values.reshape(result.tables.axes.clock.n_intervals, -1))


def _site(result: Result, plan: Any, name: str) -> SiteStaff:
    clock, scenario = result.tables.axes.clock, result.scenario
    ready = _mean(result, "groups", "ready_s") / clock.interval_s
    agents: dict[str, Floats] = {}
    for column, group in enumerate(scenario.groups.values()):
        if group.site == name and ready[:, column].any():
            agents[group.source] = agents.get(group.source, 0.0) + ready[:, column]
    site = scenario.sites[name]
    return SiteStaff(
        site=name, title=as_text(site.title or name),
        sources={source: tuple(values.tolist()) for source, values in agents.items()},
        heads={} if plan is None else _heads(plan, name),
        seats=tuple(_seats(plan, name, float(site.seats), clock.dates)[clock.day_index].tolist()),
    )  # fmt: skip


def _heads(plan: Any, site: str) -> dict[str, tuple[float, ...]]:
    import polars as pl

    rows = on_duty(plan).filter(pl.col("site").cast(pl.String) == site)
    sums = rows.group_by("start", "source", maintain_order=True).agg(pl.col("heads").sum()).sort("start")
    sources = dict.fromkeys(group.source for group in plan.scenario.groups.values() if group.site == site)
    found = {source: sums.filter(pl.col("source").cast(pl.String) == source)["heads"] for source in sources}
    return {source: tuple(float(n) for n in heads) for source, heads in found.items() if heads.sum() > 0}


def _seats(plan: Any, site: str, existing: float, dates: list[date]) -> Floats:
    import polars as pl

    seats = dict.fromkeys(dates, existing)
    if plan is not None:
        rows = plan.seats.filter(pl.col("site").cast(pl.String) == site)
        seats |= dict(zip(rows["day"].to_list(), rows["seats"].to_list(), strict=True))
    return np.array([float(seats[day]) for day in dates])
