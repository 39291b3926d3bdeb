"""Stationary queues with exact answers: the intervals of many seeds cover the exact value as often as they say.

The exact values come from the balance equations of the birth-death chain, solved here term by term.
"""

import math

import numpy as np
import pytest
from stationary_kit import WARM_UP, covered, machine

from surgesim.model.build import build
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import COLUMN
from surgesim.sim.machine import Machine


def desk(rate: float, agents: int, talk_s: float, patience: str, lines: int | None = None) -> Machine:
    more = {} if lines is None else {"trunks": {"main": {"lines": lines, "queues": ["calls"]}}}
    queue = {"handling": {"talk": f"exponential({talk_s}s)"}, "patience": patience}
    return machine({"calls": queue}, {"calls": rate}, {"all": {"skills": ["calls"], "heads": agents}}, **more)


def chain(arrivals: float, service: float, agents: int, leaving: float, room: int) -> np.ndarray:  # type: ignore[type-arg]
    """Return the stationary probabilities of 0, 1, ... ``room`` calls in the system."""
    weights = [1.0]
    for number in range(1, room + 1):
        death = min(number, agents) * service + max(number - agents, 0) * leaving
        weights.append(weights[-1] * arrivals / death)
    return np.array(weights) / math.fsum(weights)


def test_waiting_in_mmn() -> None:
    rate, agents, talk = 60.0, 5, 210.0  # offered load 3.5
    pi = chain(rate / 3600, 1 / talk, agents, 0.0, 2000)
    assert 0.93 <= covered(desk(rate, agents, talk, "never"), "answered_within", rate * (1.0 - pi[agents:].sum())) <= 0.97


def test_abandonment_in_mmn_with_patience() -> None:
    rate, agents, talk, patience = 60.0, 5, 300.0, 120.0
    pi = chain(rate / 3600, 1 / talk, agents, 1 / patience, 400)
    waiting = float(np.dot(np.maximum(np.arange(len(pi)) - agents, 0), pi))
    share = waiting / patience / (rate / 3600)
    assert 0.05 < share < 0.3
    assert 0.93 <= covered(desk(rate, agents, talk, f"exponential({patience}s)"), "abandoned", rate * share) <= 0.97


def test_blocking_in_mmnk() -> None:
    rate, agents, talk, lines = 60.0, 4, 240.0, 7
    pi = chain(rate / 3600, 1 / talk, agents, 0.0, lines)
    assert 0.93 <= covered(desk(rate, agents, talk, "never", lines), "blocked", rate * pi[lines]) <= 0.97


@pytest.mark.parametrize("law", ["gamma(300s, cv 0.5)", "lognormal(300s, cv 1.5)", "constant(300s)"])
def test_blocking_without_waiting_room_depends_on_the_mean_only(law: str) -> None:
    five = desk(60.0, 5, 300.0, "never", 5)
    tree = five.model.scenario.tree()
    tree["queues"]["calls"]["handling"]["talk"] = law
    five = Machine(build(Scenario.model_validate(tree)))
    blocked = np.array([five.simulate(seed, 0).queues[WARM_UP:, 0, COLUMN["blocked"]].sum() for seed in range(300)])
    exact = 60.0 * 20.0 * chain(60 / 3600, 1 / 300, 5, 0.0, 5)[5]  # Erlang B: insensitive to the law of service
    assert abs(blocked.mean() - exact) <= 3.5 * blocked.std(ddof=1) / math.sqrt(300)
