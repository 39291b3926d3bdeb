"""Laws that the formulas must keep for any desk: order, limits, arrays, domains."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgesim import erlang
from surgesim.base.distributions import Constant, Empirical, Exponential, Lognormal, Mixture, Never, Uniform
from surgesim.base.errors import DomainError

loads = st.floats(-6.0, 6.0).map(lambda power: 10.0**power)
agents = st.floats(0.0, 6.0).map(lambda power: float(round(10.0**power)))
patiences = st.floats(-6.0, 9.0).map(lambda power: 10.0**power)
NOISE = 1e-11


def level(load: float, heads: float, patience: float) -> tuple[float, erlang.Waits]:
    waits = erlang.erlang_a(arrival_rate=load / 300.0, aht=300.0, agents=heads, patience=patience)
    return float(waits.service_level(within=20.0)), waits


@settings(max_examples=150, deadline=None)
@given(loads, agents, patiences)
def test_more_agents_help(load: float, heads: float, patience: float) -> None:
    (few, before), (many, after) = level(load, heads, patience), level(load, heads + 1, patience)
    assert many >= few * (1 - NOISE)
    assert after.wait_probability <= before.wait_probability * (1 + NOISE)
    assert after.abandonment <= before.abandonment * (1 + NOISE)
    assert after.asa_all_s <= before.asa_all_s * (1 + NOISE)


@settings(max_examples=150, deadline=None)
@given(loads, agents, patiences)
def test_more_load_hurts(load: float, heads: float, patience: float) -> None:
    (calm, before), (busy, after) = level(load, heads, patience), level(1.01 * load, heads, patience)
    assert busy <= calm * (1 + NOISE)
    assert after.occupancy >= before.occupancy * (1 - NOISE)
    assert after.asa_all_s >= before.asa_all_s * (1 - NOISE)


@settings(max_examples=150, deadline=None)
@given(loads, agents, patiences)
def test_more_patience_means_fewer_abandon_and_longer_waits(load: float, heads: float, patience: float) -> None:
    (_, short), (_, long) = level(load, heads, patience), level(load, heads, 1.1 * patience)
    assert long.abandonment <= short.abandonment * (1 + NOISE)
    assert long.asa_all_s >= short.asa_all_s * (1 - NOISE)
    assert long.wait_probability >= short.wait_probability * (1 - NOISE)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.05, 0.97), st.integers(1, 2000))
def test_endless_patience_is_erlang_c(rho: float, heads: int) -> None:
    desk = {"arrival_rate": rho * heads / 300.0, "aht": 300.0, "agents": heads}
    patient, endless = erlang.erlang_a(**desk, patience=1e15), erlang.erlang_c(**desk)
    assert float(patient.wait_probability) == pytest.approx(float(endless.wait_probability), rel=1e-7)
    assert float(patient.asa_s) == pytest.approx(float(endless.asa_s), rel=1e-7)


@settings(max_examples=60, deadline=None)
@given(loads, st.integers(1, 3000))
def test_no_patience_and_no_waiting_room_are_erlang_b(load: float, heads: int) -> None:
    blocked = float(erlang.erlang_b(load=load, trunks=heads))
    desk = {"arrival_rate": load / 300.0, "aht": 300.0, "agents": heads}
    assert float(erlang.erlang_a(**desk, patience=60.0, trunks=heads).blocking) == pytest.approx(blocked, rel=1e-11)
    hasty = erlang.erlang_a(**desk, patience=1e-9)
    assert float(hasty.abandonment) == pytest.approx(blocked, rel=1e-4, abs=1e-300)


@settings(max_examples=100, deadline=None)
@given(loads, st.integers(0, 100_000))
def test_blocking_of_real_trunks_meets_the_recursion(load: float, trunks: int) -> None:
    """B(n + 1) = a B(n) / (n + 1 + a B(n)) (Erlang 1917), for whole and for real n."""
    for n in (float(trunks), trunks + 0.37):
        now, following = erlang.erlang_b(load=load, trunks=[n, n + 1.0])
        assert following == pytest.approx(load * now / (n + 1.0 + load * now), rel=1e-11, abs=1e-300)


def test_real_agents_lie_between_whole_ones_and_meet_them() -> None:
    heads = np.linspace(30.0, 60.0, 301)
    for patience in (180.0, np.inf):
        desk = {"arrival_rate": 0.09, "aht": 300.0, "patience": patience}
        wait = erlang.erlang_a(**desk, agents=heads).wait_probability
        assert np.all(np.diff(wait) < 0.0)
        step = np.diff(wait)
        assert np.all(np.abs(np.diff(step)) < 0.2 * np.abs(step[1:]))
        whole = erlang.erlang_a(**desk, agents=heads[::10].round()).wait_probability
        np.testing.assert_allclose(wait[::10], whole, rtol=1e-12)


def test_arrays_are_loops_and_shapes_broadcast() -> None:
    rate, heads = np.array([0.01, 0.2, 0.9])[:, None], np.array([1, 30, 61, 200])
    waits = erlang.erlang_a(arrival_rate=rate, aht=60.0, agents=heads, patience=90.0)
    levels = waits.service_level(within=[[5.0], [10.0], [20.0]])
    assert waits.asa_s.shape == levels.shape == (3, 4)
    for i, j in np.ndindex(3, 4):
        one = erlang.erlang_a(arrival_rate=float(rate[i, 0]), aht=60.0, agents=int(heads[j]), patience=90.0)
        assert one.asa_s.shape == ()
        assert float(one.asa_s) == waits.asa_s[i, j]
        assert float(one.service_level(within=[5.0, 10.0, 20.0][i])) == levels[i, j]


def test_a_mixture_of_equal_exponentials_is_exponential() -> None:
    """The quadrature for any law against the formulas for one."""
    desk = {"arrival_rate": np.array([0.1, 0.6, 2.0]), "aht": 60.0, "agents": 36, "balk": 0.1}
    same = Mixture((0.3, 0.7), (Exponential(45.0), Exponential(45.0)))
    plain, general = erlang.erlang_a(**desk, patience=45.0), erlang.erlang_a(**desk, patience=same)
    for name in ("wait_probability", "abandonment", "asa_all_s", "asa_handled_s", "asa_abandoned_s", "virtual_wait_s"):
        np.testing.assert_allclose(getattr(plain, name), getattr(general, name), rtol=1e-11, err_msg=name)
    for of in ("offered", "handled", "offered_less_short_abandons"):
        np.testing.assert_allclose(plain.service_level(within=8.0, of=of), general.service_level(within=8.0, of=of), rtol=1e-11)


@pytest.mark.parametrize(
    "law",
    [Constant(40.0), Uniform(5.0, 90.0), Lognormal(60.0, 1.3), Empirical((2.0, 5.0, 20.0, 60.0, 61.0, 300.0)),
     Mixture((0.2, 0.5, 0.3), (Exponential(4.0), Exponential(90.0), Constant(30.0))),
     Mixture((0.2, 0.8), (Never(), Exponential(60.0)))],
    ids=str,
)  # fmt: skip
def test_general_patience_keeps_the_balance(law: object) -> None:
    """Handled work equals busy agents, counted from the states: P(busy) and the states below follow from P(wait)."""
    rate, aht, heads = 0.55, 60.0, 30
    waits = erlang.erlang_a(arrival_rate=rate, aht=aht, agents=heads, patience=law)
    load = rate * aht
    below = np.cumprod(np.concatenate([[1.0], load / np.arange(1, heads)]))
    mass = below / below.sum() * (1.0 - float(waits.wait_probability))
    busy = float(np.arange(heads) @ mass) + heads * float(waits.wait_probability)
    assert float(waits.agents_busy) == pytest.approx(busy, rel=1e-11)
    assert float(waits.answer_rate + waits.abandonment) == pytest.approx(1.0, rel=1e-12)
    levels = waits.wait_within(within=np.linspace(0.0, 200.0, 9))
    assert np.all(np.diff(levels) >= -1e-12)
    mean = float(waits.answer_rate * waits.asa_handled_s + waits.abandonment * waits.asa_abandoned_s)
    assert float(waits.asa_all_s) == pytest.approx(mean, rel=1e-9)


def test_quantiles_invert_the_law_of_the_wait() -> None:
    waits = erlang.erlang_a(arrival_rate=[0.1, 0.9], aht=60.0, agents=[10, 50], patience=90.0, trunks=[np.inf, 80.0])
    for of in ("all", "virtual", "handled"):
        times = waits.wait_quantile([[0.5], [0.9], [0.999]], of=of)
        reached = waits.wait_within(within=times, of=of)
        at_once = times == 0.0
        np.testing.assert_allclose(reached[~at_once], np.broadcast_to([[0.5], [0.9], [0.999]], (3, 2))[~at_once], rtol=1e-9)
        assert np.all(reached[at_once] >= np.broadcast_to([[0.5], [0.9], [0.999]], (3, 2))[at_once])


@settings(max_examples=60, deadline=None)
@given(st.floats(-3, 6), st.floats(0.3, 1.6), st.floats(-6, 9), st.sampled_from([0.0, 0.2]), st.floats(1e-9, 1 - 1e-9))
def test_quantiles_hold_from_tiny_to_huge(power: float, part: float, patience: float, balk: float, share: float) -> None:
    load = 10.0**power
    waits = erlang.erlang_a(
        arrival_rate=load / 200.0, aht=200.0, agents=np.maximum(np.ceil(load * part), 1.0), patience=10.0**patience, balk=balk
    )
    for of in ("all", "virtual", "handled"):
        time = waits.wait_quantile(share, of=of)
        assert np.isfinite(time)
        before, after = (float(waits.wait_within(within=time * edge, of=of)) for edge in (1.0 - 1e-9, 1.0 + 1e-9))
        assert after >= share - 1e-12
        assert time == 0.0 or before <= share + 1e-12


def test_quantiles_without_abandonment_are_those_of_an_exponential() -> None:
    waits = erlang.erlang_c(arrival_rate=0.045, aht=200.0, agents=10)
    busy, shares = float(waits.wait_probability), np.array([0.1, 0.4, 0.6, 0.99, 1 - 1e-12])
    wanted = np.maximum(np.log(busy / (1.0 - shares)) / (10 / 200.0 - 0.045), 0.0)
    np.testing.assert_allclose(waits.wait_quantile(shares), wanted, rtol=1e-9)
    endless = erlang.erlang_c(arrival_rate=1.0, aht=200.0, agents=10, unstable="flag")
    assert float(endless.wait_quantile(0.5)) == np.inf


def test_erlang_c_beyond_its_domain_is_refused_or_flagged() -> None:
    with pytest.raises(DomainError, match=r"load 1 >= agents 1 at 0, 1"):
        erlang.erlang_c(arrival_rate=[1, 2, 3], aht=1, agents=[1, 1, 4])
    flagged = erlang.erlang_c(arrival_rate=[1, 2, 3], aht=1, agents=[1, 1, 4], unstable="flag")
    assert flagged.stable.tolist() == [False, False, True]
    assert flagged.asa_s[0] == np.inf
    assert flagged.service_level(within=1e9)[1] == 0.0
    assert 0.0 < flagged.service_level(within=1.0)[2] < 1.0


def test_all_problems_of_a_call_are_named_together() -> None:
    with pytest.raises(DomainError) as caught:
        erlang.erlang_a(arrival_rate=[-1.0, 1.0], aht=np.nan, agents=0, patience=60.0)
    assert {problem.where for problem in caught.value.problems} == {"arrival_rate", "aht", "agents"}
    with pytest.raises(DomainError, match="whole"):
        erlang.erlang_a(arrival_rate=1.0, aht=1.0, agents=2.5, patience=1.0, trunks=4)
    with pytest.raises(DomainError, match="whole"):
        erlang.erlang_a(arrival_rate=1.0, aht=1.0, agents=2.5, patience=Constant(1.0), trunks=4)
    with pytest.raises(DomainError, match="broadcast"):
        erlang.erlang_b(load=[1.0, 2.0], trunks=[1, 2, 3])


def test_an_hour_without_calls_is_an_empty_desk() -> None:
    waits = erlang.erlang_a(arrival_rate=0.0, aht=300.0, agents=5, patience=60.0)
    assert float(waits.service_level(within=0.0)) == 1.0
    assert float(waits.occupancy) < 1e-200
