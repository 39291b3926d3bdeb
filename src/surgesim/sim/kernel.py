"""The compiled event loop: the rules of the reference engine over arrays, without the interpreter.

Next is the earliest of: a change of staffing, an agent who finishes, a caller who gives up, a timer of the policy, a
contact that arrives; at the same moment in this order. Agents who finish at the same moment go by their number, timers
by their queue, contacts that arrive by need and attempt. Lines are given back before anything else happens at a
moment, which only arrivals can notice.
"""

import math
from collections.abc import Callable

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import inlined
from surgesim.sim.contacts import IN_MENU, OFFERED, UNBORN
from surgesim.sim.heaps import LAST_TICK, PADDING, WHO_BITS, WHO_MASK, arrived, packed, popped, pushed
from surgesim.sim.held import seen
from surgesim.sim.kernel_books import in_seconds, still_inside
from surgesim.sim.kernel_callers import depart, leave_menu, start_patience
from surgesim.sim.kernel_calls import self_service
from surgesim.sim.kernel_chat import FREE, STALE, begin_chat, chats_left, end_chat, fewest, group_with_window, window_waited_for
from surgesim.sim.kernel_marks import C_SPREAD, ROUTE, SECONDS, Keys, ticks
from surgesim.sim.kernel_queue import arrive, give_up, join
from surgesim.sim.kernel_service import serve
from surgesim.sim.kernel_staff import change_staffing, finish, forget_end, hang_up
from surgesim.sim.kernel_tiers import accompany, holders_left
from surgesim.sim.laws import uniform
from surgesim.sim.rows import fetch
from surgesim.sim.state import (
    ANSWER,
    ASKED,
    BORN,
    CALLING,
    CHATS,
    EDGE,
    FINISHING,
    FORCED,
    GONE,
    IDLE,
    INTERVAL,
    LOOKING,
    LOOKING_END,
    PATIENT,
    QUESTIONS,
    RINGING,
    ROWS,
    SPARE,
    WAITING,
    Births,
    Out,
    State,
    World,
)
from surgesim.sim.view import MOST_TIMERS, View
from surgesim.sim.work_arrays import CHAT

Question = Callable[[View, int, float, float], int]
Timer = Callable[[View, int, float, int], float]
DONE, NO_ROOM, BAD_GROUP, BAD_QUEUE, BAD_TIMER = 0, 1, 2, 3, 4
STAY = -1
WRONG = -2


@inlined
def group_for(centre: Centre, state: State, view: View, keys: Keys, lucky: bool, question: Question, slot: int, now: int) -> int:
    """Ask the policy which group serves the head of the queue that a contact has joined."""
    person = state.people[slot]
    queue = person.queue
    able = False
    for place in range(centre.queues[queue].server, centre.queues[queue].servers_end):
        able = able or view.groups[centre.servers[place]].idle > 0
    if not able:
        return STAY
    luck = uniform(keys[ROUTE], person.need, person.attempt) if lucky else 0.5
    answer = question(seen(view), queue, now * SECONDS, luck)
    if answer == -1:
        return STAY
    if answer < 0 or answer >= view.groups.size or view.rank[answer, queue] < 0 or view.groups[answer].idle == 0:
        state.n[ASKED], state.n[ANSWER] = queue, answer
        return WRONG
    return answer


@inlined
def queue_for(centre: Centre, state: State, view: View, keys: Keys, lucky: bool, question: Question, group: int, now: int) -> int:
    """Ask the policy which queue an idle agent of a group serves."""
    if state.n[WAITING] == 0:
        return STAY
    idle = view.groups[group].idle > 0
    if not idle and (centre.work.most_chats == 0 or not window_waited_for(centre, state.chat, view, group)):
        return STAY
    waited = False
    for place in range(centre.groups[group].skill, centre.groups[group].skills_end):
        waited = waited or view.queues[centre.skills[place]].waiting > 0
    if not waited:
        return STAY
    state.n[QUESTIONS] += 1
    luck = uniform(keys[ROUTE], state.n[QUESTIONS], 0) if lucky else 0.5
    answer = question(seen(view), group, now * SECONDS, luck)
    if answer == -1:
        return STAY
    if answer < 0 or answer >= view.queues.size or view.rank[group, answer] < 0 or view.queues[answer].waiting == 0:
        state.n[ASKED], state.n[ANSWER] = group, answer
        return WRONG
    if not idle and fewest(centre.work, state.chat, view.groups, answer, group) == 0:
        return STAY
    return answer


@inlined
def next_contact(centre: Centre, births: Births, state: State, view: View, out: Out, keys: Keys, now: int) -> int:
    """Let the next contact arrive, or the next need be born. Return its place where it joins a queue, else -1."""
    born = state.n[BORN]
    birth = born < births.need.size and births.tick[born] == now
    slot = state.calls[0] & WHO_MASK
    if birth and state.n[CALLING] > 0 and state.calls[0] >> WHO_BITS == now:
        birth = births.need[born] < state.people[slot].need
    if birth:
        state.n[BORN] = born + 1
        stream = births.stream[born]
        need, attempt, mode, since, ahead, agent = births.need[born], 1, 0, 0, born, -1
        queue, factor = centre.streams[stream].queue, centre.streams[stream].factor
        fresh = True
    else:
        state.n[CALLING] = arrived(state.calls, state.n[CALLING], state.people)
        fetch(state.people, state.calls[0] & WHO_MASK)  # whose last call may be long ago
        if centre.work.warm > 0:
            fetch(state.tiers.holder, state.calls[0] & WHO_MASK)
        person = state.people[slot]
        if person.mode & IN_MENU:
            if not leave_menu(centre, state, view, out, keys, slot, now):
                return -1
            join(state, view, person.queue, slot)
            return int(slot)
        need, attempt, mode, since, ahead = person.need, person.attempt, person.mode, person.since, -1
        agent = -1
        stream, queue, factor = person.stream, person.queue, person.factor
        state.spare[state.n[SPARE]] = slot
        state.n[SPARE] += 1
        fresh = mode & UNBORN != 0
        if centre.work.warm > 0:
            agent = state.tiers.holder[slot]
            state.tiers.holder[slot] = -1
        if fresh:
            mode, queue, factor = 0, centre.streams[stream].queue, centre.streams[stream].factor
            out.queues[state.n[INTERVAL], queue, C_SPREAD] += 1.0
    if fresh and not self_service(centre, state, out, keys, need, stream, now):
        return -1
    joined = arrive(centre, state, view, out, keys, now, need, attempt, stream, queue, factor, mode, since, ahead)
    if agent >= 0:
        accompany(centre, state, out, agent, joined, now)
    return joined


@inlined
def crowded(centre: Centre, state: State, out: Out) -> bool:
    """Whether the room for people, patience or rows of the log may not do for one more event."""
    n = state.n
    few = n[SPARE] < centre.room or n[PATIENT] + 16 > state.patience.size or n[RINGING] + 16 > state.timers.size
    few = few or n[FINISHING] + PADDING >= state.finishing.size
    return few or (out.log.size > 1 and n[ROWS] + 2 > out.log.size)


@inlined
def earliest(centre: Centre, births: Births, state: State) -> int:
    """Return the moment of the next event."""
    n = state.n
    edge = centre.edges[n[EDGE]] if n[EDGE] < centre.edges.size else LAST_TICK
    birth = births.tick[n[BORN]] if n[BORN] < births.need.size else LAST_TICK
    people = min(state.patience[0] >> WHO_BITS, min(state.calls[0] >> WHO_BITS, birth))
    return int(min(min(edge, state.finishing[0] >> WHO_BITS), min(state.timers[0] >> WHO_BITS, people)))


@inlined
def happen(
    centre: Centre, births: Births, state: State, view: View, out: Out, keys: Keys, lucky: bool, question: Question, now: int
) -> int:
    """Let the next event happen, and note which groups look for work. Return the place of who joins a queue, else -1."""
    n = state.n
    n[LOOKING], n[LOOKING_END], n[FORCED], joined, head = 0, 0, STAY, -1, -1
    if n[EDGE] < centre.edges.size and centre.edges[n[EDGE]] == now:
        change_staffing(centre, state, view, out, n[EDGE], now)
        n[EDGE] += 1
        n[LOOKING_END] = view.groups.size if n[EDGE] < centre.edges.size else 0
    elif state.finishing[0] >> WHO_BITS == now:
        agent = state.finishing[0] & WHO_MASK
        n[GONE] = 1
        n[LOOKING] = state.agents[agent].group
        ended = FREE
        if centre.work.most_chats > 0:
            ended = end_chat(centre, state, out, keys, agent, now)
        if ended == FREE:
            finish(centre, state, view, out, agent, now)
        n[LOOKING_END] = n[LOOKING] + (0 if ended == STALE else 1)
    elif state.patience[0] >> WHO_BITS == now:
        slot = state.patience[0] & WHO_MASK
        n[PATIENT] = popped(state.patience, n[PATIENT])
        if state.people[slot].waits == 1 and state.people[slot].gives_up == now:
            if state.people[slot].mode & OFFERED:
                depart(centre, state, view, out, keys, slot, now)
            else:
                give_up(centre, state, view, out, keys, slot, now)
    elif state.timers[0] >> WHO_BITS == now:
        head = state.queues[state.timers[0] & WHO_MASK].head
        n[RINGING] = popped(state.timers, n[RINGING])
    else:
        joined = head = next_contact(centre, births, state, view, out, keys, now)
    if head >= 0 and n[IDLE] > 0:
        group = group_for(centre, state, view, keys, lucky, question, head, now)
        if group != STAY:
            n[FORCED], n[LOOKING], n[LOOKING_END] = state.people[head].queue, group, group + 1
    if head >= 0 and centre.work.most_chats > 0 and n[LOOKING_END] == 0:
        group = group_with_window(centre, state.chat, view, state.people[head].queue)
        if group >= 0:
            n[LOOKING], n[LOOKING_END] = group, group + 1
    return joined


@inlined
def set_timers(state: State, view: View, timer: Timer, slot: int, now: int) -> bool:
    """Ask the policy when it is to be asked again about somebody who waits. Return whether its answers are durations."""
    person = state.people[slot]
    for step in range(MOST_TIMERS):
        seconds = timer(seen(view), person.queue, now * SECONDS, step)
        if seconds == math.inf:
            break
        if not seconds >= 0.0:
            return False
        state.n[RINGING] = pushed(state.timers, state.n[RINGING], packed(now + ticks(seconds), person.queue))
    return True


@inlined
def put_to_work(
    centre: Centre, births: Births, state: State, view: View, out: Out, keys: Keys, lucky: bool, question: Question, now: int
) -> int:
    """Let the groups that look for work take contacts until they stay idle; one contact where a queue is forced."""
    n, status = state.n, DONE
    if n[LOOKING] == WRONG:
        return BAD_GROUP
    while n[LOOKING] < n[LOOKING_END]:
        queue = n[FORCED]
        if queue < 0:
            queue = queue_for(centre, state, view, keys, lucky, question, n[LOOKING], now)
        if queue == WRONG or n[SPARE] < centre.room - 2 or n[FINISHING] + PADDING >= state.finishing.size:
            status = BAD_QUEUE if queue == WRONG else NO_ROOM
            break
        if queue == STAY:
            n[LOOKING] += 1
            continue
        if centre.queues[queue].work & CHAT:
            begin_chat(centre, births, state, view, out, keys, queue, n[LOOKING], now)
        else:
            serve(centre, births, state, view, out, keys, queue, n[LOOKING], now)
        if n[FORCED] >= 0:
            break
    return status


def replicate(world: World, lucky: bool, to_group: Question, to_queue: Question, timed: bool, timer: Timer) -> int:
    """Simulate one replication; return DONE, or why it stopped."""
    centre, births, state, view, out, keys = world.centre, world.births, world.state, world.shown, world.out, world.keys
    n, status = state.n, DONE
    while status == DONE:
        if crowded(centre, state, out):
            return NO_ROOM
        now = earliest(centre, births, state)
        ended = n[EDGE] >= centre.edges.size and n[WAITING] == 0 and n[CALLING] == 0 and n[CHATS] == 0
        if now > centre.limit or ended:
            break
        hang_up(state, out, now)
        joined = happen(centre, births, state, view, out, keys, lucky, to_group, now)
        status = put_to_work(centre, births, state, view, out, keys, lucky, to_queue, now)
        forget_end(state)
        if joined >= 0 and state.people[joined].waits == 1:
            start_patience(centre, births, state, view, out, keys, joined, now)
            if timed and state.people[joined].waits == 1 and not set_timers(state, view, timer, joined, now):
                status = BAD_TIMER
    if status == DONE:
        still_inside(centre, state, out)
        if centre.work.most_chats > 0:
            chats_left(centre, state.chat, out)
        if centre.work.warm > 0:
            holders_left(centre, state, out)
        in_seconds(out)
    return status
