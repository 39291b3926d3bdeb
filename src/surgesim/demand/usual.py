"""Forecast of usual demand: a few level models, the best by rolling-origin error, and how large their errors were."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.demand.baseline import Calendar, Split, split
from surgesim.demand.kernel import relative_variance
from surgesim.demand.outlook import Outlook, walk_covariance
from surgesim.demand.statsforecasts import STATSFORECAST, check_installed, statsforecast_level

Floats = NDArray[np.float64]

WINDOW_DAYS = 120
ORIGINS, SPAN = 10, 7
WEEK_DAYS = 7
LEAST_STEP = 0.05
TREND_FADE, TREND_DAYS = 0.9, 21
BETTER_BY = 0.1  # another model must beat the first by this share before it takes its place

STEPS = {"local": 5.0, "steady": 80.0}
BEST = "best"  # chosen among our own models and those of statsforecast


def local(totals: Floats, calendar: Calendar, days: int) -> tuple[Split, Floats]:
    """Return split and log levels ahead of a random-walk level."""
    parts = split(totals, calendar, bend=0.0, step=STEPS["local"], window=WINDOW_DAYS)
    return parts, np.full(days, parts.level[-1])


def steady(totals: Floats, calendar: Calendar, days: int) -> tuple[Split, Floats]:
    """Return split and log levels ahead of a level that moves slowly."""
    parts = split(totals, calendar, bend=0.0, step=STEPS["steady"], window=WINDOW_DAYS)
    return parts, np.full(days, parts.level[-1])


def trend(totals: Floats, calendar: Calendar, days: int) -> tuple[Split, Floats]:
    """Return split and log levels ahead of a local level with the slope of three weeks, damped (Gardner 1985)."""
    parts, level = local(totals, calendar, days)
    return parts, level + _slope(parts.adjusted[-TREND_DAYS:]) * np.cumsum(TREND_FADE ** np.arange(1, days + 1))


def _slope(adjusted: Floats) -> float:
    """Return the least-squares slope a day; 0 where fewer than a week is known."""
    known = np.flatnonzero(~np.isnan(adjusted))
    return float(np.polyfit(known, adjusted[known], 1)[0]) if len(known) >= WEEK_DAYS else 0.0


MODELS: dict[str, Callable[[Floats, Calendar, int], tuple[Split, Floats]]] = {
    "trend": trend,
    "local": local,
    "steady": steady,
}


@dataclass(frozen=True)
class Tried:
    """Rolling-origin errors of one model: mean absolute log error, and errors in model deviations."""

    name: str
    error: float
    scores: Floats


def try_model(name: str, totals: Floats, calendar: Calendar, span: int) -> Tried:
    """Return the errors of a model over the last origins of a history, ``span`` days ahead each."""
    errors, scores = [], []
    for back in range(ORIGINS):
        origin = len(totals) - span - back * max(2, span // 2)
        if origin < 21:
            break
        parts, outlook = run_model(name, totals[:origin], calendar, span)
        guess = outlook.log_median + calendar.design(origin, span) @ parts.effect
        actual = np.log(totals[origin : origin + span] + 0.5)
        miss = (actual - guess)[~np.isnan(actual)]
        deviation = outlook.deviation[~np.isnan(actual)]
        errors.append(np.abs(miss))
        scores.append(miss / deviation)
    if not errors:
        return Tried(name, float("inf"), np.zeros(0))
    return Tried(name, float(np.concatenate(errors).mean()), np.concatenate(scores))


def check_baseline(model: str) -> None:
    """Refuse an unknown model, or one whose package is missing.

    Raises
    ------
    DomainError
        Unknown model, or the statsforecast extra is not installed.
    """
    if model not in ("auto", BEST, *MODELS, *STATSFORECAST):
        known = ", ".join(["auto", BEST, *MODELS, *STATSFORECAST])
        raise DomainError(Problem(f"unknown baseline {model!r}", "baseline", f"choose one of {known}"))
    if model == BEST or model in STATSFORECAST:
        check_installed(model)


def choose(totals: Floats, calendar: Calendar, model: str = "auto", days: int = SPAN) -> Tried:
    """Return the model to use: the one asked for, or the best by rolling-origin error over the days asked for.

    A week at most is looked ahead; the first model stays unless another is clearly better. ``auto`` chooses among our
    own models, whatever else is installed; ``best`` also among those of statsforecast.

    Raises
    ------
    DomainError
        Unknown model, or the statsforecast extra is not installed.
    """
    check_baseline(model)
    names = {"auto": tuple(MODELS), BEST: (*MODELS, *STATSFORECAST)}.get(model, (model,))
    tried = [try_model(name, totals, calendar, min(days, SPAN)) for name in names]
    best = min(tried, key=lambda one: one.error)
    return best if best.error < (1.0 - BETTER_BY) * tried[0].error else tried[0]


def _covariance(name: str, parts: Split, days: int) -> Floats:
    """Return how a random-walk level goes astray; the noise of small counts moves no level."""
    usual = float(np.exp(np.mean(parts.level[-WEEK_DAYS:])))
    moved = max(parts.noise**2 - float(relative_variance(usual, 0.0)), LEAST_STEP**2)
    return walk_covariance(days, float(np.sqrt(moved / STEPS.get(name, STEPS["local"]))), parts.noise)


def run_model(name: str, totals: Floats, calendar: Calendar, days: int) -> tuple[Split, Outlook]:
    """Return split and outlook of usual demand for ``days`` days after the last of ``totals``, by a named model."""
    if name in STATSFORECAST:
        parts, _ = local(totals, calendar, days)
        level, covariance = statsforecast_level(name, parts, days)
    else:
        parts, level = MODELS[name](totals, calendar, days)
        covariance = _covariance(name, parts, days)
    return parts, Outlook("quiet", level, covariance, 1.0, {"level": float(np.exp(level[0]))})
