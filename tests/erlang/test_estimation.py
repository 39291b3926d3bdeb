"""Estimators against worked examples, closed forms, and records made with known laws."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from surgesim.base.distributions import Exponential, Gamma, Law, Lognormal, Mixture, Weibull
from surgesim.base.errors import DomainError
from surgesim.base.streams import uniforms
from surgesim.erlang.estimation import (
    estimate_patience,
    estimate_redials,
    fit_law,
    fit_service_time,
    kaplan_meier,
)

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "patience.py"


def sample(law: Law, size: int, purpose: int, seed: int = 7) -> np.ndarray:
    return law.quantile(uniforms(seed, 0, np.arange(size), 0, 2000 + purpose))


def record(law: Law, size: int, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Waits of people with this patience who are offered an exponential wait of mean 100 s; True: left."""
    patience, offered = sample(law, size, 0, seed), sample(Exponential(100.0), size, 1, seed)
    return np.minimum(patience, offered), patience < offered


def test_kaplan_meier_by_hand() -> None:
    """Waits 1, 2+, 3, 3, 4+, 5 (+: answered): survival 5/6, then x 2/4, then x 0."""
    curve = kaplan_meier(wait=[1, 2, 3, 3, 4, 5], abandoned=[1, 0, 1, 1, 0, 1])
    assert curve.time_s.tolist() == [1, 3, 5]
    assert curve.at_risk.tolist() == [6, 4, 1]
    assert curve.survival == pytest.approx([5 / 6, 5 / 12, 0])
    assert curve.at([0.5, 1.0, 2.9, 3.0, 9.0]) == pytest.approx([1, 5 / 6, 5 / 6, 5 / 12, 0])
    assert curve.quantile([0.1, 0.5, 1.0]).tolist() == [1, 3, 5]
    assert curve.restricted_mean(4.0) == pytest.approx(1 + 2 * 5 / 6 + 5 / 12)
    greenwood = 1 / (6 * 5) + 2 / (4 * 2)
    half = 1.959964 * np.sqrt(greenwood) / -np.log(5 / 12)
    assert curve.low[1] == pytest.approx((5 / 12) ** np.exp(half), rel=1e-6)
    assert curve.high[1] == pytest.approx((5 / 12) ** np.exp(-half), rel=1e-6)


def test_nothing_is_known_beyond_the_record() -> None:
    curve = kaplan_meier(wait=[1, 2, 3], abandoned=[1, 0, 0])
    assert np.isnan(curve.at(4.0))
    assert np.isnan(curve.quantile(0.9))
    with pytest.raises(DomainError, match="record ends"):
        curve.restricted_mean(4.0)


def test_kaplan_meier_finds_the_law() -> None:
    law = Lognormal(120.0, 1.5)
    curve = kaplan_meier(wait=(waits := record(law, 8000))[0], abandoned=waits[1])
    at = np.array([20.0, 60.0, 120.0, 200.0])
    assert curve.at(at) == pytest.approx(law.sf(at), abs=0.02)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 1e4), st.booleans()), min_size=2, max_size=60))
def test_exponential_patience_is_total_wait_over_number_who_left(rows: list[tuple[float, bool]]) -> None:
    wait, left = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    wait[0], left[0] = wait[0] + 1.0, True
    fit = estimate_patience(wait=wait, abandoned=left, families=("exponential",))[0]
    total, ends = wait.sum(), left.sum()
    assert fit.mean_s == pytest.approx(total / ends, rel=1e-9)
    assert fit.log_likelihood == pytest.approx(-ends * np.log(total / ends) - ends, rel=1e-9, abs=1e-9)
    assert fit.mean_high_s == pytest.approx(2 * total / chi2.ppf(0.025, 2 * ends), rel=1e-9)
    assert fit.mean_low_s == pytest.approx(2 * total / chi2.ppf(0.975, 2 * ends + 2), rel=1e-9)


def test_mean_wait_of_those_who_left_is_not_patience() -> None:
    wait, left = record(Exponential(200.0), 5000)
    fit = estimate_patience(wait=wait, abandoned=left, families=("exponential",))[0]
    assert wait[left].mean() < 80.0
    assert fit.mean_low_s < 200.0 < fit.mean_high_s


def test_mixed_exponential_is_found_and_chosen() -> None:
    law = Mixture((0.4, 0.6), (Exponential(15.0), Exponential(300.0)))
    wait, left = record(law, 6000)
    best, other = estimate_patience(wait=wait, abandoned=left, confidence=0.999)
    assert (best.family, other.family) == ("mixed_exponential", "exponential")
    for name, truth in (("share", 0.4), ("mean_1_s", 15.0), ("mean_2_s", 300.0)):
        value, low, high = best.parameters[name]
        assert low < truth < high
        assert high - low < value
    assert best.mean_low_s < law.mean < best.mean_high_s


def test_plain_exponential_needs_no_mixture() -> None:
    wait, left = record(Exponential(150.0), 4000)
    assert estimate_patience(wait=wait, abandoned=left)[0].family == "exponential"


@pytest.mark.parametrize("law", [Lognormal(300.0, 0.9), Gamma(300.0, 0.6), Weibull(300.0, 1.8)], ids=str)
def test_service_law_is_chosen_by_likelihood(law: Law) -> None:
    fits = fit_service_time(duration=sample(law, 4000, 3))
    assert [fit.aic for fit in fits] == sorted(fit.aic for fit in fits)
    assert fits[0].family == type(law).__name__.lower()
    assert fits[0].mean_low_s < 300.0 < fits[0].mean_high_s
    assert fits[0].law.mean == pytest.approx(fits[0].mean_s)
    assert len(fits) == 5


def test_lognormal_fit_is_the_closed_form() -> None:
    times = sample(Lognormal(300.0, 0.9), 500, 4)
    logs = np.log(times)
    fit = fit_law(times, family="lognormal")
    assert fit.mean_s == pytest.approx(np.exp(logs.mean() + logs.var() / 2), rel=1e-5)
    expected = -logs.sum() - 250 * (np.log(2 * np.pi * logs.var()) + 1)
    assert fit.log_likelihood == pytest.approx(expected, rel=1e-9)


def test_equal_durations_have_no_law_with_a_shape() -> None:
    times = np.full(50, 60.0)
    assert {fit.family for fit in fit_service_time(duration=times)} == {"exponential", "mixed_exponential"}
    with pytest.raises(DomainError, match="vary too little"):
        fit_law(times, family="gamma")


def test_intervals_cover() -> None:
    """Of 60 records, a 90 % interval should miss the truth about 6 times; 14 or more has probability 0.002."""
    law = Exponential(200.0)
    misses = 0
    for seed in range(60):
        wait, left = record(law, 150, seed)
        fit = estimate_patience(wait=wait, abandoned=left, families=("weibull",), confidence=0.9)[0]
        misses += not fit.mean_low_s < 200.0 < fit.mean_high_s
    assert 0 < misses < 14


def test_redials_by_hand() -> None:
    """Caller 1 loses at 0 and 50 and is served at 90; caller 2 loses once; caller 3 is served and calls again."""
    found = estimate_redials(
        caller=[1, 2, 1, 3, 1, 3, 0, 2],
        start=[0, 10, 50, 60, 90, 95, 100, 1000],
        end=[5, 20, 55, 70, 92, 96, 101, 1001],
        lost=[1, 1, 1, 0, 0, 0, 1, 1],
        window=100,
    )
    assert (found.after_lost.count, found.after_lost.total, found.after_lost.callers) == (2, 3, 2)
    assert (found.after_handled.count, found.after_handled.total) == (1, 3)
    assert found.delay_s.tolist() == [35, 45]
    assert (found.unidentified, found.unfinished) == (1, 1)
    assert found.beyond_chance == pytest.approx((2 / 3 - 1 / 3) / (1 - 1 / 3))
    assert found.delay_fits == []


def test_redials_are_found() -> None:
    size = 6000
    again = uniforms(3, 0, np.arange(size), 0, 2010) < 0.4
    delay = sample(Exponential(600.0), size, 11, 3)
    first = 1e5 * uniforms(3, 0, np.arange(size), 0, 2012)
    caller = np.concatenate([np.arange(size), np.arange(size)[again]]) + 1
    start = np.concatenate([first, (first + delay)[again]])
    lost = np.concatenate([np.ones(size), np.zeros(int(again.sum()))])
    found = estimate_redials(caller=caller, start=start, lost=lost, window=20_000.0, log_end=1.5e5)
    assert found.after_lost.low < 0.4 < found.after_lost.high
    assert found.after_handled.value == 0.0
    assert 0 < found.after_handled.high < 0.01
    assert found.beyond_chance == pytest.approx(found.after_lost.value)
    exponential = next(fit for fit in found.delay_fits if fit.family == "exponential")
    assert exponential.mean_low_s < 600.0 < exponential.mean_high_s


def test_alike_contacts_of_one_caller_widen_the_interval() -> None:
    caller = np.repeat(np.arange(1, 41), 50)
    start = np.tile(np.arange(50) * 10.0, 40) + 1e6 * caller
    stubborn = caller % 2 == 0
    start = np.where(stubborn, start, 1e6 * caller + np.tile(np.arange(50) * 1e4, 40))
    lost = np.ones(caller.size, dtype=bool)
    lost[::50] = False
    found = estimate_redials(caller=caller, start=start, lost=lost, window=100.0, log_end=1e9)
    independent = 2 * 1.96 * np.sqrt(0.25 / found.after_lost.total)
    assert found.after_lost.high - found.after_lost.low > 4 * independent


@pytest.mark.parametrize("call", [
    lambda: kaplan_meier(wait=[1.0, 2.0], abandoned=[0, 0]),
    lambda: kaplan_meier(wait=[1.0, -2.0], abandoned=[1, 0]),
    lambda: estimate_patience(wait=[1.0, np.nan], abandoned=[1, 1]),
    lambda: estimate_patience(wait=[1.0], abandoned=[1, 0]),
    lambda: fit_law([1.0, 0.0], family="lognormal"),
    lambda: fit_law([1.0], family="cauchy"),
    lambda: fit_law([0.0], family="exponential"),
    lambda: estimate_redials(caller=[1], start=[0.0], lost=[1], window=10.0),
    lambda: estimate_redials(caller=[1, 2], start=[0.0], lost=[1], window=-1.0),
])  # fmt: skip
def test_records_that_say_nothing_are_refused(call) -> None:
    with pytest.raises(DomainError):
        call()


def write_log(path: Path) -> None:
    size = 400
    wait, left = record(Exponential(120.0), size)
    rows = ["date,type,prio,cust,t_vru,vru_s,t_queue,queue_s,outcome,t_serve,serve_s,agent"]
    served = 10 + sample(Lognormal(200.0, 1.0), size, 5)
    for i in range(size):
        begin = 30_000 + 20 * (i % 100)
        rows.append(
            f"1999-01-{1 + i // 100:02d},{('PS', 'NW', 'NE')[i % 3]},0,{1 + i % 70},{begin},5,{begin},{wait[i]:.0f},"
            f"{'H' if left[i] else 'A'},{-1 if left[i] else begin + int(wait[i])},{0 if left[i] else int(served[i])},x"
        )
    path.write_text("\n".join(rows))


def test_benchmark_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["patience.py", str(tmp_path)])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    assert stop.value.code == 0
    assert "not part of the project" in capsys.readouterr().out
    write_log(tmp_path / "anonbank_1999_01.csv")
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    assert stop.value.code == 0
    out = capsys.readouterr().out
    for word in ("patience:", "mixed_exponential", "redials within a day", "service of type NE"):
        assert word in out
