"""Two queues and two groups, for tests of routing policies."""

from typing import Any

from sim_kit import scenario

from surgesim.model.build import build
from surgesim.model.model import Model

TWO: dict[str, Any] = {
    "reasons": {"other": {"queue": "other"}},
    "demand": {"more": {"kind": "rates", "reasons": {"other": "100%"}, "rate": "30/h"}},
    "queues": {
        "other": {"hours": "desk", "handling": {"talk": "exponential(6min)"}, "patience": "exponential(4min)", "priority": 5}
    },
    "groups": {"all": {"skills": ["calls", "other"], "heads": 2}, "expert": {"site": "here", "skills": ["other"], "heads": 2}},
}


def two(policy: str, **settings: Any) -> Model:
    return build(scenario(**TWO, routing={"policy": policy, "settings": settings}))
