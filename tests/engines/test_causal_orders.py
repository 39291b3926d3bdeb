"""From people to calls: known totals, known orders of magnitude of published lines, segments and severity."""

import numpy as np
import pytest

from surgesim.base.errors import InputError
from surgesim.engines import run
from surgesim.model.build import build
from surgesim.model.load import load
from surgesim.scenario.scenario import Scenario


def recall(announcements, days=14, **incident):
    """Nobody waits here: the desk is large and always open, so every need is one call."""
    return Scenario.model_validate(
        {
            "surgesim": 1,
            "name": "recall",
            "clock": {"start": "2027-11-08", "days": days, "interval": "30min"},
            "hours": {"always": {"every_day": "00:00-24:00"}},
            "reasons": {"a": {"queue": "calls"}, "b": {"queue": "other"}},
            "incident": {"kind": "recall", "affected": 200_000, "severity_noise": "0%", "reasons": {"a": "100%"},
                         "announcements": announcements, **incident},
            "queues": {
                name: {"hours": "always", "handling": {"talk": "constant(5min)"}, "patience": "exponential(4min)"}
                for name in ("calls", "other")
            },
            "sites": {"here": {"seats": 3_000}},
            "groups": {"all": {"site": "here", "skills": ["calls", "other"], "heads": 3_000}},
        }
    )  # fmt: skip


PRESS = {"at": "2027-11-08 00:00", "medium": "press", "reach": "40%", "delay": "exponential(6h)"}


def test_distinct_callers_are_population_times_reach_times_propensity():
    result = run(recall({"press": PRESS}, propensity="5%"), replications=30)
    expected = 200_000 * 0.4 * 0.05
    for name in ("needs", "offered"):
        mean = result.measures(by=[], of=[name])["value"][0]
        assert mean == pytest.approx(expected, abs=4 * np.sqrt(expected / 30)), name


def test_a_throttled_text_message_lowers_the_peak_load():
    peaks = [
        load(build(recall({"sms": {"at": "2027-11-08 09:00", "medium": "sms", "reach": "60%", "throttle": rate}}))).offered.max()
        for rate in ("40_000/h", "4_000/h")
    ]
    assert peaks[1] < 0.6 * peaks[0]


def test_press_is_three_times_as_peaked_as_letters():
    press, letters = (
        load(build(recall({"one": {"at": "2027-11-08 10:00", "medium": medium, "reach": "40%"}}, days=28))).offered[0]
        for medium in ("press", "letter")
    )
    assert press.sum() == pytest.approx(letters.sum(), rel=0.01)
    assert press.max() > 3 * letters.max()


def test_segments_hear_and_react_in_their_own_way():
    segments = {
        "owners": {"share": "25%", "propensity": "2x", "reach": {"press": "0.5x"}},
        "others": {"share": "75%", "reasons": {"b": "100%"}},
    }
    found = load(build(recall({"press": PRESS}, propensity="4%", segments=segments)))
    assert found.needs[0].sum() == pytest.approx(50_000 * 0.2 * 0.08)
    assert found.needs[1].sum() == pytest.approx(150_000 * 0.4 * 0.04)


def test_one_segment_of_all_is_no_segment():
    whole = {"everybody": {"share": "100%"}}
    plain, segmented = (build(recall({"press": PRESS}, **more)).needs for more in ({}, {"segments": whole}))
    np.testing.assert_array_equal(plain.mean, segmented.mean)


def test_wrong_segments_are_named():
    segments = {"owners": {"share": "25%", "reach": {"pres": "0.5x"}, "reasons": {"c": "100%"}}}
    with pytest.raises(InputError) as caught:
        Scenario.build(recall({"press": PRESS}).tree() | {"incident": {
            "kind": "recall", "affected": 1000, "announcements": {"press": PRESS}, "segments": segments}})  # fmt: skip
    said = str(caught.value)
    assert "shares add up to 25%" in said
    assert "'pres' is not defined under incident.announcements" in said
    assert "'c' is not defined under reasons" in said


def test_severity_makes_more_calls_longer_calls_and_less_patience():
    mild, severe = (
        build(recall({"press": PRESS}, severity=f"{severity}x", talk_with_severity=0.5, patience_with_severity=-0.25))
        for severity in (1, 4)
    )
    assert load(severe).needs.sum() == pytest.approx(4 * load(mild).needs.sum())
    assert severe.talk_factor == pytest.approx(2 * mild.talk_factor)
    assert severe.queues[0].patience.mean == pytest.approx(mild.queues[0].patience.mean / np.sqrt(2))
    assert severe.queues[1].patience.mean == mild.queues[1].patience.mean  # no reason of the incident goes there
    spoken = run(recall({"press": PRESS}, severity="4x", talk_with_severity=0.5), replications=1)
    assert spoken.measures(by=[], of=["aht_s"])["value"][0] == pytest.approx(600.0)


def hotline(per_day, days, agents, lines, talk, patience, delay, keep):
    """A benefit line on its working days: nine hours, callers who keep trying."""
    return Scenario.model_validate(
        {
            "surgesim": 1,
            "name": "benefit-line",
            "clock": {"start": "2020-07-01", "days": days, "interval": "30min", "time_zone": "UTC", "holidays": []},
            "hours": {"desk": {"every_day": "08:00-17:00"}},
            "reasons": {"claim": {"queue": "claims"}},
            "demand": {"claims": {"kind": "rates", "reasons": {"claim": "100%"},
                                  "by_time": {"00:00": "0/h", "08:00": f"{per_day / 9!r}/h", "17:00": "0/h"}}},
            "queues": {
                "claims": {"hours": "desk", "handling": {"talk": talk}, "patience": patience,
                           "redial": {"probability": keep, "delay": delay, "attempts": 60},
                           "closing": {"returns": "100%", "spread": "exponential(2h)"}},
            },
            "sites": {"here": {"seats": agents}},
            "groups": {"all": {"site": "here", "skills": ["claims"], "heads": agents}},
            "trunks": {"number": {"lines": lines, "queues": ["claims"]}},
        }
    )  # fmt: skip


def totals(scenario):
    table = run(scenario, replications=1).measures(by=[], of=["needs", "offered", "handled", "blocked", "abandoned"])
    return dict(zip(table["measure"], table["value"], strict=True))


def test_new_jersey_called_six_times_each():
    # New Jersey unemployment line, July 2020 (nj.com, May 2021): 160 297 callers in the month, 115 945 of them reached an
    # agent, more than 1 000 000 calls: 6.2 attempts each. Put in: the callers, agents for so many answers at 20 minutes,
    # six to eight attempts a day (a caller in North Carolina, April 2020), and one caller in twenty who stops after each
    # failure. Handling time and persistence are judgement.
    days, answered = 22, 115_945
    agents = round(answered * 20 / (days * 9 * 60))
    found = totals(hotline(160_297 / days, days, agents, round(1.3 * agents), "exponential(20min)", "exponential(10min)",
                           "exponential(1h)", "95%"))  # fmt: skip
    assert found["handled"] / found["needs"] == pytest.approx(0.72, abs=0.06)
    assert 4.5 < found["offered"] / found["needs"] < 8.0


def test_wisconsin_blocked_nine_in_ten():
    # Wisconsin unemployment line, 15 March to 30 June 2020 (Legislative Audit Bureau, report 20-13): 41.1 million attempts
    # on some 75 working days, 93 % blocked or busy, 6.2 % abandoned, 0.5 % answered, 90 to 188 agents. Put in: 140
    # agents, so many people a day that they make 550 000 attempts at one a minute; lines for 700 waiting, 25 minutes a
    # call and ten minutes of patience are judgement.
    found = totals(hotline(9_500, 1, 140, 840, "exponential(25min)", "exponential(10min)", "exponential(1min)", "99.8%"))
    attempts = found["offered"]
    assert 300_000 < attempts < 900_000
    assert 0.88 < found["blocked"] / attempts < 0.97
    assert 0.03 < found["abandoned"] / attempts < 0.10
    assert 0.002 < found["handled"] / attempts < 0.01
