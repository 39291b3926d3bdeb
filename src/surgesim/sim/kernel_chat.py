"""Kernel: chats, of which one agent holds several. The same rules as ``chats`` of the reference.

The agents of a group who hold n chats form a line for each n, in the order in which they came to hold n. Whoever
holds fewest takes the next chat. The appointment of an agent with the end of his next chat moves whenever a chat
begins or ends; appointments that hold no longer stay in the heap and are passed over.
"""

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import compiled, inlined
from surgesim.sim.heaps import packed
from surgesim.sim.kernel_books import book_group, book_handled, log_start
from surgesim.sim.kernel_calls import follow_ups
from surgesim.sim.kernel_marks import C_TALK, HANDLED, SECONDS, TALK, Keys, drawn, ticks
from surgesim.sim.kernel_queue import leave
from surgesim.sim.kernel_staff import (
    BUSY,
    CHAT_TIME,
    CHATTING,
    go_home,
    note_end,
    novice_of,
    speed_of,
    spread,
    take_idle,
)
from surgesim.sim.kernel_tiers import escalate
from surgesim.sim.state import CHATS, INTERVAL, STAYING, Births, Out, Records, State
from surgesim.sim.ticks import LONGEST
from surgesim.sim.view import View
from surgesim.sim.work_arrays import ESCALATES, NOT_ESCALATED, Chats, WorkRules

STALE, ONE_LESS, FREE = -1, 0, 1


@inlined
def enter(chat: Chats, place: int, agent: int) -> None:
    """Go to the end of a line of agents."""
    before = chat.last[place]
    chat.agents[agent].previous, chat.agents[agent].next = before, -1
    if before >= 0:
        chat.agents[before].next = agent
    else:
        chat.first[place] = agent
    chat.last[place] = agent


@inlined
def quit_line(chat: Chats, place: int, agent: int) -> None:
    """Leave a line of agents."""
    before, after = chat.agents[agent].previous, chat.agents[agent].next
    if before >= 0:
        chat.agents[before].next = after
    else:
        chat.first[place] = after
    if after >= 0:
        chat.agents[after].previous = before
    else:
        chat.last[place] = before


@compiled
def fewest(rules: WorkRules, chat: Chats, seen: Records, queue: int, group: int) -> int:
    """Return how many chats the agent of a group holds who takes another one, 0 where nobody does."""
    if seen[group].busy + seen[group].idle > seen[group].on_duty:
        return 0
    first = group * (rules.most_chats + 1)
    for held in range(1, rules.at_once[queue]):
        if chat.first[first + held] >= 0:
            return held
    return 0


@compiled
def window_waited_for(centre: Centre, chat: Chats, view: View, group: int) -> bool:
    """Whether a chat waits that an agent of a group takes beside others."""
    for place in range(centre.groups[group].skill, centre.groups[group].skills_end):
        queue = centre.skills[place]
        if view.queues[queue].waiting > 0 and fewest(centre.work, chat, view.groups, queue, group) > 0:
            return True
    return False


@compiled
def group_with_window(centre: Centre, chat: Chats, view: View, queue: int) -> int:
    """Return the group of the agent with the fewest chats who takes another one, -1 where nobody does."""
    best, least = -1, centre.work.most_chats
    for place in range(centre.queues[queue].server, centre.queues[queue].servers_end):
        held = fewest(centre.work, chat, view.groups, queue, centre.servers[place])
        if 0 < held < least:
            best, least = centre.servers[place], held
    return best


@inlined
def pass_time(rules: WorkRules, chat: Chats, agent: int, now: int) -> None:
    """Bring the chats of an agent up to date."""
    first, held = agent * rules.most_chats, chat.agents[agent].held
    for place in range(first, first + held):
        passed = (now - chat.agents[agent].updated) / rules.slowed[chat.hands[place].queue, held]
        chat.hands[place].work = max(chat.hands[place].work - passed, 0.0)
    chat.agents[agent].updated = now


@inlined
def appoint(rules: WorkRules, state: State, agent: int, now: int) -> None:
    """Note when the chats of an agent end at their present pace."""
    chat = state.chat
    first, held, ends = agent * rules.most_chats, chat.agents[agent].held, -1
    for place in range(first, first + held):
        left = min(chat.hands[place].work * rules.slowed[chat.hands[place].queue, held] + 0.5, LONGEST + 0.5)
        end = now + int(left)
        chat.hands[place].ends = end
        ends = end if ends < 0 else min(ends, end)
    chat.agents[agent].ends = ends
    note_end(state, packed(ends, agent))


@compiled
def begin_chat(
    centre: Centre, births: Births, state: State, view: View, out: Out, keys: Keys, queue: int, group: int, now: int
) -> None:
    """The head of a queue of chats gets an idle agent, else the one with the fewest chats."""
    n, chat, rules, slot = state.n, state.chat, centre.work, state.queues[queue].head
    person = state.people[slot]
    need, attempt, stream, arrival, interval, number = (
        person.need, person.attempt, person.stream, person.arrival, person.interval, person.row,
    )  # fmt: skip
    ahead = person.ahead
    seconds = births.talk[ahead] if ahead >= 0 else drawn(centre.laws, centre.queues[queue].talk, keys[TALK], need, attempt)
    factor = person.factor
    leave(n, state.people, state.spare, state.queues, view.queues, queue, slot)
    lines = group * (rules.most_chats + 1)
    if view.groups[group].idle > 0:
        agent = take_idle(centre, state, view, group)
        chat.agents[agent].since, chat.agents[agent].since_in, chat.agents[agent].updated = now, n[INTERVAL], now
    else:
        held = fewest(rules, chat, view.groups, queue, group)
        agent = chat.first[lines + held]
        quit_line(chat, lines + held, agent)
        pass_time(rules, chat, agent, now)
    view.served[group, queue] += 1
    if n[STAYING] > 0:
        go_home(centre, state, view, out, queue, now)
    speed, novice = speed_of(centre, group, agent, n[INTERVAL]), novice_of(centre, agent, n[INTERVAL])
    hand = chat.hands[agent * rules.most_chats + chat.agents[agent].held]
    hand.need, hand.attempt, hand.stream, hand.queue, hand.interval, hand.row = need, attempt, stream, queue, interval, number
    hand.arrival, hand.start, hand.started_in, hand.work = arrival, now, n[INTERVAL], ticks(seconds * factor * speed)
    hand.novice = novice
    chat.agents[agent].held += 1
    n[CHATS] += 1
    enter(chat, lines + chat.agents[agent].held, agent)
    appoint(rules, state, agent, now)
    book_handled(centre, out, queue, interval, arrival, now, 0, 0, 0, 0)
    book_group(centre, out, group, n[INTERVAL], novice)
    if number >= 0:
        log_start(out, number, HANDLED, arrival, now, group)


@compiled
def end_chat(centre: Centre, state: State, out: Out, keys: Keys, agent: int, now: int) -> int:
    """The call or the next chat of an agent ends, unless its appointment has moved. Return STALE, ONE_LESS or FREE."""
    chat, rules, group = state.chat, centre.work, state.agents[agent].group
    if chat.agents[agent].ends != now:
        return STALE
    chat.agents[agent].ends = -1
    if chat.agents[agent].held == 0:
        return FREE
    pass_time(rules, chat, agent, now)
    held, place = chat.agents[agent].held, agent * rules.most_chats
    last = place + held - 1
    while chat.hands[place].ends != now:
        place += 1
    hand = chat.hands[place]
    out.queues[hand.interval, hand.queue, C_TALK] += now - hand.start
    spread(centre.edges, out.groups, group, CHAT_TIME, hand.started_in, hand.start, now)
    if hand.row >= 0:
        out.log[hand.row].talk_end_s = now * SECONDS
        out.log[hand.row].end_s = now * SECONDS
    mode, rule = NOT_ESCALATED, centre.queues[hand.queue]
    if rule.work & ESCALATES:
        mode = escalate(
            centre, state, keys, hand.need, hand.attempt, hand.stream, hand.queue, hand.interval, hand.row, agent, now, 0,
            hand.novice, 0,
        )  # fmt: skip
    if rule.follow_ups_end > rule.follow_up and mode == NOT_ESCALATED:
        wait = hand.start - hand.arrival
        follow_ups(
            centre, state, keys, hand.need, hand.attempt, hand.stream, hand.queue, now, wait, group, hand.novice, 0
        )  # fmt: skip
    for left in range(place, last):
        chat.hands[left] = chat.hands[left + 1]
    lines = group * (rules.most_chats + 1)
    quit_line(chat, lines + held, agent)
    chat.agents[agent].held = held - 1
    state.n[CHATS] -= 1
    if held > 1:
        enter(chat, lines + held - 1, agent)
        appoint(rules, state, agent, now)
        return ONE_LESS
    for column in (BUSY, CHATTING):
        spread(centre.edges, out.groups, group, column, chat.agents[agent].since_in, chat.agents[agent].since, now)
    return FREE


@compiled
def chats_left(centre: Centre, chat: Chats, out: Out) -> None:
    """Book the time up to the horizon of agents who are still at chat a day later."""
    for group in range(centre.groups.size):
        first = centre.groups[group].agent
        for agent in range(first, first + centre.groups[group].size):
            held, place = chat.agents[agent].held, agent * centre.work.most_chats
            for hand in range(place, place + held):
                spread(
                    centre.edges, out.groups, group, CHAT_TIME,
                    chat.hands[hand].started_in, chat.hands[hand].start, centre.horizon,
                )  # fmt: skip
            if held > 0:
                for column in (BUSY, CHATTING):
                    spread(
                        centre.edges, out.groups, group, column,
                        chat.agents[agent].since_in, chat.agents[agent].since, centre.horizon,
                    )  # fmt: skip
