"""A small desk for studies."""

from typing import Any

DESK: dict[str, Any] = {
    "surgesim": 1,
    "name": "desk",
    "clock": {"start": "2027-03-01", "days": 2, "interval": "30min", "time_zone": "UTC", "holidays": []},
    "hours": {"day": {"every_day": "09:00-17:00"}},
    "reasons": {"call": {"queue": "calls"}, "letter": {"queue": "mail"}},
    "demand": {
        "calls": {"kind": "rates", "rate": "60/h", "reasons": {"call": "100%"}, "day_noise": "20%"},
        "mail": {"kind": "rates", "rate": "3/h", "reasons": {"letter": "100%"}},
    },
    "queues": {
        "calls": {
            "hours": "day", "patience": "exponential(4min)", "handling": {"talk": "exponential(5min)"},
            "redial": {"probability": "40%", "delay": "exponential(20min)", "attempts": 3},
        },
        "mail": {"hours": "day", "handling": {"talk": "exponential(10min)"}, "deadline": "1d", "priority": 9},
    },
    "sites": {"here": {"seats": 30}},
    "groups": {"team": {"site": "here", "skills": ["calls", "mail"], "heads": 6}},
    "shifts": {"whole": {"time": "09:00-17:00"}},
    "trunks": {"main": {"lines": 12, "queues": ["calls"]}},
    "levers": {"staff": {"team": {"wage": "2_000 JPY/head/h", "on_hand": 30, "shifts": ["whole"]}}},
    "overrides": {"busy": {"demand.calls.rate": "90/h"}, "few-lines": {"trunks.main.lines": 7}},
}  # fmt: skip
