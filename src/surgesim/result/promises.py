"""Whether the promises of a scenario are kept, and how sure that is."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from surgesim.base.errors import InputError, Problem
from surgesim.result.controls import adjusted_ratio
from surgesim.result.estimates import Floats, ratio
from surgesim.result.measures import measure_of
from surgesim.result.sums import combine, grouping
from surgesim.result.tables import Tables
from surgesim.scenario.centre import Group
from surgesim.scenario.levers import HIGHER_IS_BETTER, Target

if TYPE_CHECKING:
    import polars as pl

PERIODS = {"interval": ("start",), "day": ("day",), "week": ("week",), "horizon": ()}
"""Columns that divide the horizon into the periods of a promise."""


def serving(groups: Mapping[str, Group], queue: str) -> tuple[str, ...]:
    """Return the groups that serve a queue: those whose occupancy a promise about it is about."""
    return tuple(name for name, group in groups.items() if queue in group.skills)


def promises(
    tables: Tables,
    targets: Iterable[Target],
    confidence: float = 0.95,
    groups: Mapping[str, Group] | None = None,
    luck: Floats | None = None,
) -> "pl.DataFrame":
    """Return one row for each promise and each of its periods.

    Parameters
    ----------
    tables : Tables
        Counters of a run.
    targets : iterable of Target
        Promises.
    confidence : float
        With which the true value is on the good side of ``bound``.
    groups : mapping from name to Group, optional
        Groups of the scenario, for promises about occupancy; left out: they are about all groups.
    luck : ndarray, shape (replications, controls), optional
        Deviations that are taken out of values and bounds (``surgesim.result.controls``).

    Returns
    -------
    polars.DataFrame
        ``target`` (position in the scenario), ``queue, measure, per, period`` (first day; null for the horizon),
        ``time`` (of day at which an interval starts), ``promised, value, bound, met`` (by the value), ``sure`` (by the
        bound; by the value where there is one replication and so no bound). Periods without contacts keep every
        promise: their value is null.

    Raises
    ------
    InputError
        A promise that its queue cannot have, such as a service level for deferred work; all of them.
    """
    import polars as pl

    chosen = list(targets)
    _check(tables, chosen)
    schema = {
        "target": pl.Int32, "queue": pl.String, "measure": pl.String, "per": pl.String, "period": pl.Date, "time": pl.String,
        "promised": pl.Float64, "value": pl.Float64, "bound": pl.Float64, "met": pl.Boolean, "sure": pl.Boolean,
    }  # fmt: skip
    frames = [_one(tables, number, target, confidence, groups, luck) for number, target in enumerate(chosen)]
    return pl.concat([pl.DataFrame(schema=schema), *(frame.select(list(schema)).cast(schema) for frame in frames)])  # type: ignore[arg-type]


def _check(tables: Tables, targets: list[Target]) -> None:
    late = dict(zip(tables.axes.queues, tables.axes.deferred, strict=True))
    problems = [
        Problem(
            f"{target.measure} is no promise for {'deferred work' if late[target.queue] else 'calls'}",
            f"targets.{number}",
            "write measure: on_time" if late[target.queue] else "write measure: service_level or answer_rate",
        )
        for number, target in enumerate(targets)
        if target.measure != "occupancy" and measure_of(target).kind != ("deferred" if late[target.queue] else "calls")
    ]
    if problems:
        raise InputError(problems)


def sums_of(tables: Tables, target: Target, groups: Mapping[str, Group] | None = None) -> tuple["pl.DataFrame", Floats, Floats]:
    """Return the periods of a promise, and what stands above and below its measure there.

    Returns
    -------
    keys : polars.DataFrame
        One row for each period.
    top, bottom : ndarray, shape (replications, periods)
        Sums of each replication.

    Raises
    ------
    InputError
        The run keeps no counters of that kind.
    """
    import polars as pl

    definition, by = measure_of(target), PERIODS[target.per]
    if not getattr(tables, definition.source).height:
        raise InputError(Problem(f"this run keeps no {definition.source}", definition.name, "choose another engine or measure"))
    whose = "queue" if definition.source == "queues" else "group"
    found = grouping(tables, definition.source, (*by, whose), definition.kind)
    columns = list(definition.columns)
    top, bottom = combine(found.sum(tables.values(definition.source, columns)), columns, definition)
    wanted = [target.queue] if whose == "queue" else list((groups and serving(groups, target.queue)) or tables.axes.groups)
    mine = found.keys[whose].cast(pl.String).is_in(wanted).to_numpy()
    keys = found.keys.filter(mine).drop(whose).with_columns(pl.lit(target.per).alias("per"))
    periods = keys.unique(maintain_order=True)
    place = keys.join(periods.with_row_index("place"), on=keys.columns, maintain_order="left")["place"].to_numpy()
    both = np.zeros((2, len(top), periods.height))
    for side, part in enumerate((top[:, mine], bottom[:, mine])):
        np.add.at(both[side].T, place, part.T)
    return periods, both[0], both[1]


def _one(
    tables: Tables, number: int, target: Target, confidence: float, groups: Mapping[str, Group] | None, luck: Floats | None
) -> "pl.DataFrame":
    import polars as pl

    more = target.measure in HIGHER_IS_BETTER
    keys, top, bottom = sums_of(tables, target, groups)
    estimate = ratio(top, bottom) if luck is None else adjusted_ratio(top, bottom, luck)
    bound = estimate.bound(confidence, -1.0 if more else 1.0, 0.0, 1.0)
    frame = keys.with_columns(pl.Series("value", estimate.value).fill_nan(None), pl.Series("bound", bound).fill_nan(None))
    judged = pl.coalesce("bound", "value")

    def kept(value: pl.Expr) -> pl.Expr:
        return (value >= target.bound if more else value <= target.bound).fill_null(True)

    return frame.with_columns(
        pl.lit(number).alias("target"), pl.lit(target.queue).alias("queue"), pl.lit(measure_of(target).name).alias("measure"),
        _first_day(target).alias("period"), pl.lit(target.bound).alias("promised"),
        (pl.col("start").dt.strftime("%H:%M") if target.per == "interval" else pl.lit(None, pl.String)).alias("time"),
        kept(pl.col("value")).alias("met"), kept(judged).alias("sure"),
    )  # fmt: skip


def _first_day(target: Target) -> "pl.Expr":
    import polars as pl

    if target.per == "horizon":
        return pl.lit(None, pl.Date)
    return pl.col("start").dt.date() if target.per == "interval" else pl.col(target.per)
