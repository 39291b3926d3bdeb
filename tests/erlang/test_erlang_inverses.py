"""Inverses are exact: the answer keeps the promise and the number before it does not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgesim import erlang
from surgesim.base.distributions import Constant, Lognormal
from surgesim.base.errors import DomainError

MEASURES = (
    "wait_probability", "blocking", "accepted", "abandonment", "asa_all_s", "asa_handled_s", "asa_abandoned_s",
    "virtual_wait_s", "queue_length", "agents_busy", "occupancy",
)  # fmt: skip
loads = st.floats(-2.0, 4.5).map(lambda power: 10.0**power)


@settings(max_examples=80, deadline=None)
@given(loads, st.floats(0.05, 0.995), st.floats(0.0, 120.0), st.sampled_from([None, 5.0, 180.0, 1e6]))
def test_least_agents_for_a_service_level(load: float, target: float, within: float, patience: float | None) -> None:
    desk = {"arrival_rate": load / 240.0, "aht": 240.0}
    found = int(erlang.agents_for(target=target, within=within, patience=patience, **desk))
    level = [
        float(erlang.erlang_a(agents=heads, patience=patience or np.inf, unstable="flag", **desk).service_level(within=within))
        for heads in (found, max(found - 1, 1))
    ]
    assert level[0] >= target
    assert found == 1 or level[1] < target


@settings(max_examples=40, deadline=None)
@given(loads, st.sampled_from(["offered", "handled", "offered_less_short_abandons"]), st.floats(0.5, 0.95))
def test_occupancy_cap_and_definitions(load: float, of: str, cap: float) -> None:
    desk = {"arrival_rate": load / 240.0, "aht": 240.0, "patience": 120.0}
    free = int(erlang.agents_for(of=of, **desk))
    capped = int(erlang.agents_for(of=of, max_occupancy=cap, **desk))
    assert capped >= free
    assert float(erlang.erlang_a(agents=capped, **desk).occupancy) <= cap
    before = erlang.erlang_a(agents=max(capped - 1, 1), **desk)
    assert capped == 1 or before.occupancy > cap or before.service_level(within=20.0, of=of) < 0.8


@settings(max_examples=60, deadline=None)
@given(loads, st.floats(1e-6, 0.9))
def test_trunks_and_load_for_a_loss(load: float, blocking: float) -> None:
    trunks = int(erlang.trunks_for(blocking=blocking, load=load))
    assert float(erlang.erlang_b(load=load, trunks=trunks)) <= blocking
    assert trunks == 0 or float(erlang.erlang_b(load=load, trunks=trunks - 1)) > blocking
    carried = float(erlang.load_for(blocking=blocking, trunks=trunks + 1))
    assert carried >= load
    assert float(erlang.erlang_b(load=carried, trunks=trunks + 1)) == pytest.approx(blocking, rel=1e-9)


def test_one_array_call_is_many_single_ones() -> None:
    rates = np.linspace(0.001, 4.0, 57)
    together = erlang.agents_for(arrival_rate=rates, aht=200.0, patience=[[90.0], [900.0]])
    assert together.shape == (2, 57)
    assert together.dtype == np.int64
    for row, patience in enumerate((90.0, 900.0)):
        single = [int(erlang.agents_for(arrival_rate=rate, aht=200.0, patience=patience)) for rate in rates[::8]]
        assert together[row, ::8].tolist() == single


def test_every_measure_can_be_staffed_by() -> None:
    desk = {"arrival_rate": 0.2, "aht": 200.0, "patience": 120.0}
    limits = {"wait_probability": 0.2, "abandonment": 0.03, "asa_s": 9.0, "queue_length": 1.0, "occupancy": 0.8}
    for measure, limit in limits.items():
        heads = int(erlang.least_agents(measure, limit, **desk))
        assert getattr(erlang.erlang_a(agents=heads, **desk), measure) <= limit
        assert getattr(erlang.erlang_a(agents=heads - 1, **desk), measure) > limit
    heads = int(erlang.least_agents("answer_rate", 0.97, **desk))
    assert heads == int(erlang.least_agents("abandonment", 0.03, **desk))
    with pytest.raises(DomainError, match="no measure"):
        erlang.least_agents("happiness", 1.0, **desk)


def test_general_patience_can_be_staffed() -> None:
    law = Lognormal(120.0, 1.2)
    desk = {"arrival_rate": 0.1, "aht": 200.0}
    heads = int(erlang.agents_for(patience=law, **desk))
    assert erlang.erlang_a(agents=heads, patience=law, **desk).service_level(within=20.0) >= 0.8
    assert erlang.erlang_a(agents=heads - 1, patience=law, **desk).service_level(within=20.0) < 0.8


def test_seats_and_lines_are_least_together() -> None:
    desk = {"arrival_rate": np.array([0.05, 0.5]), "aht": 200.0, "patience": 180.0}
    seats, lines = erlang.seats_and_lines(blocking=0.02, **desk)
    at = erlang.erlang_a(agents=seats, trunks=lines, **desk)
    assert np.all(at.blocking <= 0.02)
    assert np.all(at.service_level(within=20.0) >= 0.8)
    assert np.all(erlang.erlang_a(agents=seats, trunks=lines - 1, **desk).blocking > 0.02)
    fewer, fewer_lines = seats - 1, lines - 1
    while np.any(erlang.erlang_a(agents=fewer, trunks=fewer_lines, **desk).blocking > 0.02):
        short = erlang.erlang_a(agents=fewer, trunks=fewer_lines, **desk).blocking > 0.02
        fewer_lines = fewer_lines + short
    assert np.all(erlang.erlang_a(agents=fewer, trunks=fewer_lines, **desk).service_level(within=20.0) < 0.8)


@pytest.mark.parametrize("patience", [None, 120.0])
def test_greatest_rate_turns_agents_for_around(patience: float | None) -> None:
    rate = float(erlang.rate_for(agents=50, aht=200.0, patience=patience))
    assert int(erlang.agents_for(arrival_rate=rate, aht=200.0, patience=patience)) == 50
    assert int(erlang.agents_for(arrival_rate=rate * 1.000001, aht=200.0, patience=patience)) == 51


def test_a_promise_out_of_reach_is_refused() -> None:
    with pytest.raises(DomainError, match="no number keeps"):
        erlang.agents_for(arrival_rate=1.0, aht=180.0, patience=300.0, trunks=5)
    with pytest.raises(DomainError, match="unknown"):
        erlang.agents_for(arrival_rate=1.0, aht=180.0, of="answered")


def test_tiny_losses_and_certain_promises() -> None:
    """Far tails: the root of a loss of 1e-250, a promise of 1 - 1e-12, and one that every rate keeps."""
    assert float(erlang.load_for(blocking=1e-250, trunks=2)) == pytest.approx(2.0**0.5 * 1e-125, rel=1e-9)
    for target in (1 - 1e-9, 1 - 1e-12):
        heads = int(erlang.agents_for(target=target, arrival_rate=0.5, aht=200.0, patience=60.0))
        waits = erlang.erlang_a(arrival_rate=0.5, aht=200.0, patience=60.0, agents=[heads, heads - 1])
        at, before = waits.service_level(within=20.0)
        assert at >= target > before
    with pytest.raises(DomainError, match="every number keeps"):
        erlang.rate_for(measure="occupancy", target=1.0, agents=5, aht=200.0, patience=60.0)
    assert int(erlang.agents_for(within=0.0, arrival_rate=0.5, aht=200.0)) > int(erlang.agents_for(arrival_rate=0.5, aht=200.0))


@settings(max_examples=40, deadline=None)
@given(loads, st.sampled_from([None, 5.0, 1e6]), st.floats(0.3, 0.95), st.sampled_from(["offered", "handled"]))
def test_greatest_rate_keeps_the_promise_and_no_more(heads: float, patience: float | None, target: float, of: str) -> None:
    desk = {"agents": max(round(heads), 1), "aht": 200.0}
    rate = float(erlang.rate_for(target=target, within=20.0, of=of, patience=patience, **desk))
    for edge, kept in ((1.0 - 1e-9, True), (1.0 + 1e-9, False)):
        waits = erlang.erlang_a(arrival_rate=rate * edge, patience=patience or np.inf, unstable="flag", **desk)
        assert (float(waits.service_level(within=20.0, of=of)) >= target) is kept


wide = st.floats(-6.0, 6.0).map(lambda power: 10.0**power)


@settings(max_examples=60, deadline=None)
@given(wide, st.floats(0.0, 6.0), st.floats(-6.0, 9.0), st.floats(0.0, 5.0), st.floats(0.01, 0.99))
def test_answers_are_numbers_everywhere(load: float, heads: float, patience: float, places: float, share: float) -> None:
    """Warnings are errors here, so a silent overflow fails as well."""
    desk = {"arrival_rate": load / 300.0, "aht": 300.0, "patience": 10.0**patience}
    agents = float(round(10.0**heads))
    lines = erlang.erlang_a(agents=agents, trunks=agents + round(10.0**places), **desk)
    for name in (*MEASURES, "answer_rate", "trunks_busy", "handled_rate"):
        assert np.isfinite(getattr(lines, name)), name
    assert 0.0 <= lines.service_level(within=20.0) <= 1.0
    assert 0.0 <= lines.blocking <= 1.0
    assert float(lines.blocking + lines.abandonment + lines.answer_rate) == pytest.approx(1.0, abs=1e-12)
    assert int(erlang.agents_for(target=share, **desk)) >= 1
    assert int(erlang.trunks_for(blocking=share, load=load)) >= 0
    assert 0.0 < float(erlang.load_for(blocking=share, trunks=agents)) < np.inf


def test_quantiles_find_jumps() -> None:
    """With one patience for all, the wait of all contacts jumps to certainty there."""
    waits = erlang.erlang_a(arrival_rate=2.0, aht=60.0, patience=Constant(60.0), agents=50, trunks=200)
    assert float(waits.wait_quantile(0.999)) == pytest.approx(60.0, rel=1e-12)
