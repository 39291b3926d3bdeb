"""Exact time-varying queue Mt/M/nt/K+M per interval: rates, agents, handling time and patience constant between edges.

Between two edges the number busy and queueing is a Markov chain, solved by uniformisation with a stated error. Agents
finish the contact in hand when capacity drops. Waits are exact too: see :mod:`surgesim.erlang.transient_waits`.
"""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.erlang import checks

if TYPE_CHECKING:
    import polars

    from surgesim.erlang.transient_chain import Chain

__all__ = ["Transient", "transient"]

Array = NDArray[np.float64]
_LONGEST_WITHIN = 1e8
Share = Literal["offered", "accepted", "handled", "offered_less_short_abandons"]


@dataclass(frozen=True, eq=False)
class Transient:
    """Expected counts of a time-varying queue; one entry per interval, every column may be added up.

    By the clock (what happens in the interval): ``offered``, ``blocked`` (no trunk), ``balked`` (refused to wait),
    ``delayed`` (offered, not blocked, found all agents busy), ``abandoned`` (left the queue), ``answered`` (service
    begins), ``handled`` (service ends), ``queue_s`` (person-seconds in queue), ``busy_s`` and ``agents_s``
    (agent-seconds). Always
    offered = blocked + balked + abandoned + handled + change of (in_queue_end + in_service_end).

    By the moment of arrival (what becomes of those who arrive in the interval, whenever it happens):
    ``answered_within`` and ``abandoned_within`` (within ``within_s``), ``cohort_handled``, ``cohort_abandoned``,
    ``cohort_waiting`` (in queue for ever: nobody serves, nobody leaves), ``cohort_wait_s`` (sum of min(wait, patience)).
    For these, capacity is taken to go on after the last edge as in the last interval.
    """

    start_s: Array
    end_s: Array
    offered: Array
    blocked: Array
    balked: Array
    delayed: Array
    abandoned: Array
    answered: Array
    handled: Array
    queue_s: Array
    busy_s: Array
    agents_s: Array
    answered_within: Array
    abandoned_within: Array
    cohort_handled: Array
    cohort_abandoned: Array
    cohort_waiting: Array
    cohort_wait_s: Array
    in_queue_end: Array
    in_service_end: Array
    wait_probability_end: Array
    within_s: float
    error_bound: float

    def service_level(self, of: Share = "offered") -> Array:
        """Share answered within ``within_s`` of those who arrive in the interval; NaN where nobody arrives.

        Parameters
        ----------
        of : {"offered", "accepted", "handled", "offered_less_short_abandons"}
            Denominator: all offered; those not blocked; those answered in the end; offered less those who balked or
            left within ``within_s``.
        """
        return _share(self.answered_within, self._denominator(of))

    def total_service_level(self, of: Share = "offered") -> float:
        """Service level over all intervals: sum over sum."""
        return float(_share(self.answered_within.sum(), self._denominator(of).sum()))

    def _denominator(self, of: str) -> Array:
        known = {
            "offered": self.offered,
            "handled": self.cohort_handled,
            "accepted": self.offered - self.blocked,
            "offered_less_short_abandons": self.offered - self.abandoned_within - self.balked,
        }
        if of not in known:
            what = f"unknown definition {of!r} of service level"
            raise DomainError(Problem(what, "of", f"use one of {', '.join(known)}"))
        return known[of]

    def mean_queue(self) -> Array:
        """Mean number in queue over the interval."""
        return self.queue_s / (self.end_s - self.start_s)

    def mean_busy(self) -> Array:
        """Mean number of busy agents over the interval, those who stay on to finish a contact included."""
        return self.busy_s / (self.end_s - self.start_s)

    def wait_probability(self) -> Array:
        """Share of the offered and not blocked who find all agents busy."""
        return _share(self.delayed, self.offered - self.blocked)

    def asa_s(self) -> Array:
        """Mean of min(wait, patience) over all who arrive in the interval and are not blocked."""
        return _share(self.cohort_wait_s, self.offered - self.blocked)

    def to_frame(self) -> "polars.DataFrame":
        """One row per interval, one column per array."""
        import polars

        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return polars.DataFrame({name: value for name, value in columns.items() if isinstance(value, np.ndarray)})


def _share(part: ArrayLike, whole: ArrayLike) -> Array:
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    return np.asarray(np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0), dtype=np.float64)


def transient(
    *,
    edges: ArrayLike,
    arrival_rate: ArrayLike,
    agents: ArrayLike,
    aht: ArrayLike,
    patience: ArrayLike | None = None,
    trunks: float | None = None,
    within: float = 20.0,
    balk: float = 0.0,
    busy_start: int = 0,
    queue_start: int = 0,
    tolerance: float = 1e-10,
    on_drop: Literal["finish", "return"] = "finish",
) -> Transient:
    """Solve the Mt/M/nt/K+M queue exactly, interval by interval.

    Parameters
    ----------
    edges : array of n + 1 seconds, increasing
    arrival_rate : contacts per second, scalar or n
    agents : whole numbers, scalar or n; who is busy when capacity drops finishes the contact in hand
    aht, patience : mean seconds, scalar or n; exponential; ``patience=None`` or infinity: nobody leaves
    trunks : greatest number inside (queue + service); ``None``: no limit
    within : seconds of the service level
    balk : share of those who would have to wait and leave at once instead
    busy_start, queue_start : who is inside at ``edges[0]``; a queue needs all agents busy
    on_drop : when capacity drops, agents ``"finish"`` the contact in hand, or it goes back to the head of the queue
        at once (``"return"``: the chain of the literature on staffing; what becomes of arrivals is then NaN, since a
        contact may wait twice)
    tolerance : greatest error per arrival of the quadrature used where a wait may straddle a change of capacity

    Returns
    -------
    Transient
        ``error_bound`` is a bound on the total error of ``answered_within`` and of the counts, in contacts:
        probability cut off at the end of the queue, quadrature, and rounding.

    Raises
    ------
    DomainError
        With every problem of the input.

    Notes
    -----
    Uniformisation: Jensen (1953), Grassmann (1977). Unfinished work at a cut of capacity: exhaustive service as in
    Ingolfsson (2005).
    """
    from surgesim.erlang.transient_sweep import solve

    chain = checked_chain(
        edges, arrival_rate, agents, aht, patience, trunks, within, balk, busy_start, queue_start, tolerance, on_drop
    )
    columns, bound = solve(chain)
    return Transient(
        start_s=chain.edges[:-1],
        end_s=chain.edges[1:],
        agents_s=chain.agents * np.diff(chain.edges),
        within_s=float(within),
        error_bound=bound,
        **columns,
    )


def checked_chain(
    edges: ArrayLike,
    arrival_rate: ArrayLike,
    agents: ArrayLike,
    aht: ArrayLike,
    patience: ArrayLike | None = None,
    trunks: float | None = None,
    within: float = 0.0,
    balk: float = 0.0,
    busy_start: int = 0,
    queue_start: int = 0,
    tolerance: float = 1e-10,
    on_drop: str = "finish",
) -> "Chain":
    """Check everything, report all problems at once, and turn times into rates."""
    from surgesim.erlang.transient_chain import Chain

    problems: list[Problem] = []
    grid = checks.numbers(edges, "edges")
    if grid.ndim != 1 or grid.size < 2 or not np.all(np.isfinite(grid)) or np.any(np.diff(grid) <= 0):
        raise DomainError(Problem("edges must be increasing seconds, at least two", "edges"))
    size = grid.size - 1
    rate = column(arrival_rate, size, "arrival_rate", problems)
    people = column(agents, size, "agents", problems)
    handling = column(aht, size, "aht", problems, positive=True)
    limit = column(np.inf if patience is None else patience, size, "patience", problems, positive=True, infinite=True)
    if np.any(bad := (people != np.rint(people)) | (people > checks.AGENTS[1])):
        what = f"agents must be whole numbers {checks.where(bad)}".rstrip()
        problems.append(Problem(what, "agents", "round up or down first"))
    given = {"trunks": np.inf if trunks is None else trunks, "within": within, "balk": balk, "tolerance": tolerance}
    one = checks.scalars({**given, "busy_start": busy_start, "queue_start": queue_start}, problems)
    problems += _option_problems(one["trunks"], one["within"], one["balk"], one["tolerance"], on_drop)
    problems += _start_problems(one["busy_start"], one["queue_start"], one["trunks"], people)
    if problems:
        raise DomainError(problems)
    places = int(one["trunks"]) if np.isfinite(one["trunks"]) else -1
    return Chain(
        grid, rate, people.astype(np.int64), 1 / handling, 1 / limit, places, one["within"], one["balk"],
        int(one["busy_start"]), int(one["queue_start"]), one["tolerance"], on_drop == "return",
    )  # fmt: skip


def _option_problems(trunks: float, within: float, balk: float, tolerance: float, on_drop: str) -> list[Problem]:
    problems = []
    if not trunks >= 1 or (np.isfinite(trunks) and (trunks != int(trunks) or trunks > checks.TRUNKS[1])):
        problems.append(Problem("trunks must be a whole number of at least 1", "trunks", "None means no limit"))
    if not 0.0 <= within <= _LONGEST_WITHIN:
        problems.append(Problem(f"within is {within:g}", "within", f"give seconds from 0 to {_LONGEST_WITHIN:g}"))
    if not 0.0 <= balk <= 1.0:
        problems.append(Problem("balk must be a share 0..1", "balk"))
    if not tolerance > 0.0:
        problems.append(Problem("tolerance must be positive", "tolerance"))
    if on_drop not in ("finish", "return"):
        problems.append(Problem(f"unknown on_drop {on_drop!r}", "on_drop", 'use "finish" or "return"'))
    return problems


def _start_problems(busy: float, queue: float, trunks: float, people: Array) -> list[Problem]:
    problems = []
    if not (0 <= busy < np.inf and 0 <= queue < np.inf) or busy != int(busy) or queue != int(queue):
        problems.append(Problem("busy_start and queue_start must be whole numbers >= 0", "busy_start"))
    elif queue > 0 and people.size and busy < people[0]:
        problems.append(Problem("a queue at the start needs all agents busy", "queue_start", "raise busy_start"))
    elif busy + queue > trunks:
        problems.append(Problem("more inside at the start than there are trunks", "busy_start"))
    return problems


def column(
    value: ArrayLike, size: int, name: str, problems: list[Problem], positive: bool = False, infinite: bool = False
) -> Array:
    """``value`` as ``size`` numbers; what is wrong goes to ``problems`` and ones come back instead."""
    given, odd = checks.as_array(value, name)
    if odd:
        problems += odd
        return np.ones(size)
    if given.shape not in ((), (1,), (size,)):
        problems.append(Problem(f"{name} has shape {given.shape}, there are {size} intervals", name))
        return np.ones(size)
    low = given <= 0 if positive else given < 0
    if np.any(bad := np.isnan(given) | low | (np.isinf(given) & (not infinite))):
        sign = "> 0" if positive else ">= 0"
        problems.append(Problem(f"{name} must be {'' if infinite else 'finite and '}{sign} {checks.where(bad)}".rstrip(), name))
        return np.ones(size)
    return np.broadcast_to(given, (size,)).copy()
