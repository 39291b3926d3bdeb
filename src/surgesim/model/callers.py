"""What callers meet and do before an agent answers, as every engine reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from surgesim.base.laws import Constant, Law
from surgesim.scenario.centre import Queue
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.waiting import Callback, Link, Offer

NO_TIME = Constant(0.0)


@dataclass(frozen=True, eq=False)
class OfferModel:
    """One offer to callers who wait: a link to self-service, or a callback.

    Attributes
    ----------
    accepts : float
        Share of those asked who accept.
    after_s, above_s : float
        Asked after so long in the queue, seconds; only where the announced wait is longer, seconds.
    delay : Law
        Link: time until somebody whom it failed calls; callback: time from a try in vain to the next, seconds.
    containment, factor : float
        Link: share whose need ends there; talk time of those who call after all relative to the standard.
    queue : int
        Callback: index of the queue that holds it; -1 for a link.
    trunk : int
        Trunk on which agents call back: that of the call; -1 where it has none.
    within_s : float
        Callback: from the promise to the talk, seconds; below 0 for outbound calls, which nobody was promised.
    keeps_place : bool
        Callback: whether it has waited since the call joined its queue.
    reached : float
        Callback and outbound call: share of tries in which the person answers.
    tries : int
        Callback: greatest number of tries; 1 for a link.
    ring : Law
        Callback: what a try in vain takes, seconds.
    """

    accepts: float
    after_s: float
    above_s: float
    delay: Law
    containment: float = 0.0
    factor: float = 1.0
    queue: int = -1
    trunk: int = -1
    within_s: float = 0.0
    keeps_place: bool = False
    reached: float = 1.0
    tries: int = 1
    ring: Law = NO_TIME


@dataclass(frozen=True, eq=False)
class MisrouteModel:
    """Callers who try the wrong desk.

    Attributes
    ----------
    to : int
        Index of the wrong desk's queue.
    at_arrival, at_closed : float
        Share of first calls that reach it, and of calls at the closed desk that try it.
    talk : Law
        Talk time there, seconds.
    sent_back : float
        Share of those handled there who then call the right desk.
    delay : Law
        Time until they do, seconds.
    """

    to: int
    at_arrival: float
    at_closed: float
    talk: Law
    sent_back: float
    delay: Law


@dataclass(frozen=True, eq=False)
class CallerModel:
    """What callers of one queue meet and do before an agent answers; the default is nothing at all.

    Attributes
    ----------
    accepts_wait : Law or None
        Longest announced wait that a caller accepts, seconds; None where none is announced.
    announced_above_s : float
        Only waits longer than this are announced, seconds.
    offers : sequence of OfferModel
        Offers to those who wait, in the order in which they are made.
    menu : Law or None
        Time in the menu before the queue, seconds; None where there is none.
    menu_ends : float
        Share of callers who hang up at its end, helped.
    switches : sequence of (queue index, float, Law)
        Where else callers turn who were not answered: up to which cumulated share, after how long.
    misroute : MisrouteModel or None
        Callers who try the wrong desk.
    in_turn : bool
        Whether it holds callbacks that keep their place: policies then see it as a queue of calls.
    """

    accepts_wait: Law | None = None
    announced_above_s: float = 0.0
    offers: Sequence[OfferModel] = ()
    menu: Law | None = None
    menu_ends: float = 0.0
    switches: Sequence[tuple[int, float, Law]] = ()
    misroute: MisrouteModel | None = None
    in_turn: bool = False

    @property
    def beyond_formulas(self) -> bool:
        """Whether callers do anything that formulas and the fluid leave out."""
        return self.hears or self.menu is not None or bool(self.switches) or self.misroute is not None

    @property
    def hears(self) -> bool:
        """Whether a caller who waits is told or asked anything."""
        return self.accepts_wait is not None or bool(self.offers)


def outbound_of(queue: Queue) -> OfferModel | None:
    """Return how the people of a queue are called, as a callback that nobody asked for; None where they call."""
    rule = queue.outbound
    if rule is None:
        return None
    return OfferModel(0.0, 0.0, 0.0, rule.retry, within_s=-1.0, reached=rule.reached, tries=rule.tries, ring=rule.ring)


def callers(scenario: Scenario, name: str, trunk: int) -> CallerModel:
    """Return the rules for the callers of one queue, which is on this trunk."""
    queue, queues = scenario.queues[name], list(scenario.queues)
    offers = []
    for offer in queue.offers:
        asked = (offer.accepts, offer.after, offer.above)
        if isinstance(offer, Link):
            offers.append(OfferModel(*asked, offer.boomerang_delay, offer.containment, offer.boomerang_factor))
            continue
        place = queues.index(offer.queue)
        offers.append(
            OfferModel(
                *asked, offer.retry, queue=place, trunk=trunk, within_s=offer.within, keeps_place=offer.keeps_place,
                reached=offer.reached, tries=offer.tries, ring=offer.ring,
            )
        )  # fmt: skip
    balking, menu, wrong = queue.balking, queue.menu, queue.misroute
    upto = accumulate(switch.share for switch in queue.switches)
    return CallerModel(
        accepts_wait=balking.accepts if balking else None,
        announced_above_s=balking.above if balking else 0.0,
        offers=tuple(offers),
        menu=menu.time if menu else None,
        menu_ends=menu.ends if menu else 0.0,
        switches=tuple(
            (queues.index(switch.to), share, switch.delay) for switch, share in zip(queue.switches, upto, strict=True)
        ),
        misroute=MisrouteModel(
            queues.index(wrong.to), wrong.at_arrival, wrong.at_closed, wrong.talk, wrong.sent_back, wrong.delay
        )
        if wrong
        else None,
        in_turn=any(keeps_place_in(offer, name) for other in scenario.queues.values() for offer in other.offers),
    )


def keeps_place_in(offer: Offer, queue: str) -> bool:
    """Whether an offer sends callbacks that keep their place to a queue."""
    return isinstance(offer, Callback) and offer.keeps_place and offer.queue == queue
