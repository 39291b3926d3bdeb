"""A small centre and counters for it, made from marks."""

from collections.abc import Callable

import numpy as np
import pytest
from small_centre import TREE

from surgesim.base.streams import uniforms
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS, TRUNK_COLUMNS, WAIT_EDGES_S
from surgesim.result.tables import Axes, Tables, from_arrays
from surgesim.scenario.scenario import Scenario


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return Scenario.model_validate(TREE)


@pytest.fixture(scope="session")
def axes(scenario: Scenario) -> Axes:
    return Axes.of(scenario)


def marks(shape: tuple[int, ...], purpose: int, seed: int = 1) -> np.ndarray:
    """Uniform numbers in any shape."""
    return uniforms(seed, 0, np.arange(int(np.prod(shape))), 0, 1000 + purpose).reshape(shape)


def counters(axes: Axes, replications: int, seed: int = 1, scale: float = 100.0) -> dict[str, np.ndarray]:
    """Whole-number counters that balance: a busy first day, a quiet second one."""
    intervals, days, nq = axes.clock.n_intervals, axes.clock.days, len(axes.queues)
    shape = (replications, intervals, nq)
    busy = np.where(axes.clock.day_index == 0, 1.0, 0.1)[:, None] * scale
    column = {name: np.zeros(shape) for name in QUEUE_COLUMNS}
    column["offered"] = np.floor(busy * (0.5 + marks(shape, 1, seed)))
    column["handled"] = np.floor(column["offered"] * (0.4 + 0.5 * marks(shape, 2, seed)))
    column["abandoned"] = column["offered"] - column["handled"]
    column["first"] = np.ceil(column["offered"] * 0.7)
    column["redial"] = column["offered"] - column["first"]
    column["needs"] = column["first"] + 3.0
    column["given_up"] = column["abandoned"] - np.minimum(column["redial"], column["abandoned"])
    column["redial"] = np.minimum(column["redial"], column["abandoned"])
    column["first"] = column["offered"] - column["redial"]
    column["needs"] = column["first"] + 3.0
    column["contained"] = np.full(shape, 2.0)
    column["boomerang"] = np.full(shape, 1.0)
    column["answered_within"] = np.floor(column["handled"] * marks(shape, 3, seed))
    column["short_abandoned"] = np.floor(column["abandoned"] * 0.2)
    column["on_time"] = column["handled"]
    column["wait_handled_s"] = column["handled"] * 30.0
    column["wait_abandoned_s"] = column["abandoned"] * 60.0
    column["talk_s"] = column["handled"] * (250.0 + 100.0 * marks(shape, 4, seed))
    groups = np.zeros((replications, intervals, len(axes.groups), len(GROUP_COLUMNS)))
    groups[..., 1] = 1800.0 * marks(groups.shape[:3], 5, seed)
    groups[..., 2], groups[..., 3] = 3600.0, 4000.0
    trunks = np.zeros((replications, intervals, len(axes.trunks), len(TRUNK_COLUMNS)))
    trunks[..., 0], trunks[..., 1] = 900.0, 3600.0
    waits = np.zeros((replications, days, nq, len(WAIT_EDGES_S) - 1, 2))
    for day in range(days):
        inside = axes.clock.day_index == day
        waits[:, day, :, 10, 0] = column["handled"][:, inside].sum(axis=1)
        waits[:, day, :, 12, 1] = column["abandoned"][:, inside].sum(axis=1)
    queues = np.stack([column[name] for name in QUEUE_COLUMNS], axis=-1)
    return {"queues": queues, "groups": groups, "trunks": trunks, "waits": waits}


@pytest.fixture(scope="session")
def make(axes: Axes) -> Callable[..., Tables]:
    def build(replications: int = 5, seed: int = 1, scale: float = 100.0) -> Tables:
        return from_arrays(axes, **counters(axes, replications, seed, scale))

    return build


@pytest.fixture(scope="session")
def arrays(axes: Axes) -> Callable[..., dict[str, np.ndarray]]:
    return lambda *args, **kwargs: counters(axes, *args, **kwargs)
