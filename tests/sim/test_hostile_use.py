"""Hostile use: nobody there, never open, work that is never given out, people without end. An answer, flagged, or an error."""

import signal
import threading
import time
from typing import Any

import pytest
from sim_kit import scenario
from test_routing_shelf import never_serves, waits

from surgesim.base.errors import DomainError, InputError, PolicyError
from surgesim.engines import run


class NeverServes:
    """A policy that lets everybody wait."""

    KIND = "never-serves"
    arrived = staticmethod(waits)
    free = staticmethod(never_serves)


class Text(NeverServes):
    """A policy that answers in words."""

    free = staticmethod(lambda view, group, now, luck: "the first one")


def codes(**changes: Any) -> set[str]:
    return {flag.code for flag in run(scenario(**changes), replications=2).flags}


def totals(engine: str = "sim", policy: Any = None, **changes: Any) -> dict[str, float]:
    columns = ("offered", "handled", "abandoned", "blocked", "inside", "closed")
    result = run(scenario(**changes), engine, replications=2, policy=policy)
    return {name: float(result.intervals[name].sum()) for name in columns}


@pytest.mark.parametrize("engine", ["sim", "reference"])
def test_nobody_there_leaves_everybody_waiting(engine: str) -> None:
    found = totals(engine, groups={"all": {"heads": 0}})
    assert found["inside"] == found["offered"] > 0
    assert found["handled"] == 0.0
    assert "still_waiting" in codes(groups={"all": {"heads": 0}})


@pytest.mark.parametrize("engine", ["sim", "reference"])
def test_nobody_there_and_no_lines_is_a_busy_tone_for_all(engine: str) -> None:
    found = totals(engine, groups={"all": {"heads": 0}}, trunks={"main": {"lines": 0, "queues": ["calls"]}})
    assert found["blocked"] == found["offered"] > 0


@pytest.mark.parametrize("engine", ["sim", "reference"])
def test_always_closed_offers_nothing(engine: str) -> None:
    late: dict[str, Any] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), "closed") | {"sun": "09:00-10:00"}
    sundays = {"hours": {"late": late}, "queues": {"calls": {"hours": "late"}}, "clock": {"days": 1}}
    found = totals(engine, **sundays)
    assert found["offered"] == 0.0
    assert found["closed"] > 0.0


@pytest.mark.parametrize("engine", ["sim", "reference"])
def test_a_policy_that_gives_no_work_out_is_flagged(engine: str) -> None:
    found = totals(engine, NeverServes)
    assert found["inside"] == found["offered"] > 0
    result = run(scenario(), engine, replications=2, policy=NeverServes)
    assert any(flag.code == "still_waiting" and "still wait" in flag.what for flag in result.flags)


def test_a_policy_that_answers_in_words_is_named() -> None:
    with pytest.raises(PolicyError, match="'never-serves' answered 'the first one', not a whole number"):
        run(scenario(), replications=1, policy=Text)


def test_a_policy_without_its_functions_is_refused() -> None:
    with pytest.raises(InputError, match="no function free"):
        run(scenario(), replications=1, policy=type("Half", (), {"KIND": "half", "arrived": staticmethod(waits)}))


def test_a_function_that_takes_other_values_is_refused() -> None:
    with pytest.raises(InputError, match="function free of the policy 'never-serves' does not take four values"):
        run(scenario(), replications=1, policy=type("Short", (NeverServes,), {"free": staticmethod(lambda view, group: -1)}))


def half(view: Any, group: int, now: float, luck: float) -> float:
    return 0.5


def yes(view: Any, group: int, now: float, luck: float) -> bool:
    return bool(view.queues[0].waiting > 0)


def reads_too_far(view: Any, group: int, now: float, luck: float) -> int:
    return int(view.rank[group + 99, 0])


def empties_a_queue(view: Any, group: int, now: float, luck: float) -> int:
    view.queues[0].waiting = 0
    return -1


def forgets_what_was_served(view: Any, group: int, now: float, luck: float) -> int:
    view.served[group, 0] = 0
    return -1


@pytest.mark.parametrize("engine", ["sim", "reference"])
@pytest.mark.parametrize(
    ("free", "part"),
    [
        (half, "answered 0.5, not a whole number"),
        (yes, "answered True, not a whole number"),
        (reads_too_far, "raised IndexError"),
        (empties_a_queue, "raised AttributeError"),
        (forgets_what_was_served, "raised ValueError: assignment destination is read-only"),
    ],
)
def test_a_compiled_policy_is_refused_what_plain_python_is_refused(engine: str, free: Any, part: str) -> None:
    with pytest.raises(PolicyError, match=part) as caught:
        run(scenario(), engine, replications=1, policy=type("Mine", (NeverServes,), {"free": staticmethod(free)}))
    assert int(str(caught.value).split(":")[1]) >= free.__code__.co_firstlineno


def never_answers(view: Any, group: int, now: float, luck: float) -> int:
    while time.monotonic() > 0.0:
        pass
    return -1


def test_ctrl_c_ends_a_policy_that_never_answers() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    bell = threading.Timer(2.0, signal.pthread_kill, (threading.get_ident(), signal.SIGINT))
    bell.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run(scenario(), replications=8, policy=type("Deaf", (NeverServes,), {"free": staticmethod(never_answers)}))
    finally:
        bell.join()
        signal.signal(signal.SIGINT, before)


def test_more_people_than_can_be_told_apart_is_an_error_and_not_a_crash() -> None:
    with pytest.raises((DomainError, ValueError), match="more than"):
        run(scenario(demand={"base": {"rate": "3_000_000/h"}}, groups={"all": {"heads": 0}}), replications=1)
