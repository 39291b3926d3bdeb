"""The usual demand: level x weekday x holiday, trend, profile within the day; surge days tagged and kept out."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from surgesim.base.clock import holidays_of
from surgesim.demand.history import History
from surgesim.demand.kernel import relative_variance

Floats = NDArray[np.float64]

SURGE_RATIO = 1.6
HOLIDAY_LIKE_SUNDAY = 0.7
LEVEL_NOISE = 0.12
NOISE_DAYS = 10
HALF = 0.5
WEEKDAY_RIDGE = 1.0
HOLIDAY_RIDGE = 8.0


@dataclass(frozen=True)
class Calendar:
    """Weekday and public holiday of consecutive days, and how they act on the count.

    Parameters
    ----------
    first_day : date
        Day 0.
    country : str or None
        ISO code of the country whose public holidays count; None for no holidays.
    """

    first_day: date
    country: str | None

    def design(self, first: int, days: int) -> Floats:
        """Return one column for each weekday (Monday first) and one for holidays, shape (days, 8)."""
        dates = [self.first_day + timedelta(days=first + at) for at in range(days)]
        public = holidays_of(self.country, {day.year for day in dates}) if self.country else {}
        table = np.zeros((days, 8))
        for at, day in enumerate(dates):
            if day in public and day.weekday() < 5:
                table[at, 6], table[at, 7] = HOLIDAY_LIKE_SUNDAY, 1.0
            else:
                table[at, day.weekday()] = 1.0
        return table


@dataclass(frozen=True)
class Split:
    """Log count split into level, calendar and rest over a window of days.

    Parameters
    ----------
    start : int
        Index of the window's first day in the history.
    level : ndarray, shape (days,)
        Smooth log level.
    adjusted : ndarray, shape (days,)
        Log count less the calendar effect; NaN where the count is missing.
    effect : ndarray, shape (8,)
        Log factor of Monday .. Sunday, and the holiday's own.
    noise : float
        Robust deviation of the rest.
    counts : ndarray, shape (days,)
        The counts themselves.
    """

    start: int
    level: Floats
    adjusted: Floats
    effect: Floats
    noise: float
    counts: Floats


def daily_totals(history: History) -> Floats:
    """Return contacts a day, shape (days,); NaN where a day or a part of it is missing.

    A day with a hole is filled up by its usual share when at least half of its usual contacts are known.
    """
    counts = history.counts
    total = counts.sum(axis=1)
    holed = np.isnan(total) & ~np.isnan(counts).all(axis=1)
    whole = counts[~np.isnan(total)]
    if holed.any() and len(whole):
        share = whole.sum(axis=0) / max(whole.sum(), 1.0)
        for at in np.flatnonzero(holed):
            known = float(share[~np.isnan(counts[at])].sum())
            if known >= 0.5:
                total[at] = np.nansum(counts[at]) / known
    return np.asarray(total)


def split(totals: Floats, calendar: Calendar, bend: float = 5.0, step: float = 0.0, window: int = 84) -> Split:
    """Split daily counts into level, weekday, holiday and rest.

    Penalised least squares on log counts (Whittaker 1923; Hodrick and Prescott 1997) with ridge on the calendar
    effects and Huber weights (Huber 1964); small counts weigh less, by the negative-binomial variance.

    Parameters
    ----------
    totals : ndarray, shape (days,)
        Contacts a day; NaN where missing.
    calendar : Calendar
        Day 0 is the first of ``totals``.
    bend, step : float
        Penalty on the second and first differences of the level: a smooth curve, or a random walk.
    window : int
        Only the last ``window`` days are used.
    """
    start = max(0, len(totals) - window)
    design = calendar.design(start, len(totals) - start)
    counts = totals[start:]
    known = ~np.isnan(counts)
    log = np.log(np.where(known, counts, 1.0) + HALF)
    trust = np.where(known, LEVEL_NOISE**2 / relative_variance(np.where(known, counts, 1.0), LEVEL_NOISE), 0.0)
    penalty = _penalty(len(counts), bend, step)
    weight = trust.copy()
    for _ in range(3):
        level, effect = _solve(log, weight, design, penalty)
        rest = log - level - design @ effect
        noise = 1.4826 * float(np.median(np.abs(rest[known]))) + 0.03
        weight = trust * np.minimum(1.0, 2.0 * noise / np.maximum(np.abs(rest), 1e-9))
    adjusted = np.where(known, level + rest, np.nan)
    size = int(known.sum())  # few days are fitted too well: their noise leans on what is usual
    noise = float(np.sqrt((size * noise**2 + NOISE_DAYS * LEVEL_NOISE**2) / (size + NOISE_DAYS)))
    return Split(start, level, adjusted, effect, noise, counts)


def to_counts(log: Floats) -> Floats:
    """Return counts from log levels: the half that keeps the log of an empty day finite is taken off again."""
    return np.asarray(np.maximum(np.exp(log) - HALF, 0.0))


def _penalty(days: int, bend: float, step: float) -> Floats:
    """Return the penalty on differences of the level as lower bands: ``bands[k, j]`` couples day j with day j + k."""
    bands = np.zeros((3, days))
    bands[0] = 2e-9
    for stencil, strength in (((-1.0, 1.0), step), ((1.0, -2.0, 1.0), bend)):
        rows = max(0, days - len(stencil) + 1)
        for at, left in enumerate(stencil):
            for lag, right in enumerate(stencil[at:]):
                bands[lag, at : at + rows] += strength * left * right
    return bands


def _solve(log: Floats, weight: Floats, design: Floats, penalty: Floats) -> tuple[Floats, Floats]:
    """Return level and calendar effects that solve the normal equations, the level by elimination of its bands.

    A dense solver takes n^3 steps for what takes n here, and on busy machines its threads wait for each other.
    """
    from scipy.linalg import solveh_banded

    bands = penalty.copy()
    bands[0] += weight
    weighted = weight[:, None] * design
    solved = solveh_banded(bands, np.column_stack([weight * log, weighted]), lower=True)
    ridge = np.diag([WEEKDAY_RIDGE] * 7 + [HOLIDAY_RIDGE])
    effect = np.linalg.solve(design.T @ weighted + ridge - weighted.T @ solved[:, 1:], weighted.T @ (log - solved[:, 0]))
    return solved[:, 0] - solved[:, 1:] @ effect, effect


def usual_level(adjusted: Floats, before: int) -> float | None:
    """Return the log level of days 35 to 10 before day ``before``; None where fewer than six of them are known."""
    days = adjusted[max(0, before - 35) : max(1, before - 9)]
    days = days[~np.isnan(days)]
    return float(np.median(days)) if len(days) > 5 else None


def surge_days(totals: Floats, calendar: Calendar) -> NDArray[np.bool_]:
    """Return which days lie at least 1.6 times above the level usual in the ten weeks around, shape (days,).

    The usual level is the lower quartile, so that a surge that fills a third of the window does not hide itself.
    """
    parts = split(totals, calendar, window=len(totals))
    usual = np.array([
        np.quantile(parts.level[max(0, at - 70) : at + 35], 0.25) for at in range(len(parts.level))
    ])  # fmt: skip
    return np.asarray(parts.level - usual > np.log(SURGE_RATIO))


@dataclass(frozen=True)
class Profile:
    """Share of a day's contacts up to each time of day, by weekday.

    Parameters
    ----------
    edges_s : ndarray, shape (edges,)
        Times of day, seconds from midnight, ascending.
    cumulative : ndarray, shape (7, edges)
        Share of the day's contacts before each edge, 0 to 1.
    spread : float
        Relative deviation of a part's share from day to day beyond Poisson noise.
    """

    edges_s: Floats
    cumulative: Floats
    spread: float

    def shares(self, weekday: int, cuts_s: Floats) -> Floats:
        """Return the share of a day between consecutive ``cuts_s``; smooth inside coarse parts, their sums kept.

        Monotone cubic interpolation of the cumulative share (Fritsch and Carlson 1980).
        """
        from scipy.interpolate import PchipInterpolator

        curve = PchipInterpolator(self.edges_s, self.cumulative[weekday])
        inside = np.clip(cuts_s, self.edges_s[0], self.edges_s[-1])
        return np.asarray(np.diff(curve(inside)))


def intraday_profile(history: History, kept: NDArray[np.bool_], half_life_days: float = 28.0) -> Profile:
    """Return the profile within the day, recent days and the same weekday weighing more.

    Parameters
    ----------
    history : History
        Counts by part of the day.
    kept : ndarray, shape (days,)
        Days to use; surge days are kept out by the caller where enough others remain.
    half_life_days : float
        Age at which a day weighs half.
    """
    edges = np.unique(np.concatenate([history.starts_s, history.ends_s]))
    counts = history.counts
    full = ~np.isnan(counts).any(axis=1) & (np.nansum(counts, axis=1) > 0)
    use = full & kept if (full & kept).sum() >= 14 else full
    flat = (history.ends_s - history.starts_s) / (history.ends_s - history.starts_s).sum()
    weekday = (history.first_day.weekday() + np.arange(history.days)) % 7
    recency = 0.5 ** ((history.days - 1 - np.arange(history.days)) / half_life_days) * use
    share = np.zeros((7, len(flat)))
    observed = np.where(use[:, None], counts / np.maximum(np.nansum(counts, axis=1), 1.0)[:, None], 0.0)
    for day in range(7):
        weight = recency * np.where(weekday == day, 8.0, 1.0)
        share[day] = (weight @ observed + 0.05 * flat) / (weight.sum() + 0.05)
        share[day] = _smooth(share[day], float(np.median(np.diff(edges))))
    spread = _spread(counts[use], share[weekday[use]])
    at = np.searchsorted(edges, history.ends_s)
    steps = np.zeros((7, len(edges)))
    steps[:, at] = share
    return Profile(edges, np.cumsum(steps, axis=1), spread)


def _smooth(share: Floats, grain_s: float) -> Floats:
    """Smooth over neighbours where parts are shorter than 15 min, else return as is."""
    if grain_s >= 900.0 or len(share) < 12:
        return share
    lags = np.arange(-3, 4)
    weight = np.exp(-0.5 * lags**2)
    smooth = np.convolve(np.pad(share, 3, mode="reflect"), weight / weight.sum(), mode="valid")
    return np.asarray(smooth / smooth.sum())


def _spread(counts: Floats, share: Floats) -> float:
    if len(counts) < 5 or counts.shape[1] < 2:
        return 0.1
    expected = counts.sum(axis=1, keepdims=True) * share
    busy = expected > 5.0
    if not busy.any():
        return 0.1
    excess = ((counts - expected)[busy] ** 2 - expected[busy]) / expected[busy] ** 2
    return float(np.sqrt(np.clip(np.mean(excess), 1e-4, 1.0)))
