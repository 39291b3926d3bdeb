"""Replications of a model: by the compiled kernel on threads, or by the reference one after another."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.model.model import Model
from surgesim.result.tables import Tables, from_arrays
from surgesim.sim.branches import axes_of
from surgesim.sim.contact_log import Keep, contact_files, frame_of
from surgesim.sim.counts import Counts, Floats
from surgesim.sim.kept_births import KeptBirths
from surgesim.sim.policy import Policy, policy_of
from surgesim.sim.start import Start
from surgesim.sim.stopping import LEAST, StopRule

if TYPE_CHECKING:
    import polars as pl

    from surgesim.sim.machine import Machine
    from surgesim.sim.recursion import Recursion
    from surgesim.sim.state import Births

Engine = Literal["sim", "reference"]
Progress = Callable[[int, int], None]
Simulate = Callable[[int], Counts]
Thin = tuple[NDArray[np.int32], Floats]


def run(
    model: Model,
    seed: int = 1,
    replications: int = 20,
    engine: Engine = "sim",
    threads: int = 2,
    progress: Progress | None = None,
    *,
    until: StopRule | None = None,
    contacts_to: str | Path | None = None,
    policy: Policy | None = None,
    start: Start | None = None,
    births: KeptBirths | None = None,
) -> Tables:
    """Return the counters of many replications.

    Parameters
    ----------
    model : Model
        What to simulate.
    seed : int
        Seed of all luck; replication ``r`` has the same luck in every run with this seed, whatever else is run.
    replications : int
        How many, numbered from 0; with a stop rule, how many before it is asked for the first time.
    engine : {"sim", "reference"}
        The compiled kernel, or its definition in SimPy, which gives the same numbers and takes 100 times as long.
    threads : int
        Threads of the kernel; they change nothing but the time.
    progress : callable, optional
        Called with the number of replications done, and of all known so far.
    until : StopRule, optional
        Replicate until a measure is known well enough.
    contacts_to : str or Path, optional
        Where the contact log goes; see ``contact_log.contact_files``.
    policy : Policy, optional
        Routing policy; the scenario's own where it is left out.
    start : Start, optional
        State to begin with in every replication, in the middle of the horizon.
    births : KeptBirths, optional
        Keeps what is born for other models with the same needs; changes nothing but the time.

    Raises
    ------
    PolicyError
        The routing policy raised, or answered something that is not possible.
    DomainError
        Less than one replication or thread, or more people in the system than the kernel can tell apart.
    InputError
        The contact log cannot be written there, or the centre cannot be in the state.
    """
    _check(replications, threads)
    with nullcontext() if contacts_to is None else contact_files(model, contacts_to) as keep:
        simulate, alone = simulator(model, seed, engine, keep is not None, policy, start, births)
        return _gathered(model, _kept(simulate, keep), replications, 1 if alone else threads, progress, until)


def _kept(simulate: Simulate, keep: Keep | None) -> Simulate:
    """Return a simulator that hands the contact log on, on its own thread, and does not hold it."""
    if keep is None:
        return simulate

    def kept(place: int) -> Counts:
        counts = simulate(place)
        keep(place, counts)
        return Counts(*counts.arrays)

    return kept


def _gathered(
    model: Model,
    simulate: Simulate,
    first: int,
    threads: int,
    progress: Progress | None,
    until: StopRule | None,
) -> Tables:
    """Return the tables of a first batch of replications, and of as many more as the stop rule asks for."""
    done, total = 0, first if until is None else min(max(first, LEAST), until.most)
    kept: dict[int, list[Thin]] = {}
    while done < total:
        for place, counts in _replicate(simulate, range(done, total), threads):
            done += 1
            kept[place] = [_thin(array) for array in counts.arrays]
            if progress is not None:
                progress(done, total)
        tables = _tables(model, kept)
        total = done if until is None else until.next_total(done, until.found(tables))
    return tables


def _thin(array: Floats) -> Thin:
    """Return where an array is not nought, and what is there: a fifth of its memory, as most counters stay nought."""
    places = np.flatnonzero(array).astype(np.int32)
    return places, array.ravel()[places]


def _tables(model: Model, kept: dict[int, list[Thin]]) -> Tables:
    """Return the tables of all replications; columns come first in memory, so that each becomes one without a copy."""
    arrays = []
    for number, shape in enumerate(array.shape for array in Counts.empty(model).arrays):
        whole = np.moveaxis(np.zeros((shape[-1], len(kept), *shape[:-1])), 0, -1)
        for place, thin in kept.items():
            places, values = thin[number]
            whole[place][np.unravel_index(places, shape)] = values
        arrays.append(whole)
    return from_arrays(axes_of(model), *arrays)


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
    simulate, alone = simulator(model, seed, engine, True)
    found = dict(_replicate(simulate, range(replications), 1 if alone else threads))
    return pl.concat([frame_of(model, place, found[place]) for place in range(replications)])


def warm_up(unit: str = "replicate") -> None:
    """Compile a unit of the engine ahead of its first use, on a desk of one agent; every model uses the same code.

    Parameters
    ----------
    unit : {"replicate", "recur"}
        The event loop, or the recursion for single desks.
    """
    from surgesim.model.build import build
    from surgesim.scenario.scenario import Scenario
    from surgesim.sim.machine import Machine
    from surgesim.sim.recursion import Recursion

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
    model = build(Scenario.model_validate(tree))
    (Recursion if unit == "recur" else Machine)(model).simulate(1, 0)


def unit_for(model: Model, policy: Policy | None = None, start: Start | None = None) -> str:
    """Return the unit of compiled code that answers for a model: ``replicate`` or ``recur``."""
    from surgesim.sim.recursion import applies_to

    return "recur" if policy is None and start is None and applies_to(model) else "replicate"


def _check(replications: int, threads: int) -> None:
    problems = [
        Problem(f"{value} {name}", name, "write a whole number from 1 up")
        for name, value in (("replications", replications), ("threads", threads))
        if isinstance(value, bool) or not isinstance(value, int) or value < 1
    ]
    if problems:
        raise DomainError(problems)


def simulator(
    model: Model,
    seed: int,
    engine: Engine = "sim",
    log: bool = False,
    policy: Policy | None = None,
    start: Start | None = None,
    births: KeptBirths | None = None,
) -> tuple[Simulate, bool]:
    """Return what simulates a replication, and whether it is plain Python: threads do not help, and Ctrl-C must reach it."""
    if engine == "reference":
        from surgesim.sim.reference import simulate

        chosen = policy or policy_of(model)
        return lambda place: simulate(model, seed, place, log, chosen, start), True
    if engine != "sim":
        raise DomainError(Problem(f"{engine!r} is not a simulation engine", "engine", "write sim or reference"))
    from surgesim.sim.machine import Machine
    from surgesim.sim.recursion import Recursion

    if unit_for(model, policy, start) == "recur":
        recursion = Recursion(model)
        born = _births(births, recursion, seed)
        return lambda place: recursion.simulate(seed, place, log, born(place)), False
    machine = Machine(model, policy)
    born = _births(births, machine, seed)
    return lambda place: machine.simulate(seed, place, log, born(place), start), machine.bridge is not None


def _births(kept: KeptBirths | None, made: "Machine | Recursion", seed: int) -> "Callable[[int], Births]":
    """Return what gives the births of a replication: from those that are kept, or drawn anew."""
    if kept is not None:
        return kept.of(made.model, made.centre, seed)
    from surgesim.sim.births import births_of

    return lambda place: births_of(made.model, made.centre, seed, place)


def _replicate(simulate: Simulate, places: Iterable[int], threads: int) -> Iterator[tuple[int, Counts]]:
    """Yield each replication as it is done; those that have not begun are dropped where one fails."""
    if threads == 1:
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
