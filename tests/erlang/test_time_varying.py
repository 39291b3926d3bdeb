"""Infinite-server loads against quadrature of their definition; stationary stand-ins for moving rates; staffing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import poisson

from surgesim.base.distributions import (
    Constant,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Law,
    Lognormal,
    Mixture,
    Never,
    Uniform,
    Weibull,
)
from surgesim.base.errors import DomainError
from surgesim.erlang import agents_for, erlang_a
from surgesim.erlang.approximations import (
    agents_for_delay,
    approximate,
    approximate_agents,
    effective_rate,
    stabilised_agents,
)
from surgesim.erlang.infinite_server import average_load, load_lag, piecewise_load, sinusoidal_load
from surgesim.erlang.service_laws import lesser_mean, survival_transform
from surgesim.erlang.transient import transient

LAWS: list[Law] = [
    Exponential(300.0), Constant(300.0), Uniform(100.0, 500.0), Uniform(299.9, 300.1), Gamma(300.0, 1.5),
    Erlang(300.0, 3), Lognormal(300.0, 0.8), Lognormal(300.0, 2.0), Weibull(300.0, 0.7), Weibull(300.0, 2.0),
    Mixture((0.3, 0.7), (Exponential(60.0), Lognormal(400.0, 1.0))), Empirical((10.0, 50.0, 50.0, 300.0, 900.0)),
]  # fmt: skip


def survival_integral(law: Law, weight, top: float) -> float:
    """Integral of weight(u) P(S > u) over (0, top), in short stretches between the points where the law may bend."""
    bends = [0.0, 10.0, 50.0, 100.0, 299.9, 300.0, 300.1, 500.0, 900.0]
    grid = np.unique([*(b for b in bends if b < top), *np.geomspace(1e-9, top, 4000)])
    nodes, weights = np.polynomial.legendre.leggauss(12)
    at = grid[:-1, None] + (nodes + 1) / 2 * np.diff(grid)[:, None]
    return float(((law.sf(at) * weight(at)) @ weights * np.diff(grid) / 2).sum())


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_integrals_of_the_survival_function(law: Law) -> None:
    for x in (1e-3, 40.0, 299.95, 700.0, 5000.0):
        expected = survival_integral(law, lambda u: np.ones_like(u), x)
        assert float(lesser_mean(law, np.array(x))) == pytest.approx(expected, rel=1e-9)
    for omega in (1e-5, 2e-3):
        top = float(law.quantile(1 - 2.0**-53)) * 1.01
        real = survival_integral(law, lambda u, w=omega: np.cos(w * u), top)
        imaginary = -survival_integral(law, lambda u, w=omega: np.sin(w * u), top)
        assert survival_transform(law, omega) == pytest.approx(complex(real, imaginary), rel=1e-8)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_many_small_steps_approach_the_sinusoid(law: Law) -> None:
    """Two independent formulas: closed form for ever, and piecewise constant after a long past."""
    period, cycles, parts = 7200.0, 40, 240
    edges = np.arange(cycles * parts + 1) * period / parts
    omega = 2 * np.pi / period
    mean_of_sine = -np.diff(np.cos(omega * edges)) / (omega * np.diff(edges))
    load = piecewise_load(time=edges[-parts:-1:40], edges=edges, arrival_rate=0.1 + 0.05 * mean_of_sine, service=law, before=0.1)
    exact = sinusoidal_load(time=edges[-parts:-1:40], mean_rate=0.1, amplitude=0.05, frequency=omega, service=law)
    assert load == pytest.approx(exact, rel=4e-4)  # the steps last 30 s


def test_load_solves_its_differential_equation() -> None:
    edges, rate = np.array([0.0, 600.0, 1500.0, 4000.0]), np.array([0.1, 0.5, 0.0])
    table = transient(edges=edges, arrival_rate=rate, agents=400, aht=300.0)
    load = piecewise_load(time=edges[1:], edges=edges, arrival_rate=rate, service=300.0)
    assert load == pytest.approx(table.in_service_end, rel=1e-10)
    assert average_load(edges=edges, arrival_rate=rate, service=300.0) == pytest.approx(table.mean_busy(), rel=1e-9)
    assert piecewise_load(time=-5.0, edges=edges, arrival_rate=rate, service=300.0, before=0.2) == pytest.approx(60.0)


def test_lag_of_a_slow_wave_is_the_mean_residual_service() -> None:
    law = Lognormal(300.0, 1.2)
    omega = 2 * np.pi / 1e7
    lag = -np.angle(survival_transform(law, omega)) / omega
    assert load_lag(law) == pytest.approx(lag, rel=1e-4)
    assert load_lag(300.0) == pytest.approx(300.0)


def test_bad_rates_are_refused() -> None:
    with pytest.raises(DomainError) as caught:
        sinusoidal_load(time=0.0, mean_rate=1.0, amplitude=2.0, frequency=0.0, service=1.0)
    assert len(caught.value.problems) == 2
    with pytest.raises(DomainError):
        piecewise_load(time=0.0, edges=[0, 1], arrival_rate=[-1.0], service=1.0)
    with pytest.raises(DomainError):
        piecewise_load(time=0.0, edges=[0, 1], arrival_rate=[1.0], service=Never())


EDGES = np.linspace(0.0, 21_600.0, 73)
RATE = (30 + 20 * np.sin(EDGES[:-1] / 1800)) / 300
PERIODS = EDGES[::6]


def test_effective_rates() -> None:
    common = {"edges": EDGES, "arrival_rate": RATE, "aht": 300.0, "periods": PERIODS}
    means = RATE.reshape(12, 6).mean(axis=1)
    assert effective_rate(method="sipp", **common) == pytest.approx(means)
    assert effective_rate(method="psa", **common) == pytest.approx(RATE.reshape(12, 6).max(axis=1))
    lagged = np.concatenate([[0.0], RATE])[:-1].reshape(12, 6).mean(axis=1)  # an interval lasts one mean service
    assert effective_rate(method="lagged_sipp", **common) == pytest.approx(lagged)
    busy = transient(edges=EDGES, arrival_rate=RATE, agents=300, aht=300.0).busy_s.reshape(12, 6).sum(axis=1) / 1800
    assert effective_rate(method="modified_offered_load", **common) * 300 == pytest.approx(busy, rel=1e-8)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.001, 1.0), st.sampled_from(["psa", "sipp"]))
def test_constant_rate_needs_no_approximation(rate: float, method: str) -> None:
    desk = {"aht": 200.0, "patience": 100.0}
    waits = approximate(method=method, edges=[0, 60, 90], arrival_rate=rate, agents=10, **desk)  # type: ignore[arg-type]
    exact = erlang_a(arrival_rate=rate, agents=10, **desk)
    assert waits.abandonment == pytest.approx([float(exact.abandonment)] * 2, rel=1e-12)


def test_agents_come_from_the_stationary_formula() -> None:
    common = {"edges": EDGES, "arrival_rate": RATE, "aht": 300.0, "periods": PERIODS}
    agents = approximate_agents(method="sipp", target=0.9, within=10, **common)
    rate = effective_rate(method="sipp", **common)
    assert np.array_equal(agents, agents_for(target=0.9, within=10, arrival_rate=rate, aht=300.0))
    psa = approximate_agents(method="psa", target=0.9, within=10, **common)
    assert np.all(psa >= agents)
    assert psa.sum() > agents.sum()


def test_unknown_method_and_periods_outside() -> None:
    with pytest.raises(DomainError, match="is unknown; give one of psa"):
        effective_rate(method="best", edges=[0, 1], arrival_rate=1.0, aht=1.0)  # type: ignore[arg-type]
    with pytest.raises(DomainError, match="beyond"):
        effective_rate(method="sipp", edges=[0, 1], arrival_rate=1.0, aht=1.0, periods=[0, 2])


@settings(deadline=None)
@given(st.floats(0.0, 1e5), st.floats(1e-6, 1 - 1e-6))
def test_agents_for_delay_is_the_least(load: float, target: float) -> None:
    agents = int(agents_for_delay(load=load, wait_probability=target))
    assert poisson.sf(agents - 1, load) <= target * (1 + 1e-9)
    assert agents == 0 or poisson.sf(agents - 2, load) >= target * (1 - 1e-9)


@pytest.mark.parametrize("patience", [None, 300.0, 100.0])
def test_iterative_staffing_stabilises_the_delay(patience: float | None) -> None:
    found = stabilised_agents(target=0.3, edges=EDGES, arrival_rate=RATE, aht=300.0, patience=patience)
    assert found.settled or patience is None  # without abandonment the rounds may end by alternating
    assert found.rounds < 30
    warm = found.wait_probability[12:]
    assert np.all(warm < 0.34)
    assert warm.mean() == pytest.approx(0.27, abs=0.03)  # whole agents: a little below the target
    if patience == 300.0:  # patience as long as service: the number inside is Poisson whatever the staffing
        load = average_load(edges=EDGES, arrival_rate=RATE, service=300.0)
        assert np.abs(found.agents - agents_for_delay(load=load, wait_probability=0.3))[3:].max() <= 1
    else:
        plain = approximate_agents(method="sipp", edges=EDGES, arrival_rate=RATE, aht=300.0, within=0, target=0.7)
        waits = transient(edges=EDGES, arrival_rate=RATE, agents=plain, aht=300.0, patience=patience).wait_probability()
        assert np.ptp(waits[12:]) > 2 * np.ptp(warm)


def test_periods_of_staffing_are_edges() -> None:
    found = stabilised_agents(target=0.2, edges=EDGES, arrival_rate=RATE, aht=300.0, patience=300.0, periods=PERIODS)
    assert found.agents.size == 12
    with pytest.raises(DomainError) as caught:
        stabilised_agents(target=0.0, edges=EDGES, arrival_rate=RATE, aht=300.0, periods=[0.0, 100.0])
    assert len(caught.value.problems) == 2


def test_quadrature_agrees_with_the_definition_of_the_load() -> None:
    law, omega, t = Lognormal(300.0, 0.8), 1e-3, 1234.0
    value, _ = quad(lambda u: (0.1 + 0.05 * np.sin(omega * (t - u))) * float(law.sf(u)), 0, 20_000, limit=400)
    load = sinusoidal_load(time=t, mean_rate=0.1, amplitude=0.05, frequency=omega, service=law)
    assert float(load) == pytest.approx(value, rel=1e-7)
