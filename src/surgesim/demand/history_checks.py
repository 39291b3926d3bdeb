"""Checks across the rows of a history: duplicates and mixed grains, named by row."""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import pairwise

import numpy as np

from surgesim.base.errors import Problem
from surgesim.demand.history_rows import Row, Table

DAY_S = 86_400


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
    """Name daily totals that hide among the intervals."""
    by_day: dict[date, list[Row]] = {}
    for row in rows:
        by_day.setdefault(row.start.date(), []).append(row)
    sizes = [len(members) for members in by_day.values()]
    totals = [sum(row.values[0] for row in members) for members in by_day.values() if len(members) > 1]
    if grain == DAY_S or np.median(sizes) < 4 or not totals:
        return
    for day, members in by_day.items():
        if len(members) == 1 and members[0].values[0] > 0.5 * float(np.nanmedian(totals)):
            what = f"mixed grains: {day} has one row as large as a whole day among {grain / 60:g} min rows"
            faults.append(Problem(what, table.at(members[0].number), "split the file by grain"))
