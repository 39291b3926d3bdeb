"""Deadlines that run from the opening of a case, against the Erlang law of its stages."""

import math
from typing import Any

import numpy as np

from surgesim.model.build import build
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import COLUMN
from surgesim.sim.machine import Machine

CASES, STAGE_S = 20_000, 1800.0


def on_time(first: str, second: str, **later: Any) -> tuple[float, float]:
    """Return the share of two stages in a row, each done outside in an exponential time, that is on time."""
    stage = {"hours": "always", "outside": True, "handling": {"talk": f"exponential({STAGE_S}s)"}, "deadline": "1h"}
    tree: dict[str, Any] = {
        "surgesim": 1,
        "name": "cases",
        "clock": {"start": "2027-11-01", "days": 3, "interval": "30min"},
        "hours": {"always": {"every_day": "00:00-24:00"}},
        "reasons": {"complaint": {"queue": "review"}},
        "demand": {"base": {"kind": "rates", "reasons": {"complaint": "100%"}, "by_time": {"00:00": f"{CASES / 24}/h"}}},
        "queues": {
            "review": stage | {"deadline_from": first,
                               "follow_ups": [{"to": "answer", "probability": "100%", "delay": "constant(0s)"}]},
            "answer": stage | {"deadline_from": second} | later,
            "calls": {"hours": "always", "handling": {"talk": "constant(1min)"}, "patience": "never"},
        },
        "sites": {"here": {"seats": 1}},
        "groups": {"all": {"site": "here", "skills": ["calls"], "heads": 1}},
    }  # fmt: skip
    counts = Machine(build(Scenario.model_validate(tree))).simulate(3, 0).queues.sum(axis=0)
    assert counts[1, COLUMN["handled"]] > 0.9 * CASES
    share = counts[:2, COLUMN["on_time"]] / counts[:2, COLUMN["handled"]]
    return float(share[0]), float(share[1])


def test_the_second_stage_is_on_time_as_the_sum_of_both_is() -> None:
    once, twice = 1.0 - math.exp(-2.0), 1.0 - math.exp(-2.0) * (1.0 + 2.0)  # deadline of two mean stages
    for first in ("arrival", "opening"):
        for second, exact in (("arrival", once), ("opening", twice)):
            found = on_time(first, second)
            assert np.allclose(found, (once, exact), atol=4.0 * 0.5 / math.sqrt(CASES))


def test_hours_of_the_deadline_count_from_the_opening_as_well() -> None:
    assert on_time("arrival", "opening", deadline_hours="always") == on_time("arrival", "opening")
