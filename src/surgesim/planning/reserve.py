r"""What to reserve before it is known how many will call: two stages, over paths of demand.

.. math::

    \min_r \sum_n f_n r_n + (1-\lambda)\, \mathrm E\,Q_\omega(r) + \lambda\, \mathrm{CVaR}_\alpha\,Q_\omega(r), \qquad
    Q_\omega(r) = \min \sum_{n,d} c_n y_{n,d} + p \sum_d u_d,

.. math::

    \sum_n y_{n,d} + u_d \ge N_{\omega,d}, \qquad 0 \le y_{n,d} \le H_n r_n \text{ after the lead time}

r is decided here and now, the use y and the shortage u are decided on each path (J. R. Birge, F. Louveaux, Introduction to
Stochastic Programming, 2011; CVaR: R. T. Rockafellar, S. Uryasev, 2000).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import InputError, Problem, SolverError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Option:
    """Something that can be reserved.

    Attributes
    ----------
    name : str
        Name to print.
    fee_jpy, day_jpy : float
        Price of one unit reserved, whatever happens; price of one head for one day of use.
    heads, most, lead_days : int
        Heads of one unit, greatest number of units, days until they are there.
    """

    name: str
    fee_jpy: float
    day_jpy: float
    heads: int = 1
    most: int = 1
    lead_days: int = 0


@dataclass(frozen=True, eq=False)
class Reserve:
    """What to reserve, and what knowing more would be worth.

    Attributes
    ----------
    units : ndarray, shape (options,)
        Units reserved.
    objective_jpy, mean_jpy, tail_jpy : float
        Objective; mean cost over the paths; mean cost of the worst share of them.
    stochastic_jpy : float
        Value of the stochastic solution: what planning for the mean path would cost more.
    information_jpy : float
        Expected value of perfect information: what knowing the path in advance would save.
    """

    units: Floats
    objective_jpy: float
    mean_jpy: float
    tail_jpy: float
    stochastic_jpy: float
    information_jpy: float


@dataclass(frozen=True)
class Bounds:
    """How far a reserve can be from the best one for all paths there are (W.-K. Mak, D. P. Morton, R. K. Wood, 1999).

    Attributes
    ----------
    lower_jpy, upper_jpy : float
        Mean optimum of independent samples; mean cost of the candidate on the same samples.
    gap_jpy : float
        One-sided confidence bound on the candidate's distance from the true optimum.
    error_jpy : float
        Standard error of the difference.
    """

    lower_jpy: float
    upper_jpy: float
    gap_jpy: float
    error_jpy: float


def path_costs(options: Sequence[Option], need: Floats, units: Floats, short_jpy: float) -> Floats:
    """Return fees and cost of use of each path, shape (paths,): the cheapest first, the rest is short.

    Parameters
    ----------
    options : sequence of Option
        What can be reserved.
    need : ndarray, shape (paths, days)
        Heads needed.
    units : ndarray, shape (options,)
        Units reserved.
    short_jpy : float
        What one head short for one day costs.
    """
    left = need.copy()
    cost = np.full(len(need), sum(option.fee_jpy * n for option, n in zip(options, units.tolist(), strict=True)))
    for n in np.argsort([option.day_jpy for option in options], kind="stable"):
        option = options[n]
        if option.day_jpy >= short_jpy:
            break
        used = np.minimum(left[:, option.lead_days :], option.heads * units[n])
        left[:, option.lead_days :] -= used
        cost += option.day_jpy * used.sum(axis=1)
    return np.asarray(cost + short_jpy * left.sum(axis=1))


def tail_mean(costs: Floats, tail: float) -> float:
    """Return the mean of the worst ``1 - tail`` of all costs (CVaR of a sample)."""
    ordered = np.sort(costs)[::-1]
    worst = (1.0 - tail) * len(costs)
    whole = int(worst)
    part = (worst - whole) * ordered[whole] if whole < len(ordered) else 0.0
    return float((ordered[:whole].sum() + part) / worst)


def reserve(
    options: Sequence[Option], need: Floats, short_jpy: float, weight: float = 0.0, tail: float = 0.9
) -> Reserve:  # fmt: skip
    """Return the best reserve over all paths.

    Parameters
    ----------
    options : sequence of Option
        What can be reserved.
    need : ndarray, shape (paths, days)
        Heads needed on each path and day.
    short_jpy : float
        What one head short for one day costs.
    weight, tail : float
        Weight of the tail mean in the objective, and the share of paths that are not in the tail.

    Raises
    ------
    InputError
        Needs that are not finite and >= 0, or a weight or tail outside [0, 1).
    SolverError
        HiGHS stopped without a solution.
    """
    _check(need, weight, tail)
    units = best_units(options, need, short_jpy, weight, tail)
    costs = path_costs(options, need, units, short_jpy)

    def objective(found: Floats) -> float:
        return (1.0 - weight) * float(found.mean()) + weight * tail_mean(found, tail)

    of_mean = best_units(options, need.mean(axis=0, keepdims=True), short_jpy, 0.0, tail)
    known = np.array([path_costs(options, path[None], best_units(options, path[None], short_jpy, 0.0, tail), short_jpy)[0]
                      for path in need])  # fmt: skip
    return Reserve(
        units=units,
        objective_jpy=objective(costs),
        mean_jpy=float(costs.mean()),
        tail_jpy=tail_mean(costs, tail),
        stochastic_jpy=objective(path_costs(options, need, of_mean, short_jpy)) - objective(costs),
        information_jpy=objective(costs) - objective(known),
    )


def replicated(
    options: Sequence[Option], samples: Sequence[Floats], units: Floats, short_jpy: float, confidence: float = 0.95
) -> Bounds:
    """Return how far a reserve is from the best, by independent samples of paths.

    Parameters
    ----------
    options : sequence of Option
        What can be reserved.
    samples : sequence of ndarray, shape (paths, days)
        Independent samples, none of which decided the candidate.
    units : ndarray, shape (options,)
        The candidate.
    short_jpy : float
        What one head short for one day costs.
    confidence : float
        Confidence of the bound on the gap.
    """
    from scipy.stats import t

    best = np.array([
        path_costs(options, sample, best_units(options, sample, short_jpy, 0.0, 0.9), short_jpy).mean() for sample in samples
    ])  # fmt: skip
    mine = np.array([path_costs(options, sample, units, short_jpy).mean() for sample in samples])
    error = float((mine - best).std(ddof=1) / np.sqrt(len(samples)))
    gap = float((mine - best).mean() + t.ppf(confidence, len(samples) - 1) * error)
    return Bounds(float(best.mean()), float(mine.mean()), gap, error)


def _check(need: Floats, weight: float, tail: float) -> None:
    problems = []
    if need.ndim != 2 or not np.isfinite(need).all() or (need < 0).any():
        problems.append(Problem("needs must be finite numbers >= 0 by path and day", "need"))
    problems += [
        Problem(f"{value} is no share below 1", name, "write a number from 0 to below 1")
        for name, value in (("weight", weight), ("tail", tail))
        if not 0.0 <= value < 1.0
    ]
    if problems:
        raise InputError(problems)


def best_units(
    options: Sequence[Option], need: Floats, short_jpy: float, weight: float = 0.0, tail: float = 0.9
) -> Floats:  # fmt: skip
    """Return the best units: the extensive form, every path written out."""
    from scipy.optimize import Bounds as Limits
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import csr_matrix

    form = _Form(options, need, short_jpy, weight, tail)
    rows, columns, values = (np.concatenate(part) for part in zip(*form.entries, strict=True))
    matrix = csr_matrix((values, (rows, columns)), shape=(form.rows, form.columns))
    found = milp(
        form.cost,
        constraints=LinearConstraint(matrix, form.least, np.inf),
        integrality=form.whole,
        bounds=Limits(form.lower, form.upper),
        options={"mip_rel_gap": 1e-5},
    )
    if found.x is None:
        raise SolverError(f"HiGHS stopped without a reserve: {found.message}")
    return np.asarray(np.round(found.x[: len(options)]), dtype=np.float64)


class _Form:
    """Extensive form: columns are units, use by option, path and day, shortage, and the two of the tail."""

    def __init__(self, options: Sequence[Option], need: Floats, short_jpy: float, weight: float, tail: float) -> None:
        paths, days = need.shape
        k, cells = len(options), need.size
        use = k + np.arange(k * cells).reshape(k, cells)
        short = k + k * cells + np.arange(cells)
        excess = short[-1] + 1 + np.arange(paths)
        level = int(excess[-1]) + 1
        self.columns, self.rows = level + 1, cells + k * cells + paths
        later = np.tile(np.arange(days), paths)
        price = np.array([option.day_jpy for option in options])
        self.cost = np.zeros(self.columns)
        self.cost[:k] = [option.fee_jpy for option in options]
        self.cost[use] = (1.0 - weight) / paths * price[:, None]
        self.cost[short] = (1.0 - weight) / paths * short_jpy
        self.cost[excess], self.cost[level] = weight / ((1.0 - tail) * paths), weight
        self.lower, self.upper = np.zeros(self.columns), np.full(self.columns, np.inf)
        self.lower[level] = -np.inf
        self.upper[:k] = [option.most for option in options]
        for n, option in enumerate(options):
            self.upper[use[n]] = np.where(later >= option.lead_days, np.inf, 0.0)
        self.whole = np.zeros(self.columns)
        self.whole[:k] = 1
        self.least = np.concatenate([need.ravel(), np.zeros(k * cells + paths)])
        self.entries = list(_entries(options, use, short, excess, level, (price, short_jpy), paths))


def _entries(
    options: Sequence[Option], use: Any, short: Any, excess: Any, level: int, prices: tuple[Floats, float], paths: int
) -> Any:
    """Yield rows, columns and values: needs met, use within units, and cost of use beyond the level of the tail."""
    cells = len(short)
    need = np.arange(cells)
    yield need, short, np.ones(cells)
    path = cells * (1 + len(options)) + np.repeat(np.arange(paths), cells // paths)
    for n, option in enumerate(options):
        within = cells * (1 + n) + need
        yield need, use[n], np.ones(cells)
        yield within, use[n], -np.ones(cells)
        yield within, np.full(cells, n), np.full(cells, float(option.heads))
        yield path, use[n], np.full(cells, -prices[0][n])
    yield path, short, np.full(cells, -prices[1])
    each = cells * (1 + len(options)) + np.arange(paths)
    yield each, excess, np.ones(paths)
    yield each, np.full(paths, level), np.ones(paths)
