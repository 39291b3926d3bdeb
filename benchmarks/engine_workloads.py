"""Workloads of ``engine.py``: desks in a surge of 14 days, open 09-18 h, whose demand halves every 36 hours.

W1   one queue, 120 agents; peak 2000 calls per hour, floor 60.
W2   W1 with redials (40 %, at most 3 attempts) and repeats of answered calls the next day (15 %).
W3   six queues, eight groups, priority lists; peak 8000 calls per hour, floor 240.

Rates are constant within each hour. ``service_level`` is answered within 20 s / offered, as it was found by programs
that share no code with this package; ``spread`` is its standard deviation from run to run.
"""

from dataclasses import dataclass
from typing import Any

from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.scenario.scenario import Scenario

DAYS, OPENS, CLOSES, HALVES_H = 14, 9, 18, 36.0
WITHIN_S = 20.0


@dataclass(frozen=True)
class Workload:
    """A workload as plain numbers, for peers that know nothing of scenarios; times in seconds."""

    name: str
    peak: float
    floor: float
    shares: tuple[float, ...]
    aht: tuple[float, ...]
    patience: tuple[float, ...]
    agents: tuple[int, ...]
    groups_of: tuple[tuple[int, ...], ...]
    queues_of: tuple[tuple[int, ...], ...]
    service_level: float
    spread: float
    redial: float = 0.0
    redial_delay: float = 1800.0
    attempts: int = 3
    repeat: float = 0.0
    repeat_delay: tuple[float, float] = (79_200.0, 93_600.0)

    def rates(self) -> list[float]:
        """Return calls per hour in each hour of the horizon."""
        return [
            max(self.floor, self.peak * 2.0 ** (-(hour - OPENS) / HALVES_H)) if OPENS <= hour % 24 < CLOSES else 0.0
            for hour in range(24 * DAYS)
        ]


W1 = Workload("W1", 2000.0, 60.0, (1.0,), (480.0,), (180.0,), (120,), ((0,),), ((0,),), 0.4654, 0.005)
W2 = Workload(
    "W2", 2000.0, 60.0, (1.0,), (480.0,), (180.0,), (120,), ((0,),), ((0,),), 0.3971, 0.006, redial=0.4, repeat=0.15
)  # fmt: skip
W3 = Workload(
    "W3", 8000.0, 240.0, (0.30, 0.22, 0.18, 0.12, 0.10, 0.08), (300.0, 420.0, 480.0, 600.0, 360.0, 720.0),
    (180.0, 180.0, 240.0, 300.0, 120.0, 300.0), (80, 60, 60, 70, 50, 60, 50, 50),
    ((0, 3, 5, 7), (1, 3, 6, 7), (2, 5, 7), (2, 4, 6, 7), (4, 5, 7), (4, 6, 7)),
    ((0,), (1,), (2, 3), (0, 1), (5, 4, 3), (4, 2, 0), (5, 3, 1), (5, 4, 3, 2, 1, 0)), 0.6068, 0.003,
)  # fmt: skip
WORKLOADS = (W1, W2, W3)


def _queue(work: Workload, kind: int) -> dict[str, Any]:
    queue: dict[str, Any] = {
        "hours": "desk",
        "handling": {"talk": f"exponential({work.aht[kind]:.0f}s)"},
        "patience": f"exponential({work.patience[kind]:.0f}s)",
        "answer_within": f"{WITHIN_S:.0f}s",
        "closing": {"returns": "0%", "spread": "constant(0s)"},
    }
    if work.redial:
        delay = f"exponential({work.redial_delay:.0f}s)"
        queue["redial"] = {"probability": f"{work.redial:.0%}", "delay": delay, "attempts": work.attempts}
    if work.repeat:
        low, high = work.repeat_delay
        step = {"to": f"q{kind}", "probability": f"{work.repeat:.0%}", "delay": f"uniform({low:.0f}s, {high:.0f}s)"}
        queue["follow_ups"] = [step]
    return queue


def scenario(work: Workload, minutes: int = 15) -> Scenario:
    """Return a workload as a scenario, with statistics by so many minutes."""
    kinds, groups = range(len(work.shares)), range(len(work.agents))
    rates = [f"{rate!r}/h" for rate in work.rates() for _ in range(60 // minutes)]
    routing: dict[str, Any] = {"policy": "longest-wait"}
    if len(groups) > 1:
        lists = {f"q{kind}": [f"g{group}" for group in work.groups_of[kind]] for kind in kinds}
        routing = {"policy": "priority-list", "settings": {"groups": lists}}
    tree = {
        "surgesim": 1,
        "name": work.name.lower(),
        "clock": {"start": "2027-11-01", "days": DAYS, "interval": f"{minutes}min"},
        "hours": {"desk": {"every_day": f"{OPENS:02d}:00-{CLOSES:02d}:00"}},
        "reasons": {f"r{kind}": {"queue": f"q{kind}"} for kind in kinds},
        "demand": {"surge": {"kind": "rates", "by_interval": rates,
                             "reasons": {f"r{kind}": f"{work.shares[kind]:.0%}" for kind in kinds}}},
        "queues": {f"q{kind}": _queue(work, kind) for kind in kinds},
        "sites": {"here": {"seats": sum(work.agents)}},
        "groups": {
            f"g{group}": {"site": "here", "heads": work.agents[group], "skills": [f"q{kind}" for kind in work.queues_of[group]]}
            for group in groups
        },
        "routing": routing,
    }  # fmt: skip
    return Scenario.model_validate(tree)


def model(work: Workload, minutes: int = 15) -> Model:
    """Return a workload as a model."""
    return build(scenario(work, minutes))
