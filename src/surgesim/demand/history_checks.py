"""Checks across the rows of a history: duplicates and mixed grains, named by row."""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import pairwise

import numpy as np

from surgesim.base.errors import Problem
from surgesim.demand.history_open import Row, Table

DAY_S = 86_400
LONGEST_GAP_YEARS = 5.0
MOST_OF_A_KIND = 20


def duplicates(table: Table, rows: Sequence[Row], faults: list[Problem]) -> None:
    """Name rows that repeat a start."""
    seen: dict[tuple[datetime, int], int] = {}
    for row in rows:
        key = (row.start, row.start.fold)  # the hour that the end of summer time repeats is there twice by right
        if key in seen:
            faults.append(
                Problem(f"{_stamp(row.start)} appears again, first in row {seen[key]}", table.at(row.number),
                        "keep one row for each interval")
            )  # fmt: skip
        else:
            seen[key] = row.number


def _stamp(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d}" if instant.time() == time() else f"{instant:%Y-%m-%d %H:%M}"


def grain_s(table: Table, rows: Sequence[Row], faults: list[Problem]) -> int:
    """Return the grain in seconds: the most common distance; name rows off it."""
    ordered = sorted(rows, key=lambda row: row.start)
    gaps = [int((b.start - a.start).total_seconds()) for a, b in pairwise(ordered)]
    positive = [gap for gap in gaps if gap > 0]
    if not positive:
        return DAY_S
    values, times = np.unique(positive, return_counts=True)
    grain = int(values[np.argmax(times)])
    if not 300 <= grain <= DAY_S or DAY_S % grain:
        faults.append(Problem(f"rows are {grain / 60:g} min apart", table.name, "give one grain from 5 min to 1 day"))
        return grain
    for row, gap in zip(ordered[1:], gaps, strict=True):
        if gap > 0 and gap % grain:
            what = f"mixed grains: {gap / 60:g} min after the row before, elsewhere {grain / 60:g} min"
            faults.append(Problem(what, table.at(row.number), "split the file by grain"))
    return grain


def daily_rows_inside(table: Table, rows: Sequence[Row], grain: int, faults: list[Problem]) -> None:
    """Name daily totals that hide among the intervals: alone on their day, or at its midnight as large as all others."""
    by_day: dict[date, list[Row]] = {}
    for row in rows:
        by_day.setdefault(row.start.date(), []).append(row)
    totals = [_sum(members) for members in by_day.values() if len(members) > 1]
    if grain == DAY_S or np.median([len(members) for members in by_day.values()]) < 4 or not totals:
        return
    for day, members in by_day.items():
        alone = len(members) == 1
        first = next((row for row in members if alone or row.start.time() == time()), None)
        if first is None:
            continue
        most = 0.5 * float(np.median(totals)) if alone else 0.9 * (_sum(members) - first.values[0])
        if first.values[0] > most > 0.0:
            what = f"mixed grains: {day} has one row as large as a whole day among {grain / 60:g} min rows"
            faults.append(Problem(what, table.at(first.number), "leave out daily totals, or split the file by grain"))


def _sum(rows: Sequence[Row]) -> float:
    return float(np.nansum([row.values[0] for row in rows]))


def far_apart(table: Table, rows: Sequence[Row], faults: list[Problem]) -> None:
    """Name a row years away from the others: a year mistyped."""
    ordered = sorted(rows, key=lambda row: row.start)
    for a, b in pairwise(ordered):
        years = (b.start - a.start).days / 365.25
        if years > LONGEST_GAP_YEARS:
            what = f"{_stamp(b.start)} lies {years:.0f} years after row {a.number} ({_stamp(a.start)})"
            faults.append(Problem(what, table.at(b.number), "correct the year, or split the file"))


def gathered(table: Table, faults: Sequence[Problem]) -> list[Problem]:
    """Return the faults; of those with the same cure the first ``MOST_OF_A_KIND`` alone, the others as one with their rows."""
    alike: dict[str, list[Problem]] = {}
    for fault in faults:
        alike.setdefault(fault.instead, []).append(fault)
    kept = [fault for group in alike.values() for fault in group[:MOST_OF_A_KIND]]
    for cure, group in alike.items():
        if more := group[MOST_OF_A_KIND:]:
            rows = ", ".join(fault.where.rsplit(" ", 1)[-1] for fault in more)
            kept.append(Problem(f"{len(more)} more rows like it, the first: {more[0].what}", f"{table.name}: rows {rows}", cure))
    return kept
