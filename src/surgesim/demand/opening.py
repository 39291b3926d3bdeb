"""When the desk is open, as far as its history tells: weekdays, public holidays, and how old its last count is."""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import HistoryError, Problem
from surgesim.demand.baseline import Calendar, daily_totals
from surgesim.demand.history import History

Floats = NDArray[np.float64]

OLDEST_DAYS = 56  # a last count older than this says nothing about today
FEW_HOLIDAYS = 2


def shut_on_holidays(history: History, country: str | None) -> bool:
    """Return whether the desk had no contact on any public holiday on which it would be open by its weekday.

    Two holidays at least, on a desk that is busy on almost all other days.
    """
    open_day, holiday = _days(history, country, history.first_day, history.days)
    busy = np.nansum(history.counts, axis=1) > 0
    plain = open_day & ~holiday & ~np.isnan(history.counts).all(axis=1)
    shared = open_day & holiday
    return bool(shared.sum() >= FEW_HOLIDAYS and not busy[shared].any() and plain.any() and busy[plain].mean() > 0.9)


def open_days(history: History, country: str | None, first: date, days: int) -> NDArray[np.bool_]:
    """Return which of ``days`` days from ``first`` on the desk is open, as far as its history tells."""
    open_day, holiday = _days(history, country, first, days)
    return open_day & ~holiday if shut_on_holidays(history, country) else open_day


def open_totals(history: History, country: str | None) -> Floats:
    """Return contacts a day, NaN where missing or where the desk is shut, shape (days,)."""
    totals = daily_totals(history)
    totals[~open_days(history, country, history.first_day, history.days)] = np.nan
    return totals


def check_recent(history: History, totals: Floats) -> None:
    """Refuse to forecast from counts that are too old; a history without any is another matter.

    Raises
    ------
    HistoryError
        If the last count lies more than ``OLDEST_DAYS`` before the forecast.
    """
    known = np.flatnonzero(~np.isnan(totals))
    if len(known) and len(totals) - 1 - known[-1] > OLDEST_DAYS:
        last = history.first_day + timedelta(days=int(known[-1]))
        what = f"the last count is that of {last}, {len(totals) - 1 - known[-1]} days before the forecast begins"
        raise HistoryError(Problem(what, "as_of", "give later counts, or an earlier as_of"))


def _days(history: History, country: str | None, first: date, days: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which days are open by their weekday, and which are public holidays on a working day."""
    weekday = (first.weekday() + np.arange(days)) % 7
    return history.open_weekdays[weekday], np.asarray(Calendar(first, country).design(0, days)[:, 7] > 0.0)
