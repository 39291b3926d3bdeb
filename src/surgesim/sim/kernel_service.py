"""Kernel: an agent takes a contact that is no chat. The same rules as ``reference.Reference.serve``."""

import math

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import inlined
from surgesim.sim.contacts import ASTRAY, CALLED_BACK
from surgesim.sim.heaps import packed, pushed
from surgesim.sim.kernel_books import book_group, book_handled, held_after, log_start
from surgesim.sim.kernel_callbacks import called_back, opening, seize_line, sent_back, unreached
from surgesim.sim.kernel_calls import follow_ups, post
from surgesim.sim.kernel_marks import (
    HANDLED,
    SECONDS,
    TALK,
    UNREACHED,
    Keys,
    drawn,
    ticks,
)
from surgesim.sim.kernel_queue import leave
from surgesim.sim.kernel_staff import (
    BUSY,
    LINE_BUSY,
    go_home,
    note_end,
    novice_of,
    speed_of,
    spread,
    take_idle,
)
from surgesim.sim.kernel_tiers import escalate, take_over
from surgesim.sim.rows import fetch
from surgesim.sim.state import (
    HANGING_UP,
    INTERVAL,
    STAYING,
    Births,
    Out,
    State,
)
from surgesim.sim.view import View
from surgesim.sim.work_arrays import ESCALATES, NOT_ESCALATED, OUTBOUND, SECOND_TIER, STAGE, WARM


@inlined
def takes_head(centre: Centre, state: State, view: View, out: Out, queue: int, group: int, now: int) -> int:
    """The head leaves the queue for the agent of a group who has been idle longest; return the agent."""
    leave(state.n, state.people, state.spare, state.queues, view.queues, queue, state.queues[queue].head)
    agent = take_idle(centre, state, view, group)
    view.served[group, queue] += 1
    if out.log.size > 1 and view.queues[queue].waiting > 0:
        fetch(out.log, state.people[state.queues[queue].head].row)
    if state.n[STAYING] > 0 and centre.queues[queue].deferred == 0:
        go_home(centre, state, view, out, queue, now)
    return agent


@inlined
def hold_line(centre: Centre, state: State, out: Out, line: int, interval: int, since: int, talk_end: int) -> None:
    """Keep a line up to the end of the talk."""
    if line >= 0:
        state.n[HANGING_UP] = pushed(state.hanging_up, state.n[HANGING_UP], packed(talk_end, line))
        spread(centre.edges, out.trunks, line, LINE_BUSY, interval, since, talk_end)


@inlined
def works_until(centre: Centre, state: State, agent: int, end: int) -> None:
    """An agent is at work up to a moment."""
    note_end(state, packed(end, agent))
    if centre.work.most_chats > 0:
        state.chat.agents[agent].ends = end


@inlined
def posts_late(
    centre: Centre, state: State, out: Out, keys: Keys, interval: int, now: int, end: int, need: int, attempt: int,
    stream: int, queue: int, arrival: int, mode: int,
) -> int:  # fmt: skip
    """Some post about an answer that comes late; return the mode of the contact, changed where somebody does."""
    rules, social = centre.queues[queue], centre.social[0]
    waited = end - arrival > rules.deadline if rules.deferred == 1 else now - arrival > social.late_after
    if waited:
        return post(centre, state, out, keys, interval, end, need, attempt, stream, queue, mode, social.late)
    return mode


@inlined
def short_talk(
    centre: Centre, out: Out, keys: Keys, now: int, need: int, attempt: int, queue: int, mode: int, since: int, speed: float
) -> int:  # fmt: skip
    """Return how long a callback rings that nobody answers, or the wrong desk talks; -1 for everybody else."""
    if mode & CALLED_BACK:
        return called_back(centre, out, keys, now, need, attempt, queue, mode, since)
    if mode & ASTRAY:
        return int(ticks(drawn(centre.laws, centre.callers[since].talk, keys[TALK], need, attempt) * speed))
    return -1


@inlined
def goes_on(
    centre: Centre, state: State, out: Out, keys: Keys, interval: int, now: int, end: int, need: int, attempt: int, stream: int,
    queue: int, factor: float, mode: int, since: int, arrival: int, group: int, novice: int, opened: int, ends_here: bool,
) -> None:  # fmt: skip
    """What a contact that was answered brings about."""
    rules = centre.queues[queue]
    if mode & ASTRAY:
        sent_back(centre, state, out, keys, interval, end, need, attempt, stream, queue, factor, mode, since)
    elif rules.follow_ups_end > rules.follow_up and ends_here:
        follow_ups(centre, state, keys, need, attempt, stream, queue, end, now - arrival, group, novice, opened)


@inlined
def serve(
    centre: Centre, births: Births, state: State, view: View, out: Out, keys: Keys, queue: int, group: int, now: int
) -> None:
    """The head of a queue gets the agent of a group who has been idle longest; all that follows is known at once."""
    slot = state.queues[queue].head
    person = state.people[slot]
    need, attempt, stream, factor, arrival, interval, number, ahead, mode, since = (
        person.need, person.attempt, person.stream, person.factor, person.arrival, person.interval, person.row, person.ahead,
        person.mode, person.since,
    )  # fmt: skip
    handover, tier = 0, NOT_ESCALATED
    if centre.queues[queue].work & SECOND_TIER:
        handover = take_over(centre, state, out, keys, slot, need, attempt, now)
    agent = takes_head(centre, state, view, out, queue, group, now)
    rules, current = centre.queues[queue], state.n[INTERVAL]
    speed, novice = speed_of(centre, group, agent, current), novice_of(centre, agent, current)
    line, held_in, held_from, short = rules.trunk, interval, arrival, -1
    if mode >= CALLED_BACK:
        short = short_talk(centre, out, keys, now, need, attempt, queue, mode, since, speed)
        if mode & CALLED_BACK:
            line, held_in, held_from = seize_line(centre, state, out, mode, now), current, now
    reached = short < 0 or mode & CALLED_BACK == 0
    if short < 0:
        seconds = births.talk[ahead] if ahead >= 0 else drawn(centre.laws, rules.talk, keys[TALK], need, attempt)
        talk = ticks(seconds * factor * speed)
        hold, after = held_after(centre, keys, queue, need, attempt, speed)
    else:
        talk, hold, after = short, 0, 0
    talk_end = now + handover + talk + hold
    opened = opening(mode, since, arrival) if rules.work & STAGE else 0
    if rules.work & ESCALATES and short < 0:
        tier = escalate(
            centre, state, keys, need, attempt, stream, queue, interval, number, agent, talk_end, after, novice, opened
        )  # fmt: skip
    end = talk_end if tier == WARM else talk_end + after
    if tier != WARM:
        works_until(centre, state, agent, end)
    hold_line(centre, state, out, line, held_in, held_from, talk_end)
    spread(centre.edges, out.groups, group, BUSY, current, now, end)
    if centre.social[0].on == 1 and reached and rules.work & OUTBOUND == 0:
        mode = posts_late(
            centre, state, out, keys, interval, now, talk_end + after, need, attempt, stream, queue, arrival, mode
        )  # fmt: skip
    if reached:
        book_handled(centre, out, queue, interval, arrival, now, talk, hold, after, opened)
        book_group(centre, out, group, current, novice)
        goes_on(
            centre, state, out, keys, interval, now, end, need, attempt, stream, queue, factor, mode, since, arrival, group,
            novice, opened, tier == NOT_ESCALATED,
        )  # fmt: skip
    else:
        unreached(centre, state, out, keys, interval, end, need, attempt, stream, queue, factor, mode, since)
    if number >= 0:
        log_start(out, number, HANDLED if reached else UNREACHED, arrival, now, group)
        out.log[number].talk_end_s = talk_end * SECONDS
        out.log[number].end_s = math.nan if tier == WARM else end * SECONDS
