"""Ranking and selection: which point is best, with a stated probability of being right.

The procedure is KN of Kim and Nelson (2001), "A fully sequential procedure for indifference-zone selection in
simulation", ACM TOMACS 11(3), 251-273, with c = 1. After ``first`` replications of every point the variances of all
differences are estimated; then replications are added, and a point is dropped as soon as another one is ahead by
more than their random walk allows. Where the best point is ahead by at least the indifference, it is chosen with the
probability asked for. That holds for normal replications, which may share their luck: the variance is that of the
difference, so common marks make it cheap. Looking at every ``STEP``-th replication only makes mistakes rarer
(Jennison, Johnstone, Turnbull 1982).

A measure that is a ratio of sums enters by its jackknife pseudo-values, of which it is the mean up to the bias of a
ratio; there the probability holds for many replications (Kim and Nelson 2006, "On the asymptotic validity of fully
sequential selection procedures for steady-state simulation", Operations Research 54(3), 475-488).
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from surgesim.base.errors import DomainError, InputError, Problem
from surgesim.base.progress import Progress, silent
from surgesim.result.estimates import leave_one_out, ratio
from surgesim.study.grid import Scalar
from surgesim.study.objective import Objective
from surgesim.study.tally import Floats, Tally
from surgesim.study.workers import DEFAULT, pool

if TYPE_CHECKING:
    import polars as pl

    from surgesim.study.study import Study

STEP = 10
"""Replications added at a time."""

Sums = tuple[Floats, Floats]
Sample = Callable[[Sequence[int], int, int], Mapping[int, Sums]]
"""Systems, first replication and how many, to numerators and denominators of each replication."""


@dataclass(frozen=True, eq=False)
class Race:
    """How a selection went.

    Attributes
    ----------
    winner : int
        The system chosen.
    decided : bool
        Whether the procedure ended by itself; otherwise the probability is not reached.
    values : ndarray, shape (systems,)
        Estimate of each, from the replications it had.
    replications : ndarray of int, shape (systems,)
        Replications of each; a system that was dropped early had few.
    """

    winner: int
    decided: bool
    values: Floats
    replications: "np.ndarray[tuple[int], np.dtype[np.int64]]"


@dataclass(frozen=True, eq=False)
class Choice:
    """The best point of a study.

    Attributes
    ----------
    number : int
        Number of the point.
    coordinates : mapping
        Its coordinates.
    probability : float or None
        Of having chosen the best point where it is ahead by ``indifference`` or more; None where the replications
        allowed did not suffice.
    indifference : float
        Smallest difference that matters, in the unit of the measure.
    table : polars.DataFrame
        ``point``, coordinates, ``value``, ``replications`` and ``chosen``.
    """

    number: int
    coordinates: Mapping[str, Scalar]
    probability: float | None
    indifference: float
    table: "pl.DataFrame"


def select(
    sample: Sample, systems: int, indifference: float, probability: float, first: int, most: int, highest: bool = True
) -> Race:
    """Choose the system with the highest (or lowest) mean by KN.

    Parameters
    ----------
    sample : callable
        Gives replications of some systems.
    systems : int
        How many there are.
    indifference : float
        Smallest difference that matters, above 0.
    probability : float
        Of a correct choice, above 1 / systems.
    first : int
        Replications of the first stage, at least 2; the literature advises 10 or more.
    most : int
        Replications after which to give up.
    highest : bool
        Whether the highest mean is the best.
    """
    _check(systems, indifference, probability, first, most)
    sums = dict(sample(range(systems), 0, first))
    if systems == 1:
        return Race(0, True, _values(sums, 1), np.array([first]))
    bounds = _bounds(sums, systems, indifference, probability, first)
    alive, n, sign = list(range(systems)), first, 1.0 if highest else -1.0
    while True:
        values = _values(sums, systems) * sign
        alive = [i for i in alive if not any(_ahead(values, bounds, rival, i, n, indifference) for rival in alive if rival != i)]
        if len(alive) == 1 or n > max(bounds[i, rival] for i in alive for rival in alive if rival != i):
            break
        if n >= most:
            return Race(_best(values, alive), False, values * sign, _counts(sums, systems))
        step = min(STEP, most - n)
        for i, more in sample(alive, n, step).items():
            sums[i] = (np.concatenate([sums[i][0], more[0]]), np.concatenate([sums[i][1], more[1]]))
        n += step
    return Race(_best(values, alive), True, values * sign, _counts(sums, systems))


def _check(systems: int, indifference: float, probability: float, first: int, most: int) -> None:
    problems = []
    if not indifference > 0.0:
        problems.append(
            Problem(f"an indifference of {indifference}", "indifference", "write the smallest difference that matters")
        )
    if not 1.0 / systems < probability < 1.0 and systems > 1:
        problems.append(Problem(f"a probability of {probability}", "probability", f"write one between {1 / systems:.3g} and 1"))
    if first < 2 or most < first:
        problems.append(Problem(f"{first} to {most} replications", "first", "start with 2 or more, and allow at least as many"))
    if problems:
        raise DomainError(problems)


def _bounds(sums: Mapping[int, Sums], systems: int, indifference: float, probability: float, first: int) -> Floats:
    """Return h^2 S^2 / indifference^2 of each pair: replications after which its random walk has no room left."""
    eta = 0.5 * ((2.0 * (1.0 - probability) / (systems - 1)) ** (-2.0 / (first - 1)) - 1.0)
    scale = 2.0 * eta * (first - 1) / indifference**2
    pseudo = np.stack([_pseudo_values(*sums[i]) for i in range(systems)])
    spread = np.array([np.var(pseudo - pseudo[i], axis=1, ddof=1) for i in range(systems)])
    return np.asarray(scale * spread)


def _pseudo_values(top: Floats, bottom: Floats) -> Floats:
    """Return the jackknife pseudo-values of a ratio of sums; of a mean, the replications themselves."""
    n = len(top)
    whole = ratio(top[:, None], bottom[:, None]).value
    return np.asarray((n * whole - (n - 1) * leave_one_out(top[:, None], bottom[:, None]))[:, 0])


def _ahead(values: Floats, bounds: Floats, one: int, other: int, n: int, indifference: float) -> bool:
    """Whether ``one`` is so far ahead of ``other`` after ``n`` replications that the other one is dropped."""
    room = max(0.0, indifference / 2.0 * (bounds[one, other] - n)) / n
    return bool(values[one] - values[other] > room)


def _values(sums: Mapping[int, Sums], systems: int) -> Floats:
    return np.array([float(ratio(sums[i][0][:, None], sums[i][1][:, None]).value[0]) for i in range(systems)])


def _counts(sums: Mapping[int, Sums], systems: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array([len(sums[i][0]) for i in range(systems)])


def _best(values: Floats, alive: Sequence[int]) -> int:
    return max(alive, key=lambda i: (values[i], -i))


def best(
    study: "Study",
    of: str,
    indifference: float,
    queue: str | None = None,
    highest: bool | None = None,
    probability: float = 0.95,
    first: int = 20,
    most: int = 5000,
    workers: str | Executor = DEFAULT,
    progress: Progress = silent,
) -> Choice:
    """Choose the best point of a study.

    Parameters
    ----------
    study : Study
        Points, seed and engine; it takes as many replications as the choice needs, whatever ``study.replications`` says.
    of : str
        Measure, or ``wages_jpy``.
    indifference : float
        Smallest difference that matters, in the unit of the measure: .01 is one point of a service level.
    queue : str, optional
        The measure of one queue.
    highest : bool, optional
        Whether more is better; known of the measure where it is left out.
    probability, first, most
        See :func:`select`.
    workers, progress
        As in :meth:`Study.run`.

    Raises
    ------
    InputError
        Unknown names, or an engine without luck.
    """
    if study.engine in ("erlang", "fluid"):
        what = f"the engine {study.engine} has no luck: the best point is the one with the best value"
        raise InputError(Problem(what, "engine", "look at answers.measures(), or use engine sim"))
    known: dict[int, Objective] = {}
    with pool(workers) as (executor, width):

        def sample(systems: Sequence[int], start: int, count: int) -> dict[int, Sums]:
            progress(f"replications {start + 1} to {start + count} of {len(systems)} points", 0, 0)
            tasks = [study.task(study.points[i].changes, start, count) for i in systems]
            tallies: list[Tally] = study.tallies(tasks, executor or "serial", width)
            objective = known.setdefault(0, Objective.of(of, queue, tallies[0]))
            parts = zip(systems, tasks, tallies, strict=True)
            return {i: objective.sums(tally, task.variant) for i, task, tally in parts}

        if highest is None:
            highest = Objective.of(of, queue, study.tallies([study.task(study.points[0].changes, 0, 1)], "serial", 1)[0]).higher
        race = select(sample, len(study.points), indifference, probability, first, most, highest)
    return _choice(study, race, probability, indifference)


def _choice(study: "Study", race: Race, probability: float, indifference: float) -> Choice:
    import polars as pl

    table = study.table.with_columns(
        pl.Series("value", race.values),
        pl.Series("replications", race.replications),
        (pl.col("point") == race.winner).alias("chosen"),
    )
    coordinates = study.points[race.winner].coordinates
    return Choice(race.winner, coordinates, probability if race.decided else None, indifference, table)
