"""Kernel: callers who wait: patience, announced waits, offers. The same rules as ``reference_callers.Callers``."""

import math

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import compiled, inlined
from surgesim.sim.contacts import (
    ATTEMPT_MASK,
    CALLED_BACK,
    IN_MENU,
    KEPT,
    MOST_ATTEMPTS,
    OFFER_SHIFT,
    POSTED,
    RETURN_SHIFT,
    TRY_SHIFT,
)
from surgesim.sim.heaps import packed, pushed
from surgesim.sim.kernel_callbacks import offer_of
from surgesim.sim.kernel_calls import redial, send
from surgesim.sim.kernel_marks import (
    BALK,
    BALKED,
    C_BALKED,
    C_DEFLECTED,
    C_LINK_CONTAINED,
    C_LINKS,
    C_MENU_ENDED,
    C_PROMISED,
    DEFLECTED,
    MENU_END,
    OFFER,
    OFFER_DELAY,
    OFFER_OUTCOME,
    PATIENCE,
    SECONDS,
    Keys,
    drawn,
    ticks,
)
from surgesim.sim.kernel_queue import leave
from surgesim.sim.kernel_staff import LINE_BUSY, go_home, release_line, spread
from surgesim.sim.laws import uniform
from surgesim.sim.state import INTERVAL, PATIENT, SPARE, STAYING, Births, Out, Records, State
from surgesim.sim.ticks import LONGEST
from surgesim.sim.view import View
from surgesim.sim.waits import announced_wait

NEVER = 1 << 62
NOTHING, BALKS = -1, -2


@inlined
def start_patience(
    centre: Centre, births: Births, state: State, view: View, out: Out, keys: Keys, slot: int, now: int
) -> None:  # fmt: skip
    """Note when somebody who waits will leave; who balks or takes an offer at once leaves now, who is accompanied stays."""
    person = state.people[slot]
    if centre.work.warm > 0 and state.tiers.holder[slot] >= 0:
        return
    queue, end = person.queue, NEVER
    scale = centre.patience_scale[queue, person.attempt & ATTEMPT_MASK]
    if person.ahead >= 0:
        seconds = births.patience[person.ahead]
    else:
        seconds = drawn(centre.laws, centre.queues[queue].patience, keys[PATIENCE], person.need, person.attempt)
    if seconds < math.inf:
        patience = ticks(seconds * scale)
        if patience < LONGEST:
            end = person.arrival + patience
    if centre.queues[queue].hears == 1:
        choice = hear(centre, view, keys, state.people, slot, end)
        if choice != NOTHING:
            end = now
            if choice >= 0:
                person.mode += (choice + 1) << OFFER_SHIFT
                end += centre.offers[choice].after
            if end == now:
                depart(centre, state, view, out, keys, slot, now)
                return
    if end < NEVER:
        person.gives_up = end
        state.n[PATIENT] = pushed(state.patience, state.n[PATIENT], packed(end, slot))


@compiled
def hear(centre: Centre, view: View, keys: Keys, people: Records, slot: int, end: int) -> int:
    """Tell a caller who waits until ``end`` how long it takes, and make offers; return the offer, BALKS or NOTHING."""
    person, rules = people[slot], centre.callers[people[slot].queue]
    agents, idle = 0, 0
    for place in range(centre.queues[person.queue].server, centre.queues[person.queue].servers_end):
        agents += view.groups[centre.servers[place]].on_duty
        idle += view.groups[centre.servers[place]].idle
    announced = 0.0 if idle > 0 else announced_wait(view.queues[person.queue].waiting, rules.aht, agents)
    told = rules.accepts_wait >= 0 and announced > rules.above
    if told and announced > drawn(centre.laws, rules.accepts_wait, keys[BALK], person.need, person.attempt):
        return BALKS
    chosen = NOTHING
    for place in range(rules.offer, rules.offers_end):
        offer, mark = centre.offers[place], person.attempt + ((place - rules.offer) << RETURN_SHIFT)
        asked = announced > offer.above and person.arrival + offer.after <= end
        sooner = chosen == NOTHING or offer.after < centre.offers[chosen].after
        if not asked or not sooner or (person.attempt & ATTEMPT_MASK) + offer.tries > MOST_ATTEMPTS:
            continue
        if uniform(keys[OFFER], person.need, mark) < offer.accepts:
            chosen = place
    return chosen


@compiled
def depart(centre: Centre, state: State, view: View, out: Out, keys: Keys, slot: int, now: int) -> None:
    """A caller leaves the queue for the offer in its mode, or without one because the announced wait is too long."""
    person = state.people[slot]
    queue, interval, arrival, number, mode = person.queue, person.interval, person.arrival, person.row, person.mode
    need, attempt, stream, factor, since = person.need, person.attempt, person.stream, person.factor, person.since
    leave(state.n, state.people, state.spare, state.queues, view.queues, queue, slot)
    if state.n[STAYING] > 0:
        go_home(centre, state, view, out, queue, now)
    trunk, offer = centre.queues[queue].trunk, offer_of(mode)
    if trunk >= 0:
        release_line(state.n, state.trunks, out.trunks, trunk, now)
        spread(centre.edges, out.trunks, trunk, LINE_BUSY, interval, arrival, now)
    if number >= 0:
        out.log[number].outcome = BALKED if offer < 0 else DEFLECTED
        out.log[number].joined_s = arrival * SECONDS
        out.log[number].wait_s = (now - arrival) * SECONDS
    if offer >= 0:
        deflect(centre, state, out, keys, interval, now, need, attempt, stream, queue, factor, offer, mode, since)
        return
    out.queues[interval, queue, C_BALKED] += 1.0
    share = centre.social[0].balked
    redial(centre, state, out, keys, share, interval, now, need, attempt, stream, queue, factor, mode, since)


@compiled
def leave_menu(centre: Centre, state: State, view: View, out: Out, keys: Keys, slot: int, now: int) -> bool:
    """At the end of the menu. Return whether the caller joins the queue; the others hang up, helped by its announcement."""
    person = state.people[slot]
    queue, trunk = person.queue, centre.queues[person.queue].trunk
    if trunk >= 0:
        spread(centre.edges, out.trunks, trunk, LINE_BUSY, person.interval, person.arrival, now)
    if uniform(keys[MENU_END], person.need, person.attempt) >= centre.callers[queue].menu_ends:
        person.arrival = now
        person.mode &= ~IN_MENU
        return True
    row = out.queues[person.interval, queue]
    row[C_DEFLECTED] += 1.0
    row[C_MENU_ENDED] += 1.0
    if trunk >= 0:
        release_line(state.n, state.trunks, out.trunks, trunk, now)
    if person.row >= 0:
        out.log[person.row].outcome = DEFLECTED
    state.spare[state.n[SPARE]] = slot
    state.n[SPARE] += 1
    return False


@compiled
def deflect(
    centre: Centre, state: State, out: Out, keys: Keys, interval: int, now: int,
    need: int, attempt: int, stream: int, queue: int, factor: float, place: int, mode: int, since: int,
) -> None:  # fmt: skip
    """A caller has accepted an offer: the link helps or it does not, the callback is promised."""
    offer, row = centre.offers[place], out.queues[interval, queue]
    row[C_DEFLECTED] += 1.0
    if offer.queue >= 0:
        promised = CALLED_BACK | (mode & POSTED) | ((place + 1) << OFFER_SHIFT) | (1 << TRY_SHIFT)
        if now < centre.horizon:
            out.queues[state.n[INTERVAL], offer.queue, C_PROMISED] += 1.0
            send(state, now, need, attempt + 1, stream, offer.queue, factor, promised, now)
        return
    row[C_LINKS] += 1.0
    if uniform(keys[OFFER_OUTCOME], need, attempt) < offer.containment:
        row[C_LINK_CONTAINED] += 1.0
        return
    tick = now + ticks(drawn(centre.laws, offer.delay, keys[OFFER_DELAY], need, attempt))
    if tick < centre.horizon:
        send(state, tick, need, attempt + 1, stream, queue, factor * offer.factor, mode & KEPT, since)
