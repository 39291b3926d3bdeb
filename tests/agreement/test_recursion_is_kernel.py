"""At one desk, first come first served, the recursion over arrivals and the event kernel give the same answer."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_reference_is_kernel import delays, differences, laws, shares

from surgesim.base.errors import DomainError
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import COLUMN, GROUP_COLUMN
from surgesim.sim.counts import Counts
from surgesim.sim.machine import Machine
from surgesim.sim.recursion import Recursion, applies_to, simulate

SURGE = {"00:00": "0/h", "08:00": "20/h", "09:00": "90/h", "11:00": "40/h", "17:30": "120/h", "18:30": "8/h"}
HOURS = {
    "desk": {"every_day": "09:00-18:00"},
    "always": {"every_day": "00:00-24:00"},
    "split": {"every_day": ["08:10-12:00", "12:40-19:20"]},
}
DESK: dict[str, Any] = {
    "surgesim": 1,
    "name": "desk",
    "clock": {"start": "2027-11-01", "days": 2, "interval": "15min"},
    "hours": HOURS,
    "reasons": {"a": {"queue": "calls"}, "b": {"queue": "calls", "talk_factor": "1.3x"}},
    "demand": {"base": {"kind": "rates", "reasons": {"a": "60%", "b": "40%"}, "by_time": SURGE, "day_noise": "20%"}},
    "queues": {"calls": {"hours": "desk", "handling": {"talk": "exponential(6min)"}, "patience": "exponential(3min)"}},
    "sites": {"here": {"seats": 100}},
    "shifts": {
        "early": {"time": "08:00-16:00", "break_time": "12:00-13:00"},
        "late": {"time": "12:30-18:15"},
        "night": {"time": "22:00-09:30"},
    },
    "groups": {"all": {"site": "here", "skills": ["calls"], "heads": 6}},
    "routing": {"policy": "longest-wait"},
}


@st.composite
def desks(draw: st.DrawFn) -> Scenario:
    handling: dict[str, Any] = {"talk": draw(laws)}
    if draw(st.booleans()):
        handling |= {"hold": draw(laws), "after": draw(laws)}
    patience = draw(st.one_of(laws, st.sampled_from(["never", "mixture(0.3 never, 0.7 exponential(1min))"])))
    queue: dict[str, Any] = {"hours": draw(st.sampled_from(sorted(HOURS))), "handling": handling, "patience": patience}
    if draw(st.booleans()):
        queue["redial"] = {"probability": draw(shares), "delay": draw(delays), "attempts": draw(st.integers(1, 4)),
                           "patience_factor": draw(st.sampled_from(["1x", "0.8x", "0x", "1.5x"]))}  # fmt: skip
    if draw(st.booleans()):
        queue["closing"] = {"returns": draw(shares), "spread": draw(delays)}
    if draw(st.booleans()):
        steps = draw(st.lists(delays, min_size=1, max_size=2))
        queue["follow_ups"] = [{"to": "calls", "probability": "30%", "delay": delay} for delay in steps]
    group: dict[str, Any] = {"site": "here", "skills": ["calls"], "shrinkage": draw(st.sampled_from(["0%", "30%"])),
                             "handling_factor": draw(st.sampled_from(["1x", "1.3x"]))}  # fmt: skip
    if draw(st.booleans()):
        group["heads"] = draw(st.integers(0, 15))
    else:
        group["roster"] = [
            {"team": shift, "shift": shift, "heads": draw(st.integers(0, 8))} for shift in ("early", "late", "night")
        ]
    tree: dict[str, Any] = DESK | {"queues": {"calls": queue}, "groups": {"all": group}}
    tree["clock"] = DESK["clock"] | {"interval": draw(st.sampled_from(["15min", "1h"]))}
    tree["routing"] = {"policy": draw(st.sampled_from(["longest-wait", "priority-list", "longest-idle-agent"]))}
    if draw(st.booleans()):
        tree["channels"] = {"bot": {"kind": "chatbot", "tries": draw(shares), "containment": draw(shares)}}
    if draw(st.booleans()):
        outage = {"start": "2027-11-01 10:00", "end": "2027-11-01 11:10"}
        tree["sites"] = {"here": {"seats": 100, "outages": [outage, {"start": "2027-11-01 18:00", "end": "2027-11-01 23:00"}]}}
    return Scenario.model_validate(tree)


def both(model: Model, seed: int) -> tuple[Counts, Counts]:
    """Return one replication of the kernel and of the recursion."""
    assert applies_to(model)
    return Machine(model).simulate(seed, 0, log=True), simulate(model, seed, 0, log=True)


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(scenario=desks(), seed=st.integers(0, 2**32))
def test_all_counters_and_the_log_are_the_same(scenario: Scenario, seed: int) -> None:
    kernel, recursion = both(build(scenario), seed)
    assert differences(kernel, recursion) == []


@pytest.mark.parametrize("seed", range(30))
def test_a_surge_with_shifts_gives_the_same_counts_and_waits(seed: int) -> None:
    roster = [{"team": shift, "shift": shift, "heads": 4} for shift in ("early", "late", "night")]
    group = {"site": "here", "skills": ["calls"], "roster": roster}
    kernel, recursion = both(build(Scenario.model_validate(DESK | {"groups": {"all": group}})), seed)
    assert kernel.log is not None
    assert recursion.log is not None
    assert kernel.queues[:, 0, COLUMN["abandoned"]].sum() > 50
    assert kernel.queues[:, 0, COLUMN["handled"]].sum() > 300
    for column in ("offered", "handled", "abandoned", "answered_within", "closed", "given_up"):
        assert np.array_equal(kernel.queues[:, 0, COLUMN[column]], recursion.queues[:, 0, COLUMN[column]]), column
    np.testing.assert_allclose(kernel.log["wait_s"], recursion.log["wait_s"], rtol=0, atol=1e-9)
    duty = GROUP_COLUMN["ready_s"]
    np.testing.assert_allclose(kernel.groups[:, 0, duty], recursion.groups[:, 0, duty], rtol=0, atol=1e-9)


def test_room_grows_where_many_are_about_to_call() -> None:
    redial = {"probability": "100%", "delay": "constant(20h)", "attempts": 2}
    queue = DESK["queues"]["calls"] | {"patience": "constant(0s)", "redial": redial}
    busy = {"base": DESK["demand"]["base"] | {"by_time": {"00:00": "0/h", "10:00": "9000/h", "11:00": "0/h"}}}
    group = DESK["groups"]["all"] | {"heads": 1}
    tree = DESK | {"queues": {"calls": queue}, "demand": busy, "groups": {"all": group}}
    model = build(Scenario.model_validate(tree))
    recursion = Recursion(model)
    before = recursion.sizes.people
    found = recursion.simulate(1, 0, log=True)
    assert recursion.sizes.people > before
    assert differences(Machine(model).simulate(1, 0, log=True), found) == []


def test_models_for_which_it_is_not_exact_are_refused_with_every_reason() -> None:
    mail = {"hours": "always", "handling": {"talk": "constant(1min)"}, "deadline": "4h"}
    groups = {"all": DESK["groups"]["all"] | {"skills": ["calls", "mail"]}, "more": DESK["groups"]["all"]}
    tree = DESK | {
        "queues": DESK["queues"] | {"mail": mail},
        "groups": groups,
        "trunks": {"main": {"lines": 9, "queues": ["calls"]}},
        "routing": {"policy": "random"},
    }
    model = build(Scenario.model_validate(tree))
    assert not applies_to(model)
    with pytest.raises(DomainError) as caught:
        Recursion(model)
    for word in ("2 queues", "2 groups", "deferred work", "lines", "random"):
        assert word in str(caught.value)
