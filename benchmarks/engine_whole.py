"""The workload ``all`` of ``engine.py``: every rule of the life of a need in one recall of 14 days, a million contacts.

Two sites with an outage of one; calls by menu on lines, with balking, links, callbacks, redials, switches, closing and
misrouting; a shop that is called by mistake; chat, mail, and cases of three stages, one of them done outside; self-service
before the call; a second tier, cold from chat and warm from calls; tenure; posts that bring new needs.
"""

from dataclasses import replace
from typing import Any

from engine_workloads import DAYS, W1

from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.scenario.scenario import Scenario

TIMES = 18.0  # peak and floor of the demand, relative to W1
HOURS = {
    "desk": {"every_day": "09:00-18:00"},
    "shop": {"every_day": "10:00-19:00"},
}


def _calls() -> dict[str, Any]:
    return {
        "hours": "desk",
        "handling": {"talk": "lognormal(5min, cv 0.8)", "after": "exponential(1min)"},
        "patience": "exponential(4min)",
        "menu": {"time": "exponential(40s)", "ends": "8%"},
        "balking": {"accepts": "exponential(10min)", "above": "30s"},
        "offers": [
            {"kind": "link", "accepts": "15%", "above": "1min", "containment": "45%", "boomerang_delay": "exponential(1h)"},
            {"kind": "callback", "accepts": "10%", "after": "2min", "queue": "callbacks", "within": "4h", "keeps_place": True,
             "reached": "80%", "tries": 3},
        ],
        "redial": {"probability": "50%", "delay": "exponential(15min)", "attempts": 4, "patience_factor": "0.9x"},
        "switches": [{"to": "mail", "share": "10%", "delay": "exponential(30min)"},
                     {"to": "chat", "share": "10%", "delay": "exponential(5min)"}],
        "closing": {"returns": "50%", "spread": "exponential(30min)"},
        "misroute": {"to": "shops", "at_arrival": "2%", "at_closed": "10%", "talk": "exponential(50s)", "sent_back": "85%",
                     "delay": "exponential(5min)"},
        "escalation": {"to": "experts", "probability": "3%", "kind": "warm", "handover": "exponential(1min)", "by_novices": "2x"},
        "follow_ups": [
            {"to": "calls", "probability": "10%", "delay": "uniform(22h, 26h)", "doubles_after": "10min", "by_novices": "1.5x"},
            {"to": "claims", "probability": "15%", "delay": "constant(0s)"},
        ],
    }  # fmt: skip


def _deferred(after: str, deadline: str, **more: Any) -> dict[str, Any]:
    handling = {"talk": "constant(0s)", "after": after}
    return {"hours": "desk", "handling": handling, "deadline": deadline, **more}


def _queues() -> dict[str, Any]:
    decided = {"to": "payments", "probability": "90%", "delay": "constant(0s)"}
    assessed = {"to": "assessments", "probability": "60%", "delay": "constant(0s)"}
    return {
        "calls": _calls(),
        "callbacks": {**_deferred("exponential(1min)", "4h"), "handling": {"talk": "lognormal(5min, cv 0.8)"}},
        "experts": {"hours": "desk", "handling": {"talk": "exponential(8min)"}, "patience": "exponential(10min)"},
        "chat": {
            "hours": "desk",
            "handling": {"talk": "exponential(10min)"},
            "patience": "exponential(5min)",
            "chat": {"slowed": ["1.2x", "1.5x"]},
            "escalation": {"to": "calls", "probability": "5%"},
            "redial": {"probability": "30%", "delay": "exponential(1h)"},
        },
        "mail": _deferred("exponential(6min)", "1d", deadline_hours="desk"),
        "claims": _deferred("exponential(5min)", "2h", follow_ups=[assessed]),
        "assessments": _deferred("exponential(30min)", "14d", outside=True, follow_ups=[decided]),
        "payments": _deferred("exponential(3min)", "2d", deadline_hours="desk"),
        "shops": {"hours": "shop", "handling": {"talk": "exponential(3min)"}, "patience": "exponential(3min)"},
    }


def scenario(times: float = TIMES, minutes: int = 15) -> Scenario:
    """Return the workload with ``times`` the demand of W1 and agents in proportion."""
    surge = replace(W1, peak=W1.peak * times, floor=W1.floor * times)
    novices = {"start": "1.6x", "half_life": "10d",
               "cohorts": [{"share": "30%", "tenure": "3d"}, {"share": "70%", "tenure": "200d"}]}  # fmt: skip
    heads = {"calls": 70, "blend": 60, "chat": 12, "back": 40, "experts": 12, "shop": 20}
    skills = {"calls": ["calls", "callbacks"], "blend": ["calls", "callbacks", "mail", "claims"], "chat": ["chat", "mail"],
              "back": ["claims", "payments", "mail"], "experts": ["experts"], "shop": ["shops"]}  # fmt: skip
    groups = {
        f"{name}-{site}": {"site": site, "heads": round(heads[name] * times / 2), "skills": skills[name],
                           **({"learning": novices} if name in ("calls", "chat") else {})}
        for name in heads for site in ("east", "west")
    }  # fmt: skip
    rates = [f"{rate!r}/h" for rate in surge.rates() for _ in range(60 // minutes)]
    tree = {
        "surgesim": 1,
        "name": "everything",
        "clock": {"start": "2027-11-01", "days": DAYS, "interval": f"{minutes}min"},
        "hours": HOURS,
        "reasons": {"safety": {"queue": "calls"}, "shop-hours": {"queue": "shops"}, "written": {"queue": "mail"},
                    "typed": {"queue": "chat"}},
        "demand": {"recall": {"kind": "rates", "by_interval": rates,
                              "reasons": {"safety": "75%", "shop-hours": "8%", "written": "7%", "typed": "10%"}}},
        "channels": {"faq": {"kind": "faq", "tries": "30%", "containment": "40%"}},
        "queues": _queues(),
        "sites": {"east": {"seats": round(150 * times)},
                  "west": {"seats": round(150 * times), "outages": [{"start": "2027-11-02 13:00", "end": "2027-11-02 17:00"}]}},
        "groups": groups,
        "trunks": {"hotline": {"lines": round(260 * times), "queues": ["calls"]}},
        "social": {"blocked": "1%", "abandoned": "1%", "given_up": "4%", "late": "1%", "brings": 6, "half_life": "6h"},
    }  # fmt: skip
    return Scenario.model_validate(tree)


def model(times: float = TIMES) -> Model:
    """Return the workload as a model."""
    return build(scenario(times))
