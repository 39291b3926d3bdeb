"""What the terminal shows: answers on standard output, progress and errors on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Display:
    """How long work shows how far it is: as a bar of what, done and total, or in sentences."""

    show: Progress = silent
    say: Callable[[str], None] = lambda sentence: None

    def counting(self, what: str) -> Callable[[int, int], None]:
        """Return a function of done and total that shows ``what``."""
        return lambda done, total: self.show(what, done, total)


@contextmanager
def progress() -> Iterator[Display]:
    """Show progress on a terminal; be quiet elsewhere."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = remarks()
    if not console.is_terminal:
        yield Display()
        return
    with Bars(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        def say(sentence: str) -> None:
            if "" not in tasks:
                tasks[""] = bars.add_task(sentence, total=None)
            bars.update(tasks[""], description=sentence)

        yield Display(show, say)


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
