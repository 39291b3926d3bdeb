"""Kernel: arrival, waiting, giving up and service. The same rules as ``reference.Reference``."""

import math

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import inlined
from surgesim.sim.contacts import ASTRAY, ATTEMPT_BITS, ATTEMPT_MASK, CALLED_BACK, DOOR_MASK, IN_MENU, MOVED
from surgesim.sim.heaps import called, packed
from surgesim.sim.kernel_books import book_wait, new_place
from surgesim.sim.kernel_branches import branch_for
from surgesim.sim.kernel_callbacks import waiting_since
from surgesim.sim.kernel_calls import closed_desk, logged, redial
from surgesim.sim.kernel_marks import (
    ABANDONED,
    BLOCKED,
    C_ABANDONED,
    C_BLOCKED,
    C_CALLBACK,
    C_ESCALATED,
    C_FIRST,
    C_FOLLOW_UP,
    C_MISROUTED,
    C_MOVED,
    C_OFFERED,
    C_REDIAL,
    C_SHORT,
    C_WAIT_ABANDONED,
    CLOSED_AGAIN,
    CLOSED_LOST,
    MENU,
    MISROUTE,
    SECONDS,
    Keys,
    drawn,
    ticks,
)
from surgesim.sim.kernel_outside import dialled, outside
from surgesim.sim.kernel_staff import (
    LINE_BUSY,
    go_home,
    is_open,
    release_line,
    spread,
)
from surgesim.sim.laws import uniform
from surgesim.sim.state import (
    CALLING,
    INTERVAL,
    SPARE,
    STAYING,
    WAITING,
    Integers,
    Out,
    Records,
    State,
)
from surgesim.sim.view import View
from surgesim.sim.work_arrays import OUTBOUND, OUTSIDE


@inlined
def join(state: State, view: View, queue: int, slot: int) -> None:
    """Go to the end of a queue."""
    tail = state.queues[queue].tail
    person = state.people[slot]
    person.next = -1
    person.previous = tail
    person.waits = 1
    if tail >= 0:
        state.people[tail].next = slot
    else:
        state.queues[queue].head = slot
        view.queues[queue].oldest = person.arrival * SECONDS
    state.queues[queue].tail = slot
    view.queues[queue].waiting += 1
    state.n[WAITING] += 1


@inlined
def leave(n: Integers, people: Records, spare: Integers, desks: Records, seen: Records, queue: int, slot: int) -> None:
    """Leave a queue, to an agent or for good."""
    before, after = people[slot].previous, people[slot].next
    if after >= 0:
        people[after].previous = before
    else:
        desks[queue].tail = before
    if before >= 0:
        people[before].next = after
    else:
        desks[queue].head = after
        seen[queue].oldest = people[after].arrival * SECONDS if after >= 0 else math.inf
    seen[queue].waiting -= 1
    n[WAITING] -= 1
    people[slot].waits = 0
    spare[n[SPARE]] = slot
    n[SPARE] += 1


@inlined
def arrive(
    centre: Centre, state: State, view: View, out: Out, keys: Keys, now: int,
    need: int, attempt: int, stream: int, queue: int, factor: float, mode: int, since: int, ahead: int,
) -> int:  # fmt: skip
    """A contact reaches the number. Return its place where it joins the queue, -1 where it does not."""
    interval = state.n[INTERVAL]
    rules = centre.queues[queue]
    chain = attempt >> ATTEMPT_BITS
    handed = chain > 0 and chain % centre.fan == 0  # by the first tier: neither menu nor wrong desk
    may_stray = rules.strays > 0.0 and mode == 0 and attempt & ATTEMPT_MASK == 1 and not handed
    if may_stray and uniform(keys[MISROUTE], need, attempt) < rules.strays:
        queue, mode, since, ahead = centre.callers[queue].wrong, ASTRAY, queue, -1
        rules = centre.queues[queue]
    if centre.branches[queue].many == 1:
        queue = branch_for(centre, state, keys, queue, need, attempt)
        rules = centre.queues[queue]
    number = logged(state, out, need, attempt, queue, stream, now)
    if not is_open(centre.queues, centre.windows, state.queues, queue, now):
        again = closed_desk(centre, state, out, keys, now, need, attempt, stream, queue, factor, mode, since)
        if number >= 0:
            out.log[number].outcome = CLOSED_AGAIN if again else CLOSED_LOST
        return -1
    row = out.queues[interval, queue]
    row[C_OFFERED] += 1.0
    kind, joined = C_FIRST if chain == 0 else C_ESCALATED if handed else C_FOLLOW_UP, now
    kind = C_REDIAL if attempt & ATTEMPT_MASK > 1 else kind
    if mode >= CALLED_BACK:
        if mode & CALLED_BACK:
            kind, joined = C_CALLBACK, waiting_since(centre.offers, mode, since, now)
        elif mode & (MOVED | ASTRAY):
            kind = C_MOVED
            row[C_MISROUTED] += 1.0 if mode & ASTRAY else 0.0
    row[kind] += 1.0
    if rules.work & OUTSIDE:
        outside(centre, state, out, keys, now, need, attempt, stream, queue, factor, mode, since, number)
        return -1
    if rules.work & OUTBOUND and mode & CALLED_BACK == 0:
        since = since - 1 if since > 0 else now
        mode = dialled(centre.callers, queue, mode)
    trunk = rules.trunk
    if trunk >= 0:
        if state.trunks[trunk].in_use >= state.trunks[trunk].lines:
            row[C_BLOCKED] += 1.0
            if number >= 0:
                out.log[number].outcome = BLOCKED
            share = centre.social[0].blocked
            redial(centre, state, out, keys, share, interval, now, need, attempt, stream, queue, factor, mode, since)
            return -1
        state.trunks[trunk].in_use += 1
    slot = new_place(state, need, attempt, stream, queue, factor, number, joined, ahead, mode & ~DOOR_MASK, since)
    if rules.menu >= 0 and not handed:
        state.people[slot].mode |= IN_MENU
        end = now + ticks(drawn(centre.laws, rules.menu, keys[MENU], need, attempt))
        state.n[CALLING] = called(state.calls, state.n[CALLING], packed(end, slot), state.people)
        return -1
    join(state, view, queue, slot)
    return int(slot)


@inlined
def give_up(centre: Centre, state: State, view: View, out: Out, keys: Keys, slot: int, now: int) -> None:
    """A caller whose patience is at its end leaves the queue."""
    person = state.people[slot]
    queue, interval, wait = person.queue, person.interval, now - person.arrival
    need, attempt, stream, factor, arrival, number, mode, since = (
        person.need, person.attempt, person.stream, person.factor, person.arrival, person.row, person.mode, person.since,
    )  # fmt: skip
    leave(state.n, state.people, state.spare, state.queues, view.queues, queue, slot)
    if state.n[STAYING] > 0 and centre.queues[queue].deferred == 0:
        go_home(centre, state, view, out, queue, now)
    row = out.queues[interval, queue]
    row[C_ABANDONED] += 1.0
    row[C_SHORT] += 1.0 if wait <= centre.queues[queue].short_abandon else 0.0
    row[C_WAIT_ABANDONED] += wait
    book_wait(centre.wait_edges, out.waits, centre.day[interval], queue, wait, 1)
    trunk = centre.queues[queue].trunk
    if trunk >= 0:
        release_line(state.n, state.trunks, out.trunks, trunk, now)
        spread(centre.edges, out.trunks, trunk, LINE_BUSY, interval, arrival, now)
    if number >= 0:
        out.log[number].outcome = ABANDONED
        out.log[number].joined_s = arrival * SECONDS
        out.log[number].wait_s = wait * SECONDS
    share = centre.social[0].abandoned
    redial(centre, state, out, keys, share, interval, now, need, attempt, stream, queue, factor, mode, since)
