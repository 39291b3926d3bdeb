"""Surge kernels: ramp x decay to a floor, summed over announcements, with negative-binomial noise."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem

Floats = NDArray[np.float64]


def stretched_decay(after: Floats, decay_days: Floats, stretch: Floats) -> Floats:
    """Return exp(-(t / decay)^stretch) (Kohlrausch 1854); ``stretch`` < 1 has a heavy tail, > 1 a shoulder."""
    return np.asarray(np.exp(-((after / decay_days) ** stretch)))


def exponential_decay(after: Floats, decay_days: Floats, stretch: Floats) -> Floats:
    """Return exp(-t / decay); ``stretch`` is not used."""
    return np.asarray(np.exp(-after / decay_days) + 0.0 * stretch)


def omori_decay(after: Floats, decay_days: Floats, stretch: Floats) -> Floats:
    """Return (1 + t / c)^-p with p = 2 x stretch and c = p x decay (Utsu 1961); the same first slope as exp."""
    power = 2.0 * stretch
    return np.asarray((1.0 + after / (power * decay_days)) ** -power)


def biexponential_decay(after: Floats, decay_days: Floats, stretch: Floats) -> Floats:
    """Return w exp(-t / decay) + (1 - w) exp(-t / (4 decay)) with w = stretch / (stretch + 0.25)."""
    fast = stretch / (stretch + 0.25)
    return np.asarray(fast * np.exp(-after / decay_days) + (1.0 - fast) * np.exp(-after / (4.0 * decay_days)))


DECAYS: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "stretched": stretched_decay,
    "exponential": exponential_decay,
    "omori": omori_decay,
    "biexponential": biexponential_decay,
}


def decay_law(kind: str) -> Callable[[Floats, Floats, Floats], Floats]:
    """Return a decay law by name.

    Raises
    ------
    DomainError
        Unknown name.
    """
    if kind not in DECAYS:
        raise DomainError(Problem(f"unknown kernel {kind!r}", "kernel", f"choose one of {', '.join(DECAYS)}"))
    return DECAYS[kind]


def surge_shape(
    since_peak: ArrayLike,
    ratio: ArrayLike,
    rise_days: ArrayLike,
    decay_days: ArrayLike,
    stretch: ArrayLike,
    floor_over_usual: ArrayLike,
    kind: str = "stretched",
) -> Floats:
    """Return the level of a surge as a share of its peak.

    Parameters
    ----------
    since_peak : array
        Days since the peak, negative before it.
    ratio : array
        Peak over the usual level, > 1.
    rise_days : array
        Days in which what is missing to the peak shrinks by 1/e, backwards from the peak.
    decay_days, stretch : array
        Scale and form of the decay.
    floor_over_usual : array
        Level after the surge over the usual level before it.

    Returns
    -------
    ndarray
        1 at the peak; broadcast shape of the arguments.
    """
    since, ratio_ = np.asarray(since_peak, dtype=float), np.asarray(ratio, dtype=float)
    floor = np.minimum(np.asarray(floor_over_usual) / ratio_, 0.97)
    law = decay_law(kind)
    decayed = law(np.maximum(since, 0.0), np.asarray(decay_days, dtype=float), np.asarray(stretch, dtype=float))
    after = floor + (1.0 - floor) * decayed
    before = 1.0 / ratio_ + (1.0 - 1.0 / ratio_) * np.exp(-np.maximum(-since, 0.0) / np.asarray(rise_days))
    return np.asarray(np.where(since >= 0.0, after, before))


def announced_shape(
    since: ArrayLike, lag_days: ArrayLike, decay_days: ArrayLike, stretch: ArrayLike, kind: str = "stretched"
) -> Floats:
    """Return the extra contacts of one announcement as a share of their peak: linear ramp, then decay to nothing.

    Parameters
    ----------
    since : array
        Days since the announcement; nothing happens up to 0.
    lag_days : array
        Days from the announcement to the peak, > 0.
    decay_days, stretch : array
        Scale and form of the decay.
    """
    time, lag = np.asarray(since, dtype=float), np.asarray(lag_days, dtype=float)
    ramp = np.clip(time / lag, 0.0, 1.0)
    after = np.maximum(time - lag, 0.0)
    return np.asarray(ramp * decay_law(kind)(after, np.asarray(decay_days, float), np.asarray(stretch, float)))


def relative_variance(mean: ArrayLike, noise: float) -> Floats:
    """Return variance / mean^2 of a negative binomial whose gamma factor has relative deviation ``noise``.

    Var = mean + (noise x mean)^2 (gamma-Poisson mixture, Greenwood and Yule 1920).
    """
    return np.asarray(1.0 / np.maximum(np.asarray(mean, dtype=float), 0.5) + noise**2)
