"""Escalation to a second tier, cold and warm: by hand, against an exact chain, and a share of nought is no escalation."""

import math
from typing import Any

import numpy as np
import pytest
from sim_kit import at, born, both, of_groups, outcomes, scenario, total

from surgesim.erlang.chain import stationary
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import GROUP_COLUMN
from surgesim.sim.machine import Machine


def tree(
    escalation: dict[str, Any], second: dict[str, Any] | None = None, agents: tuple[int, int] = (1, 1), **more: Any
) -> Scenario:
    first = {"handling": {"talk": "constant(5min)", "after": "constant(2min)"}, "escalation": {"to": "experts", **escalation}}
    experts = {"hours": "desk", "handling": {"talk": "constant(10min)"}, "patience": "constant(4min)", **(second or {})}
    groups = {"all": {"heads": agents[0]}, "expert": {"site": "here", "skills": ["experts"], "heads": agents[1]}}
    return scenario(queues={"calls": first, "experts": experts}, groups=groups, **more)


WARM = {"probability": "100%", "kind": "warm", "handover": "constant(1min)"}


def test_cold_the_first_agent_goes_on_at_once() -> None:
    counts = both(born(build(tree({"probability": "100%"})), [at("09:00"), at("09:01")]))
    assert outcomes(counts) == ["HANDLED"] * 4
    np.testing.assert_array_equal(counts.log["arrival_s"], [at("09:00"), at("09:01"), at("09:05"), at("09:12")])
    np.testing.assert_array_equal(counts.log["end_s"], [at("09:07"), at("09:14"), at("09:15"), at("09:25")])
    assert total(counts, "escalated", 1) == total(counts, "offered", 1) == 2.0
    assert total(counts, "follow_up", 1) == total(counts, "first", 1) == 0.0


def test_warm_both_agents_are_held_until_the_handover_is_done() -> None:
    counts = both(born(build(tree(WARM)), [at("09:00"), at("09:01")]))
    # handed over 09:05-09:06, after-contact work until 09:08; the expert talks until 09:16; the second customer is
    # accompanied from 09:13, does not give up, and is handed over 09:16-09:17
    assert outcomes(counts) == ["HANDLED"] * 4
    np.testing.assert_array_equal(counts.log["start_s"], [at("09:00"), at("09:08"), at("09:05"), at("09:16")])
    np.testing.assert_array_equal(counts.log["talk_end_s"], [at("09:05"), at("09:13"), at("09:16"), at("09:27")])
    np.testing.assert_array_equal(counts.log["end_s"], [at("09:08"), at("09:19"), at("09:16"), at("09:27")])
    assert total(counts, "transfer_s") == 60.0 + 180.0 + 60.0
    assert total(counts, "transfer_s", 1) == 120.0
    assert of_groups(counts, "busy_s").sum() == 480.0 + 660.0
    assert of_groups(counts, "busy_s", 1).sum() == 660.0 + 660.0


@pytest.mark.parametrize("second", [{"hours": "later"}, {"patience": "never"}])
def test_the_first_agent_is_free_where_the_second_desk_cannot_be_reached(second: dict[str, Any]) -> None:
    hours = {"later": {"every_day": "12:00-13:00"}}
    lines = {} if "hours" in second else {"experts": {"lines": 0, "queues": ["experts"]}}
    counts = both(born(build(tree(WARM, second, hours=hours, trunks=lines)), [at("09:00")]))
    assert outcomes(counts)[1] == ("LOST_CLOSED" if "hours" in second else "BLOCKED")
    assert counts.log["end_s"][0] == at("09:07")
    assert total(counts, "transfer_s") == 0.0


def test_an_agent_who_waits_for_nobody_is_busy_until_the_horizon() -> None:
    counts = both(born(build(tree(WARM, {"patience": "never"}, (1, 0))), [at("09:00")]))
    assert outcomes(counts) == ["HANDLED", "INSIDE"]
    assert math.isnan(counts.log["end_s"][0])
    assert of_groups(counts, "busy_s").sum() == 2 * 86_400.0 - at("09:00")


def test_other_follow_ups_are_left_to_the_second_tier() -> None:
    again = [{"to": "calls", "probability": "100%", "delay": "constant(10min)"}]
    model = tree({"probability": "100%"}, {"follow_ups": again})
    changed = model.tree()
    changed["queues"]["calls"]["follow_ups"] = again
    counts = both(born(build(Scenario.model_validate(changed)), [at("17:30")]))
    assert list(counts.log["queue"][:3]) == [0, 1, 0]
    assert total(counts, "follow_up") == 1.0


@pytest.mark.parametrize("kind", ["cold", "warm"])
def test_a_share_of_nought_is_no_escalation(kind: str) -> None:
    plain = tree({"probability": "0%", "kind": kind})
    without = plain.tree()
    del without["queues"]["calls"]["escalation"]
    one, other = (Machine(build(each)).simulate(5, 0, log=True) for each in (plain, Scenario.model_validate(without)))
    assert one.log is not None
    assert other.log is not None
    assert one.log.tobytes() == other.log.tobytes()
    np.testing.assert_array_equal(one.queues, other.queues)
    np.testing.assert_array_equal(one.groups, other.groups)


def exact_warm(rate: float, talk: float, share: float, expert: float, handover: float, room: int) -> Any:
    """One agent, one expert, ``room`` calls inside the first tier at most: calls there, what the agent and the expert do.

    The agent is free (0), talks (1), waits for the expert (2) or hands over (3); the expert is free, or talks.
    """

    def moves(state: tuple[int, ...]) -> list[tuple[tuple[int, ...], float]]:
        calls, does, busy = state
        found = [((calls + 1, max(does, 1), busy), rate)] if calls < room else []
        after = (calls - 1, 1 if calls > 1 else 0)
        if does == 1:
            found.append(((*after, busy), (1.0 - share) / talk))
            found.append(((calls, 2 if busy else 3, busy), share / talk))
        if does == 3:
            found.append(((*after, 1), 1.0 / handover))
        if busy:
            found.append(((calls, 3 if does == 2 else does, 0), 1.0 / expert))
        return found

    return stationary((0, 0, 0), moves)


def test_the_exact_chain_of_a_warm_escalation() -> None:
    rate, talk, share, expert, handover = 10 / 3600, 200.0, 0.5, 400.0, 60.0
    escalation = {"probability": "50%", "kind": "warm", "handover": f"exponential({handover}s)"}
    change = tree(
        escalation, {"handling": {"talk": f"exponential({expert}s)"}, "patience": "never"},
        hours={"desk": {"every_day": "00:00-24:00"}}, demand={"base": {"rate": "10/h"}},
    ).tree()  # fmt: skip
    change["queues"]["calls"]["handling"] = {"talk": f"exponential({talk}s)"}
    model: Model = build(Scenario.model_validate(change))
    chain = exact_warm(rate, talk, share, expert, handover, 60)
    machine = Machine(model)
    runs = [machine.simulate(seed, 0) for seed in range(600)]
    busy = np.array([run.groups[16:, :, GROUP_COLUMN["busy_s"]].sum(axis=0) for run in runs]) / (40 * 3600.0)
    for found, wanted in (
        (busy[:, 0], chain.mean(chain[1] > 0)),
        (busy[:, 1], chain.mean((chain[2] > 0) | (chain[1] == 3))),
    ):
        assert abs(found.mean() - wanted) <= 3.5 * found.std(ddof=1) / math.sqrt(len(runs))
