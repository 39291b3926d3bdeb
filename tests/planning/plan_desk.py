"""A small desk made by hand: two days of four intervals, so that every constraint fits on a page."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from surgesim.planning.law import JP, Law
from surgesim.planning.packages import EquipmentChoice, MeasureChoice, StandbyChoice
from surgesim.planning.problem import Period, Problem, Promise, ShiftChoice, SiteChoice, StaffChoice, TrunkChoice
from surgesim.planning.surrogate import Curve, LineLoss, Surrogate

HOUR = 3600.0


def shift(name: str, days: int, intervals: tuple[int, ...], paid_h: float, **other: float) -> ShiftChoice:
    cover = tuple((np.array([4 * d + i for i in intervals]), np.ones(len(intervals))) for d in range(days))
    values: dict[str, Any] = {"break_s": 0.0, "night_s": 0.0, **other}
    return ShiftChoice(name=name, paid_s=paid_h * HOUR, cover=cover, **values)


def staff(days: int, **other: Any) -> StaffChoice:
    values: dict[str, Any] = {
        "group": "regular", "source": "in_house", "index": 0, "site": 0,
        "shifts": (shift("early", days, (0, 1), 4.0), shift("late", days, (2, 3), 4.0)),
        "wage_jpy_h": 1000.0, "on_hand": 10, "hires": 0, "hiring_cost_jpy": 0.0, "lead_days": 0, "training_days": 0,
        "term_days": 0, "drop_out": 0.0, "shrinkage": 0.0, "handling_factor": 1.0, "days_per_week": 5,
        "barred_dispatch": False,
    }  # fmt: skip
    return StaffChoice(**{**values, **other})


def problem(days: int = 2, crew: tuple[StaffChoice, ...] | None = None, **other: Any) -> Problem:
    crew = crew if crew is not None else (staff(days),)
    intervals = 4 * days
    dates = tuple(date(2027, 11, 1) + timedelta(days=d) for d in range(days))
    periods = tuple(Period(str(day), np.arange(4 * d, 4 * d + 4)) for d, day in enumerate(dates))
    values: dict[str, Any] = {
        "dates": dates, "interval_s": 7200.0, "day_of": np.repeat(np.arange(days), 4), "staff": crew,
        "sites": (SiteChoice("tokyo", 0, 50, 50, 0.0, 0.0, 0.0, 0, np.ones(intervals)),),
        "trunks": (),
        "promises": (Promise(0, "calls", "service_level", "offered", 0.8, True, periods),),
        "groups": tuple(member.group for member in crew), "queues": ("calls",),
        "skills": tuple((0,) for _ in crew), "group_site": np.array([member.site for member in crew]),
        "handling_factor": np.array([member.handling_factor for member in crew]), "deadlines": (0,),
        "fixed_agents": np.zeros((len(crew), intervals)), "fixed_paid_s": np.zeros((len(crew), intervals)),
        "budget_jpy": float("inf"), "confidence": 0.95, "probability": None, "paths": 0, "law": None,
    }  # fmt: skip
    return Problem(**{**values, **other})


def curves(desk: Problem, calls: float = 100.0, needed: float = 5.0, **other: Any) -> Surrogate:
    """Service rises to all calls in two straight pieces, the second flatter."""
    curve = Curve(-0.8 * calls, np.array([needed, needed]), np.array([0.8 * calls / needed, 0.2 * calls / needed]))
    keys = [(p, r) for p, promise in enumerate(desk.promises) for r in range(len(promise.periods))]
    values: dict[str, Any] = {
        "curves": {(0, i): curve for i in range(desk.intervals)},
        "constant": dict.fromkeys(keys, 0.0), "losses": dict.fromkeys(keys, ()),
        "offered": dict.fromkeys(keys, 4 * calls),
    }  # fmt: skip
    return Surrogate(**{**values, **other})


def hired(days: int, **other: Any) -> StaffChoice:
    values = {"group": "temp", "source": "temporary", "on_hand": 0, "hires": 20, "hiring_cost_jpy": 500.0, **other}
    return staff(days, **values)


NIGHT = Law("test", "2027-01-01", 8 * HOUR, 40 * HOUR, ((6 * HOUR, 0.75 * HOUR),), 6, (22 * HOUR, 5 * HOUR), 0.25, 31)
LOSS = LineLoss(0, np.array([10.0, 20.0, 30.0]), np.array([40.0, 10.0, 0.0]))
TRUNK = TrunkChoice("main", 0, 10, 2, 10, 0, 100.0, (0,))
OPENING = SiteChoice("osaka", 0, 0, 30, 10_000.0, 1_000.0, 100.0, 1, np.ones(8))
CAP = Promise(0, "calls", "occupancy", "offered", 0.85, False, (Period("2027-11-01", np.arange(4)),), (0,), 60.0)
CHATBOT = MeasureChoice("chatbot", 50_000.0, 3_000.0, 1_200.0, 1)
LATE = (
    shift("night", 2, (3,), 8.0, start_s=22 * HOUR, end_s=31 * HOUR),
    shift("morning", 2, (0, 1), 4.0, start_s=6 * HOUR, end_s=10 * HOUR),
)
LONGER = (shift("early", 2, (0, 1), 4.0), shift("early+2h", 2, (0, 1, 2), 6.0, overtime_s=2 * HOUR))
EQUIPPED = replace(OPENING, equipment=EquipmentChoice(10, 2, 1, 80_000.0))
PACKAGE = StandbyChoice("reserve", 0, 6, 2, 1, 2, 30_000.0, 10_000.0)

__all__ = [
    "CAP", "CHATBOT", "EQUIPPED", "HOUR", "JP", "LATE", "LONGER", "LOSS", "NIGHT", "OPENING", "PACKAGE", "TRUNK",
    "curves", "hired", "problem", "replace", "shift", "staff",
]  # fmt: skip
