"""A start in the middle of the day: who waits, who is being served, from which moment on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from surgesim.base.errors import InputError, Problem
from surgesim.base.laws import Law
from surgesim.base.streams import Purpose
from surgesim.base.text import suggestion
from surgesim.model.model import Model
from surgesim.sim.luck import Luck
from surgesim.sim.ticks import LONGEST_S, on_grid

if TYPE_CHECKING:
    import polars as pl

FIRST_NEED = 1 << 60
"""Number of the first contact that is there at the start; needs that are born have smaller ones."""
MOST_DRAWS = 10_000


@dataclass(frozen=True)
class Start:
    """The state of a centre at the start of an interval. What happened before is not simulated.

    Who waits is booked as a first contact in the interval in which it arrived. Calls that were to come back (redials,
    follow-ups) and the lines of talks in progress are not part of a state.

    Attributes
    ----------
    at_s : float
        The moment, seconds from the start of the horizon; the start of an interval.
    waiting : mapping of str to sequence of float
        By queue, how long each contact has waited, seconds; a backlog of deferred work as well. Their patience is drawn
        from what is left of it, given that they are still there.
    busy : mapping of str to sequence of float or (str, float)
        By group, for each agent at work the seconds still to go, or the queue and the seconds since the contact was
        answered; then the rest is drawn from the handling time, given that it is longer.
    """

    at_s: float
    waiting: Mapping[str, Sequence[float]] = field(default_factory=dict)
    busy: Mapping[str, Sequence[float | tuple[str, float]]] = field(default_factory=dict)

    @classmethod
    def of(cls, contacts: "pl.DataFrame", at_s: float, replication: int = 0) -> "Start":
        """Return the state at a moment of a run, from its contact log.

        Parameters
        ----------
        contacts : polars.DataFrame
            As ``surgesim.sim.engine.contacts`` returns it, or as it was written to Parquet.
        at_s : float
            The moment, seconds from the start of the horizon.
        replication : int
            Which replication.
        """
        import polars as pl

        log = contacts.filter((pl.col("replication") == replication) & (pl.col("joined_s") < at_s))
        left = pl.coalesce("start_s", pl.col("joined_s") + pl.col("wait_s"), pl.lit(float("inf")))
        there = log.filter(left >= at_s).select(pl.col("queue").cast(pl.String), at_s - pl.col("joined_s"))
        served = log.filter((pl.col("start_s") < at_s) & (pl.col("end_s") > at_s))
        work = served.select(pl.col("group").cast(pl.String), pl.col("end_s") - at_s)
        return cls(at_s, _lists(there), _lists(work))

    def check(self, model: Model) -> None:
        """Refuse a state that the model cannot be in.

        Raises
        ------
        InputError
            Unknown names, times below 0, a moment inside an interval, more people at work than agents; all at once.
        """
        problems = [*_names("start.waiting", self.waiting, [queue.name for queue in model.queues])]
        problems += _names("start.busy", self.busy, model.groups)
        edges = model.clock.edges_s
        if self.at_s not in edges[:-1]:
            nearest = float(edges[np.abs(edges[:-1] - self.at_s).argmin()])
            problems.append(Problem(f"{self.at_s:g} s is not the start of an interval", "start.at_s", f"write {nearest:g}"))
        shared = [queue.name for queue in model.queues if queue.sharing is not None and queue.name in self.waiting]
        problems += [
            Problem(f"{name!r} is shared among sites: it is not known who waits where", "start.waiting", "leave it out")
            for name in shared
        ]
        for place, group in enumerate(model.groups):
            size, busy = int(model.agents[place].max(initial=0)), len(self.busy.get(group, ()))
            if busy > size:
                what = f"{busy} agents of {group!r} are at work, but there are never more than {size}"
                problems.append(Problem(what, f"start.busy.{group}", "write fewer, or plan more heads"))
        if problems:
            raise InputError(problems)


def _lists(pairs: "pl.DataFrame") -> dict[str, tuple[float, ...]]:
    found: dict[str, list[float]] = {}
    for name, seconds in pairs.rows():
        found.setdefault(name, []).append(seconds)
    return {name: tuple(values) for name, values in found.items()}


def _names(where: str, given: Mapping[str, Sequence[object]], known: Sequence[str]) -> list[Problem]:
    problems = [Problem(f"{name!r} is not defined", where, suggestion(name, known)) for name in given if name not in known]
    for name, values in given.items():
        times = [value[1] if isinstance(value, tuple) else value for value in values]
        if not all(isinstance(time, int | float) and 0.0 <= time < float("inf") for time in times):
            problems.append(Problem(f"times of {name!r} are not all numbers of at least 0", where, "write seconds"))
    return problems


class Waiter(NamedTuple):
    """Somebody who waits at the start; ``gives_up_s`` is a moment, infinite where it never comes."""

    need: int
    queue: int
    stream: int
    arrival_s: float
    interval: int
    gives_up_s: float


class Worker(NamedTuple):
    """An agent at work at the start."""

    group: int
    end_s: float


class Placed(NamedTuple):
    """A state with everything drawn, for one replication; both engines begin with it."""

    at_s: float
    interval: int
    waiting: list[Waiter]
    working: list[Worker]


def placed(start: Start, model: Model, seed: int, replication: int) -> Placed:
    """Return the state with patience and rests drawn, in the order in which people arrived."""
    start.check(model)
    luck, edges, at = Luck(seed, replication), model.clock.edges_s, float(start.at_s)
    names = [queue.name for queue in model.queues]
    order = sorted((-wait, names.index(name)) for name, waits in start.waiting.items() for wait in waits)
    waiting = []
    for place, (wait, queue) in enumerate(order):
        need, past = FIRST_NEED + place, on_grid(-wait)
        arrival = max(at - past, 0.0)
        interval = int(np.searchsorted(edges, arrival, side="right")) - 1
        left = _rest(model.queues[queue].patience, past, luck, need)
        waiting.append(Waiter(need, queue, _stream(model, queue), arrival, interval, at + left))
    working, number = [], FIRST_NEED + len(order)
    for name, busy in start.busy.items():
        for work in busy:
            rest = _rest_of_work(model, names.index(work[0]), work[1], luck, number) if isinstance(work, tuple) else work
            working.append(Worker(model.groups.index(name), at + on_grid(rest)))
            number += 1
    return Placed(at, int(np.searchsorted(edges, at, side="right")) - 1, waiting, working)


def _stream(model: Model, queue: int) -> int:
    """Return the first source of contacts of a queue, the first of all where it has none."""
    own = np.flatnonzero(model.reason_queue[model.needs.reason] == queue)
    return int(own[0]) if len(own) else 0


def _rest(law: Law, past: float, luck: Luck, need: int) -> float:
    """Return what is left of a patience that has lasted so long, on the grid; infinite where it never ends."""
    gone = float(law.cdf(past))
    mark = gone + luck.uniform(Purpose.PATIENCE, need, 1) * (1.0 - gone)
    whole = float(law.quantile(mark)) if mark < 1.0 else past
    return float("inf") if whole >= LONGEST_S else on_grid(max(whole - past, 0.0))


def _rest_of_work(model: Model, queue: int, past: float, luck: Luck, need: int) -> float:
    """Return the rest of a handling time that has lasted so long: the first draw that is longer (by rejection)."""
    rules = model.queues[queue]
    for draw in range(1, MOST_DRAWS):
        parts = ((rules.talk, Purpose.TALK), (rules.hold, Purpose.HOLD), (rules.after, Purpose.AFTER_WORK))
        whole = sum(luck.seconds(law, purpose, need, draw) for law, purpose in parts)
        if whole > past:
            return whole - past
    return 0.0
