"""Estimation from records: patience from censored waits, redials from call logs, service-time laws.

The mean wait of those who left is not the mean patience: the patient were answered first. Both estimators here use the
waits of the answered as well: they say "at least this long".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.erlang import checks
from surgesim.erlang.estimation_laws import LawFit, fit_law, fit_laws
from surgesim.erlang.estimation_redials import Redials, estimate_redials

__all__ = [
    "KaplanMeier", "LawFit", "Redials", "estimate_patience", "estimate_redials", "fit_law", "fit_laws",
    "fit_service_time", "kaplan_meier",
]  # fmt: skip

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """Product-limit estimate of the survival function of patience.

    Attributes
    ----------
    time_s : different waits after which somebody left, increasing
    survival, low, high : P(patience > time) and its pointwise confidence interval (log-log scale)
    at_risk : number still waiting just before
    left : number who left at that wait
    longest_s : longest wait on record; nothing is known beyond
    """

    time_s: Array
    survival: Array
    low: Array
    high: Array
    at_risk: Array
    left: Array
    longest_s: float

    def at(self, time: ArrayLike) -> Array:
        """P(patience > time); NaN beyond the longest wait unless nobody was left."""
        asked = checks.numbers(time, "time")
        steps = np.concatenate([[1.0], self.survival])
        value = steps[np.searchsorted(self.time_s, asked, side="right")]
        return np.where((asked > self.longest_s) & (value > 0), np.nan, value)

    def quantile(self, share: ArrayLike) -> Array:
        """Shortest wait by which ``share`` have lost patience; NaN where the record does not reach."""
        asked = checks.numbers(share, "share")
        place = np.searchsorted(1.0 - self.survival, asked - 1e-12, side="left")
        return np.concatenate([self.time_s, [np.nan]])[place]

    def restricted_mean(self, until: float) -> float:
        """Mean of min(patience, until), ``until`` within the record."""
        if not 0 < until <= self.longest_s:
            raise DomainError(Problem(f"the record ends at {self.longest_s:g} s", "until", "give a time within it"))
        inside = self.time_s[self.time_s < until]
        points = np.concatenate([[0.0], inside, [until]])
        return float(np.diff(points) @ np.concatenate([[1.0], self.survival[: inside.size]]))


def kaplan_meier(*, wait: ArrayLike, abandoned: ArrayLike, confidence: float = 0.95) -> KaplanMeier:
    """Estimate the survival function of patience without assuming a law.

    Parameters
    ----------
    wait : seconds in queue of each contact that had to wait
    abandoned : True where the contact left, False where it was answered (patience censored)
    confidence : level of the intervals

    Raises
    ------
    DomainError
        Negative or missing waits, shapes that differ, or nobody who left.

    Notes
    -----
    Kaplan, Meier (1958); variance by Greenwood (1926); intervals on the log(-log) scale.
    """
    from scipy.special import ndtri

    value, left = _waits(wait, abandoned, confidence)
    times, place = np.unique(value, return_inverse=True)
    leaving = np.bincount(place[left], minlength=times.size).astype(np.float64)
    risk = value.size - np.concatenate([[0.0], np.cumsum(np.bincount(place, minlength=times.size))[:-1]])
    some = leaving > 0
    times, leaving, risk = times[some], leaving[some], risk[some]
    survival = np.cumprod(1 - leaving / risk)
    alive = survival > 0
    spread = np.cumsum(leaving[alive] / (risk[alive] * (risk[alive] - leaving[alive])))
    half = float(ndtri(0.5 + confidence / 2)) * np.sqrt(spread) / -np.log(survival[alive])
    low, high = np.zeros(times.size), np.zeros(times.size)
    low[alive], high[alive] = survival[alive] ** np.exp(half), survival[alive] ** np.exp(-half)
    return KaplanMeier(times, survival, low, high, risk, leaving, float(value.max()))


def estimate_patience(
    *,
    wait: ArrayLike,
    abandoned: ArrayLike,
    families: tuple[str, ...] = ("exponential", "mixed_exponential"),
    confidence: float = 0.95,
) -> list[LawFit]:
    """Fit laws of patience to censored waits by maximum likelihood, best first by Akaike's criterion.

    Parameters
    ----------
    wait, abandoned, confidence : as in :func:`kaplan_meier`
    families : names in ``estimation_laws.FAMILIES``

    Returns
    -------
    list of LawFit
        The exponential mean is total waiting time / number who left.
    """
    value, left = _waits(wait, abandoned, confidence)
    return fit_laws(value, families=families, censored=~left, confidence=confidence)


def fit_service_time(*, duration: ArrayLike, families: tuple[str, ...] | None = None, confidence: float = 0.95) -> list[LawFit]:
    """Fit laws to complete service times by maximum likelihood, best first by Akaike's criterion.

    Parameters
    ----------
    duration : seconds, > 0
    families : names in ``estimation_laws.FAMILIES``; ``None``: all
    confidence : level of the intervals
    """
    return fit_laws(duration, families=families, confidence=confidence)


def _waits(wait: ArrayLike, abandoned: ArrayLike, confidence: float) -> tuple[Array, NDArray[np.bool_]]:
    value, left = checks.numbers(wait, "wait").ravel(), np.asarray(abandoned, dtype=bool).ravel()
    problems = []
    if value.size != left.size:
        problems.append(Problem(f"{value.size} waits but {left.size} outcomes", "abandoned"))
    elif not left.any():
        problems.append(Problem("nobody left, so patience cannot be estimated", "abandoned", "take a longer record"))
    if not np.all(np.isfinite(value) & (value >= 0)):
        problems.append(Problem("waits must be finite and >= 0", "wait", "drop or mend the rows first"))
    if not 0.0 < confidence < 1.0:
        problems.append(Problem("confidence must lie strictly between 0 and 1", "confidence"))
    if problems:
        raise DomainError(problems)
    return value, left
