"""One number over several sites: shares, overflow, silos, and what becomes of calls when a site is lost."""

from typing import Any

import numpy as np
import pytest
from sim_kit import at, born, both, merged, scenario

from surgesim.base.errors import ScenarioError
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.scenario.read import load
from surgesim.sim.recursion import applies_to

OUTAGE = {"start": "2027-11-01 11:00", "end": "2027-11-01 12:00"}
SITES: dict[str, Any] = {
    "sites": {"there": {"seats": 100}},
    "groups": {"all": {"heads": 3}, "others": {"site": "there", "skills": ["calls"], "heads": 3}},
}


def shared(lost: bool = False, policy: str = "longest-wait", **sharing: Any) -> Model:
    outage: dict[str, Any] = {"sites": {"here": {"outages": [OUTAGE]}}} if lost else {}
    sites = {"shares": {"here": "50%", "there": "50%"}, **sharing}
    changes = merged(SITES, merged(outage, {"queues": {"calls": {"sites": sites}}, "routing": {"policy": policy}}))
    return build(scenario(**changes))


def served(model: Model, moments: list[float]) -> Any:
    """Return the log of both engines of calls at these moments."""
    return both(born(model, moments)).log


def test_turns_keep_the_shares_to_the_call() -> None:
    shares = {"here": "25%", "there": "75%"}
    log = served(shared(rule="percentage", shares=shares), [at("09:00") + 400.0 * place for place in range(40)])
    assert np.bincount(log["group"]).tolist() == [10, 30]
    assert log["group"][:4].tolist() == [1, 0, 1, 1]
    assert set(log["queue"]) == {0}


def test_drawn_sites_keep_the_shares_in_the_long_run() -> None:
    log = served(shared(rule="percentage", by="luck"), [at("09:00") + 60.0 * place for place in range(400)])
    assert 150 < np.bincount(log["group"])[0] < 250


def test_callers_wait_for_their_site_even_when_the_other_is_idle() -> None:
    moments = [at("09:00")] * 8
    alone = served(shared(rule="percentage"), moments)
    assert sorted(alone["wait_s"].tolist()) == [0.0] * 6 + [300.0] * 2
    idle_there = served(shared(rule="percentage", shares={"here": "100%", "there": "0%"}), moments)
    assert np.bincount(idle_there["group"]).tolist() == [8]
    assert sorted(idle_there["wait_s"].tolist()) == [0.0] * 3 + [300.0] * 3 + [600.0] * 2


def test_others_help_after_the_time() -> None:
    shares = {"here": "100%", "there": "0%"}
    log = served(shared(policy="overflow-after", rule="overflow", after="45s", shares=shares), [at("09:00")] * 8)
    assert sorted(log["wait_s"].tolist()) == [0.0] * 3 + [45.0] * 3 + [300.0] * 2
    assert np.bincount(log["group"]).tolist() == [5, 3]


@pytest.mark.parametrize(("rule", "there"), [("percentage", 6), ("siloed", 3)])
def test_a_lost_site_gives_its_share_away_unless_siloed(rule: str, there: int) -> None:
    log = served(shared(lost=True, rule=rule), [at("11:00") + 400.0 * place for place in range(6)])
    assert (log["group"] == 1).sum() == there
    late = log["start_s"][log["group"] == 0]
    assert np.all(late >= at("12:00"))


def test_turns_are_not_made_up_for_after_an_outage() -> None:
    log = served(shared(lost=True, rule="percentage"), [at("11:00") + 400.0 * place for place in range(29)])
    after = log["group"][log["arrival_s"] >= at("12:00")]
    assert abs(int((after == 0).sum()) - int((after == 1).sum())) <= 1


def test_shared_by_luck_is_two_desks() -> None:
    """Poisson calls that are split by luck are two independent desks, each with half of the calls (thinning)."""
    together = both(shared(rule="siloed", by="luck"))
    half = merged(SITES, {"groups": {"others": {"heads": 0}}, "demand": {"base": {"rate": "30/h"}}})
    alone = both(build(scenario(**half)))
    ratio = together.queues[:, 0].sum(axis=0) / np.maximum(alone.queues[:, 0].sum(axis=0), 1.0)
    assert 1.6 < ratio[np.nonzero(alone.queues[:, 0].sum(axis=0))][0] < 2.4


def test_the_recursion_leaves_shared_queues_alone() -> None:
    assert not applies_to(shared(rule="siloed"))


@pytest.mark.parametrize(
    ("sharing", "part"),
    [
        ({"rule": "percentage", "shares": {"here": "50%", "there": "40%"}}, "make 90%"),
        ({"rule": "overflow"}, "only the rule overflow has a time"),
        ({"rule": "siloed", "after": "20s"}, "only the rule overflow has a time"),
        ({"rule": "sometimes"}, "rule"),
    ],
)
def test_wrong_sharing_is_refused(sharing: dict[str, Any], part: str) -> None:
    with pytest.raises(ValueError, match=part):
        shared(**sharing)


def test_sites_groups_and_policy_must_fit(tmp_path: Any) -> None:
    from ruamel.yaml import YAML
    from sim_kit import DESK

    sites = {"rule": "overflow", "after": "30s", "shares": {"here": "60%", "theer": "40%"}}
    tree = merged(DESK, merged(SITES, {"queues": {"calls": {"sites": sites}}}))
    with (tmp_path / "desk.yaml").open("w") as file:
        YAML().dump(tree, file)
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "desk.yaml")
    text = str(caught.value)
    assert "'theer' is not defined under sites" in text
    assert "the site has no share" in text
    assert "write routing: {policy: overflow-after}" in text


def test_a_warm_handover_holds_both_agents_at_every_site() -> None:
    experts = {"hours": "desk", "handling": {"talk": "constant(5min)"}, "patience": "never",
               "sites": {"rule": "percentage", "shares": {"here": "50%", "there": "50%"}}}  # fmt: skip
    tier = {"to": "experts", "probability": "100%", "kind": "warm", "handover": "constant(1min)"}
    groups = {name: {"site": name, "skills": ["experts"], "heads": 1} for name in ("here", "there")}
    model = build(
        scenario(
            sites={"there": {"seats": 100}},
            queues={"calls": {"escalation": tier}, "experts": experts},
            groups={"all": {"heads": 4}, **groups},
        )
    )
    log = served(model, [at("10:00") + 30.0 * place for place in range(12)])
    second = log[log["queue"] == 1]
    assert len(second) == 12
    assert set(second["group"]) == {1, 2}
    assert (second["wait_s"] > 0).sum() > 5
    assert set(second["talk_end_s"] - second["start_s"]) == {360.0}  # one minute of handover, five of talk
