"""Forecast of usual demand: a few level models, the best by rolling-origin error, and how large their errors were."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.demand.baseline import Calendar, Split, split
from surgesim.demand.outlook import Outlook, walk_covariance

Floats = NDArray[np.float64]

WINDOW_DAYS = 120
ORIGINS, SPAN = 10, 7
TREND_FADE, TREND_DAYS = 0.9, 21
BETTER_BY = 0.1  # another model must beat the first by this share before it takes its place

STEPS = {"local": 5.0, "steady": 80.0}
STATSFORECAST = ("AutoETS", "AutoARIMA", "AutoTheta")


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
    return float(np.polyfit(known, adjusted[known], 1)[0]) if len(known) >= 7 else 0.0


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
        parts, level = MODELS[name](totals[:origin], calendar, span)
        guess = level + calendar.design(origin, span) @ parts.effect
        actual = np.log(totals[origin : origin + span] + 0.5)
        miss = (actual - guess)[~np.isnan(actual)]
        deviation = _covariance(name, parts, span).diagonal()[~np.isnan(actual)] ** 0.5
        errors.append(np.abs(miss))
        scores.append(miss / deviation)
    if not errors:
        return Tried(name, float("inf"), np.zeros(0))
    return Tried(name, float(np.concatenate(errors).mean()), np.concatenate(scores))


def choose(totals: Floats, calendar: Calendar, model: str = "auto", days: int = SPAN) -> Tried:
    """Return the model to use: the one asked for, or the best by rolling-origin error over the days asked for.

    A week at most is looked ahead; the first model stays unless another is clearly better.

    Raises
    ------
    DomainError
        Unknown model.
    """
    if model != "auto":
        if model not in MODELS:
            known = ", ".join(["auto", *MODELS, *STATSFORECAST])
            raise DomainError(Problem(f"unknown baseline {model!r}", "baseline", f"choose one of {known}"))
        return try_model(model, totals, calendar, min(days, SPAN))
    tried = [try_model(name, totals, calendar, min(days, SPAN)) for name in MODELS]
    best = min(tried, key=lambda one: one.error)
    return best if best.error < (1.0 - BETTER_BY) * tried[0].error else tried[0]


def _covariance(name: str, parts: Split, days: int) -> Floats:
    step = parts.noise / np.sqrt(STEPS.get(name, STEPS["local"]))
    return walk_covariance(days, float(step), parts.noise)


def quiet_outlook(totals: Floats, calendar: Calendar, days: int, tried: Tried) -> tuple[Split, Outlook]:
    """Return split and outlook of usual demand for ``days`` days after the last of ``totals``."""
    parts, level = MODELS[tried.name](totals, calendar, days)
    return parts, Outlook("quiet", level, _covariance(tried.name, parts, days), 1.0, {"level": float(np.exp(level[0]))})


def statsforecast_outlook(
    totals: Floats, calendar: Calendar, days: int, model: str
) -> tuple[Split, Outlook]:
    """Return split and outlook by a model of the statsforecast extra, run on calendar-adjusted log counts.

    Raises
    ------
    DomainError
        If the extra is not installed.
    """
    try:
        from statsforecast import models  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        problem = Problem(f"{model} needs statsforecast", "baseline", 'install "surgesim[statsforecast]"')
        raise DomainError(problem) from error
    parts, _ = local(totals, calendar, days)
    filled = np.where(np.isnan(parts.adjusted), parts.level, parts.adjusted)
    options = {} if model == "AutoARIMA" else {"season_length": 1}
    answer = getattr(models, model)(**options).forecast(filled, h=days, level=[80])
    mean = np.asarray(answer["mean"], dtype=float)
    deviation = np.maximum((np.asarray(answer["hi-80"], dtype=float) - mean) / 1.2816, parts.noise)
    return parts, Outlook("quiet", mean, np.outer(deviation, deviation) * _correlation(days), 1.0)


def _correlation(days: int) -> Floats:
    matrix = walk_covariance(days, 0.5, 1.0)
    scale = np.sqrt(matrix.diagonal())
    return np.asarray(matrix / np.outer(scale, scale))
