"""The forecast in words: what it believes, and why it changed."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from surgesim.demand.daily import Daily
    from surgesim.demand.forecast import Forecast
    from surgesim.demand.history import History


def explain_state(daily: "Daily", history: "History", passed: float) -> list[str]:
    """Return sentences about the mode, the peak, the decay and the usual week."""
    facts = daily.outlook.facts
    if daily.outlook.mode == "quiet":
        model = daily.tried.name if daily.tried is not None else "statsforecast"
        return [f"usual demand ({model} level); {_week(daily)}"]
    names = {
        "before": "the peak lies probably ahead",
        "after": "the peak has probably passed",
        "known": "the peak is known",
        "announced": "an announcement is not yet answered by the counts",
    }
    peak: date = history.first_day + timedelta(days=round(facts["peak_day"]))
    half_life = _half_life(facts)
    lines = [
        f"{names[daily.outlook.mode]} (probability that it has passed {passed:.0%}); peak about {peak}",
        f"after the peak half of the extra contacts are gone in {half_life:.0f} days, "
        f"floor {facts['floor_over_usual']:.1f} times the usual level",
    ]
    return [*lines, _week(daily)]


def explain_change(now: "Forecast", before: "Forecast") -> list[str]:
    """Return how the shared part of two forecasts differs, and the reasons: surprising days, decay, state."""
    shared = now.table.join(before.table, on="start", suffix="_before")
    lines = []
    if shared.height:
        change = float(shared["mean"].sum()) / max(float(shared["mean_before"].sum()), 1e-9) - 1.0
        lines.append(f"{change:+.0%}: {'; '.join(_reasons(now, before)) or 'the new counts ran as forecast'}")
    return lines


def _reasons(now: "Forecast", before: "Forecast") -> list[str]:
    reasons = []
    actual = _actual(now, before)
    for start, seen, low, middle, high in actual:
        if not low <= seen <= high:
            side = "above" if seen > high else "below"
            reasons.append(f"{start:%A %Y-%m-%d} {abs(seen / max(middle, 1e-9) - 1):.0%} {side} its median, {side} the band")
    if not reasons and actual:
        ratio = sum(row[1] for row in actual) / max(sum(row[3] for row in actual), 1e-9)
        reasons.append(f"the new counts ran {abs(ratio - 1):.0%} {'above' if ratio >= 1 else 'below'} the median")
    new, old = now.daily.outlook, before.daily.outlook
    if "decay_days" in new.facts and "decay_days" in old.facts:
        a, b = _half_life(old.facts), _half_life(new.facts)
        if abs(b / a - 1) > 0.05:
            reasons.append(f"decay {'slower' if b > a else 'faster'} (half-life {a:.0f} to {b:.0f} days)")
    if new.mode != old.mode or abs(new.passed - old.passed) > 0.1:
        reasons.append(f"{old.mode} to {new.mode}, peak passed {old.passed:.0%} to {new.passed:.0%}")
    return reasons


def _actual(now: "Forecast", before: "Forecast") -> list[tuple[date, float, float, float, float]]:
    """Return the newly known whole days with the old forecast's p05, p50 and p95 of the day."""
    totals = np.nansum(now.history.counts, axis=1)
    whole = np.asarray(~np.isnan(now.history.counts).any(axis=1))
    quantiles = before.daily.quantiles(np.array([0.05, 0.5, 0.95]))
    first = before.daily.parts.start + len(before.daily.parts.level)
    rows = []
    for at in range(first, min(now.history.days, first + len(quantiles))):
        if whole[at]:
            low, middle, high = (float(value) for value in quantiles[at - first])
            rows.append((now.history.first_day + timedelta(days=at), float(totals[at]), low, middle, high))
    return rows


def _half_life(facts: dict[str, float]) -> float:
    return float(facts["decay_days"] * np.log(2.0) ** (1.0 / facts["stretch"]))


def _week(daily: "Daily") -> str:
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    factor = np.exp(daily.parts.effect[:7])
    return "week: " + " ".join(f"{name} {value:.2f}" for name, value in zip(names, factor, strict=True))
