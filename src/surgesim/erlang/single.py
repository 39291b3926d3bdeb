"""Erlang B, C and A: one queue, one pool of equal agents, with or without finite lines."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array, Exponential, Law, Never
from surgesim.erlang import checks
from surgesim.erlang.kernel_lines import LINE_MEASURES, MOST_PLACES, line_measures, line_within, reach
from surgesim.erlang.kernel_quantile import quantiles
from surgesim.erlang.kernel_single import MEASURES, below_over_edge, loss, measures, within
from surgesim.erlang.search import Booleans
from surgesim.erlang.waits import WAITS_OF, WaitOf, Waits, assemble

Unstable = Literal["raise", "flag"]
Patience = ArrayLike | Law | str


def erlang_b(*, load: ArrayLike, trunks: ArrayLike) -> Array:
    """Return the share of calls that find all trunks busy, M/G/n/n (Erlang 1917).

    Parameters
    ----------
    load : array_like
        Offered load in erlang, arrival rate times holding time.
    trunks : array_like
        Trunks, 0 or more; real numbers are allowed (Jagerman 1974: 1/B = integral of e^-t (1 + t/load)^trunks dt).

    Returns
    -------
    ndarray
        Blocking, of the broadcast shape.

    Raises
    ------
    DomainError
        Negative or non-finite input.
    """
    given = checks.columns({"load": (load, checks.LOAD), "trunks": (trunks, checks.TRUNKS)})
    out = np.empty(given["load"].shape)
    loss(given["load"].ravel(), given["trunks"].ravel(), out.reshape(-1))
    return out


def erlang_c(*, arrival_rate: ArrayLike, aht: ArrayLike, agents: ArrayLike, unstable: Unstable = "raise") -> Waits:
    """Return the measures of M/M/n, nobody abandons (Erlang 1917).

    Parameters
    ----------
    arrival_rate : array_like
        Offered contacts per second.
    aht : array_like
        Mean handling time in seconds.
    agents : array_like
        Agents, 1 or more; real numbers are allowed.
    unstable : {"raise", "flag"}
        What to do where arrival_rate * aht >= agents and the queue grows for ever: raise, or answer with certain and
        infinite waits and ``stable`` False there.

    Raises
    ------
    DomainError
        Input out of range, or load >= agents; the message lists the positions.
    """
    return erlang_a(arrival_rate=arrival_rate, aht=aht, agents=agents, patience=np.inf, unstable=unstable)


def erlang_a(
    *,
    arrival_rate: ArrayLike,
    aht: ArrayLike,
    agents: ArrayLike,
    patience: Patience,
    trunks: ArrayLike | None = None,
    balk: ArrayLike = 0.0,
    unstable: Unstable = "raise",
) -> Waits:
    """Return the measures of M/M/n+M (Palm 1957), M/M/n/K+M, M/M/n+G (Zeltyn, Mandelbaum 2005) and M/M/n/K+G.

    Parameters
    ----------
    arrival_rate, aht, agents : array_like
        Offered contacts per second; mean handling time in seconds; agents, 1 or more (real numbers are allowed while
        lines are unlimited).
    patience : array_like or Law
        Mean patience in seconds (exponential; infinite is allowed), any law of ``surgesim.base.distributions``, or its
        text, such as "lognormal(3min, cv 1.2)".
    trunks : array_like or None
        Lines: those waiting and those in service together; None or infinite is unlimited. With fewer lines than
        agents the lines alone decide. ``agents_busy / agents`` remains the occupancy.
    balk : array_like
        Share of contacts that leave at once when all agents are busy; they count as abandoned after no wait.
    unstable : {"raise", "flag"}
        See `erlang_c`; matters only where patience is infinite and lines are unlimited.

    Raises
    ------
    DomainError
        Input out of range; finite lines with agents or lines that are not whole; an unstable queue.
    """
    law, mean = split_patience(patience)
    checks.one_of("unstable", unstable, ("raise", "flag"))
    given = checks.columns({
        "arrival_rate": (arrival_rate, checks.RATE), "aht": (aht, checks.DURATION), "agents": (agents, checks.AGENTS),
        "patience": (mean, checks.ENDLESS), "balk": (balk, (0.0, 1.0 - 1e-9)),
        "trunks": (np.inf if trunks is None else trunks, checks.LINES),
    })  # fmt: skip
    checks.patience(given["patience"])
    given["arrival_rate"] = np.asarray(np.maximum(given["arrival_rate"], checks.SMALLEST_RATE))
    _check_lines(given)
    if law is not None:
        from surgesim.erlang.general_patience import general_waits

        return general_waits(given, law)
    return _exponential(given, _stable(given, unstable))


def split_patience(patience: Patience) -> tuple[Law | None, ArrayLike]:
    """Return (law unless exponential, mean in seconds); text is read as a law.

    Raises
    ------
    UnitError
        Text that is not a law of durations.
    """
    if isinstance(patience, str):
        from surgesim.base.distributions import parse_distribution

        patience = parse_distribution(patience)
    if isinstance(patience, Never):
        return None, np.inf
    if isinstance(patience, Exponential):
        return None, patience.mean
    return (patience, 1.0) if isinstance(patience, Law) else (None, patience)


def _check_lines(given: dict[str, Array]) -> None:
    finite = np.isfinite(given["trunks"])
    if finite.any():
        checks.whole("trunks", given["trunks"])
        checks.whole("agents", np.where(finite, given["agents"], 0.0))
        checks.columns({"trunks": (np.where(finite, given["trunks"], 1.0), (1.0, checks.TRUNKS[1]))})


def _stable(given: dict[str, Array], unstable: Unstable) -> Booleans:
    """Flag the points with a limit; raise where there is none and flags were not asked for."""
    endless = np.isinf(given["patience"]) & np.isinf(given["trunks"])
    load = given["arrival_rate"] * (1.0 - given["balk"]) * given["aht"]
    bad = endless & (load >= given["agents"])
    if bad.any() and unstable != "flag":
        first = np.flatnonzero(bad)[0]
        what = f"load {load.flat[first]:g} >= agents {given['agents'].flat[first]:g} {checks.where(bad)}".rstrip()
        cure = 'add agents, give a patience, or ask for unstable="flag"'
        raise DomainError(Problem(f"the queue grows for ever: {what}", "agents", cure))
    return np.asarray(~bad)


_KEYS = ("arrival_rate", "aht", "agents", "patience", "balk", "trunks", "below", "stable", "places")


def _exponential(given: dict[str, Array], stable: Booleans) -> Waits:
    """Measures for exponential patience, point by point over columns of one shape."""
    columns: dict[str, Any] = dict(given)
    # an unstable point is computed as an empty desk and overwritten
    columns["arrival_rate"] = np.where(stable, given["arrival_rate"], checks.SMALLEST_RATE)
    servers = np.asarray(np.minimum(given["agents"], given["trunks"]))
    below = np.empty(stable.shape)
    below_over_edge(columns["arrival_rate"].ravel(), given["aht"].ravel(), servers.ravel(), below.reshape(-1))
    columns.update(agents=servers, below=below, stable=stable, places=_places(columns, servers))
    columns = {name: np.asarray(column) for name, column in columns.items()}
    shares = _shares(columns)

    def shares_within(times: Array, full: bool) -> Array:
        wide = np.broadcast_arrays(times, *(columns[key] for key in _KEYS))
        return _within(wide[0], dict(zip(_KEYS, wide[1:], strict=True)), full)

    def quantile(share: Array, of: WaitOf) -> Array:
        wide = np.broadcast_arrays(*(columns[key] for key in (*_KEYS[:5], "below")), share)
        rate, aht, agents, mean, balk, below, wanted = (np.ascontiguousarray(column).ravel() for column in wide)
        out = np.empty(share.size)
        quantiles(rate, aht, agents, mean, balk, below, wanted, WAITS_OF.index(of), out)
        return out.reshape(share.shape)

    endless = bool(np.isinf(columns["trunks"]).all())
    return assemble({**shares, "stable": stable}, given, shares_within, quantile if endless else None)


def _places(columns: dict[str, Any], servers: Array) -> Array:
    """Places to wait, infinite where lines are; those that are never reached are left out.

    Raises
    ------
    DomainError
        More places than can be worked through.
    """
    finite = np.isfinite(columns["trunks"])
    places = np.full(servers.shape, np.inf)
    if finite.any():
        reached = np.empty(int(finite.sum()))
        reach(*_flat({**columns, "agents": servers}, finite), columns["trunks"][finite] - servers[finite], reached)
        places[finite] = reached
        bad = finite & (places > MOST_PLACES)
        if bad.any():
            what = f"the queue reaches more than {MOST_PLACES:,} places {checks.where(bad)}".rstrip()
            raise DomainError(Problem(what, "trunks", "give fewer lines, or leave trunks out for unlimited lines"))
    return places


def _flat(columns: dict[str, Array], chosen: Array) -> tuple[Array, Array, Array, Array, Array]:
    def part(key: str) -> Array:
        return np.ascontiguousarray(columns[key][chosen])

    return part("arrival_rate"), part("aht"), part("agents"), part("patience"), part("balk")


def _shares(columns: dict[str, Array]) -> dict[str, Array]:
    """Kernel results as named arrays; shares of accepted contacts."""
    free = np.isinf(columns["trunks"])
    rows = np.zeros((*free.shape, len(LINE_MEASURES)))
    rows[..., LINE_MEASURES.index("accepted")] = 1.0
    if free.any():
        part = np.empty((int(free.sum()), len(MEASURES)))
        measures(*_flat(columns, free), np.ascontiguousarray(columns["below"][free]), part)
        rows[free, : len(MEASURES)] = part
        rows[free, LINE_MEASURES.index("queue")] = columns["arrival_rate"][free] * part[:, MEASURES.index("asa_all")]
    if not free.all():
        lines = ~free
        part = np.empty((int(lines.sum()), len(LINE_MEASURES)))
        line_measures(*_flat(columns, lines), columns["places"][lines], np.ascontiguousarray(columns["below"][lines]), part)
        rows[lines] = part
    rows[~columns["stable"].astype(bool)] = [1.0, 0.0, 0.0, 1.0, *[np.inf] * 2, 0.0, np.inf, 0.0, 1.0, np.inf]
    return {name: rows[..., k] for k, name in enumerate(LINE_MEASURES)}


def _within(times: Array, columns: dict[str, Array], full: bool) -> Array:
    free = np.isinf(columns["trunks"])
    rows = np.zeros((*free.shape, 4))
    for chosen, finite in ((free, False), (~free, True)):
        if not chosen.any():
            continue
        part = np.zeros((int(chosen.sum()), 4))
        below, at = np.ascontiguousarray(columns["below"][chosen]), np.ascontiguousarray(times[chosen])
        if finite:
            line_within(*_flat(columns, chosen), columns["places"][chosen], below, at, part)
        else:
            within(*_flat(columns, chosen), below, at, full, part)
        rows[chosen] = part
    rows[~columns["stable"].astype(bool)] = [0.0, 0.0, 1.0, 1.0]
    return rows
