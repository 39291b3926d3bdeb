"""Rows of the forecast table: which intervals, which share of the day, how wide."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import HistoryError, Problem
from surgesim.demand.asking import Asked
from surgesim.demand.baseline import Profile, to_counts
from surgesim.demand.conformal import TABLE_LEVELS
from surgesim.demand.daily import Daily
from surgesim.demand.history import History
from surgesim.demand.history_checks import DAY_S
from surgesim.demand.paths import Grid

if TYPE_CHECKING:
    import polars

Floats = NDArray[np.float64]

FEW = 30.0


def lay_grid(
    history: History, asked: Asked, profile: Profile, days: tuple[Daily, NDArray[np.bool_]], span: tuple[date, float]
) -> tuple[list[datetime], bool, Grid]:
    """Return the start of each row, whether rows are whole days, and the grid.

    Parameters
    ----------
    days : tuple
        The daily forecast, and on which of its days the desk is open.
    span : tuple
        First day, and seconds of it that are over.
    """
    (daily, opened), (first, skip_s) = days, span
    cuts = _cuts(history, asked)
    starts: list[datetime] = []
    day_of, shares = [], []
    for at in np.flatnonzero(opened).tolist():
        day = first + timedelta(days=at)
        edges = np.array([0.0, float(DAY_S)]) if cuts is None else cuts
        part = np.array([1.0]) if cuts is None else profile.shares(day.weekday(), edges)
        for start_s, share in zip(edges[:-1], part, strict=True):
            offset = at * DAY_S + start_s
            if (offset < skip_s and cuts is not None) or offset >= skip_s + asked.horizon_s:
                continue
            starts.append(datetime.combine(first, time()) + timedelta(seconds=float(offset)))
            day_of.append(at)
            shares.append(float(share))
    if not starts:
        what = f"the desk is never open in the {asked.horizon_s / 3600.0:g} h after the last count"
        raise HistoryError(Problem(what, "horizon", "ask further ahead"))
    spread = 0.0 if cuts is None else profile.spread
    return starts, cuts is None, Grid(np.array(day_of, dtype=np.int64), np.array(shares), daily.factor, spread)


def _cuts(history: History, asked: Asked) -> Floats | None:
    """Return the times of day between which rows lie; None for whole days."""
    widths = history.ends_s - history.starts_s
    even = len(widths) > 1 and bool(np.allclose(widths, widths[0])) and history.parts_even
    step = asked.interval_s or (float(widths[0]) if even else float(DAY_S))
    if step >= DAY_S:
        return None
    if len(widths) == 1 and asked.opening is None:
        what = "the history has whole days only, so nothing is known of the hours"
        raise HistoryError(Problem(what, "interval", 'give parts={"h09_13": "09:00-13:00", ...} or opening="09:00-18:00"'))
    if DAY_S % step:
        raise HistoryError(Problem(f"an interval of {step / 60:g} min does not divide a day", "interval"))
    first, last = asked.opening or (float(history.starts_s[0]), float(history.ends_s[-1]))
    return np.arange(np.floor(first / step) * step, last + step - 1e-6, step)


def fill_table(starts: list[datetime], grid: Grid, daily: Daily, by_day: bool) -> "polars.DataFrame":
    """Return means and calibrated quantiles of each row; inside the day wider by its own spread and Poisson noise."""
    import polars

    bands = daily.bands
    mean = daily.mean()[grid.day] * grid.share
    quantiles = bands.log_quantiles(TABLE_LEVELS)[grid.day]
    if grid.spread:
        wider = np.sqrt(1.0 + (grid.spread / bands.deviation[grid.day]) ** 2)
        middle = bands.centre[grid.day, None]
        quantiles = middle + (quantiles - middle) * wider[:, None]
    counts = to_counts(quantiles + np.log(daily.factor)[grid.day, None]) * grid.share[:, None]
    if grid.spread:
        counts = _counted(counts)
    columns: dict[str, Any] = {"start": [start.date() for start in starts] if by_day else starts, "mean": mean}
    columns |= {f"p{round(100 * level):02d}": counts[:, at] for at, level in enumerate(TABLE_LEVELS)}
    return polars.DataFrame(columns)


def _counted(levels: Floats) -> Floats:
    """Return quantiles of counts from those of their expected values, shape (rows, TABLE_LEVELS).

    The root of a Poisson count plus 3/8 has deviation one half whatever its mean (Anscombe 1948), so on the scale of
    roots the two spreads add as squares. Quantiles of few contacts are whole numbers, as their counts are.
    """
    from scipy.special import ndtri

    roots = np.sqrt(levels + 0.375)
    own = roots - roots[:, [len(TABLE_LEVELS) // 2]]
    chance = 0.5 * ndtri(TABLE_LEVELS)
    away = np.sign(chance) * np.sqrt(own**2 + chance**2)
    counts = np.maximum(np.maximum(roots - own + away, 0.0) ** 2 - 0.375, 0.0)
    return np.asarray(np.where(counts < FEW, np.rint(counts), counts))
