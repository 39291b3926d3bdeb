"""The one answer of the stationary formulas: arrays of shares, waits and loads, with exact names."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from surgesim.base.laws import Array
from surgesim.erlang import checks
from surgesim.erlang.search import Booleans, crossing

Denominator = Literal["offered", "accepted", "handled", "offered_less_short_abandons"]
DENOMINATORS = ("offered", "accepted", "handled", "offered_less_short_abandons")
WaitOf = Literal["all", "virtual", "handled"]
WAITS_OF = ("all", "virtual", "handled")

Within = Callable[[Array, bool], Array]
"""(times that broadcast with the answer; all four?) -> (..., 4) shares of accepted contacts: handled in time, abandoned in
time, V beyond, W beyond."""
Quantile = Callable[[Array, WaitOf], Array]
"""(shares of the shape of the answer, whose wait) -> seconds."""


@dataclass(frozen=True, eq=False)
class Waits:
    """Stationary measures of a queue; all fields are arrays of one shape (``()`` for scalar input).

    V is the virtual wait: what a contact with endless patience would wait. W = min(V, patience) is the wait it really
    has. A contact is *accepted* if it finds a line, *handled* if an agent answers it.

    Attributes
    ----------
    wait_probability : share of accepted contacts that find all agents busy, P(V > 0)
    blocking : blocked / offered
    accepted : accepted / offered
    abandonment : abandoned / offered (balking counts as abandoning after no wait)
    answer_rate : handled / offered
    asa_all_s : mean of W over accepted contacts
    asa_handled_s : mean of W over handled contacts; ``asa_s`` is the same
    asa_abandoned_s : mean of W over abandoned contacts; 0 where nobody abandons
    virtual_wait_s : mean of V over accepted contacts
    queue_length : mean number waiting
    agents_busy : mean number of busy agents
    occupancy : agents_busy / agents
    trunks_busy : mean number of lines in use, waiting and talking
    handled_rate : handled contacts per second
    stable : False where a queue without abandonment grows for ever (only if asked for with ``unstable="flag"``)
    """

    wait_probability: Array
    blocking: Array
    accepted: Array
    abandonment: Array
    answer_rate: Array
    asa_all_s: Array
    asa_handled_s: Array
    asa_abandoned_s: Array
    virtual_wait_s: Array
    queue_length: Array
    agents_busy: Array
    occupancy: Array
    trunks_busy: Array
    handled_rate: Array
    stable: Booleans
    _within: Within = field(repr=False)
    _quantile: Quantile | None = field(default=None, repr=False)

    @property
    def asa_s(self) -> Array:
        """Average speed of answer: mean wait of handled contacts, in seconds."""
        return self.asa_handled_s

    def service_level(self, *, within: ArrayLike, of: Denominator = "offered") -> Array:
        """Return the share of contacts handled after a wait of at most ``within`` seconds.

        Parameters
        ----------
        within : array_like
            Acceptable wait in seconds, broadcast against the fields; may be infinite.
        of : {"offered", "accepted", "handled", "offered_less_short_abandons"}
            What the handled-in-time are divided by; the last is offered contacts less those who abandoned within the
            same time.

        Raises
        ------
        DomainError
            Negative ``within``, unknown ``of``.
        """
        checks.one_of("of", of, DENOMINATORS)
        shares = self._shares(within, of == "offered_less_short_abandons")
        good, later = shares[..., 0], shares[..., 3]
        if of == "accepted":
            return good
        if of == "offered":
            return good * self.accepted
        if of == "handled":
            with np.errstate(invalid="ignore"):
                return np.where(good == 0.0, 0.0, np.minimum(good * self.accepted / self.answer_rate, 1.0))
        rest = self.blocking + self.accepted * (good + later)
        return np.asarray(good * self.accepted / np.where(rest > 0.0, rest, 1.0))

    def wait_within(self, *, within: ArrayLike, of: WaitOf = "all") -> Array:
        """Return P(wait <= within): of W over accepted contacts, of V, or of W over handled contacts.

        With ``of="all"`` those who abandon inside the time count as in time.
        """
        checks.one_of("of", of, WAITS_OF)
        shares = self._shares(within, of != "handled")
        if of == "handled":
            return self.service_level(within=within, of="handled")
        return np.minimum(shares[..., 0] + shares[..., 1], 1.0) if of == "all" else 1.0 - shares[..., 2]

    def virtual_wait_beyond(self, *, within: ArrayLike) -> Array:
        """Return P(V > within) over accepted contacts, accurate where it is tiny."""
        return self._shares(within, True)[..., 2]

    def abandoned_within(self, *, within: ArrayLike) -> Array:
        """Return the share of accepted contacts that abandon after at most ``within`` seconds."""
        return self._shares(within, True)[..., 1]

    def wait_quantile(self, share: ArrayLike, *, of: WaitOf = "all") -> Array:
        """Return the shortest time in seconds that a ``share`` of the waits does not exceed.

        Parameters
        ----------
        share : array_like
            Shares in [0, 1), broadcast against the fields.
        of : {"all", "virtual", "handled"}
            Whose wait: W of accepted contacts, V, or W of handled contacts.
        """
        wanted = checks.columns({"share": (share, (0.0, 1.0 - 2.0**-53))})["share"]
        shape = np.broadcast_shapes(wanted.shape, self.wait_probability.shape)
        wanted, stable = np.broadcast_to(wanted, shape), np.broadcast_to(self.stable, shape)
        checks.one_of("of", of, WAITS_OF)
        found = self._searched(wanted, stable, of) if self._quantile is None else self._quantile(wanted, of)
        return np.where(stable, found, np.where(wanted > 0.0, np.inf, 0.0))

    def _searched(self, wanted: Array, stable: Booleans, of: WaitOf) -> Array:
        """Quantiles by search on the shares; for lines and laws of patience that have no closed density."""
        shape = wanted.shape
        low, high = np.zeros(shape), np.ones(shape)
        for _ in range(60):  # 2^60 s is longer than any wait inside the domain of patience
            short = stable & (self.wait_within(within=high, of=of) < wanted)
            if not short.any():
                break
            low, high = np.where(short, high, low), np.where(short, 2.0 * high, high)
        at_once = self.wait_within(within=np.zeros(shape), of=of) >= wanted
        searched = stable & ~at_once
        low, high = np.where(searched, low, 0.0), np.where(searched, high, 0.0)
        found = crossing(lambda times: self.wait_within(within=times, of=of) - wanted, low, high)
        return np.where(at_once, 0.0, found)

    def _shares(self, within: ArrayLike, full: bool) -> Array:
        times = checks.columns({"within": (within, checks.WITHIN)})["within"]
        return self._within(times, full)


def assemble(shares: dict[str, Any], given: dict[str, Array], within: Within, quantile: Quantile | None = None) -> Waits:
    """Build the answer from shares of accepted contacts and the arguments (all of one shape).

    ``shares`` holds wait, abandoned, handled, asa_all, asa_handled, asa_abandoned, virtual, blocked, accepted, queue and
    stable; ``given`` arrival_rate, aht and agents.
    """
    handled_rate = given["arrival_rate"] * shares["accepted"] * shares["handled"]
    busy = np.minimum(handled_rate * given["aht"], given["agents"])
    fields = {
        "wait_probability": shares["wait"],
        "blocking": shares["blocked"],
        "accepted": shares["accepted"],
        "abandonment": shares["accepted"] * shares["abandoned"],
        "answer_rate": shares["accepted"] * shares["handled"],
        "asa_all_s": shares["asa_all"],
        "asa_handled_s": shares["asa_handled"],
        "asa_abandoned_s": shares["asa_abandoned"],
        "virtual_wait_s": shares["virtual"],
        "queue_length": shares["queue"],
        "agents_busy": busy,
        "occupancy": busy / given["agents"],
        "trunks_busy": busy + shares["queue"],
        "handled_rate": handled_rate,
        "stable": shares["stable"],
    }
    return Waits(**{name: np.asarray(value) for name, value in fields.items()}, _within=within, _quantile=quantile)
