"""Replications of a model: by the compiled kernel on threads, or by the reference one after another."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np

from surgesim.base.errors import DomainError, Problem
from surgesim.model.model import Model
from surgesim.result.tables import Axes, Tables, from_arrays
from surgesim.sim.counts import Counts

if TYPE_CHECKING:
    import polars as pl

Engine = Literal["sim", "reference"]
Progress = Callable[[int, int], None]
Simulate = Callable[[int], Counts]


def run(
    model: Model,
    seed: int = 1,
    replications: int = 20,
    engine: Engine = "sim",
    threads: int = 2,
    progress: Progress | None = None,
) -> Tables:
    """Return the counters of many replications.

    Parameters
    ----------
    model : Model
        What to simulate.
    seed : int
        Seed of all luck; replication ``r`` has the same luck in every run with this seed, whatever else is run.
    replications : int
        How many, numbered from 0.
    engine : {"sim", "reference"}
        The compiled kernel, or its definition in SimPy, which gives the same numbers and takes 100 times as long.
    threads : int
        Threads of the kernel; they change nothing but the time.
    progress : callable, optional
        Called with the number of replications done, and of all.

    Raises
    ------
    PolicyError
        The routing policy raised, or answered something that is not possible.
    DomainError
        Less than one replication or thread, or more people in the system than the kernel can tell apart.
    """
    _check(replications, threads)
    arrays = [np.zeros((replications, *array.shape)) for array in Counts.empty(model).arrays]
    found = _replicate(_simulator(model, seed, engine, log=False), range(replications), threads, engine)
    for done, (place, counts) in enumerate(found, 1):
        for array, values in zip(arrays, counts.arrays, strict=True):
            array[place] = values
        if progress is not None:
            progress(done, replications)
    return from_arrays(Axes.of(model.scenario), *arrays)


def contacts(model: Model, seed: int = 1, replications: int = 1, engine: Engine = "sim", threads: int = 2) -> "pl.DataFrame":
    """Return the contact log: one row for each contact, in the order in which they arrived.

    Parameters
    ----------
    model, seed, replications, engine, threads
        As for :func:`run`.

    Returns
    -------
    polars.DataFrame
        ``replication, need, attempt, queue, stream, arrival_s, joined_s, outcome, start_s, talk_end_s, end_s, group,
        wait_s``; null where something never happened. ``attempt`` numbers follow ``surgesim.sim.contacts``.
    """
    import polars as pl

    _check(replications, threads)
    found = dict(_replicate(_simulator(model, seed, engine, True), range(replications), threads, engine))
    return pl.concat([_frame(model, place, found[place]) for place in range(replications)])


def warm_up() -> None:
    """Compile the kernel ahead of its first use, on a desk of one agent; every model uses the same compiled code."""
    from surgesim.model.build import build
    from surgesim.scenario.scenario import Scenario

    tree = {
        "surgesim": 1,
        "name": "warm-up",
        "clock": {"start": "2027-11-01", "days": 1},
        "hours": {"always": {"every_day": "00:00-24:00"}},
        "reasons": {"call": {"queue": "calls"}},
        "demand": {"base": {"kind": "rates", "reasons": {"call": "100%"}, "rate": "1/h"}},
        "queues": {"calls": {"hours": "always", "handling": {"talk": "constant(1min)"}, "patience": "never"}},
        "sites": {"here": {"seats": 1}},
        "groups": {"all": {"site": "here", "skills": ["calls"], "heads": 1}},
    }
    run(build(Scenario.model_validate(tree)), replications=1)


def _check(replications: int, threads: int) -> None:
    problems = [
        Problem(f"{value} {name}", name, "write a whole number from 1 up")
        for name, value in (("replications", replications), ("threads", threads))
        if isinstance(value, bool) or not isinstance(value, int) or value < 1
    ]
    if problems:
        raise DomainError(problems)


def _simulator(model: Model, seed: int, engine: Engine, log: bool) -> Simulate:
    if engine == "reference":
        from surgesim.sim.policy import policy_of
        from surgesim.sim.reference import simulate

        policy = policy_of(model)
        return lambda place: simulate(model, seed, place, log, policy)
    if engine != "sim":
        raise DomainError(Problem(f"{engine!r} is not a simulation engine", "engine", "write sim or reference"))
    from surgesim.sim.machine import Machine

    machine = Machine(model)
    return lambda place: machine.simulate(seed, place, log)


def _replicate(simulate: Simulate, places: Iterable[int], threads: int, engine: Engine) -> Iterator[tuple[int, Counts]]:
    """Yield each replication as it is done; those that have not begun are dropped where one fails."""
    if threads == 1 or engine == "reference":
        yield from ((place, simulate(place)) for place in places)
        return
    from concurrent.futures import ThreadPoolExecutor, as_completed

    pool = ThreadPoolExecutor(threads)
    try:
        futures = {pool.submit(simulate, place): place for place in places}
        for future in as_completed(futures):
            yield futures.pop(future), future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _frame(model: Model, replication: int, counts: Counts) -> "pl.DataFrame":
    import polars as pl

    from surgesim.sim.contacts import Outcome

    log = counts.log
    assert log is not None
    names = {
        "queue": tuple(queue.name for queue in model.queues),
        "stream": model.needs.streams,
        "group": model.groups,
        "outcome": tuple(outcome.name.lower() for outcome in Outcome),
    }
    frame = pl.DataFrame({name: log[name] for name in log.dtype.names or ()}).with_columns(pl.col(pl.Float64).fill_nan(None))
    for name, values in names.items():
        codes = pl.Series(name, np.append(log[name], 0)[:-1])
        frame = frame.with_columns(pl.Series(name, values, dtype=pl.Enum(values)).gather(codes.set(codes < 0, None)))
    return frame.insert_column(0, pl.Series("replication", np.full(len(log), replication), dtype=pl.Int32))
