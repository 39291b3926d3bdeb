"""Stationary desks whose exact answers are known, and how often simulated intervals hold them."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from surgesim.model.build import build
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import COLUMN
from surgesim.sim.machine import Machine

SEEDS, REPLICATIONS = 600, 6
STUDENT = 2.5705818366147395  # 97.5 % point of Student's t with 5 degrees of freedom
WARM_UP = 8  # intervals of 30 min that are left out
UNIT_S = 300.0
"""Seconds that stand for one unit of time of an oracle case."""

ORACLE = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent.parent / "erlang" / "oracle_cases.json").read_text(encoding="utf-8"))["cases"]
}


def machine(queues: dict[str, Any], rates: dict[str, float], groups: dict[str, Any], **more: Any) -> Machine:
    """Return a desk that never closes, with calls at constant rates (per hour) by queue."""
    return Machine(
        build(
            Scenario.model_validate(
                {
                    "surgesim": 1,
                    "name": "stationary",
                    "clock": {"start": "2027-11-01", "days": 1, "interval": "30min"},
                    "hours": {"always": {"every_day": "00:00-24:00"}},
                    "reasons": {name: {"queue": name} for name in rates},
                    "demand": {
                        name: {"kind": "rates", "reasons": {name: "100%"}, "rate": f"{rate!r}/h"} for name, rate in rates.items()
                    },
                    "queues": {name: {"hours": "always", "answer_within": "0s", **queue} for name, queue in queues.items()},
                    "sites": {"here": {"seats": 1000}},
                    "groups": {name: {"site": "here", **group} for name, group in groups.items()},
                    **more,
                }
            )
        )
    )


def exponential(rate: float) -> str:
    """Return the exponential law of a rate per unit of time."""
    return f"exponential({UNIT_S / rate!r}s)"


def per_hour(rate: float) -> float:
    """Return a rate per unit of time as a rate per hour."""
    return rate * 3600.0 / UNIT_S


def counted(desk: Machine, column: str, queue: int = 0, seeds: int = SEEDS) -> np.ndarray:  # type: ignore[type-arg]
    """Return the counts of a column after the warm-up, shape (seeds, replications)."""
    place = COLUMN[column]
    return np.array(
        [
            [float(desk.simulate(seed, each).queues[WARM_UP:, queue, place].sum()) for each in range(REPLICATIONS)]
            for seed in range(seeds)
        ]
    )


def covered(desk: Machine, column: str, rate: float, queue: int = 0, seeds: int = SEEDS) -> float:
    """Return the share of seeds whose 95 % interval holds the exact mean count of ``rate`` an hour."""
    exact = rate * (desk.model.clock.n_intervals - WARM_UP) * 0.5
    values = counted(desk, column, queue, seeds)
    half = STUDENT * values.std(axis=1, ddof=1) / math.sqrt(REPLICATIONS)
    return float(np.mean(np.abs(values.mean(axis=1) - exact) <= half))
