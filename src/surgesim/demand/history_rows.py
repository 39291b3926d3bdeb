"""Rows of a history: find the columns, read stamps and counts, name what cannot be read."""

import difflib
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from surgesim.base.errors import HistoryError, Problem
from surgesim.demand.history_open import Row, Table, open_table

MISSING_WORDS = ("", "-", "--", "na", "n/a", "nan", "<na>", "nat", "null", "none", "欠測", "休", "休業")
_TOTAL = re.compile(r"(grand |sub-?)?totals?\b.*|sum\b.*|[^\d].*計|.*月計|計")
_WEEKDAY = re.compile(r"\((?:[月火水木金土日](?:曜日?)?|mon|tue|wed|thu|fri|sat|sun)\)")
_STAMP = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))"
    r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


def _column(table: Table, ours: str, columns: dict[str, str], faults: list[Problem]) -> int:
    wanted = columns.get(ours, ours)
    plain = [_plain(name) for name in table.header]
    if plain.count(_plain(wanted)) > 1:
        faults.append(Problem(f"column {wanted!r} appears {plain.count(_plain(wanted))} times", table.name, "keep one of them"))
        return -1
    if _plain(wanted) in plain:
        return plain.index(_plain(wanted))
    near = difflib.get_close_matches(_plain(wanted), plain, n=1)
    guess = near[0] if near else "its name in the file"
    faults.append(
        Problem(f"no column {wanted!r}; found {', '.join(map(repr, table.header))}", table.name,
                f'name it: columns={{"{ours}": "{guess}"}}')
    )  # fmt: skip
    return -1


def parse_rows(
    table: Table, columns: dict[str, str], parts: tuple[str, ...], queue: str | None, faults: list[Problem]
) -> list[Row]:
    """Return the rows that can be read; append a fault for each that cannot.

    Raises
    ------
    HistoryError
        If a column is missing or the queue is not clear.
    """
    at_start = _column(table, "start", columns, faults)
    at_counts = [_column(table, name, columns, faults) for name in (parts or ("offered",))]
    if faults:
        raise HistoryError(faults)
    chosen = _choose_queue(table, columns, queue)
    rows = []
    for number, cells in enumerate(table.cells, start=table.first_row):
        if not any(str(cell).strip() for cell in cells if cell is not None):
            continue
        if chosen is not None and str(cells[chosen[0]]) != chosen[1]:
            continue
        if any(str(cell).strip() for cell in cells[len(table.header) :]):
            what = f"{len(cells)} cells, but the header has {len(table.header)}"
            faults.append(Problem(what, table.at(number), 'put quotes around a number with a comma: "1,234"'))
            continue
        cells = cells + [""] * (len(table.header) - len(cells))
        start = _read_start(table, number, cells[at_start], faults)
        values = tuple(_read_count(table, number, cells[at], faults) for at in at_counts)
        if start is not None:
            rows.append(Row(number, start, values))
    _one_clock(table, faults)
    return rows


def _one_clock(table: Table, faults: list[Problem]) -> None:
    """Say that stamps were brought to the desk's time; name a mixture of stamps with and without an offset."""
    if table.converted and table.plain:
        first = table.at(min(table.converted, table.plain))
        other = max(table.converted, table.plain)
        what = f"some stamps have an offset from UTC and some have none (row {other}), so the time is not clear"
        faults.append(Problem(what, first, "write all of them one way"))
    elif table.converted:
        table.notes.append(Problem(f"stamps with an offset from UTC were brought to {table.zone}", table.name))


def _local(table: Table, number: int, instant: datetime) -> datetime:
    """Return the desk's wall clock at an instant that may carry an offset; remembers the first row of either kind."""
    if instant.tzinfo is None:
        table.plain = table.plain or number
        return instant
    table.converted = table.converted or number
    return instant.astimezone(ZoneInfo(table.zone)).replace(tzinfo=None)


def queue_names(source: Any, columns: dict[str, str]) -> list[str]:
    """Return the queues that a source names, sorted; none where it has no such column.

    Raises
    ------
    HistoryError
        If the source cannot be opened.
    """
    table = open_table(source)
    plain = [_plain(title) for title in table.header]
    name = _plain(columns.get("queue", "queue"))
    if name not in plain:
        return []
    at = plain.index(name)
    filled = (cells for cells in table.cells if len(cells) > at and any(str(cell).strip() for cell in cells if cell is not None))
    return sorted({str(cells[at]) for cells in filled})


def several_queues(source: Any, reading: Mapping[str, Any], desk: Mapping[str, float | None]) -> bool:
    """Return whether a source names several queues and none was asked for.

    Parameters
    ----------
    desk : mapping
        Numbers of the whole desk; which queue they are of would not be clear.

    Raises
    ------
    HistoryError
        Several queues and such a number, or the source cannot be opened.
    """
    if reading["queue"] is not None or not (isinstance(source, str | Path) or hasattr(source, "columns")):
        return False
    names = queue_names(source, dict(reading["columns"] or {}))
    given = [name for name, value in desk.items() if value is not None]
    if len(names) > 1 and given:
        what = f"the history names {len(names)} queues, so whose {given[0]} it is is not clear"
        raise HistoryError(Problem(what, given[0], f'forecast one queue: queue="{names[0]}"'))
    return len(names) > 1


def _choose_queue(table: Table, columns: dict[str, str], queue: str | None) -> tuple[int, str] | None:
    name = _plain(columns.get("queue", "queue"))
    plain = [_plain(title) for title in table.header]
    if name not in plain:
        if queue is not None:
            raise HistoryError(Problem(f"no column 'queue' to find {queue!r} in", table.name))
        return None
    at = plain.index(name)
    found = sorted({str(cells[at]) for cells in table.cells if len(cells) > at})
    if queue is None and len(found) == 1:
        return None
    if queue not in found:
        what = f"holds {len(found)} queues: {', '.join(found)}"
        raise HistoryError(Problem(what, table.name, f'choose one: queue="{found[0]}"'))
    return at, str(queue)


def _read_start(table: Table, number: int, cell: Any, faults: list[Problem]) -> datetime | None:
    if isinstance(cell, datetime) and cell == cell:  # pandas writes a missing instant as one that equals nothing
        table.by_day = False
        return _local(table, number, cell)
    if isinstance(cell, date) and cell == cell:
        return datetime.combine(cell, time())
    text = _WEEKDAY.sub("", _plain(str(cell)))
    if _TOTAL.fullmatch(text):
        faults.append(Problem(f"a totals row ({cell})", table.at(number), "delete the row"))
        return None
    match = _STAMP.fullmatch(text.upper())
    try:
        if match is None:
            raise ValueError(text)
        year, month, day, month_, day_, hour, minute, second = (int(part or 0) for part in match.groups()[:8])
        instant = datetime(year, month or month_, day or day_, hour, minute, second, tzinfo=_offset(match.group(9)))
    except ValueError:
        faults.append(Problem(f"{cell!r} is no date", table.at(number), "write 2020-04-07 or 2020-04-07 09:00"))
        return None
    if match.group(6) is None:
        return instant.replace(tzinfo=None)
    table.by_day = False
    return _local(table, number, instant)


def _offset(text: str | None) -> tzinfo | None:
    """Return the offset written behind a stamp: Z, +09:00 or +0900."""
    if text is None:
        return None
    return datetime.fromisoformat(f"2000-01-01T00:00{text}").tzinfo


def _read_count(table: Table, number: int, cell: Any, faults: list[Problem]) -> float:
    if cell is None or _plain(str(cell)) in MISSING_WORDS:
        return math.nan
    try:
        value = float(_plain(str(cell)).replace(",", ""))
    except ValueError:
        faults.append(Problem(f"{cell!r} is no count", table.at(number), "write a number, or nothing where unknown"))
        return math.nan
    if value < 0 or math.isinf(value):
        faults.append(Problem(f"a count of {cell}", table.at(number), "leave it empty where the count is unknown"))
        return math.nan
    return value
