"""Kernel: births, and contacts on their way. The same rules as ``reference.Reference``."""

import math

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import compiled, inlined
from surgesim.sim.contacts import (
    ASTRAY,
    ATTEMPT_BITS,
    ATTEMPT_MASK,
    DOOR_MASK,
    KEPT,
    MOST_ATTEMPTS,
    MOST_GENERATIONS,
    MOVED,
    POSTED,
    RETURN_SHIFT,
    UNBORN,
)
from surgesim.sim.heaps import called, packed
from surgesim.sim.kernel_marks import (
    C_BOOMERANG,
    C_CLOSED,
    C_CONTAINED,
    C_GIVEN_UP,
    C_LOST_CLOSED,
    C_NEEDS,
    C_POSTS,
    C_SWITCHED,
    CHANNEL,
    CLOSED,
    CLOSED_DELAY,
    MISROUTE_CLOSED,
    REDIAL,
    REDIAL_DELAY,
    REPEAT,
    REPEAT_DELAY,
    SECONDS,
    SELF_SERVICE,
    SELF_SERVICE_TIME,
    SPREAD,
    SPREAD_COUNT,
    SPREAD_DELAY,
    SWITCH,
    SWITCH_DELAY,
    Keys,
    drawn,
    ticks,
)
from surgesim.sim.laws import uniform
from surgesim.sim.spread import brought, new_need
from surgesim.sim.state import CALLING, INTERVAL, ROWS, SPARE, Out, State
from surgesim.sim.work_arrays import WorkRules


@compiled
def send(
    state: State, tick: int, need: int, attempt: int, stream: int, queue: int, factor: float, mode: int, since: int
) -> None:  # fmt: skip
    """Put a contact on its way."""
    state.n[SPARE] -= 1
    slot = state.spare[state.n[SPARE]]
    person = state.people[slot]
    person.need = need
    person.attempt = attempt
    person.stream = stream
    person.queue = queue
    person.factor = factor
    person.mode = mode
    person.since = since
    person.waits = 0
    state.n[CALLING] = called(state.calls, state.n[CALLING], packed(tick, slot), state.people)


@inlined
def self_service(centre: Centre, state: State, out: Out, keys: Keys, need: int, stream: int, now: int) -> bool:
    """A need is born. Return whether it calls at once; where self-service fails, the call is on its way."""
    reason, queue = centre.streams[stream].reason, centre.streams[stream].queue
    interval = state.n[INTERVAL]
    row = out.queues[interval, queue]
    row[C_NEEDS] += 1.0
    for channel in range(centre.channels.size):
        if now < centre.channels[channel].available_from:
            continue
        if uniform(keys[CHANNEL], need, channel) >= centre.tries[channel, reason, interval]:
            continue
        if uniform(keys[SELF_SERVICE], need, channel) < centre.containment[channel, reason, interval]:
            row[C_CONTAINED] += 1.0
            return False
        row[C_BOOMERANG] += 1.0
        tick = now + ticks(drawn(centre.laws, centre.channels[channel].delay, keys[SELF_SERVICE_TIME], need, channel))
        factor = centre.streams[stream].factor * centre.channels[channel].factor
        if tick < centre.horizon:
            send(state, tick, need, 1, stream, queue, factor, 0, 0)
        return False
    return True


@compiled
def post(
    centre: Centre, state: State, out: Out, keys: Keys, interval: int, now: int,
    need: int, attempt: int, stream: int, queue: int, mode: int, share: float,
) -> int:  # fmt: skip
    """Somebody may post about a bad outcome, once, which brings new needs of other people. Return the mode afterwards."""
    if mode & POSTED or attempt >> ATTEMPT_BITS > 0 or uniform(keys[SPREAD], need, 0) >= share:
        return mode
    out.queues[interval, queue, C_POSTS] += 1.0
    for number in range(brought(uniform(keys[SPREAD_COUNT], need, 0), centre.social[0].log_ratio)):
        child = new_need(need, number)
        tick = now + ticks(drawn(centre.laws, centre.social[0].delay, keys[SPREAD_DELAY], child, 0))
        if tick < centre.horizon:
            send(state, tick, child, 1, stream, queue, 1.0, UNBORN, 0)
    return mode | POSTED


@inlined
def give_up_for_good(
    centre: Centre, state: State, out: Out, keys: Keys, interval: int, now: int,
    need: int, attempt: int, stream: int, queue: int, mode: int,
) -> None:  # fmt: skip
    """The last attempt of a need has failed."""
    out.queues[interval, queue, C_GIVEN_UP] += 1.0
    if centre.social[0].on == 1:
        post(centre, state, out, keys, interval, now, need, attempt, stream, queue, mode, centre.social[0].given_up)


@compiled
def turn_away(
    centre: Centre, state: State, out: Out, keys: Keys, share: float, interval: int, now: int,
    need: int, attempt: int, stream: int, queue: int, factor: float, mode: int,
) -> int:  # fmt: skip
    """Some post, and some turn to another queue. Return the mode of those who do not, else -1."""
    if centre.social[0].on == 1:
        mode = post(centre, state, out, keys, interval, now, need, attempt, stream, queue, mode, share)
    rules = centre.queues[queue]
    if rules.switches_end == rules.switch or attempt & ATTEMPT_MASK >= MOST_ATTEMPTS:
        return mode
    luck = uniform(keys[SWITCH], need, attempt)
    for place in range(rules.switch, rules.switches_end):
        if luck < centre.switches[place].upto:
            out.queues[interval, queue, C_SWITCHED] += 1.0
            tick = now + ticks(drawn(centre.laws, centre.switches[place].delay, keys[SWITCH_DELAY], need, attempt))
            if tick < centre.horizon:
                to = centre.switches[place].queue
                send(state, tick, need, attempt + 1, stream, to, factor, MOVED | (mode & POSTED), 0)
            return -1
    return mode


@inlined
def redial(
    centre: Centre, state: State, out: Out, keys: Keys, share: float, interval: int, now: int,
    need: int, attempt: int, stream: int, queue: int, factor: float, mode: int, since: int,
) -> None:  # fmt: skip
    """After a busy tone, or after giving up, some turn to another queue, and some try again after a while."""
    rules, left = centre.queues[queue], mode
    if centre.social[0].on == 1 or rules.switches_end > rules.switch:
        left = turn_away(centre, state, out, keys, share, interval, now, need, attempt, stream, queue, factor, mode)
        if left < 0:
            return
    again = rules.redial > 0.0 and attempt & ATTEMPT_MASK < rules.attempts
    if not again or uniform(keys[REDIAL], need, attempt) >= rules.redial:
        give_up_for_good(centre, state, out, keys, interval, now, need, attempt, stream, queue, left)
        return
    tick = now + ticks(drawn(centre.laws, rules.redial_delay, keys[REDIAL_DELAY], need, attempt))
    if tick < centre.horizon:
        send(state, tick, need, attempt + 1, stream, queue, factor, left & KEPT, since)


@compiled
def closed_desk(
    centre: Centre,
    state: State,
    out: Out,
    keys: Keys,
    now: int,
    need: int,
    attempt: int,
    stream: int,
    queue: int,
    factor: float,
    mode: int,
    since: int,
) -> bool:
    """A call at a closed desk; return whether it calls again when the desk opens, or tries the wrong desk now."""
    row = out.queues[state.n[INTERVAL], queue]
    row[C_CLOSED] += 1.0
    window, marked = state.queues[queue].window, attempt + ((mode & DOOR_MASK) << RETURN_SHIFT)
    wrong = centre.callers[queue]
    may_stray = wrong.at_closed > 0.0 and mode & ASTRAY == 0 and attempt & ATTEMPT_MASK < MOST_ATTEMPTS
    if may_stray and uniform(keys[MISROUTE_CLOSED], need, marked) < wrong.at_closed:
        to, astray = wrong.wrong, ASTRAY | (mode & POSTED)
        send(state, now, need, attempt + 1, stream, to, factor, astray, queue)
        return True
    if window < centre.queues[queue].windows_end and uniform(keys[CLOSED], need, marked) < centre.queues[queue].returns:
        tick = centre.windows[window, 0] + ticks(
            drawn(centre.laws, centre.queues[queue].spread, keys[CLOSED_DELAY], need, marked)
        )
        if tick < centre.horizon:
            send(state, tick, need, attempt, stream, queue, factor, mode + 1, since)
            return True
    row[C_LOST_CLOSED] += 1.0
    give_up_for_good(centre, state, out, keys, state.n[INTERVAL], now, need, attempt, stream, queue, mode)
    return False


@inlined
def logged(state: State, out: Out, need: int, attempt: int, queue: int, stream: int, now: int) -> int:
    """Start a row of the log; return its number, -1 without a log."""
    if out.log.size == 1:
        return -1
    number = state.n[ROWS]
    state.n[ROWS] = number + 1
    row = out.log[number]
    row.need = need
    row.attempt = attempt
    row.queue = queue
    row.stream = stream
    row.arrival_s = now * SECONDS
    row.joined_s = math.nan
    row.outcome = -1
    row.start_s = math.nan
    row.talk_end_s = math.nan
    row.end_s = math.nan
    row.group = -1
    row.wait_s = math.nan
    return int(number)


@inlined
def last_generation(chain: int, fan: int) -> bool:
    """Whether contacts of a chain of redials bring about no others."""
    generation = 0
    while chain > 0:
        chain = (chain - 1) // fan
        generation += 1
    return generation >= MOST_GENERATIONS


@compiled
def more_probable(rules: WorkRules, step: int, wait: int, group: int, novice: int) -> float:
    """Return how much more probable a follow-up is by the wait, the group that handled the contact, and a novice."""
    factor = 1.0
    if rules.doubles[step] > 0:
        factor += wait / rules.doubles[step]
    if group >= 0:
        factor *= rules.by_group[step, group]
    return float(factor * rules.by_novices[step] if novice > 0 else factor)


@inlined
def follow_ups(
    centre: Centre, state: State, keys: Keys, need: int, attempt: int, stream: int, queue: int, end: int,
    wait: int, group: int, novice: int, opened: int,
) -> None:  # fmt: skip
    """A handled contact may bring about others: repeats, second claims, cases."""
    chain = attempt >> ATTEMPT_BITS
    if last_generation(chain, centre.fan):
        return
    first = centre.queues[queue].follow_up
    for step in range(first, centre.queues[queue].follow_ups_end):
        number = ((chain * centre.fan + (step - first) + 1) << ATTEMPT_BITS) | 1
        probability = centre.follow_ups[step].probability
        if centre.work.matters[step] > 0:
            probability *= more_probable(centre.work, step, wait, group, novice)
        if uniform(keys[REPEAT], need, number) >= probability:
            continue
        tick = end + ticks(drawn(centre.laws, centre.follow_ups[step].delay, keys[REPEAT_DELAY], need, number))
        if tick < centre.horizon:
            to, factor = centre.follow_ups[step].queue, centre.streams[stream].factor
            since = opened * centre.queues[to].deferred
            send(state, tick, need, number, stream, to, factor, 0, since)
