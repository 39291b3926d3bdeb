"""Fluid and diffusion against numerical integration, the exact chain they approach, and their own books."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from surgesim.base.distributions import Exponential, Uniform
from surgesim.base.errors import DomainError
from surgesim.erlang import erlang_a
from surgesim.erlang.diffusion import diffusion, overload_limit
from surgesim.erlang.fluid import Fluid, fluid
from surgesim.erlang.transient import transient

SURGE = {
    "edges": np.array([0.0, 1800.0, 3600.0, 5400.0, 9000.0, 12_600.0]),
    "arrival_rate": np.array([0.1, 0.8, 0.5, 0.1, 0.0]),
    "agents": np.array([60.0, 60.0, 90.0, 40.0, 40.0]),
    "aht": 300.0,
    "patience": 180.0,
}


def left_over(table: Fluid) -> float:
    inside = table.in_queue_end + table.in_service_end
    out = table.blocked + table.abandoned + table.handled + np.diff(np.concatenate([[0.0], inside]))
    return float(np.abs(table.offered - out).max())


def integrate(trunks: float, redial: float, blocked: float, delay: float) -> np.ndarray:
    """The same desk by a general solver in very small steps: (busy, queue, orbit) at the edges."""
    state, rows = np.zeros(3), []
    for k, length in enumerate(np.diff(SURGE["edges"])):
        rate, n = SURGE["arrival_rate"][k], SURGE["agents"][k]
        take = min(state[1], max(n - state[0], 0.0))
        state = state + np.array([take, -take, 0.0])

        def slope(_: float, y: np.ndarray, rate: float = rate, n: float = n) -> list[float]:
            busy, queue, orbit = y
            inflow, left, done = rate + orbit / delay, max(queue, 0.0) / 180, busy / 300
            refused = 0.0
            if busy + queue >= trunks:
                refused = max(inflow - left - done, 0.0)
            entering = inflow - refused
            if busy > n + 1e-7:
                to_agents = 0.0
            elif busy < n - 1e-7 and queue <= 1e-7:
                to_agents = entering
            else:
                to_agents = done if queue > 1e-7 else min(entering, done)
            return [to_agents - done, entering - to_agents - left, redial * left + blocked * refused - orbit / delay]

        state = solve_ivp(slope, (0.0, length), state, max_step=2.0, rtol=1e-6, atol=1e-6).y[:, -1]
        rows.append(state)
    return np.array(rows)


@pytest.mark.parametrize(("trunks", "redial", "blocked"), [(np.inf, 0.0, 0.0), (np.inf, 0.6, 0.0), (110.0, 0.5, 0.8)])
def test_matrix_exponentials_agree_with_a_general_solver(trunks: float, redial: float, blocked: float) -> None:
    table = fluid(**SURGE, trunks=trunks, redial_abandoned=redial, redial_blocked=blocked, redial_delay=900.0)
    expected = integrate(trunks, redial, blocked, 900.0)
    found = np.column_stack([table.in_service_end, table.in_queue_end, table.in_orbit_end])
    assert found == pytest.approx(expected, rel=5e-3, abs=5e-2)
    assert left_over(table) < 1e-9
    assert table.offered == pytest.approx(table.fresh + table.redialled)
    if np.isfinite(trunks):
        assert table.blocked.sum() > 10
        assert np.all(table.in_queue_end + table.in_service_end <= trunks + 1e-6)


def test_steady_overload_is_the_closed_form() -> None:
    table = fluid(edges=[0, 50_000, 50_100], arrival_rate=1.0, agents=200, aht=300.0, patience=180.0)
    limit = overload_limit(arrival_rate=1.0, aht=300.0, agents=200, patience=180.0)
    assert table.in_queue_end[1] == pytest.approx(float(limit.queue), rel=1e-9)
    assert table.abandoned[1] / table.offered[1] == pytest.approx(float(limit.abandonment), rel=1e-9)
    assert table.virtual_wait_end_s[1] == pytest.approx(float(limit.virtual_wait_s), rel=1e-9)


def test_steady_redials_multiply_the_load() -> None:
    """With redial share r of the abandoned: offered = fresh + r abandoned, abandoned = offered - capacity."""
    table = fluid(edges=[0, 200_000, 201_000], arrival_rate=1.0, agents=200, aht=300.0, patience=180.0,
                  redial_abandoned=0.5, redial_delay=600.0)  # fmt: skip
    offered, capacity = table.offered[1] / 1000, 200 / 300
    assert offered == pytest.approx((1.0 - 0.5 * capacity) / 0.5, rel=1e-9)


def test_large_exact_chains_approach_the_fluid() -> None:
    gaps = []
    for scale in (1, 5):
        desk = {**SURGE, "arrival_rate": SURGE["arrival_rate"] * scale / 2, "agents": SURGE["agents"] * scale / 2}
        exact, flow = transient(**desk), fluid(**desk)
        gaps.append([
            np.abs(getattr(exact, name) - getattr(flow, name)).sum() / getattr(exact, name).sum()
            for name in ("abandoned", "handled", "queue_s", "busy_s")
        ])  # fmt: skip
    assert np.all(np.array(gaps[1]) < 0.03)
    assert np.all(np.array(gaps[1]) < np.array(gaps[0]) / 2)


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries({
    "arrival_rate": st.lists(st.floats(0.0, 2.0), min_size=4, max_size=4),
    "agents": st.lists(st.one_of(st.just(0.0), st.floats(0.5, 200.0)), min_size=4, max_size=4),
    "aht": st.floats(30.0, 900.0),
    "patience": st.one_of(st.none(), st.floats(10.0, 3000.0)),
    "trunks": st.one_of(st.none(), st.floats(1.0, 300.0)),
    "redial_abandoned": st.floats(0.0, 1.0),
    "redial_blocked": st.floats(0.0, 1.0),
    "redial_delay": st.floats(30.0, 3600.0),
}))  # fmt: skip
def test_fluid_books_balance(desk: dict) -> None:
    table = fluid(edges=[0.0, 900.0, 2700.0, 3000.0, 7200.0], **desk)
    assert left_over(table) < 1e-8
    lost = desk["redial_abandoned"] * table.abandoned + desk["redial_blocked"] * table.blocked
    orbit = np.diff(np.concatenate([[0.0], table.in_orbit_end]))
    assert lost - table.redialled == pytest.approx(orbit, abs=1e-8)
    for name in ("blocked", "abandoned", "handled", "answered", "in_queue_end", "in_service_end", "in_orbit_end"):
        assert getattr(table, name).min() > -1e-6


def test_diffusion_is_near_the_exact_chain() -> None:
    desk = {**SURGE, "agents": np.array([60, 60, 90, 90, 90])}
    exact, normal = transient(**desk), diffusion(**desk)
    for name, reach in (("abandoned", 0.01), ("busy_s", 0.005), ("queue_s", 0.01), ("delayed", 0.01)):
        assert getattr(normal, name).sum() == pytest.approx(getattr(exact, name).sum(), rel=reach)


def test_diffusion_with_plenty_of_agents_is_poisson() -> None:
    normal = diffusion(edges=[0, 500, 1500], arrival_rate=[0.4, 0.1], agents=1000, aht=300.0)
    exact = transient(edges=[0, 500, 1500], arrival_rate=[0.4, 0.1], agents=250, aht=300.0)
    assert normal.inside_end == pytest.approx(exact.in_service_end, rel=1e-5)
    assert normal.inside_sd_end**2 == pytest.approx(normal.inside_end, rel=1e-5)


def test_diffusion_with_redials_follows_the_fluid() -> None:
    desk = {**SURGE, "arrival_rate": SURGE["arrival_rate"] * 50, "agents": np.array([60, 60, 90, 90, 90]) * 50}
    flow = fluid(**desk, redial_abandoned=0.5, redial_delay=900.0)
    normal = diffusion(**desk, redial_abandoned=0.5, redial_delay=900.0)
    assert normal.offered == pytest.approx(flow.offered, rel=3e-3)
    assert normal.abandoned.sum() == pytest.approx(flow.abandoned.sum(), rel=3e-3)


@pytest.mark.parametrize("patience", [Exponential(180.0), Uniform(0.0, 360.0)], ids=str)
def test_overload_limit_is_near_the_exact_queue(patience: Exponential | Uniform) -> None:
    desk = {"arrival_rate": 5.0, "aht": 300.0, "agents": 1200, "patience": patience}
    limit, exact = overload_limit(**desk), erlang_a(**desk)
    assert float(limit.abandonment) == pytest.approx(float(exact.abandonment), rel=1e-3)
    assert float(limit.queue) == pytest.approx(float(exact.queue_length), rel=1e-2)
    for within in (20.0, 40.0, 80.0):
        assert float(limit.service_level(within)) == pytest.approx(float(exact.service_level(within=within)), abs=0.02)


def test_fluid_domains() -> None:
    with pytest.raises(DomainError) as caught:
        fluid(edges=[0, 1], arrival_rate=-1, agents=1, aht=0, redial_abandoned=2, redial_delay=0, trunks=0)
    assert len(caught.value.problems) == 5
    with pytest.raises(DomainError, match="exceed"):
        overload_limit(arrival_rate=1.0, aht=100.0, agents=100, patience=60.0)
    with pytest.raises(DomainError, match="queue needs"):
        fluid(edges=[0, 1], arrival_rate=1, agents=10, aht=1, queue_start=5)
