"""Inverses: the least agents or trunks, or the greatest load, that keep a promise.  Whole numbers are exact."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array, Law
from surgesim.erlang import checks
from surgesim.erlang.kernel_single import below_over_edge
from surgesim.erlang.kernel_single import within as free_within
from surgesim.erlang.search import Booleans, Keeps, least
from surgesim.erlang.single import Patience, erlang_a, split_patience
from surgesim.erlang.waits import DENOMINATORS, Denominator, Waits

IntArray = NDArray[np.int64]
Limits = dict[str, tuple[ArrayLike, checks.Bounds]]

LEAST_IS_BEST = (
    "wait_probability", "blocking", "abandonment", "asa_all_s", "asa_handled_s", "asa_abandoned_s", "asa_s",
    "virtual_wait_s", "queue_length", "occupancy",
)  # fmt: skip
MOST_IS_BEST = ("answer_rate",)


def agents_for(
    *,
    target: ArrayLike = 0.8,
    within: ArrayLike = 20.0,
    of: Denominator = "offered",
    arrival_rate: ArrayLike,
    aht: ArrayLike,
    patience: Patience | None = None,
    trunks: ArrayLike | None = None,
    max_occupancy: ArrayLike | None = None,
) -> IntArray:
    """Return the least agents whose service level is at least ``target``; at least 1, exact, for arrays at once.

    Parameters
    ----------
    target : array_like
        Share in (0, 1) to be handled within the time.
    within : array_like
        Acceptable wait in seconds.
    of : {"offered", "accepted", "handled", "offered_less_short_abandons"}
        Definition of service level, see `Waits.service_level`.
    arrival_rate, aht : array_like
        Contacts per second; seconds.
    patience : array_like, Law or None
        Mean patience in seconds, a law, or None for nobody abandons (Erlang C).
    trunks : array_like or None
        Lines; None is unlimited.
    max_occupancy : array_like or None
        A cap on busy / agents that the answer has to keep as well.

    Raises
    ------
    DomainError
        Input out of range, or a target out of reach (few lines can block more than it allows).
    """
    limits = {"target": (target, (1e-300, 1.0 - 2.0**-53)), "within": (within, checks.WITHIN)}
    checks.one_of("of", of, DENOMINATORS)
    desk = desk_of(arrival_rate, aht, patience, trunks, max_occupancy, limits)

    def keeps(agents: Array, chosen: Booleans) -> Booleans:
        level = desk.level(agents, chosen, of)
        return np.asarray(level >= desk.given["target"][chosen])

    return desk.solve(keeps)


def least_agents(
    measure: str,
    limit: ArrayLike,
    *,
    arrival_rate: ArrayLike,
    aht: ArrayLike,
    patience: Patience | None = None,
    trunks: ArrayLike | None = None,
    max_occupancy: ArrayLike | None = None,
) -> IntArray:
    """Return the least agents that keep any measure of `Waits` at or below (``answer_rate``: at or above) ``limit``.

    Raises
    ------
    DomainError
        Unknown measure, input out of range or a limit out of reach.
    """
    known = LEAST_IS_BEST + MOST_IS_BEST
    if measure not in known:
        raise DomainError(Problem(f"{measure!r} is no measure to staff by", "measure", f"give one of {', '.join(known)}"))
    desk = desk_of(arrival_rate, aht, patience, trunks, max_occupancy, {"limit": (limit, checks.WITHIN)})

    def keeps(agents: Array, chosen: Booleans) -> Booleans:
        value = getattr(desk.waits(agents, chosen), measure)
        bound = desk.given["limit"][chosen]
        return np.asarray(value >= bound if measure in MOST_IS_BEST else value <= bound)

    return desk.solve(keeps)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything but the agents, as flat columns; ``shape`` is that of the answer."""

    given: dict[str, Array]
    law: Law | None
    shape: tuple[int, ...]

    def waits(self, agents: Array, chosen: Booleans, trunks: Array | None = None) -> Waits:
        """Measures of the chosen points with these agents (and these lines)."""
        rate, aht = (self.given[key][chosen] for key in ("arrival_rate", "aht"))
        lines = self.given["trunks"][chosen] if trunks is None else trunks
        patience = self.given["patience"][chosen] if self.law is None else self.law
        return erlang_a(arrival_rate=rate, aht=aht, agents=agents, patience=patience, trunks=lines)

    def level(self, agents: Array, chosen: Booleans, of: Denominator) -> Array:
        """Service level of the chosen points; by the bare kernel where that is all there is to compute."""
        given = self.given
        if self.law is not None or of != "offered" or np.isfinite(given["trunks"]).any():
            return self.waits(agents, chosen).service_level(within=given["within"][chosen], of=of)
        rate, aht, patience, within = (given[key][chosen] for key in ("arrival_rate", "aht", "patience", "within"))
        rate = np.maximum(rate, checks.SMALLEST_RATE)
        below, out = np.empty(rate.shape), np.empty((rate.size, 4))
        below_over_edge(rate, aht, agents, below)
        free_within(rate, aht, agents, patience, np.zeros(rate.shape), below, within, False, out)
        return out[:, 0]

    def solve(self, keeps: Keeps) -> IntArray:
        """Least agents for the promise and the occupancy cap, searched from the square-root rule on."""
        load = self.given["arrival_rate"] * self.given["aht"]
        low = np.ones(load.shape)
        if self.law is None:
            endless = np.isinf(self.given["patience"]) & np.isinf(self.given["trunks"])
            low = np.where(endless, np.floor(load) + 1.0, low)
        found = least(self._capped(keeps), load + 0.4 * np.sqrt(load), low)
        return np.asarray(found.reshape(self.shape), dtype=np.int64)

    def _capped(self, keeps: Keeps) -> Keeps:
        cap = self.given["max_occupancy"]

        def both(agents: Array, chosen: Booleans) -> Booleans:
            kept = keeps(agents, chosen)
            if kept.any() and (cap[chosen] < 1.0).any():
                kept = kept & (self.waits(agents, chosen).occupancy <= cap[chosen])
            return np.asarray(kept)

        return both


def desk_of(
    arrival_rate: ArrayLike,
    aht: ArrayLike,
    patience: Patience | None,
    trunks: ArrayLike | None,
    max_occupancy: ArrayLike | None,
    limits: Limits,
) -> Desk:
    """Check the arguments that the inverses share and flatten them."""
    law, mean = split_patience(np.inf if patience is None else patience)
    given = checks.columns({
        "arrival_rate": (arrival_rate, checks.RATE), "aht": (aht, checks.DURATION), "patience": (mean, checks.ENDLESS),
        "trunks": (np.inf if trunks is None else trunks, checks.LINES),
        "max_occupancy": (1.0 if max_occupancy is None else max_occupancy, (1e-9, 1.0)), **limits,
    })  # fmt: skip
    checks.patience(given["patience"])
    return Desk({key: column.ravel() for key, column in given.items()}, law, given["arrival_rate"].shape)
