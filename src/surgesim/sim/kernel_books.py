"""Kernel: what is booked of a contact that is served, deadlines in business hours, and who is still inside at the end."""

from surgesim.result.counters import QUEUE_COLUMNS, SUMS
from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import compiled, inlined
from surgesim.sim.heaps import WHO_MASK
from surgesim.sim.kernel_marks import (
    AFTER,
    C_AFTER,
    C_HANDLED,
    C_HOLD,
    C_INSIDE,
    C_ON_TIME,
    C_TALK,
    C_WAIT_HANDLED,
    C_WITHIN,
    GROUP_HANDLED,
    GROUP_NOVICE,
    HOLD,
    INSIDE,
    SECONDS,
    Keys,
    drawn,
    ticks,
)
from surgesim.sim.kernel_staff import BUSY, CHAT_TIME, CHATTING, LINE_BUSY, LINE_TIME, READY, spread
from surgesim.sim.state import CALLING, INTERVAL, SPARE, Floats, Integers, Out, State
from surgesim.sim.work_arrays import CLOCKED, HOLDS, OPENED, WRAPS, WorkRules

FIRST_SUM, SUMS_OF_QUEUE = QUEUE_COLUMNS.index(SUMS[0]), len(SUMS)


@inlined
def new_place(
    state: State, need: int, attempt: int, stream: int, queue: int, factor: float, number: int, now: int, ahead: int,
    mode: int, since: int,
) -> int:  # fmt: skip
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
    person.mode = mode
    person.since = since
    person.gives_up = -1  # an older appointment of the same place must not be taken for this one's
    return int(slot)


@inlined
def held_after(centre: Centre, keys: Keys, queue: int, need: int, attempt: int, speed: float) -> tuple[int, int]:
    """Return how long a contact is on hold, and how long the work after it takes; most queues have neither."""
    rules, hold, after = centre.queues[queue], 0, 0
    if rules.work & HOLDS:
        hold = ticks(drawn(centre.laws, rules.hold, keys[HOLD], need, attempt) * speed)
    if rules.work & WRAPS:
        after = ticks(drawn(centre.laws, rules.after, keys[AFTER], need, attempt) * speed)
    return hold, after


@inlined
def log_start(out: Out, number: int, outcome: int, arrival: int, now: int, group: int) -> None:
    """Write down that an agent takes a contact."""
    row = out.log[number]
    row.outcome = outcome
    row.joined_s = arrival * SECONDS
    row.wait_s = (now - arrival) * SECONDS
    row.start_s = now * SECONDS
    row.group = group


@inlined
def book_group(centre: Centre, out: Out, group: int, interval: int, novice: int) -> None:
    """Book a contact that a group takes up, where it does so before the horizon."""
    if interval < centre.edges.size - 1:
        out.groups[interval, group, GROUP_HANDLED] += 1.0
        if novice > 0:
            out.groups[interval, group, GROUP_NOVICE] += 1.0


@inlined
def book_wait(edges: Integers, table: Floats, day: int, queue: int, wait: int, kind: int) -> None:
    """Add one wait to the histogram."""
    place = 0
    for edge in range(edges.size):  # counting has no branches: the compiler compares several edges at once
        place += 1 if wait >= edges[edge] else 0
    table[day, queue, place, kind] += 1.0


@compiled
def open_time(rules: WorkRules, queue: int, now: int) -> int:
    """Return how long the windows in which the deadlines of a queue run have been open up to now."""
    low, high = rules.clock_first[queue], rules.clock_end[queue]
    first, clock = low, rules.clock
    while low < high:
        middle = (low + high) // 2
        if clock[middle, 0] <= now:
            low = middle + 1
        else:
            high = middle
    return int(clock[low - 1, 2] + min(now, clock[low - 1, 1]) - clock[low - 1, 0] if low > first else 0)


@inlined
def book_handled(
    centre: Centre, out: Out, queue: int, interval: int, arrival: int, now: int, talk: int, hold: int, after: int, opened: int
) -> None:
    """Book a contact that an agent starts to serve."""
    rules, row, wait = centre.queues[queue], out.queues[interval, queue], now - arrival
    late = False
    if rules.deferred == 1:
        begin = opened - 1 if rules.work & OPENED else arrival
        spent = now - begin + talk + hold + after
        if rules.work & CLOCKED:
            spent = open_time(centre.work, queue, begin + spent) - open_time(centre.work, queue, begin)
        late = spent > rules.deadline
    row[C_HANDLED] += 1.0
    row[C_WITHIN] += 1.0 if wait <= rules.answer_within else 0.0
    row[C_ON_TIME] += 0.0 if late else 1.0
    row[C_WAIT_HANDLED] += wait
    row[C_TALK] += talk
    if hold + after > 0:
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


@compiled
def in_seconds(out: Out) -> None:
    """Turn the times of counters from ticks to seconds; ticks are a power of two, so that nothing is lost."""
    for interval in range(out.queues.shape[0]):
        for queue in range(out.queues.shape[1]):
            for column in range(FIRST_SUM, FIRST_SUM + SUMS_OF_QUEUE):
                out.queues[interval, queue, column] *= SECONDS
        for group in range(out.groups.shape[1]):
            for column in (BUSY, READY, CHAT_TIME, CHATTING):
                out.groups[interval, group, column] *= SECONDS
        for trunk in range(out.trunks.shape[1]):
            out.trunks[interval, trunk, LINE_TIME] *= SECONDS
            out.trunks[interval, trunk, LINE_BUSY] *= SECONDS
