"""A history opened as text: a CSV file in whatever encoding and with whatever separator, or a frame."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from surgesim.base.errors import HistoryError, Problem

SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True)
class Row:
    """One row: its number in the source, its start and its counts (one, or one for each part of the day)."""

    number: int
    start: datetime
    values: tuple[float, ...]


@dataclass
class Table:
    """A source opened as text."""

    name: str
    header: list[str]
    cells: list[list[Any]]
    first_row: int
    notes: list[Problem]
    zone: str = ""
    by_day: bool = True
    converted: int = 0
    plain: int = 0

    def at(self, number: int, before: str = "") -> str:
        """Return the place of a row for a message."""
        return f"{self.name}: {before}row {number}"


def open_table(source: Any) -> Table:
    """Open a CSV file or a frame.

    Raises
    ------
    HistoryError
        If the file cannot be read, or the object is no frame.
    """
    if isinstance(source, str | Path):
        return _open_file(Path(source))
    if hasattr(source, "columns"):
        header = [str(name) for name in source.columns]
        columns = [source[name].to_list() for name in source.columns]
        cells = [list(row) for row in zip(*columns, strict=True)]
        return Table("frame", header, cells, 1, [])
    raise HistoryError(Problem(f"cannot read a history from {type(source).__name__}", "", "give a path or a frame"))


def _open_file(path: Path) -> Table:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise HistoryError(Problem(f"cannot read the file: {error.strerror}", str(path))) from error
    text, notes = _decoded(raw, path.name)
    separator = _separator(text)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    if not lines:
        raise HistoryError(Problem("the file is empty", path.name))
    if separator != ",":
        notes.append(Problem(f"columns are separated by {separator!r}, not by commas", path.name))
    return Table(path.name, lines[0], lines[1:], 2, notes)


def _decoded(raw: bytes, name: str) -> tuple[str, list[Problem]]:
    """Return the text and what was noted: UTF-8 with or without its mark, UTF-16 with its mark, or CP932."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        tries = [("utf-16", "UTF-16")]
    else:
        tries = [("utf-8-sig", ""), ("cp932", "CP932 (Shift-JIS)")]
    for encoding, told in tries:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        notes = [Problem(f"not UTF-8: read as {told}", name, "save it as UTF-8")] if told else []
        return text, notes
    raise HistoryError(Problem("neither UTF-8 nor CP932", name, "save it as CSV in UTF-8"))


def _separator(text: str) -> str:
    """Return what separates the columns of the first line: a comma, unless there is none but another one."""
    first = text.split("\n", 1)[0]
    return next((mark for mark in SEPARATORS if mark in first), ",")
