"""What callers meet before an agent, against balance equations and Erlang's formulas; and nothing where a share is zero."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_exact_formulas import WARM_UP

from surgesim.erlang.single import erlang_b, erlang_c
from surgesim.model.build import build
from surgesim.scenario.read import load
from surgesim.scenario.scenario import Scenario
from surgesim.sim.books import COLUMN, GROUP_COLUMN
from surgesim.sim.machine import Machine

AGENTS, RATE, TALK_S = 5, 60.0, 300.0
DAYS = 300
SCENARIO = Path(__file__).parents[2] / "scenarios" / "whole-life.yaml"
CALLBACK = {"kind": "callback", "accepts": "100%", "queue": "callbacks", "within": "1h"}
LINK = {"kind": "link", "accepts": "100%", "containment": "100%", "boomerang_delay": "constant(1h)"}


def desk(
    days: int = 1, hours: str = "00:00-24:00", rate: float = RATE, patience: str = "never", social: Any = None,
    heads: int = AGENTS, **queue: Any,
) -> Machine:  # fmt: skip
    tree: dict[str, Any] = {
        "surgesim": 1,
        "name": "stationary",
        "clock": {"start": "2027-11-01", "days": days, "interval": "30min"},
        "hours": {"always": {"every_day": hours}},
        "reasons": {"call": {"queue": "calls"}},
        "demand": {"base": {"kind": "rates", "reasons": {"call": "100%"}, "rate": f"{rate}/h"}},
        "queues": {
            "calls": {"hours": "always", "handling": {"talk": f"exponential({TALK_S}s)"}, "patience": patience, **queue},
            "callbacks": {"hours": "always", "handling": {"talk": f"exponential({TALK_S}s)"}, "deadline": "1d"},
            "shops": {"hours": "always", "handling": {"talk": "constant(1h)"}, "patience": "never"},
        },
        "sites": {"here": {"seats": 100}},
        "groups": {"all": {"site": "here", "skills": ["calls", "callbacks"], "heads": heads},
                   "others": {"site": "here", "skills": ["shops"], "heads": 50}},
        "trunks": {"main": {"lines": 60, "queues": ["calls"]}},
    }
    tree |= {"social": social} if social else {}
    return Machine(build(Scenario.model_validate(tree)))


def shares(machine: Machine, top: str, bottom: str, queue: int = 0, below: int = 0) -> tuple[float, float]:
    """Return a ratio of sums after the warm-up over many days, and its standard error."""
    found = np.array([machine.simulate(7, day).queues[WARM_UP:, :, :].sum(axis=0) for day in range(DAYS)])
    above, under = found[:, queue, COLUMN[top]], found[:, below, COLUMN[bottom]]
    ratio = above.sum() / under.sum()
    return float(ratio), float(np.std(above - ratio * under) / under.mean() / math.sqrt(DAYS))


def test_balking_is_the_birth_death_chain_in_which_fewer_join_a_longer_queue() -> None:
    accepts, service, arrivals = 240.0, 1.0 / TALK_S, RATE / 3600.0
    joins = [1.0 if n < AGENTS else math.exp(-(n - AGENTS + 1) * TALK_S / AGENTS / accepts) for n in range(200)]
    weights = [1.0]
    for n in range(1, 200):
        weights.append(weights[-1] * arrivals * joins[n - 1] / (min(n, AGENTS) * service))
    exact = math.fsum(w * (1.0 - j) for w, j in zip(weights, joins, strict=True)) / math.fsum(weights)
    found, error = shares(desk(balking={"accepts": f"exponential({accepts}s)"}), "balked", "offered")
    assert error < 0.03 * exact
    assert abs(found - exact) < 4.0 * error


def test_if_everybody_takes_the_link_who_would_wait_the_desk_is_a_loss_system() -> None:
    found, error = shares(desk(offers=[LINK]), "deflected", "offered")
    exact = float(erlang_b(load=RATE * TALK_S / 3600.0, trunks=AGENTS))
    assert error < 0.03 * exact
    assert abs(found - exact) < 4.0 * error


def test_if_everybody_is_called_back_in_turn_the_desk_is_a_queue_without_end() -> None:
    rate = 48.0
    machine = desk(rate=rate, offers=[CALLBACK | {"keeps_place": True}])
    exact = erlang_c(arrival_rate=rate / 3600.0, aht=TALK_S, agents=AGENTS)
    found, error = shares(machine, "promised", "offered", queue=1)
    assert abs(found - float(exact.wait_probability)) < 4.0 * error
    wait, error = shares(machine, "wait_handled_s", "offered", queue=1)
    assert abs(wait - float(exact.asa_s)) < 4.0 * error


@pytest.mark.parametrize(
    "nothing",
    [
        {"offers": [CALLBACK | {"accepts": "0%"}, LINK | {"accepts": "0%", "after": "1min"}]},
        {"offers": [CALLBACK | {"after": "10h"}]},
        {"offers": [LINK | {"above": "90d"}]},
        {"balking": {"accepts": "never"}},
        {"menu": {"time": "constant(0s)"}},
        {"switches": [{"to": "callbacks", "share": "0%", "delay": "constant(1min)"}]},
        {"balking": {"accepts": "constant(0s)", "above": "90d"}},
        {"misroute": {"to": "shops", "talk": "constant(1min)"}},
    ],
)
def test_what_nobody_accepts_changes_nothing(nothing: dict[str, Any]) -> None:
    rules: dict[str, Any] = {"patience": "exponential(2min)"}
    rules["redial"] = {"probability": "50%", "delay": "exponential(10min)"}
    for seed in range(3):
        plain, other = (desk(hours="08:00-20:00", **rules, **more).simulate(seed, 0, log=True) for more in ({}, nothing))
        np.testing.assert_array_equal(plain.queues, other.queues)
        np.testing.assert_array_equal(plain.trunks, other.trunks)
        for name in plain.log.dtype.names:
            np.testing.assert_array_equal(plain.log[name], other.log[name])


def test_every_callback_promised_is_settled() -> None:
    offer = CALLBACK | {"reached": "60%", "tries": 3, "retry": "exponential(10min)", "after": "30s"}
    counts = desk(days=2, hours="08:00-20:00", patience="exponential(5min)", offers=[offer]).simulate(5, 0, log=True)
    column = {name: counts.queues[:, 1, place].sum() for name, place in COLUMN.items()}
    assert column["promised"] == counts.queues[:, 0, COLUMN["deflected"]].sum() > 50
    assert column["callback"] == column["offered"] == column["handled"] + column["unreached"] + column["inside"]
    again = column["callback"] - column["promised"]
    cut = column["unreached"] - again - column["given_up"]  # tries that would have come after the horizon
    assert 0 <= cut <= 5
    assert column["handled"] + column["given_up"] + column["inside"] + cut == column["promised"]
    assert 0 < column["promise_kept"] <= column["handled"]


def test_a_menu_in_which_some_hang_up_thins_the_stream_of_calls() -> None:
    machine = desk(menu={"time": "exponential(1min)", "ends": "30%"})
    found, error = shares(machine, "menu_ended", "offered")
    assert abs(found - 0.3) < 4.0 * error
    exact = erlang_c(arrival_rate=0.7 * RATE / 3600.0, aht=TALK_S, agents=AGENTS)  # a thinned, delayed Poisson stream is one
    wait, error = shares(machine, "wait_handled_s", "handled")
    assert abs(wait - float(exact.asa_s)) < 4.0 * error


def test_of_those_who_are_not_answered_a_share_switches() -> None:
    found, error = shares(
        desk(rate=90.0, patience="exponential(1min)", switches=[{"to": "callbacks", "share": "40%", "delay": "constant(0s)"}]),
        "switched", "abandoned",
    )  # fmt: skip
    assert error < 0.02
    assert abs(found - 0.4) < 4.0 * error


def test_who_is_sent_back_from_the_wrong_desk_joins_a_stream_without_memory() -> None:
    """The wrong desk has an agent for everybody: what leaves it is Poisson, thinned and delayed, so Erlang C holds here."""
    wrong = {"to": "shops", "at_arrival": "40%", "talk": "exponential(8min)", "sent_back": "50%", "delay": "exponential(5min)"}
    machine, rate = desk(rate=58.0, misroute=wrong), 58.0 / 3600.0
    for top, bottom, queue, below, exact in (
        ("misrouted", "needs", 2, 0, 0.4), ("offered", "needs", 0, 0, 0.6 + 0.4 * 0.5), ("talk_s", "handled", 2, 2, 480.0),
        ("moved", "misrouted", 0, 2, 0.5), ("given_up", "misrouted", 2, 2, 0.5),
    ):  # fmt: skip
        found, error = shares(machine, top, bottom, queue=queue, below=below)
        assert error < 0.03 * exact
        assert abs(found - exact) < 4.0 * error
    right = erlang_c(arrival_rate=0.8 * rate, aht=TALK_S, agents=AGENTS)
    wait, error = shares(machine, "wait_handled_s", "handled")
    assert error < 0.05 * float(right.asa_s)
    assert abs(wait - float(right.asa_s)) < 4.0 * error
    hours = np.array([machine.simulate(7, day).groups[WARM_UP:, 1, GROUP_COLUMN["busy_s"]].sum() for day in range(DAYS)])
    load = hours / (1800.0 * (48 - WARM_UP))
    assert abs(load.mean() - 0.4 * rate * 480.0) < 4.0 * load.std() / math.sqrt(DAYS)


@pytest.mark.parametrize("half_life", ["1s", "20min"])
def test_posts_bring_the_needs_of_a_branching_process(half_life: str) -> None:
    """Where everybody gives up and a share s posts, each post bringing m needs, all needs are first needs / (1 - s m)."""
    machine = desk(patience="constant(1s)", social={"abandoned": "20%", "brings": 2.5, "half_life": half_life}, heads=0)
    totals = np.array([machine.simulate(11, day).queues[:, 0, :].sum(axis=0) for day in range(DAYS)])
    needs, spread, posts = (totals[:, COLUMN[name]] for name in ("needs", "spread", "posts"))
    assert abs(posts.sum() / needs.sum() - 0.2) < 0.005
    gain = spread.sum() / needs.sum()
    late = 0.04 if half_life == "20min" else 0.0  # what would be born after the day
    assert 0.5 - late - 0.02 < gain < 0.52


def test_the_scenario_of_the_whole_life_shows_every_rule() -> None:
    counts = Machine(build(load(SCENARIO))).simulate(1, 0)
    total = {name: counts.queues[:, :, place].sum() for name, place in COLUMN.items()}
    rules = ("blocked", "balked", "deflected", "redial", "callback", "unreached", "links", "link_contained", "promised",
             "promise_kept", "menu_ended", "moved", "switched", "misrouted", "posts", "spread", "given_up")  # fmt: skip
    assert [name for name in rules if total[name] == 0.0] == []
