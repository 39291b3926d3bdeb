"""Control variates: estimates whose exact mean is known, from many seeds."""

import numpy as np
import pytest
from engine_desk import desk
from scipy.special import ndtri

import surgesim as ss
from surgesim.base.errors import InputError
from surgesim.base.streams import uniforms
from surgesim.result.controls import adjusted_ratio, deviations
from surgesim.result.estimates import ratio

SEEDS = 1500
MEAN = np.array([400.0, 300.0, 200.0, 100.0])


def _normal(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.asarray(ndtri(uniforms(seed, 0, np.arange(int(np.prod(shape))), 0, 1000))).reshape(shape)


def _experiment(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Needs of four uncertain days, and work that grows faster than the needs, with luck of its own."""
    needs = MEAN * (1.0 + 0.2 * _normal((n, 4), seed))
    own = -100.0 * np.log(uniforms(seed, 1, np.arange(n), 0, 1000))
    work = (needs**2).sum(axis=1) / 100.0 + own
    return work[:, None], np.full((n, 1), 2.0), needs - MEAN


@pytest.mark.parametrize("n", [14, 30])
def test_adjusted_intervals_hold_as_often_as_they_say_and_are_narrower(n: int) -> None:
    exact = ((MEAN**2).sum() * 1.04 / 100.0 + 100.0) / 2.0
    held, values, plain = 0, [], []
    for seed in range(SEEDS):
        top, bottom, controls = _experiment(seed, n)
        found = adjusted_ratio(top, bottom, controls)
        low, high = found.interval(0.95)
        held += bool(low[0] <= exact <= high[0])
        values.append(found.value[0])
        plain.append(ratio(top, bottom).value[0])
    assert 0.93 <= held / SEEDS <= 0.97
    assert abs(np.mean(values) - exact) < 4.0 * np.std(values) / SEEDS**0.5
    assert np.var(values) < 0.2 * np.var(plain)


def _surge(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A forecast that is wrong for the whole horizon: skewed needs, days alike, and a desk that answers what it can."""
    size = np.exp(0.5 * _normal((n, 1), seed) - 0.125)
    needs = MEAN * size * (1.0 + 0.1 * _normal((n, 4), seed + SEEDS))
    capacity = 180.0 + 15.0 * _normal((n, 4), seed + 2 * SEEDS)
    return np.minimum(needs, capacity).sum(axis=1)[:, None], needs.sum(axis=1)[:, None], needs - MEAN


@pytest.mark.parametrize("n", [20, 30])
def test_intervals_hold_where_days_are_alike_and_a_rate_bends(n: int) -> None:
    top, bottom, _ = _surge(7, 400_000)
    exact, held, plain = top.sum() / bottom.sum(), 0, 0
    for seed in range(10, 10 + SEEDS):
        top, bottom, controls = _surge(seed, n)
        for of, found in ((0, ratio(top, bottom)), (1, adjusted_ratio(top, bottom, controls))):
            low, high = found.interval(0.95)
            held, plain = held + of * bool(low[0] <= exact <= high[0]), plain + (1 - of) * bool(low[0] <= exact <= high[0])
    assert 0.92 <= held / SEEDS <= 0.97
    assert held >= plain - 0.02 * SEEDS


def test_a_measure_that_follows_the_controls_exactly_has_its_exact_mean() -> None:
    controls = _normal((40, 2), 2)
    found = adjusted_ratio(7.0 + controls @ [[2.0], [-3.0]], np.ones((40, 1)), controls)
    assert found.value == pytest.approx(7.0)
    assert found.error == pytest.approx(0.0, abs=1e-9)


def test_controls_that_repeat_each_other_cost_one_degree_of_freedom() -> None:
    one, top = _normal((40, 1), 3), 10.0 + _normal((40, 1), 4)
    single = adjusted_ratio(top, np.ones((40, 1)), one)
    double = adjusted_ratio(top, np.ones((40, 1)), np.column_stack([one, 2.0 * one]))
    assert double.freedom == single.freedom == 38
    assert double.value == pytest.approx(single.value)
    assert double.error == pytest.approx(single.error)


def test_a_group_without_a_denominator_stays_empty() -> None:
    controls = _normal((20, 1), 4)
    found = adjusted_ratio(np.zeros((20, 1)), np.zeros((20, 1)), controls)
    assert np.isnan(found.value[0])


def test_intervals_of_the_simulation_hold_the_exact_number_of_calls() -> None:
    held, widths = 0, []
    for seed in range(1, 101):
        result = ss.run(desk(), replications=20, seed=seed)
        whole = sum(result.meta["expected_needs"])
        row, plain = (result.measures(of="offered", controls=on).row(0, named=True) for on in (2, False))
        held += row["low"] <= whole <= row["high"]
        widths.append((row["high"] - row["low"]) / (plain["high"] - plain["low"]))
    assert 0.87 <= held / 100 <= 1.0  # binomial: four standard errors below
    assert np.mean(widths) < 0.9


def test_needs_are_as_many_as_expected_on_every_day() -> None:
    result = ss.run(desk(), replications=60, seed=5)
    found = deviations(result.tables, result.meta, 3)
    assert found.shape == (60, 4)
    assert (abs(found.mean(axis=0)) < 4.0 * found.std(axis=0) / 60**0.5).all()
    without = {"expected_needs": result.meta["expected_needs"]}
    assert np.array_equal(deviations(result.tables, without, 3), found[:, :3])


def test_the_square_takes_out_what_bends_and_leaves_the_exact_mean() -> None:
    """A measure that is all square: its mean is that of the square, the variance of the needs."""
    luck = 30.0 * _normal((60, 1), 6)
    square = luck**2 - 900.0
    found = adjusted_ratio(5.0 + 0.01 * luck**2, np.ones((60, 1)), np.column_stack([luck, square]))
    assert found.value == pytest.approx(5.0 + 9.0)
    assert found.error == pytest.approx(0.0, abs=1e-9)


def test_too_few_replications_and_engines_without_luck_are_refused() -> None:
    few = ss.run(desk(), replications=13)
    with pytest.raises(InputError, match="at least 14"):
        few.measures(controls=4)
    with pytest.raises(InputError, match="0 controls"):
        few.measures(controls=0)
    with pytest.raises(InputError, match="not known"):
        ss.run(desk(), engine="fluid").measures(controls=True)
