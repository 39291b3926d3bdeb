"""Sums of counters by what the user asks for: day, queue, hour ..., for each replication."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import InputError, Problem
from surgesim.base.text import suggestion
from surgesim.result.measures import Kind, Measure
from surgesim.result.tables import Tables

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]

TIMES = ("start", "hour", "day", "week")
KEYS: dict[str, tuple[str, ...]] = {
    "queues": (*TIMES, "queue"),
    "groups": (*TIMES, "group", "site"),
    "trunks": (*TIMES, "trunk"),
    "waits": ("day", "week", "queue"),
}
"""What each table can be divided by."""
_ALIASES = {"interval": "start"}
_NONE = "horizon"
WHOLE = ""
"""Column of the one group where nothing divides the horizon; dropped before anybody sees it."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """Rows of one replication put into groups.

    Attributes
    ----------
    keys : polars.DataFrame
        One row for each group, sorted; only the column :data:`WHOLE` where nothing divides the horizon.
    order : ndarray of int, shape (rows kept,)
        Rows in the order of their groups; rows that do not count are left out.
    first : ndarray of int, shape (groups,)
        Position in ``order`` at which each group begins.
    """

    keys: "pl.DataFrame"
    order: NDArray[np.int64]
    first: NDArray[np.int64]

    def sum(self, values: Floats) -> Floats:
        """Add up (replications, rows, columns) to (replications, groups, columns), always in the same order."""
        if not len(self.first):
            return np.zeros((values.shape[0], 0, values.shape[2]))
        return np.add.reduceat(values[:, self.order], self.first, axis=1)


def clean_by(by: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names in ``by`` without aliases: ``interval`` is ``start``, ``horizon`` is nothing at all.

    Raises
    ------
    InputError
        A name that no table can be divided by, or names that no table has together.
    """
    asked = [by] if isinstance(by, str) else list(by)
    known = sorted({key for keys in KEYS.values() for key in keys} | {*_ALIASES, _NONE})
    wrong = [name for name in asked if name not in known]
    if wrong:
        raise InputError(Problem(f"results cannot be divided by {n!r}", "by", suggestion(n, known)) for n in wrong)
    names = tuple(dict.fromkeys(_ALIASES.get(name, name) for name in asked if name != _NONE))
    if not any(set(names) <= set(keys) for keys in KEYS.values()):
        mend = "; ".join(f"{table}: {', '.join(keys)}" for table, keys in KEYS.items())
        raise InputError(Problem(f"no table can be divided by {' and '.join(names)} together", "by", mend))
    return names


def grouping(tables: Tables, table: str, by: Sequence[str], kind: Kind) -> Grouping:
    """Return the groups of one table; of the wait histogram, groups of whole histograms (days and queues)."""
    import polars as pl

    frame: pl.DataFrame = getattr(tables, table)
    rows = frame.head(frame.height // tables.replications)
    if table == "waits":
        rows = rows.filter(pl.col("bin") == 0)
    whole = pl.DataFrame({WHOLE: pl.zeros(rows.height, eager=True)})
    keys = rows.select(_key(table, name) for name in by) if by else whole
    keys = keys.with_row_index("row").filter(_kept(tables, table, rows, kind))
    columns = [name for name in keys.columns if name != "row"]
    keys = keys.sort([*columns, "row"])
    distinct = keys.with_row_index("first").unique(columns, keep="first", maintain_order=True)
    order, first = (series.to_numpy().astype(np.int64) for series in (keys["row"], distinct["first"]))
    return Grouping(distinct.select(columns), order, first)


def _key(table: str, name: str) -> "pl.Expr":
    import polars as pl

    day = pl.col("day") if table == "waits" else pl.col("start").dt.date()
    if name == "day":
        return day.alias("day")
    if name == "week":
        return day.dt.truncate("1w").alias("week")
    return pl.col("start").dt.hour().alias("hour") if name == "hour" else pl.col(name)


def _kept(tables: Tables, table: str, rows: "pl.DataFrame", kind: Kind) -> "pl.Series":
    import polars as pl

    if kind == "all" or table not in ("queues", "waits"):
        return pl.Series([True]).new_from_index(0, rows.height)
    wanted = [name for name, late in zip(tables.axes.queues, tables.axes.deferred, strict=True)
              if late == (kind == "deferred")]  # fmt: skip
    return rows["queue"].cast(pl.String).is_in(wanted)


def combine(sums: Floats, columns: Sequence[str], measure: Measure) -> tuple[Floats, Floats]:
    """Return numerator and denominator of a measure, shape (replications, groups) each.

    A mean per replication has ones below.
    """
    top = _signed(sums, columns, measure.numerator) * measure.scale
    return top, _signed(sums, columns, measure.denominator) if measure.denominator else np.ones_like(top)


def _signed(sums: Floats, columns: Sequence[str], terms: tuple[str, ...]) -> Floats:
    total = np.zeros(sums.shape[:2])
    for term in terms:
        total += sums[..., columns.index(term.lstrip("-"))] * (-1.0 if term.startswith("-") else 1.0)
    return total
