"""A start in the middle of the day: both engines go on alike from any state, and a run that is cut in two is the whole run."""

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from test_reference_is_kernel import checked, differences, scenarios

from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.scenario.scenario import Scenario
from surgesim.sim import reference
from surgesim.sim.contact_log import frame_of
from surgesim.sim.engine import contacts
from surgesim.sim.machine import Machine
from surgesim.sim.start import Start

times = st.floats(0.0, 5000.0)
few = st.lists(times, max_size=4)
tried = st.lists(st.one_of(times, st.tuples(times, st.integers(1, 5))), max_size=4)
ROUNDS = 12


@st.composite
def states(draw: st.DrawFn, model: Model) -> Start:
    """A state that the model can be in, with something in every part of it."""
    own = [queue for queue in model.queues if queue.sharing is None and not queue.work.outside]
    names = [queue.name for queue in model.queues]
    callbacks: dict[str, Any] = {}
    for queue in model.queues:
        holders = [offer.queue for offer in queue.callers.offers if offer.queue >= 0]
        if holders and model.queues[holders[0]].sharing is None:
            tries = st.tuples(times, st.integers(2, 4), st.floats(-3000.0, 3000.0))
            callbacks[queue.name] = draw(st.lists(st.one_of(times, tries), max_size=3))
    busy: dict[str, Any] = {}
    for place, group in enumerate(model.groups):
        works = st.one_of(times, st.tuples(st.sampled_from(names), st.floats(0.0, 900.0)))
        busy[group] = draw(st.lists(works, max_size=int(model.agents[place].max(initial=0))))
    return Start(
        float(draw(st.sampled_from(model.clock.edges_s[:-1].tolist()))),
        waiting={queue.name: draw(tried) for queue in own},
        busy=busy,
        redials={name: draw(tried) for name in names},
        follow_ups={name: draw(few) for name in names} if any(queue.follow_ups for queue in model.queues) else {},
        callbacks=callbacks,
        lines={queue.name: draw(few) for queue in model.queues if queue.trunk >= 0},
    )


def test_both_engines_go_on_in_the_same_way_from_any_state() -> None:
    begun = dict.fromkeys(("waiting", "busy", "redials", "follow_ups", "callbacks", "lines"), 0)

    @settings(max_examples=10)
    @given(scenario=scenarios(), data=st.data(), seed=st.integers(0, 2**32))
    def one_round(scenario: Scenario, data: st.DataObject, seed: int) -> None:
        model = build(scenario)
        start = data.draw(states(model))
        for part in begun:
            begun[part] += sum(map(len, getattr(start, part).values())) > 0
        found = Machine(model).simulate(seed, 3, log=True, start=start)
        assert differences(reference.simulate(model, seed, 3, log=True, start=start), found) == []
        checked(found)

    for number in range(ROUNDS):
        with_seed(number)(one_round)()
    assert min(begun.values()) >= 5


DESK: dict[str, Any] = {
    "surgesim": 1,
    "name": "cut-in-two",
    "clock": {"start": "2027-11-01", "days": 1, "interval": "30min"},
    "hours": {"desk": {"every_day": "09:00-20:00"}},
    "reasons": {"question": {"queue": "calls"}},
    "demand": {"base": {"kind": "rates", "reasons": {"question": "100%"},
                        "by_time": {"00:00": "0/h", "09:00": "80/h", "17:00": "20/h"}}},
    "trunks": {"main": {"lines": 15, "queues": ["calls"]}},
    "queues": {
        "calls": {
            "hours": "desk", "handling": {"talk": "exponential(5min)", "after": "exponential(1min)"},
            "patience": "exponential(4min)",
            "redial": {"probability": "80%", "delay": "exponential(25min)", "attempts": 3, "patience_factor": "0.7x"},
            "follow_ups": [{"to": "calls", "probability": "30%", "delay": "exponential(1h)"}],
            "offers": [{"kind": "callback", "accepts": "50%", "above": "3min", "queue": "callbacks", "within": "2h",
                        "reached": "60%", "tries": 3, "retry": "exponential(20min)"}],
        },
        "callbacks": {"hours": "desk", "deadline": "2h", "handling": {"talk": "exponential(4min)"}, "priority": 3},
    },
    "sites": {"here": {"seats": 100}},
    "groups": {"all": {"site": "here", "skills": ["calls", "callbacks"], "heads": 8}},
}  # fmt: skip
NOON, RUNS = 12 * 3600.0, 60
AFTER = pl.col("arrival_s") >= NOON


def rest_of(log: pl.DataFrame) -> list[float]:
    """Return what one replication did from noon on: contacts by kind and outcome, and time on the line."""
    after, number, chain = log.filter(AFTER), pl.col("attempt") % 64, pl.col("attempt") // 64
    kinds = [pl.col("queue") == "callbacks", (pl.col("queue") == "calls") & (number > 1), (number == 1) & (chain > 0)]
    parts = [after.height, *(after.filter(kind).height for kind in kinds)]
    parts += [(after["outcome"] == outcome).sum() for outcome in ("handled", "abandoned", "blocked", "unreached")]
    talks = log.filter(pl.col("talk_end_s") > NOON).select(pl.col("talk_end_s") - pl.max_horizontal("start_s", pl.lit(NOON)))
    return [float(part) for part in parts] + [float(talks.to_series().sum()), after["wait_s"].sum()]


def test_a_run_cut_in_two_agrees_with_the_whole_run() -> None:
    """The second half begins from the state of each run at noon, with luck of its own: means agree within 4 errors."""
    scenario = Scenario.model_validate(DESK)
    model = build(scenario)
    machine, whole, cut, bare = Machine(model), [], [], []
    log = contacts(model, 1, RUNS)
    for place in range(RUNS):
        own = log.filter(pl.col("replication") == place)
        start = Start.of(own, NOON, place, scenario)
        assert start.redials
        assert start.lines
        whole.append(rest_of(own))
        cut.append(rest_of(frame_of(model, place, machine.simulate(2, place, log=True, start=start))))
        left = Start(NOON, start.waiting, start.busy)
        bare.append(rest_of(frame_of(model, place, machine.simulate(2, place, log=True, start=left))))
    one, two, none = (np.array(rows) for rows in (whole, cut, bare))
    error = np.sqrt((one.var(axis=0) + two.var(axis=0)) / RUNS)
    assert (np.abs(one.mean(axis=0) - two.mean(axis=0)) < 4.0 * error).all()
    assert (np.abs(one.mean(axis=0) - none.mean(axis=0)) > 4.0 * error)[:4].all()  # who is yet to call is felt
