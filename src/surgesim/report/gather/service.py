"""Facts about service, from the counters of a result: promises, days, totals, and what the pictures show of it."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surgesim.report.facts import Busy, Day, Flow, Period, Promise, Span
from surgesim.report.facts_waiting import Grid, Waits, Weakest
from surgesim.result.counters import WAIT_EDGES_S
from surgesim.result.estimates import divide
from surgesim.result.measures import BY_NAME, find, measure_of
from surgesim.result.promises import sums_of
from surgesim.result.result import Result
from surgesim.result.sums import combine, grouping
from surgesim.scenario.levers import HIGHER_IS_BETTER, Target

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
FLOW = (
    "needs", "contained", "boomerang", "closed", "lost_closed", "first", "redial", "follow_up", "offered", "blocked",
    "balked", "deflected", "abandoned", "inside", "handled", "given_up", "unreached", "menu_ended", "link_contained", "spread",
    "callback", "promised", "moved", "switched",
)  # fmt: skip
"""Counts of the path from needs to handled contacts."""
NOTABLE = 0.01
"""Share of a queue's contacts that a time of day must have to be told."""
_TOTALS = (
    *FLOW, "service_level", "service_level_of_handled", "service_level_of_offered_less_short_abandons", "answer_rate",
    "abandonment", "blocking", "on_time", "asa_s", "wait_p50_s", "wait_p90_s", "wait_p95_s", "longest_wait_s", "aht_s",
    "redial_share", "given_up_share",
)  # fmt: skip


def promises(result: Result) -> tuple[Promise, ...]:
    """Return every promise with its periods, and how many replications keep it."""
    frame = result.promises()
    return tuple(_promise(result, number, frame) for number in range(len(result.scenario.targets)))


def _promise(result: Result, number: int, frame: "pl.DataFrame") -> Promise:
    target = result.scenario.targets[number]
    rows = frame.filter(frame["target"] == number).to_dicts()
    holds = _holds(result, target)
    chances = [None] * len(rows) if result.replications < 2 else holds.mean(axis=0).tolist()
    sign = 1.0 if target.measure in HIGHER_IS_BETTER else -1.0
    slack = [sign * (row["value"] - target.bound) if row["value"] is not None else np.inf for row in rows]
    return Promise(
        queue=target.queue,
        measure=measure_of(target).name,
        per=target.per,
        at_least=sign > 0,
        promised=target.bound,
        within_s=result.scenario.queues[target.queue].answer_within if target.measure == "service_level" else None,
        kept=all(row["met"] for row in rows),
        sure=all(row["sure"] for row in rows),
        chance=None if result.replications < 2 else float(holds.all(axis=1).mean()),
        worst=int(np.argmin(slack)) if slack else 0,
        periods=tuple(
            Period(day=row["period"], chance=chance, **{key: row[key] for key in ("time", "value", "bound", "met", "sure")})
            for row, chance in zip(rows, chances, strict=True)
        ),
    )


def _holds(result: Result, target: Target) -> NDArray[np.bool_]:
    """Return whether each replication keeps the promise in each period, shape (replications, periods)."""
    _, top, bottom = sums_of(result.tables, target, result.scenario.groups)
    values = divide(top, bottom)
    kept = values >= target.bound if target.measure in HIGHER_IS_BETTER else values <= target.bound
    return np.asarray(kept | np.isnan(values))


def by_replication(result: Result, measure: str, by: tuple[str, ...], queue: str | None = None) -> Floats:
    """Return a measure of every replication by itself, shape (replications, groups)."""
    import polars as pl

    definition = find(measure)
    group = grouping(result.tables, definition.source, by, definition.kind)
    columns = list(definition.columns)
    top, bottom = combine(group.sum(result.tables.values(definition.source, columns)), columns, definition)
    values = divide(top, bottom)
    if queue is None:
        return values
    chosen = group.keys["queue"].cast(pl.String) == queue
    return np.asarray(values[:, chosen.to_numpy()])


def service_measure(result: Result, queue: str) -> str:
    """Return the measure that the queue is judged by: that of its promise, or the usual one of its kind."""
    for target in result.scenario.targets:
        if target.queue == queue and target.measure in ("service_level", "on_time"):
            return measure_of(target).name
    return "on_time" if result.scenario.queues[queue].deferred else "service_level"


def _spans(result: Result, by: tuple[str, ...], of: tuple[str, ...]) -> dict[tuple[Any, ...], Span]:
    rows = result.measures(by=by, of=of).iter_rows(named=True)
    return {
        (*(row[name] for name in by), row["measure"]): Span(value=row["value"], low=row["low"], high=row["high"]) for row in rows
    }


def days(result: Result) -> tuple[Day, ...]:
    """Return each queue on each day, without what the formulas say."""
    chosen = {queue: service_measure(result, queue) for queue in result.scenario.queues}
    counts = ("needs", "offered", "handled", "redial", "blocked", "abandoned")
    spans = _spans(result, ("day", "queue"), (*dict.fromkeys(chosen.values()), *counts, "abandonment"))
    dates = result.tables.axes.clock.dates
    medians = {queue: _medians(by_replication(result, measure, ("day", "queue"), queue)) for queue, measure in chosen.items()}
    return tuple(
        _day(spans, day, queue, chosen[queue], median)
        for queue in result.scenario.queues
        for day, median in zip(dates, medians[queue], strict=True)
    )


def _medians(values: Floats) -> tuple[float | None, ...]:
    known = ~np.isnan(values).all(axis=0)
    found = np.full(values.shape[1], np.nan)
    found[known] = np.nanmedian(values[:, known], axis=0)
    return numbers(found)


def _day(spans: dict[tuple[Any, ...], Span], day: Any, queue: str, measure: str, median: float | None) -> Day:
    def count(name: str) -> float:
        return spans[day, queue, name].value or 0.0

    return Day(
        day=day, queue=queue, needs=count("needs"), offered=count("offered"), handled=count("handled"),
        redials=count("redial"), blocked=count("blocked"), abandoned=count("abandoned"),
        service=spans[day, queue, measure], median=median,
        abandonment=spans.get((day, queue, "abandonment"), Span(value=None)),
    )  # fmt: skip


def totals(result: Result) -> dict[str, dict[str, Span]]:
    """Return measures over the whole horizon, by queue and measure."""
    found: dict[str, dict[str, Span]] = {queue: {} for queue in result.scenario.queues}
    for (queue, measure), span in _spans(result, ("queue",), _TOTALS).items():
        found[queue][measure] = span
    return found


def grids(result: Result) -> tuple[Grid, ...]:
    """Return the service level of every queue of calls by day and time of day."""
    return tuple(_grid(result, name) for name, queue in result.scenario.queues.items() if not queue.deferred)


def _grid(result: Result, queue: str) -> Grid:
    import polars as pl

    clock, measure = result.tables.axes.clock, service_measure(result, queue)
    frame = result.measures(by=("start", "queue"), of=measure).filter(pl.col("queue").cast(pl.String) == queue)
    frame = frame.with_columns(day=pl.col("start").dt.date(), time=pl.col("start").dt.strftime("%H:%M"))
    frame = frame.filter(pl.col("value").is_not_null())
    times = sorted(frame["time"].unique().to_list())
    found = {(row["day"], row["time"]): row["value"] for row in frame.iter_rows(named=True)}
    promised = [t.bound for t in result.scenario.targets if t.queue == queue and measure_of(t).name == measure]
    return Grid(
        queue=queue, measure=measure, promised=promised[0] if promised else None, days=tuple(clock.dates),
        times=tuple(times), values=tuple(tuple(found.get((day, time)) for time in times) for day in clock.dates),
        weakest=_weakest(result, queue, promised[0]) if promised else None,
    )  # fmt: skip


def _weakest(result: Result, queue: str, promised: float) -> Weakest | None:
    """Return the time of day with the worst service, of those that a notable share of the contacts comes at."""
    axes, measure = result.tables.axes, BY_NAME[service_measure(result, queue)]
    columns = tuple(dict.fromkeys(("offered", *measure.columns)))
    values = result.tables.values("queues", columns).mean(axis=0).reshape(axes.clock.n_intervals, len(axes.queues), -1)
    mine, sums = values[:, axes.queues.index(queue)], dict[str, Floats]()
    for start, row in zip(axes.clock.starts, mine, strict=True):
        sums[f"{start:%H:%M}"] = sums.get(f"{start:%H:%M}", np.zeros(len(row))) + row
    least = NOTABLE * mine[:, 0].sum()
    found = []
    for time, row in sums.items():
        top, bottom = combine(row[None, None], columns, measure)
        if row[0] > least and bottom.item() > 0:
            found.append((top.item() / bottom.item(), time, row[0] / axes.clock.days))
    value, time, offered = min(found, default=(promised, "", 0.0))
    return Weakest(time=time, value=value, offered_day=float(offered)) if value < promised else None


def flows(found: dict[str, dict[str, Span]]) -> tuple[Flow, ...]:
    """Return the path from needs to handled contacts of every queue, from its totals."""
    return tuple(
        Flow(queue=queue, counts={name: measures[name].value or 0.0 for name in FLOW}) for queue, measures in found.items()
    )


def waits(result: Result) -> tuple[Waits, ...]:
    """Return the wait histogram of every queue of calls over the horizon; nothing where the engine knows no waits."""
    import polars as pl

    if not result.waits.height:
        return ()
    sums = result.waits.group_by("queue", "bin").agg(pl.col("handled", "abandoned").sum()).sort("queue", "bin")
    upper = tuple(float(edge) if np.isfinite(edge) else None for edge in WAIT_EDGES_S[1:])
    return tuple(
        _wait(sums.filter(pl.col("queue").cast(pl.String) == name), name, queue.answer_within, upper, result.replications)
        for name, queue in result.scenario.queues.items()
        if not queue.deferred
    )


def _wait(rows: "pl.DataFrame", queue: str, within_s: float, upper: tuple[float | None, ...], replications: int) -> Waits:
    handled, abandoned = (tuple((rows[name] / replications).to_list()) for name in ("handled", "abandoned"))
    return Waits(queue=queue, within_s=within_s, upper_s=upper, handled=handled, abandoned=abandoned)


def busy(result: Result) -> tuple[Busy, ...]:
    """Return the occupancy of every site by day, with its spread over replications."""
    import polars as pl

    definition = find("occupancy")
    group = grouping(result.tables, "groups", ("site", "day"), definition.kind)
    columns = list(definition.columns)
    top, bottom = combine(group.sum(result.tables.values("groups", columns)), columns, definition)
    each, mean = divide(top, bottom), divide(top.sum(axis=0), bottom.sum(axis=0))
    keys = group.keys.with_columns(pl.col("site").cast(pl.String))
    found = []
    for site in result.scenario.sites:
        chosen = (keys["site"] == site).to_numpy()
        if not chosen.any() or np.isnan(mean[chosen]).all():
            continue
        low, high = _spread(each[:, chosen])
        found.append(Busy(
            site=site, days=tuple(keys["day"].filter(keys["site"] == site).to_list()),
            mean=numbers(mean[chosen]), low=numbers(low), high=numbers(high),
        ))  # fmt: skip
    return tuple(found)


def _spread(values: Floats) -> tuple[Floats, Floats]:
    """Return the 5 % and 95 % quantile of each column; nan where a column holds nothing."""
    known = ~np.isnan(values).all(axis=0)
    low, high = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    if known.any():
        low[known], high[known] = np.nanquantile(values[:, known], (0.05, 0.95), axis=0)
    return low, high


def numbers(values: Floats) -> tuple[float | None, ...]:
    """Return numbers with None in place of nan."""
    return tuple(None if np.isnan(value) else float(value) for value in values)
