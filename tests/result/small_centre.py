"""A small centre: calls and mail, two groups at two sites, one trunk."""

from typing import Any

TREE: dict[str, Any] = {
    "surgesim": 1,
    "name": "small",
    "clock": {"start": "2020-04-08", "days": 2, "interval": "1h"},
    "hours": {"desk": {"every_day": "09:00-18:00"}},
    "reasons": {"refund": {"queue": "calls"}, "letter": {"queue": "mail"}},
    "demand": {"usual": {"kind": "rates", "rate": "100/h", "reasons": {"refund": "90%", "letter": "10%"}}},
    "queues": {
        "calls": {"hours": "desk", "patience": "exponential(3min)", "handling": {"talk": "exponential(5min)"}},
        "mail": {"hours": "desk", "deadline": "1d", "handling": {"talk": "constant(0s)", "after": "exponential(8min)"}},
    },
    "sites": {"tokyo": {"seats": 50}, "osaka": {"seats": 30}},
    "groups": {
        "first": {"site": "tokyo", "skills": ["calls"], "heads": 10},
        "second": {"site": "osaka", "skills": ["calls", "mail"], "heads": 5},
    },
    "trunks": {"main": {"lines": 60, "queues": ["calls"]}},
    "targets": [{"queue": "calls", "measure": "service_level", "at_least": "80%", "per": "day"}],
}
