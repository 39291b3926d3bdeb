"""Learn from a past surge of your own: its kernel constants, for a case library."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import HistoryError, Problem
from surgesim.demand.asking import Day, dates_of
from surgesim.demand.baseline import Calendar, split, usual_level
from surgesim.demand.caselibrary import Case
from surgesim.demand.fit import MISFIT
from surgesim.demand.history import read_history
from surgesim.demand.kernel import surge_shape
from surgesim.demand.opening import open_totals

Floats = NDArray[np.float64]

FEWEST_DAYS = 10  # so many days from the peak on at least show how a surge fades


def fit_case(
    totals: Floats, first_day: date, peak: date, region: str, series: str, country: str | None = "JP", source: str = ""
) -> Case:
    """Return the kernel constants of a past surge, for a case library of your own.

    Maximum posterior over days -28 to 42 around the peak, less what follows once the next wave has begun.

    Parameters
    ----------
    totals : ndarray, shape (days,)
        Contacts a day from ``first_day`` on; NaN where missing.
    peak : date
        Day of the peak.
    """
    at = (peak - first_day).days
    parts = split(totals[: at + 43], Calendar(first_day, country), window=80)
    around = np.full(71, np.nan)
    for place in range(71):
        inside = at - 28 + place - parts.start
        if 0 <= inside < len(parts.adjusted):
            around[place] = parts.adjusted[inside]
    usual = usual_level(parts.adjusted, at - parts.start)
    _cut_next_wave(around)
    return _solve_case(around, usual, (region, series, peak.isoformat(), source))


def fit_cases(
    history: Any, peaks: Iterable[Day] | Day, names: tuple[str, str | None, str], reading: Mapping[str, Any]
) -> list[Case]:
    """Return the kernel constants of the surges of a history.

    Parameters
    ----------
    names : tuple
        Region, country of the holidays, and source.

    Raises
    ------
    HistoryError
        With every fault.
    """
    read = read_history(history, **reading)
    region, country, source = names
    totals = open_totals(read, country)
    days, faults = dates_of(peaks, "peaks"), []
    for day in days:
        at = (day - read.first_day).days
        if not 0 <= at < len(totals) or (~np.isnan(totals[at : at + 43])).sum() < FEWEST_DAYS:
            known = f"the history has {read.first_day} to {read.last_day}"
            faults.append(Problem(f"fewer than {FEWEST_DAYS} days are known from the peak {day} on", "peaks", known))
    if faults:
        raise HistoryError(faults)
    return [fit_case(totals, read.first_day, day, region, region, country, source) for day in days]


def _cut_next_wave(around: Floats) -> None:
    after = around[28:]
    filled = np.where(np.isnan(after), after[~np.isnan(after)][-1], after)
    smooth = np.convolve(filled, np.ones(7) / 7, mode="valid")
    risen = np.flatnonzero(smooth > np.minimum.accumulate(smooth) + 0.3)
    if len(risen):
        around[28 + risen[0] :] = np.nan


def _solve_case(around: Floats, usual: float | None, names: tuple[str, str, str, str]) -> Case:
    from scipy.optimize import minimize

    centre, width = np.log([4.0, 7.0, 15.0, 1.0, 1.2]), np.array([0.6, 0.8, 0.7, 0.35, 0.5])
    since, seen = np.arange(71) - 28.0, ~np.isnan(around)

    def loss(q: Floats) -> float:
        miss = (around - np.log(surge_shape(since, *np.exp(q[:5]))) - q[5])[seen]
        start = 0.0 if usual is None else ((q[5] - q[0] - usual) / 0.3) ** 2
        fit = 0.35 * (np.minimum(np.abs(miss) / MISFIT, 3.0) ** 2).sum()
        return float(0.5 * (fit + (((q[:5] - centre) / width) ** 2).sum() + start))

    tries = []
    for decay in (2.0, 3.0):
        first = np.append(centre, np.nanmax(around) - 0.1)
        first[2] = decay
        options = {"maxiter": 4000, "xatol": 1e-3, "fatol": 1e-3}
        tries.append(minimize(loss, first, method="Nelder-Mead", options=options))
    best = np.exp(min(tries, key=lambda one: one.fun).x)
    known = [float(round(value, 3)) for value in best[:5]]
    if usual is None:
        return Case(names[0], names[1], "own", names[2], names[3], None, None, known[2], known[3], None)
    return Case(names[0], names[1], "own", names[2], names[3], *known)
