"""What must not change the result, and what may change it in one direction only."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surgesim.model.build import build
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import COLUMN
from surgesim.sim.engine import run
from surgesim.sim.machine import Machine

quick = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def tree(heads: int = 3, patience: str = "exponential(2min)", start: str = "2027-11-01", **queue: Any) -> dict[str, Any]:
    return {
        "surgesim": 1,
        "name": "desk",
        "clock": {"start": start, "days": 2, "interval": "30min", "holidays": []},
        "hours": {"desk": {"every_day": "09:00-18:00"}},
        "reasons": {"question": {"queue": "calls"}},
        "demand": {"base": {"kind": "rates", "reasons": {"question": "100%"}, "rate": "40/h"}},
        "queues": {"calls": {"hours": "desk", "handling": {"talk": "lognormal(6min, cv 1)"}, "patience": patience, **queue}},
        "sites": {"here": {"seats": 100}},
        "groups": {"all": {"site": "here", "skills": ["calls"], "heads": heads}},
    }


def machine(**changes: Any) -> Machine:
    return Machine(build(Scenario.model_validate(tree(**changes))))


def waits(log: Any) -> dict[tuple[int, int], float]:
    return {(row["need"], row["attempt"]): row["wait_s"] for row in log if row["outcome"] == 0}


@quick
@given(seed=st.integers(0, 10**6), heads=st.integers(1, 6), more=st.integers(1, 3))
def test_more_agents_never_make_anybody_wait_longer(seed: int, heads: int, more: int) -> None:
    few, many = (machine(heads=number, patience="never").simulate(seed, 0, log=True) for number in (heads, heads + more))
    before, after = waits(few.log), waits(many.log)
    assert before.keys() <= after.keys()
    assert all(after[key] <= before[key] for key in before)


@quick
@given(seed=st.integers(0, 10**6), heads=st.integers(0, 6), more=st.integers(1, 3))
def test_more_agents_never_handle_fewer(seed: int, heads: int, more: int) -> None:
    constant = {"patience": "constant(2min)", "handling": {"talk": "constant(6min)"}}
    few, many = (machine(heads=number, **constant).simulate(seed, 0) for number in (heads, heads + more))
    assert many.queues[:, :, COLUMN["handled"]].sum() >= few.queues[:, :, COLUMN["handled"]].sum()


@quick
@given(seed=st.integers(0, 10**6))
def test_a_share_of_zero_is_the_same_as_no_such_rule(seed: int) -> None:
    plain = machine().simulate(seed, 0, log=True)
    nothing = machine(
        redial={"probability": "0%", "delay": "exponential(5min)"},
        closing={"returns": "0%", "spread": "exponential(5min)"},
        follow_ups=[{"to": "calls", "probability": "0%", "delay": "exponential(1h)"}],
    ).simulate(seed, 0, log=True)
    assert plain.log is not None
    assert nothing.log is not None
    assert plain.log.tobytes() == nothing.log.tobytes()
    np.testing.assert_array_equal(plain.queues, nothing.queues)


@quick
@given(seed=st.integers(0, 10**6), weeks=st.integers(1, 30))
def test_whole_weeks_later_everything_is_the_same(seed: int, weeks: int) -> None:
    later = str(np.datetime64("2027-11-01") + 7 * weeks)
    one, other = (machine(start=start).simulate(seed, 0, log=True).log for start in ("2027-11-01", later))
    assert one is not None
    assert other is not None
    assert one.tobytes() == other.tobytes()


@quick
@given(seed=st.integers(0, 10**6), heads=st.integers(0, 8))
def test_staff_and_lines_never_change_who_is_born_and_what_they_bring(seed: int, heads: int) -> None:
    one, other = (machine(heads=number).simulate(seed, 0, log=True).log for number in (heads, 9))
    assert one is not None
    assert other is not None
    np.testing.assert_array_equal(one[["need", "attempt", "arrival_s"]], other[["need", "attempt", "arrival_s"]])
    both = (one["outcome"] == 0) & (other["outcome"] == 0)
    talk, same = (log["talk_end_s"][both] - log["start_s"][both] for log in (one, other))
    np.testing.assert_array_equal(talk, same)


def test_two_groups_that_are_alike_are_one_group() -> None:
    whole = Scenario.model_validate(tree(heads=4))
    parts = tree(heads=2)
    parts["groups"]["more"] = parts["groups"]["all"]
    one, other = (build(scenario) for scenario in (whole, Scenario.model_validate(parts)))
    np.testing.assert_array_equal(Machine(one).simulate(5, 0).queues, Machine(other).simulate(5, 0).queues)


def test_threads_change_nothing_on_a_busy_desk() -> None:
    model = build(Scenario.model_validate(tree(redial={"probability": "60%", "delay": "exponential(5min)"})))
    assert run(model, 9, 9, threads=1).equals(run(model, 9, 9, threads=3))


def test_the_same_staff_by_capacity_or_by_scenario_is_the_same_run() -> None:
    few, many = (build(Scenario.model_validate(tree(heads=heads))) for heads in (2, 5))
    changed = few.with_capacity(agents=many.agents, paid_s=many.paid_s)
    assert run(changed, 1, 3).equals(run(replace(many, scenario=few.scenario), 1, 3))
