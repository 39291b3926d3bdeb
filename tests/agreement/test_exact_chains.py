"""Desks with redials, retrials, several skills and priorities: intervals cover the exact chains as often as they say.

The exact values are those of the oracle file: Markov chains solved numerically, independent of this package.
"""

import math
from collections.abc import Callable
from typing import Any

import pytest
from stationary_kit import ORACLE, UNIT_S, WARM_UP, counted, covered, exponential, machine, per_hour

from surgesim.sim.machine import Machine


def nominal(desk: Machine, column: str, rate: float, queue: int = 0, seeds: int = 500) -> bool:
    """Whether 95 % intervals cover as often as 500 seeds can tell (95 % +- 2 standard errors of .0097)."""
    return 0.93 <= covered(desk, column, rate, queue, seeds) <= 0.97


def close(desk: Machine, column: str, rate: float, queue: int = 0, seeds: int = 150) -> bool:
    """Whether the mean of many days is the exact one, within 3.5 standard errors; for counts too skewed for six days."""
    values = counted(desk, column, queue, seeds).ravel()
    exact = rate * (desk.model.clock.n_intervals - WARM_UP) * 0.5
    return bool(abs(values.mean() - exact) <= 3.5 * values.std(ddof=1) / math.sqrt(values.size))


def redialling(case: dict[str, Any]) -> Machine:
    given = case["inputs"]
    again = {"probability": f"{100 * given['p_redial']}%", "delay": exponential(given["delta"]), "attempts": 60}
    queue = {"handling": {"talk": exponential(given["mu"])}, "patience": exponential(given["theta"]), "redial": again}
    return machine({"calls": queue}, {"calls": per_hour(given["lam"])}, {"all": {"skills": ["calls"], "heads": given["n"]}})


@pytest.mark.parametrize(("name", "holds"), [("redial-001", close), ("redial-006", nominal)])
def test_redials_after_giving_up(name: str, holds: Callable[[Machine, str, float], bool]) -> None:
    case = ORACLE[name]
    desk, exact = redialling(case), case["outputs"]
    total = per_hour(exact["lam_total"])
    assert holds(desk, "abandoned", total * exact["p_ab"])
    assert holds(desk, "offered", total)


def test_retrials_until_a_line_is_free() -> None:
    case = ORACLE["retrial_mmc-002"]
    given, exact = case["inputs"], case["outputs"]
    queue = {
        "handling": {"talk": exponential(given["mu"])},
        "patience": "never",
        "redial": {"probability": "100%", "delay": exponential(given["delta"]), "attempts": 60},
    }
    desk = machine(
        {"calls": queue}, {"calls": per_hour(given["lam"])}, {"all": {"skills": ["calls"], "heads": given["c"]}},
        trunks={"main": {"lines": given["c"], "queues": ["calls"]}},
    )  # fmt: skip
    attempts = per_hour(given["lam"]) * exact["attempts"]
    assert nominal(desk, "offered", attempts)
    assert nominal(desk, "blocked", attempts * exact["p_block_attempt"])


def skilled(rates: list[float], service: list[float], agents: list[int], leaving: list[float], skills: list[list[int]],
            tau: float, routing: dict[str, Any]) -> Machine:  # fmt: skip
    """Return a desk with one queue for each type; agents of a group are faster or slower, not the calls."""
    queues = {
        f"t{k}": {"handling": {"talk": exponential(1.0)}, "patience": exponential(theta), "answer_within": f"{tau * UNIT_S!r}s"}
        for k, theta in enumerate(leaving)
    }
    groups = {
        f"g{g}": {"skills": [f"t{k}" for k in own], "heads": agents[g], "handling_factor": f"{1.0 / service[g]!r}x"}
        for g, own in enumerate(skills)
    }
    return machine(queues, {f"t{k}": per_hour(rate) for k, rate in enumerate(rates)}, groups, routing=routing)


@pytest.mark.parametrize("name", ["multiskill-001", "multiskill-004"])
def test_static_priorities_between_skills(name: str) -> None:
    case = ORACLE[name]
    given, exact = case["inputs"], case["outputs"]
    lists = {f"t{k}": [f"g{g}" for g in own] for k, own in enumerate(given["type_groups"])}
    desk = skilled(given["lams"], given["mus"], given["ns"], given["thetas"], given["group_types"], given["tau"][0],
                   {"policy": "priority-list", "settings": {"groups": lists}})  # fmt: skip
    for queue, rate in enumerate(given["lams"]):
        assert nominal(desk, "abandoned", per_hour(rate) * exact["p_ab"][queue], queue)
        assert nominal(desk, "answered_within", per_hour(rate) * exact["sl"][queue], queue)


def test_agents_reserved_for_their_first_skill() -> None:
    case = ORACLE["n_design-003"]
    given, exact = case["inputs"], case["outputs"]
    queues = {
        f"t{k}": {"handling": {"talk": exponential(given[f"mu{k}"])}, "patience": exponential(given[f"th{k}"])} for k in (1, 2)
    }
    groups = {"one": {"skills": ["t1"], "heads": given["n1"]}, "two": {"skills": ["t2", "t1"], "heads": given["n2"]}}
    desk = machine(queues, {f"t{k}": per_hour(given[f"lam{k}"]) for k in (1, 2)}, groups,
                   routing={"policy": "threshold-reservation", "settings": {"groups": {"two": given["reserve"]}}})  # fmt: skip
    for queue in (0, 1):
        rate = per_hour(given[f"lam{queue + 1}"])
        assert nominal(desk, "abandoned", rate * exact[f"p_ab{queue + 1}"], queue)
        assert nominal(desk, "answered_within", rate * (1.0 - exact[f"p_wait{queue + 1}"]), queue)


def test_priorities_without_giving_up() -> None:
    # Cobham (1954): the wait of each class; the mean wait by Little's law is a mean count of waiting calls.
    case = ORACLE["priority_cobham-003"]
    given, exact = case["inputs"], case["outputs"]
    queues = {f"t{k}": {"handling": {"talk": exponential(given["mu"])}, "patience": "never"} for k in (0, 1)}
    desk = machine(queues, {f"t{k}": per_hour(rate) for k, rate in enumerate(given["lams"])},
                   {"all": {"skills": ["t0", "t1"], "heads": given["n"]}}, routing={"policy": "priority-list"})  # fmt: skip
    for queue, rate in enumerate(given["lams"]):
        assert close(desk, "wait_handled_s", per_hour(rate) * exact["asa"][queue] * UNIT_S, queue, seeds=60)
