"""One point of a study computed: the scenario changed, its model built, its replications simulated and added up by day.

What the point shares with others is kept for them: needs of the same demand, and births, with the marks of first
attempts, of the same demand and laws. Both are pure functions of the scenario, seed and replication, so keeping them
changes nothing but the time.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from surgesim.demand.needs import Needs
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.result import balance
from surgesim.scenario.demand import History
from surgesim.scenario.scenario import Scenario
from surgesim.study.tally import Floats, Tally, axes_by_day, by_day, of_tables

if TYPE_CHECKING:
    from surgesim.sim.counts import Counts
    from surgesim.sim.machine import Machine
    from surgesim.sim.state import Births

BIRTHS_BYTES = 256_000_000
"""Most memory for births that are kept, in each process."""
MOST_VARIANTS = 8
_VARIANTS: dict[tuple[str, str, str, str], Scenario] = {}
_NOT_DEMAND = frozenset({"queues", "sites", "shifts", "groups", "trunks", "routing", "targets", "levers"})
"""Sections of a scenario that its needs never depend on, but that a forecast from history asks when queues are open."""


@dataclass(frozen=True)
class Task:
    """What a worker needs to know.

    Attributes
    ----------
    scenario : Scenario
        The scenario that the study is about.
    base : str
        Its fingerprint.
    label : str
        Label of the variant; empty for the scenario as it stands.
    changes : mapping
        Dotted path to value, as written in a file.
    engine : str
        Engine.
    seed, first, replications : int
        Replications ``first`` to ``first + replications - 1`` of a seed.
    """

    scenario: Scenario
    base: str
    label: str
    changes: Mapping[str, Any]
    engine: str
    seed: int
    first: int
    replications: int

    def variant(self) -> Scenario:
        """Return the scenario of the point; the last few are kept, for who computes a point asks again for its tally."""
        if not self.changes:
            return self.scenario
        key = (self.base, str(self.scenario.folder), self.label, json.dumps(self.changes, default=str))
        found = _VARIANTS.get(key)
        if found is None:
            found = _VARIANTS[key] = self.scenario.but(self.label, self.changes)
            for old in list(_VARIANTS)[:-MOST_VARIANTS]:
                _VARIANTS.pop(old, None)
        return found

    def split(self, parts: int) -> "list[Task]":
        """Return tasks with some of the replications each, at most ``parts`` of them, at least one."""
        if self.engine in ("erlang", "fluid"):
            return [self]
        parts = max(1, min(parts, self.replications))
        ends = [self.first + self.replications * k // parts for k in range(parts + 1)]
        return [replace(self, first=a, replications=b - a) for a, b in pairwise(ends)]

    def demand(self) -> str:
        """Return what decides the needs of the point, as text: equal texts, equal needs."""
        history = any(isinstance(source, History) for source in self.scenario.demand.values())
        without = _NOT_DEMAND - ({"queues"} if history else set())
        touched = {path: value for path, value in self.changes.items() if path.partition(".")[0] not in without}
        return self.base + json.dumps(touched, sort_keys=True, default=str)


class Keep:
    """Needs and births that several points share; safe to use from several threads."""

    def __init__(self, most_bytes: int = BIRTHS_BYTES) -> None:
        self.most_bytes = most_bytes
        self._lock = threading.Lock()
        self._needs: OrderedDict[str, Needs] = OrderedDict()
        self._births: OrderedDict[tuple[str, str, int], dict[int, Births]] = OrderedDict()
        self._bytes = 0

    def model(self, task: Task) -> Model:
        """Return the model of a point."""
        demand = task.demand()
        with self._lock:
            known = self._needs.get(demand)
        model = build(task.variant(), known)
        with self._lock:
            self._needs[demand] = model.needs
            self._needs.move_to_end(demand)
            if len(self._needs) > 8:
                self._needs.popitem(last=False)
        return model

    def births(self, task: Task, machine: "Machine", replication: int) -> "Births":
        """Return the births of a replication, kept from another point where it had the same."""
        from surgesim.sim.births import births_of

        laws = repr([(queue.talk, queue.patience) for queue in machine.model.queues])
        family = (task.demand(), laws, task.seed)
        with self._lock:
            found = self._births.get(family, {}).get(replication)
        if found is None:
            found = births_of(machine.model, machine.centre, task.seed, replication)
            self._store(family, replication, found)
        return found

    def _store(self, family: tuple[str, str, int], replication: int, births: "Births") -> None:
        """Keep births; those of other demand make room, of the oldest first, but never those of the same one."""
        size = _size(births)
        with self._lock:
            while self._bytes + size > self.most_bytes and self._births and next(iter(self._births)) != family:
                _, old = self._births.popitem(last=False)
                self._bytes -= sum(map(_size, old.values()))
            if self._bytes + size <= self.most_bytes:
                # a copy: the memory of births is used again by the next replication of the thread
                self._births.setdefault(family, {})[replication] = _copied(births)
                self._bytes += size


def _copied(births: "Births") -> "Births":
    tick, stream, need, talk, patience = births
    return births._replace(tick=tick.copy(), stream=stream.copy(), need=need.copy(), talk=talk.copy(), patience=patience.copy())


def _size(births: "Births") -> int:
    return sum(array.nbytes for array in births)


_KEEP = Keep()


def compute(task: Task) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the arrays of a point's tally; runs on a worker.

    Raises
    ------
    InputError
        The point cannot be built.
    ConservationError
        The books do not balance.
    """
    model = _KEEP.model(task)
    if task.engine in ("erlang", "fluid"):
        from surgesim.engines import run_model

        return of_tables(model.scenario, run_model(model, task.engine).tables).arrays
    tally = _simulated(task, model)
    balance.check(tally.tables)
    return tally.arrays


def _simulated(task: Task, model: Model) -> Tally:
    places = range(task.first, task.first + task.replications)
    if task.engine == "reference":
        from surgesim.sim.policy import policy_of
        from surgesim.sim.reference import simulate

        policy = policy_of(model)
        return _added_up(model, (simulate(model, task.seed, place, False, policy) for place in places))
    from surgesim.sim.machine import Machine

    machine = Machine(model)
    births = (_KEEP.births(task, machine, place) for place in places)
    return _added_up(model, (machine.simulate(task.seed, place, births=one) for place, one in zip(places, births, strict=True)))


def _added_up(model: Model, found: "Iterable[Counts]") -> Tally:
    parts = [[by_day(array, model.clock, 0) for array in counts.arrays[:3]] + [counts.waits] for counts in found]
    return Tally(axes_by_day(model.scenario), *(np.stack(one) for one in zip(*parts, strict=True)))
