"""Kernel: what is booked of a contact that is served, and of those who are still inside at the end."""

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import compiled, inlined, merged
from surgesim.sim.heaps import WHO_MASK
from surgesim.sim.kernel_marks import (
    C_AFTER,
    C_HANDLED,
    C_HOLD,
    C_INSIDE,
    C_ON_TIME,
    C_TALK,
    C_WAIT_HANDLED,
    C_WITHIN,
    INSIDE,
    SECONDS,
)
from surgesim.sim.kernel_staff import LINE_BUSY, spread
from surgesim.sim.state import CALLING, Floats, Integers, Out, State


@inlined
def book_wait(edges: Integers, table: Floats, day: int, queue: int, wait: int, kind: int) -> None:
    """Add one wait to the histogram."""
    place = 0
    for edge in range(edges.size):  # counting has no branches: the compiler compares several edges at once
        place += 1 if wait >= edges[edge] else 0
    table[day, queue, place, kind] += 1.0


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
    for place in range(state.n[CALLING]):  # after the horizon only those in a menu are on their way
        person = state.people[state.calls[place] & WHO_MASK]
        out.queues[person.interval, person.queue, C_INSIDE] += 1.0
        trunk = centre.queues[person.queue].trunk
        if trunk >= 0:
            spread(centre.edges, out.trunks, trunk, LINE_BUSY, person.interval, person.arrival, centre.horizon)
        if person.row >= 0:
            out.log[person.row].outcome = INSIDE
