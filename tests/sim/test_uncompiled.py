"""Policies in plain Python: what they see is what the kernel holds, what they raise is raised, whatever it is."""

import math
import signal
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest
from routing_kit import two
from test_routing_shelf import serves_first, waits

from surgesim.base.errors import PolicyError
from surgesim.sim import reference
from surgesim.sim.machine import Machine
from surgesim.sim.policy import policy_from
from surgesim.sim.python_calls import called
from surgesim.sim.sight import Table, rows
from surgesim.sim.state import GROUP_VIEW

RANK = np.array([[0, 1, -1], [2, -1, 0]])


def machine(arrived: Any, free: Any) -> Machine:
    model = two("longest-wait")
    return Machine(model, policy_from(SimpleNamespace(arrived=arrived, free=free), "mine", {}, model), compile_policy=False)


@pytest.mark.parametrize(
    "read",
    [
        lambda t: t[1, 2], lambda t: t[-1, 0], lambda t: t[np.int64(1), 0], lambda t: t[1], lambda t: t[:, 0], len, list,
        lambda t: t + 1, lambda t: 2 * t, lambda t: -t, lambda t: t >= 0, lambda t: t == t, np.asarray, lambda t: t.shape,
        lambda t: t.sum(), lambda t: np.flatnonzero(t[:, 0] >= 0), lambda t: np.maximum(t, 1), lambda t: 2 in t, lambda t: 7 in t,
        lambda t: np.array(t, dtype=float), lambda t: np.exp(t), lambda t: np.add.reduce(t), lambda t: t[0] @ t[1], np.argmax,
    ],
)  # fmt: skip
def test_a_table_is_read_as_its_array(read: Any) -> None:
    np.testing.assert_array_equal(read(Table.of(RANK)), read(RANK))


def test_a_table_gives_plain_numbers_and_knows_its_ends() -> None:
    assert type(Table.of(RANK)[1, 2]) is int
    assert type(Table.of(np.array([0.5, 2.0]))[1]) is float
    assert list(Table.of(np.array([0.5, 2.0]))) == [0.5, 2.0]
    with pytest.raises(IndexError):
        Table.of(RANK)[2, 0]


def test_rows_show_what_is_in_memory_now_and_cannot_be_changed() -> None:
    table = np.zeros(2, dtype=GROUP_VIEW)
    row = rows(table)[1]
    table["idle"][1], table["idle_since"][1] = 3, math.inf
    assert (row.idle, row.idle_since) == (3, math.inf)
    with pytest.raises(AttributeError, match="cannot be changed"):
        row.idle = 4
    with pytest.raises(AttributeError):
        row.lazy()


@numba.njit
def _through(answers: int, fails: int, value: float) -> Any:
    return called(answers, fails, -2, 7, value)


def test_what_python_answers_comes_through_compiled_code() -> None:
    heard: list[Any] = []

    def answers(whole: int, real: float) -> int:
        return int(whole + 2 * real)

    assert _through(id(answers), id(heard.append), 1.5) == 10
    assert heard == []


def test_what_python_raises_is_handed_on() -> None:
    heard: list[Any] = []

    def answers(whole: int, real: float) -> int:
        raise KeyboardInterrupt(f"at {real}")

    assert _through(id(answers), id(heard.append), 2.5) == -2
    assert [repr(error) for error in heard] == ["KeyboardInterrupt('at 2.5')"]


def test_ctrl_c_in_a_policy_ends_the_run() -> None:
    asked: list[float] = []

    def interrupted(view: Any, group: int, now: float, luck: float) -> int:
        asked.append(now)
        if len(asked) == 20:
            signal.raise_signal(signal.SIGINT)
        return serves_first(view, group, now, luck)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have set it to be ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            machine(waits, interrupted).simulate(1, 0)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(asked) == 20


def sorts(view: Any, group: int, now: float, luck: float) -> int:
    return int(np.argmax(np.array([0, 1]).reshape(3)))


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_an_error_inside_a_library_names_the_line_of_the_policy(engine: str) -> None:
    mine = machine(waits, sorts)
    with pytest.raises(PolicyError, match="cannot reshape") as caught:
        mine.simulate(1, 0) if engine == "kernel" else reference.simulate(mine.model, 1, 0, policy=mine.policy)
    place, line, *_ = str(caught.value).split(":")
    assert place.endswith("test_uncompiled.py")
    assert int(line) == sorts.__code__.co_firstlineno + 1


@pytest.mark.parametrize("answer", [1.0, True, None, 1 << 70, -(1 << 70), math.nan])
def test_answers_that_are_no_numbers_of_anything_are_refused(answer: Any) -> None:
    with pytest.raises(PolicyError, match="answered"):
        machine(waits, lambda view, group, now, luck: answer).simulate(1, 0)


def test_a_policy_may_simulate_with_another_policy_inside() -> None:
    inner, seen = machine(waits, serves_first), list[float]()

    def nested(view: Any, group: int, now: float, luck: float) -> int:
        if not seen:
            seen.append(float(inner.simulate(1, 0).queues.sum()))
        return serves_first(view, group, now, luck)

    assert machine(waits, nested).simulate(1, 0).queues.sum() == inner.simulate(1, 0).queues.sum() == seen[0]
