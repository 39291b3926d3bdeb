"""A start in the middle of the day: both engines, a run that goes on from its own state, and the exact transient chain."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from routing_kit import TWO
from sim_kit import at, born, merged, scenario, total
from test_stop_and_log import BUSY

from surgesim.base.errors import InputError
from surgesim.engines import run as run_engine
from surgesim.erlang.transient import transient
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.sim import reference
from surgesim.sim.counts import Counts
from surgesim.sim.engine import contacts
from surgesim.sim.machine import Machine
from surgesim.sim.start import Start

LINES = {"trunks": {"main": {"lines": 30, "queues": ["calls", "other"]}}}
times = st.lists(st.floats(0.0, 900.0), max_size=6)


def started(model: Model, start: Start, seed: int = 1, replication: int = 0) -> Counts:
    """Return one replication from a state on, the same from both engines."""
    expected = reference.simulate(model, seed, replication, True, start=start)
    found = Machine(model).simulate(seed, replication, True, start=start)
    for field in ("queues", "groups", "trunks", "waits"):
        np.testing.assert_array_equal(getattr(expected, field), getattr(found, field))
    assert expected.log is not None
    assert found.log is not None
    for name in expected.log.dtype.names or ():
        np.testing.assert_array_equal(expected.log[name], found.log[name])
    return found


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(calls=times, others=times, rests=st.lists(st.floats(0.0, 2000.0), max_size=2), past=st.floats(0.0, 900.0),
       seed=st.integers(0, 999), moment=st.sampled_from(["09:00", "11:30", "17:30", "18:00"]))  # fmt: skip
def test_both_engines_go_on_in_the_same_way(
    calls: list[float], others: list[float], rests: list[float], past: float, seed: int, moment: str
) -> None:
    redial = {"queues": {"other": {"redial": {"probability": "50%", "delay": "exponential(5min)"}}}}
    model = build(scenario(**merged(merged(TWO, LINES), redial)))
    busy: dict[str, Any] = {"all": tuple(rests), "expert": (("other", past),)}
    counts = started(model, Start(at(moment), {"calls": calls, "other": others}, busy), seed)
    columns = ("handled", "abandoned", "blocked", "inside")
    for queue in (0, 1):
        assert total(counts, "offered", queue) == sum(total(counts, column, queue) for column in columns)
    assert np.all(counts.groups[:, :, 1] >= 0.0)


def test_going_on_from_its_own_state_is_the_whole_run() -> None:
    model = build(scenario(groups={"all": {"heads": 4}}))
    whole = contacts(model, 3, 1)
    moment = at("12:30")
    start = Start.of(whole, moment)
    assert start.waiting
    assert len(start.busy["all"]) == 4
    rest = started(model, start, 3).log
    assert rest is not None
    expected = whole.filter(pl.coalesce("start_s", pl.lit(1e9)) >= moment).filter(pl.col("outcome") == "handled")
    handled = rest[rest["outcome"] == 0]
    np.testing.assert_array_equal(handled["start_s"], expected["start_s"].to_numpy())
    np.testing.assert_array_equal(handled["end_s"], expected["end_s"].to_numpy())
    np.testing.assert_array_equal(handled["arrival_s"], expected["arrival_s"].to_numpy())


def test_it_follows_the_exact_chain_from_a_given_number_inside() -> None:
    """Mt/M/n+M from six at work and nine in the queue, against the chain solved exactly."""
    hours = {"clock": {"interval": "15min", "days": 1}, "hours": {"desk": {"every_day": "00:00-24:00"}}}
    desk = {"groups": {"all": {"heads": 6}}, "demand": {"base": {"rate": "60/h"}},
            "queues": {"calls": {"handling": {"talk": "exponential(5min)"}, "patience": "exponential(4min)"}}}  # fmt: skip
    model = build(scenario(**merged(hours, desk)))
    start = Start(at("12:00"), {"calls": (0.0,) * 9}, {"all": (("calls", 60.0),) * 6})
    machine, n, edges = Machine(model), 300, np.arange(5) * 900.0
    left = np.zeros((n, 4))
    for place in range(n):
        log = machine.simulate(5, place, log=True, start=start).log
        assert log is not None
        gave_up = log[log["outcome"] == 1]
        left[place] = np.histogram(gave_up["joined_s"] + gave_up["wait_s"] - at("12:00"), edges)[0]
    chain = transient(edges=edges, arrival_rate=60.0 / 3600.0, agents=6, aht=300.0, patience=240.0, busy_start=6, queue_start=9)
    np.testing.assert_array_less(np.abs(left.mean(axis=0) - chain.abandoned), 4.0 * left.std(axis=0) / np.sqrt(n))
    assert chain.abandoned[0] > 1.5 * chain.abandoned[3]  # nine who wait are felt: the test would notice their absence


@pytest.mark.parametrize(
    ("start", "part"),
    [
        (Start(100.0), "write 0"),
        (Start(0.0, {"cals": (1.0,)}), "did you mean 'calls'"),
        (Start(0.0, {"calls": (-1.0,)}), "at least 0"),
        (Start(0.0, {}, {"al": (1.0,)}), "did you mean 'all'"),
        (Start(0.0, {}, {"all": (1.0,) * 9}), "never more than 6"),
        (Start(0.0, {}, {"all": (("cals", 1.0),)}), "did you mean 'calls'"),
        (Start(0.0, redials={"calls": ((5.0, 0),)}), "from 1 to 59"),
        (Start(0.0, redials={"calls": (float("nan"),)}), "at least 0"),
        (Start(0.0, follow_ups={"calls": (5.0,)}), "no queue has follow-ups"),
        (Start(0.0, callbacks={"calls": (5.0,)}), "offers no callbacks"),
        (Start(0.0, callbacks={"calls": ((5.0, 1, 9.0),)}), "from 2 to 10"),
        (Start(0.0, lines={"calls": (5.0,)}), "is on no trunk"),
    ],
)
def test_states_that_cannot_be_are_refused(start: Start, part: str) -> None:
    with pytest.raises(InputError, match=part):
        run_engine(scenario(**BUSY), replications=1, start=start)


def test_a_run_from_a_state_leaves_the_morning_out() -> None:
    result = run_engine(scenario(**BUSY), replications=3, start=Start(at("14:00"), {"calls": (30.0, 400.0)}))
    before = result.intervals.filter(pl.col("start").dt.hour() < 13)
    assert before.filter(pl.col("start").dt.day() == 1)["offered"].sum() == 0.0
    assert result.groups.filter((pl.col("start").dt.day() == 1) & (pl.col("start").dt.hour() < 14))["paid_s"].sum() == 0.0
    assert result.tables.equals(
        run_engine(scenario(**BUSY), "reference", 3, start=Start(at("14:00"), {"calls": (30.0, 400.0)})).tables
    )


def test_a_backlog_of_deferred_work_is_worked_off() -> None:
    mail = {"queues": {"calls": {"patience": None, "deadline": "4h", "handling": {"talk": "constant(10min)"}}}}
    model = born(build(scenario(**mail)), [at("20:00", 1)])
    counts = started(model, Start(at("09:00"), {"calls": tuple(3600.0 * place for place in range(5))}))
    assert counts.log is not None
    assert counts.log["end_s"][:5].tolist() == [at("09:00") + 600.0 * place for place in range(1, 6)]
