"""The fluid engine, compiled: contacts as a liquid that is poured, waits, leaks away and is drained.

Waiting contacts are kept by the step in which they arrived, so that patience of any law, thresholds and the booking
by interval of arrival are exact up to the step: the age density of the G/GI/s+GI fluid queue (Whitt 2006, "Fluid
models for multiserver queues with abandonments"), with redials, doors, lines and several groups added. Service is
taken to be exponential.

Classes of contacts: 0 is the first attempt of a need, 1 the first attempt of a follow-up, c > 1 is attempt c.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from surgesim.erlang.kernel import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

QUEUE = (
    "closed", "lost_closed", "offered", "first", "redial", "follow_up", "blocked", "handled", "abandoned", "inside",
    "short_abandoned", "answered_within", "on_time", "given_up", "wait_handled_s", "wait_abandoned_s", "work",
)  # fmt: skip
"""Columns that the kernel fills; ``work`` is handled contacts times the handling factor of their group."""
(CLOSED, LOST, OFFERED, FIRST, REDIAL, FOLLOW, BLOCKED, HANDLED, ABANDONED, INSIDE, SHORT, WITHIN, ON_TIME, GIVEN_UP,
 WAIT_HANDLED, WAIT_ABANDONED, WORK) = range(len(QUEUE))  # fmt: skip
NOTHING = 1e-12


class Inputs(NamedTuple):
    """What the kernel reads. Q queues, C classes, I intervals, T steps, G groups, F follow-ups, N trunks."""

    step_s: float
    per_interval: int
    extra: int  # steps after the horizon in which waiting contacts are still served
    first: Floats  # (Q, I) first attempts in each open step
    open: Flags  # (Q, T)
    back: Floats  # (Q, T) share of callers at the closed door that come back at the next opening
    opening: Integers  # (Q, T) step of that opening, -1 for none
    spread: Floats  # (Q, L)
    survival: Floats  # (Q, C, K) probability that patience exceeds k steps; falls to 0 within K unless nobody leaves
    short: Floats  # (Q, C, K) share of those who leave in step k that leave within short_abandon
    leaves: Flags  # (Q,)
    redial: Floats  # (Q,) probability
    attempts: Integers  # (Q,)
    redial_fine: Floats  # (Q, L) by step
    redial_coarse: Floats  # (Q, I + 1) by interval, for long delays
    follow_from: Integers  # (F,)
    follow_to: Integers  # (F,)
    follow: Floats  # (F,) probability
    follow_fine: Floats  # (F, L)
    follow_coarse: Floats  # (F, I + 1)
    trunk: Integers  # (Q,)
    lines: Floats  # (N, I)
    line_share: Floats  # (Q,) share of the handling time that holds a line
    agents: Floats  # (G, I)
    lost: Flags  # (G, I)
    rank: Integers  # (G, Q) a group serves the smallest first; -1 without the skill
    groups: Integers  # (G,) order in which groups look for work
    aht: Floats  # (G, Q)
    factor: Floats  # (G,)
    deferred: Flags  # (Q,)
    within: Floats  # (Q,)
    deadline: Floats  # (Q,)
    bin_handled: Integers  # (T + extra + 1,)
    bin_abandoned: Integers  # (T + extra + 1,)
    day: Integers  # (I,)


class State(NamedTuple):
    """What the kernel changes."""

    waits: Floats  # (Q, C, T) contacts waiting, by class and step of arrival
    slice: Floats  # (Q, T) the same, classes together
    head: Integers  # (Q,) oldest step with somebody waiting
    waiting: Floats  # (Q,)
    busy: Floats  # (G, Q) agents
    duty: Floats  # (G,) agents on duty
    future: Floats  # (Q, C, T) contacts to come, by step
    coming: Floats  # (Q, C, I) contacts to come, by interval, per step
    failed: Floats  # (Q, C) redials of this interval with long delays
    followed: Floats  # (F,) follow-ups of this interval with long delays
    queues: Floats  # (I, Q, columns)
    groups: Floats  # (I, G, 4)
    trunks: Floats  # (I, N, 2)
    bins: Floats  # (days, Q, bins, 2)


@compiled
def run(given: Inputs, state: State) -> None:
    """Pour, leak and drain, step by step; then drain what waits at the end."""
    steps = given.open.shape[1]
    for step in range(steps):
        interval = step // given.per_interval
        _duty(given, state, interval, step)
        for queue in range(given.first.shape[0]):
            _arrive(given, state, queue, step, interval)
        _pass(given, state, step)
        _book(given, state, interval)
        if (step + 1) % given.per_interval == 0:
            _send_late(given, state, interval)
    for step in range(steps, steps + given.extra):
        if state.waiting.sum() <= NOTHING:
            break
        _pass(given, state, step)
    _left(given, state)


@compiled
def _pass(given: Inputs, state: State, step: int) -> None:
    """Let a step of time pass for those who wait and those who are served."""
    for queue in range(given.first.shape[0]):
        if given.leaves[queue]:
            _leak(given, state, queue, step)
    for group in range(given.agents.shape[0]):
        for queue in range(given.first.shape[0]):
            if state.busy[group, queue] > 0.0:
                # not exp(-step / aht): this way work in a step is exactly what agents can do in it
                state.busy[group, queue] *= max(0.0, 1.0 - given.step_s / given.aht[group, queue])
    for rank in range(given.rank.max() + 1):
        _drain(given, state, step, rank)


@compiled
def _duty(given: Inputs, state: State, interval: int, step: int) -> None:
    """Change the agents on duty; after closing they stay until nobody waits, unless the site is lost."""
    for group in range(given.agents.shape[0]):
        planned = given.agents[group, interval]
        stays = False
        if planned < state.duty[group] and not given.lost[group, interval]:
            shut, someone = True, False
            for queue in range(given.first.shape[0]):
                if given.rank[group, queue] >= 0 and not given.deferred[queue]:
                    shut = shut and not given.open[queue, step]
                    someone = someone or state.waiting[queue] > 1e-6
            stays = shut and someone
        if not stays:
            state.duty[group] = planned


@compiled
def _arrive(given: Inputs, state: State, queue: int, step: int, interval: int) -> None:
    """Pour the contacts of one step into a queue, through its door and its trunk."""
    classes = state.waits.shape[1]
    amounts = np.empty(classes)
    total = 0.0
    for kind in range(classes):
        amounts[kind] = state.future[queue, kind, step] + state.coming[queue, kind, interval]
        if kind == 0 and given.open[queue, step]:
            amounts[kind] += given.first[queue, interval]
        total += amounts[kind]
    if total <= 0.0:
        return
    if not given.open[queue, step]:
        for kind in range(classes):
            _shut(given, state, queue, kind, step, interval, amounts[kind])
        return
    blocked = _blocked(given, state, queue, interval, total)
    for kind in range(classes):
        _join(given, state, queue, kind, step, interval, amounts[kind], blocked)


@compiled
def _shut(given: Inputs, state: State, queue: int, kind: int, step: int, interval: int, amount: float) -> None:
    """A closed door: some come back when it opens, the others are lost."""
    back = amount * given.back[queue, step]
    row = state.queues[interval, queue]
    row[CLOSED] += amount
    row[LOST] += amount - back
    row[GIVEN_UP] += amount - back
    if back > 0.0:
        _later(state.future[queue, kind], given.opening[queue, step], back, given.spread[queue])


@compiled
def _later(future: Floats, start: int, amount: float, kernel: Floats) -> None:
    """Spread contacts over the steps from ``start`` on; those beyond the horizon are dropped."""
    for lag in range(min(len(kernel), len(future) - start)):
        future[start + lag] += amount * kernel[lag]


@compiled
def _blocked(given: Inputs, state: State, queue: int, interval: int, total: float) -> float:
    """Return the share of arrivals that meet a busy tone."""
    trunk = given.trunk[queue]
    if trunk < 0:
        return 0.0
    room = given.lines[trunk, interval] - _in_use(given, state, trunk)
    return 1.0 - min(max(room, 0.0) / total, 1.0)


@compiled
def _in_use(given: Inputs, state: State, trunk: int) -> float:
    used = 0.0
    for queue in range(given.first.shape[0]):
        if given.trunk[queue] == trunk:
            used += state.waiting[queue] + state.busy[:, queue].sum() * given.line_share[queue]
    return used


@compiled
def _join(given: Inputs, state: State, queue: int, kind: int, step: int, interval: int, amount: float, blocked: float) -> None:
    row = state.queues[interval, queue]
    row[OFFERED] += amount
    row[FIRST if kind == 0 else FOLLOW if kind == 1 else REDIAL] += amount
    row[BLOCKED] += amount * blocked
    _fail(given, state, queue, kind, step, interval, amount * blocked)
    joined = amount * (1.0 - blocked)
    state.waits[queue, kind, step] += joined
    state.slice[queue, step] += joined
    state.waiting[queue] += joined


@compiled
def _fail(given: Inputs, state: State, queue: int, kind: int, step: int, interval: int, amount: float) -> None:
    """Blocked or abandoned: another attempt later, or never; booked in the interval of arrival."""
    attempt = max(kind, 1)
    wants = given.redial[queue] if attempt < given.attempts[queue] else 0.0
    state.queues[interval, queue, GIVEN_UP] += amount * (1.0 - wants)
    if amount * wants <= 0.0 or step >= given.open.shape[1]:
        return
    later = attempt + 1
    _later(state.future[queue, later], step + 1, amount * wants, given.redial_fine[queue])
    state.failed[queue, later] += amount * wants


@compiled
def _leak(given: Inputs, state: State, queue: int, step: int) -> None:
    """Those whose patience ends in this step give up."""
    longest = given.survival.shape[2] - 1
    for born in range(state.head[queue], min(step, state.slice.shape[1])):
        if state.slice[queue, born] <= 0.0:
            continue
        age = min(step - born, longest)
        interval = born // given.per_interval
        for kind in range(state.waits.shape[1]):
            amount = state.waits[queue, kind, born]
            if amount <= 0.0:
                continue
            before = given.survival[queue, kind, age - 1]
            gone = amount * (1.0 - given.survival[queue, kind, age] / before) if before > 0.0 else amount
            if gone > 0.0:
                _give_up(given, state, queue, kind, born, interval, age, gone, step)


@compiled
def _give_up(
    given: Inputs, state: State, queue: int, kind: int, born: int, interval: int, age: int, gone: float, step: int
) -> None:
    state.waits[queue, kind, born] -= gone
    state.slice[queue, born] -= gone
    state.waiting[queue] -= gone
    row = state.queues[interval, queue]
    row[ABANDONED] += gone
    row[SHORT] += gone * given.short[queue, kind, age]
    row[WAIT_ABANDONED] += gone * (age - 0.5) * given.step_s
    state.bins[given.day[interval], queue, given.bin_abandoned[age], 1] += gone
    _fail(given, state, queue, kind, step, interval, gone)


@compiled
def _drain(given: Inputs, state: State, step: int, rank: int) -> None:
    """Give idle agents the contacts of this rank that wait longest (deferred work: whose deadline comes first)."""
    for group in given.groups:
        free = state.duty[group] - state.busy[group].sum()
        while free > NOTHING:
            queue = _oldest(given, state, group, step, rank)
            if queue < 0:
                break
            free -= _serve(given, state, group, queue, step, free)


@compiled
def _oldest(given: Inputs, state: State, group: int, step: int, rank: int) -> int:
    """Return the queue of a group and rank whose head is due first, -1 where nobody waits."""
    found, due = -1, np.inf
    last = min(step + 1, state.slice.shape[1])
    for queue in range(given.first.shape[0]):
        if given.rank[group, queue] != rank or state.waiting[queue] <= NOTHING:
            continue
        while state.head[queue] < last and state.slice[queue, state.head[queue]] <= NOTHING:
            state.head[queue] += 1
        late = given.deadline[queue] / given.step_s if given.deferred[queue] else 0.0
        if state.head[queue] < last and state.head[queue] + late < due:
            found, due = queue, state.head[queue] + late
    return found


@compiled
def _serve(given: Inputs, state: State, group: int, queue: int, step: int, free: float) -> float:
    """Serve the head of a queue with so many agents; return how many it took."""
    born = state.head[queue]
    interval, age = born // given.per_interval, step - born
    taken = float(min(free, state.slice[queue, born]))
    share = taken / state.slice[queue, born]
    for kind in range(state.waits.shape[1]):
        state.waits[queue, kind, born] *= 1.0 - share
    state.slice[queue, born] = max(state.slice[queue, born] - taken, 0.0)
    state.waiting[queue] = max(state.waiting[queue] - taken, 0.0)
    state.busy[group, queue] += taken
    wait, row = age * given.step_s, state.queues[interval, queue]
    row[HANDLED] += taken
    row[WORK] += taken * given.factor[group]
    row[WAIT_HANDLED] += taken * wait
    row[WITHIN] += taken if wait <= given.within[queue] else 0.0
    row[ON_TIME] += taken if wait + given.aht[group, queue] <= given.deadline[queue] else 0.0
    state.bins[given.day[interval], queue, given.bin_handled[age], 0] += taken
    if step < state.slice.shape[1]:
        state.groups[step // given.per_interval, group, 0] += taken
        _bring_about(given, state, queue, step, taken)
    return taken


@compiled
def _bring_about(given: Inputs, state: State, queue: int, step: int, handled: float) -> None:
    """Handled contacts bring about follow-ups."""
    for place in range(len(given.follow_from)):
        if given.follow_from[place] == queue:
            amount = handled * given.follow[place]
            _later(state.future[given.follow_to[place], 1], step + 1, amount, given.follow_fine[place])
            state.followed[place] += amount


@compiled
def _send_late(given: Inputs, state: State, interval: int) -> None:
    """Spread what this interval brought about over later intervals, where delays are long."""
    last = given.first.shape[1]
    for queue in range(given.first.shape[0]):
        for kind in range(state.failed.shape[1]):
            amount, target = state.failed[queue, kind], state.coming[queue, kind]
            _over_intervals(given, target, interval, last, amount, given.redial_coarse[queue])
            state.failed[queue, kind] = 0.0
    for place in range(len(given.follow_from)):
        target = state.coming[given.follow_to[place], 1]
        _over_intervals(given, target, interval, last, state.followed[place], given.follow_coarse[place])
        state.followed[place] = 0.0


@compiled
def _over_intervals(given: Inputs, target: Floats, interval: int, last: int, amount: float, kernel: Floats) -> None:
    if amount <= 0.0:
        return
    for later in range(interval + 1, last):
        target[later] += amount * kernel[later - interval] / given.per_interval


@compiled
def _book(given: Inputs, state: State, interval: int) -> None:
    """Book the time of agents and lines."""
    for group in range(given.agents.shape[0]):
        at_work = state.busy[group].sum()
        state.groups[interval, group, 1] += at_work * given.step_s
        state.groups[interval, group, 2] += max(at_work, state.duty[group]) * given.step_s
    for trunk in range(given.lines.shape[0]):
        used = _in_use(given, state, trunk)
        state.trunks[interval, trunk, 0] += used * given.step_s
        state.trunks[interval, trunk, 1] += max(used, given.lines[trunk, interval]) * given.step_s


@compiled
def _left(given: Inputs, state: State) -> None:
    """Who still waits is inside."""
    for queue in range(given.first.shape[0]):
        for born in range(state.slice.shape[1]):
            state.queues[born // given.per_interval, queue, INSIDE] += max(state.slice[queue, born], 0.0)
