"""Small centres for the engines."""

from collections.abc import Callable
from typing import Any

import pytest

from surgesim.scenario.scenario import Scenario

PLAIN: dict[str, Any] = {
    "surgesim": 1,
    "name": "plain",
    "clock": {"start": "2027-03-01", "days": 1, "interval": "1h", "time_zone": "UTC", "holidays": []},
    "hours": {"always": {"every_day": "00:00-24:00"}, "desk": {"every_day": "09:00-18:00"}},
    "reasons": {"call": {"queue": "calls"}},
    "demand": {"calls": {"kind": "rates", "rate": "120/h", "reasons": {"call": "100%"}}},
    "queues": {
        "calls": {"hours": "always", "patience": "exponential(4min)", "handling": {"talk": "exponential(5min)"}},
    },
    "sites": {"here": {"seats": 500}},
    "groups": {"team": {"site": "here", "skills": ["calls"], "heads": 11}},
}


def altered(tree: Any, path: tuple[str, ...], value: Any) -> Any:
    """Return a tree with one place changed."""
    return {**tree, path[0]: value if len(path) == 1 else altered(tree.get(path[0], {}), path[1:], value)}


@pytest.fixture(scope="session")
def plain() -> Callable[..., Scenario]:
    def build(**changes: Any) -> Scenario:
        tree = PLAIN
        for path, value in changes.items():
            tree = altered(tree, tuple(path.split("__")), value)
        return Scenario.model_validate(tree)

    return build
