"""Time-varying rates by stationary formulas: PSA, SIPP, lagged SIPP, modified offered load; and staffing to a target.

Each method replaces the moving rate by one effective rate per staffing period and asks Erlang A (or C) with that rate:

- ``psa``: the rate of the moment; per period, the greatest (Green, Kolesar 1991)
- ``sipp``: the mean rate of the period (Green, Kolesar, Soares 2001)
- ``lagged_sipp``: the mean rate one mean service time earlier (Green, Kolesar, Soares 2001)
- ``modified_offered_load``: the mean infinite-server load over the mean service time (Jennings, Mandelbaum, Massey,
  Whitt 1996)

None carries a backlog from one period to the next: in overload use ``transient`` or the fluid model.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Law
from surgesim.erlang import checks

if TYPE_CHECKING:
    from surgesim.erlang.waits import Denominator, Waits

__all__ = [
    "StabilisedStaffing", "agents_for_delay", "approximate", "approximate_agents", "effective_rate",
    "stabilised_agents",
]  # fmt: skip

Array = NDArray[np.float64]
Method = Literal["psa", "sipp", "lagged_sipp", "modified_offered_load"]
METHODS = ("psa", "sipp", "lagged_sipp", "modified_offered_load")


def effective_rate(
    *, method: Method, edges: ArrayLike, arrival_rate: ArrayLike, aht: float | Law, periods: ArrayLike | None = None
) -> Array:
    """The stationary rate that stands for each period.

    Parameters
    ----------
    method : {"psa", "sipp", "lagged_sipp", "modified_offered_load"}
    edges : n + 1 increasing seconds
    arrival_rate : n rates per second; zero before the first edge and after the last
    aht : mean seconds (exponential) or a law of the handling time
    periods : m + 1 increasing seconds within the edges; ``None``: the edges

    Returns
    -------
    Array
        m rates per second.

    Raises
    ------
    DomainError
        An unknown method, or edges and periods that do not fit.
    """
    from surgesim.erlang.infinite_server import average_load
    from surgesim.erlang.service_laws import law_of

    checks.one_of("method", method, tuple(METHODS))
    grid, rate, bounds = _grids(edges, arrival_rate, periods)
    law = law_of(aht)
    if method == "psa":
        return _greatest(grid, rate, bounds)
    if method == "modified_offered_load":
        return average_load(edges=grid, arrival_rate=rate, service=law, periods=bounds) / law.mean
    lag = law.mean if method == "lagged_sipp" else 0.0
    count = np.interp(bounds - lag, grid, np.concatenate([[0.0], np.cumsum(rate * np.diff(grid))]))
    return np.asarray(np.diff(count) / np.diff(bounds))


def approximate(
    *,
    method: Method,
    edges: ArrayLike,
    arrival_rate: ArrayLike,
    aht: float | Law,
    agents: ArrayLike,
    patience: "ArrayLike | Law | None" = None,
    trunks: ArrayLike | None = None,
    periods: ArrayLike | None = None,
) -> "Waits":
    """Stationary measures of each period at its effective rate (Erlang C without patience, else Erlang A).

    Parameters
    ----------
    method, edges, arrival_rate, aht, periods : as in :func:`effective_rate`
    agents, patience, trunks : scalar or one per period, as in ``erlang_a``

    Returns
    -------
    Waits
        One entry per period; the stationary queue sees the mean of ``aht`` only.
    """
    from surgesim.erlang.service_laws import law_of
    from surgesim.erlang.single import erlang_a

    rate = effective_rate(method=method, edges=edges, arrival_rate=arrival_rate, aht=aht, periods=periods)
    limit = np.inf if patience is None else patience
    return erlang_a(arrival_rate=rate, aht=law_of(aht).mean, agents=agents, patience=limit, trunks=trunks)


def approximate_agents(
    *,
    method: Method,
    edges: ArrayLike,
    arrival_rate: ArrayLike,
    aht: float | Law,
    target: float = 0.8,
    within: float = 20.0,
    of: "Denominator" = "offered",
    patience: "ArrayLike | Law | None" = None,
    periods: ArrayLike | None = None,
) -> NDArray[np.int64]:
    """Least agents of each period that meet a service level at its effective rate.

    Parameters
    ----------
    method, edges, arrival_rate, aht, periods : as in :func:`effective_rate`
    target, within, of, patience : as in ``agents_for``

    Returns
    -------
    int array
        m numbers of agents.
    """
    from surgesim.erlang.inverses import agents_for
    from surgesim.erlang.service_laws import law_of

    rate = effective_rate(method=method, edges=edges, arrival_rate=arrival_rate, aht=aht, periods=periods)
    mean = law_of(aht).mean
    return np.asarray(
        agents_for(target=target, within=within, of=of, arrival_rate=rate, aht=mean, patience=patience), dtype=np.int64
    )


def agents_for_delay(*, load: ArrayLike, wait_probability: ArrayLike) -> NDArray[np.int64]:
    """Least s with P(Poisson(load) >= s) <= ``wait_probability``: staffing that stabilises the delay.

    Exact for a time-varying desk whose patience has the mean of its service (both exponential), where the number
    inside is that of infinitely many agents (Feldman, Mandelbaum, Massey, Whitt 2008); else a fair start.

    Parameters
    ----------
    load : erlang at each moment, for example from ``sinusoidal_load`` or ``piecewise_load``
    wait_probability : target, strictly between 0 and 1

    Raises
    ------
    DomainError
        A load that is not finite and >= 0, or a target outside (0, 1).
    """
    from scipy.special import pdtr, pdtrik

    work, target = checks.broadcast(
        load=checks.numbers(load, "load"), wait_probability=checks.numbers(wait_probability, "wait_probability")
    )
    problems = []
    if np.any(bad := ~(work >= 0) | ~np.isfinite(work)):
        problems.append(Problem(f"load must be finite and >= 0 {checks.where(bad)}".rstrip(), "load"))
    if np.any(bad := ~((target > 0) & (target < 1))):
        what = f"a wait probability must lie strictly between 0 and 1 {checks.where(bad)}".rstrip()
        problems.append(Problem(what, "wait_probability"))
    if problems:
        raise DomainError(problems)
    busy = np.maximum(work, 1e-300)
    agents = np.maximum(np.floor(np.nan_to_num(pdtrik(1.0 - target, busy))), 0.0)
    # pdtrik solves for a real number: walk the last steps on the whole numbers
    for _ in range(4):
        agents = np.where((agents >= 1) & (1.0 - pdtr(agents - 2, busy) <= target) & (agents >= 2), agents - 1, agents)
    for _ in range(8):
        tail = np.where(agents > 0, 1.0 - pdtr(np.maximum(agents - 1, 0), busy), 1.0)
        agents = np.where(tail > target, agents + 1, agents)
    return np.asarray(agents.astype(np.int64))


@dataclass(frozen=True, eq=False)
class StabilisedStaffing:
    """Agents per interval that hold the wait probability near its target.

    Attributes
    ----------
    agents : whole agents per interval
    wait_probability : share of the arrivals of each interval that wait, exact for these agents
    rounds : staffings tried
    settled : whether the last round changed nothing (else the last two rounds alternate, and the greater was taken)
    """

    agents: NDArray[np.int64]
    wait_probability: Array
    rounds: int
    settled: bool


def stabilised_agents(
    *,
    target: float,
    edges: ArrayLike,
    arrival_rate: ArrayLike,
    aht: float,
    patience: float | None = None,
    periods: ArrayLike | None = None,
    most_rounds: int = 30,
) -> StabilisedStaffing:
    """Iterative staffing: least agents per period so that an arrival waits with probability at most ``target``.

    Start with plenty of agents; solve the exact chain; take for each period the least s with P(number inside >= s) <=
    target; repeat until nothing changes (Feldman, Mandelbaum, Massey, Whitt 2008, with the exact chain in place of
    simulation).

    Parameters
    ----------
    target : wait probability, strictly between 0 and 1
    edges, arrival_rate : the rate, as in ``transient``
    aht, patience : mean seconds; ``patience=None``: nobody abandons
    periods : edges at which agents may change, a part of ``edges``; ``None``: all
    most_rounds : rounds after which to stop

    Raises
    ------
    DomainError
        A target outside (0, 1), or periods that are not among the edges.
    """
    from surgesim.erlang.staffing_rounds import iterate

    grid, rate, bounds = _grids(edges, arrival_rate, periods)
    problems = []
    if not 0.0 < target < 1.0:
        problems.append(Problem("target must lie strictly between 0 and 1", "target"))
    if not np.isin(bounds, grid).all() or bounds[0] != grid[0] or bounds[-1] != grid[-1]:
        problems.append(Problem("periods must begin and end at edges of the rate", "periods", "add them to edges"))
    if problems:
        raise DomainError(problems)
    agents, wait, rounds, settled = iterate(target, grid, rate, aht, patience, bounds, most_rounds)
    return StabilisedStaffing(agents, wait, rounds, settled)


def _grids(edges: ArrayLike, arrival_rate: ArrayLike, periods: ArrayLike | None) -> tuple[Array, Array, Array]:
    """Checked edges, one rate per interval, and the edges of the periods."""
    grid, rate = checks.numbers(edges, "edges"), checks.numbers(arrival_rate, "arrival_rate")
    bounds = grid if periods is None else checks.numbers(periods, "periods")
    problems = []
    for name, points in (("edges", grid), ("periods", bounds)):
        if points.ndim != 1 or points.size < 2 or np.any(~(np.diff(points) > 0)):
            problems.append(Problem(f"{name} must be increasing seconds, at least two", name))
    if not problems and rate.shape not in ((), (grid.size - 1,)):
        problems.append(Problem(f"{rate.size} rates for {grid.size - 1} intervals", "arrival_rate"))
    if np.any(~(rate >= 0)) or not np.all(np.isfinite(rate)):
        problems.append(Problem("rates must be finite and >= 0", "arrival_rate"))
    if not problems and (bounds[0] < grid[0] or bounds[-1] > grid[-1]):
        problems.append(Problem("periods reach beyond the edges", "periods"))
    if problems:
        raise DomainError(problems)
    return grid, np.broadcast_to(rate, (grid.size - 1,)).copy(), bounds


def _greatest(grid: Array, rate: Array, bounds: Array) -> Array:
    """Greatest rate inside each period."""
    first = np.searchsorted(grid, bounds[:-1], side="right") - 1
    last = np.searchsorted(grid, bounds[1:], side="left")
    return np.array([rate[i:j].max() for i, j in zip(first, last, strict=True)])
