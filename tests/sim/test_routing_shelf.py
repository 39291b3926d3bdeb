"""Every policy of the shelf on one battery, each policy's own rule on a small case, and policies that misbehave."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from routing_kit import two
from sim_kit import both, total

from surgesim.base.errors import CatalogueError, PolicyError, ScenarioError
from surgesim.sim import reference
from surgesim.sim.machine import Machine
from surgesim.sim.policy import policy_from, policy_of
from surgesim.sim.routing import SHELF


@pytest.mark.parametrize("policy", sorted(SHELF.kinds()))
def test_both_engines_agree_and_nobody_is_lost(policy: str) -> None:
    counts = both(two(policy), seed=7)
    for queue in (0, 1):
        assert total(counts, "offered", queue) > 100
        assert total(counts, "handled", queue) + total(counts, "abandoned", queue) == total(counts, "offered", queue)


@pytest.mark.parametrize("policy", sorted(SHELF.kinds()))
def test_a_policy_says_what_it_is_and_its_functions_explain_themselves(policy: str) -> None:
    module = SHELF.load(policy)
    assert module.SUMMARY.endswith(".") or "Settings" in module.SUMMARY
    assert module.arrived.__doc__
    assert module.free.__doc__


@pytest.mark.parametrize(
    ("policy", "settings", "part"),
    [
        ("priority-list", {"groups": {"calls": ["al"]}}, "did you mean 'all'"),
        ("priority-list", {"groups": {"call": ["all"]}}, "did you mean 'calls'"),
        ("priority-list", {"groups": "all"}, "not a mapping"),
        ("priority-list", {"lists": {}}, "has no setting 'lists'; write one of groups"),
        ("weighted", {"queues": {"calls": -1}}, "at least 0"),
        ("weighted", {"queues": {"call": 1}}, "did you mean 'calls'"),
        ("weighted", {"queues": 3}, "not a mapping"),
        ("longest-wait", {"groups": {}}, "delete it"),
        ("fixed-queue-ratio", {"queues": {"calls": 0, "other": 0}}, "all weights are 0"),
        ("shortest-delay-to-deadline", {"targets": {"calls": 20}}, "20"),
        ("overflow-after", {"after": {"cals": "20s"}}, "did you mean 'calls'"),
        ("overflow-after", {"home": {"calls": ["al"]}}, "did you mean 'all'"),
        ("percentage-allocation", {"by": "lick"}, "did you mean 'luck'"),
        ("percentage-allocation", {"shares": {"other": {"all": -1}}}, "at least 0"),
        ("percentage-allocation", {"shares": {"calls": {"expert": 1}}}, "no group with the skill"),
    ],
)
def test_wrong_settings_are_named(policy: str, settings: dict[str, Any], part: str) -> None:
    model = two(policy)
    with pytest.raises(ScenarioError, match=part):
        policy_from(SHELF.load(policy), policy, settings, model)


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        policy_of(two("weighted", queues={"calls": -1, "call": 1}, groups={"al": 2}))
    assert len(caught.value.problems) == 3


def test_an_unknown_policy_is_named() -> None:
    with pytest.raises(CatalogueError, match="longest-wait"):
        SHELF.load("longest-wiat")


def waits(view: Any, queue: int, now: float, luck: float) -> int:
    return -1


def serves_first(view: Any, group: int, now: float, luck: float) -> int:
    for queue in range(len(view.queues)):
        if view.rank[group, queue] >= 0 and view.queues[queue].waiting > 0:
            return queue
    return -1


def far(view: Any, queue: int, now: float, luck: float) -> int:
    return 99


def raises(view: Any, queue: int, now: float, luck: float) -> int:
    if now > 33_000.0:
        raise ValueError("no idea")
    return -1


def text(view: Any, queue: int, now: float, luck: float) -> str:
    return "all"


def odd_timer(view: Any, queue: int, now: float, step: int) -> float:
    return -1.0


@pytest.mark.parametrize("engine", ["reference", "compiled", "called back"])
def test_a_timer_that_is_no_duration_is_refused(engine: str) -> None:
    model = two("longest-wait")
    policy = policy_from(SimpleNamespace(arrived=waits, free=serves_first, timer=odd_timer), "mine", {}, model)
    kernel = Machine(model, policy, compile_policy=engine == "compiled")
    simulate = partial(reference.simulate, model, policy=policy) if engine == "reference" else kernel.simulate
    with pytest.raises(PolicyError, match="answered a timer that is not a number"):
        simulate(1, 0)


def never_serves(view: Any, group: int, now: float, luck: float) -> int:
    return -1


def unskilled(view: Any, group: int, now: float, luck: float) -> int:
    return 0


MISBEHAVING = [
    (far, serves_first, "answered group 99 for queue 'calls'"),
    (waits, far, "answered queue 99 for group 'all'"),
    (waits, unskilled, "answered queue 0 for group 'expert'"),
    (raises, serves_first, "raised ValueError: no idea"),
]


@pytest.mark.parametrize("engine", ["reference", "sim"])
@pytest.mark.parametrize(("arrived", "free", "part"), MISBEHAVING)
def test_a_policy_that_misbehaves_is_named_with_its_line(engine: str, arrived: Any, free: Any, part: str) -> None:
    model = two("longest-wait")
    policy = policy_from(SimpleNamespace(arrived=arrived, free=free), "mine", {}, model)
    simulate = Machine(model, policy).simulate if engine == "sim" else partial(reference.simulate, model, policy=policy)
    with pytest.raises(PolicyError, match=part) as caught:
        simulate(1, 0)
    place, line, *_ = str(caught.value).split(":")
    assert place.endswith("test_routing_shelf.py")
    assert int(line) > 0
    assert "'mine'" in str(caught.value)


def test_an_answer_that_is_no_number_is_refused() -> None:
    model = two("longest-wait")
    policy = policy_from(SimpleNamespace(arrived=text, free=serves_first), "mine", {}, model)
    with pytest.raises(PolicyError, match="answered 'all', not a whole number"):
        reference.simulate(model, 1, 0, policy=policy)
    with pytest.raises(PolicyError, match="answered 'all', not a whole number"):
        Machine(model, policy).simulate(1, 0)


def test_a_policy_that_never_serves_ends_all_the_same() -> None:
    model = two("longest-wait")
    policy = policy_from(SimpleNamespace(arrived=waits, free=never_serves), "mine", {}, model)
    counts = Machine(model, policy).simulate(1, 0)
    assert total(counts, "handled") == 0.0
    assert total(counts, "inside", 0) == total(counts, "offered", 0) > 0


@pytest.mark.parametrize("policy", sorted(SHELF.kinds()))
def test_a_policy_that_is_not_compiled_gives_the_same_log(policy: str) -> None:
    model = two(policy)
    compiled, plain = Machine(model), Machine(model, compile_policy=False)
    assert compiled.bridge is None
    assert plain.bridge is not None
    one, other = (machine.simulate(3, 1, log=True).log for machine in (compiled, plain))
    assert one is not None
    assert other is not None
    assert one.tobytes() == other.tobytes()


def remembers(view: Any, group: int, now: float, luck: float) -> int:
    waiting = sorted(
        (queue for queue in range(len(view.queues)) if view.rank[group, queue] >= 0), key=lambda q: view.queues[q].oldest
    )
    return waiting[0] if view.queues[waiting[0]].waiting else -1


def test_a_policy_in_any_python_runs_in_the_kernel() -> None:
    model = two("least-skilled-first")
    module = SimpleNamespace(arrived=SHELF.load("least-skilled-first").arrived, free=remembers)
    machine = Machine(model, policy_from(module, "mine", {}, model))
    assert machine.bridge is not None
    np.testing.assert_array_equal(machine.simulate(3, 1).queues, Machine(model).simulate(3, 1).queues)


@pytest.mark.parametrize(("arrived", "free", "part"), MISBEHAVING)
def test_what_an_uncompiled_policy_raises_is_raised(arrived: Any, free: Any, part: str) -> None:
    model = two("longest-wait")
    policy = policy_from(SimpleNamespace(arrived=arrived, free=free), "mine", {}, model)
    machine = Machine(model, policy, compile_policy=False)
    with pytest.raises(PolicyError, match=part):
        machine.simulate(1, 0)
