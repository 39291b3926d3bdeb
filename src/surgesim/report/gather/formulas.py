"""What the formulas say about a result: load, agents needed, and service by Erlang C and A beside the simulated one."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surgesim.report.facts import Day
from surgesim.report.gather.service import numbers
from surgesim.result.result import Result

if TYPE_CHECKING:
    import polars as pl

    from surgesim.model.model import Model

Floats = NDArray[np.float64]


def _queues(result: Result, *columns: str) -> Floats:
    """Return counters as means over replications, shape (columns, intervals, queues)."""
    values = result.tables.values("queues", columns).mean(axis=0)
    axes = result.tables.axes
    return np.moveaxis(values.reshape(axes.clock.n_intervals, len(axes.queues), len(columns)), -1, 0)


def _aht_s(result: Result) -> Floats:
    """Return the mean handling time of each queue, as simulated; by the scenario where nothing was handled."""
    talk, hold, after, handled = _queues(result, "talk_s", "hold_s", "after_s", "handled").sum(axis=1)
    stated = np.array([queue.handling.aht_s for queue in result.scenario.queues.values()])
    return np.where(handled > 0, (talk + hold + after) / np.maximum(handled, 1e-12), stated)


def offered_load(result: Result) -> Floats:
    """Return the offered load of calls in each interval, erlang: offered contacts x handling time / interval."""
    calls = ~np.array(result.tables.axes.deferred)
    offered = _queues(result, "offered")[0]
    return np.asarray((offered * _aht_s(result))[:, calls].sum(axis=1) / result.tables.axes.clock.interval_s)


def agents_needed(result: Result, size: Floats | None = None) -> tuple[float | None, ...]:
    """Return the agents that Erlang A asks for in each interval, queue by queue, None where nobody calls.

    Every interval by itself keeps the promised service level (80 % where none is promised) for people who call for
    the first time; redials come on top only where the promise is missed.

    Parameters
    ----------
    result : Result
        Whose mean calls are to be answered.
    size : ndarray, shape (days, queues), optional
        Size of each day relative to its mean.
    """
    from surgesim.erlang.inverses import agents_for

    axes = result.tables.axes
    first, follow_up = _queues(result, "first", "follow_up")
    total = np.zeros(axes.clock.n_intervals)
    aht, factor = _aht_s(result), 1.0 if size is None else size[axes.clock.day_index]
    calls = (first + follow_up) * factor
    for column, (name, queue) in enumerate(result.scenario.queues.items()):
        rate = calls[:, column] / axes.clock.interval_s
        some = rate > 0
        if queue.patience is not None and some.any():
            total[some] += agents_for(
                target=promised_level(result, name), within=queue.answer_within, arrival_rate=rate[some], aht=aht[column],
                patience=queue.patience.mean,
            )  # fmt: skip
    return numbers(np.where(total > 0, total, np.nan))


def busy_size(result: Result, quantile: float = 0.95) -> Floats:
    """Return a quantile of the size of each day over replications, relative to its mean, shape (days, queues).

    Of whole days, not of intervals: the luck within an interval is what the formulas are about.
    """
    axes = result.tables.axes
    calls = result.tables.values("queues", ["first"])[..., 0].reshape(result.replications, -1, len(axes.queues))
    starts = np.flatnonzero(np.diff(axes.clock.day_index, prepend=-1))
    by_day = np.add.reduceat(calls, starts, axis=1)
    mean = by_day.mean(axis=0)
    return np.asarray(np.where(mean > 0, np.quantile(by_day, quantile, axis=0) / np.maximum(mean, 1e-12), 1.0))


def promised_level(result: Result, queue: str) -> float:
    """Return the highest service level promised of a queue, 80 % where none is."""
    bounds = [t.bound for t in result.scenario.targets if t.queue == queue and t.measure == "service_level"]
    return min(max(bounds, default=0.8), 0.999)


def capacity_model(result: Result, plan: Any = None) -> "Model":
    """Return the model of the scenario with the staff and lines of the plan, or with its own where there is no plan."""
    from surgesim.model.build import build

    model = build(result.scenario)
    if plan is None:
        return model
    agents = np.array([_by_interval(plan.table, "group", group, model.clock.n_intervals) for group in model.groups])
    lines = model.lines.copy()
    for place, trunk in enumerate(model.trunks):
        rows = plan.lines.filter(plan.lines["trunk"].cast(str) == trunk).sort("day")
        if rows.height:
            lines[place] = rows["lines"].to_numpy()[model.clock.day_index]
    return model.with_capacity(agents=agents, lines=lines)


def _by_interval(table: "pl.DataFrame", column: str, name: str, intervals: int) -> NDArray[np.int64]:
    rows = table.filter(table[column].cast(str) == name).sort("start")
    return np.asarray(rows["agents"].to_numpy() if rows.height else np.zeros(intervals), dtype=np.int64)


def with_formulas(result: Result, days: tuple[Day, ...], plan: Any = None) -> tuple[Day, ...]:
    """Return the days with what Erlang C and A say, and why the simulation differs.

    The formulas see the mean demand and the staff of the plan, each interval by itself. Where Erlang C has no answer,
    because the load is not below the staff, nobody counts as answered in time.
    """
    from surgesim.erlang.engine import run
    from surgesim.report.gather.reasons import reasons

    table = run(capacity_model(result, plan)).side["erlang"]
    table = table.with_columns(table["start"].dt.date().alias("day"), table["queue"].cast(str))
    found = []
    for day in days:
        rows = table.filter((table["day"] == day.day) & (table["queue"] == day.queue))
        if rows.height and rows["offered"].to_numpy().sum() > 0:
            by_c, by_a = (_weighted(rows, f"erlang_{letter}_service_level") for letter in "ca")
            day = day.model_copy(update={"erlang_c": by_c, "erlang_a": by_a})
            day = day.model_copy(update={"reasons": reasons(result, day, rows)})
        found.append(day)
    return tuple(found)


def _weighted(rows: "pl.DataFrame", column: str) -> float:
    offered = rows["offered"].to_numpy()
    return float((rows[column].fill_null(0.0).to_numpy() * offered).sum() / offered.sum())
