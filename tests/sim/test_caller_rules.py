"""Announced waits and offers in the queue on cases small enough to work out by hand; both engines at once."""

from typing import Any

import numpy as np
from sim_kit import at, born, both, outcomes, scenario, total

from surgesim.model.build import build
from surgesim.sim.counts import Counts

HOLDER = {"callbacks": {"hours": "desk", "handling": {"talk": "constant(4min)"}, "deadline": "1d"}}
CALLBACK = {"kind": "callback", "accepts": "100%", "queue": "callbacks", "within": "10min"}


def desk(times: list[str], lines: int = 3, **queue: Any) -> Counts:
    rules = {"handling": {"talk": "constant(5min)"}} | queue
    changes = {
        "queues": {"calls": rules, **HOLDER},
        "groups": {"all": {"skills": ["calls", "callbacks"]}},
        "trunks": {"main": {"lines": lines, "queues": ["calls"]}},
    }
    return both(born(build(scenario(**changes)), [at(time) for time in times]))


def test_who_hears_of_too_long_a_wait_hangs_up_and_may_redial() -> None:
    rules = {"balking": {"accepts": "constant(7min)"}, "redial": {"probability": "100%", "delay": "constant(4min)"}}
    counts = desk(["09:00", "09:01"], **rules)
    assert outcomes(counts) == ["HANDLED", "HANDLED"]  # five minutes are announced, seven accepted
    rules["balking"] = {"accepts": "constant(4min)"}
    counts = desk(["09:00", "09:01:30"], **rules)
    assert outcomes(counts) == ["HANDLED", "BALKED", "HANDLED"]
    assert total(counts, "balked") == total(counts, "redial") == 1.0
    np.testing.assert_array_equal(counts.log["wait_s"], [0.0, 0.0, 0.0])


def test_short_waits_are_not_announced() -> None:
    counts = desk(["09:00", "09:01"], balking={"accepts": "constant(1s)", "above": "5min"})
    assert outcomes(counts) == ["HANDLED", "HANDLED"]


def test_a_link_that_does_not_help_brings_a_longer_call() -> None:
    link = {"kind": "link", "accepts": "100%", "containment": "0%", "boomerang_delay": "constant(1h)", "boomerang_factor": "2x"}
    counts = desk(["09:00", "09:01"], offers=[link | {"after": "2min"}])
    assert outcomes(counts) == ["HANDLED", "DEFLECTED", "HANDLED"]
    assert counts.log["arrival_s"][2] == at("10:03")
    assert counts.log["end_s"][2] - counts.log["start_s"][2] == 600.0
    assert total(counts, "links") == total(counts, "deflected") == 1.0
    assert counts.trunks[:, 0, 0].sum() == 300.0 + 120.0 + 600.0


def test_a_callback_frees_the_line_and_takes_one_when_the_agent_calls() -> None:
    # one agent, three lines: the second call hears 5 min and waits, the third and fourth 10 min and free their lines at once
    counts = desk(["09:00", "09:01", "09:02", "09:03"], offers=[CALLBACK | {"above": "6min"}])
    assert outcomes(counts) == ["HANDLED", "HANDLED", "DEFLECTED", "HANDLED", "DEFLECTED", "HANDLED"]
    assert total(counts, "promised", 1) == 2.0
    back = counts.log[counts.log["queue"] == 1]
    np.testing.assert_array_equal(back["start_s"], [at("09:10"), at("09:14")])
    assert total(counts, "promise_kept", 1) == 1.0  # promised within ten minutes, at 09:02 and 09:03
    assert counts.trunks[:, 0, 0].sum() == 300.0 + 540.0 + 240.0 + 240.0


def test_a_callback_can_keep_the_place_of_its_call() -> None:
    # the second call is promised a callback at 09:02:30; the third has waited on the line since 09:02 when the agent is free
    for keeps, first in ((True, "09:03:15"), (False, "09:06:30")):
        offer = CALLBACK | {"after": "90s", "keeps_place": keeps}
        counts = desk(["09:00", "09:01", "09:02"], handling={"talk": "constant(195s)"}, offers=[offer])
        assert counts.log["start_s"][counts.log["queue"] == 1][0] == at(first)


def test_tries_end_with_the_last_one() -> None:
    offer = CALLBACK | {"reached": "0%", "tries": 2, "retry": "constant(20min)", "ring": "constant(1min)"}
    counts = desk(["09:00", "09:01"], offers=[offer])
    assert outcomes(counts) == ["HANDLED", "DEFLECTED", "UNREACHED", "UNREACHED"]
    np.testing.assert_array_equal(counts.log["end_s"][2:], [at("09:06"), at("09:27")])
    assert total(counts, "given_up", 1) == 1.0
    assert total(counts, "promise_kept", 1) == 0.0
