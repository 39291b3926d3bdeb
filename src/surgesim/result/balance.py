"""The books balance, always: contacts and needs are neither lost nor invented.

Runs on every result before anybody sees it. Expectations of formulas obey the same laws within a relative 1e-6.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import ConservationError
from surgesim.result.tables import COLUMNS, NAMES, WAIT_COLUMNS, Axes, Floats, Tables

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


TIME_LIMITS = (
    ("groups", "busy_s", "ready_s"),
    ("groups", "chatting_s", "busy_s"),
    ("groups", "chatting_s", "chat_s"),
    ("trunks", "busy_s", "line_s"),
)
"""Nobody works longer than on duty, chat is work, and no more lines are in use than in service."""


def check(tables: Tables) -> Tables:
    """Return the tables if every law holds.

    Raises
    ------
    ConservationError
        Which laws are broken, and in which rows.
    """
    check_arrays(tables.axes, {name: tables.array(name) for name in NAMES})
    return tables


def check_arrays(axes: Axes, arrays: Mapping[str, Floats]) -> None:
    """Check the counters of plain arrays: ``Tables.array`` of every table, by name.

    Raises
    ------
    ConservationError
        As :func:`check`.
    """
    books = _Books(axes, arrays)
    broken = [*_values(books), *_rows(books), *_totals(books), *_times(books), *_histograms(books)]
    if broken:
        raise ConservationError("the books do not balance:\n" + "\n".join(broken))


@dataclass(frozen=True)
class _Books:
    """Arrays by name, and what their axes stand for."""

    axes: Axes
    arrays: Mapping[str, Floats]

    def sum(self, table: str, columns: str) -> Floats:
        """Return the sum of some columns at every place."""
        array, names = self.arrays[table], COLUMNS[table]
        total, *others = (array[..., names.index(column)] for column in columns.split())
        return np.asarray(sum(others, total))

    def place(self, table: str, index: tuple[int, ...]) -> str:
        """Return in words where a number stands; in the wait histogram without the bin."""
        entity, names = self.axes.entities(table)
        replication, *period, number = index[:3]
        words: dict[str, Any] = {"replication": replication}
        for time in period:
            clock = self.axes.clock
            words |= {"day": clock.dates[time]} if table == "waits" else {"interval": time, "start": clock.starts[time]}
        return ", ".join(f"{key} {value}" for key, value in (words | {entity: names[number]}).items())


def _room(*sides: Floats) -> Floats:
    """Return how far two sides may be apart."""
    return np.asarray(TOLERANCE * (1.0 + np.maximum.reduce([np.abs(side) for side in sides])))


def _report(books: _Books, table: str, wrong: NDArray[np.bool_], law: str, left: Floats, right: Floats) -> Iterator[str]:
    """Yield one line for a broken law, naming the first places."""
    if not wrong.any():
        return
    found = np.argwhere(wrong)
    shown = [tuple(index) for index in found[:_SHOWN].tolist()]
    places = [f"{books.place(table, index)}: {left[index]:.9g} against {right[index]:.9g}" for index in shown]
    more = f" and {len(found) - _SHOWN} more rows" if len(found) > _SHOWN else ""
    yield f"{law}; {'; '.join(places)}{more}"


def _values(books: _Books) -> Iterator[str]:
    """Every counter is a number, and none is negative."""
    for table, array in books.arrays.items():
        wrong = ~(np.isfinite(array) & (array >= -TOLERANCE))
        for place, column in enumerate(COLUMNS[table]) if wrong.any() else ():
            values = array[..., place]
            law = f"{table}: {column} is a number, not negative"
            yield from _report(books, table, wrong[..., place], law, values, np.zeros(values.shape))


def _rows(books: _Books) -> Iterator[str]:
    for left, right in ROW_EQUALITIES:
        a, b = books.sum("queues", left), books.sum("queues", right)
        yield from _report(books, "queues", np.abs(a - b) > _room(a, b), _law(left, "=", right), a, b)
    for left, right in ROW_LIMITS:
        a, b = books.sum("queues", left), books.sum("queues", right)
        yield from _report(books, "queues", a - b > _room(a, b), _law(left, "<=", right), a, b)


def _totals(books: _Books) -> Iterator[str]:
    totals = _Books(books.axes, {"queues": books.arrays["queues"].sum(axis=1)})
    for left, right in TOTAL_LIMITS:
        a, b = totals.sum("queues", left), totals.sum("queues", right)
        yield from _report(books, "queues", a - b > _room(a, b), _law(left, "<=", right) + " over the horizon", a, b)


def _times(books: _Books) -> Iterator[str]:
    for table, part, whole in TIME_LIMITS:
        a, b = books.sum(table, part), books.sum(table, whole)
        yield from _report(books, table, a - b > _room(a, b), f"{part} <= {whole}", a, b)


def _histograms(books: _Books) -> Iterator[str]:
    """The wait histogram of a day holds the waits of the contacts that arrived on that day."""
    waits = books.arrays["waits"]
    if not waits.size:
        return
    days = np.flatnonzero(np.diff(books.axes.clock.day_index, prepend=-1))
    for place, column in enumerate(WAIT_COLUMNS):
        booked = np.add.reduceat(books.sum("queues", column), days, axis=1)
        binned = waits[..., place].sum(axis=3)
        wrong = np.abs(binned - booked) > _room(binned, booked)
        yield from _report(books, "waits", wrong, f"waits: sum of {column} over bins = {column}", binned, booked)


def _law(left: str, sign: str, right: str) -> str:
    return f"{' + '.join(left.split())} {sign} {' + '.join(right.split())}"
