"""What knowing more is worth, as a plan's certificate says it: against the two stages asked for by hand."""

import json
from pathlib import Path

import pytest
from test_plan_whole import TREE

from surgesim.base.errors import SolverError
from surgesim.demand.past import PATH_SEED, forecast_needs
from surgesim.model.build import build
from surgesim.planning import reserve
from surgesim.planning.knowing import PATHS, dear_jpy, knowing
from surgesim.planning.knowing import _english as said
from surgesim.planning.knowing import _japanese as said_ja
from surgesim.planning.planner import plan
from surgesim.planning.read import read
from surgesim.planning.reserve import Option
from surgesim.planning.reserving import reserving
from surgesim.scenario.read import load
from surgesim.scenario.scenario import Scenario


@pytest.fixture(scope="module")
def surge():
    """A recall of uncertain size: hires and packages answer it."""
    return load(Path(__file__).parents[2] / "scenarios" / "kettle-recall.yaml")


def test_a_head_short_costs_twice_the_dearest_head_day():
    options = (Option("standing", 60_000.0, 10_000.0, heads=2), Option("agency", 12_000.0, 24_000.0, lead_days=4))
    assert dear_jpy(options, days=10) == 2.0 * (24_000.0 + 12_000.0 / 6)


def test_the_certificate_says_what_two_stages_say(surge):
    model = build(surge)
    found = knowing(model, read(surge, model), seed=3)
    asked = reserving(surge, paths=PATHS, seed=3)
    numbers = found["two_stage"]
    same = asked.solve(numbers["short_jpy"])
    assert numbers["value_of_stochastic_solution_jpy"] == pytest.approx(same.stochastic_jpy)
    assert numbers["value_of_perfect_information_jpy"] == pytest.approx(same.information_jpy)
    assert same.stochastic_jpy > 0.0
    assert same.information_jpy > 0.0
    assert 0.0 < numbers["error_jpy"] < numbers["mean_jpy"]
    assert f"¥{same.stochastic_jpy:,.0f}" in found["knowing"][1]
    assert f"¥{same.information_jpy:,.0f}" in found["knowing_ja"][2]
    json.dumps(found, allow_nan=False)


def test_it_is_in_the_certificate_of_a_plan_and_silent_where_nothing_can_be_reserved(tmp_path):
    asked = Scenario.build(TREE, tmp_path)
    made = plan(asked, replications=20)
    model = build(asked)
    assert made.certificate["two_stage"] == knowing(model, read(asked, model), seed=1)["two_stage"]
    assert len(made.certificate["knowing"]) == len(made.certificate["knowing_ja"]) == 3
    settled = asked.but("settled", {"levers.staff.temp": None})
    model = build(settled)
    assert knowing(model, read(settled, model), seed=1)["two_stage"] is None


def test_a_solver_that_gives_up_costs_a_sentence_and_not_the_plan(surge, monkeypatch):
    def gives_up(*_):
        raise SolverError("HiGHS stopped")

    model = build(surge)
    monkeypatch.setattr(reserve, "best_units", gives_up)
    found = knowing(model, read(surge, model), seed=3)
    assert found["two_stage"] is None
    assert "HiGHS stopped" in found["knowing"][0]
    assert "HiGHS stopped" in found["knowing_ja"][0]


def test_fresh_sample_paths_of_a_forecast_are_others_with_the_same_mean():
    """What a check out of sample takes: none of the paths that planning and verification draw from."""
    hotline = load(Path(__file__).parents[2] / "scenarios" / "tokyo-hotline.yaml")
    (source,) = hotline.demand.values()
    own, fresh = (forecast_needs(hotline, source, hotline.calendar(), 60, seed=seed) for seed in (PATH_SEED, 424_242))
    assert (own[0] == fresh[0]).all()
    totals = [drawn.sum(axis=1) for _, drawn in (own, fresh)]
    assert not set(totals[0].tolist()) & set(totals[1].tolist())
    error = (totals[0].var(ddof=1) / 60 + totals[1].var(ddof=1) / 60) ** 0.5
    assert abs(totals[0].mean() - totals[1].mean()) < 3.0 * error


@pytest.mark.parametrize(("mean", "sentences"), [(0.0, 1), (900.0, 3)])
def test_where_nothing_has_to_be_kept_ready_one_sentence_says_so(mean, sentences):
    numbers = {
        "paths": 200, "short_jpy": 45_000.0, "mean_jpy": mean, "error_jpy": 0.0, "value_of_stochastic_solution_jpy": 0.0,
        "value_of_perfect_information_jpy": 0.0,
    }  # fmt: skip
    assert len(said(numbers)) == len(said_ja(numbers)) == sentences
    assert ("nothing has to be kept ready" in said(numbers)[0]) == (sentences == 1)
