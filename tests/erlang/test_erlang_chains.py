"""Exact chains where they meet a closed form, and the laws that link classes."""

import numpy as np
import pytest

from surgesim import erlang
from surgesim.base.errors import DomainError

DESK = {"arrival_rate": 0.1, "aht": 80.0, "patience": 60.0}
PLAIN = erlang.erlang_a(**DESK, agents=8)
LEVEL = float(PLAIN.service_level(within=15.0))


def near(value: object) -> object:
    return pytest.approx(float(value), rel=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize("trunks", [np.inf, 14.0])
@pytest.mark.parametrize("method", ["fixed_point", "exact"])
def test_without_redials_the_desk_is_erlang_a(method: str, trunks: float) -> None:
    found = erlang.redials(**DESK, agents=8, trunks=trunks, redial_probability=0.0, within=15.0, method=method)
    waits = erlang.erlang_a(**DESK, agents=8, trunks=trunks)
    assert float(found.total_rate) == near(0.1)
    assert float(found.service_level) == near(waits.service_level(within=15.0))
    assert float(found.abandonment) == near(waits.abandonment)
    assert float(found.blocking) == pytest.approx(float(waits.blocking), rel=1e-9, abs=1e-300)
    assert float(found.wait_probability) == near(waits.wait_probability * waits.accepted)


def test_late_redials_are_a_poisson_stream() -> None:
    """The later people call again, the nearer the exact law is to the fixed point; both balance."""
    gaps = []
    for delay in (20.0, 400.0):
        exact, fixed = (
            erlang.redials(**DESK, agents=8, redial_probability=0.7, redial_delay=delay, within=15.0, method=method)
            for method in ("exact", "fixed_point")
        )
        gaps.append(abs(float(exact.service_level - fixed.service_level)))
        for found in (exact, fixed):
            back = 0.7 * found.abandonment * found.total_rate
            assert float(found.total_rate) == near(0.1 + back)
            assert float(found.redialling) == near(back * delay)
            assert float(found.handled_rate + found.lost * 0.1) == near(0.1)
    assert gaps[1] < 0.3 * gaps[0]


def test_everybody_redials_at_an_overloaded_desk_has_no_balance() -> None:
    with pytest.raises(DomainError, match="everybody redials"):
        erlang.redials(arrival_rate=1.0, aht=100.0, agents=10, patience=60.0, redial_probability=1.0)


@pytest.mark.parametrize("truncation", [None, 70])
def test_one_group_and_type_is_erlang_a(truncation: int | None) -> None:
    found = erlang.skills(
        arrival_rate=[0.1], aht=80.0, agents=[8], patience=60.0, type_groups=[[0]], group_types=[[0]], within=15.0,
        most_waiting=truncation,
    )  # fmt: skip
    assert found.service_level[0] == near(LEVEL)
    assert found.wait_probability[0] == near(PLAIN.wait_probability)
    assert found.occupancy[0] == near(PLAIN.occupancy)
    assert found.group_rate[0, 0] == near(PLAIN.handled_rate)


def test_priority_moves_the_wait_but_not_the_queue() -> None:
    """With one patience and one speed the total queue is that of one class; the urgent class waits less."""
    found = erlang.priority_abandonment(arrival_rate=[0.04, 0.06], aht=80.0, agents=8, patience=60.0, within=15.0)
    assert found.queue_length.sum() == near(PLAIN.queue_length)
    assert found.wait_probability == pytest.approx(float(PLAIN.wait_probability), rel=1e-9)
    assert found.asa_all_s[0] < float(PLAIN.asa_all_s) < found.asa_all_s[1]
    assert found.service_level[0] > LEVEL > found.service_level[1]
    alone = erlang.priority_abandonment(arrival_rate=[0.04, 1e-9], aht=80.0, agents=4, patience=60.0, within=15.0)
    only = erlang.erlang_a(arrival_rate=0.04, aht=80.0, agents=4, patience=60.0)
    assert alone.service_level[0] == pytest.approx(float(only.service_level(within=15.0)), rel=1e-6)


def test_cobham_conserves_the_work_that_waits() -> None:
    rates = np.array([[0.02, 0.03, 0.04], [0.01, 0.01, 0.07]])
    waits = erlang.priority_waits(arrival_rate=rates, aht=80.0, agents=9)
    total = erlang.erlang_c(arrival_rate=rates.sum(axis=1), aht=80.0, agents=9)
    np.testing.assert_allclose((rates * waits).sum(axis=1) / rates.sum(axis=1), total.asa_s, rtol=1e-12)
    assert np.all(np.diff(waits, axis=1) > 0.0)
    patient = erlang.priority_abandonment(arrival_rate=[0.02, 0.02], aht=80.0, agents=4, patience=1e6, most_waiting=130)
    endless = erlang.priority_waits(arrival_rate=[0.02, 0.02], aht=80.0, agents=4)
    np.testing.assert_allclose(patient.asa_all_s, endless, rtol=2e-3)


def test_n_design_lies_between_split_and_pooled() -> None:
    pair = {"arrival_rate": [0.06, 0.04], "aht": 80.0, "patience": 60.0, "within": 15.0}
    overflow = erlang.n_design(**pair, agents=[5, 4])
    split = [
        float(erlang.erlang_a(arrival_rate=rate, aht=80.0, agents=heads, patience=60.0).abandonment)
        for rate, heads in ((0.06, 5), (0.04, 4))
    ]
    pooled = float(erlang.erlang_a(arrival_rate=0.1, aht=80.0, agents=9, patience=60.0).abandonment)
    whole = float(overflow.abandonment @ [0.6, 0.4])
    assert pooled < whole < np.dot(split, [0.6, 0.4])
    np.testing.assert_allclose(overflow.group_rate.sum(axis=1), overflow.handled_rate, rtol=1e-10)
    kept = erlang.n_design(**pair, agents=[5, 4], reserve=4)
    assert kept.abandonment == pytest.approx(split, rel=1e-8)
    with pytest.raises(DomainError, match="one side only"):
        erlang.skills(arrival_rate=[1.0], aht=1.0, agents=[1, 1], patience=1.0, type_groups=[[0, 1]], group_types=[[0], []])


def test_one_window_is_a_call() -> None:
    found = erlang.chat_waits(arrival_rate=0.1, handle_s=[80.0], agents=8, patience=60.0)
    assert found.wait_probability == near(PLAIN.wait_probability)
    assert found.queue_length == near(PLAIN.queue_length)
    assert found.handle_s == near(80.0)
    twice = erlang.chat_waits(arrival_rate=0.1, handle_s=[80.0, 80.0], agents=4, patience=60.0)
    assert twice.abandonment == near(PLAIN.abandonment)
    np.testing.assert_allclose(erlang.window_handle_s(handle_s=500.0, customer_to_agent=0.0, windows=3), [500, 1000, 1500])


def test_other_work_that_never_starts_changes_nothing() -> None:
    for found in (
        erlang.blend(**DESK, agents=8, reserve=8),
        erlang.callbacks(**DESK, agents=8, accept=0.0, offer_from=2),
        erlang.phase_waits(arrival_rate=0.1, start=[1.0], rates=[[-1 / 80.0]], agents=8, patience=60.0),
    ):
        assert found.wait_probability == near(PLAIN.wait_probability)
        assert found.abandonment == near(PLAIN.abandonment)
        assert found.asa_all_s == near(PLAIN.asa_all_s)
        assert found.occupancy == near(PLAIN.occupancy)


def test_callbacks_conserve_contacts() -> None:
    found = erlang.callbacks(**DESK, agents=8, accept=0.6, offer_from=1)
    assert 8 * found.occupancy / 80.0 == near(0.1 * (1.0 - found.abandonment))
    assert found.abandonment < float(PLAIN.abandonment)
    assert found.callback_delay_s == near(found.callbacks_waiting / (0.1 * found.callback_share))


def test_a_mixture_of_equal_phases_is_exponential_and_more_spread_waits_more() -> None:
    laws = [
        erlang.erlang_phases(3, 80.0),
        erlang.mixed_phases([0.4, 0.6], [80.0, 80.0]),
        erlang.mixed_phases([0.9, 0.1], [40.0, 440.0]),
    ]
    found = [erlang.phase_waits(arrival_rate=0.09, start=start, rates=rates, agents=8, most_waiting=400) for start, rates in laws]
    plain = erlang.erlang_c(arrival_rate=0.09, aht=80.0, agents=8)
    assert found[1].asa_all_s == near(plain.asa_s)
    assert found[0].asa_all_s < float(plain.asa_s) < found[2].asa_all_s
