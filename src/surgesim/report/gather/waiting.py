"""Facts about waiting: how many wait in each interval, and how old deferred work gets."""

from typing import TYPE_CHECKING

import numpy as np

from surgesim.report.facts_waiting import Ages, Ribbon
from surgesim.report.gather.service import numbers
from surgesim.result.counters import WAIT_EDGES_S
from surgesim.result.result import Result

if TYPE_CHECKING:
    import polars as pl

CLASSES_S = (3600.0, 14_400.0, 28_800.0, 86_400.0, 259_200.0, float("inf"))
"""Upper ends of the classes of age: an hour, four, eight, a day, three, and beyond. All are edges of the histogram."""


def ribbons(result: Result) -> tuple[Ribbon, ...]:
    """Return how many people wait in each interval: the waits of those who arrive in it / its length (Little 1961)."""
    axes = result.tables.axes
    values = result.tables.values("queues", ["wait_handled_s", "wait_abandoned_s"]).sum(axis=-1)
    waiting = values.reshape(result.replications, axes.clock.n_intervals, -1) / np.diff(axes.clock.edges_s)[None, :, None]
    bands = np.quantile(waiting, (0.05, 0.5, 0.95), axis=0)
    starts = tuple(axes.clock.starts)
    return tuple(
        Ribbon(queue=name, starts=starts, low=numbers(band[0]), median=numbers(band[1]), high=numbers(band[2]))
        for name, deferred, band in zip(axes.queues, axes.deferred, np.moveaxis(bands, 2, 0), strict=True)
        if not deferred
    )


def ages(result: Result) -> tuple[Ages, ...]:
    """Return how long deferred work waits, by the day on which it came in; nothing where the engine knows no waits."""
    if not result.waits.height:
        return ()
    return tuple(_ages(result, name) for name, queue in result.scenario.queues.items() if queue.deferred)


def _ages(result: Result, queue: str) -> Ages:
    import polars as pl

    rows = result.waits.filter(pl.col("queue").cast(pl.String) == queue)
    sums = rows.group_by("day", "bin").agg((pl.col("handled") + pl.col("abandoned")).sum()).sort("day", "bin")
    counts = _grid(sums)
    ends = np.searchsorted(np.array(WAIT_EDGES_S[1:]), CLASSES_S)
    below = np.cumsum(counts, axis=1)[:, ends]
    total = below[:, -1:]
    shares = np.divide(np.diff(below, axis=1, prepend=0.0), total, out=np.full(below.shape, np.nan), where=total > 0)
    deadline = result.scenario.queues[queue].deadline
    return Ages(
        queue=queue, deadline_s=None if deadline is None else float(deadline), days=tuple(result.tables.axes.clock.dates),
        upper_s=tuple(float(end) if np.isfinite(end) else None for end in CLASSES_S),
        shares=tuple(numbers(row) for row in shares.T),
    )  # fmt: skip


def _grid(sums: "pl.DataFrame") -> np.ndarray:
    """Return counts, shape (days, bins)."""
    return np.asarray(sums["handled"].to_numpy().reshape(-1, len(WAIT_EDGES_S) - 1), dtype=np.float64)
