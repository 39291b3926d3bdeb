"""Mean load: conservation, convolution with delays, closed desks; against the simulation and against arithmetic."""

from typing import Any

import numpy as np
import pytest

from surgesim.base.distributions import parse_distribution
from surgesim.base.streams import Purpose, uniforms
from surgesim.model.build import build
from surgesim.model.load import delayed, load
from surgesim.model.model import Model
from surgesim.scenario.scenario import Scenario


def model(channels: dict[str, Any] | None = None, hours: str | list[str] = "09:00-18:00", **queue: Any) -> Model:
    return build(
        Scenario.model_validate(
            {
                "surgesim": 1,
                "name": "desk",
                "clock": {"start": "2027-11-01", "days": 3, "interval": "30min"},
                "hours": {"desk": {"every_day": hours}},
                "reasons": {"a": {"queue": "calls"}, "b": {"queue": "calls", "talk_factor": "2x"}},
                "demand": {"base": {"kind": "rates", "reasons": {"a": "75%", "b": "25%"}, "rate": "20/h"}},
                "channels": channels or {},
                "queues": {
                    "calls": {
                        "hours": "desk",
                        "handling": {"talk": "exponential(5min)"},
                        "patience": "exponential(2min)",
                        **queue,
                    }
                },
                "sites": {"here": {"seats": 10}},
                "groups": {"all": {"site": "here", "skills": ["calls"], "heads": 5}},
            }
        )
    )


def test_without_rules_calls_are_needs_in_open_time() -> None:
    found = load(model())
    by_day = found.offered[0].reshape(3, 48)
    np.testing.assert_allclose(by_day[:, 18:36], 10.0)
    assert by_day[:, :18].sum() == by_day[:, 36:].sum() == 0.0
    np.testing.assert_allclose(found.lost_closed, found.closed)
    np.testing.assert_allclose(found.talk_factor[0, 18:36], 1.25)
    np.testing.assert_allclose(found.aht_s(model())[0, 18:36], 375.0)


def test_callers_at_a_closed_desk_come_back_after_the_opening() -> None:
    found = load(model(closing={"returns": "50%", "spread": "constant(40min)"}))
    first, second = found.offered[0, 18:20], found.offered[0, 48 + 18 : 48 + 20]
    np.testing.assert_allclose(first, [10.0, 10.0 + 0.5 * 180.0])
    np.testing.assert_allclose(second, [10.0, 10.0 + 0.5 * 300.0])
    assert found.lost_closed.sum() == pytest.approx(0.5 * (180 + 300 + 300) + 120)


def test_windows_inside_intervals_are_cut_exactly() -> None:
    found = load(model(hours=["09:10-12:00", "13:00-18:00"], closing={"returns": "100%", "spread": "constant(0s)"}))
    assert found.offered[0, 18] == pytest.approx(10.0 * 2 / 3 + 180.0 + 10.0 / 3)
    assert found.offered[0, 26] == pytest.approx(10.0 + 20.0)


@pytest.mark.parametrize(
    "law",
    [
        "constant(40min)",
        "exponential(1h)",
        "lognormal(2h, cv 1)",
        "uniform(0s, 10min)",
        "mixture(0.5 constant(0s), 0.5 exponential(1h))",
    ],
)
def test_delays_keep_the_mass_and_add_the_mean(law: str) -> None:
    edges = np.arange(0.0, 400.5) * 1800.0
    mass = np.zeros(400)
    mass[3] = 8.0
    late = delayed(mass, parse_distribution(law), edges)
    assert late[:3].sum() == 0.0
    assert late.sum() == pytest.approx(8.0, rel=1e-6)
    middle = (edges[1:] + edges[:-1]) / 2
    assert (late @ middle) / 8.0 - middle[3] == pytest.approx(parse_distribution(law).mean, rel=0.02, abs=5.0)


@pytest.mark.parametrize("seed", range(5))
def test_long_and_short_horizons_are_convolved_alike(seed: int) -> None:
    mass = 50.0 * uniforms(seed, 0, np.arange(600), 0, Purpose.REPEAT)
    law, edges = parse_distribution("exponential(3h)"), np.arange(601) * 900.0
    whole = delayed(mass, law, edges)
    short = delayed(mass[:200], law, edges[:201])
    np.testing.assert_allclose(whole[:200], short, atol=1e-9)


def test_uneven_intervals_are_convolved_one_by_one() -> None:
    edges = np.concatenate([np.arange(0.0, 36_001.0, 1800.0), [36_900.0], np.arange(38_700.0, 72_000.0, 1800.0)])
    mass = np.linspace(1.0, 3.0, len(edges) - 1)
    even = np.arange(0.0, edges[-1] + 1.0, 900.0)
    fine = np.repeat(mass, np.round(np.diff(edges) / 900.0).astype(int)) / np.repeat(
        np.diff(edges) / 900.0, np.round(np.diff(edges) / 900.0).astype(int)
    )
    law = parse_distribution("exponential(1h)")
    expected = np.add.reduceat(delayed(fine, law, even), np.searchsorted(even, edges[:-1]))
    np.testing.assert_allclose(delayed(mass, law, edges), expected, rtol=2e-3)


def test_the_mean_load_is_the_mean_of_the_simulation() -> None:
    from surgesim.sim.books import COLUMN
    from surgesim.sim.machine import Machine

    channels = {
        "faq": {"kind": "faq", "boomerang_delay": "exponential(90min)", "available_from": "2027-11-01 10:10"},
        "bot": {"kind": "chatbot"},
    }
    built = model(channels, ["08:50-12:00", "13:00-18:00"], closing={"returns": "60%", "spread": "exponential(50min)"})
    found, machine = load(built), Machine(built)
    runs = np.stack([machine.simulate(3, place).queues[:, 0] for place in range(200)])
    for name, mean in (("needs", found.needs), ("contained", found.contained), ("boomerang", found.boomerang),
                       ("closed", found.closed), ("lost_closed", found.lost_closed), ("first", found.offered)):  # fmt: skip
        values = runs[:, :, COLUMN[name]].reshape(200, 36, 4).sum(axis=2)
        error = np.abs(values.mean(axis=0) - mean[0].reshape(36, 4).sum(axis=1))
        allowed = 4.5 * values.std(axis=0, ddof=1) / np.sqrt(200) + 0.05
        assert np.all(error <= allowed), (name, np.argmax(error - allowed))
