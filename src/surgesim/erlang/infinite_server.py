"""Mean number in service when nobody waits, Mt/G/inf: the load that a time-varying arrival rate brings.

The number in service is Poisson with mean m(t) = E[integral of the rate over (t - S, t)] (Palm 1943; Khintchine 1955),
which lags behind the rate by about the mean of the residual service (Eick, Massey, Whitt 1993).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Law
from surgesim.erlang import checks
from surgesim.erlang.service_laws import law_of, lesser_mean, survival_transform

__all__ = ["average_load", "load_lag", "piecewise_load", "sinusoidal_load"]

Array = NDArray[np.float64]


def sinusoidal_load(
    *, time: ArrayLike, mean_rate: ArrayLike, amplitude: ArrayLike, frequency: ArrayLike, service: float | Law
) -> Array:
    """Mean number in service at ``time`` for the rate ``mean_rate + amplitude * sin(frequency * time)``, for ever.

    Parameters
    ----------
    time : seconds
    mean_rate, amplitude : contacts per second, ``|amplitude| <= mean_rate``
    frequency : radians per second, > 0
    service : mean seconds (exponential) or a law

    Returns
    -------
    Array
        Erlang, of the shape to which the arguments broadcast.

    Raises
    ------
    DomainError
        A rate below zero, a frequency not above zero, or a service without a finite mean.

    Notes
    -----
    Eick, Massey, Whitt (1993), Mt/G/inf queues with sinusoidal arrival rates, theorem 4.1:
    m(t) = mean_rate E[S] + amplitude (C sin wt - D cos wt), C - iD = integral of exp(-iwu) P(S > u) du.
    """
    given = {"time": time, "mean_rate": mean_rate, "amplitude": amplitude, "frequency": frequency}
    t, base, swing, omega = checks.broadcast(**{name: checks.numbers(value, name) for name, value in given.items()})
    problems = []
    if np.any(~np.isfinite(base) | ~np.isfinite(swing) | (np.abs(swing) > base)):
        problems.append(Problem("the rate would fall below zero", "amplitude", "give 0 <= |amplitude| <= mean_rate"))
    if np.any(~(omega > 0) | ~np.isfinite(omega)):
        problems.append(Problem("frequency must be finite and > 0", "frequency", "2 pi / period"))
    if problems:
        raise DomainError(problems)
    law = law_of(service)
    values, places = np.unique(omega, return_inverse=True)
    transform = np.array([survival_transform(law, float(value)) for value in values])[places].reshape(omega.shape)
    return np.asarray(base * law.mean + swing * (np.exp(1j * omega * t) * transform).imag)


def piecewise_load(
    *, time: ArrayLike, edges: ArrayLike, arrival_rate: ArrayLike, service: float | Law, before: float = 0.0
) -> Array:
    """Mean number in service at ``time`` for a rate constant between ``edges``, zero after the last.

    Parameters
    ----------
    time : seconds
    edges : array of n + 1 seconds, increasing
    arrival_rate : n rates per second
    service : mean seconds (exponential) or a law
    before : rate per second for ever before the first edge

    Returns
    -------
    Array
        Erlang, of the shape of ``time``: sum over edges of the jump of the rate there times E[min(S, t - edge)].

    Raises
    ------
    DomainError
        Edges not increasing, a rate below zero, or a service without a finite mean.
    """
    grid, rate = _steps(edges, arrival_rate, before)
    law, t = law_of(service), checks.numbers(time, "time")
    jumps = np.diff(np.concatenate([[before], rate, [0.0]]))
    # One edge at a time: memory stays that of the answer.
    total = np.full(t.shape, before * law.mean)
    for edge, jump in zip(grid, jumps, strict=True):
        if jump != 0.0:
            total = total + jump * lesser_mean(law, np.maximum(t - edge, 0.0))
    return np.asarray(np.maximum(total, 0.0))


def average_load(
    *, edges: ArrayLike, arrival_rate: ArrayLike, service: float | Law, periods: ArrayLike | None = None,
    before: float = 0.0,
) -> Array:  # fmt: skip
    """Mean of :func:`piecewise_load` over each period (default: each interval between edges).

    Gauss-Legendre with 16 nodes in every stretch between edges of either grid; exact to rounding for smooth laws unless
    the service is much shorter than the stretch.

    Parameters
    ----------
    edges, arrival_rate, service, before : as in :func:`piecewise_load`
    periods : array of m + 1 seconds within the edges

    Returns
    -------
    Array
        m loads in erlang.
    """
    grid, _ = _steps(edges, arrival_rate, before)
    bounds = grid if periods is None else checks.numbers(periods, "periods")
    cuts = np.unique(np.concatenate([bounds, grid[(grid > bounds[0]) & (grid < bounds[-1])]]))
    nodes, weights = np.polynomial.legendre.leggauss(16)
    width = np.diff(cuts)
    times = cuts[:-1, None] + (nodes + 1) / 2 * width[:, None]
    load = piecewise_load(time=times, edges=edges, arrival_rate=arrival_rate, service=service, before=before)
    area = (load @ weights) / 2 * width
    total = np.add.reduceat(area, np.searchsorted(cuts, bounds[:-1]))
    return np.asarray(total / np.diff(bounds))


def load_lag(service: float | Law) -> float:
    """Seconds by which the load lags a slowly moving rate: E[S^2] / (2 E[S]) (Eick, Massey, Whitt 1993)."""
    law = law_of(service)
    return (law.variance + law.mean**2) / (2.0 * law.mean)


def _steps(edges: ArrayLike, arrival_rate: ArrayLike, before: float) -> tuple[Array, Array]:
    """The checked grid and its rates."""
    grid, rate = checks.numbers(edges, "edges"), checks.numbers(arrival_rate, "arrival_rate")
    problems = []
    if grid.ndim != 1 or grid.size < 2 or np.any(~(np.diff(grid) > 0)):
        problems.append(Problem("edges must be increasing seconds, at least two", "edges"))
    elif rate.shape not in ((), (grid.size - 1,)):
        problems.append(Problem(f"{rate.size} rates for {grid.size - 1} intervals", "arrival_rate"))
    if np.any(~(rate >= 0)) or not before >= 0 or not np.all(np.isfinite(rate)):
        problems.append(Problem("rates must be finite and >= 0", "arrival_rate"))
    if problems:
        raise DomainError(problems)
    return grid, np.broadcast_to(rate, (grid.size - 1,))
