"""From a scenario to the model: staffing, windows, trunks, self-service, and what is refused."""

from typing import Any

import numpy as np
import pytest

from surgesim.base.errors import ScenarioError
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.scenario.centre import Site
from surgesim.scenario.scenario import Scenario

TREE: dict[str, Any] = {
    "surgesim": 1,
    "name": "desk",
    "clock": {"start": "2027-11-01", "days": 7, "interval": "30min"},
    "hours": {"desk": {"every_day": "09:00-18:00"}, "night": {"every_day": "20:00-26:00"}},
    "reasons": {"a": {"queue": "calls"}, "b": {"queue": "mail", "talk_factor": "1.5x"}},
    "demand": {"base": {"kind": "rates", "reasons": {"a": "80%", "b": "20%"}, "rate": "10/h"}},
    "queues": {
        "calls": {"hours": "desk", "handling": {"talk": "exponential(5min)", "after": "constant(1min)"},
                  "patience": "exponential(2min)", "follow_ups": [{"to": "mail", "probability": "5%", "delay": "constant(1h)"}]},
        "mail": {"hours": "desk", "handling": {"talk": "constant(4min)"}, "deadline": "1d"},
    },
    "sites": {"tokyo": {"seats": 30}, "osaka": {"seats": 20}},
    "shifts": {"day": {"time": "09:00-18:00", "break_time": "12:00-13:00"}, "late": {"time": "22:00-06:00"},
               "odd": {"time": "09:10-17:50"}},
    "groups": {"all": {"site": "tokyo", "skills": ["calls", "mail"], "heads": 10, "shrinkage": "25%"}},
    "trunks": {"main": {"lines": 12, "queues": ["calls"]}},
}  # fmt: skip


def model(**changes: Any) -> Model:
    return build(Scenario.model_validate({**TREE, **changes}))


def roster(*lines: dict[str, Any], **group: Any) -> dict[str, Any]:
    return {"groups": {"all": {"site": "tokyo", "skills": ["calls", "mail"], "roster": list(lines), **group}}}


def test_heads_are_there_while_a_queue_is_open_after_shrinkage() -> None:
    agents = model().agents[0].reshape(7, 48)
    np.testing.assert_array_equal(agents[:, 18:36], 7)  # floor(10 x 0.75)
    assert agents[:, :18].sum() == agents[:, 36:].sum() == 0
    assert model().paid_s.sum() == 7 * 9 * 3600 * 10


def test_shrinkage_does_not_lose_an_agent_to_rounding() -> None:
    for heads in range(1, 60):
        group = {"all": {**TREE["groups"]["all"], "heads": heads, "shrinkage": "30%"}}
        sites = {"tokyo": {"seats": 60}, "osaka": {"seats": 0}}
        assert model(groups=group, sites=sites).agents.max() == heads * 7 // 10


def test_a_break_is_nobody_and_unpaid() -> None:
    built = model(**roster({"team": "x", "shift": "day", "heads": 5}))
    day = built.agents[0, :48]
    np.testing.assert_array_equal(day[18:36], [5] * 6 + [0] * 2 + [5] * 10)
    assert built.paid_s[0, :48].sum() == 5 * 8 * 3600


def test_a_night_shift_runs_past_midnight_and_into_the_first_day() -> None:
    day = model(**roster({"team": "x", "shift": "late", "heads": 3})).agents[0, :48]
    np.testing.assert_array_equal(np.flatnonzero(day), [*range(12), *range(44, 48)])


def test_a_shift_counts_where_it_covers_half_of_the_interval() -> None:
    built = model(**roster({"team": "x", "shift": "odd", "heads": 1}))
    np.testing.assert_array_equal(np.flatnonzero(built.agents[0, :48]), range(18, 36))
    assert built.paid_s[0, :48].sum() == pytest.approx(8 * 3600 + 40 * 60)


def test_holidays_are_worked_only_by_those_rostered_for_them() -> None:
    built = model(
        **roster(
            {"team": "x", "shift": "day", "heads": 4, "days": ["mon", "tue", "wed"]},
            {"team": "y", "shift": "day", "heads": 1, "days": ["holiday"]},
        )
    )
    by_day = built.agents[0].reshape(7, 48).max(axis=1)
    np.testing.assert_array_equal(by_day, [4, 4, 1, 0, 0, 0, 0])  # 3 November 2027 is Culture Day, a Wednesday


def test_a_lost_site_has_no_agents_but_pays_them() -> None:
    sites = {
        "tokyo": {"seats": 30, "outages": [{"start": "2027-11-02 10:00", "end": "2027-11-02 11:10"}]},
        "osaka": {"seats": 20},
    }
    built = model(sites=sites)
    np.testing.assert_array_equal(np.flatnonzero(built.lost[0]), 48 + np.array([20, 21, 22]))
    np.testing.assert_array_equal(built.agents[0, 48 + 19 : 48 + 24], [7, 0, 0, 0, 7])
    np.testing.assert_array_equal(built.paid_s, model().paid_s)


def test_more_agents_than_seats_names_site_and_interval() -> None:
    groups = {"all": {**TREE["groups"]["all"], "heads": 40}, "more": {**TREE["groups"]["all"], "site": "osaka", "heads": 20}}
    crowded = Scenario.model_validate({**TREE, "groups": groups}).model_copy(
        update={"sites": {"tokyo": Site(seats=29), "osaka": Site(seats=14)}}
    )
    with pytest.raises(ScenarioError) as caught:
        build(crowded)
    assert [problem.where for problem in caught.value.problems] == ["sites.tokyo.seats", "sites.osaka.seats"]
    assert "30 agents but 29 seats in the interval from 2027-11-01 09:00 (126 intervals in all)" in str(caught.value)


def test_laws_without_an_end_are_refused_all_at_once() -> None:
    calls = {**TREE["queues"]["calls"], "handling": {"talk": "mixture(0.1 never, 0.9 constant(1min))"},
             "redial": {"probability": "10%", "delay": "never"}}  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        model(queues={**TREE["queues"], "calls": calls})
    assert [problem.where for problem in caught.value.problems] == ["queues.calls.handling.talk", "queues.calls.redial.delay"]


def test_channels_take_the_kind_then_the_channel_then_the_reason() -> None:
    channels = {"faq": {"kind": "faq"}, "bot": {"kind": "chatbot", "tries": "50%", "available_from": "2027-11-02 12:00",
                                                "reasons": {"b": {"tries": "10%", "containment": "90%"}}}}  # fmt: skip
    faq, bot = model(channels=channels).channels
    np.testing.assert_array_equal(faq.tries[:, 0], [0.3, 0.3])
    np.testing.assert_array_equal(bot.tries[:, 0], [0.5, 0.1])
    np.testing.assert_array_equal(bot.containment[:, 0], [0.3, 0.9])
    assert bot.available_from_s == 86_400 + 12 * 3600
    assert faq.available_from_s == 0.0


def test_queues_know_their_windows_trunk_and_follow_ups() -> None:
    built = model()
    calls, mail = built.queues
    assert calls.windows_s.tolist() == [[day * 86_400.0 + 32_400.0, day * 86_400.0 + 64_800.0] for day in range(7)]
    assert (calls.trunk, mail.trunk) == (0, -1)
    assert [(to, share) for to, share, _ in calls.follow_ups] == [(1, 0.05)]
    assert (calls.deferred, mail.deferred) == (False, True)
    assert calls.aht_s == 360.0
    np.testing.assert_array_equal(built.lines, np.full((1, 336), 12))


def test_capacity_can_be_changed_and_is_checked() -> None:
    built = model()
    assert built.with_capacity(agents=built.agents + 1).agents.max() == 8
    with pytest.raises(ValueError, match="shape"):
        built.with_capacity(agents=built.agents[:, :5])
