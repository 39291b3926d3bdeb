"""Stationary queues with exact answers: the intervals of many seeds cover the exact value as often as they say.

The exact values come from the balance equations of the birth-death chain, solved here term by term.
"""

import math
from typing import Any

import numpy as np
import pytest

from surgesim.base.clock import Clock
from surgesim.model.build import build
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import COLUMN
from surgesim.sim.counts import Counts
from surgesim.sim.machine import Machine

SEEDS, REPLICATIONS = 600, 6
STUDENT = 2.5705818366147395  # 97.5 % point of Student's t with 5 degrees of freedom
WARM_UP = 8  # intervals of 30 min that are left out


def desk(rate: float, agents: int, talk_s: float, patience: str, lines: int | None = None) -> Machine:
    tree: dict[str, Any] = {
        "surgesim": 1,
        "name": "stationary",
        "clock": {"start": "2027-11-01", "days": 1, "interval": "30min"},
        "hours": {"always": {"every_day": "00:00-24:00"}},
        "reasons": {"call": {"queue": "calls"}},
        "demand": {"base": {"kind": "rates", "reasons": {"call": "100%"}, "rate": f"{rate}/h"}},
        "queues": {
            "calls": {
                "hours": "always",
                "handling": {"talk": f"exponential({talk_s}s)"},
                "patience": patience,
                "answer_within": "0s",
            }
        },
        "sites": {"here": {"seats": 1000}},
        "groups": {"all": {"site": "here", "skills": ["calls"], "heads": agents}},
    }
    if lines is not None:
        tree["trunks"] = {"main": {"lines": lines, "queues": ["calls"]}}
    return Machine(build(Scenario.model_validate(tree)))


def chain(arrivals: float, service: float, agents: int, leaving: float, room: int) -> np.ndarray:  # type: ignore[type-arg]
    """Return the stationary probabilities of 0, 1, ... ``room`` calls in the system."""
    weights = [1.0]
    for number in range(1, room + 1):
        death = min(number, agents) * service + max(number - agents, 0) * leaving
        weights.append(weights[-1] * arrivals / death)
    return np.array(weights) / math.fsum(weights)


def measured(machine: Machine, column: str) -> np.ndarray:  # type: ignore[type-arg]
    """Return the counts of a column after the warm-up, shape (seeds, replications)."""
    place = COLUMN[column]

    def one(counts: Counts) -> float:
        return float(counts.queues[WARM_UP:, 0, place].sum())

    return np.array([[one(machine.simulate(seed, place)) for place in range(REPLICATIONS)] for seed in range(SEEDS)])


def covered(machine: Machine, column: str, share: float, rate: float) -> float:
    """Return the share of seeds whose 95 % interval holds the exact mean count."""
    clock: Clock = machine.model.clock
    exact = rate * (clock.n_intervals - WARM_UP) * 0.5 * share
    values = measured(machine, column)
    half = STUDENT * values.std(axis=1, ddof=1) / math.sqrt(REPLICATIONS)
    return float(np.mean(np.abs(values.mean(axis=1) - exact) <= half))


def test_waiting_in_mmn() -> None:
    rate, agents, talk = 60.0, 5, 210.0  # offered load 3.5
    pi = chain(rate / 3600, 1 / talk, agents, 0.0, 2000)
    assert 0.93 <= covered(desk(rate, agents, talk, "never"), "answered_within", 1.0 - pi[agents:].sum(), rate) <= 0.97


def test_abandonment_in_mmn_with_patience() -> None:
    rate, agents, talk, patience = 60.0, 5, 300.0, 120.0
    pi = chain(rate / 3600, 1 / talk, agents, 1 / patience, 400)
    waiting = float(np.dot(np.maximum(np.arange(len(pi)) - agents, 0), pi))
    share = waiting / patience / (rate / 3600)
    assert 0.05 < share < 0.3
    assert 0.93 <= covered(desk(rate, agents, talk, f"exponential({patience}s)"), "abandoned", share, rate) <= 0.97


def test_blocking_in_mmnk() -> None:
    rate, agents, talk, lines = 60.0, 4, 240.0, 7
    pi = chain(rate / 3600, 1 / talk, agents, 0.0, lines)
    assert 0.93 <= covered(desk(rate, agents, talk, "never", lines), "blocked", pi[lines], rate) <= 0.97


@pytest.mark.parametrize("law", ["gamma(300s, cv 0.5)", "lognormal(300s, cv 1.5)", "constant(300s)"])
def test_blocking_without_waiting_room_depends_on_the_mean_only(law: str) -> None:
    machine = desk(60.0, 5, 300.0, "never", 5)
    tree = machine.model.scenario.tree()
    tree["queues"]["calls"]["handling"]["talk"] = law
    machine = Machine(build(Scenario.model_validate(tree)))
    blocked = np.array([machine.simulate(seed, 0).queues[WARM_UP:, 0, COLUMN["blocked"]].sum() for seed in range(300)])
    exact = 60.0 * 20.0 * chain(60 / 3600, 1 / 300, 5, 0.0, 5)[5]  # Erlang B: insensitive to the law of service
    assert abs(blocked.mean() - exact) <= 3.5 * blocked.std(ddof=1) / math.sqrt(300)
