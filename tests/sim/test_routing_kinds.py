"""Each policy's own rule on a small case, the same in both engines."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from routing_kit import TWO, two
from sim_kit import at, born, both, merged, scenario

from surgesim.base.distributions import Constant, Never
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.sim.machine import Machine
from surgesim.sim.routing import longest_idle_agent, priority_list, threshold_reservation
from surgesim.sim.view import NEVER, View


def groups_of(model: Model, seconds: list[float], streams: list[int]) -> list[str]:
    counts = both(born(model, seconds, streams))
    assert counts.log is not None
    return [model.groups[place] for place in counts.log["group"]]


def test_least_skilled_first_spares_the_agents_with_more_skills() -> None:
    assert groups_of(two("least-skilled-first"), [at("09:00"), at("09:00:10")], [1, 1]) == ["expert", "expert"]


def test_longest_idle_takes_turns() -> None:
    served = groups_of(two("longest-idle-agent"), [at("09:00"), at("10:00"), at("11:00"), at("12:00"), at("13:00")], [1] * 5)
    assert served[:4].count("all") == 2
    assert served[:4].count("expert") == 2


def test_priority_lists_follow_the_list() -> None:
    model = two("priority-list", groups={"other": ["expert", "all"]})
    assert groups_of(model, [at("09:00") + place for place in range(3)], [1, 1, 1]) == ["expert", "expert", "all"]
    assert groups_of(two("priority-list"), [at("09:00")], [1]) == ["expert"]


def test_reserved_agents_are_kept_for_their_first_skill() -> None:
    model = two("threshold-reservation", groups={"all": 1})
    served = groups_of(model, [at("09:00") + place for place in range(4)], [1, 1, 1, 0])
    assert served == ["expert", "expert", "all", "all"]
    strict = two("threshold-reservation", groups={"all": 2})
    counts = both(born(strict, [at("09:00") + place for place in range(4)], [1, 1, 1, 0]))
    assert counts.log["start_s"][2] > at("09:00:05")


def test_weights_turn_the_order_of_service() -> None:
    change = {
        **TWO,
        "groups": {"all": {"skills": ["calls", "other"], "heads": 1}},
        "queues": {**TWO["queues"], "calls": {"patience": "never"}},
    }
    change["queues"]["other"] = {**TWO["queues"]["other"], "patience": "never"}
    moments, streams = [at("09:00"), at("09:01"), at("09:02")], [0, 1, 0]
    plain = both(born(build(scenario(**change, routing={"policy": "weighted"})), moments, streams))
    heavy = both(
        born(build(scenario(**change, routing={"policy": "weighted", "settings": {"queues": {"calls": 10}}})), moments, streams)
    )
    assert np.argsort(plain.log["start_s"]).tolist() == [0, 1, 2]
    assert np.argsort(heavy.log["start_s"]).tolist() == [0, 2, 1]


def test_queues_keep_their_ratios() -> None:
    patient = {"patience": "never"}
    one = {"all": {"skills": ["calls", "other"], "heads": 1}, "expert": {"heads": 0}}
    change = {**TWO, "groups": merged(TWO["groups"], one), "queues": {"other": {**TWO["queues"]["other"], **patient}}}
    moments, streams = [at("09:00") + place for place in range(7)], [0, 0, 1, 0, 1, 1, 1]
    routing = {"policy": "fixed-queue-ratio", "settings": {"queues": {"calls": 0, "other": 1}}}
    log = both(born(build(scenario(**change, routing=routing)), moments, streams)).log
    assert np.argsort(log["start_s"]).tolist() == [0, 1, 3, 2, 4, 5, 6]  # a queue of which none may wait goes first
    routing["settings"] = {"queues": {"calls": 1, "other": 1}}
    log = both(born(build(scenario(**change, routing=routing)), moments, streams)).log
    assert np.argsort(log["start_s"]).tolist()[:4] == [0, 2, 4, 1]  # 4 against 2, 3 against 2, then equal: the first


def test_whoever_is_nearest_to_the_target_goes_first() -> None:
    changes = {"groups": {"all": {"heads": 1}, "expert": {"heads": 0}}, "queues": {"other": {"patience": "never"}}}
    one = merged(TWO, merged(changes, {"queues": {"other": {"answer_within": "2min"}}}))
    moments, streams = [at("09:00"), at("09:01"), at("09:02")], [0, 1, 0]
    routing: dict[str, Any] = {"policy": "shortest-delay-to-deadline"}
    log = both(born(build(scenario(**one, routing=routing)), moments, streams)).log
    assert np.argsort(log["start_s"]).tolist() == [0, 2, 1]  # 20 s for calls are over before 2 min for others
    routing["settings"] = {"targets": {"calls": "10min"}}
    log = both(born(build(scenario(**one, routing=routing)), moments, streams)).log
    assert np.argsort(log["start_s"]).tolist() == [0, 1, 2]


def test_others_help_when_somebody_has_waited_long_enough() -> None:
    model = two("overflow-after", after={"other": "30s"}, home={"other": ["expert"]})
    moments = [at("09:00") + place for place in range(4)]
    log = both(born(model, moments, [1, 1, 1, 1])).log
    assert [model.groups[place] for place in log["group"]] == ["expert", "expert", "all", "all"]
    assert log["wait_s"].tolist() == [0.0, 0.0, 30.0, 30.0]


def test_helpers_who_come_free_wait_until_the_time_is_over() -> None:
    model = two("overflow-after", after={"other": "1h"}, home={"other": ["expert"]})
    patient = replace(model, queues=(model.queues[0], replace(model.queues[1], patience=Never(), talk=Constant(5e3))))
    log = both(born(patient, [at("09:00"), at("09:00"), at("09:00"), at("09:01")], [0, 1, 1, 1])).log
    assert log["wait_s"][3] == 3600.0
    assert log["group"][3] == 0


def share_of_first(counts: Any) -> float:
    served = counts.log["group"][counts.log["group"] >= 0]
    return float((served == 0).mean())


@pytest.mark.parametrize(("by", "room"), [("counters", 0.001), ("luck", 0.06)])
def test_percentages_are_kept(by: str, room: float) -> None:
    shares = {"other": {"all": 30, "expert": 70}}
    roomy = {"groups": {"all": {"heads": 40}, "expert": {"heads": 40}}}
    routing = {"policy": "percentage-allocation", "settings": {"by": by, "shares": shares}}
    model = build(scenario(**merged(TWO, roomy), routing=routing))
    counts = both(born(model, [at("09:00") + 30.0 * place for place in range(1000)], [1] * 1000))
    assert abs(share_of_first(counts) - 0.3) <= room


def test_the_overflow_limits_are_the_desk_without_and_with_help() -> None:
    roomy = merged(TWO, {"groups": {"all": {"heads": 7}}})

    def counted(change: dict[str, Any], policy: str, **settings: Any) -> Any:
        routing = {"policy": policy, "settings": settings}
        return Machine(build(scenario(**change, routing=routing))).simulate(3, 0).queues

    home = {"other": ["expert"], "calls": ["all"]}
    helped = counted(roomy, "overflow-after", after={"other": "0s"}, home=home)
    alone = counted(roomy, "overflow-after", after={"other": "3d"}, home=home)
    apart = merged(roomy, {"groups": {"all": {"skills": ["calls"]}}})
    np.testing.assert_array_equal(alone, counted(apart, "longest-wait"))
    np.testing.assert_array_equal(helped, counted(roomy, "longest-wait"))
    assert not np.array_equal(helped, alone)


def test_chance_is_fair() -> None:
    served = groups_of(two("random"), [at("09:00") + 1200.0 * place for place in range(27)], [1] * 27)
    assert 5 <= served.count("all") <= 22


@pytest.mark.parametrize("policy", [priority_list, threshold_reservation, longest_idle_agent])
def test_who_ages_moves_up_by_a_rank_each_time(policy: Any) -> None:
    """Queue 1 stands one rank behind queue 0; in ``ageing`` of waiting it catches up, then it goes first."""
    group = SimpleNamespace(idle=3)
    queues = [
        SimpleNamespace(waiting=1, oldest=1000.0, priority=rank, ageing=ageing) for rank, ageing in ((0, NEVER), (1, 60.0))
    ]
    view = View([group], queues, np.array([[0, 1]]), [2.0], np.zeros((1, 2)))
    assert [policy.free(view, 0, now, 0.5) for now in (1000.0, 1059.0, 1061.0)] == [0, 0, 1]
    queues[1].ageing = NEVER
    assert policy.free(view, 0, 90_000.0, 0.5) == 0


def test_who_ages_takes_no_agent_that_is_reserved() -> None:
    queues = [SimpleNamespace(waiting=0, oldest=NEVER, ageing=NEVER), SimpleNamespace(waiting=1, oldest=0.0, ageing=60.0)]
    view = View([SimpleNamespace(idle=2)], queues, np.array([[0, 1]]), [2.0], np.zeros((1, 2)))
    assert threshold_reservation.free(view, 0, 9000.0, 0.5) == -1
