"""Inverses around lines: trunks for a loss, load for a loss, seats and lines together, the greatest arrival rate."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array
from surgesim.erlang import checks
from surgesim.erlang.inverses import LEAST_IS_BEST, MOST_IS_BEST, Desk, IntArray, desk_of
from surgesim.erlang.kernel_single import loss
from surgesim.erlang.search import Booleans, greatest, greatest_below, least
from surgesim.erlang.single import Patience, erlang_a
from surgesim.erlang.waits import Denominator

_LOSS = (1e-300, 1.0 - 2.0**-53)


def _loss(load: Array, trunks: Array) -> Array:
    out = np.empty(load.shape)
    loss(np.ascontiguousarray(load), np.ascontiguousarray(trunks), out)
    return out


def trunks_for(*, blocking: ArrayLike, load: ArrayLike) -> IntArray:
    """Return the least trunks whose Erlang B blocking is at most ``blocking``.

    Parameters
    ----------
    blocking : array_like
        Share of calls that may find all trunks busy, in (0, 1).
    load : array_like
        Offered load in erlang.

    Raises
    ------
    DomainError
        Input out of range.
    """
    given = checks.columns({"blocking": (blocking, _LOSS), "load": (load, checks.LOAD)})
    allowed, offered = given["blocking"].ravel(), given["load"].ravel()

    def keeps(trunks: Array, chosen: Booleans) -> Booleans:
        return np.asarray(_loss(offered[chosen], trunks) <= allowed[chosen])

    found = least(keeps, offered * (1.0 - allowed), np.zeros(offered.shape))
    return np.asarray(found.reshape(given["load"].shape), dtype=np.int64)


def load_for(*, blocking: ArrayLike, trunks: ArrayLike) -> Array:
    """Return the greatest load in erlang that ``trunks`` carry with Erlang B blocking of at most ``blocking``.

    Parameters
    ----------
    blocking : array_like
        Share of calls that may find all trunks busy, in (0, 1).
    trunks : array_like
        Trunks, above 0; real numbers are allowed.

    Raises
    ------
    DomainError
        Input out of range.
    """
    given = checks.columns({"blocking": (blocking, _LOSS), "trunks": (trunks, (1e-9, checks.TRUNKS[1]))})
    allowed, lines = given["blocking"].ravel(), given["trunks"].ravel()

    def keeps(load: Array, _: Booleans) -> Booleans:
        return np.asarray(_loss(load, lines) <= allowed)

    from scipy.special import gammaln

    # for a tiny loss B is about a^n / n!
    few = np.exp(np.minimum((np.log(allowed) + gammaln(lines + 1.0)) / lines, 700.0))
    return greatest(keeps, np.clip(few, 1e-300, lines)).reshape(given["trunks"].shape)


def seats_and_lines(
    *,
    target: ArrayLike = 0.8,
    within: ArrayLike = 20.0,
    of: Denominator = "offered",
    blocking: ArrayLike = 0.01,
    arrival_rate: ArrayLike,
    aht: ArrayLike,
    patience: ArrayLike | None = None,
) -> tuple[IntArray, IntArray]:
    """Return (agents, trunks): the least agents for which the least lines that keep ``blocking`` keep the target too.

    Parameters
    ----------
    target, within, of : array_like, array_like, str
        Promised service level, see `agents_for`.
    blocking : array_like
        Share of offered contacts that may find no line, in (0, 1).
    arrival_rate, aht, patience : array_like
        Contacts per second; seconds; mean patience in seconds, None for nobody abandons.

    Raises
    ------
    DomainError
        Input out of range, or promises that exclude each other (blocking above 1 - target).
    """
    limits = {"target": (target, _LOSS), "within": (within, checks.WITHIN), "blocking": (blocking, _LOSS)}
    desk = desk_of(arrival_rate, aht, patience, None, None, limits)

    def keeps(agents: Array, chosen: Booleans) -> Booleans:
        lines = _lines(desk, agents, chosen)
        level = desk.waits(agents, chosen, lines).service_level(within=desk.given["within"][chosen], of=of)
        return np.asarray(level >= desk.given["target"][chosen])

    load = desk.given["arrival_rate"] * desk.given["aht"]
    agents = least(keeps, load + 0.4 * np.sqrt(load), np.ones(load.shape))
    lines = _lines(desk, agents, np.ones(load.shape, dtype=np.bool_))
    return _whole(agents, desk.shape), _whole(lines, desk.shape)


def _whole(values: Array, shape: tuple[int, ...]) -> IntArray:
    return np.asarray(values.reshape(shape), dtype=np.int64)


def _lines(desk: Desk, agents: Array, chosen: Booleans) -> Array:
    """Least lines, not fewer than agents, that keep the blocking promise."""
    allowed = desk.given["blocking"][chosen]
    rate, aht, patience = (desk.given[key][chosen] for key in ("arrival_rate", "aht", "patience"))

    def keeps(trunks: Array, some: Booleans) -> Booleans:
        waits = erlang_a(arrival_rate=rate[some], aht=aht[some], agents=agents[some], patience=patience[some], trunks=trunks)
        return np.asarray(waits.blocking <= allowed[some])

    return least(keeps, agents + np.sqrt(agents), agents)


def rate_for(
    *,
    target: ArrayLike = 0.8,
    within: ArrayLike = 20.0,
    of: Denominator = "offered",
    measure: str = "service_level",
    agents: ArrayLike,
    aht: ArrayLike,
    patience: Patience | None = None,
    trunks: ArrayLike | None = None,
) -> Array:
    """Return the greatest arrival rate per second at which ``agents`` keep a promise.

    Parameters
    ----------
    target : array_like
        Least service level or answer rate, or greatest value of any other measure.
    within, of : array_like, str
        For the service level, see `agents_for`.
    measure : str
        "service_level" or a field of `Waits`.
    agents, aht, patience, trunks : array_like
        See `erlang_a`; patience may be a law or None for nobody abandons.

    Raises
    ------
    DomainError
        Unknown measure, input out of range, or a promise that no rate or every rate keeps.
    """
    known = ("service_level", *LEAST_IS_BEST, *MOST_IS_BEST)
    if measure not in known:
        raise DomainError(Problem(f"{measure!r} is no measure to plan by", "measure", f"give one of {', '.join(known)}"))
    limits = {"target": (target, checks.WITHIN), "within": (within, checks.WITHIN), "agents": (agents, checks.AGENTS)}
    desk = desk_of(1.0, aht, patience, trunks, None, limits)
    given = desk.given

    sign = -1.0 if measure == "service_level" or measure in MOST_IS_BEST else 1.0

    def excess(rate: Array) -> Array:
        value = _measured(desk, np.minimum(rate, checks.RATE[1]), measure, of)
        return np.asarray(sign * (value - given["target"]))

    return greatest_below(excess, given["agents"] / given["aht"]).reshape(desk.shape)


def _measured(desk: Desk, rate: Array, measure: str, of: Denominator) -> Array:
    """Service level, or a field of `Waits`, at these arrival rates; an unstable queue answers nobody and is never idle."""
    given, everywhere = desk.given, np.ones(rate.shape, dtype=np.bool_)
    endless = np.isinf(given["patience"]) & np.isinf(given["trunks"]) if desk.law is None else ~everywhere
    grows = endless & (rate * given["aht"] >= given["agents"])
    if measure == "service_level":
        calm = replace(desk, given={**given, "arrival_rate": np.where(grows, 0.0, rate)})
        return np.where(grows, 0.0, calm.level(given["agents"], everywhere, of))
    waits = erlang_a(
        arrival_rate=rate, aht=given["aht"], agents=given["agents"], trunks=given["trunks"], unstable="flag",
        patience=given["patience"] if desk.law is None else desk.law,
    )  # fmt: skip
    value = np.asarray(getattr(waits, measure))
    return np.where(grows & (measure == "occupancy"), np.inf, value)
