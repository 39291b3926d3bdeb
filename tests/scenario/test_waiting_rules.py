"""What callers meet before an agent: read closed, refused where it cannot be meant."""

from typing import Any

import pytest

from surgesim.base.errors import ScenarioError
from surgesim.scenario.scenario import Scenario

CALLBACK = {"kind": "callback", "accepts": "20%", "queue": "backlog", "within": "2h"}


def built(queue: dict[str, Any], people: dict[str, Any] | None = None) -> Scenario:
    calls = {"hours": "desk", "handling": {"talk": "constant(5min)"}, "patience": "never"}
    backlog = {"hours": "desk", "handling": {"talk": "constant(5min)"}, "deadline": "1d"}
    return Scenario.build(
        {
            "surgesim": 1,
            "name": "desk",
            "clock": {"start": "2027-11-01", "days": 1},
            "hours": {"desk": {"every_day": "09:00-18:00"}},
            "reasons": {"question": {"queue": "calls"}},
            "demand": {"base": {"kind": "rates", "reasons": {"question": "100%"}, "rate": "60/h"}}
            | ({"list": people} if people else {}),
            "queues": {"calls": calls | queue, "backlog": backlog},
            "sites": {"here": {"seats": 100}},
            "groups": {"all": {"site": "here", "skills": ["calls", "backlog"], "heads": 1}},
        }
    )


def test_offers_are_read_and_written_back() -> None:
    link = {"kind": "link", "accepts": "30%", "containment": "50%", "boomerang_delay": "exponential(1h)"}
    scenario = built({"offers": [CALLBACK | {"after": "2min"}, link], "balking": {"accepts": "exponential(6min)"}})
    assert Scenario.build(scenario.tree()) == scenario
    assert scenario.queues["calls"].offers[0].after == 120.0


@pytest.mark.parametrize(
    ("queue", "where", "what"),
    [
        ({"offers": [CALLBACK | {"queue": "nowhere"}]}, "queues.calls.offers.0.queue", "'nowhere' is not defined under queues"),
        ({"offers": [CALLBACK | {"queue": "calls"}]}, "queues.calls.offers.0.queue", "callbacks are deferred work"),
        ({"offers": [CALLBACK | {"tries": 11}]}, "queues.calls.offers.0.tries", "11 is too large"),
        ({"offers": [CALLBACK | {"kind": "fax"}]}, "queues.calls.offers.0", "unknown kind 'fax'"),
        ({"offers": [CALLBACK | {"containment": "5%"}]}, "queues.calls.offers.0.containment", "unknown key 'containment'"),
        ({"balking": {"accepts": "5min"}}, "queues.calls.balking.accepts", "5min"),
        ({"patience": None, "deadline": "1d", "balking": {"accepts": "never"}}, "queues.calls", "nobody calls a queue"),
    ],
)
def test_what_cannot_be_meant_is_refused(queue: dict[str, Any], where: str, what: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        built(queue)
    assert any(one.where == where and what in one.what for one in caught.value.problems), caught.value.problems


def test_posts_that_would_bring_needs_without_end_are_refused() -> None:
    tree = built({}).tree()
    calm = Scenario.build(tree | {"social": {"given_up": "30%", "brings": 3, "half_life": "6h"}})
    assert calm.social is not None
    assert abs(calm.social.gain - 0.9) < 1e-12
    with pytest.raises(ScenarioError) as caught:
        Scenario.build(tree | {"social": {"given_up": "40%", "brings": 3, "half_life": "6h"}}, where={("social",): "a.yaml:7"})
    (problem,) = caught.value.problems
    assert problem.where == "a.yaml:7"
    assert "120 more" in problem.what


@pytest.mark.parametrize(
    ("demand", "queue", "where", "what"),
    [
        ({"reason": "nobody"}, {}, "demand.list.reason", "'nobody' is not defined under reasons"),
        ({}, {}, "demand.list.reason", "nobody calls the people of queue 'calls'"),
        ({"start": "2030-01-01 00:00"}, {}, "demand.list.start", "outside of the horizon"),
        ({"rate": "5/h"}, {}, "demand.list.rate", "unknown key 'rate'"),
        ({}, {"outbound": {}}, "queues.calls", "agents call people as deferred work"),
    ],
)
def test_a_list_that_nobody_can_call_is_refused(demand: dict[str, Any], queue: dict[str, Any], where: str, what: str) -> None:
    people = {"kind": "list", "reason": "question", "size": 5, "start": "2027-11-01 10:00", **demand}
    with pytest.raises(ScenarioError) as caught:
        built(queue, people)
    assert any(problem.where == where and what in problem.what for problem in caught.value.problems), caught.value.problems
