"""The books balance, always: contacts and needs are neither lost nor invented.

Runs on every result before anybody sees it. Expectations of formulas obey the same laws within a relative 1e-6.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import ConservationError
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS, TRUNK_COLUMNS
from surgesim.result.tables import WAIT_COLUMNS, Floats, Tables

if TYPE_CHECKING:
    import polars as pl

TOLERANCE = 1e-6
_SHOWN = 5

ROW_EQUALITIES: tuple[tuple[str, str], ...] = (
    ("offered", "handled abandoned blocked balked deflected unreached inside"),
    ("offered", "first redial follow_up callback moved escalated"),
)
"""Left = sum of right, in every row."""

ROW_LIMITS: tuple[tuple[str, str], ...] = (
    ("answered_within", "handled"),
    ("on_time", "handled"),
    ("short_abandoned", "abandoned"),
    ("lost_closed", "closed"),
    ("links menu_ended", "deflected"),
    ("link_contained", "links"),
    ("unreached", "callback first follow_up moved escalated"),
    ("misrouted", "moved"),
    ("spread", "needs"),
    ("promise_kept", "promised"),
)
"""Sum of left <= sum of right, in every row."""

TOTAL_LIMITS: tuple[tuple[str, str], ...] = (
    ("first contained", "needs"),
    ("boomerang contained", "needs"),
    ("redial switched given_up", "blocked abandoned balked lost_closed links unreached misrouted"),
)
"""Sum of left <= sum of right, over the horizon of each replication and queue: needs are conserved, and every further
attempt or giving up follows one failed attempt."""


def check(tables: Tables) -> Tables:
    """Return the tables if every law holds.

    Raises
    ------
    ConservationError
        Which laws are broken, and in which rows.
    """
    broken = [*_values(tables), *_rows(tables), *_totals(tables), *_times(tables), *_histograms(tables)]
    if broken:
        raise ConservationError("the books do not balance:\n" + "\n".join(broken))
    return tables


def _sum(frame: "pl.DataFrame", columns: str) -> Floats:
    return np.asarray(frame.select(columns.split()).to_numpy().sum(axis=1, dtype=np.float64))


def _room(*sides: Floats) -> Floats:
    """Return how far two sides may be apart."""
    return np.asarray(TOLERANCE * (1.0 + np.maximum.reduce([np.abs(side) for side in sides])))


def _report(frame: "pl.DataFrame", wrong: NDArray[np.bool_], law: str, left: Floats, right: Floats) -> Iterator[str]:
    """Yield one line for a broken law, naming the first rows."""
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return
    names = [name for name in ("replication", "interval", "day", "start", "queue", "group", "trunk") if name in frame.columns]
    places = []
    for row in rows[:_SHOWN].tolist():
        where = ", ".join(f"{name} {frame[row, name]}" for name in names)
        places.append(f"{where}: {left[row]:.9g} against {right[row]:.9g}")
    more = f" and {len(rows) - _SHOWN} more rows" if len(rows) > _SHOWN else ""
    yield f"{law}; {'; '.join(places)}{more}"


def _values(tables: Tables) -> Iterator[str]:
    """Every counter is a number, and none is negative."""
    for name, columns in (("queues", QUEUE_COLUMNS), ("groups", GROUP_COLUMNS), ("trunks", TRUNK_COLUMNS),
                          ("waits", WAIT_COLUMNS)):  # fmt: skip
        frame: pl.DataFrame = getattr(tables, name)
        for column in columns:
            values = frame[column].to_numpy()
            wrong = ~np.isfinite(values) | (values < -TOLERANCE)
            yield from _report(frame, wrong, f"{name}: {column} is a number, not negative", values, np.zeros(len(values)))


def _rows(tables: Tables) -> Iterator[str]:
    frame = tables.queues
    for left, right in ROW_EQUALITIES:
        a, b = _sum(frame, left), _sum(frame, right)
        yield from _report(frame, np.abs(a - b) > _room(a, b), _law(left, "=", right), a, b)
    for left, right in ROW_LIMITS:
        a, b = _sum(frame, left), _sum(frame, right)
        yield from _report(frame, a - b > _room(a, b), _law(left, "<=", right), a, b)


def _totals(tables: Tables) -> Iterator[str]:
    import polars as pl

    keys = ["replication", "queue"]
    frame = tables.queues.group_by(keys).agg(pl.col(QUEUE_COLUMNS).sum()).sort(keys)
    for left, right in TOTAL_LIMITS:
        a, b = _sum(frame, left), _sum(frame, right)
        yield from _report(frame, a - b > _room(a, b), _law(left, "<=", right) + " over the horizon", a, b)


def _times(tables: Tables) -> Iterator[str]:
    """Nobody works longer than on duty, chat is work, and no more lines are in use than in service."""
    limits = (("groups", "busy_s", "ready_s"), ("groups", "chatting_s", "busy_s"), ("groups", "chatting_s", "chat_s"))
    for table, part, whole in (*limits, ("trunks", "busy_s", "line_s")):
        frame = getattr(tables, table)
        a, b = frame[part].to_numpy(), frame[whole].to_numpy()
        yield from _report(frame, a - b > _room(a, b), f"{part} <= {whole}", a, b)


def _histograms(tables: Tables) -> Iterator[str]:
    """The wait histogram of a day holds the waits of the contacts that arrived on that day."""
    import polars as pl

    if not tables.waits.height:
        return
    keys = ["replication", "day", "queue"]
    counted = tables.queues.with_columns(pl.col("start").dt.date().alias("day"))
    for column in WAIT_COLUMNS:
        booked = counted.group_by(keys).agg(pl.col(column).sum()).sort(keys)
        binned = tables.waits.group_by(keys).agg(pl.col(column).sum()).sort(keys)
        a, b = binned[column].to_numpy(), booked[column].to_numpy()
        yield from _report(booked, np.abs(a - b) > _room(a, b), f"waits: sum of {column} over bins = {column}", a, b)


def _law(left: str, sign: str, right: str) -> str:
    return f"{' + '.join(left.split())} {sign} {' + '.join(right.split())}"
