"""Routing policies that cannot be compiled: called back from the kernel as plain Python, less than a microsecond a question."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from surgesim.base.errors import PolicyError
from surgesim.sim.policy import FAR, Policy, Question
from surgesim.sim.sight import Sight, Table
from surgesim.sim.view import View

FAILED = -2
_TURN = threading.RLock()
"""Held while a replication asks plain Python: two at once would only pass the interpreter's lock to and fro."""


class Bridge:
    """The way back from the kernel to the functions of a policy; one run at a time.

    Attributes
    ----------
    sight : Sight
        What the policy sees in the run.
    error : exception or None
        What the policy raised in the run.
    """

    __slots__ = ("error", "kept", "policy", "sight", "tables")

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.error: BaseException | None = None
        self.sight: Any = None
        self.tables: tuple[Table, Table] | None = None
        self.kept = list[Callable[..., object]]()

    @contextmanager
    def crossing(self, view: View) -> Iterator[None]:
        """Answer questions about a view; raise what the policy raised.

        Raises
        ------
        PolicyError
            The policy raised, or answered something that is no whole number.
        """
        with _TURN:
            before = self.sight, self.error
            self.tables = self.tables or (Table.of(view.rank), Table.of(view.settings))
            self.sight, self.error = Sight(view, *self.tables), None
            try:
                yield
                error = self.error
            finally:
                self.sight, self.error = before
        if error is not None:
            raise error

    def compiled(self, question: Question, signature: Any) -> Any:
        """Return a compiled function that asks the policy."""
        policy = self.policy

        def ask(about: int, now: float, luck: float) -> int:
            try:
                answer = question(self.sight, about, now, luck)
                return answer if type(answer) is int and -FAR < answer < FAR else policy.whole(question, answer)
            except BaseException as error:  # nothing may be raised through compiled code: it is raised behind it
                return self._failed(error)

        return self._kernel_side(ask, signature, FAILED)

    def compiled_timer(self, signature: Any) -> Any:
        """Return a compiled function that asks the timer of the policy."""

        def ask(queue: int, now: float, step: int) -> float:
            try:
                return self.policy.ask_timer(self.sight, queue, now, step)
            except BaseException as error:  # as above
                return self._failed(error)

        return self._kernel_side(ask, signature, float(FAILED))

    def _failed(self, error: BaseException) -> int:
        self.error = error
        if isinstance(error, Exception) and not isinstance(error, PolicyError):
            self.error = self.policy.raised(error)
            self.error.__cause__ = error
        return FAILED

    def _kernel_side(self, ask: Callable[..., float], signature: Any, instead: float) -> Any:
        import numba

        from surgesim.sim.python_calls import called

        self.kept += [ask, self._failed]  # the kernel holds only their addresses
        asks, fails = id(ask), id(self.kept[-1])

        def answer(view: View, about: int, now: float, luck: float) -> Any:
            return called(asks, fails, instead, about, now, luck)

        return numba.njit(signature, nogil=True)(answer)
