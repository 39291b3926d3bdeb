"""Maximum likelihood for laws of durations, some of them censored: one machine for patience, service and redial delay."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.compound import Mixture
from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Exponential, Law
from surgesim.base.shaped import Gamma, Lognormal, Weibull
from surgesim.erlang import checks

__all__ = ["FAMILIES", "LawFit", "fit_law", "fit_laws"]

Array = NDArray[np.float64]
EDGE = "edge of the family"  # marks the problem that other families may not have


@dataclass(frozen=True)
class LawFit:
    """A law fitted by maximum likelihood.

    Attributes
    ----------
    family : name in :data:`FAMILIES`
    law : the fitted law, seconds
    mean_s, mean_low_s, mean_high_s : mean and its confidence interval
    parameters : name -> (estimate, low, high); shares, seconds or pure numbers
    log_likelihood, aic, bic : Akaike and Schwarz criteria, less is better
    seen, censored : numbers of durations seen whole, and known only to be longer
    confidence : level of the intervals
    """

    family: str
    law: Law
    mean_s: float
    mean_low_s: float
    mean_high_s: float
    parameters: dict[str, tuple[float, float, float]]
    log_likelihood: float
    aic: float
    bic: float
    seen: int
    censored: int
    confidence: float


@dataclass(frozen=True)
class Durations:
    """Different durations with how often each was seen whole and how often censored."""

    value: Array
    seen: Array
    censored: Array

    @property
    def hazard(self) -> float:
        """Ends per second."""
        return float(self.seen.sum() / (self.value * (self.seen + self.censored)).sum())


@dataclass(frozen=True)
class Family:
    """A family of laws in unconstrained parameters (logarithms of times and shapes, logits of shares)."""

    start: Callable[[Durations], list[list[float]]]
    law: Callable[[Array], Law]
    named: Callable[[Array], dict[str, float]]


def _logistic(x: float) -> float:
    """Share of a logit, kept off 0 and 1 where the data cannot tell them from it."""
    return float(1 / (1 + np.exp(-np.clip(x, -30.0, 30.0))))


def _mixed(theta: Array) -> Law:
    share = _logistic(theta[0])
    return Mixture((share, 1.0 - share), (Exponential(float(np.exp(theta[1]))), Exponential(float(np.exp(theta[2])))))


def _mixed_named(theta: Array) -> dict[str, float]:
    return {"share": _logistic(theta[0]), "mean_1_s": float(np.exp(theta[1])), "mean_2_s": float(np.exp(theta[2]))}


def _log(data: Durations) -> float:
    return -float(np.log(data.hazard))


def _positive(theta: Array) -> tuple[float, float]:
    values = np.exp(np.clip(theta, -300.0, 300.0))
    return float(values[0]), float(values[1])


def _cv_named(theta: Array) -> dict[str, float]:
    return dict(zip(("mean_s", "cv"), _positive(theta), strict=True))


FAMILIES: dict[str, Family] = {
    "exponential": Family(
        lambda data: [[_log(data)]],
        lambda theta: Exponential(float(np.exp(theta[0]))),
        lambda theta: {"mean_s": float(np.exp(theta[0]))},
    ),
    "mixed_exponential": Family(
        lambda data: [[0.0, _log(data) - 1.0, _log(data) + 0.5], [-2.0, _log(data) - 3.0, _log(data) + 0.1]],
        _mixed,
        _mixed_named,
    ),
    "lognormal": Family(lambda data: [[_log(data), 0.0]], lambda theta: Lognormal(*_positive(theta)), _cv_named),
    "gamma": Family(lambda data: [[_log(data), 0.0]], lambda theta: Gamma(*_positive(theta)), _cv_named),
    "weibull": Family(
        lambda data: [[_log(data), 0.0]],
        lambda theta: Weibull(*_positive(theta)),
        lambda theta: dict(zip(("mean_s", "shape"), _positive(theta), strict=True)),
    ),
}


def fit_law(duration: ArrayLike, *, family: str, censored: ArrayLike | None = None, confidence: float = 0.95) -> LawFit:
    """Fit one family by maximum likelihood.

    Parameters
    ----------
    duration : seconds, > 0 but for families finite at 0 (exponential, mixed_exponential), where 0 is allowed
    family : {"exponential", "mixed_exponential", "lognormal", "gamma", "weibull"}
    censored : where True, the duration is only known to be longer; ``None``: all seen whole
    confidence : level of the intervals

    Returns
    -------
    LawFit
        Intervals from the observed information on the logarithmic (share: logit) scale, by the delta method; for the
        exponential law exactly by the chi-squared law of the total time at a fixed number of ends (Epstein 1954).

    Raises
    ------
    DomainError
        Unknown family, bad numbers, or no duration seen whole.
    """
    data = _durations(duration, censored, family, confidence)
    known = FAMILIES[family]
    theta = np.array([_log(data)]) if family == "exponential" else _maximise(known, data)
    value = _log_likelihood(known, theta, data)
    _inside(known, theta, data, family)
    named, low, high = _intervals(known, theta, data, confidence)
    if family == "exponential":
        low["mean"], high["mean"] = low["mean_s"], high["mean_s"] = _epstein(data, confidence)
    law, seen, cut = known.law(theta), int(data.seen.sum()), int(data.censored.sum())
    parameters = {name: (named[name], low[name], high[name]) for name in named if name != "mean"}
    aic, bic = (weight * theta.size - 2.0 * value for weight in (2.0, float(np.log(seen + cut))))
    return LawFit(family, law, law.mean, low["mean"], high["mean"], parameters, value, aic, bic, seen, cut, confidence)


def fit_laws(
    duration: ArrayLike, *, families: tuple[str, ...] | None = None, censored: ArrayLike | None = None,
    confidence: float = 0.95,
) -> list[LawFit]:  # fmt: skip
    """Fit several families (default: all) and return them best first by Akaike's criterion.

    Parameters
    ----------
    duration, censored, confidence : as in :func:`fit_law`
    families : names in :data:`FAMILIES`; ``None``: all but those at whose edge the best law lies
    """
    if families is None:
        fits = [fit for name in FAMILIES for fit in _can_fit(duration, name, censored, confidence)]
    else:
        fits = [fit_law(duration, family=name, censored=censored, confidence=confidence) for name in families]
    return sorted(fits, key=lambda fit: fit.aic)


def _can_fit(duration: ArrayLike, name: str, censored: ArrayLike | None, confidence: float) -> list[LawFit]:
    """The fit, or none where the best law lies at the edge of its family."""
    try:
        return [fit_law(duration, family=name, censored=censored, confidence=confidence)]
    except DomainError as error:
        if all(problem.where == EDGE for problem in error.problems):
            return []
        raise


def _durations(duration: ArrayLike, censored: ArrayLike | None, family: str, confidence: float) -> Durations:
    """Checked durations, equal ones put together."""
    value = checks.numbers(duration, "duration").ravel()
    cut = np.zeros(value.size, dtype=bool) if censored is None else np.asarray(censored, dtype=bool).ravel()
    problems = []
    if family not in FAMILIES:
        problems.append(Problem(f"unknown family {family!r}", "family", f"use one of {', '.join(FAMILIES)}"))
    if not 0.0 < confidence < 1.0:
        problems.append(Problem("confidence must lie strictly between 0 and 1", "confidence"))
    if cut.size != value.size:
        problems.append(Problem(f"{cut.size} marks of censoring for {value.size} durations", "censored"))
    elif not np.any(~cut):
        problems.append(Problem("no duration was seen whole, so nothing can be estimated", "censored"))
    if value.size and not np.all(np.isfinite(value) & (value >= 0)):
        problems.append(Problem("duration must be finite and >= 0", "duration"))
    elif value.size and not np.any(value > 0):
        problems.append(Problem("all durations are zero", "duration"))
    elif "exponential" not in family and cut.size == value.size and np.any(value[~cut] == 0):
        cure = "add half a unit of the clock, or take an exponential family"
        problems.append(Problem(f"a duration of zero has no likelihood under {family}", "duration", cure))
    if problems:
        raise DomainError(problems)
    different, place = np.unique(value, return_inverse=True)
    count = [np.bincount(place[mark], minlength=different.size).astype(np.float64) for mark in (~cut, cut)]
    return Durations(different, count[0], count[1])


def _log_likelihood(family: Family, theta: Array, data: Durations) -> float:
    """Log likelihood; very low where the law cannot be."""
    if np.any(np.abs(theta) > 300.0):
        return -1e300
    try:
        law = family.law(theta)
    except DomainError:  # the search looks outside the family
        return -1e300
    with np.errstate(divide="ignore"):
        seen = np.where(data.seen > 0, np.log(np.maximum(law.pdf(data.value), 1e-300)), 0.0)
        cut = np.where(data.censored > 0, np.log(np.maximum(law.sf(data.value), 1e-300)), 0.0)
    return float(data.seen @ seen + data.censored @ cut)


def _inside(family: Family, theta: Array, data: Durations, name: str) -> None:
    """Raise where the best law lies at the edge of its family, so that it has no interval."""
    corners = [theta + sign * step for step in 0.05 * np.eye(theta.size) for sign in (-1, 1)]
    alone = theta.size == 2 and np.count_nonzero(data.seen) < 2
    if alone or any(_log_likelihood(family, corner, data) <= -1e300 for corner in corners):
        what = f"the durations vary too little or too much for the family {name}"
        raise DomainError(Problem(what, EDGE, "take another family; equal durations need no law"))


def _maximise(family: Family, data: Durations) -> Array:
    """Best of rough simplex searches (Nelder, Mead 1965) from each start, refined from where it ended."""
    from scipy.optimize import minimize

    def loss(theta: Array) -> float:
        return -_log_likelihood(family, theta, data)

    def search(start: ArrayLike, close: float) -> tuple[float, Array]:
        options = {"xatol": close, "fatol": close, "maxiter": 4000, "maxfev": 4000}
        found = minimize(loss, np.asarray(start, float), method="Nelder-Mead", options=options)
        return float(found.fun), np.asarray(found.x, float)

    theta = search(min((search(start, 1e-3) for start in family.start(data)), key=lambda pair: pair[0])[1], 1e-8)[1]
    if theta.size == 3 and theta[1] > theta[2]:  # the shorter mean first
        theta = np.array([-theta[0], theta[2], theta[1]])
    return theta


def _intervals(
    family: Family, theta: Array, data: Durations, confidence: float
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Named estimates with lower and upper ends, by the delta method on logarithms (share: logit)."""
    from scipy.special import ndtri

    covariance = np.linalg.pinv(_information(family, theta, data))

    def named(point: Array) -> dict[str, float]:
        return {**family.named(point), "mean": family.law(point).mean}

    def scale(name: str, value: float) -> float:
        return float(np.log(value / (1 - value))) if name == "share" else float(np.log(value))

    estimate, reach, low, high = named(theta), float(ndtri(0.5 + confidence / 2)), {}, {}
    for name, value in estimate.items():
        slope = np.array([
            (scale(name, named(theta + step)[name]) - scale(name, named(theta - step)[name])) / 2e-5
            for step in 1e-5 * np.eye(theta.size)
        ])  # fmt: skip
        half = reach * float(np.sqrt(max(slope @ covariance @ slope, 0.0)))
        ends = [scale(name, value) + sign * half for sign in (-1, 1)]
        with np.errstate(over="ignore"):  # a parameter that the data do not show has an endless interval
            low[name], high[name] = (_logistic(end) if name == "share" else float(np.exp(end)) for end in ends)
    return estimate, low, high


def _information(family: Family, theta: Array, data: Durations) -> Array:
    """Minus the second derivative of the log likelihood, by central differences."""
    size, width = theta.size, 1e-3
    steps, matrix = width * np.eye(size), np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            corners = [(a, b, a * b) for a in (1, -1) for b in (1, -1)]
            total = sum(s * _log_likelihood(family, theta + a * steps[i] + b * steps[j], data) for a, b, s in corners)
            matrix[i, j] = matrix[j, i] = -total / (4 * width**2)
    return matrix


def _epstein(data: Durations, confidence: float) -> tuple[float, float]:
    """Exact interval of an exponential mean: 2 total / mean is chi-squared (2 x ends; + 2 at the lower end)."""
    from scipy.special import chdtri

    total, ends = float((data.value * (data.seen + data.censored)).sum()), float(data.seen.sum())
    tail = (1 - confidence) / 2
    return 2 * total / float(chdtri(2 * ends + 2, tail)), 2 * total / float(chdtri(2 * ends, 1 - tail))
