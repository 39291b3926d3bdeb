"""A desk of a few days whose every need calls once, so that the mean number of calls is known exactly."""

from surgesim.scenario.scenario import Scenario


def desk(heads: int = 6, days: int = 4) -> Scenario:
    """Return the desk: uncertain days, 20 calls an hour."""
    return Scenario.model_validate(
        {
            "surgesim": 1,
            "name": "desk",
            "clock": {"start": "2027-03-01", "days": days, "interval": "1h", "time_zone": "UTC", "holidays": []},
            "hours": {"always": {"every_day": "00:00-24:00"}},
            "reasons": {"call": {"queue": "calls"}},
            "demand": {"calls": {"kind": "rates", "rate": "20/h", "reasons": {"call": "100%"}, "day_noise": "20%"}},
            "queues": {"calls": {"hours": "always", "patience": "exponential(4min)", "handling": {"talk": "exponential(5min)"}}},
            "sites": {"here": {"seats": 100}},
            "groups": {"team": {"site": "here", "skills": ["calls"], "heads": heads}},
        }
    )
