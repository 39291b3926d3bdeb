"""What the terminal shows: answers on standard output, progress and errors on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from surgesim.base.errors import InputError, SurgesimError
from surgesim.base.progress import Progress, silent

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console
    from rich.progress import TaskID


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

    console = remarks()
    if not console.is_terminal:
        yield silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            name = what if total else ""
            if name not in tasks:
                tasks[name] = bars.add_task(what, total=total or None)
            bars.update(tasks[name], description=what, completed=done)

        yield show


def show_error(error: SurgesimError) -> None:
    """Print every problem of an error, one a line."""
    from rich.text import Text

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


def show_table(frame: "pl.DataFrame", title: str = "") -> None:
    """Print a table, numbers to the right."""
    from rich.table import Table

    table = Table(title=title or None, title_justify="left")
    for name, kind in frame.schema.items():
        table.add_column(name, justify="right" if kind.is_numeric() else "left", no_wrap=True)
    for row in frame.iter_rows():
        table.add_row(*(_cell(value) for value in row))
    answers().print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)
