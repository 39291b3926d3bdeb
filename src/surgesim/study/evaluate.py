"""Tasks handed to workers, their tallies collected; what is finished is kept whatever happens to the rest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from surgesim.base.errors import InputError, Problem, ScenarioError
from surgesim.base.progress import Progress, silent
from surgesim.study.point import Task, compute
from surgesim.study.tally import Tally, axes_by_day
from surgesim.study.workers import pool, remembered_interrupts

if TYPE_CHECKING:
    from surgesim.study.answers import Answers

AHEAD = 3
"""Tasks handed out ahead for each worker, so that none of them ever waits."""

Arrays = tuple[Any, ...]
Finished = Callable[[int, Arrays], None]


class StudyInterrupted(KeyboardInterrupt):
    """Ctrl-C during a study; the message says what is kept and how to go on."""


class PointsFailed(ScenarioError):
    """Points that cannot be built; all others are finished.

    Attributes
    ----------
    failed : mapping from int to tuple of Problem
        What is wrong, by number of the point.
    answers : Answers or None
        Answers of the points that are finished, numbered anew; None where there are none.
    numbers : tuple of int
        The number in the study of each point in ``answers``.
    """

    def __init__(self, failed: Mapping[int, tuple[Problem, ...]], names: Mapping[int, str] = MappingProxyType({})) -> None:
        self.failed = dict(sorted(failed.items()))
        self.tallies: dict[int, Tally] = {}
        self.answers: Answers | None = None
        self.numbers: tuple[int, ...] = ()
        super().__init__(
            Problem(f"point {number}{f' ({names[number]})' if number in names else ''}: {one.what}", one.where, one.instead)
            for number, problems in self.failed.items()
            for one in problems
        )


def tally_of(task: Task, arrays: Arrays) -> Tally:
    """Return the tally of a task's arrays."""
    return Tally(axes_by_day(task.variant()), *arrays)


def evaluate(
    tasks: Mapping[int, Task], workers: str | Executor, finished: Finished, progress: Progress = silent, done: int = 0
) -> None:
    """Compute tasks, telling ``finished`` the number and arrays of each as it comes.

    Parameters
    ----------
    tasks : mapping from int to Task
        What to compute, by number.
    workers : str or Executor
        Who computes, see :mod:`surgesim.study.workers`.
    finished : callable
        Called in this thread, in the order in which tasks end.
    progress : callable, optional
        Called with points done and all of them.
    done : int
        Points that were done before.

    Raises
    ------
    PointsFailed
        Points that cannot be built, all of them; the others are finished.
    KeyboardInterrupt
        Ctrl-C, after the tasks that were being worked on are finished.
    """
    total = done + len(tasks)
    if tasks and next(iter(tasks.values())).engine == "sim":
        from surgesim.engines import UNITS, prepare

        prepare(progress, UNITS)
    progress("points", done, total)
    failed: dict[int, tuple[Problem, ...]] = {}
    order = sorted(tasks, key=lambda number: (tasks[number].demand(), number))  # births are shared by neighbours
    with pool(workers) as (executor, width), remembered_interrupts() as check:
        handed = None if executor is None else _handed_out(tasks, order, executor, AHEAD * width, check)
        for number, arrays, error in handed or _in_turn(tasks, order, check):
            done += 1
            if arrays is None:
                assert error is not None
                failed[number] = error.problems
            else:
                finished(number, arrays)
            progress("points", done, total)
    if failed:
        raise PointsFailed(failed)


One = tuple[int, Arrays | None, InputError | None]


def _in_turn(tasks: Mapping[int, Task], order: Sequence[int], check: Callable[[], None]) -> Iterator[One]:
    for number in order:
        check()
        yield _guarded(number, lambda number=number: compute(tasks[number]))  # type: ignore[misc]


def _guarded(number: int, work: Callable[[], Arrays]) -> One:
    try:
        return number, work(), None
    except InputError as error:
        return number, None, error


def _handed_out(
    tasks: Mapping[int, Task], order: Sequence[int], executor: Executor, most: int, check: Callable[[], None]
) -> Iterator[One]:
    """Yield results as they come, with a limited number of tasks handed out ahead."""
    left = list(reversed(order))
    running: dict[Future[Arrays], int] = {}
    try:
        while left or running:
            check()
            while left and len(running) < most:
                number = left.pop()
                running[executor.submit(compute, tasks[number])] = number
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield _guarded(running.pop(future), future.result)
    except KeyboardInterrupt:
        started = [future for future in running if not future.cancel()]
        for future in wait(started).done:
            yield _guarded(running[future], future.result)
        raise
    finally:
        for future in running:
            future.cancel()
