"""Halfin-Whitt and Garnett functions against 40-digit arithmetic, their inverses, and the exact queues they approach."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgesim.base.errors import DomainError
from surgesim.erlang import erlang_a, erlang_c
from surgesim.erlang.limits import (
    garnett,
    garnett_inverse,
    halfin_whitt,
    halfin_whitt_inverse,
    hazard,
    square_root_agents,
)


def exact_hazard(x: float) -> mpmath.mpf:
    with mpmath.workdps(60):
        return mpmath.npdf(x) / (mpmath.erfc(mpmath.mpf(x) / mpmath.sqrt(2)) / 2)


@pytest.mark.parametrize("beta", [1e-9, 0.1, 0.5, 1.0, 3.0, 8.0, 30.0])
def test_halfin_whitt_to_twelve_digits(beta: float) -> None:
    with mpmath.workdps(60):
        exact = 1 / (1 + mpmath.mpf(beta) * mpmath.ncdf(beta) / mpmath.npdf(beta))
    assert float(halfin_whitt(beta)) == pytest.approx(float(exact), rel=2e-13)


@pytest.mark.parametrize("beta", [-30.0, -2.0, -0.1, 0.0, 0.5, 3.0, 20.0])
@pytest.mark.parametrize("ratio", [1e-4, 0.1, 1.0, 5.0, 1e4])
def test_garnett_to_eleven_digits(beta: float, ratio: float) -> None:
    limit = garnett(beta=beta, patience_ratio=ratio)
    with mpmath.workdps(400):
        root = mpmath.sqrt(mpmath.mpf(ratio))
        ahead = mpmath.npdf(beta / root) / (mpmath.erfc(beta / root / mpmath.sqrt(2)) / 2)
        wait = 1 / (1 + root * ahead / exact_hazard(-beta))
        given_wait = root * (ahead - beta / root)
    assert float(limit.wait_probability) == pytest.approx(float(wait), rel=1e-11, abs=1e-300)
    assert float(limit.scaled_abandonment_given_wait) == pytest.approx(float(given_wait), rel=1e-11)


@settings(max_examples=40, deadline=None)
@given(st.floats(1e-9, 1 - 1e-9), st.floats(1e-3, 1e3))
def test_inverses_return(wait: float, ratio: float) -> None:
    assert float(halfin_whitt(halfin_whitt_inverse(wait))) == pytest.approx(wait, rel=1e-9)
    beta = garnett_inverse(wait_probability=wait, patience_ratio=ratio)
    assert float(garnett(beta=beta, patience_ratio=ratio).wait_probability) == pytest.approx(wait, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.floats(-30, 30), st.floats(1e-3, 1e3))
def test_more_agents_wait_less(beta: float, ratio: float) -> None:
    low, high = (garnett(beta=b, patience_ratio=ratio) for b in (beta, beta + 0.5))
    assert float(high.wait_probability) <= float(low.wait_probability)
    assert float(high.scaled_abandonment) <= float(low.scaled_abandonment)


def test_exact_queues_approach_the_limits() -> None:
    gaps = []
    for load in (100.0, 10_000.0):
        agents = load + 0.5 * np.sqrt(load)
        queue = erlang_c(arrival_rate=load, aht=1.0, agents=agents)
        lossy = erlang_a(arrival_rate=load, aht=1.0, agents=agents, patience=2.0)
        limit = garnett(beta=0.5, patience_ratio=0.5)
        gaps.append([
            float(queue.wait_probability - halfin_whitt(0.5)),
            float(lossy.wait_probability - limit.wait_probability),
            float(np.sqrt(agents) * lossy.abandonment - limit.scaled_abandonment),
        ])  # fmt: skip
    near, far = np.abs(gaps[1]), np.abs(gaps[0])
    assert np.all(near < 0.01)
    assert np.all(near < far / 5)  # the error falls like 1 / sqrt(load)


def test_square_root_rule_is_close_to_exact_staffing() -> None:
    load = np.array([50.0, 200.0, 1000.0])
    agents = square_root_agents(load=load, wait_probability=0.2)
    for work, n in zip(load, agents, strict=True):
        options = erlang_c(arrival_rate=work, aht=1.0, agents=np.arange(n - 1, n + 3)).wait_probability
        assert options[3] < 0.2 < options[0] + 0.03
    assert np.all(square_root_agents(load=load, wait_probability=0.2, patience_ratio=1.0) < agents)


def test_hazard_far_out() -> None:
    assert float(hazard(1e8)) == pytest.approx(1e8)
    assert float(hazard(-10.0)) == pytest.approx(float(exact_hazard(-10.0)), rel=1e-12)


@pytest.mark.parametrize("call", [
    lambda: halfin_whitt([0.5, 0.0]),
    lambda: halfin_whitt_inverse(1.0),
    lambda: garnett(beta=0.5, patience_ratio=0.0),
    lambda: garnett(beta=np.nan, patience_ratio=1.0),
    lambda: square_root_agents(load=-1.0, wait_probability=0.2),
])  # fmt: skip
def test_domains(call) -> None:
    with pytest.raises(DomainError):
        call()
