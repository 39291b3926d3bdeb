"""What is noted about a history without stopping: missing days, zeros before opening, a last day that is not over."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import Problem
from surgesim.demand.history_open import Table

if TYPE_CHECKING:
    from surgesim.demand.history import History

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LEADING_ZERO_DAYS = 2
MOST_GAPS = 10  # so many gaps are named one by one, the others together
CLOSED_DAYS = 7  # a run of so many empty days is a closed desk ...
BUSY_DAY = 20.0  # ... where so many contacts are usual: by chance not one such day in a million years is empty


def noted(table: Table, history: "History") -> "History":
    """Return the history with its notes: missing days stay missing, zeros of a desk that is not open become missing."""
    missing = missing_days(table, history)
    history, zeros = _leading_zeros(table, history)
    history, shut = _closed_weekdays(table, history)
    history, closed = _closed_runs(table, history)
    notes = (*table.notes, *missing, *zeros, *shut, *closed)
    return replace(history, notes=notes, known_s=known_until(history))


def missing_days(table: Table, history: "History") -> list[Problem]:
    """Return a note for each run of days without a count on weekdays that are otherwise open."""
    absent = np.isnan(history.counts).all(axis=1) & history.open_weekdays[_weekdays(history)]
    gaps = _runs(absent)
    notes = [Problem(f"no count for {_span(history, *gap)}; kept as missing", _place(table, history, *gap)) for gap in gaps]
    if len(gaps) <= MOST_GAPS + 1:
        return notes
    rest = gaps[MOST_GAPS:]
    days = sum(end - at + 1 for at, end in rest)
    what = f"no count on {days} more days, in {len(rest)} gaps until {_span(history, rest[-1][1], rest[-1][1])}; kept as missing"
    return [*notes[:MOST_GAPS], Problem(what, table.name)]


def _weekdays(history: "History") -> NDArray[np.int64]:
    return np.asarray((history.first_day.weekday() + np.arange(history.days)) % 7)


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and last index of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(at), int(end) - 1) for at, end in edges.reshape(-1, 2)]


def _span(history: "History", at: int, end: int) -> str:
    day, last = (history.first_day + timedelta(days=n) for n in (at, end))
    return f"{day}" if at == end else f"{day} to {last}"


def _place(table: Table, history: "History", at: int, end: int) -> str:
    """Return the rows of some days; where they have none, the row before them."""
    own = history.rows[at : end + 1]
    if not own.any():
        before = int(history.rows[:at].max(initial=0))
        return table.at(before, "after ") if before else table.name
    first, last = int(own[own > 0].min()), int(own.max())
    return table.at(first) if first == last else f"{table.name}: rows {first} to {last}"


def _closed_weekdays(table: Table, history: "History") -> "tuple[History, list[Problem]]":
    shut = ~history.open_weekdays
    zero = shut[_weekdays(history)] & (np.nan_to_num(history.counts, nan=1.0) == 0.0).all(axis=1)
    if not zero.any():
        return history, []
    counts = history.counts.copy()
    counts[zero] = np.nan
    names = ", ".join(f"{name}s" for name, closed in zip(WEEKDAYS, shut, strict=True) if closed)
    note = Problem(f"only zeros on {names}, when the desk is shut; kept as missing", table.name)
    return replace(history, counts=counts), [note]


def _closed_runs(table: Table, history: "History") -> "tuple[History, list[Problem]]":
    """Take long runs of zeros in a busy history for a desk that was closed."""
    known = np.asarray((~np.isnan(history.counts)).any(axis=1))
    totals = np.nansum(history.counts, axis=1)
    busy = totals[totals > 0]
    if not len(busy) or np.median(busy) < BUSY_DAY:
        return history, []
    counts, notes = history.counts.copy(), []
    for at, end in _runs(np.asarray(totals == 0.0)):
        if np.count_nonzero(known[at : end + 1]) >= CLOSED_DAYS:
            counts[at : end + 1] = np.nan
            what = f"only zeros for {_span(history, at, end)}, where {np.median(busy):.0f} a day are usual; kept as missing"
            notes.append(Problem(what, _place(table, history, at, end)))
    return replace(history, counts=counts), notes


def _leading_zeros(table: Table, history: "History") -> "tuple[History, list[Problem]]":
    totals = np.nansum(history.counts, axis=1)
    busy = np.flatnonzero(totals > 0)
    opening = int(busy[0]) if len(busy) else 0
    if opening < LEADING_ZERO_DAYS:
        return history, []
    counts = history.counts.copy()
    counts[:opening] = np.nan
    last = int(history.rows[:opening].max())
    what = f"only zeros in rows {int(history.rows[0])} to {last}, before the desk opened; kept as missing"
    return replace(history, counts=counts), [Problem(what, table.name)]


def known_until(history: "History") -> float:
    """Return how many seconds of the last day are over; infinity where all of it is known.

    A day that ends earlier than the same weekday did before is not over yet.
    """
    known = ~np.isnan(history.counts[-1])
    if known.all() or not known.any() or len(known) < 2:
        return float("inf")
    last = int(np.flatnonzero(known)[-1])
    alike = history.counts[:-1][::-1][6::7] if history.days > 7 else history.counts[:-1]
    usual = np.asarray((~np.isnan(alike)).any(axis=0))
    return float(history.ends_s[last]) if usual[last + 1 :].any() else float("inf")
