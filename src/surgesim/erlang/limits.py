"""Many-server limits: Halfin-Whitt and Garnett delay functions, their inverses, square-root staffing.

All are in the quality-and-efficiency regime: agents = load + beta sqrt(load), load large.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.erlang import checks

__all__ = [
    "GarnettLimit", "garnett", "garnett_inverse", "halfin_whitt", "halfin_whitt_inverse", "hazard",
    "square_root_agents",
]  # fmt: skip

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GarnettLimit:
    """Limits for M/M/n+M with n agents; scaled figures are divided by sqrt(n), or by sqrt(n) times the mean service.

    Attributes
    ----------
    wait_probability : P(wait > 0)
    scaled_abandonment_given_wait : limit of sqrt(n) P(abandon | wait > 0)
    scaled_abandonment : limit of sqrt(n) P(abandon)
    scaled_wait : limit of sqrt(n) E[W] / E[S], W = min(virtual wait, patience)
    """

    wait_probability: Array
    scaled_abandonment_given_wait: Array
    scaled_abandonment: Array
    scaled_wait: Array


def hazard(x: ArrayLike) -> Array:
    """Hazard rate of the standard normal law, density / (1 - distribution), without cancellation."""
    from scipy.special import erfcx

    return np.asarray(np.sqrt(2 / np.pi) / erfcx(checks.numbers(x, "x") / np.sqrt(2)))


def _log_hazard(x: Array) -> Array:
    """Logarithm of :func:`hazard`, finite over the whole range."""
    from scipy.special import erfcx, log_ndtr

    high = np.log(np.sqrt(2 / np.pi) / erfcx(np.maximum(x, 0.0) / np.sqrt(2)))
    low = np.minimum(x, 0.0)
    return np.asarray(np.where(x > 0, high, -(low**2) / 2 - np.log(2 * np.pi) / 2 - log_ndtr(-low)))


def halfin_whitt(beta: ArrayLike) -> Array:
    """Limit of the wait probability of M/M/n at agents = load + beta sqrt(load) (Halfin, Whitt 1981, prop. 1).

    Parameters
    ----------
    beta : > 0 (at or below 0 the queue has no limit)

    Raises
    ------
    DomainError
        Somewhere ``beta`` is not above zero.
    """
    from scipy.special import expit

    value = checks.numbers(beta, "beta")
    if np.any(bad := ~(value > 0)):
        cure = "without abandonment beta must be above zero; with abandonment use garnett"
        what = f"the queue grows without limit for beta <= 0 {checks.where(bad)}".rstrip()
        raise DomainError(Problem(what, "beta", cure))
    # beta Phi(beta) / phi(beta) = beta / hazard(-beta)
    return np.asarray(expit(_log_hazard(-value) - np.log(value)))


def halfin_whitt_inverse(wait_probability: ArrayLike) -> Array:
    """Beta at which the Halfin-Whitt wait probability has the given value.

    Parameters
    ----------
    wait_probability : strictly between 0 and 1

    Raises
    ------
    DomainError
        A value outside (0, 1).
    """
    target = _probabilities(wait_probability)
    # log odds of waiting falls in beta from +inf to -inf
    return _solve(lambda b: _log_hazard(-b) - np.log(b), np.log(target) - np.log1p(-target), 1e-20, 40.0)


def garnett(*, beta: ArrayLike, patience_ratio: ArrayLike) -> GarnettLimit:
    """Limits of M/M/n+M at agents = load + beta sqrt(load) (Garnett, Mandelbaum, Reiman 2002, theorem 4).

    Parameters
    ----------
    beta : any real number
    patience_ratio : theta / mu, mean service over mean patience, > 0

    Raises
    ------
    DomainError
        A ratio that is not finite and above zero, a beta that is not finite.
    """
    from scipy.special import expit

    b, ratio = checks.broadcast(beta=checks.finite(beta, "beta"), patience_ratio=_ratios(patience_ratio))
    root = np.sqrt(ratio)
    ahead = hazard(b / root)
    # 1 / (1 + root h(b / root) / h(-b)): one minus the odds of not waiting
    wait = np.asarray(expit(_log_hazard(-b) - np.log(root) - _log_hazard(b / root)))
    given = np.asarray(root * _excess(b / root, ahead))
    return GarnettLimit(wait, given, given * wait, given * wait / ratio)


def garnett_inverse(*, wait_probability: ArrayLike, patience_ratio: ArrayLike) -> Array:
    """Beta at which the Garnett wait probability has the given value.

    Parameters
    ----------
    wait_probability : strictly between 0 and 1
    patience_ratio : theta / mu, > 0

    Raises
    ------
    DomainError
        A value outside (0, 1), a ratio not above zero.
    """
    target, ratio = checks.broadcast(wait_probability=_probabilities(wait_probability), patience_ratio=_ratios(patience_ratio))
    root = np.sqrt(ratio)

    def log_odds(b: Array) -> Array:
        return np.asarray(_log_hazard(-b) - np.log(root) - _log_hazard(b / root))

    reach = 40.0 * max(1.0, float(root.max(initial=1.0)))
    return _solve(log_odds, np.log(target) - np.log1p(-target), -reach, reach)


def square_root_agents(
    *, load: ArrayLike, wait_probability: ArrayLike, patience_ratio: ArrayLike | None = None
) -> NDArray[np.int64]:
    """Agents by the square-root rule: the least whole number of at least load + beta sqrt(load).

    Parameters
    ----------
    load : erlang, >= 0
    wait_probability : target for P(wait > 0), strictly between 0 and 1
    patience_ratio : theta / mu; ``None``: nobody abandons

    Returns
    -------
    int array
        Beta from :func:`halfin_whitt_inverse`, or :func:`garnett_inverse` with abandonment (Borst, Mandelbaum, Reiman
        2004; Garnett, Mandelbaum, Reiman 2002). An approximation: exact staffing is ``agents_for``.
    """
    work = checks.columns({"load": (load, checks.LOAD)})["load"]
    if patience_ratio is None:
        beta = halfin_whitt_inverse(wait_probability)
    else:
        beta = garnett_inverse(wait_probability=wait_probability, patience_ratio=patience_ratio)
    work, beta = checks.broadcast(load=work, wait_probability=beta)
    return np.asarray(np.ceil(np.maximum(work + beta * np.sqrt(work), 0.0) - 1e-9).astype(np.int64))


def _excess(x: Array, ahead: Array) -> Array:
    """hazard(x) - x; for large x by its asymptotic series, since the difference cancels."""
    large = x > 1e3
    safe = np.where(large, x, 1e3)
    return np.where(large, 1 / safe - 2 / safe**3 + 10 / safe**5, _fraction(np.where(large, 0.0, x), ahead))


def _fraction(x: Array, ahead: Array) -> Array:
    """hazard(x) - x up to 1e3; beyond 5 by its continued fraction (Laplace), which does not cancel."""
    tail = np.maximum(x, 5.0)
    for k in range(60, 1, -1):
        tail = np.maximum(x, 5.0) + k / tail
    return np.where(x > 5.0, 1.0 / tail, ahead - x)


def _probabilities(value: ArrayLike) -> Array:
    given = checks.numbers(value, "wait_probability")
    if np.any(bad := ~((given > 0) & (given < 1))):
        what = f"a wait probability must lie strictly between 0 and 1 {checks.where(bad)}".rstrip()
        raise DomainError(Problem(what, "wait_probability"))
    return given


def _ratios(value: ArrayLike) -> Array:
    given = checks.numbers(value, "patience_ratio")
    if np.any(bad := ~((given > 0) & np.isfinite(given))):
        cure = "mean service over mean patience; without abandonment use halfin_whitt"
        what = f"patience_ratio must be finite and > 0 {checks.where(bad)}".rstrip()
        raise DomainError(Problem(what, "patience_ratio", cure))
    return given


def _solve(falling: Any, target: Array, low: float, high: float) -> Array:
    """Root of a falling function by bisection down to neighbouring floats; elementwise."""
    left, right = np.full(target.shape, low), np.full(target.shape, high)
    for _ in range(2000):
        middle = left + (right - left) / 2
        if np.all((middle == left) | (middle == right)):
            break
        above = falling(middle) > target
        left, right = np.where(above, middle, left), np.where(above, right, middle)
    return np.asarray(left + (right - left) / 2)
