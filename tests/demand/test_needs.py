"""Needs: births are pure functions of the luck, waves conserve people, timing moves needs and loses none."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgesim.base.clock import Clock
from surgesim.base.errors import ScenarioError
from surgesim.demand.announced import waves
from surgesim.demand.incidents import SHELF as INCIDENTS
from surgesim.demand.needs import Needs
from surgesim.demand.stated import baseline_mean, rates_mean
from surgesim.scenario.demand import Baseline, Incident, Rates

CLOCK = Clock(start=date(2027, 11, 8), days=14, interval_s=1800.0, holidays=frozenset({date(2027, 11, 23)}))
RECALL = INCIDENTS.load("recall").PRESET


def needs_of(mean, day_noise=0.0, size_noise=0.0):
    mean = np.atleast_2d(np.asarray(mean, dtype=float))
    streams = len(mean)
    return Needs(
        streams=tuple(f"s{k}/r" for k in range(streams)),
        reason=np.zeros(streams, dtype=np.int64),
        edges_s=CLOCK.edges_s,
        day=CLOCK.day_index,
        mean=mean,
        day_noise=np.full(streams, day_noise),
        size_noise=np.full(streams, size_noise),
        source=np.arange(streams),
    )


def incident(**announcements):
    return Incident.model_validate(
        {"kind": "recall", "affected": 300_000, "reasons": {"a": "100%"}, "announcements": announcements}
    )


def test_births_are_poisson_and_lie_in_their_interval():
    needs = needs_of(np.full(CLOCK.n_intervals, 12.5))
    counts = []
    for replication in range(40):
        births = needs.births(seed=3, replication=replication)
        interval = CLOCK.interval_of(births.time_s)
        assert (np.diff(births.time_s) >= 0).all()
        assert ((births.need >> 20) == interval).all()
        counts.append(np.bincount(interval, minlength=CLOCK.n_intervals))
    counts = np.array(counts)
    # 26 880 Poisson(12.5) counts: mean within five standard errors, variance within five of its own.
    assert counts.mean() == pytest.approx(12.5, abs=5 * np.sqrt(12.5 / counts.size))
    assert counts.var() == pytest.approx(12.5, abs=5 * 12.5 * np.sqrt(2 / counts.size))


@given(more=st.floats(1.0, 4.0), seed=st.integers(0, 2**40), replication=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_more_needs_leave_the_others_as_they_are(more, seed, replication):
    few = needs_of(np.full(CLOCK.n_intervals, 3.0)).births(seed, replication)
    many = needs_of(np.full(CLOCK.n_intervals, 3.0 * more)).births(seed, replication)
    kept = np.isin(many.need, few.need)
    assert np.array_equal(many.need[kept], few.need)
    assert np.array_equal(many.time_s[kept], few.time_s)


def test_another_stream_changes_no_birth():
    one = needs_of([np.full(CLOCK.n_intervals, 3.0)]).births(1, 0)
    both = needs_of([np.full(CLOCK.n_intervals, 3.0), np.full(CLOCK.n_intervals, 7.0)]).births(1, 0)
    assert np.array_equal(both.need[both.stream == 0], one.need)
    assert np.array_equal(both.time_s[both.stream == 0], one.time_s)


def test_random_factors_have_mean_one_and_the_stated_variation():
    needs = needs_of(np.ones(CLOCK.n_intervals), day_noise=0.3, size_noise=0.5)
    totals = np.array([needs.intensity(5, r).mean() for r in range(3000)])
    # size factor (cv .5) times the mean of 14 independent day factors (cv .3)
    expected = np.sqrt(1.25 * (1 + 0.09 / 14) - 1)
    assert totals.mean() == pytest.approx(1.0, abs=5 * expected / np.sqrt(3000))
    assert totals.std() == pytest.approx(expected, rel=0.1)


def test_each_replication_draws_a_sample_path():
    needs = needs_of(np.zeros(CLOCK.n_intervals))
    paths = np.stack([np.full((1, CLOCK.n_intervals), value) for value in (1.0, 2.0)])
    with_paths = replace(needs, paths=paths)
    drawn = np.array([with_paths.intensity(1, r)[0, 0] for r in range(400)])
    assert set(drawn) == {1.0, 2.0}
    assert abs((drawn == 1.0).sum() - 200) < 5 * 10  # five standard errors of a fair coin
    assert (drawn == [with_paths.intensity(1, r)[0, 0] for r in range(400)]).all()
    assert (drawn != [with_paths.intensity(2, r)[0, 0] for r in range(400)]).any()


@given(
    reaches=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5),
    propensity=st.floats(0.0, 1.0),
    severity=st.floats(0.0, 5.0),
)
@settings(max_examples=50, deadline=None)
def test_distinct_people_never_exceed_the_affected(reaches, propensity, severity):
    given_ = incident(
        **{
            f"w{k}": {"at": f"2027-11-{9 + k:02} 10:00", "medium": "press", "reach": f"{100 * reach!r}%" if reach else "0%"}
            for k, reach in enumerate(reaches)
        }
    ).model_copy(update={"propensity": propensity, "severity": severity})
    found = waves(given_, RECALL, CLOCK)
    assert sum(wave.reached for wave in found) <= 300_000 * (1 + 1e-12)
    assert sum(wave.needs for wave in found) <= 300_000 * (1 + 1e-12)
    reached = 300_000 * (1 - np.prod([1 - reach for reach in reaches]))
    assert sum(wave.reached for wave in found) == pytest.approx(reached, abs=1e-6)


def test_the_rhythm_moves_needs_and_loses_none():
    base = {"at": "2027-11-08 09:00", "medium": "press", "reach": "50%", "delay": "exponential(5h)"}
    plain = incident(press=base).model_copy(update={"rhythm": {0.0: 1.0}})
    awake = incident(press=base)
    (even,) = waves(plain, RECALL, CLOCK)
    (shaped,) = waves(awake, RECALL, CLOCK)
    assert even.mean.sum() == pytest.approx(300_000 * 0.5 * RECALL.propensity, rel=1e-9)
    assert shaped.mean.sum() == pytest.approx(even.mean.sum(), rel=1e-9)
    night = slice(48 + 2, 48 + 10)  # 01:00-05:00 of the second day
    assert shaped.mean[night].sum() < 0.5 * even.mean[night].sum()


def test_an_earlier_announcement_leaves_only_its_tail():
    law = "exponential(1d)"
    early = incident(press={"at": "2027-11-06 00:00", "medium": "press", "reach": "100%", "delay": law})
    (wave,) = waves(early.model_copy(update={"rhythm": {0.0: 1.0}}), RECALL, CLOCK)
    assert wave.mean.sum() == pytest.approx(wave.needs * (np.exp(-2) - np.exp(-16)), rel=1e-9)


def test_press_is_a_spike_and_throttled_letters_are_not():
    press = incident(a={"at": "2027-11-08 10:00", "medium": "press", "reach": "60%"})
    letters = incident(a={"at": "2027-11-08 10:00", "medium": "letter", "reach": "60%", "throttle": "2_000/h"})
    (spike,), (slow,) = waves(press, RECALL, CLOCK), waves(letters, RECALL, CLOCK)
    assert spike.needs == slow.needs
    assert spike.mean.max() > 3 * slow.mean.max()


def test_throttling_a_text_message_lowers_the_peak():
    fast = {"at": "2027-11-08 10:00", "medium": "sms", "reach": "60%", "throttle": "50_000/h"}
    (quick,), (slow,) = (waves(incident(a={**fast, "throttle": rate}), RECALL, CLOCK) for rate in ("50_000/h", "5_000/h"))
    assert slow.mean.max() < quick.mean.max()


def test_baseline_adds_up_by_day():
    source = Baseline.model_validate(
        {
            "kind": "baseline",
            "reasons": {"a": "100%"},
            "per_day": 1000,
            "weekday": {"sun": "0.5x", "holiday": "0.4x"},
            "month": {11: "1.3x"},
            "profile": {"00:00": "0x", "09:00": "2x", "18:00": "1x"},
        }
    )
    mean = baseline_mean(source, Clock(start=date(2027, 11, 20), days=5, interval_s=900.0, holidays=CLOCK.holidays))
    assert mean.reshape(5, 96).sum(axis=1) == pytest.approx([1300, 650, 1300, 520, 1300])
    assert mean[: 9 * 4].sum() == 0.0


def test_stated_rates_name_every_interval():
    source = Rates.model_validate({"kind": "rates", "reasons": {"a": "100%"}, "by_interval": ["1/h", "2/h"]})
    with pytest.raises(ScenarioError, match="names 2 rates, the horizon has 672 intervals"):
        rates_mean(source, CLOCK, "plain")
    by_time = Rates.model_validate({"kind": "rates", "reasons": {"a": "100%"}, "by_time": {"09:00": "6/h", "18:00": "0/h"}})
    assert rates_mean(by_time, CLOCK, "plain").sum() == pytest.approx(14 * 9 * 6)


@pytest.mark.parametrize("paths", [False, True])
def test_the_variance_of_all_needs_is_what_many_replications_scatter(paths):
    """Two streams of one source share their factors, a third has its own; with sample paths, these differ by half as well."""
    shape = np.array([[0.4], [0.1], [0.3]]) * np.linspace(0.5, 1.5, CLOCK.n_intervals)
    needs = replace(needs_of(shape, day_noise=0.3, size_noise=0.2), source=np.array([0, 0, 1]))
    if paths:
        needs = replace(needs, paths=np.array([0.5, 1.0, 1.5])[:, None, None] * shape)
    seen = [len(needs.births(seed=9, replication=replication).need) for replication in range(1500)]
    assert np.var(seen, ddof=1) == pytest.approx(needs.variance(), rel=0.15)  # four standard errors of a variance
    assert needs_of(shape).variance() == pytest.approx(shape.sum())
    assert replace(needs_of(shape), exact=np.array([True, True, False])).variance() == pytest.approx(shape[2].sum())
