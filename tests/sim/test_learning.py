"""Tenure and learning, and follow-ups that depend on the wait, on who answered, and on novices."""

import math
from typing import Any

import numpy as np
import pytest
from sim_kit import DESK, at, born, both, merged, of_groups, scenario, total

from surgesim.erlang import erlang_b
from surgesim.model.build import build
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import COLUMN
from surgesim.sim.learning import learned
from surgesim.sim.machine import Machine

HALVES = [{"share": "50%", "tenure": "0s"}, {"share": "50%", "tenure": "300d"}]
CURVE = {"start": "2x", "half_life": "10d", "novice_for": "30d"}


def desk(cohorts: Any = HALVES, heads: int = 2, curve: Any = CURVE, **more: Any) -> Scenario:
    return scenario(groups={"all": {"heads": heads, "learning": {**curve, "cohorts": cohorts}}}, **more)


def test_the_excess_is_halved_by_each_half_life() -> None:
    factors, novices = learned(build(desk([{"share": "100%", "tenure": "10d"}])))
    np.testing.assert_allclose(factors, [[1.5, 1.0 + 2.0**-1.1]] * 2)
    np.testing.assert_array_equal(novices, 1)


def test_any_number_of_agents_is_mixed_as_the_cohorts_are() -> None:
    cohorts = [{"share": "20%", "tenure": "0s"}, {"share": "50%", "tenure": "60d"}, {"share": "30%", "tenure": "600d"}]
    _, novices = learned(build(desk(cohorts, heads=50)))
    for number in range(1, 51):
        assert abs(novices[:number, 0].sum() - 0.2 * number) < 1.0
    assert novices[:, 0].sum() == 10


def test_who_begins_in_the_horizon_learns_from_the_own_first_day_on() -> None:
    """Nobody before: two begin on each day, as slow as on a first day; beside people on hand they bring no tenure."""
    model = build(desk([{"share": "100%", "tenure": "10d"}], heads=4))
    factors, novices = learned(model.with_capacity(joined=np.array([[0.0, 2.0, 2.0]])))
    np.testing.assert_allclose(factors, [[1.5, 1.0 + 2.0**-1.1], [1.5, 1.5]] * 2)
    factors, _ = learned(model.with_capacity(joined=np.array([[1.0, 0.0, 1.0]])))
    np.testing.assert_allclose(factors, [[1.5, 1.0 + 2.0**-1.1], [1.5, 2.0]] * 2)
    np.testing.assert_array_equal(novices, 1)
    with pytest.raises(ValueError, match="joined has shape"):
        model.with_capacity(joined=np.zeros((1, 2)))


def test_each_agent_works_at_his_own_pace() -> None:
    counts = both(born(build(desk()), [at("09:00"), at("09:00:01"), at("09:00", 1)]))
    talk = counts.log["talk_end_s"] - counts.log["start_s"]
    np.testing.assert_allclose(talk, [600.0, 300.0, 300.0 * (1.0 + 2.0**-0.1)], atol=1e-4)
    np.testing.assert_array_equal(of_groups(counts, "novice_handled").sum(), 2.0)


def test_who_has_learned_all_is_like_a_group_without_a_curve() -> None:
    plain = scenario(groups={"all": {"heads": 4}})
    flat = desk(heads=4, curve={**CURVE, "start": "1x", "novice_for": "0s"})
    one, other = (Machine(build(each)).simulate(7, 0, log=True) for each in (plain, flat))
    assert one.log is not None
    assert other.log is not None
    assert one.log.tobytes() == other.log.tobytes()
    np.testing.assert_array_equal(one.groups, other.groups)


def test_blocking_of_two_paces_is_that_of_their_chain() -> None:
    """One agent, no waiting room: every call of the novice takes twice as long; Erlang B with the doubled time."""
    hours = {"desk": {"every_day": "00:00-24:00"}}
    cohort = [{"share": "100%", "tenure": "0s"}]
    queue = {"calls": {"handling": {"talk": "exponential(3min)"}}}
    steady = {**CURVE, "half_life": "1000000d"}
    model = build(desk(cohort, 1, steady, hours=hours, queues=queue, demand={"base": {"rate": "12/h"}},
                       trunks={"main": {"lines": 1, "queues": ["calls"]}}))  # fmt: skip
    machine = Machine(model)
    blocked = np.array([machine.simulate(seed, 0).queues[8:, 0, COLUMN["blocked"]].sum() for seed in range(300)])
    exact = 12.0 * 44.0 * float(erlang_b(load=12 * 360 / 3600, trunks=1))
    assert abs(blocked.mean() - exact) <= 3.5 * blocked.std(ddof=1) / math.sqrt(300)


AGAIN = {"to": "calls", "probability": "20%", "delay": "constant(1min)"}


def share_again(step: dict[str, Any], groups: dict[str, Any]) -> float:
    queue = {"calls": {"handling": {"talk": "constant(5min)"}, "follow_ups": [{**AGAIN, **step}]}}
    machine = Machine(build(scenario(queues=queue, groups=groups)))
    model = born(machine.model, [at("09:00"), at("09:00:01")])
    machine = Machine(model)
    second = [machine.simulate(seed, 0, log=True).log for seed in range(2000)]
    return float(np.mean([bool(np.any((log["need"] == 1) & (log["attempt"] == 65))) for log in second if log is not None]))


@pytest.mark.parametrize(
    ("step", "groups", "expected"),
    [
        ({}, {"all": {"heads": 1}}, 0.2),
        ({"doubles_after": "299s"}, {"all": {"heads": 1}}, 0.4),  # the second need waits 299 seconds
        ({"by_group": {"all": "3x"}}, {"all": {"heads": 1}}, 0.6),
        ({"by_novices": "2.5x"}, {"all": {"heads": 1, "learning": {**CURVE, "start": "1x", "cohorts": HALVES}}}, 0.5),
    ],
)
def test_follow_ups_depend_on_the_wait_the_group_and_novices(step: Any, groups: Any, expected: float) -> None:
    assert abs(share_again(step, groups) - expected) <= 3.5 * math.sqrt(expected * (1 - expected) / 2000)


def test_escalation_depends_on_novices() -> None:
    second = {"hours": "desk", "handling": {"talk": "constant(1min)"}, "patience": "never"}
    escalation = {"to": "experts", "probability": "50%", "by_novices": "2x"}
    experts = {"site": "here", "skills": ["experts"], "heads": 9}
    group = {"heads": 1, "learning": {**CURVE, "cohorts": [{"share": "100%", "tenure": "0s"}]}}
    model = build(
        scenario(queues={"calls": {"escalation": escalation}, "experts": second}, groups={"all": group, "expert": experts})
    )
    counts = both(born(model, [at("09:00") + 1200.0 * place for place in range(20)]))
    assert total(counts, "escalated", 1) == 20.0


@pytest.mark.parametrize(("hours", "on_time"), [("desk", 1.0), (None, 0.0)])
def test_the_time_of_a_deadline_runs_in_business_hours(hours: str | None, on_time: float) -> None:
    clock = {"deadline_hours": hours} if hours else {}
    mail = {"hours": "desk", "handling": {"talk": "constant(1h)"}, "deadline": "4h", **clock}
    tree = merged(DESK, {"queues": {"calls": mail}})
    del tree["queues"]["calls"]["patience"]
    # two hours are left on the first day; the letter ends at 10:00 or, behind three others, at 13:00 the next day
    model = born(build(Scenario.model_validate(tree)), [at("17:30")])
    assert total(both(model), "on_time") == 1.0
    late = born(build(Scenario.model_validate(tree)), [at("16:00")] * 5)
    counts = both(late)
    assert list(counts.log["end_s"]) == [at("17:00"), at("18:00"), at("10:00", 1), at("11:00", 1), at("12:00", 1)]
    assert total(counts, "on_time") == 2.0 + 2.0 * on_time


def test_waiting_work_moves_up_in_rank() -> None:
    handling = {"hours": "desk", "handling": {"talk": "constant(30min)"}, "patience": "never"}
    urgent = {**handling, "priority": 1}
    for ageing, order in ((None, [0, 2, 3, 1]), ("10min", [0, 1, 2, 3])):
        queue = {"priority": 3, "handling": {"talk": "constant(30min)"}, **({"ageing": ageing} if ageing else {})}
        model = build(scenario(
            reasons={"question": {"queue": "calls"}, "urgent": {"queue": "urgent"}}, queues={"calls": queue, "urgent": urgent},
            demand={"base": {"reasons": {"question": "50%", "urgent": "50%"}}},
            groups={"all": {"skills": ["calls", "urgent"]}}, routing={"policy": "longest-idle-agent"},
        ))  # fmt: skip
        counts = both(born(model, [at("09:00"), at("09:05"), at("09:06"), at("09:55")], [0, 0, 1, 1]))
        assert list(np.argsort(counts.log["start_s"])) == order
