"""The study: one scenario at many points, all of them with the same luck."""

from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surgesim.base.errors import SurgesimError
from surgesim.base.progress import Progress, silent
from surgesim.engines import REPLICATIONS, check
from surgesim.result.files import atomic_write
from surgesim.scenario.scenario import Scenario
from surgesim.study.answers import Answers
from surgesim.study.evaluate import Arrays, PointsFailed, StudyInterrupted, evaluate, tally_of
from surgesim.study.grid import Point, points_of, table_of
from surgesim.study.point import Task
from surgesim.study.store import MEASURES, Store, key_of
from surgesim.study.tally import Tally
from surgesim.study.workers import DEFAULT

if TYPE_CHECKING:
    import polars as pl

    from surgesim.study.break_even import BreakEven
    from surgesim.study.selection import Choice
    from surgesim.study.sensitivity import Sensitivity

LABEL = "point"
"""What the name of a point's scenario ends in."""
Ranges = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, eq=False)
class Study:
    """A scenario, the points at which to ask it, and the luck that all of them share.

    Parameters
    ----------
    scenario : Scenario
        What is varied.
    grid : mapping, sequence, data frame, or None
        Values by dotted path (every combination), names of overrides, or rows of points; see
        :func:`surgesim.study.grid.points_of`. Values are written as in a file: ``"80%"``, ``"8min"``, ``120``.
    replications, seed : int
        Replications at every point. All points see the same marks, so differences between them are paired.
    engine : {"sim", "reference", "erlang", "fluid"}
        Who answers.
    points : tuple of Point, optional
        Points that are made already, in place of those of the grid.

    Raises
    ------
    ScenarioError
        Paths, overrides or values that cannot be used; all at once.

    Examples
    --------
    >>> import surgesim as ss
    >>> scenario = ss.load("shop.yaml")
    >>> grid = {"groups.staff.heads": [3, 5], "queues.calls.patience": ["never", "exponential(3min)"]}
    >>> study = ss.Study(scenario, grid, replications=2)
    >>> study
    Study('shop', 4 points, sim, 2 replications, seed 1)
    >>> answers = study.run(workers="serial")
    >>> answers.measures(of="service_level").columns[:3]
    ['point', 'groups.staff.heads', 'queues.calls.patience']
    """

    scenario: Scenario
    grid: Any = None
    replications: int = REPLICATIONS
    seed: int = 1
    engine: str = "sim"
    points: tuple[Point, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        check(self.engine, self.replications, self.seed)
        if not self.points:
            object.__setattr__(self, "points", points_of(self.scenario, self.grid))
        if self.engine in ("erlang", "fluid"):
            object.__setattr__(self, "replications", 1)

    def __repr__(self) -> str:
        number, times = len(self.points), self.replications
        return (
            f"Study({self.scenario.name!r}, {number} point{'s' * (number != 1)}, {self.engine}, "
            f"{times} replication{'s' * (times != 1)}, seed {self.seed})"
        )

    @property
    def table(self) -> "pl.DataFrame":
        """The points: ``point`` and a column for each coordinate."""
        return table_of(self.points)

    def run(self, workers: str | Executor = DEFAULT, folder: str | Path | None = None, progress: Progress = silent) -> Answers:
        """Answer every point.

        Parameters
        ----------
        workers : str or Executor
            ``"serial"``, ``"threads:2"``, ``"processes:2"``, ``"dask://host:port"``, or an executor. They change nothing
            but the time.
        folder : str or Path, optional
            Keeps every finished point at once. Points that are there already are not computed again.
        progress : callable, optional
            Called with points done and all of them.

        Raises
        ------
        InputError
            The folder holds another study.
        PointsFailed
            Points cannot be built; the others are finished first, and the error carries their answers.
        StudyInterrupted
            Ctrl-C; a KeyboardInterrupt that says what is kept.
        SurgesimError
            A worker process was killed; finished points are kept.
        """
        tasks = [self.task(point.changes) for point in self.points]
        store = Store(folder, tasks[0]) if folder is not None else None
        if store is not None:
            store.describe(self.points, tasks)
        try:
            answers = Answers(self, tuple(compute_all(tasks, workers, store, progress)))
        except PointsFailed as error:
            raise self._without(error) from None
        if store is not None:
            with atomic_write(store.folder / MEASURES) as unfinished:
                answers.measures(by="queue").write_parquet(unfinished, compression="zstd")
        return answers

    def _without(self, error: PointsFailed) -> PointsFailed:
        """Return the error of points that cannot be built, with their coordinates and the answers of all others."""
        told = PointsFailed(error.failed, {number: str(self.points[number]) for number in error.failed})
        told.numbers = tuple(sorted(error.tallies))
        if told.numbers:
            points = tuple(replace(self.points[number], number=place) for place, number in enumerate(told.numbers))
            tallies = tuple(error.tallies[number] for number in told.numbers)
            told.answers = Answers(replace(self, points=points), tallies)
        return told

    @cached_property
    def _base(self) -> str:
        return self.scenario.fingerprint

    def task(self, changes: Mapping[str, Any], first: int = 0, replications: int | None = None) -> Task:
        """Return what a worker has to know of a point with these changes."""
        return Task(
            self.scenario, self._base, LABEL, changes, self.engine, self.seed, first,
            self.replications if replications is None else replications,
        )  # fmt: skip

    def tallies(self, tasks: Sequence[Task], workers: str | Executor, at_once: int, progress: Progress = silent) -> list[Tally]:
        """Return the tallies of tasks that need not be on the grid; few tasks are split by replications among workers."""
        pieces = [piece for task in tasks for piece in task.split(at_once // len(tasks))]
        found = iter(compute_all(pieces, workers, None, progress))
        return [reduce(Tally.joined, islice(found, len(task.split(at_once // len(tasks))))) for task in tasks]

    def sensitivity(
        self,
        ranges: Ranges,
        of: str,
        queue: str | None = None,
        method: str = "one-at-a-time",
        size: int | None = None,
        confidence: float = 0.95,
        workers: str | Executor = DEFAULT,
        progress: Progress = silent,
    ) -> "Sensitivity":
        """Return how much a measure depends on each of some quantities; see :func:`surgesim.study.sensitivity.sensitivity`."""
        from surgesim.study.sensitivity import sensitivity

        return sensitivity(self, ranges, of, queue, method, size, confidence, workers, progress)

    def break_even(
        self,
        path: str,
        between: Sequence[Any],
        of: str,
        target: float,
        queue: str | None = None,
        confidence: float = 0.95,
        workers: str | Executor = DEFAULT,
        progress: Progress = silent,
    ) -> "BreakEven":
        """Return where a measure reaches ``target``; see :func:`surgesim.study.break_even.break_even`."""
        from surgesim.study.break_even import break_even

        return break_even(self, path, between, of, target, queue, confidence, workers, progress)

    def best(
        self,
        of: str,
        indifference: float,
        queue: str | None = None,
        highest: bool | None = None,
        probability: float = 0.95,
        first: int = 20,
        most: int = 5000,
        workers: str | Executor = DEFAULT,
        progress: Progress = silent,
    ) -> "Choice":
        """Return the best point, right with a stated probability; see :func:`surgesim.study.selection.best`."""
        from surgesim.study.selection import best

        return best(self, of, indifference, queue, highest, probability, first, most, workers, progress)


def compute_all(tasks: Sequence[Task], workers: str | Executor, store: Store | None, progress: Progress) -> list[Tally]:
    """Return the tallies of tasks: those that are kept, and the others computed; equal tasks are computed once."""
    alike: dict[str, int] = {}
    same = [alike.setdefault(key_of(task), number) for number, task in enumerate(tasks)]
    found: dict[int, Tally] = {}
    for number in alike.values():
        kept = store.kept(tasks[number]) if store is not None else None
        if kept is not None:
            found[number] = tally_of(tasks[number], kept)

    def finished(number: int, arrays: Arrays) -> None:
        if store is not None:
            store.keep(tasks[number], arrays)
        found[number] = tally_of(tasks[number], arrays)

    missing = {number: tasks[number] for number in alike.values() if number not in found}
    try:
        evaluate(missing, workers, finished, progress, len(found))
    except PointsFailed as error:
        error.failed = {number: error.failed[one] for number, one in enumerate(same) if one in error.failed}
        error.tallies = {number: found[one] for number, one in enumerate(same) if one in found}
        raise
    except (KeyboardInterrupt, BrokenExecutor) as stop:
        # one may have been kept a moment before it was counted
        done = len(found) if store is None else sum(store.has(tasks[number]) for number in alike.values())
        said = _stopped(done, len(alike), store)
        if isinstance(stop, KeyboardInterrupt):
            raise StudyInterrupted(said) from None
        raise SurgesimError(f"a worker was killed, or had no memory left; {said}") from stop
    return [found[number] for number in same]


def _stopped(done: int, total: int, store: Store | None) -> str:
    if store is None:
        return f"stopped after {done} of {total} points; name a folder to keep finished points"
    return f"stopped: {done} of {total} points are kept in {store.folder}; run the same study into it again to go on"
