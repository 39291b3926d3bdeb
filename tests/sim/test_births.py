"""Births in compiled code are those of the demand floor; marks drawn ahead are those of the reference."""

import numpy as np
import pytest
from sim_kit import at, born, scenario

from surgesim.base.streams import Purpose
from surgesim.model.build import build
from surgesim.sim.arrays import flat
from surgesim.sim.births import births_of, ordered
from surgesim.sim.branches import branched
from surgesim.sim.laws import log_rest, logarithm
from surgesim.sim.luck import Luck
from surgesim.sim.ticks import to_ticks

MIXED = {
    "reasons": {"question": {"queue": "calls"}, "claim": {"queue": "calls"}},
    "demand": {"base": {"kind": "rates", "reasons": {"question": "70%", "claim": "30%"}, "rate": "500/h", "day_noise": "30%"}},
}


@pytest.mark.parametrize("seed", range(5))
def test_births_are_those_of_the_demand_floor(seed: int) -> None:
    model = build(scenario(**MIXED))
    expected = model.needs.births(seed, 2)
    tick, stream, need, _ = ordered(model.needs, 1 << 60, seed, 2)
    assert len(tick) > 10_000
    order = np.lexsort((expected.need, to_ticks(expected.time_s)))
    np.testing.assert_array_equal(tick, to_ticks(expected.time_s)[order])
    np.testing.assert_array_equal(stream, expected.stream[order])
    np.testing.assert_array_equal(need, expected.need[order])


def test_births_are_cut_at_the_last_tick_and_stay_in_order() -> None:
    model = build(scenario(**MIXED))
    tick, _, need, _ = ordered(model.needs, 1000, 1, 0)
    assert tick.max() == 1000
    assert np.all(np.diff(need) > 0)


def test_needs_that_make_their_own_births_are_asked() -> None:
    model = born(build(scenario()), [at("10:00:03"), at("10:00"), at("11:00")])
    tick, _, need, _ = ordered(model.needs, 1 << 60, 1, 0)
    assert list(tick / 65_536) == [at("10:00"), at("10:00:03"), at("11:00")]
    assert list(need) == [0, 1, 2]


@pytest.mark.parametrize("law", ["exponential(5min)", "lognormal(5min, cv 0.8)", "constant(3min)"])
def test_first_attempts_are_drawn_ahead_as_the_reference_draws_them(law: str) -> None:
    queue = {"calls": {"handling": {"talk": law}, "patience": law}}
    model = build(scenario(queues=queue))
    births, luck, rules = births_of(model, flat(branched(model)), 7, 1), Luck(7, 1), model.queues[0]
    for place in range(0, len(births.need), 29):
        need = int(births.need[place])
        assert births.talk[place] == luck.seconds(rules.talk, Purpose.TALK, need, 1)
        assert births.patience[place] == luck.seconds(rules.patience, Purpose.PATIENCE, need, 1)


def test_the_logarithm_is_that_of_the_library_to_one_unit() -> None:
    values = np.concatenate([np.geomspace(2.0**-53, 1.0, 20_001), 1.0 - np.geomspace(2.0**-53, 0.5, 20_001), [2.0, 1e300]])
    found = np.array([logarithm(x) for x in values])
    assert np.all(np.abs(found - np.log(values)) <= np.spacing(np.abs(np.log(values))))
    rest = np.geomspace(1e-300, 1.0 - 1e-9, 20_001)
    np.testing.assert_allclose([log_rest(u) for u in rest], np.log1p(-rest), rtol=1e-15)
