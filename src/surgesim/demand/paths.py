"""Sample paths: whole futures in which days move together and the hours of a day move together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.base.streams import Purpose, standard_normals, uniforms
from surgesim.demand.baseline import HALF
from surgesim.demand.conformal import Bands

Floats = NDArray[np.float64]

CHUNK = 250
KNOTS = 5  # swings within a day are as long as a fifth of it
SWING_SHARE = 0.5  # part of the within-day spread that neighbouring intervals have in common


@dataclass(frozen=True)
class Grid:
    """Rows of the forecast: which day each lies in, its share of the day and the day's calendar factor.

    Parameters
    ----------
    day : ndarray, shape (rows,)
        Index into the outlook's days.
    share : ndarray, shape (rows,)
        Share of the whole day's contacts.
    factor : ndarray, shape (days,)
        Weekday and holiday factor.
    spread : float
        Relative deviation of a row's share beyond Poisson noise; 0 for whole days.
    """

    day: NDArray[np.int64]
    share: Floats
    factor: Floats
    spread: float


@dataclass(frozen=True)
class Luck:
    """Which luck the paths have: its seed, and how much of the days' luck is a queue's own.

    Parameters
    ----------
    seed : int
        Same seed, same paths.
    queue : int
        Number of the queue; 0 where there is one history only.
    together : float
        Correlation of the days' luck between queues, 0 to 1.
    """

    seed: int
    queue: int = 0
    together: float = 1.0


def sample_paths(bands: Bands, grid: Grid, paths: int, luck: Luck) -> NDArray[np.int32]:
    """Return whole-number sample paths, shape (paths, rows).

    Daily levels: Gaussian copula with the model's correlation and the calibrated quantiles as margins. Within the day:
    a smooth swing and independent noise with the variance of a negative binomial, by Cornish and Fisher (1938).

    Parameters
    ----------
    paths : int
        How many.
    luck : Luck
        Same luck, same paths; path ``n`` does not depend on how many are asked for.
    """
    levels = np.maximum(daily_levels(bands, paths, luck) * grid.factor[None, :] - HALF, 0.0)
    if not grid.spread:
        return np.asarray(np.rint(levels[:, grid.day] * grid.share), dtype=np.int32)
    out = np.empty((paths, len(grid.day)), dtype=np.int32)
    weights = _knot_weights(grid)
    rows = np.arange(len(grid.day))
    for first in range(0, paths, CHUNK):
        need = np.arange(first, min(first + CHUNK, paths))[:, None]
        noise = standard_normals(uniforms(luck.seed, luck.queue, need, rows, Purpose.PATH))
        mean = levels[need[:, 0]][:, grid.day] * grid.share
        knots = standard_normals(uniforms(luck.seed, luck.queue, need, np.arange(weights.shape[0]), Purpose.FORECAST))
        out[need[:, 0]] = _counts(mean, noise, knots @ weights, grid.spread)
    return out


def daily_levels(bands: Bands, paths: int, luck: Luck) -> Floats:
    """Return daily levels before weekday and holiday, shape (paths, days)."""
    days = len(bands.centre)
    root = np.linalg.cholesky(bands.correlation + 1e-9 * np.eye(days))
    at = np.arange(paths)[:, None]
    normal = standard_normals(uniforms(luck.seed, 0, at, np.arange(days), Purpose.DAY_FACTOR))
    if luck.queue and luck.together < 1.0:
        own = standard_normals(uniforms(luck.seed, luck.queue, at, np.arange(days), Purpose.DAY_FACTOR))
        normal = np.sqrt(luck.together) * normal + np.sqrt(1.0 - luck.together) * own
    normal = normal @ root.T
    return np.exp(np.stack([bands.log_of_normal(day, normal[:, day]) for day in range(days)], axis=1))


def _knot_weights(grid: Grid) -> Floats:
    """Return how much each of a day's knots moves each row, unit variance a row, shape (knots, rows)."""
    days = int(grid.day.max()) + 1
    weights = np.zeros((days * KNOTS, len(grid.day)))
    for day in range(days):
        rows = np.flatnonzero(grid.day == day)
        place = (np.arange(len(rows)) + 0.5) / max(len(rows), 1) * (KNOTS - 1)
        for knot in range(KNOTS):
            weights[day * KNOTS + knot, rows] = np.maximum(0.0, 1.0 - np.abs(place - knot))
    return np.asarray(weights / np.sqrt((weights**2).sum(axis=0, keepdims=True)))


def _counts(mean: Floats, noise: Floats, swing: Floats, spread: float) -> NDArray[np.int32]:
    mean = mean * np.exp(np.sqrt(SWING_SHARE) * spread * swing - 0.5 * SWING_SHARE * spread**2)
    own = (1.0 - SWING_SHARE) * spread**2
    deviation = np.sqrt(mean + own * mean**2)
    skew = (1.0 + 2.0 * own * mean) / np.maximum(deviation, 1e-9)
    count = mean + deviation * noise + skew * deviation * (noise**2 - 1.0) / 6.0
    return np.asarray(np.rint(np.maximum(count, 0.0)), dtype=np.int32)
