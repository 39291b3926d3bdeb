"""Two stages: the extensive form against every reserve there is, and what sampling does to it."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from surgesim.base.errors import InputError
from surgesim.base.streams import gamma_factors, uniforms
from surgesim.planning.reserve import Option, path_costs, replicated, reserve, tail_mean
from surgesim.planning.reserving import Reserving, reserving
from surgesim.scenario.read import load

OPTIONS = (
    Option("standing", fee_jpy=60_000.0, day_jpy=0.0, heads=1, most=6),
    Option("package", fee_jpy=50_000.0, day_jpy=16_000.0, heads=4, most=2, lead_days=1),
    Option("agency", fee_jpy=5_000.0, day_jpy=24_000.0, heads=1, most=6, lead_days=2),
)
SHORT = 60_000.0


def paths(count, sample=0, days=5):
    """Return heads needed: a surge that dies down, of uncertain size."""
    size = gamma_factors(uniforms(7, sample, np.arange(count), np.zeros(count, dtype=int), 1), 0.8)
    return size[:, None] * 9.0 * 0.6 ** np.arange(days)[None, :]


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_the_extensive_form_finds_the_best_of_all_reserves(weight):
    need = paths(12)
    found = reserve(OPTIONS, need, SHORT, weight, tail=0.75)
    ranges = [range(option.most + 1) for option in OPTIONS]

    def objective(units):
        costs = path_costs(OPTIONS, need, np.array(units, dtype=float), SHORT)
        return (1.0 - weight) * costs.mean() + weight * tail_mean(costs, 0.75)

    assert found.objective_jpy == pytest.approx(min(objective(units) for units in product(*ranges)), rel=1e-4)
    assert found.objective_jpy == pytest.approx(objective(found.units))


def test_knowing_more_is_never_worth_less_than_nothing():
    found = reserve(OPTIONS, paths(30), SHORT)
    assert found.stochastic_jpy >= 0.0
    assert found.information_jpy > 0.0
    assert found.tail_jpy > found.mean_jpy
    same = reserve(OPTIONS, np.repeat(paths(1), 5, axis=0), SHORT)  # one future: nothing to gain by knowing it
    assert same.information_jpy == pytest.approx(0.0, abs=1.0)
    assert same.stochastic_jpy == pytest.approx(0.0, abs=1.0)


def test_who_fears_the_tail_pays_for_it():
    need = paths(60)
    calm, careful = reserve(OPTIONS, need, SHORT), reserve(OPTIONS, need, SHORT, weight=0.9)
    assert careful.tail_jpy <= calm.tail_jpy + 1.0
    assert careful.mean_jpy >= calm.mean_jpy - 1.0


def test_the_bound_of_replicated_samples_covers_the_true_gap():
    """The truth is a sample large enough; the candidate of few paths is as far from it as the bound allows."""
    candidate = reserve(OPTIONS, paths(10, sample=99), SHORT).units
    found = replicated(OPTIONS, [paths(40, sample=1 + n) for n in range(8)], candidate, SHORT)
    many = paths(2_000, sample=50)
    ranges = [range(option.most + 1) for option in OPTIONS]
    truth = min(path_costs(OPTIONS, many, np.array(units, dtype=float), SHORT).mean() for units in product(*ranges))
    gap = path_costs(OPTIONS, many, candidate, SHORT).mean() - truth
    assert found.lower_jpy <= found.upper_jpy
    assert gap <= found.gap_jpy + 2.0 * found.error_jpy


def test_needs_and_weights_that_mean_nothing_are_refused():
    with pytest.raises(InputError) as error:
        reserve(OPTIONS, np.array([[1.0, np.nan]]), SHORT, weight=1.5)
    assert len(error.value.problems) == 2


def test_what_keeping_an_option_ready_is_worth_is_the_fee_at_which_it_does_not_matter():
    need = paths(12)
    saving = Reserving(OPTIONS, need).saving_jpy("package", SHORT)
    package = replace(OPTIONS[1], most=1)
    single = Reserving((OPTIONS[0], package, OPTIONS[2]), need).saving_jpy("package", SHORT)
    below, above = (
        reserve((OPTIONS[0], replace(package, fee_jpy=factor * single), OPTIONS[2]), need, SHORT) for factor in (0.99, 1.01)
    )
    assert below.units[1] == 1.0  # one unit: it is taken just below its worth, and left just above
    assert above.units[1] == 0.0
    assert saving >= single > 0.0
    with pytest.raises(InputError, match="agencie"):
        Reserving(OPTIONS, need).saving_jpy("agencie", SHORT)


def test_a_scenario_says_what_can_be_reserved_and_what_its_paths_need():
    scenario = load(Path(__file__).parents[2] / "scenarios" / "kettle-recall.yaml")
    found = reserving(scenario, paths=20)
    assert found.need.shape == (20, 14)
    assert {option.name for option in found.options} >= {"hires tokyo-temp"}
    solved = found.solve(short_jpy=80_000.0)
    assert solved.information_jpy >= 0.0
    assert all(0 <= n <= option.most for n, option in zip(solved.units, found.options, strict=True))
    np.testing.assert_array_equal(reserving(scenario, paths=20).need, found.need)
