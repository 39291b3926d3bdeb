"""Chats in hand at the same time: the pace by hand, the exact chain, and one at a time is a call."""

import math
from typing import Any

import numpy as np
from sim_kit import at, born, both, of_groups, outcomes, scenario, total

from surgesim.erlang.concurrency import chat_waits
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.sim.books import COLUMN, GROUP_COLUMN
from surgesim.sim.machine import Machine

SLOWED = ["1.5x", "2x"]


def desk(talk: str = "constant(10min)", slowed: list[str] = SLOWED, heads: int = 1, **queue: Any) -> Model:
    change = {"handling": {"talk": talk}, "chat": {"slowed": slowed}, **queue}
    return build(scenario(queues={"calls": change}, groups={"all": {"heads": heads}}))


def test_each_chat_is_slowed_while_others_are_in_hand() -> None:
    counts = both(born(desk(), [at("09:00"), at("09:05")]))
    # the first is half done at 09:05; its other 5 minutes take 7.5 beside the second, which then has 5 of its 10 left
    np.testing.assert_array_equal(counts.log["end_s"], [at("09:12:30"), at("09:17:30")])
    assert of_groups(counts, "busy_s").sum() == of_groups(counts, "chatting_s").sum() == 1050.0
    assert of_groups(counts, "chat_s").sum() == 750.0 + 750.0
    assert total(counts, "talk_s") == 1500.0
    assert total(counts, "answered_within") == 2.0


def test_nobody_holds_more_than_the_limit() -> None:
    counts = both(born(desk(), [at("09:00")] * 4))
    np.testing.assert_array_equal(counts.log["start_s"], [at("09:00")] * 3 + [at("09:20")])
    np.testing.assert_array_equal(counts.log["end_s"][:3], [at("09:20")] * 3)


def test_a_new_chat_goes_to_the_agent_with_the_fewest() -> None:
    counts = both(born(desk(heads=2), [at("09:00"), at("09:01"), at("09:02"), at("09:03")]))
    ends = counts.log["end_s"]
    assert ends[0] == at("09:14")  # alone for 2 minutes, then 8 beside the third at 1.5: 2 + 12
    assert ends[1] == at("09:01") + 120.0 + 8 * 60 * 1.5
    np.testing.assert_array_equal(of_groups(counts, "handled").sum(), 4.0)


def test_an_agent_at_chat_takes_no_call_and_calls_are_not_kept_out() -> None:
    calls = {"hours": "desk", "handling": {"talk": "constant(1min)"}, "patience": "never", "priority": 1}
    chat = {"chat": {"slowed": ["1x"]}, "handling": {"talk": "constant(10min)"}}
    model = build(scenario(
        reasons={"question": {"queue": "calls"}, "urgent": {"queue": "line"}}, queues={"calls": chat, "line": calls},
        demand={"base": {"reasons": {"question": "50%", "urgent": "50%"}}},
        groups={"all": {"skills": ["calls", "line"]}}, routing={"policy": "longest-idle-agent"},
    ))  # fmt: skip
    counts = both(born(model, [at("09:00"), at("09:02"), at("09:03")], [0, 1, 0]))
    # the call of 09:02 comes first by priority: the chat of 09:03 is not taken beside the other one
    np.testing.assert_array_equal(counts.log["start_s"], [at("09:00"), at("09:10"), at("09:11")])


def test_the_chats_in_hand_are_finished_when_a_shift_ends() -> None:
    shifts = {"early": {"time": "09:00-10:00"}, "late": {"time": "12:00-18:00"}}
    roster = [{"team": name, "shift": name, "heads": 1} for name in shifts]
    change = {"handling": {"talk": "constant(40min)"}, "chat": {"slowed": ["1x"]}, "patience": "constant(15min)"}
    group = {"heads": 0, "roster": roster}
    counts = both(born(build(scenario(queues={"calls": change}, groups={"all": group}, shifts=shifts)),
                       [at("09:30"), at("09:50"), at("10:01"), at("10:02")]))  # fmt: skip
    assert outcomes(counts) == ["HANDLED", "HANDLED", "ABANDONED", "ABANDONED"]
    np.testing.assert_array_equal(counts.log["end_s"][:2], [at("10:10"), at("10:30")])


def test_one_at_a_time_is_a_call() -> None:
    queue = {"handling": {"talk": "lognormal(6min, cv 1)"}, "patience": "exponential(3min)"}
    queue["redial"] = {"probability": "50%", "delay": "exponential(5min)"}
    plain = build(scenario(queues={"calls": queue}, groups={"all": {"heads": 5}}))
    chat = build(scenario(queues={"calls": {**queue, "chat": {}}}, groups={"all": {"heads": 5}}))
    one, other = (Machine(model).simulate(3, 0, log=True) for model in (plain, chat))
    assert one.log is not None
    assert other.log is not None
    assert one.log.tobytes() == other.log.tobytes()
    np.testing.assert_array_equal(one.queues, other.queues)
    np.testing.assert_array_equal(one.groups[..., :4], other.groups[..., :4])


def test_the_exact_chain_of_agents_with_several_chats() -> None:
    rate, agents, alone, slowed, patience = 90.0, 3, 300.0, (1.3, 1.5), 240.0
    model = build(scenario(
        hours={"desk": {"every_day": "00:00-24:00"}}, demand={"base": {"rate": f"{rate}/h"}}, groups={"all": {"heads": agents}},
        queues={"calls": {"handling": {"talk": f"exponential({alone}s)"}, "patience": f"exponential({patience}s)",
                          "answer_within": "0s", "chat": {"slowed": [f"{factor}x" for factor in slowed]}}},
    ))  # fmt: skip
    exact = chat_waits(
        arrival_rate=rate / 3600, handle_s=[alone, *(alone * factor for factor in slowed)], agents=agents, patience=patience
    )
    machine = Machine(model)
    runs = [machine.simulate(seed, 0) for seed in range(300)]
    queues, groups = (np.array([getattr(run, name)[16:].sum(axis=0)[0] for run in runs]) for name in ("queues", "groups"))
    offered, busy = rate * 40.0, 40.0 * 3600.0
    for found, wanted in (
        (queues[:, COLUMN["abandoned"]] / offered, exact.abandonment),
        (1.0 - queues[:, COLUMN["answered_within"]] / offered, exact.wait_probability),
        (groups[:, GROUP_COLUMN["chat_s"]] / busy, exact.chats_open),
        (1.0 - groups[:, GROUP_COLUMN["chatting_s"]] / busy / agents, exact.idle),
    ):
        assert abs(found.mean() - wanted) <= 3.5 * found.std(ddof=1) / math.sqrt(len(runs))
        assert found.std(ddof=1) / math.sqrt(len(runs)) < 0.02 * wanted + 0.001
