"""From a history to daily bands: which mode holds, which model speaks, and how sure it is."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surgesim.demand.baseline import SURGE_RATIO, Calendar, Split, split, to_counts, usual_level
from surgesim.demand.caselibrary import SCORE_LEVELS, CaseLibrary
from surgesim.demand.conformal import Bands, calibrate
from surgesim.demand.fewcounts import clear_rise, few, few_bands
from surgesim.demand.fit import Surge, fit_surge
from surgesim.demand.outlook import Outlook
from surgesim.demand.usual import Tried, choose, run_model

Floats = NDArray[np.float64]

SURGE_WINDOW_DAYS = 84
KNOWN_PEAK_DAYS = 35
ANNOUNCED_DAYS = 42
ANSWER_DAYS = 3  # so young an announcement is not yet answered by the counts
OPEN_DAYS = 14  # so long an announcement may still be answered; where no surge has come by then, none is awaited
YOUNG_DAYS = 42  # a history shorter than this knows neither its week nor how restless it is
# Monday to Sunday where nothing was counted yet: medians over four hotlines and eight triage lines (benchmarks/surge_series.py)
POOLED_WEEK = np.log([1.2, 1.04, 1.02, 1.0, 0.91, 0.82, 0.9, 1.0])
EMPTY = Split(0, np.zeros(0), np.zeros(0), POOLED_WEEK, 0.15, np.zeros(0))
BOTH_DAYS = (7, 21)  # so long both count the same, from then on the announcement alone
SAID_DOUBT = 1.0  # log deviation of a surge's size from the usual level that was said, between desks; see the benchmark


@dataclass(frozen=True)
class DailyModel:
    """What daily forecasting was told, apart from the counts.

    Parameters
    ----------
    calendar : Calendar
        Day 0 is the first of the history.
    library : CaseLibrary
        Past cases.
    surge : Surge
        Announcements, known peak, usual level, kernel, capacity.
    baseline : str
        ``auto``, ``best``, one of ``usual.MODELS`` or of ``statsforecasts.STATSFORECAST``.
    tried : Tried or None
        The baseline chosen before, so that an update need not choose again.
    """

    calendar: Calendar
    library: CaseLibrary
    surge: Surge
    baseline: str = "auto"
    tried: Tried | None = None


@dataclass(frozen=True)
class Daily:
    """Daily bands with what they rest on; ``first`` is the history's index of the first day forecast."""

    parts: Split
    outlook: Outlook
    bands: Bands
    factor: Floats
    tried: Tried | None
    first: int

    def quantiles(self, probability: Floats) -> Floats:
        """Return contacts of each day at the given probabilities, shape (days, probabilities)."""
        return np.asarray(to_counts(self.bands.log_quantiles(probability) + np.log(self.factor)[:, None]))

    def mean(self) -> Floats:
        """Return mean contacts of each day, shape (days,)."""
        return np.asarray(self.quantiles(SCORE_LEVELS).mean(axis=1))


def in_surge(parts: Split, peak: int | None) -> bool:
    """Return whether the last week lies 1.6 times above the usual level, or a known peak is recent.

    The usual level is the lowest seen from any of the last four weeks, so a long surge does not become the usual.
    """
    days = len(parts.adjusted)
    if peak is not None and parts.start + days - peak <= KNOWN_PEAK_DAYS:
        return True
    last = parts.adjusted[-7:]
    if days < 7 or np.isnan(last).all():
        return False
    now = float(np.nanmean(last))
    usual = [level for back in (0, 7, 14, 21) if (level := usual_level(parts.adjusted, days - back)) is not None]
    if not clear_rise(parts.counts):
        return False
    if not usual:
        return bool(parts.level.max() - parts.level.min() > np.log(SURGE_RATIO))
    return bool(now - min(usual) >= np.log(SURGE_RATIO))


def _high(parts: Split) -> bool:
    usual = usual_level(parts.adjusted, len(parts.adjusted))
    last = parts.adjusted[-7:]
    if usual is None or np.isnan(last).all():
        return True
    return bool(float(np.nanmean(last)) - usual >= np.log(SURGE_RATIO))


def _announcements(surge: Surge, origin: int, days: int) -> list[int]:
    return [day for day in surge.announcements if origin - ANNOUNCED_DAYS <= day < origin + days]


def daily_forecast(totals: Floats, days: int, model: DailyModel) -> Daily:
    """Return the daily bands for ``days`` days after the last of ``totals``.

    Parameters
    ----------
    totals : ndarray, shape (days known,)
        Contacts a day, NaN where missing; may be empty.
    """
    seen = np.flatnonzero(~np.isnan(totals))
    gap = len(totals) - 1 - int(seen[-1]) if len(seen) else 0
    return _later(_from_last_count(totals[: len(totals) - gap], days + gap, model), gap)


def _later(daily: Daily, gap: int) -> Daily:
    """Return a forecast less its first days: what lies between the last count and today is forecast too."""
    if not gap:
        return daily
    own, bands = daily.outlook, daily.bands
    outlook = replace(own, log_median=own.log_median[gap:], covariance=own.covariance[gap:, gap:])
    later = Bands(bands.centre[gap:], bands.deviation[gap:], bands.scores[gap:], bands.correlation[gap:, gap:])
    return replace(daily, outlook=outlook, bands=later, factor=daily.factor[gap:], first=daily.first + gap)


def _from_last_count(totals: Floats, days: int, model: DailyModel) -> Daily:
    origin = len(totals)
    recent = _announcements(model.surge, origin, days)
    surge = Surge(recent, model.surge.peak, model.surge.usual, model.surge.kernel, model.surge.capacity)
    known = bool((~np.isnan(totals)).any())
    parts = split(totals, model.calendar, window=SURGE_WINDOW_DAYS) if known else replace(EMPTY, start=origin)
    tried = None
    surging = in_surge(parts, surge.peak)
    if surging or any(day > origin - 1 - OPEN_DAYS for day in recent):
        outlook = _surge(parts, (origin, days), model.library, surge, surging)
    else:
        parts, outlook, tried = _quiet(totals, days, model)
    outlook = _widened(outlook, parts)
    factor = np.exp(model.calendar.design(origin, days) @ parts.effect)
    bands = calibrate(outlook, model.library, tried.scores if tried is not None else None)
    if outlook.mode == "quiet" and few(totals):
        bands = few_bands(totals, bands, factor)
    return Daily(parts, outlook, bands, factor, tried, origin)


def _surge(parts: Split, span: tuple[int, int], library: CaseLibrary, surge: Surge, surging: bool) -> Outlook:
    """Return the outlook of a surge that runs, of one that was announced, or of both.

    An announcement amid a surge: the average of what it adds to the last level and of how the surge would go on without
    it, for two forecasts err less than one (Bates and Granger 1969); later the announcement alone, for its waves outlast
    the surge.
    """
    origin, days = span
    old = [day for day in surge.announcements if day <= origin - 1 - ANSWER_DAYS]
    if not surging:
        return fit_surge(parts, origin, days, library, surge, flat=True)
    running = fit_surge(parts, origin, days, library, replace(surge, announcements=old), flat=False)
    running = replace(running, waning=not _high(parts))
    if len(old) == len(surge.announcements):
        return running
    told = fit_surge(parts, origin, days, library, surge, flat=True)
    ahead = np.arange(1, days + 1)
    weight = np.clip(0.5 + 0.5 * (ahead - BOTH_DAYS[0]) / (BOTH_DAYS[1] - BOTH_DAYS[0]), 0.5, 1.0)
    own, other = np.sqrt(weight), np.sqrt(1.0 - weight)
    median = weight * told.log_median + (1.0 - weight) * running.log_median
    covariance = np.outer(own, own) * told.covariance + np.outer(other, other) * running.covariance
    return replace(told, log_median=median, covariance=covariance)


def _widened(outlook: Outlook, parts: Split) -> Outlook:
    """Return the outlook of a young history, up to twice as wide; an announcement is wide enough by itself.

    Where nothing was counted the usual level was only said, and the doubt about it moves all days together.
    """
    seen = int((~np.isnan(parts.adjusted)).sum())
    if not seen:
        return replace(outlook, covariance=outlook.covariance + SAID_DOUBT**2)
    if outlook.mode == "announced" or seen >= YOUNG_DAYS:
        return outlook
    return replace(outlook, covariance=outlook.covariance * (2.0 - seen / YOUNG_DAYS) ** 2)


def _quiet(totals: Floats, days: int, model: DailyModel) -> tuple[Split, Outlook, Tried]:
    tried = model.tried or choose(totals, model.calendar, model.baseline, days)
    return *run_model(tried.name, totals, model.calendar, days), tried
