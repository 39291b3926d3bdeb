"""Calls that agents make from a list: the truncated geometric law of tries, the blend chain, and books that balance."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_exact_formulas import WARM_UP

from surgesim.demand.sources import needs
from surgesim.model.build import build
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import COLUMN, GROUP_COLUMN
from surgesim.sim.machine import Machine

CASES = json.loads((Path(__file__).parents[1] / "erlang" / "oracle_cases.json").read_text("utf-8"))["cases"]
BLEND = [case for case in CASES if case["model"] == "blend_threshold"]
UNIT_S = 300.0


def tree(size: int = 0, hours: str = "00:00-24:00", outbound: Any = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "surgesim": 1,
        "name": "blend",
        "clock": {"start": "2027-11-01", "days": 1, "interval": "30min"},
        "hours": {"always": {"every_day": hours}},
        "reasons": {"call": {"queue": "calls"}},
        "demand": {"base": {"kind": "rates", "reasons": {"call": "100%"}, "rate": "30/h"}},
        "queues": {"calls": {"hours": "always", "handling": {"talk": f"exponential({UNIT_S}s)"},
                             "patience": "exponential(4min)", "answer_within": "0s"}},
        "sites": {"here": {"seats": 500}},
        "groups": {"all": {"site": "here", "skills": ["calls"], "heads": 4}},
    }  # fmt: skip
    if outbound is not None:
        talk = {"talk": f"exponential({UNIT_S}s)"}
        found["queues"]["offer"] = {"hours": "always", "handling": talk, "deadline": "10d", "outbound": outbound}
        found["reasons"]["offer"] = {"queue": "offer"}
        found["groups"]["all"]["skills"] = ["calls", "offer"]
        found["demand"]["list"] = {"kind": "list", "reason": "offer", "size": size, "start": "2027-11-01 00:00", **more}
    return found


def machine(scenario: dict[str, Any]) -> Machine:
    return Machine(build(Scenario.model_validate(scenario)))


def test_tries_of_a_person_follow_the_truncated_geometric_law() -> None:
    share, tries, size = 0.4, 3, 20_000
    scenario = tree(size, outbound={"reached": "40%", "tries": tries, "retry": "constant(5min)"})
    scenario["groups"]["all"]["heads"] = 500
    counts = machine(scenario).simulate(3, 0, log=True)
    log = counts.log[counts.log["queue"] == 1]
    last = np.unique(log["need"], return_counts=True)[1]
    assert len(last) == size
    for number in range(1, tries + 1):
        exact = (1.0 - share) ** (number - 1) * (share if number < tries else 1.0)
        assert abs(np.mean(last == number) - exact) < 4.0 * math.sqrt(exact * (1.0 - exact) / size)
    reached = 1.0 - (1.0 - share) ** tries
    handled, attempts = (counts.queues[:, 1, COLUMN[name]].sum() / size for name in ("handled", "offered"))
    assert abs(handled - reached) < 4.0 * math.sqrt(reached * (1.0 - reached) / size)
    assert abs(attempts - reached / share) < 4.0 / math.sqrt(size)


@pytest.mark.parametrize("release", [{}, {"release": "90/h"}, {"release": "1000/h"}])
def test_everybody_on_the_list_is_reached_or_given_up_or_still_inside(release: dict[str, str]) -> None:
    outbound = {"reached": "50%", "tries": 2, "retry": "exponential(20min)"}
    scenario = tree(700, "09:00-18:00", outbound, **release)
    scenario["groups"]["all"]["heads"] = 11
    counts = machine(scenario).simulate(4, 0)
    total = {name: counts.queues[:, 1, place].sum() for name, place in COLUMN.items()}
    assert total["needs"] == total["first"] == 700
    assert total["offered"] == total["first"] + total["callback"] == total["handled"] + total["unreached"] + total["inside"]
    cut = total["unreached"] - total["callback"] - total["given_up"]  # tries that would have come after the horizon
    assert 0 <= cut <= 5
    assert total["handled"] + total["given_up"] + total["inside"] + cut == 700
    assert min(total["handled"], total["given_up"], total["callback"]) > 20


def test_a_list_is_released_as_it_says() -> None:
    counts = needs(Scenario.model_validate(tree(100, outbound={}, release="60/h"))).mean[1]
    assert counts.tolist() == [30.0, 30.0, 30.0, 10.0] + [0.0] * 44


def test_a_list_of_nobody_changes_nothing() -> None:
    for seed in range(3):
        plain, other = (
            machine(scenario).simulate(seed, 0, log=True)
            for scenario in (tree(), tree(0, outbound={"reached": "50%", "tries": 3}))
        )
        np.testing.assert_array_equal(plain.queues, other.queues[:, :1])
        np.testing.assert_array_equal(plain.groups, other.groups)
        assert not other.queues[:, 1].any()
        assert plain.log.tobytes() == other.log.tobytes()


def test_who_is_called_tries_no_self_service_before() -> None:
    scenario = tree(200, outbound={})
    scenario["channels"] = {"bot": {"kind": "chatbot", "tries": "100%", "containment": "100%"}}
    total = machine(scenario).simulate(4, 0).queues.sum(axis=0)
    assert total[0, COLUMN["contained"]] == total[0, COLUMN["needs"]] > 0
    assert total[1, COLUMN["first"]] == total[1, COLUMN["needs"]] == 200


@pytest.mark.parametrize("case", BLEND, ids=[case["id"] for case in BLEND])
def test_idle_time_above_the_reserve_goes_to_the_list(case: dict[str, Any]) -> None:
    """Unlimited outbound work; a call goes out when more agents are idle than the reserve (birth-death chain)."""
    given, exact, days = case["inputs"], case["outputs"], 60
    scenario = tree(20_000, outbound={})
    scenario["demand"]["base"]["rate"] = f"{given['lam'] * 3600.0 / UNIT_S}/h"
    scenario["queues"]["calls"]["handling"] = {"talk": f"exponential({UNIT_S / given['mu']}s)"}
    scenario["queues"]["calls"]["patience"] = f"exponential({UNIT_S / given['theta']}s)" if given["theta"] else "never"
    scenario["queues"]["offer"]["handling"] = {"talk": f"exponential({UNIT_S / given.get('mu_out', given['mu'])}s)"}
    scenario["groups"]["all"]["heads"] = given["n"]
    scenario["routing"] = {"policy": "threshold-reservation", "settings": {"groups": {"all": given["reserve"]}}}
    blend = machine(scenario)
    runs = [blend.simulate(5, day) for day in range(days)]
    queue = np.array([run.queues[WARM_UP:, 0].sum(axis=0) for run in runs])
    group = np.array([run.groups[WARM_UP:, 0].sum(axis=0) for run in runs])
    units = (48 - WARM_UP) * 1800.0 / UNIT_S
    offered = queue[:, COLUMN["offered"]]
    waited = queue[:, COLUMN["wait_handled_s"]] + queue[:, COLUMN["wait_abandoned_s"]]
    rows = {
        "p_wait": (offered - queue[:, COLUMN["answered_within"]], offered),
        "asa": (waited / UNIT_S, offered),
        "p_ab": (queue[:, COLUMN["abandoned"]], offered),
        "occ": (group[:, GROUP_COLUMN["busy_s"]], group[:, GROUP_COLUMN["ready_s"]]),
        "outbound_rate": (group[:, GROUP_COLUMN["handled"]] - queue[:, COLUMN["handled"]], np.full(days, units)),
    }
    for name, (above, under) in rows.items():
        ratio = above.sum() / under.sum()
        error = np.std(above - ratio * under) / under.mean() / math.sqrt(days)
        assert error < 0.05 * exact[name] + 1e-12, name
        assert abs(ratio - exact[name]) <= 4.0 * error + 1e-9, name
