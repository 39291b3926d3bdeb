"""M/M/n/K+G: finite lines with any law of patience, against chains, the exponential formulas and its limits."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgesim import erlang
from surgesim.base.distributions import Constant, Erlang, Exponential, Law, Lognormal, Mixture, Never, Uniform, Weibull

FIELDS = (
    "wait_probability", "blocking", "accepted", "abandonment", "answer_rate", "asa_all_s", "asa_handled_s",
    "asa_abandoned_s", "virtual_wait_s", "queue_length", "occupancy", "trunks_busy",
)  # fmt: skip
LAWS = [
    Constant(60.0), Uniform(20.0, 100.0), Lognormal(60.0, 1.3), Weibull(60.0, 0.6), Erlang(60.0, 3),
    Mixture((0.8, 0.2), (Exponential(20.0), Never())),
]  # fmt: skip


@pytest.mark.parametrize(
    "desk",
    [
        {"arrival_rate": 0.1, "aht": 60.0, "agents": 5, "trunks": 12},
        {"arrival_rate": 2.0, "aht": 60.0, "agents": 36, "trunks": 60, "balk": 0.2},
        {"arrival_rate": 0.1, "aht": 60.0, "agents": 5, "trunks": 5},
        {"arrival_rate": 0.1, "aht": 60.0, "agents": 5, "trunks": 3},
        {"arrival_rate": 0.1, "aht": 60.0, "agents": 5, "trunks": 6},
        {"arrival_rate": 20.0, "aht": 60.0, "agents": 1000, "trunks": 1500},
        {"arrival_rate": 1e3, "aht": 60.0, "agents": 5, "trunks": 12},
        {"arrival_rate": 1e-6, "aht": 60.0, "agents": 5, "trunks": 12},
    ],
)
def test_a_mixture_of_equal_exponentials_is_exponential_with_lines(desk: dict[str, float]) -> None:
    same = Mixture((0.3, 0.7), (Exponential(45.0), Exponential(45.0)))
    plain, general = erlang.erlang_a(**desk, patience=45.0), erlang.erlang_a(**desk, patience=same)
    for name in FIELDS:
        np.testing.assert_allclose(getattr(general, name), getattr(plain, name), rtol=1e-11, atol=1e-250, err_msg=name)
    for of in ("offered", "handled", "offered_less_short_abandons"):
        levels = [waits.service_level(within=[0.0, 20.0, 300.0, np.inf], of=of) for waits in (general, plain)]
        np.testing.assert_allclose(*levels, rtol=1e-10)


def chain_with_phases(rate: float, mu: float, agents: int, lines: int, stages: int, phase: float) -> dict[str, float]:
    """Dense chain of M/M/n/K with Erlang patience: everybody who waits has a phase of his own."""
    states = [(busy, ()) for busy in range(agents)]
    for waiting in range(lines - agents + 1):
        states += [(agents, queue) for queue in itertools.product(range(stages), repeat=waiting)]
    index = {state: i for i, state in enumerate(states)}
    flow, leaving = np.zeros((len(states), len(states))), np.zeros(len(states))
    for state, i in index.items():
        busy, queue = state
        if busy < agents:
            flow[i, index[busy + 1, ()]] += rate
        elif len(queue) < lines - agents:
            flow[i, index[busy, (*queue, 0)]] += rate
        if busy:
            flow[i, index[(busy, queue[1:]) if queue else (busy - 1, ())]] += busy * mu
        for place, stage in enumerate(queue):
            rest = (*queue[:place], *((stage + 1,) if stage + 1 < stages else ()), *queue[place + 1 :])
            flow[i, index[busy, rest]] += phase
            leaving[i] += phase * (stage + 1 == stages)
    balance = np.vstack([(flow - np.diag(flow.sum(axis=1))).T, np.ones(len(states))])
    mass = np.linalg.lstsq(balance, np.r_[np.zeros(len(states)), 1.0], rcond=None)[0]
    full = sum(mass[i] for (busy, queue), i in index.items() if busy + len(queue) == lines)
    wait = sum(mass[i] for (busy, queue), i in index.items() if busy == agents and busy + len(queue) < lines)
    return {
        "blocking": full, "wait_probability": wait / (1 - full), "abandonment": mass @ leaving / rate,
        "queue_length": sum(mass[i] * len(queue) for (_, queue), i in index.items()),
        "occupancy": sum(mass[i] * busy for (busy, _), i in index.items()) / agents,
    }  # fmt: skip


@pytest.mark.parametrize(("rate", "agents", "lines", "stages"), [(1.0, 2, 6, 2), (3.0, 3, 9, 2), (0.5, 2, 5, 3)])
def test_erlang_patience_is_the_chain_of_its_phases(rate: float, agents: int, lines: int, stages: int) -> None:
    exact = chain_with_phases(rate, 0.3, agents, lines, stages, stages / 4.0)
    found = erlang.erlang_a(arrival_rate=rate, aht=1 / 0.3, agents=agents, trunks=lines, patience=Erlang(4.0, stages))
    for name, value in exact.items():
        assert float(getattr(found, name)) == pytest.approx(value, rel=1e-10), name


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_limits_and_balance_for_every_law(law: Law) -> None:
    desk = {"arrival_rate": 0.12, "aht": 60.0, "agents": 8}
    none = erlang.erlang_a(**desk, patience=law, trunks=8)
    assert float(none.blocking) == pytest.approx(float(erlang.erlang_b(load=7.2, trunks=8)), rel=1e-12)
    many, endless = (erlang.erlang_a(**desk, patience=law, trunks=lines) for lines in (400, None))
    for name in FIELDS:
        np.testing.assert_allclose(getattr(many, name), getattr(endless, name), rtol=1e-9, atol=1e-12, err_msg=name)
    some = erlang.erlang_a(**desk, patience=law, trunks=[9, 12, 20], balk=0.1)
    total = some.blocking + some.abandonment + some.answer_rate
    np.testing.assert_allclose(total, 1.0, rtol=1e-12)
    np.testing.assert_allclose(some.queue_length, 0.12 * some.accepted * some.asa_all_s, rtol=1e-12)
    busy = 0.12 * 60.0 * some.answer_rate / 8
    np.testing.assert_allclose(some.occupancy, busy, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(LAWS), st.floats(0.2, 3.0), st.integers(1, 40), st.integers(0, 40))
def test_more_lines_block_less_and_wait_longer(law: Law, rho: float, agents: int, places: int) -> None:
    desk = {"arrival_rate": rho * agents / 60.0, "aht": 60.0, "agents": agents, "patience": law}
    waits = erlang.erlang_a(**desk, trunks=[agents + places, agents + places + 1])
    assert np.all(np.diff(waits.blocking) <= 1e-11 * waits.blocking[:-1])
    assert np.all(np.diff(waits.queue_length) >= -1e-11 * waits.queue_length[1:])
    assert np.all(np.diff(waits.answer_rate) >= -1e-11)
    assert np.all(np.diff(waits.service_level(within=20.0, of="accepted")) <= 1e-11)


def test_lines_hold_even_those_who_never_hang_up() -> None:
    waits = erlang.erlang_a(arrival_rate=1.0, aht=60.0, agents=10, trunks=30, patience=Mixture((0.5, 0.5), (Never(),) * 2))
    never = erlang.erlang_a(arrival_rate=1.0, aht=60.0, agents=10, trunks=30, patience=np.inf)
    assert float(waits.blocking) == pytest.approx(float(never.blocking), rel=1e-11)
    assert float(waits.asa_s) == pytest.approx(float(never.asa_s), rel=1e-11)


def test_patience_may_be_text() -> None:
    desk = {"arrival_rate": 0.1, "aht": 60.0, "agents": 6}
    for text, law in (("exponential(3min)", 180.0), ("lognormal(3min, cv 1.2)", Lognormal(180.0, 1.2)), ("never", np.inf)):
        written, meant = (erlang.erlang_a(**desk, patience=patience, trunks=9) for patience in (text, law))
        assert float(written.service_level(within=20.0)) == float(meant.service_level(within=20.0))
        assert int(erlang.agents_for(arrival_rate=0.1, aht=60.0, patience=text)) == int(
            erlang.agents_for(arrival_rate=0.1, aht=60.0, patience=law)
        )
