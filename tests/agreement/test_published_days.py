"""Published examples of simulated centres, simulated again: their means lie in ours and ours in theirs.

Inputs and results are those of the user examples of SSJ and ContactCenters (L'Ecuyer, Buist; University of Montreal): the
tutorial's CallCenter (10 000 days), Telethon, Bilingual and SimpleMSK (1 000 days or weeks each).
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import COLUMN
from surgesim.sim.machine import Machine
from surgesim.sim.policy import Policy, policy_of
from surgesim.sim.routing import longest_wait, random_choice

DAYS = 1500


def days(machine: Machine, seed: int = 11, number: int = DAYS) -> np.ndarray:  # type: ignore[type-arg]
    """Return the counters of every day, shape (days, intervals, queues, columns)."""
    return np.array([machine.simulate(seed, day).queues for day in range(number)])


def agrees(values: np.ndarray, published: float, half: float, level: float = 1.96) -> bool:  # type: ignore[type-arg]
    """Whether the mean agrees with a published one, whose interval has this half-width, within 3.5 standard errors."""
    error = math.hypot(values.std(ddof=1) / math.sqrt(len(values)), half / level)
    return abs(float(values.mean()) - published) <= 3.5 * error


def tree(clock: dict[str, Any], **parts: Any) -> Scenario:
    return Scenario.model_validate(
        {"surgesim": 1, "name": "published", "clock": {"time_zone": "UTC", "holidays": [], **clock},
         "sites": {"here": {"seats": 100}}, **parts}
    )  # fmt: skip


def steps(first_hour: int, rates: list[float], hours: float = 1.0) -> dict[str, str]:
    """Return rates an hour from an hour of the day on, one after the other; 0 before and after."""
    by_time = {f"{int(first_hour + k * hours):02}:00": f"{rate!r}/h" for k, rate in enumerate(rates)}
    return {"00:00": "0/h", **by_time, f"{int(first_hour + len(rates) * hours):02}:00": "0/h"}


def staffed(model: Model, by_group: list[list[int]], first: int) -> Model:
    agents = np.zeros_like(model.agents)
    for group, numbers in enumerate(by_group):
        agents[group, first : first + len(numbers)] = numbers
    return model.with_capacity(agents=agents)


def test_ssj_call_center() -> None:
    # CallCenter.dat: thirteen hours with their agents and rates, a gamma(400, 400) factor of the day, service of 100 s on
    # average, patience 0 with probability .1 and else exponential(1000 s); shares are over the expected 1660 calls.
    agents = [4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4]
    rates = [100.0, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60]
    demand = {"calls": {"kind": "rates", "reasons": {"call": "100%"}, "by_time": steps(8, rates), "day_noise": "5%"}}
    queue = {"hours": "desk", "handling": {"talk": "exponential(100s)"}, "answer_within": "20s", "short_abandon": "20s",
             "patience": "mixture(0.1 constant(0s), 0.9 exponential(1000s))"}  # fmt: skip
    scenario = tree(
        {"start": "2027-11-01", "days": 1, "interval": "1h"}, hours={"desk": {"every_day": "08:00-21:00"}},
        reasons={"call": {"queue": "calls"}}, demand=demand, queues={"calls": queue},
        groups={"all": {"site": "here", "skills": ["calls"], "heads": 1}},
    )  # fmt: skip
    found = days(Machine(staffed(build(scenario), [agents], 8)))[:, :, 0].sum(axis=1)
    waits = found[:, COLUMN["wait_handled_s"]] + found[:, COLUMN["wait_abandoned_s"]]
    good = found[:, COLUMN["answered_within"]] + found[:, COLUMN["short_abandoned"]]
    assert agrees(found[:, COLUMN["offered"]], 1660.366, 1.540, 1.645)
    assert agrees(waits / 1660.0, 4.713, 0.033, 1.645)
    assert agrees(good / 1660.0, 0.925, 0.0012, 1.645)
    assert agrees(found[:, COLUMN["abandoned"]] / 1660.0, 0.020, 0.0006, 1.645)


def test_contactcenters_telethon() -> None:
    # Telethon: five evenings of four hours, 50 donors an hour, 24 lines, 12 volunteers, service 10 min, patience 2 min but never
    # more than 2 min (who waits so long leaves a message); answered within 1 min counts.
    quantiles = -120.0 * np.log1p(-(np.arange(400) + 0.5) / 400)
    patience = f"empirical({', '.join(f'{min(float(value), 120.0):.3f}s' for value in quantiles)})"
    scenario = tree(
        {"start": "2027-11-01", "days": 5, "interval": "1h"}, hours={"desk": {"every_day": "06:00-10:00"}},
        reasons={"donor": {"queue": "donors"}},
        demand={"donors": {"kind": "rates", "reasons": {"donor": "100%"}, "by_time": steps(6, [50.0] * 4)}},
        queues={"donors": {"hours": "desk", "handling": {"talk": "exponential(10min)"}, "patience": patience,
                           "answer_within": "1min"}},
        groups={"volunteers": {"site": "here", "skills": ["donors"], "heads": 12}},
        trunks={"number": {"lines": 24, "queues": ["donors"]}},
    )  # fmt: skip
    found = days(Machine(build(scenario)))[:, :, 0].sum(axis=1)
    assert agrees(found[:, COLUMN["offered"]], 1000.169, 2.058)
    assert agrees(found[:, COLUMN["answered_within"]], 950.265, 1.686)
    # Those cut off at the end of the evening (0.28 a week) wait on here, until they give up or are answered.
    left = found[:, COLUMN["abandoned"]]
    assert 36.78 - 0.8 <= left.mean() <= 36.78 + 0.28 + 0.8
    assert 963.109 - 2.0 <= found[:, COLUMN["handled"]].mean() <= 963.109 + 0.28 + 2.0


def test_contactcenters_bilingual() -> None:
    # Bilingual: weekdays from eight to five, 100 calls of each language in the first hour and 50 in the others, a free agent who
    # speaks the language at random, queues first come first served, three in four who gave up call again after 20 min.
    # There a caller keeps patience on the second attempt, here it is drawn anew: one call in fifty is a second attempt.
    languages = {"english": "uniform(3min, 7min)", "spanish": "uniform(4min, 6min)"}
    again = {"probability": "75%", "delay": "constant(20min)", "attempts": 60}
    scenario = tree(
        {"start": "2027-11-01", "days": 5, "interval": "1h"}, hours={"desk": {"every_day": "08:00-17:00"}},
        reasons={name: {"queue": name} for name in languages},
        demand={
            name: {"kind": "rates", "reasons": {name: "100%"}, "by_time": steps(8, [100.0] + [50.0] * 8)} for name in languages
        },
        queues={
            name: {"hours": "desk", "handling": {"talk": talk}, "patience": "exponential(2min)", "answer_within": "1min",
                   "redial": again}
            for name, talk in languages.items()
        },
        groups={
            "english-only": {"site": "here", "skills": ["english"], "heads": 7},
            "spanish-only": {"site": "here", "skills": ["spanish"], "heads": 7},
            "bilingual": {"site": "here", "skills": ["english", "spanish"], "heads": 4},
        },
        trunks={"number": {"lines": 40, "queues": list(languages)}},
    )  # fmt: skip
    chance = Policy("random-agent", random_choice.arrived, longest_wait.free, np.zeros(0), luck=True)
    found = days(Machine(build(scenario), chance), number=1000).sum(axis=1)
    for queue, (offered, handled, within) in enumerate([(2555.811, 2483.933, 2448.662), (2554.350, 2483.302, 2448.223)]):
        assert agrees(found[:, queue, COLUMN["offered"]], offered, 3.53)
        assert agrees(found[:, queue, COLUMN["handled"]], handled, 3.02)
        assert agrees(found[:, queue, COLUMN["answered_within"]], within, 2.9)
    both = found.sum(axis=1)
    assert both[:, COLUMN["abandoned"]].mean() == pytest.approx(142.87, rel=0.05)
    assert both[:, COLUMN["redial"]].mean() == pytest.approx(107.17, rel=0.05)


def test_contactcenters_simple_msk() -> None:
    # SimpleMSK: three types in three periods of two hours, two groups, a gamma(28.7) factor common to the day, service and
    # patience by the period of arrival: here a queue for each type and period, served in one line by longest wait.
    rates = [[4.2, 5.3, 3.2], [5.1, 4.3, 4.8], [6.3, 5.2, 4.8]]
    service, leaving = [0.5, 0.6, 0.4], [0.3, 0.4, 0.2]
    serves, tries = [[1, 0], [2, 1]], [[0], [0, 1], [1]]
    names = [[f"t{k}p{p}" for p in range(3)] for k in range(3)]
    every = [(k, p) for k in range(3) for p in range(3)]
    scenario = tree(
        {"start": "2027-11-01", "days": 1, "interval": "2h"}, hours={"desk": {"every_day": "08:00-14:00"}},
        reasons={names[k][p]: {"queue": names[k][p]} for k, p in every},
        demand={
            names[k][p]: {"kind": "rates", "reasons": {names[k][p]: "100%"}, "day_noise": f"{100 / math.sqrt(28.7)!r}%",
                          "by_time": steps(8 + 2 * p, [60 * rates[k][p]], 2.0)}
            for k, p in every
        },
        queues={
            names[k][p]: {"hours": "desk", "handling": {"talk": f"exponential({60 / service[p]!r}s)"}, "answer_within": "20s",
                          "patience": f"exponential({60 / leaving[p]!r}s)"}
            for k, p in every
        },
        groups={
            f"g{g}": {"site": "here", "skills": [names[k][p] for k in own for p in range(3)], "heads": 9}
            for g, own in enumerate(serves)
        },
        routing={"policy": "priority-list",
                 "settings": {"groups": {names[k][p]: [f"g{g}" for g in tries[k]] for k, p in every}}},
    )  # fmt: skip
    model = staffed(build(scenario), [[12, 18, 9], [15, 20, 11]], 4)
    model = replace(model, needs=replace(model.needs, source=np.zeros_like(model.needs.source)))  # one factor for the day
    lists = policy_of(model)
    found = days(Machine(model, replace(lists, name="lists", free=longest_wait.free))).sum(axis=1)
    total = found.sum(axis=1)
    assert agrees(total[:, COLUMN["handled"]], 4297.305, 38)
    assert agrees(total[:, COLUMN["abandoned"]], 910.335, 49)
    for k, p, published, half in [(0, 0, 170.154, 8.6), (0, 1, 599.334, 7.3), (1, 0, 262.936, 12.3), (2, 1, 613.732, 8.8)]:
        assert agrees(found[:, 3 * k + p, COLUMN["answered_within"]], published, half)
