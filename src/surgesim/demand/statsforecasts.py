"""Usual demand by the models of statsforecast, behind an extra: AutoETS, AutoARIMA, AutoTheta on calendar-adjusted levels."""

import warnings

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.demand.baseline import Split
from surgesim.demand.outlook import walk_covariance

Floats = NDArray[np.float64]

STATSFORECAST = ("AutoETS", "AutoARIMA", "AutoTheta")
LEVEL, LEVEL_Z = 80, 1.2816  # the band asked of statsforecast, and its normal quantile


def check_installed(model: str) -> None:
    """Refuse a model whose package is missing.

    Raises
    ------
    DomainError
        The statsforecast extra is not installed.
    """
    try:
        import statsforecast  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
    except ImportError as error:
        problem = Problem(f"{model} needs statsforecast", "baseline", 'pip install "surgesim[statsforecast]"')
        raise DomainError(problem) from error


def statsforecast_level(model: str, parts: Split, days: int) -> tuple[Floats, Floats]:
    """Return log levels ahead and their covariance, shapes (days,) and (days, days).

    Parameters
    ----------
    model : str
        One of ``STATSFORECAST``.
    parts : Split
        Calendar-adjusted log counts; missing days are filled by their level.
    """
    from statsforecast import models

    filled = np.where(np.isnan(parts.adjusted), parts.level, parts.adjusted)
    options = {} if model == "AutoARIMA" else {"season_length": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its models warn of every candidate that does not converge
        answer = getattr(models, model)(**options).forecast(filled, h=days, level=[LEVEL])
    mean = np.asarray(answer["mean"], dtype=float)
    deviation = np.maximum((np.asarray(answer[f"hi-{LEVEL}"], dtype=float) - mean) / LEVEL_Z, parts.noise)
    return mean, np.outer(deviation, deviation) * _correlation(days)


def _correlation(days: int) -> Floats:
    matrix = walk_covariance(days, 0.5, 1.0)
    scale = np.sqrt(matrix.diagonal())
    return np.asarray(matrix / np.outer(scale, scale))
