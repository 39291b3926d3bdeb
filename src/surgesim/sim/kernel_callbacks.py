"""Kernel: callbacks that were promised, and callers at the wrong desk.

The same rules as ``reference.Reference``; rare, so never written into others.
"""

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import compiled, inlined
from surgesim.sim.contacts import (
    ATTEMPT_MASK,
    CALLED_BACK,
    MOST_ATTEMPTS,
    MOVED,
    OFFER_MASK,
    OFFER_SHIFT,
    POSTED,
    TRY_MASK,
    TRY_SHIFT,
)
from surgesim.sim.kernel_calls import give_up_for_good, send
from surgesim.sim.kernel_marks import (
    C_GIVEN_UP,
    C_PROMISE_KEPT,
    C_UNREACHED,
    OFFER_DELAY,
    REACHED,
    RING,
    SENT_BACK,
    SENT_BACK_DELAY,
    Keys,
    drawn,
    ticks,
)
from surgesim.sim.kernel_staff import book_lines
from surgesim.sim.laws import uniform
from surgesim.sim.state import Integers, Out, Records, State


@inlined
def offer_of(mode: int) -> int:
    """Return the offer that a contact has taken."""
    return ((mode >> OFFER_SHIFT) & OFFER_MASK) - 1


@compiled
def opening(mode: int, since: int, arrival: int) -> int:
    """Return one more than the tick at which the case of a stage was opened."""
    if mode & CALLED_BACK:
        return since + 1
    return since if since > 0 else arrival + 1


@compiled
def waiting_since(offers: Records, mode: int, since: int, now: int) -> int:
    """Return since when a callback that joins its queue now has waited."""
    offer = offers[offer_of(mode)]
    if offer.keeps_place == 1 and (mode >> TRY_SHIFT) & TRY_MASK == 1:
        return int(since - offer.after)
    return now


@inlined
def interval_at(edges: Integers, moment: int) -> int:
    """Return the interval of a moment."""
    low, high = 0, edges.size
    while low < high:
        middle = (low + high) // 2
        if edges[middle] <= moment:
            low = middle + 1
        else:
            high = middle
    return low - 1


@compiled
def called_back(
    centre: Centre, out: Out, keys: Keys, now: int, need: int, attempt: int, queue: int, mode: int, since: int
) -> int:  # fmt: skip
    """An agent calls back. Return -1 where the person answers, else how long it rings."""
    offer = centre.offers[offer_of(mode)]
    if uniform(keys[REACHED], need, attempt) >= offer.reached:
        return int(ticks(drawn(centre.laws, offer.ring, keys[RING], need, attempt)))
    if now - since <= offer.within:
        out.queues[interval_at(centre.edges, since), queue, C_PROMISE_KEPT] += 1.0
    return -1


@compiled
def seize_line(centre: Centre, state: State, out: Out, mode: int, now: int) -> int:
    """Take a line for a callback, the last ones too; return the trunk, -1 where there is none."""
    trunk = centre.offers[offer_of(mode)].trunk
    if trunk >= 0:
        book_lines(state.n, state.trunks, out.trunks, trunk, now)
        state.trunks[trunk].in_use += 1
    return int(trunk)


@compiled
def unreached(
    centre: Centre, state: State, out: Out, keys: Keys, interval: int, end: int,
    need: int, attempt: int, stream: int, queue: int, factor: float, mode: int, since: int,
) -> None:  # fmt: skip
    """Nobody has answered a call of an agent: another try later, or the need is given up."""
    offer = centre.offers[offer_of(mode)]
    out.queues[interval, queue, C_UNREACHED] += 1.0
    last = (mode >> TRY_SHIFT) & TRY_MASK >= offer.tries or attempt & ATTEMPT_MASK >= MOST_ATTEMPTS
    if last and offer.within < 0:  # who has not been reached knows of nothing to post about
        out.queues[interval, queue, C_GIVEN_UP] += 1.0
        return
    if last:
        give_up_for_good(centre, state, out, keys, interval, end, need, attempt, stream, queue, mode)
        return
    tick = end + ticks(drawn(centre.laws, offer.delay, keys[OFFER_DELAY], need, attempt))
    if tick < centre.horizon:
        send(state, tick, need, attempt + 1, stream, queue, factor, mode + (1 << TRY_SHIFT), since)


@compiled
def sent_back(
    centre: Centre, state: State, out: Out, keys: Keys, interval: int, end: int,
    need: int, attempt: int, stream: int, queue: int, factor: float, mode: int, home: int,
) -> None:  # fmt: skip
    """The wrong desk has told a caller where to call: that desk, or the need is lost."""
    rules = centre.callers[home]
    if attempt & ATTEMPT_MASK >= MOST_ATTEMPTS or uniform(keys[SENT_BACK], need, attempt) >= rules.sent_back:
        give_up_for_good(centre, state, out, keys, interval, end, need, attempt, stream, queue, mode)
        return
    tick = end + ticks(drawn(centre.laws, rules.back, keys[SENT_BACK_DELAY], need, attempt))
    if tick < centre.horizon:
        send(state, tick, need, attempt + 1, stream, home, factor, MOVED | (mode & POSTED), 0)
