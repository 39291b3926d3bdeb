"""Engines that leave out what callers meet before an agent say so, queue by queue."""

import pytest

import surgesim as ss
from surgesim.scenario.scenario import Scenario

LINK = {"kind": "link", "accepts": "50%", "containment": "50%", "boomerang_delay": "exponential(1h)"}


@pytest.mark.parametrize("engine", ["erlang", "fluid"])
def test_formulas_say_what_they_leave_out(engine: str) -> None:
    tree = {
        "surgesim": 1,
        "name": "desk",
        "clock": {"start": "2027-11-01", "days": 1, "interval": "1h"},
        "hours": {"desk": {"every_day": "09:00-18:00"}},
        "reasons": {"question": {"queue": "calls"}},
        "demand": {"base": {"kind": "rates", "reasons": {"question": "100%"}, "rate": "60/h"}},
        "queues": {"calls": {"hours": "desk", "handling": {"talk": "exponential(5min)"}, "patience": "exponential(3min)"}},
        "sites": {"here": {"seats": 100}},
        "groups": {"all": {"site": "here", "skills": ["calls"], "heads": 6}},
    }
    plain = ss.run(Scenario.build(tree), engine=engine)
    assert "callers_choose" not in [flag.code for flag in plain.flags]
    asked = ss.run(Scenario.build(tree).but("link", {"queues.calls.offers": [LINK]}), engine=engine)
    (flag,) = [flag for flag in asked.flags if flag.code == "callers_choose"]
    assert (flag.level, flag.where) == ("warning", "calls")
