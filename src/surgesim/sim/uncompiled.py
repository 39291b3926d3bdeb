"""Routing policies that cannot be compiled: called back from the kernel as plain Python, about a microsecond a question."""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from surgesim.sim.policy import Policy, Question
from surgesim.sim.view import View

CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_double, ctypes.c_double)
TIMER = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int64, ctypes.c_double, ctypes.c_int64)
FAILED = -2


class Row:
    """One record of the kernel, its fields as attributes."""

    __slots__ = ("_place", "_table")

    def __init__(self, table: NDArray[Any], place: int) -> None:
        self._table = table
        self._place = place

    def __getattr__(self, name: str) -> Any:
        try:
            return self._table[name][self._place].item()
        except (ValueError, IndexError):
            raise AttributeError(name) from None


@dataclass
class _Run:
    view: View
    error: BaseException | None = None


@dataclass
class Bridge:
    """The way back from the kernel to the functions of a policy; one run on each thread at a time."""

    policy: Policy
    runs: dict[int, _Run] = field(default_factory=dict)
    callbacks: list[Any] = field(default_factory=list)

    @contextmanager
    def crossing(self, view: View) -> Iterator[None]:
        """Answer questions of this thread about a view; raise what the policy raised.

        Raises
        ------
        PolicyError
            The policy raised, or answered something that is no whole number.
        """
        rows = [[Row(table, place) for place in range(len(table))] for table in (view.groups, view.queues)]
        run = self.runs[threading.get_ident()] = _Run(View(rows[0], rows[1], view.rank, view.settings, view.served))
        try:
            yield
        finally:
            del self.runs[threading.get_ident()]
        if run.error is not None:
            raise run.error

    def compiled(self, question: Question, signature: Any) -> Any:
        """Return a compiled function that asks the policy."""
        import numba

        def ask(about: int, now: float, luck: float) -> int:
            run = self.runs[threading.get_ident()]
            try:
                return self.policy.ask(question, run.view, about, now, luck)
            except BaseException as error:  # nothing may be raised through compiled code: it is raised behind it
                run.error = error
                return FAILED

        callback = CALLBACK(ask)
        self.callbacks.append(callback)  # the kernel holds only its address

        def answer(view: View, about: int, now: float, luck: float) -> int:
            return int(callback(about, now, luck))

        return numba.njit(signature, nogil=True)(answer)

    def compiled_timer(self, signature: Any) -> Any:
        """Return a compiled function that asks the timer of the policy."""
        import numba

        def ask(queue: int, now: float, step: int) -> float:
            run = self.runs[threading.get_ident()]
            try:
                return self.policy.ask_timer(run.view, queue, now, step)
            except BaseException as error:  # as above
                run.error = error
                return FAILED

        callback = TIMER(ask)
        self.callbacks.append(callback)

        def answer(view: View, queue: int, now: float, step: int) -> float:
            return float(callback(queue, now, step))

        return numba.njit(signature, nogil=True)(answer)
