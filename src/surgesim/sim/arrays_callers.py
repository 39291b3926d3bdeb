"""What callers meet before an agent, as the kernel reads it: one record for each queue and each offer."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.laws import Law
from surgesim.model.callers import MisrouteModel, OfferModel
from surgesim.model.model import Model
from surgesim.sim.ticks import TICKS_PER_S, on_grid

Records = NDArray[np.void]
Number = Callable[[Law], int]

CALLERS = np.dtype(
    [
        ("accepts_wait", "i8"), ("above", "f8"), ("offer", "i8"), ("offers_end", "i8"), ("aht", "f8"), ("menu_ends", "f8"),
        ("wrong", "i8"), ("at_closed", "f8"), ("talk", "i8"), ("sent_back", "f8"), ("back", "i8"), ("outbound", "i8"),
    ]
)  # fmt: skip
SOCIAL = np.dtype(
    [
        ("on", "i8"), ("blocked", "f8"), ("abandoned", "f8"), ("balked", "f8"), ("given_up", "f8"), ("late", "f8"),
        ("late_after", "i8"), ("log_ratio", "f8"), ("delay", "i8"),
    ]
)  # fmt: skip
SWITCH = np.dtype([("queue", "i8"), ("upto", "f8"), ("delay", "i8")])
OFFER = np.dtype(
    [
        ("accepts", "f8"), ("after", "i8"), ("above", "f8"), ("delay", "i8"), ("containment", "f8"), ("factor", "f8"),
        ("queue", "i8"), ("trunk", "i8"), ("within", "i8"), ("keeps_place", "i8"), ("reached", "f8"), ("tries", "i8"),
        ("ring", "i8"),
    ]
)  # fmt: skip


def caller_arrays(model: Model, number: Number) -> tuple[Records, Records]:
    """Return the records of queues and of offers; ``number`` numbers a law."""
    callers = np.zeros(len(model.queues), dtype=CALLERS)
    offers: list[tuple[Any, ...]] = []
    for index, queue in enumerate(model.queues):
        rules = queue.callers
        first = len(offers)
        offers += [_offer(offer, number) for offer in rules.offers]
        last = len(offers)
        offers += [] if queue.work.outbound is None else [_offer(queue.work.outbound, number)]
        accepts = -1 if rules.accepts_wait is None else number(rules.accepts_wait)
        told = _misroute(rules.misroute, number)
        callers[index] = (accepts, rules.announced_above_s, first, last, queue.aht_s, rules.menu_ends, *told, last)
    return callers, np.array(offers, dtype=OFFER)


def _misroute(wrong: MisrouteModel | None, number: Number) -> tuple[Any, ...]:
    if wrong is None:
        return -1, 0.0, 0, 0.0, 0
    return wrong.to, wrong.at_closed, number(wrong.talk), wrong.sent_back, number(wrong.delay)


def _offer(offer: OfferModel, number: Number) -> tuple[Any, ...]:
    after, within = (int(on_grid(seconds) * TICKS_PER_S) for seconds in (offer.after_s, offer.within_s))
    return (
        offer.accepts, after, offer.above_s, number(offer.delay), offer.containment, offer.factor, offer.queue, offer.trunk,
        within, int(offer.keeps_place), offer.reached, offer.tries, number(offer.ring),
    )  # fmt: skip


def social_array(model: Model, number: Number) -> Records:
    """Return the one record of posts; all zero where nobody posts."""
    social, record = model.social, np.zeros(1, dtype=SOCIAL)
    if social is not None:
        late_after = int(on_grid(social.late_after_s) * TICKS_PER_S)
        shares = (social.blocked, social.abandoned, social.balked, social.given_up, social.late)
        record[0] = (1, *shares, late_after, social.log_ratio, number(social.delay))
    return record
