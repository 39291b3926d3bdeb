"""What the terminal shows: answers on standard output, progress and errors on standard error."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from surgesim.base.errors import InputError, Problem, SurgesimError, TargetMissedError
from surgesim.base.progress import Progress, silent

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console
    from rich.progress import TaskID

    from surgesim.report.wording import Wording
    from surgesim.result.flags import Flag


def answers() -> "Console":
    """Return the console for answers (standard output)."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def remarks() -> "Console":
    """Return the console for progress and errors (standard error)."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress() -> Iterator[Progress]:
    """Show progress on a terminal; be quiet elsewhere. Steps without a known total share one line."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.table import Column

    console = remarks()
    if not console.is_terminal:
        yield silent
        return
    what = TextColumn("{task.description}", table_column=Column(ratio=1, no_wrap=True))  # gives way to the times
    clocks = (TimeElapsedColumn(Column(min_width=7)), TimeRemainingColumn(table_column=Column(min_width=7)))
    with Bars(what, BarColumn(12), *clocks, console=console, transient=True, expand=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            name = what if total else ""
            if name not in tasks:
                tasks[name] = bars.add_task(what, total=total or None)
            bars.update(tasks[name], description=what, completed=done)

        yield show


def say_json(tree: object) -> None:
    """Print a tree as JSON, the only thing on standard output."""
    import typer

    typer.echo(json.dumps(tree, indent=1, ensure_ascii=False, default=str))


def error_tree(error: SurgesimError) -> dict[str, object]:
    """Return an error as a plain tree: its kind, its exit code and every problem."""
    problems = error.problems if isinstance(error, InputError) else (Problem(str(error)),)
    return {"kind": type(error).__name__, "exit_code": error.exit_code, "problems": [asdict(p) for p in problems]}


def show_error(error: SurgesimError, as_json: bool = False) -> None:
    """Print every problem of an error, one a line; with ``as_json`` as JSON in the place of the answer that it prevents."""
    from rich.text import Text

    if as_json and not isinstance(error, TargetMissedError):  # a missed promise has its answer on standard output
        say_json({"error": error_tree(error)})
        return
    console = remarks()
    if not isinstance(error, InputError):
        console.print(Text(str(error), style="red"))
        return
    for problem in error.problems:
        line = Text()
        if problem.where:
            line.append(f"{problem.where}: ", style="bold")
        line.append(problem.what, style="red")
        if problem.instead:
            line.append(f"; {problem.instead}", style="green")
        console.print(line)


def show_table(frame: "pl.DataFrame", title: str = "", keys: int | None = None) -> None:
    """Print a table, numbers to the right.

    What is wider than the terminal is folded behind words, underscores and points; if that is not enough, the table is
    printed in parts that repeat its first ``keys`` columns (left out: its leading columns of text). Nothing is cut, and a
    pipe gets every line whole.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    console = answers()
    room = console.width if console.is_terminal else None
    columns = _columns(frame, None)
    for most in (40, 24, 16) if room is not None else ():
        if _width(columns.values()) > (room or 0):
            columns = _columns(frame, most)
    if room is None:
        console.width = max(_width(columns.values()), 80)
    for part in _parts(frame, columns, room, keys):
        table = Table(title=title or None, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0),
                      pad_edge=False, show_edge=False)  # fmt: skip
        for name in part:
            number = frame.schema[name].is_numeric()
            table.add_column(columns[name][0], justify="right" if number else "left", no_wrap=number, overflow="fold")
        for row in zip(*(columns[name][1:] for name in part), strict=True):
            table.add_row(*row)
        console.print(table)


def show_measures(table: "pl.DataFrame", keys: list[str], title: str, words: "Wording", value: str = "value") -> None:
    """Print a long table of measures compactly, and which measures are left out because they are 0 throughout."""
    from surgesim.cli.measured import compact

    shown, idle = compact(words.cells(table, keys), keys, value)
    show_table(words.headed(shown), title, keys=2 if "unit" in shown.columns else len(keys))
    if idle:
        gap = "、" if words.language == "ja" else "; "
        answers().print(words.say("idle", names=gap.join(words.heading(name) for name in idle)))


def show_flags(flags: "Iterable[Flag]", words: "Wording") -> None:
    """Print what to know before trusting a number, one a line, on standard error."""
    for flag in flags:
        remarks().print(words.flag(flag), markup=False)


def _columns(frame: "pl.DataFrame", most: int | None) -> dict[str, list[str]]:
    """Return header and cells of each column; text folded to ``most`` places, headers to those of their cells."""
    made = {}
    for name in frame.columns:
        cells = [_cell(value) for value in frame[name].to_list()]
        if most is not None and not frame.schema[name].is_numeric():
            cells = [_folded(text, most) for text in cells]
        header = name if most is None else _folded(name, max(_width([cells]), 1))
        made[name] = [header, *cells]
    return made


def _parts(
    frame: "pl.DataFrame", columns: dict[str, list[str]], room: int | None, keys: int | None = None
) -> Iterator[list[str]]:
    """Yield the names of columns that fit beside each other; the leading columns of text are in every part."""
    names = frame.columns
    if room is None or _width(columns.values()) <= room:
        yield names
        return
    if keys is None:
        keys = next((i for i, name in enumerate(names) if frame.schema[name].is_numeric()), 1)
    part = names[:keys]
    for name in names[keys:]:
        if len(part) > keys and _width(columns[n] for n in (*part, name)) > room:
            yield part
            part = names[:keys]
        part.append(name)
    yield part


def _width(columns: Iterable[list[str]]) -> int:
    """Return the places that columns take beside each other; a Japanese letter takes two."""
    from rich.cells import cell_len

    widths = [max((cell_len(line) for text in column for line in text.split("\n")), default=0) for column in columns]
    return sum(widths) + 2 * (len(widths) - 1)


def _folded(text: str, most: int) -> str:
    """Return a text in lines of at most ``most`` places, broken behind blanks, underscores and points where there are any."""
    from rich.cells import cell_len

    lines = [""]
    for piece in re.findall(r"[^\s_.]*[\s_.]*", text):
        if lines[-1] and cell_len(lines[-1] + piece.rstrip()) > most:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)
