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
from surgesim.result.balance import check_arrays
from surgesim.result.tables import NAMES
from surgesim.scenario.demand import History
from surgesim.scenario.scenario import Scenario
from surgesim.sim.engine import simulator
from surgesim.sim.kept_births import KeptBirths
from surgesim.study.tally import Floats, Tally, axes_by_day, by_day, of_tables

if TYPE_CHECKING:
    from surgesim.sim.counts import Counts

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
    """Needs and births that several points share; safe to use from several threads.

    Attributes
    ----------
    births : KeptBirths
        What is born; points with the same demand have the same needs.
    """

    def __init__(self) -> None:
        self.births = KeptBirths()
        self._lock = threading.Lock()
        self._needs: OrderedDict[str, Needs] = OrderedDict()

    def model(self, task: Task) -> Model:
        """Return the model of a point."""
        demand = task.demand()
        with self._lock:
            known = self._needs.get(demand)
        model = build(task.variant(), known)
        with self._lock:
            self._needs.setdefault(demand, model.needs)
            self._needs.move_to_end(demand)
            if len(self._needs) > 8:
                self._needs.popitem(last=False)
        return model


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
    simulate, _ = simulator(model, task.seed, "sim" if task.engine == "sim" else "reference", births=_KEEP.births)
    tally = _added_up(model, map(simulate, range(task.first, task.first + task.replications)))
    check_arrays(tally.axes, dict(zip(NAMES, tally.arrays, strict=True)))
    return tally.arrays


def _added_up(model: Model, found: "Iterable[Counts]") -> Tally:
    parts = [[by_day(array, model.clock, 0) for array in counts.arrays[:3]] + [counts.waits] for counts in found]
    return Tally(axes_by_day(model.scenario), *(np.stack(one) for one in zip(*parts, strict=True)))
