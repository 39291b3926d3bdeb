"""Bands that hold: past errors, by mode and horizon, set the quantiles of the model's deviations.

Split conformal prediction on standardised errors (Vovk, Gammerman and Shafer 2005; Papadopoulos 2008). The errors are
those of honest back-tests, each region forecast with a library that did not hold it; in quiet times your own history's
rolling-origin errors rescale them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.demand.caselibrary import SCORE_LEVELS, CaseLibrary
from surgesim.demand.outlook import Outlook

Floats = NDArray[np.float64]

TABLE_LEVELS = np.array([0.05, 0.25, 0.50, 0.75, 0.95])
OWN_BOUNDS = (0.9, 2.5)  # a calm past promises little, a restless one much
NEXT_SURGE = 1.05  # the next surge may be unlike all past ones


@dataclass(frozen=True)
class Bands:
    """Calibrated quantile functions of the daily log level.

    Parameters
    ----------
    centre, deviation : ndarray, shape (days,)
        Log median and deviation of the model.
    scores : ndarray, shape (days, levels)
        Quantiles of the error in deviations at ``SCORE_LEVELS``.
    correlation : ndarray, shape (days, days)
        Of the days' normal scores.
    """

    centre: Floats
    deviation: Floats
    scores: Floats
    correlation: Floats

    def log_quantiles(self, probability: Floats) -> Floats:
        """Return log levels at the given probabilities, shape (days, probabilities)."""
        at = np.array([np.interp(probability, SCORE_LEVELS, row) for row in self.scores])
        return np.asarray(self.centre[:, None] + self.deviation[:, None] * at)

    def log_of_normal(self, day: int, z: Floats) -> Floats:
        """Return the log level of one day for standard normal scores, shape of ``z``."""
        from scipy.special import ndtri

        grid = ndtri(SCORE_LEVELS)
        row = self.scores[day]
        inside = np.interp(z, grid, row)
        below, above = np.minimum(z - grid[0], 0.0), np.maximum(z - grid[-1], 0.0)
        slope = (row[-1] - row[0]) / (grid[-1] - grid[0])
        return np.asarray(self.centre[day] + self.deviation[day] * (inside + slope * (below + above)))


def calibrate(outlook: Outlook, library: CaseLibrary, own_scores: Floats | None = None) -> Bands:
    """Return the bands of an outlook.

    Parameters
    ----------
    outlook : Outlook
        Model medians and covariance.
    library : CaseLibrary
        Past errors.
    own_scores : ndarray, optional
        Errors of the same model on the same history, in model deviations.
    """
    deviation = outlook.deviation
    days = np.arange(1, len(deviation) + 1)
    scores = np.array([library.score_quantiles(outlook.kin, int(day), SCORE_LEVELS) for day in days])
    scores = (scores - _middle(scores)) * (1.0 if outlook.mode in ("quiet", "announced") else NEXT_SURGE)
    scores = np.sort(scores * _own_factor(scores[min(3, len(days) - 1)], own_scores), axis=1)
    correlation = outlook.covariance / np.outer(deviation, deviation)
    return Bands(outlook.log_median, deviation, scores, correlation)


def _middle(scores: Floats) -> Floats:
    """Return the shift that puts the median error to nothing and leaves the tails where they are.

    Surges are few and other people's: their median error is luck rather than a bias to correct.
    """
    centre = np.array([np.interp(0.5, SCORE_LEVELS, row) for row in scores])
    return np.asarray(centre[:, None] * (1.0 - np.abs(2.0 * SCORE_LEVELS - 1.0))[None, :])


def _own_factor(pooled: Floats, own_scores: Floats | None) -> float:
    if own_scores is None or len(own_scores) < 14:
        return 1.0
    own = float(np.quantile(np.abs(own_scores), 0.9))
    ratio = own / max(float(np.quantile(np.abs(pooled), 0.9)), 1e-6)
    return float(np.clip(ratio, *OWN_BOUNDS))
