"""What every daily model returns: log medians, deviations, how days move together, and what it believes."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outlook:
    """Daily forecast before calibration.

    Parameters
    ----------
    mode : str
        ``before`` or ``after`` the peak, ``known`` (the peak was given), ``announced`` (an announcement not yet
        answered), or ``quiet``.
    log_median : ndarray, shape (days,)
        Log of the median level, without weekday and holiday.
    covariance : ndarray, shape (days, days)
        Of the log level and the day's own noise.
    passed : float
        Probability that the peak has passed; NaN in quiet times.
    facts : dict
        Named numbers for the explanation.
    waning : bool
        True where the level is no longer 1.6 times the usual level just before: such forecasts err differently.
    """

    mode: str
    log_median: Floats
    covariance: Floats
    passed: float
    facts: dict[str, float] = field(default_factory=dict)
    waning: bool = False

    @property
    def kin(self) -> str:
        """Name of the past forecasts whose errors tell how sure this one is."""
        return "after_waning" if self.waning and self.mode == "after" else self.mode

    @property
    def deviation(self) -> Floats:
        """Deviation of each day's log count, shape (days,)."""
        return np.sqrt(np.diag(self.covariance))


def walk_covariance(days: int, step: float, noise: float) -> Floats:
    """Return the covariance of a random walk of deviation ``step`` a day seen through independent daily noise."""
    index = np.arange(1, days + 1)
    return np.asarray(step**2 * np.minimum(index[:, None], index[None, :]) + noise**2 * np.eye(days))
