"""The forecast in words, English or Japanese: what it believes, and why it changed."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from surgesim.demand.explain_words import say

if TYPE_CHECKING:
    from surgesim.demand.daily import Daily
    from surgesim.demand.forecast import Forecast
    from surgesim.demand.history import History


def explain_state(daily: "Daily", history: "History", passed: float, language: str) -> list[str]:
    """Return sentences about the mode, the peak, the decay and the usual week."""
    facts, mode = daily.outlook.facts, daily.outlook.mode
    if daily.tried is not None:
        return [say(language, "quiet", model=daily.tried.name), _week(daily, language)]
    peak: date = history.first_day + timedelta(days=round(facts["peak_day"]))
    return [
        say(language, "state", mode=say(language, mode), passed=passed, peak=peak),
        say(language, "decay", half=_half_life(facts), floor=facts["floor_over_usual"]),
        _week(daily, language),
    ]


def explain_change(now: "Forecast", before: "Forecast", language: str) -> list[str]:
    """Return how the shared part of two forecasts differs, and the reasons: surprising days, decay, state."""
    shared = now.table.join(before.table, on="start", suffix="_before")
    if not shared.height:
        return []
    change = float(shared["mean"].sum()) / max(float(shared["mean_before"].sum()), 1e-9) - 1.0
    reasons = say(language, "join").join(_reasons(now, before, language)) or say(language, "as_forecast")
    return [say(language, "change", change=change, reasons=reasons)]


def _reasons(now: "Forecast", before: "Forecast", language: str) -> list[str]:
    return [*_surprises(now, before, language), *_turns(now, before, language)]


def _surprises(now: "Forecast", before: "Forecast", language: str) -> list[str]:
    """Return the days outside their band; where there is none, how the new counts ran."""
    actual = _actual(now, before)
    weekdays = say(language, "long_weekdays").split()
    told = []
    for day, seen, low, middle, high in actual:
        if not low <= seen <= high:
            word, share = "day_above" if seen > high else "day_below", abs(seen / max(middle, 1e-9) - 1.0)
            told.append(say(language, word, weekday=weekdays[day.weekday()], day=day, share=share))
    if not told and actual:
        ratio = sum(row[1] for row in actual) / max(sum(row[3] for row in actual), 1e-9)
        told.append(say(language, "ran_above" if ratio >= 1.0 else "ran_below", share=abs(ratio - 1.0)))
    return told


def _turns(now: "Forecast", before: "Forecast", language: str) -> list[str]:
    """Return how the belief about decay and peak has moved."""
    told = []
    new, old = now.daily.outlook, before.daily.outlook
    if "decay_days" in new.facts and "decay_days" in old.facts:
        a, b = _half_life(old.facts), _half_life(new.facts)
        if abs(b / a - 1.0) > 0.05:
            told.append(say(language, "slower" if b > a else "faster", a=a, b=b))
    if new.mode != old.mode or abs(new.passed - old.passed) > 0.1:
        modes = {"old": say(language, f"mode_{old.mode}"), "new": say(language, f"mode_{new.mode}")}
        told.append(say(language, "mode_change", **modes, a=old.passed, b=new.passed))
    return told


def _actual(now: "Forecast", before: "Forecast") -> list[tuple[date, float, float, float, float]]:
    """Return the newly known whole days with the old forecast's p05, p50 and p95 of the day."""
    totals = np.nansum(now.history.counts, axis=1)
    whole = np.asarray(~np.isnan(now.history.counts).any(axis=1))
    quantiles = before.daily.quantiles(np.array([0.05, 0.5, 0.95]))
    first = before.daily.first
    rows = []
    for at in range(first, min(now.history.days, first + len(quantiles))):
        if whole[at]:
            low, middle, high = (float(value) for value in quantiles[at - first])
            rows.append((now.history.first_day + timedelta(days=at), float(totals[at]), low, middle, high))
    return rows


def _half_life(facts: dict[str, float]) -> float:
    return float(facts["decay_days"] * np.log(2.0) ** (1.0 / facts["stretch"]))


def _week(daily: "Daily", language: str) -> str:
    factor = np.exp(daily.parts.effect[:7])
    names = say(language, "weekdays").split()
    return say(language, "week", days=" ".join(f"{name} {value:.2f}" for name, value in zip(names, factor, strict=True)))
