"""Promises over the worst share of futures: the estimator, the weights, and plans that keep them on fresh paths."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from test_plan_whole import TREE

from surgesim.base.errors import ScenarioError
from surgesim.model.build import build
from surgesim.planning.paths import path_weights
from surgesim.planning.planner import plan
from surgesim.planning.read import read
from surgesim.planning.tail import lower_bound, terms, worst
from surgesim.planning.watch import seen
from surgesim.scenario.scenario import Scenario
from surgesim.sim.engine import run


@given(st.integers(5, 60), st.sampled_from([0.05, 0.1, 0.25, 0.5, 1.0]), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_mean_of_the_terms_is_the_mean_of_the_worst(n, tail, seed):
    surplus = norm.rvs(size=(2, n), random_state=seed)
    expected = (worst(surplus, tail) * surplus).sum(axis=1)
    assert terms(surplus, tail).mean(axis=1) == pytest.approx(expected)
    assert worst(surplus, tail).sum(axis=1) == pytest.approx(1.0)
    ordered = np.sort(surplus, axis=1)
    whole = int(tail * n + 1e-9)
    if whole == tail * n:
        assert expected == pytest.approx(ordered[:, :whole].mean(axis=1))


def test_the_tail_of_a_normal_law_and_its_error():
    """Expected shortfall of the normal law: density at the quantile over the share; its interval covers as it says."""
    tail, n = 0.1, 400
    found = terms(norm.rvs(size=(2_000, n), random_state=1), tail)
    true = -norm.pdf(norm.ppf(tail)) / tail
    assert found.mean() == pytest.approx(true, abs=0.01)
    assert np.mean(lower_bound(found, n, 0.95) <= true) == pytest.approx(0.95, abs=0.02)
    assert lower_bound(np.full((1, 20), 3.0), 20, 0.95) == pytest.approx(3.0)


def test_the_busiest_paths_weigh():
    calls = np.array([[5.0, 9.0, 7.0, 1.0]])
    assert path_weights(calls, None, tail=0.5).tolist() == [[0.0, 0.5, 0.5, 0.0]]
    assert path_weights(calls, None, tail=0.375)[0] == pytest.approx([0.0, 2 / 3, 1 / 3, 0.0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tail")


def _scenario(folder, **levers):
    noisy = {"usual": {**TREE["demand"]["usual"], "day_noise": "20%"}}
    one_day = {**TREE, "clock": {**TREE["clock"], "days": 1}, "demand": noisy, "levers": {**TREE["levers"], **levers}}
    return Scenario.build(one_day, folder)


def test_a_plan_for_the_tail_keeps_it_on_paths_that_nobody_saw(folder):
    found = {tail: plan(_scenario(folder, tail=tail), replications=100) for tail in ("10%", "60%")}
    assert found["10%"].cost > found["60%"].cost
    cautious = found["10%"]
    assert all(entry["sure"] and entry["bound"] >= 0.8 for entry in cautious.certificate["promises"])
    assert "worst 10% of the paths" in cautious.certificate["notes"][0]
    assert "最も悪い10%" in cautious.certificate["notes_ja"][0]
    model = build(cautious.scenario)
    capacity, problem = cautious.capacity, read(cautious.scenario, model)
    staffed = model.with_capacity(agents=capacity.agents, paid_s=capacity.paid_s, lines=capacity.lines)
    fresh = terms(seen(problem, run(staffed, seed=77, replications=600)).by_period(problem.promises[0]), 0.1)
    assert fresh.mean() + 2.0 * fresh.std(ddof=1) / np.sqrt(fresh.size) >= 0.0


@pytest.mark.parametrize(("levers", "said"), [
    ({"tail": "10%", "probability": "90%"}, "not both"),
    ({"tail": "0%"}, "no path is in a tail of 0%"),
])  # fmt: skip
def test_a_tail_that_says_nothing_is_refused(folder, levers, said):
    with pytest.raises(ScenarioError, match=said):
        _scenario(folder, **levers)
