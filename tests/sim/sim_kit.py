"""A small desk, and births on given moments, for tests of single rules."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from surgesim.demand.needs import Births, Needs
from surgesim.model.model import Model
from surgesim.scenario.scenario import Scenario
from surgesim.sim import reference
from surgesim.sim.books import COLUMN, GROUP_COLUMN
from surgesim.sim.contacts import Outcome
from surgesim.sim.counts import Counts
from surgesim.sim.machine import Machine

DESK: dict[str, Any] = {
    "surgesim": 1,
    "name": "desk",
    "clock": {"start": "2027-11-01", "days": 2, "interval": "30min"},
    "hours": {"desk": {"every_day": "09:00-18:00"}},
    "reasons": {"question": {"queue": "calls"}},
    "demand": {"base": {"kind": "rates", "reasons": {"question": "100%"}, "rate": "60/h"}},
    "queues": {"calls": {"hours": "desk", "handling": {"talk": "constant(5min)"}, "patience": "never"}},
    "sites": {"here": {"seats": 100}},
    "groups": {"all": {"site": "here", "skills": ["calls"], "heads": 1}},
}


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping with a change laid over it, level by level."""
    result = dict(base)
    for key, value in change.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(result[key], value) if both else value
    return result


def scenario(**changes: Any) -> Scenario:
    """Return the desk with changes."""
    return Scenario.model_validate(merged(DESK, changes))


class GivenNeeds(Needs):
    """Needs that are born at given moments."""

    def births(self, seed: int, replication: int) -> Births:
        time, stream = self.paths
        return Births(time_s=time, stream=stream.astype(np.int64), need=np.arange(len(time), dtype=np.int64))


def born(model: Model, seconds: Sequence[float], streams: Sequence[int] | None = None) -> Model:
    """Return the model with needs born at these seconds, of the first stream where none is said."""
    fields = {name: getattr(model.needs, name) for name in Needs.__dataclass_fields__}
    fields["paths"] = np.array([sorted(seconds), streams if streams is not None else [0] * len(seconds)], dtype=np.float64)
    return replace(model, needs=GivenNeeds(**fields))


def both(model: Model, seed: int = 1) -> Counts:
    """Return one replication, the same from both engines."""
    expected = reference.simulate(model, seed, 0, log=True)
    found = Machine(model).simulate(seed, 0, log=True)
    for field in ("queues", "groups", "trunks", "waits"):
        np.testing.assert_array_equal(getattr(expected, field), getattr(found, field))
    assert expected.log is not None
    assert found.log is not None
    for name in expected.log.dtype.names or ():
        np.testing.assert_array_equal(expected.log[name], found.log[name])
    return found


def at(clock: str, day: int = 0) -> float:
    """Return the second of a time of day."""
    hours, minutes, *rest = (float(part) for part in clock.split(":"))
    return day * 86_400.0 + hours * 3600.0 + minutes * 60.0 + (rest[0] if rest else 0.0)


def total(counts: Counts, column: str, queue: int = 0) -> float:
    """Return the sum of a counter of a queue."""
    return float(counts.queues[:, queue, COLUMN[column]].sum())


def of_groups(counts: Counts, column: str, group: int = 0) -> Any:
    """Return a counter of a group by interval."""
    return counts.groups[:, group, GROUP_COLUMN[column]]


def outcomes(counts: Counts) -> list[str]:
    """Return what became of each contact."""
    assert counts.log is not None
    return [Outcome(code).name for code in counts.log["outcome"]]
