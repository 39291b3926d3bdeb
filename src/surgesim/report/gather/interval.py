"""The numbers of one interval, each from its source or from those before it."""

import math
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from surgesim.report.explain import Line
from surgesim.report.gather.formulas import promised_level
from surgesim.result.result import Result
from surgesim.scenario.centre import Queue

if TYPE_CHECKING:
    import polars as pl

Lines = tuple[Line, ...]


def interval_lines(
    result: Result, at: int, site: str, queue: str, table: "pl.DataFrame | None", seats: "pl.DataFrame | None",
    hires: "pl.DataFrame | None",
) -> tuple[Lines, str]:  # fmt: skip
    """Return the lines of one interval, and which constraint binds.

    Parameters
    ----------
    result : Result
        Means over its replications.
    at : int
        Interval.
    site, queue : str
        What is explained; an empty site is the whole centre.
    table, seats, hires : polars.DataFrame or None
        Those of the plan.
    """
    calls = tuple(_calls(result, at, queue))
    known = {line.key: line.value for line in calls}
    serving = [name for name, group in result.scenario.groups.items() if queue in group.skills]
    places = [name for name in serving if site in ("", result.scenario.groups[name].site)]
    staff = tuple(_staff(result, at, places, table))
    there: Lines = (Line(key="agents_everywhere", value=sum(_agents(result, at, name) for name in serving), unit="agents"),)
    if "needed" in known:
        spare = there[0].value - known["needed"]
        there = (*there, Line(key="spare", value=spare, unit="agents", formula="agents_everywhere - needed"))
    room = tuple(_room(result, at, site, places, seats, hires))
    lines = (*calls, *staff, *there, *room)
    return lines, _binds({line.key: line.value for line in lines})


def _agents(result: Result, at: int, group: str) -> float:
    """Return the agents of a group ready in an interval: mean time on duty / length."""
    axes = result.tables.axes
    ready = result.tables.values("groups", ["ready_s"]).mean(axis=0).reshape(axes.clock.n_intervals, len(axes.groups))
    return float(ready[at, axes.groups.index(group)] / np.diff(axes.clock.edges_s)[at])


def _binds(known: dict[str, float]) -> str:
    if "needed" not in known:
        return "closed"
    if known["service"] >= known["promised"]:
        return "promise"
    if any(known[key] < 1.0 for key in known if key.startswith("seats_left")):
        return "seats"
    return "staff" if any(known[key] < 1.0 for key in known if key.startswith("hires_left")) else "roster"


def _calls(result: Result, at: int, queue: str) -> Iterator[Line]:
    found, axes = result.scenario.queues[queue], result.tables.axes
    columns = ("first", "follow_up", "redial", "handled", "answered_within", "talk_s", "hold_s", "after_s")
    values = result.tables.values("queues", columns).mean(axis=0).reshape(axes.clock.n_intervals, len(axes.queues), -1)
    mine = values[:, axes.queues.index(queue)]
    first, follow, redial, handled, in_time = mine[at, :5].tolist()
    length = float(np.diff(axes.clock.edges_s)[at])
    whole = mine[:, 3].sum()
    standard = found.handling.aht_s
    speed = float(mine[:, 5:].sum() / whole) / standard if whole > 0 else 1.0
    offered, aht = first + follow + redial, standard * speed
    yield Line(key="first", value=first, unit="calls")
    yield Line(key="follow_ups", value=follow, unit="calls")
    yield Line(key="redials", value=redial, unit="calls")
    yield Line(key="offered", value=offered, unit="calls", formula="first + follow_ups + redials")
    yield Line(key="aht_standard", value=standard, unit="s")
    yield Line(key="speed", value=speed, unit="x")
    yield Line(key="aht", value=aht, unit="s", formula="aht_standard * speed")
    yield Line(key="interval", value=length, unit="s")
    load, rate = offered * aht / length, handled / offered if offered > 0 else 0.0
    yield Line(key="load", value=load, unit="erlang", formula="offered * aht / interval")
    yield Line(key="answer_rate", value=rate, unit="share")
    yield Line(key="on_calls", value=load * rate, unit="agents", formula="load * answer_rate")
    if found.patience is None or first + follow <= 0:
        return
    level = promised_level(result, queue)
    yield Line(key="service", value=in_time / offered if offered > 0 else 1.0, unit="share")
    yield Line(key="patience", value=found.patience.mean, unit="s")
    yield Line(key="within", value=found.answer_within, unit="s")
    yield Line(key="promised", value=level, unit="share")
    yield from _needed(found, (first + follow) / length, aht, level)


def _needed(queue: Queue, arrival: float, aht: float, level: float) -> Iterator[Line]:
    """Yield the agents that first calls need; site by site where each answers its own share of them."""
    from surgesim.erlang.inverses import agents_for

    assert queue.patience is not None
    agents = partial(agents_for, target=level, within=queue.answer_within, aht=aht, patience=queue.patience.mean)
    rate, same = "(first + follow_ups) / interval", "aht, patience, within, promised"
    if queue.sites is None or queue.sites.rule == "overflow":
        needed = float(agents(arrival_rate=arrival))
        yield Line(key="needed", value=needed, unit="agents", formula=f"erlang_a_agents({rate}, {same})")
        return
    shares = {site: share for site, share in queue.sites.shares.items() if share > 0}
    apart = {site: float(agents(arrival_rate=share * arrival)) for site, share in shares.items()}
    for site, share in shares.items():
        end = _end(site)
        yield Line(key=f"site_share{end}", value=share, unit="share", of=site)
        formula = f"erlang_a_agents(site_share{end} * {rate}, {same})"
        yield Line(key=f"site_needed{end}", value=apart[site], unit="agents", formula=formula, of=site)
    formula = " + ".join(f"site_needed{_end(site)}" for site in shares)
    yield Line(key="needed", value=sum(apart.values()), unit="agents", formula=formula)


def _staff(result: Result, at: int, places: list[str], table: "pl.DataFrame | None") -> Iterator[Line]:
    ends, agents = {name: _end(name) for name in places}, {name: _agents(result, at, name) for name in places}
    shown = [name for name in places if agents[name] > 0]
    planned = result.scenario.levers.staff if result.scenario.levers else {}  # of others the plan knows no heads
    for name in shown:
        shrinkage, end = result.scenario.groups[name].shrinkage, ends[name]
        heads = math.ceil(agents[name] / (1.0 - shrinkage) - 1e-9)
        yield Line(key=f"agents{end}", value=agents[name], unit="agents", of=name)
        yield Line(key=f"shrinkage{end}", value=shrinkage, unit="share", of=name)
        formula = f"ceil(agents{end} / (1 - shrinkage{end}))"
        yield Line(key=f"heads{end}", value=float(heads), unit="heads", formula=formula, of=name)
        if table is not None and name in planned:
            yield Line(key=f"on_duty{end}", value=_on_duty(table, name, at), unit="heads", of=name)
    yield _sum("agents_all", "agents", [ends[name] for name in shown], sum(agents.values()))
    heads_all = sum(math.ceil(agents[name] / (1.0 - result.scenario.groups[name].shrinkage) - 1e-9) for name in shown)
    yield _sum("heads_all", "heads", [ends[name] for name in shown], float(heads_all))


def _end(name: str) -> str:
    """Return the tail of the keys of a group or site, fit for formulas."""
    return "__" + name.replace("-", "_")


def _sum(key: str, kind: str, ends: list[str], value: float) -> Line:
    return Line(key=key, value=value, unit=kind, formula=" + ".join(f"{kind}{end}" for end in ends) or "0")


def _on_duty(table: "pl.DataFrame", group: str, at: int) -> float:
    rows = table.filter(table["group"].cast(str) == group).sort("start")
    return float(rows["heads"][at]) if rows.height else 0.0


def _room(
    result: Result, at: int, site: str, places: list[str], seats: "pl.DataFrame | None", hires: "pl.DataFrame | None"
) -> Iterator[Line]:
    scenario, axes = result.scenario, result.tables.axes
    day = axes.clock.dates[int(axes.clock.day_index[at])]
    for name, place in scenario.sites.items():
        if site not in ("", name):
            continue
        end, existing = _end(name), float(place.seats)
        if seats is not None:
            rows = seats.filter((seats["site"].cast(str) == name) & (seats["day"] == day))
            existing = float(rows["seats"][0]) if rows.height else existing
        taken = sum(_agents(result, at, group) for group, found in scenario.groups.items() if found.site == name)
        if existing <= 0 and taken <= 0:
            continue
        yield Line(key=f"seated{end}", value=taken, unit="agents", of=name)
        yield Line(key=f"seats{end}", value=existing, unit="seats", of=name)
        yield Line(key=f"seats_left{end}", value=existing - taken, unit="seats", formula=f"seats{end} - seated{end}", of=name)
    levers = scenario.levers.staff if scenario.levers is not None and hires is not None else {}
    for name in (name for name in places if name in levers and hires is not None):
        lever, end = levers[name], _end(name)
        assert hires is not None
        hired = float(hires.filter(hires["group"].cast(str) == name)["heads"].sum())
        yield Line(key=f"hires_limit{end}", value=float(lever.on_hand + lever.hires), unit="heads", of=name)
        yield Line(key=f"hired{end}", value=lever.on_hand + hired, unit="heads", of=name)
        left = lever.hires - hired
        yield Line(key=f"hires_left{end}", value=left, unit="heads", formula=f"hires_limit{end} - hired{end}", of=name)
