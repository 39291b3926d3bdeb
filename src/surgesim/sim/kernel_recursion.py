"""The recursion over contacts in the order of their arrival: first come, first served, at one desk of one group.

No events: the next contact takes the agent who is free first, or gives up before (Kiefer and Wolfowitz 1955, with
patience as Baccelli, Boyer and Hebuterne 1984). Staffing changes when the recursion passes the start of an interval.
Calls on their way, closed doors and counters are those of the kernel; waiting, agents and their changes are not.
"""

import numpy as np

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import inlined
from surgesim.sim.contacts import ATTEMPT_BITS, ATTEMPT_MASK
from surgesim.sim.heaps import ENDLESS, LAST_TICK, WHO_BITS, WHO_MASK, arrived, popped, pushed, replaced
from surgesim.sim.kernel_books import book_handled, book_wait, held_after, in_seconds
from surgesim.sim.kernel_calls import closed_desk, follow_ups, logged, redial, self_service
from surgesim.sim.kernel_marks import (
    ABANDONED,
    C_ABANDONED,
    C_FIRST,
    C_FOLLOW_UP,
    C_INSIDE,
    C_OFFERED,
    C_REDIAL,
    C_SHORT,
    C_WAIT_ABANDONED,
    CLOSED_AGAIN,
    CLOSED_LOST,
    GROUP_HANDLED,
    HANDLED,
    INSIDE,
    PATIENCE,
    SECONDS,
    TALK,
    Keys,
    drawn,
    ticks,
)
from surgesim.sim.kernel_staff import BUSY, READY, is_open, spread
from surgesim.sim.state import BORN, CALLING, INTERVAL, ROWS, SPARE, Births, Floats, Integers, Out, Passage, State
from surgesim.sim.ticks import LONGEST

PRESENT, ON_DUTY, BOOKED, PASSED, STAYING, PLANNED, CLEARED = range(7)
"""Places in ``desk``: agents present and planned, booked up to, start of intervals passed, and those who stay on."""
DONE, NO_ROOM = 0, 1


@inlined
def book(desk: Integers, ready: Floats, now: int) -> None:
    """Book the time on duty up to now."""
    interval = desk[PASSED] - 1
    if 0 <= interval < ready.shape[0]:
        ready[interval, 0, READY] += desk[PRESENT] * (now - desk[BOOKED])
    desk[BOOKED] = now


@inlined
def set_duty(desk: Integers, free: Integers, ready: Floats, agents: int, now: int) -> None:
    """Put so many agents on duty. Those at work finish first; of the idle ones, those idle longest leave."""
    book(desk, ready, now)
    desk[ON_DUTY] = agents
    present = desk[PRESENT]
    if present == agents:  # then there is nothing to do, however many of them are at work
        return
    busy = 0
    for agent in range(present):
        busy += 1 if free[agent] >= now else 0
    wanted = max(agents, busy)
    while present > wanted:
        present = popped(free, present)
    while present < wanted:
        present = pushed(free, present, now)
    desk[PRESENT] = present


@inlined
def pass_edge(
    desk: Integers, free: Integers, ready: Floats, plan: Integers, lost: Integers, closed: Integers, waits: bool, now: int
) -> None:
    """Pass the start of an interval: staffing changes, unless agents stay after closing because somebody waits."""
    interval = desk[PASSED]
    book(desk, ready, now)
    desk[PASSED] = interval + 1
    if interval == plan.shape[1]:
        return
    agents = plan[0, interval]
    stays = agents < desk[ON_DUTY] and lost[0, interval] == 0 and waits and closed[interval] == 1
    desk[STAYING] = 1 if stays else 0
    if stays:
        desk[PLANNED] = agents
    else:
        set_duty(desk, free, ready, agents, now)


@inlined
def leave_duty(desk: Integers, free: Integers, ready: Floats, now: int) -> None:
    """The agent who is free first has finished, and more are present than planned: off duty."""
    book(desk, ready, now)
    desk[PRESENT] = popped(free, desk[PRESENT])


@inlined
def go_home(desk: Integers, free: Integers, ready: Floats) -> None:
    """Agents who stayed after closing go home when the last caller has left the queue."""
    desk[STAYING] = 0
    set_duty(desk, free, ready, desk[PLANNED], desk[CLEARED])


@inlined
def freed(
    desk: Integers, free: Integers, ready: Floats, edges: Integers, plan: Integers, lost: Integers, closed: Integers,
    arrival: int, gives_up: int,
) -> int:  # fmt: skip
    """Let pass what happens before a contact gets an agent or gives up; return when an agent is free for it."""
    while True:
        edge = edges[desk[PASSED]] if desk[PASSED] < edges.size else ENDLESS
        first = free[0]
        if desk[PRESENT] > desk[ON_DUTY] and first < edge and (first <= arrival or first <= gives_up):
            leave_duty(desk, free, ready, first)
        elif edge < ENDLESS and (edge <= arrival or edge <= min(first, gives_up)):
            pass_edge(desk, free, ready, plan, lost, closed, edge > arrival, edge)
            desk[CLEARED] = edge
        else:
            return int(first)


@inlined
def next_call(
    centre: Centre, births: Births, state: State, out: Out, keys: Keys
) -> tuple[bool, int, int, int, int, float, int, int]:
    """Return the next contact: whether it is made, when, need, attempt, stream, factor, closed doors met, place of birth."""
    n = state.n
    born, now = n[BORN], state.calls[0] >> WHO_BITS
    slot = state.calls[0] & WHO_MASK
    birth = born < births.need.size and births.tick[born] <= now
    if birth and births.tick[born] == now and n[CALLING] > 0:
        birth = births.need[born] < state.people[slot].need
    if birth:
        now = births.tick[born]
    while n[INTERVAL] + 1 < centre.edges.size and centre.edges[n[INTERVAL] + 1] <= now:
        n[INTERVAL] += 1
    if birth:
        n[BORN] = born + 1
        stream = births.stream[born]
        calls = self_service(centre, state, out, keys, births.need[born], stream, now)
        return calls, now, births.need[born], 1, stream, centre.streams[stream].factor, 0, born
    n[CALLING] = arrived(state.calls, n[CALLING], state.people)
    state.spare[n[SPARE]] = slot
    n[SPARE] += 1
    person = state.people[slot]
    return True, now, person.need, person.attempt, person.stream, person.factor, person.mode, -1


@inlined
def patience_end(centre: Centre, births: Births, keys: Keys, now: int, need: int, attempt: int, ahead: int) -> int:
    """Return when a contact gives up."""
    rules = centre.queues[0]
    seconds = births.patience[ahead] if ahead >= 0 else drawn(centre.laws, rules.patience, keys[PATIENCE], need, attempt)
    if seconds == np.inf:
        return ENDLESS
    patience = ticks(seconds * centre.patience_scale[0, attempt & ATTEMPT_MASK])
    return now + patience if patience < LONGEST else ENDLESS


@inlined
def abandon(
    centre: Centre, state: State, out: Out, keys: Keys, arrival: int, now: int, need: int, attempt: int, stream: int,
    factor: float, number: int,
) -> None:  # fmt: skip
    """A contact gives up."""
    wait, interval = now - arrival, state.n[INTERVAL]
    row = out.queues[interval, 0]
    row[C_ABANDONED] += 1.0
    row[C_SHORT] += 1.0 if wait <= centre.queues[0].short_abandon else 0.0
    row[C_WAIT_ABANDONED] += wait
    book_wait(centre.wait_edges, out.waits, centre.day[interval], 0, wait, 1)
    if number >= 0:
        out.log[number].outcome = ABANDONED
        out.log[number].joined_s = arrival * SECONDS
        out.log[number].wait_s = wait * SECONDS
    redial(centre, state, out, keys, 0.0, interval, now, need, attempt, stream, 0, factor, 0, 0)


@inlined
def answer(
    centre: Centre, births: Births, state: State, out: Out, keys: Keys, current: int, arrival: int, now: int, need: int,
    attempt: int, stream: int, factor: float, number: int, ahead: int,
) -> int:  # fmt: skip
    """An agent starts to serve a contact; return when he has finished."""
    rules, speed, interval = centre.queues[0], centre.groups[0].factor, state.n[INTERVAL]
    seconds = births.talk[ahead] if ahead >= 0 else drawn(centre.laws, rules.talk, keys[TALK], need, attempt)
    talk = ticks(seconds * factor * speed)
    hold, after = held_after(centre, keys, 0, need, attempt, speed)
    end = now + talk + hold + after
    book_handled(centre, out, 0, interval, arrival, now, talk, hold, after, 0)
    if current < centre.edges.size - 1:
        out.groups[current, 0, GROUP_HANDLED] += 1.0
    spread(centre.edges, out.groups, 0, BUSY, current, now, end)
    if rules.follow_ups_end > rules.follow_up:
        follow_ups(centre, state, keys, need, attempt, stream, 0, end, now - arrival, 0, 0, 0)
    if number >= 0:
        row = out.log[number]
        row.outcome = HANDLED
        row.joined_s = arrival * SECONDS
        row.wait_s = (now - arrival) * SECONDS
        row.start_s = now * SECONDS
        row.talk_end_s = (now + talk + hold) * SECONDS
        row.end_s = end * SECONDS
        row.group = 0
    return int(end)


@inlined
def settle(
    centre: Centre, births: Births, state: State, out: Out, keys: Keys, desk: Integers, free: Integers, closed: Integers,
    now: int, need: int, attempt: int, stream: int, factor: float, number: int, ahead: int,
) -> None:  # fmt: skip
    """Settle what becomes of a contact that joins the queue."""
    gives_up = patience_end(centre, births, keys, now, need, attempt, ahead)
    first = freed(desk, free, out.groups, centre.edges, centre.agents, centre.lost, closed, now, gives_up)
    start = max(first, now)
    end = min(start, gives_up) if first > now else now
    if end > centre.limit:
        out.queues[state.n[INTERVAL], 0, C_INSIDE] += 1.0
        if number >= 0:
            out.log[number].outcome = INSIDE
            out.log[number].joined_s = now * SECONDS
    elif first > now and gives_up < first:
        abandon(centre, state, out, keys, now, gives_up, need, attempt, stream, factor, number)
    else:
        replaced(
            free, desk[PRESENT],
            answer(centre, births, state, out, keys, desk[PASSED] - 1, now, start, need, attempt, stream, factor, number, ahead),
        )  # fmt: skip
    desk[CLEARED] = max(desk[CLEARED], end)


def recur(passage: Passage) -> int:
    """Simulate one replication; return DONE, or NO_ROOM for people on their way."""
    centre, births, state, out, keys = passage.centre, passage.births, passage.state, passage.out, passage.keys
    desk, free, closed, n = passage.desk, passage.free, passage.closed, state.n
    while n[BORN] < births.need.size or n[CALLING] > 0:
        if n[SPARE] < centre.fan + 4 or (out.log.size > 1 and n[ROWS] + 2 > out.log.size):
            return NO_ROOM
        made, now, need, attempt, stream, factor, mode, ahead = next_call(centre, births, state, out, keys)
        if not made:
            continue
        interval = n[INTERVAL]
        number = logged(state, out, need, attempt, 0, stream, now)
        if not is_open(centre.queues, centre.windows, state.queues, 0, now):
            again = closed_desk(centre, state, out, keys, now, need, attempt, stream, 0, factor, mode, 0)
            if number >= 0:
                out.log[number].outcome = CLOSED_AGAIN if again else CLOSED_LOST
            continue
        row = out.queues[interval, 0]
        row[C_OFFERED] += 1.0
        row[C_REDIAL if attempt & ATTEMPT_MASK > 1 else C_FIRST if attempt >> ATTEMPT_BITS == 0 else C_FOLLOW_UP] += 1.0
        if desk[STAYING] == 1 and desk[CLEARED] <= now:
            go_home(desk, free, out.groups)
        settle(centre, births, state, out, keys, desk, free, closed, now, need, attempt, stream, factor, number, ahead)
    if desk[STAYING] == 1:
        go_home(desk, free, out.groups)
    freed(desk, free, out.groups, centre.edges, centre.agents, centre.lost, closed, LAST_TICK, LAST_TICK)
    in_seconds(out)
    return DONE
