"""Whether the promises of a scenario are kept, and how sure that is."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from surgesim.base.errors import InputError, Problem
from surgesim.result.measures import measure_of
from surgesim.result.summary import one_sided
from surgesim.result.tables import Tables
from surgesim.scenario.levers import HIGHER_IS_BETTER, Target

if TYPE_CHECKING:
    import polars as pl

_BY = {"day": ("day", "queue"), "week": ("week", "queue"), "horizon": ("queue",)}


def promises(tables: Tables, targets: Iterable[Target], confidence: float = 0.95) -> "pl.DataFrame":
    """Return one row for each promise and each of its periods.

    Parameters
    ----------
    tables : Tables
        Counters of a run.
    targets : iterable of Target
        Promises.
    confidence : float
        With which the true value is on the good side of ``bound``.

    Returns
    -------
    polars.DataFrame
        ``target`` (position in the scenario), ``queue, measure, per, period`` (first day; null for the horizon),
        ``promised, value, bound, met`` (by the value), ``sure`` (by the bound; by the value where there is one
        replication and so no bound). Periods without contacts keep every promise: their value is null.

    Raises
    ------
    InputError
        A promise that its queue cannot have, such as a service level for deferred work; all of them.
    """
    import polars as pl

    chosen = list(targets)
    _check(tables, chosen)
    schema = {
        "target": pl.Int32, "queue": pl.String, "measure": pl.String, "per": pl.String, "period": pl.Date,
        "promised": pl.Float64, "value": pl.Float64, "bound": pl.Float64, "met": pl.Boolean, "sure": pl.Boolean,
    }  # fmt: skip
    frames = [_one(tables, number, target, confidence) for number, target in enumerate(chosen)]
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
        if measure_of(target).kind != ("deferred" if late[target.queue] else "calls")
    ]
    if problems:
        raise InputError(problems)


def _one(tables: Tables, number: int, target: Target, confidence: float) -> "pl.DataFrame":
    import polars as pl

    definition = measure_of(target)
    more = target.measure in HIGHER_IS_BETTER
    side = "low" if more else "high"
    frame = one_sided(tables, definition.name, confidence, "low" if more else "high", _BY[target.per])
    frame = frame.filter(pl.col("queue").cast(pl.String) == target.queue).rename({side: "bound"})
    judged = pl.coalesce("bound", "value")

    def kept(value: pl.Expr) -> pl.Expr:
        return (value >= target.bound if more else value <= target.bound).fill_null(True)

    return frame.with_columns(
        pl.lit(number).alias("target"), pl.lit(definition.name).alias("measure"), pl.lit(target.per).alias("per"),
        (pl.lit(None, pl.Date) if target.per == "horizon" else pl.col(target.per)).alias("period"),
        pl.lit(target.bound).alias("promised"), kept(pl.col("value")).alias("met"), kept(judged).alias("sure"),
    )  # fmt: skip
