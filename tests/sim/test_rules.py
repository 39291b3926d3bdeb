"""Each rule of the simulation on a case small enough to work out by hand; both engines at once."""

import numpy as np
import pytest
from sim_kit import at, born, both, of_groups, outcomes, scenario, total

from surgesim.model.build import build


def test_calls_are_served_in_the_order_in_which_they_join() -> None:
    model = born(build(scenario()), [at("09:00"), at("09:01"), at("09:02")])
    log = both(model).log
    np.testing.assert_array_equal(log["start_s"], [at("09:00"), at("09:05"), at("09:10")])
    np.testing.assert_array_equal(log["wait_s"], [0.0, 240.0, 480.0])


def test_patience_runs_from_joining_the_queue() -> None:
    model = born(build(scenario(queues={"calls": {"patience": "constant(3min)"}})), [at("09:00"), at("09:01"), at("09:02:30")])
    counts = both(model)
    assert outcomes(counts) == ["HANDLED", "ABANDONED", "HANDLED"]
    assert total(counts, "wait_abandoned_s") == 180.0
    assert total(counts, "wait_handled_s") == 150.0


def test_an_agent_who_finishes_in_the_moment_patience_ends_answers() -> None:
    model = born(build(scenario(queues={"calls": {"patience": "constant(4min)"}})), [at("09:00"), at("09:01")])
    assert outcomes(both(model)) == ["HANDLED", "HANDLED"]


def test_redials_scale_patience_and_end_with_the_last_attempt() -> None:
    redial = {"probability": "100%", "delay": "constant(1min)", "attempts": 3, "patience_factor": "0.5x"}
    change = {"calls": {"handling": {"talk": "constant(3h)"}, "patience": "constant(4min)", "redial": redial}}
    counts = both(born(build(scenario(queues=change)), [at("09:00"), at("09:30")]))
    assert outcomes(counts) == ["HANDLED", "ABANDONED", "ABANDONED", "ABANDONED"]
    np.testing.assert_array_equal(counts.log["wait_s"][1:], [240.0, 120.0, 60.0])
    np.testing.assert_array_equal(counts.log["attempt"], [1, 1, 2, 3])
    assert total(counts, "redial") == 2.0
    assert total(counts, "given_up") == 1.0


def test_a_full_trunk_gives_a_busy_tone_and_after_contact_work_holds_no_line() -> None:
    handling = {"talk": "constant(5min)", "after": "constant(10min)"}
    change = {"queues": {"calls": {"handling": handling}}, "trunks": {"main": {"lines": 1, "queues": ["calls"]}}}
    counts = both(born(build(scenario(**change)), [at("09:00"), at("09:04"), at("09:05"), at("09:06")]))
    assert outcomes(counts) == ["HANDLED", "BLOCKED", "HANDLED", "BLOCKED"]
    np.testing.assert_array_equal(counts.log["wait_s"][2], 600.0)
    assert counts.trunks[:, 0, 0].sum() == 300.0 + 900.0


def test_a_closed_desk_is_called_again_when_it_opens() -> None:
    closing = {"returns": "100%", "spread": "constant(7min)"}
    model = build(scenario(queues={"calls": {"closing": closing}}))
    counts = both(born(model, [at("03:00"), at("18:00"), at("20:00", 1)]))
    assert outcomes(counts) == ["CLOSED", "HANDLED", "CLOSED", "HANDLED", "LOST_CLOSED"]
    np.testing.assert_array_equal(counts.log["arrival_s"][[1, 3]], [at("09:07"), at("09:07", 1)])
    assert total(counts, "closed") == 3.0
    assert total(counts, "lost_closed") == 1.0
    assert total(counts, "first") == 2.0


def test_without_closing_rules_a_call_at_a_closed_desk_is_lost() -> None:
    counts = both(born(build(scenario()), [at("08:59:59"), at("09:00")]))
    assert outcomes(counts) == ["LOST_CLOSED", "HANDLED"]
    assert total(counts, "given_up") == 1.0


def test_agents_stay_after_closing_until_nobody_waits() -> None:
    counts = both(born(build(scenario()), [at("17:50"), at("17:51"), at("17:52")]))
    np.testing.assert_array_equal(counts.log["start_s"], [at("17:50"), at("17:55"), at("18:00")])
    ready = of_groups(counts, "ready_s")
    assert ready[36] == 300.0  # from 18:00 until the last contact ends
    assert ready[37] == 0.0


def test_the_contact_in_hand_is_finished_when_a_shift_ends() -> None:
    change = {
        "shifts": {"early": {"time": "09:00-12:00"}, "late": {"time": "13:00-18:00"}},
        "groups": {
            "all": {
                "heads": 0,
                "roster": [{"team": "a", "shift": "early", "heads": 1}, {"team": "b", "shift": "late", "heads": 1}],
            }
        },
    }
    counts = both(born(build(scenario(**change)), [at("11:58"), at("11:59")]))
    np.testing.assert_array_equal(counts.log["start_s"], [at("11:58"), at("13:00")])
    assert of_groups(counts, "ready_s")[24] == 180.0


def test_a_lost_site_drops_its_agents_even_after_closing() -> None:
    outage = {"sites": {"here": {"outages": [{"start": "2027-11-01 18:00", "end": "2027-11-02 00:00"}]}}}
    change = {**outage, "queues": {"calls": {"patience": "constant(30min)"}}}
    counts = both(born(build(scenario(**change)), [at("17:58"), at("17:59")]))
    assert outcomes(counts) == ["HANDLED", "ABANDONED"]


def test_self_service_contains_or_comes_back_as_a_longer_call() -> None:
    channel = {"kind": "faq", "tries": "100%", "containment": "0%", "boomerang_delay": "constant(10min)",
               "boomerang_factor": "2x", "available_from": "2027-11-01 09:30"}  # fmt: skip
    counts = both(born(build(scenario(channels={"faq": channel})), [at("09:29"), at("09:31")]))
    assert total(counts, "boomerang") == 1.0
    np.testing.assert_array_equal(counts.log["arrival_s"], [at("09:29"), at("09:41")])
    np.testing.assert_array_equal(counts.log["end_s"] - counts.log["start_s"], [300.0, 600.0])
    contained = both(born(build(scenario(channels={"faq": channel | {"containment": "100%"}})), [at("09:31")]))
    assert total(contained, "contained") == total(contained, "needs") == 1.0
    assert len(contained.log) == 0


def test_deferred_work_waits_for_idle_agents_and_has_a_deadline() -> None:
    change = {
        "reasons": {"letter": {"queue": "mail"}},
        "demand": {"post": {"kind": "rates", "reasons": {"letter": "100%"}, "rate": "1/h"}},
        "queues": {"mail": {"hours": "desk", "handling": {"talk": "constant(10min)"}, "deadline": "30min"}},
        "groups": {"all": {"skills": ["calls", "mail"]}},
    }
    model = build(scenario(**change))
    assert model.needs.streams == ("base/question", "post/letter")
    counts = both(born(model, [at("08:50"), at("09:01"), at("09:02")], [1, 1, 0]))
    assert outcomes(counts) == ["HANDLED", "HANDLED", "HANDLED"]
    np.testing.assert_array_equal(counts.log["start_s"], [at("09:00"), at("09:15"), at("09:10")])
    assert total(counts, "handled", 1) == 2.0
    assert total(counts, "on_time", 1) == 2.0
    assert total(counts, "closed", 1) == 0.0


def test_follow_ups_keep_the_need_and_take_new_attempt_numbers() -> None:
    steps = [{"to": "calls", "probability": "100%", "delay": "constant(1h)"}]
    counts = both(born(build(scenario(queues={"calls": {"follow_ups": steps}}, clock={"days": 1})), [at("09:00")]))
    assert counts.log["need"].tolist() == [0] * 9
    assert len(set(counts.log["attempt"].tolist())) == 9  # one need and eight generations
    assert total(counts, "follow_up") == 8.0
    np.testing.assert_array_equal(np.diff(counts.log["arrival_s"]), 3900.0)


def test_what_comes_after_the_horizon_is_dropped_and_who_still_waits_is_inside() -> None:
    change = {"hours": {"desk": {"every_day": "00:00-24:00"}}, "groups": {"all": {"heads": 0}}, "clock": {"days": 1}}
    redial = {"probability": "100%", "delay": "constant(2h)"}
    patience = {"calls": {"patience": "mixture(0.5 never, 0.5 constant(1min))", "redial": redial}}
    counts = both(born(build(scenario(queues=patience, **change)), [at("23:00")] * 40))
    assert total(counts, "inside") + total(counts, "abandoned") == total(counts, "offered") == 40.0
    assert total(counts, "inside") > 0
    assert total(counts, "given_up") == 0.0


def test_contacts_at_one_moment_go_by_need_then_attempt() -> None:
    closing = {"returns": "100%", "spread": "constant(0s)"}
    counts = both(
        born(build(scenario(queues={"calls": {"closing": closing}})), [at("07:00"), at("06:00"), at("05:00"), at("09:00")])
    )
    rows = counts.log[counts.log["outcome"] == 0]
    assert rows["need"].tolist() == [0, 1, 2, 3]
    assert set(rows["arrival_s"].tolist()) == {at("09:00")}


@pytest.mark.parametrize(("interval", "parts"), [("15min", [300.0, *[900.0] * 6, 300.0]), ("1h", [3000.0, 3000.0])])
def test_busy_time_is_split_exactly_over_the_intervals(interval: str, parts: list[float]) -> None:
    change = {"clock": {"interval": interval}, "queues": {"calls": {"handling": {"talk": "constant(100min)"}}}}
    counts = both(born(build(scenario(**change)), [at("09:10")]))
    busy = of_groups(counts, "busy_s")
    np.testing.assert_array_equal(busy[busy > 0.0], parts)
    assert np.all(busy <= of_groups(counts, "ready_s"))
