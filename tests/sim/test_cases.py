"""Cases: a chain of stages, each with its deadline, done by agents or by somebody outside."""

import math

import numpy as np
from sim_kit import DESK, at, born, both, merged, of_groups, total

from surgesim.model.build import build
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import COLUMN
from surgesim.sim.machine import Machine


def case(**changes: object) -> Scenario:
    """A call opens a record (15 min), the area office answers (2 h), the customer gets a letter (14 d)."""
    step = {"probability": "100%", "delay": "constant(0s)"}
    stages = {
        "calls": {"follow_ups": [{"to": "record", **step}]},
        "record": {"hours": "desk", "deadline": "15min", "handling": {"talk": "constant(10min)"},
                   "follow_ups": [{"to": "office", **step}]},
        "office": {"hours": "desk", "deadline": "2h", "outside": True, "handling": {"talk": "constant(3h)"},
                   "follow_ups": [{"to": "letter", **step}]},
        "letter": {"hours": "desk", "deadline": "14d", "handling": {"talk": "constant(20min)"}},
    }  # fmt: skip
    return Scenario.model_validate(
        merged(DESK, {"queues": merged(stages, changes), "groups": {"all": {"skills": ["calls", "record", "letter"]}}})
    )


def test_the_stages_follow_each_other_and_each_has_its_deadline() -> None:
    counts = both(born(build(case()), [at("09:00"), at("09:02")]))
    np.testing.assert_array_equal(counts.log["queue"], [0, 0, 1, 1, 2, 2, 3, 3])
    ends = [at("09:05"), at("09:10"), at("09:20"), at("09:30"), at("12:20"), at("12:30"), at("12:40"), at("13:00")]
    np.testing.assert_array_equal(counts.log["end_s"], ends)
    np.testing.assert_array_equal(counts.log["group"], [0, 0, 0, 0, -1, -1, 0, 0])
    assert [total(counts, "offered", stage) for stage in (1, 2, 3)] == [2.0, 2.0, 2.0]
    assert [total(counts, "on_time", stage) for stage in (1, 2, 3)] == [1.0, 0.0, 2.0]  # 15 min; 3 h for 2 h; 14 d
    assert of_groups(counts, "busy_s").sum() == 2 * (300.0 + 600.0 + 1200.0)


def test_the_area_office_works_in_its_hours() -> None:
    counts = both(born(build(case(office={"deadline_hours": "desk"})), [at("16:00")]))
    office = counts.log[counts.log["queue"] == 2]
    assert office["end_s"][0] == at("19:15")
    assert total(counts, "on_time", 2) == 1.0  # the time of the deadline stops at 18:00


def test_a_stage_outside_is_an_infinite_server_with_the_share_on_time_of_its_law() -> None:
    tree = merged(case(office={"handling": {"talk": "exponential(2h)"}}).tree(), {"groups": {"all": {"heads": 40}}})
    machine = Machine(build(Scenario.model_validate(tree)))
    offered, on_time = (
        sum(machine.simulate(seed, 0).queues[..., 2, COLUMN[name]].sum() for seed in range(20)) for name in ("offered", "on_time")
    )
    exact = 1.0 - math.exp(-1.0)
    assert offered > 1000.0
    assert abs(on_time / offered - exact) <= 3.5 * math.sqrt(exact * (1.0 - exact) / offered)
