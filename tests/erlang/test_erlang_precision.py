"""The formulas against 40-digit arithmetic: ordinary desks, and the corners of the domain."""

import warnings

import erlang_reference as reference
import numpy as np
import pytest

from surgesim import erlang

TOLERANCE = 1e-11
TINY = 1e-290  # below this, doubles have no digits left

DESKS = [  # load, agents, patience in seconds
    (1e-6, 1, 1e-6), (1e-6, 33, 180.0), (0.3, 1, 1e9), (37.0, 33, 2.5), (37.0, 40, 180.0), (37.0, 33, 1e5),
    (95.0, 100, 1e9), (99.99, 100, 3e4), (500.0, 99, 0.01), (950.0, 1000, 180.0), (1000.0, 1000, 600.0),
    (1050.0, 1000, 1e6), (1e6, 1, 1e9), (1e6, 1_000_000, 1e-6), (1e6, 1_000_000, 180.0), (1.001e6, 1_000_000, 1e9),
    (37.0, 33.37, 180.0), (990.0, 1000.5, 20.0),
]  # fmt: skip


def relative(found: float, expected: object) -> float:
    return float(abs(found - expected) / expected)  # type: ignore[operator]


@pytest.mark.parametrize(("load", "agents", "patience"), DESKS)
def test_erlang_a_to_eleven_digits(load: float, agents: float, patience: float) -> None:
    aht, within = 300.0, 20.0
    rate = load / aht
    waits = erlang.erlang_a(arrival_rate=rate, aht=aht, agents=agents, patience=patience)
    expected = reference.erlang_a(rate, aht, agents, patience, within)
    assert set(expected) > {"wait_probability", "service_level"}
    for name, value in expected.items():
        found = float(waits.service_level(within=within) if name == "service_level" else getattr(waits, name))
        if value < TINY:
            assert found < 1e-280, name
        else:
            assert relative(found, value) < TOLERANCE, name


@pytest.mark.parametrize(
    ("load", "agents"), [(1e-6, 1), (0.9, 1), (9.0, 10), (95.0, 100.5), (990.0, 1000), (999_000.0, 1_000_000), (1000.0, 3000)]
)
def test_erlang_c_to_eleven_digits(load: float, agents: float) -> None:
    aht, within = 180.0, 20.0
    rate = load / aht
    waits = erlang.erlang_c(arrival_rate=rate, aht=aht, agents=agents)
    for name, value in reference.erlang_c(rate, aht, agents, within).items():
        found = float(waits.service_level(within=within) if name == "service_level" else getattr(waits, name))
        if value < TINY:
            assert found < 1e-280, name
        else:
            assert relative(found, value) < TOLERANCE, name


@pytest.mark.parametrize(
    ("load", "trunks"),
    [(1e-6, 1), (1e-6, 40), (0.5, 0.25), (3.0, 5), (50.0, 10), (95.0, 99.9), (1000.0, 1100), (1e6, 1_000_000), (1e6, 10)],
)
def test_erlang_b_to_eleven_digits(load: float, trunks: float) -> None:
    found, expected = float(erlang.erlang_b(load=load, trunks=trunks)), reference.blocking(load, trunks)
    assert relative(found, expected) < TOLERANCE


def test_loads_over_the_whole_domain_give_numbers_and_no_warning() -> None:
    axes = (np.logspace(-6, 6, 13), [1.0, 2.0, 33.0, 1e3, 1e6], np.logspace(-6, 9, 11), [1.0, 300.0])
    load, agents, patience, aht = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
        warnings.simplefilter("error")
        waits = erlang.erlang_a(arrival_rate=load / aht, aht=aht, agents=agents, patience=patience)
        levels = [
            waits.service_level(within=within, of=of)
            for within in (0.0, 20.0, np.inf)
            for of in ("offered", "accepted", "handled", "offered_less_short_abandons")
        ]
    shares = (waits.wait_probability, waits.abandonment, waits.answer_rate, waits.occupancy, *levels)
    for share in shares:
        assert np.all((share >= 0.0) & (share <= 1.0 + 1e-12))
    for time in (waits.asa_all_s, waits.asa_handled_s, waits.asa_abandoned_s, waits.virtual_wait_s, waits.queue_length):
        assert np.all(np.isfinite(time) & (time >= 0.0))
    np.testing.assert_allclose(waits.answer_rate + waits.abandonment, 1.0, rtol=1e-12)
    np.testing.assert_allclose(load * waits.answer_rate, waits.agents_busy, rtol=1e-12)


def births_and_deaths(rate: float, aht: float, n: int, lines: int, patience: float, within: float) -> dict[str, float]:
    """M/M/n/K+M state by state; the wait of each state by its Laplace-free law, a chain of exponentials."""
    from scipy.linalg import expm

    death = np.array([min(k, n) / aht + max(k - n, 0) / patience for k in range(lines + 1)])
    weight = np.concatenate([[1.0], np.cumprod(rate / death[1:])])
    mass = weight / weight.sum()
    steps = lines - n  # a contact that finds j waiting has j + 1 departures to await
    generator = np.zeros((steps + 2, steps + 2))
    for j in range(1, steps + 1):  # j = how many departures are left, own patience apart
        ahead = n / aht + (j - 1) / patience
        generator[j, j - 1], generator[j, steps + 1] = ahead, 1 / patience
        generator[j, j] = -ahead - 1 / patience
    law = expm(generator * within)
    good = mass[:n].sum() + sum(mass[n + j] * law[j + 1, 0] for j in range(steps))
    left = sum(mass[n + j] * law[j + 1, steps + 1] for j in range(steps))
    accepted = mass[:-1].sum()
    return {
        "blocking": mass[-1], "wait_probability": mass[n:-1].sum() / accepted, "service_level": good,
        "abandoned_within": left / accepted, "queue_length": float(np.arange(steps + 1) @ mass[n:]),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "aht", "agents", "lines", "patience", "within"),
    [(0.3, 60.0, 20, 30, 45.0, 20.0), (2.0, 60.0, 20, 60, 100.0, 30.0), (0.1, 60.0, 9, 10, 5.0, 60.0),
     (0.02, 30.0, 3, 12, 1e4, 5.0), (0.5, 1.0, 1, 40, 0.2, 3.0)],
)  # fmt: skip
def test_finite_lines_state_by_state(rate: float, aht: float, agents: int, lines: int, patience: float, within: float) -> None:
    waits = erlang.erlang_a(arrival_rate=rate, aht=aht, agents=agents, patience=patience, trunks=lines)
    expected = births_and_deaths(rate, aht, agents, lines, patience, within)
    found = {
        "blocking": waits.blocking, "wait_probability": waits.wait_probability, "queue_length": waits.queue_length,
        "service_level": waits.service_level(within=within), "abandoned_within": waits.abandoned_within(within=within),
    }  # fmt: skip
    for name, value in expected.items():
        assert float(found[name]) == pytest.approx(value, rel=2e-10), name


def test_many_lines_are_no_lines() -> None:
    """Sums over waiting places and integrals over the wait are two algorithms for one answer."""
    desk = {"arrival_rate": np.array([0.3, 1.0, 4.0]), "aht": 60.0, "agents": 40, "patience": np.array([9.0, 90.0, 300.0])}
    free, lines = erlang.erlang_a(**desk), erlang.erlang_a(**desk, trunks=3000)
    for name in ("wait_probability", "abandonment", "asa_all_s", "asa_handled_s", "asa_abandoned_s", "virtual_wait_s"):
        np.testing.assert_allclose(getattr(free, name), getattr(lines, name), rtol=1e-12, err_msg=name)
    for within in (0.0, 1.0, 20.0, 200.0, np.inf):
        for of in ("offered", "handled", "offered_less_short_abandons"):
            np.testing.assert_allclose(
                free.service_level(within=within, of=of), lines.service_level(within=within, of=of), rtol=1e-11
            )
        np.testing.assert_allclose(free.virtual_wait_beyond(within=within), lines.virtual_wait_beyond(within=within), rtol=1e-10)
