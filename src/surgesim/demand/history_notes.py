"""What is noted about a history without stopping: missing days, zeros before opening, a last day that is not over."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from surgesim.base.errors import Problem
from surgesim.demand.history_rows import Table

if TYPE_CHECKING:
    from surgesim.demand.history import History

LEADING_ZERO_DAYS = 2


def noted(table: Table, history: "History") -> "History":
    """Return the history with its notes: missing days stay missing, zeros before opening become missing."""
    missing = missing_days(table, history)
    history, zeros = _leading_zeros(table, history)
    return replace(history, notes=(*table.notes, *missing, *zeros), known_s=known_until(history))


def missing_days(table: Table, history: "History") -> list[Problem]:
    """Return a note for each run of days without a count on weekdays that are otherwise open."""
    absent = np.isnan(history.counts).all(axis=1)
    weekday = (history.first_day.weekday() + np.arange(history.days)) % 7
    absent &= history.open_weekdays[weekday]
    notes = []
    at = 0
    while at < len(absent):
        if absent[at]:
            end = at
            while end + 1 < len(absent) and absent[end + 1]:
                end += 1
            day, last = (history.first_day + timedelta(days=n) for n in (at, end))
            before = int(history.rows[:at].max(initial=0))
            span = f"{day}" if at == end else f"{day} to {last}"
            notes.append(Problem(f"no count for {span}; kept as missing", table.at(before, "after ")))
            at = end
        at += 1
    return notes


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
