"""Kernel: arrival, waiting, giving up and service. The same rules as ``reference.Reference``."""

import math

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import compiled, inlined, merged
from surgesim.sim.contacts import ATTEMPT_BITS, ATTEMPT_MASK
from surgesim.sim.heaps import packed, pushed
from surgesim.sim.kernel_calls import closed_desk, follow_ups, logged, redial
from surgesim.sim.kernel_marks import (
    ABANDONED,
    AFTER,
    BLOCKED,
    C_ABANDONED,
    C_AFTER,
    C_BLOCKED,
    C_FIRST,
    C_FOLLOW_UP,
    C_HANDLED,
    C_HOLD,
    C_INSIDE,
    C_OFFERED,
    C_ON_TIME,
    C_REDIAL,
    C_SHORT,
    C_TALK,
    C_WAIT_ABANDONED,
    C_WAIT_HANDLED,
    C_WITHIN,
    CLOSED_AGAIN,
    CLOSED_LOST,
    GROUP_HANDLED,
    HANDLED,
    HOLD,
    INSIDE,
    PATIENCE,
    SECONDS,
    TALK,
    Keys,
    drawn,
    ticks,
)
from surgesim.sim.kernel_staff import BUSY, LINE_BUSY, first_idle, go_home, is_open, release_line, show_idle, spread
from surgesim.sim.state import (
    FINISHING,
    HANGING_UP,
    INTERVAL,
    PATIENT,
    SPARE,
    STAYING,
    WAITING,
    Births,
    Floats,
    Integers,
    Out,
    Records,
    State,
)
from surgesim.sim.ticks import LONGEST
from surgesim.sim.view import View


@merged
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


@merged
def new_place(
    state: State, need: int, attempt: int, stream: int, queue: int, factor: float, number: int, now: int, ahead: int
) -> int:
    """Return a free place, filled with a contact that has arrived."""
    state.n[SPARE] -= 1
    slot = state.spare[state.n[SPARE]]
    person = state.people[slot]
    person.need = need
    person.attempt = attempt
    person.arrival = now
    person.factor = factor
    person.stream = stream
    person.queue = queue
    person.interval = state.n[INTERVAL]
    person.row = number
    person.ahead = ahead
    person.gives_up = -1  # an older appointment of the same place must not be taken for this one's
    return int(slot)


@merged
def arrive(
    centre: Centre, state: State, view: View, out: Out, keys: Keys, now: int,
    need: int, attempt: int, stream: int, queue: int, factor: float, returns: int, ahead: int,
) -> int:  # fmt: skip
    """A contact reaches the number. Return its place where it joins the queue, -1 where it does not."""
    interval = state.n[INTERVAL]
    number = logged(state, out, need, attempt, queue, stream, now)
    if not is_open(centre.queues, centre.windows, state.queues, queue, now):
        again = closed_desk(centre, state, out, keys, need, attempt, stream, queue, factor, returns)
        if number >= 0:
            out.log[number].outcome = CLOSED_AGAIN if again else CLOSED_LOST
        return -1
    row = out.queues[interval, queue]
    row[C_OFFERED] += 1.0
    row[C_REDIAL if attempt & ATTEMPT_MASK > 1 else C_FIRST if attempt >> ATTEMPT_BITS == 0 else C_FOLLOW_UP] += 1.0
    trunk = centre.queues[queue].trunk
    if trunk >= 0:
        if state.trunks[trunk].in_use >= state.trunks[trunk].lines:
            row[C_BLOCKED] += 1.0
            if number >= 0:
                out.log[number].outcome = BLOCKED
            redial(
                centre.queues, centre.laws, centre.horizon, state.n, state.people, state.spare, state.calls, out.queues,
                keys, interval, now, need, attempt, stream, queue, factor,
            )  # fmt: skip
            return -1
        state.trunks[trunk].in_use += 1
    slot = new_place(state, need, attempt, stream, queue, factor, number, now, ahead)
    join(state, view, queue, slot)
    return int(slot)


@merged
def start_patience(centre: Centre, births: Births, state: State, keys: Keys, slot: int) -> None:
    """Note when somebody who waits will give up."""
    person = state.people[slot]
    scale = centre.patience_scale[person.queue, person.attempt & ATTEMPT_MASK]
    if person.ahead >= 0:
        seconds = births.patience[person.ahead]
    else:
        seconds = drawn(centre.laws, centre.queues[person.queue].patience, keys[PATIENCE], person.need, person.attempt)
    if seconds == math.inf:
        return
    patience = ticks(seconds * scale)
    if patience < LONGEST:
        person.gives_up = person.arrival + patience
        state.n[PATIENT] = pushed(state.patience, state.n[PATIENT], packed(person.gives_up, slot))


@inlined
def book_wait(edges: Integers, table: Floats, day: int, queue: int, wait: int, kind: int) -> None:
    """Add one wait to the histogram."""
    place = 0
    for edge in range(edges.size):  # counting has no branches: the compiler compares several edges at once
        place += 1 if wait >= edges[edge] else 0
    table[day, queue, place, kind] += 1.0


@merged
def give_up(centre: Centre, state: State, view: View, out: Out, keys: Keys, slot: int, now: int) -> None:
    """A caller whose patience is at its end leaves the queue."""
    person = state.people[slot]
    queue, interval, wait = person.queue, person.interval, now - person.arrival
    need, attempt, stream, factor, arrival, number = (
        person.need, person.attempt, person.stream, person.factor, person.arrival, person.row,
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
    redial(
        centre.queues, centre.laws, centre.horizon, state.n, state.people, state.spare, state.calls, out.queues,
        keys, interval, now, need, attempt, stream, queue, factor,
    )  # fmt: skip


@merged
def serve(
    centre: Centre, births: Births, state: State, view: View, out: Out, keys: Keys, queue: int, group: int, now: int
) -> None:
    """The head of a queue gets the agent of a group who has been idle longest; all that follows is known at once."""
    slot = state.queues[queue].head
    person = state.people[slot]
    need, attempt, stream, factor, arrival, interval, number, ahead = (
        person.need, person.attempt, person.stream, person.factor, person.arrival, person.interval, person.row, person.ahead,
    )  # fmt: skip
    leave(state.n, state.people, state.spare, state.queues, view.queues, queue, slot)
    agent = first_idle(state.n, centre.groups, state.groups, view.groups, state.idle, group)
    view.groups[group].busy += 1
    view.served[group, queue] += 1
    show_idle(centre.groups, state.groups, view.groups, state.idle, state.agents, group)
    if state.n[STAYING] > 0 and centre.queues[queue].deferred == 0:
        go_home(centre, state, view, out, queue, now)
    rules, speed = centre.queues[queue], centre.groups[group].factor
    seconds = births.talk[ahead] if ahead >= 0 else drawn(centre.laws, rules.talk, keys[TALK], need, attempt)
    talk = ticks(seconds * factor * speed)
    hold = ticks(drawn(centre.laws, rules.hold, keys[HOLD], need, attempt) * speed)
    after = ticks(drawn(centre.laws, rules.after, keys[AFTER], need, attempt) * speed)
    talk_end = now + talk + hold
    end = talk_end + after
    state.n[FINISHING] = pushed(state.finishing, state.n[FINISHING], packed(end, agent))
    if rules.trunk >= 0:
        state.n[HANGING_UP] = pushed(state.hanging_up, state.n[HANGING_UP], packed(talk_end, rules.trunk))
        spread(centre.edges, out.trunks, rules.trunk, LINE_BUSY, interval, arrival, talk_end)
    book_handled(centre, out, queue, interval, arrival, now, talk, hold, after)
    current = state.n[INTERVAL]
    if current < centre.edges.size - 1:
        out.groups[current, group, GROUP_HANDLED] += 1.0
    spread(centre.edges, out.groups, group, BUSY, current, now, end)
    if rules.follow_ups_end > rules.follow_up:
        follow_ups(centre, state, keys, need, attempt, stream, queue, end)
    if number >= 0:
        row = out.log[number]
        row.outcome = HANDLED
        row.joined_s = arrival * SECONDS
        row.wait_s = (now - arrival) * SECONDS
        row.start_s = now * SECONDS
        row.talk_end_s = talk_end * SECONDS
        row.end_s = end * SECONDS
        row.group = group


@merged
def book_handled(
    centre: Centre, out: Out, queue: int, interval: int, arrival: int, now: int, talk: int, hold: int, after: int
) -> None:
    """Book a contact that an agent starts to serve."""
    rules, row, wait = centre.queues[queue], out.queues[interval, queue], now - arrival
    late = rules.deferred == 1 and wait + talk + hold + after > rules.deadline
    row[C_HANDLED] += 1.0
    row[C_WITHIN] += 1.0 if wait <= rules.answer_within else 0.0
    row[C_ON_TIME] += 0.0 if late else 1.0
    row[C_WAIT_HANDLED] += wait
    row[C_TALK] += talk
    row[C_HOLD] += hold
    row[C_AFTER] += after
    book_wait(centre.wait_edges, out.waits, centre.day[interval], queue, wait, 0)


@compiled
def still_inside(centre: Centre, state: State, out: Out) -> None:
    """Book the contacts that still wait a day after the horizon."""
    for queue in range(centre.queues.size):
        slot = state.queues[queue].head
        while slot >= 0:
            person = state.people[slot]
            out.queues[person.interval, queue, C_INSIDE] += 1.0
            trunk = centre.queues[queue].trunk
            if trunk >= 0:
                spread(centre.edges, out.trunks, trunk, LINE_BUSY, person.interval, person.arrival, centre.horizon)
            if person.row >= 0:
                out.log[person.row].outcome = INSIDE
                out.log[person.row].joined_s = person.arrival * SECONDS
            slot = person.next
