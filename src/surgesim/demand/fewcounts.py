"""Quiet days with few contacts: counts have their own law there, not one of logarithms.

Below a few contacts a day the logarithm of a count jumps between none, one and two, and bands on it put the mean far too
high. The recent counts are taken as a negative binomial instead (gamma-Poisson mixture, Greenwood and Yule 1920), with
the doubt about its mean from a gamma posterior (prior of Jeffreys 1946: half a contact).
"""

import numpy as np
from numpy.typing import NDArray

from surgesim.demand.baseline import HALF
from surgesim.demand.caselibrary import SCORE_LEVELS
from surgesim.demand.conformal import Bands

Floats = NDArray[np.float64]

FEW = 5.0  # contacts a day; from there on logarithms of counts serve
BURSTS = 3.0  # variance over mean; 1 is pure luck
RECENT_DAYS = 56  # eight whole weeks
FADE_DAYS = 28.0  # age at which a day weighs half
CLEAR_RISE = 3.0  # Poisson deviations by which a week must exceed the usual one to be a surge


def few(totals: Floats) -> bool:
    """Return whether the recent days brought fewer than ``FEW`` contacts on average, and no day ever very many.

    Where bursts are known (snow storms) the recent days do not tell how many will come.
    """
    counts, weight = _recent(totals)
    known = totals[~np.isnan(totals)]
    calm = len(known) > 0 and float(known.var()) <= BURSTS * max(float(known.mean()), HALF)
    return calm and bool(weight @ counts < FEW * weight.sum())


def few_bands(totals: Floats, bands: Bands, factor: Floats) -> Bands:
    """Return the bands of days with few contacts: quantiles of a negative binomial, days moving together as before.

    Parameters
    ----------
    totals : ndarray, shape (days known,)
        Contacts a day; NaN where missing.
    bands : Bands
        What the logarithms say.
    factor : ndarray, shape (days,)
        Weekday and holiday.
    """
    from scipy.stats import nbinom

    counts, weight = _recent(totals)
    total, size = float(weight @ counts), float(weight.sum())
    mean = (total + HALF) / size
    excess = float(weight @ (counts - mean) ** 2) / size - mean
    shape = 1.0 / (max(excess, 0.0) / mean**2 + 1.0 / (total + HALF))
    means = mean * factor[:, None]
    scores = np.log(nbinom.ppf(SCORE_LEVELS, shape, shape / (shape + means)) + HALF) - np.log(factor)[:, None]
    return Bands(np.zeros(len(factor)), np.ones(len(factor)), scores, bands.correlation)


def clear_rise(counts: Floats) -> bool:
    """Return whether the last week brought clearly more contacts than luck; only days with few contacts leave a doubt.

    Parameters
    ----------
    counts : ndarray, shape (days known,)
        Contacts a day; NaN where missing.
    """
    week, before = counts[-7:], counts[-42:-7]
    if np.isnan(before).all() or np.isnan(week).all():
        return True
    usual, known = float(np.nanmean(before)), int((~np.isnan(week)).sum())
    return usual >= FEW or bool(np.nansum(week) - known * usual > CLEAR_RISE * np.sqrt(known * usual + 1.0))


def _recent(totals: Floats) -> tuple[Floats, Floats]:
    """Return the counts of the recent days and their weights, nothing where a count is missing."""
    counts = totals[-RECENT_DAYS:]
    age = np.arange(len(counts))[::-1]
    return np.nan_to_num(counts), 0.5 ** (age / FADE_DAYS) * ~np.isnan(counts)
