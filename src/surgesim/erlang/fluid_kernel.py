"""The fluid engine, compiled: contacts as a liquid that is poured, waits, leaks away and is drained.

Waiting contacts are kept by the step in which they arrived, so that patience of any law, thresholds and the booking
by interval of arrival are exact up to the step: the age density of the G/GI/s+GI fluid queue (Whitt 2006, "Fluid
models for multiserver queues with abandonments"), with redials, doors, lines and several groups added. Service is
taken to be exponential.
"""

from surgesim.erlang.fluid_moves import (
    NOTHING,
    agents_of,
    bring_about,
    come_later,
    compiled,
    drain,
    fail,
    leak,
    send_late,
    total,
    wants,
)
from surgesim.erlang.fluid_state import (
    BLOCKED,
    CLOSED,
    FIRST,
    FOLLOW,
    GIVEN_UP,
    INSIDE,
    LOST,
    OFFERED,
    REDIAL,
    Inputs,
    State,
)


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
            send_late(given, state, interval)
    for step in range(steps, steps + given.extra):
        if total(state.waiting) <= NOTHING:
            break
        _pass(given, state, step)
    _left(given, state)


@compiled
def _pass(given: Inputs, state: State, step: int) -> None:
    """Let a step of time pass for those who wait and those who are served."""
    for queue in range(given.first.shape[0]):
        if given.leaves[queue]:
            leak(given, state, queue, step)
    for group in range(given.agents.shape[0]):
        for queue in range(given.first.shape[0]):
            if state.busy[group, queue] > 0.0:
                # not exp(-step / aht): this way work in a step is exactly what agents can do in it
                state.busy[group, queue] *= max(0.0, 1.0 - given.step_s / given.aht[group, queue])
    for rank in range(given.ranks):
        drain(given, state, step, rank)
    bring_about(given, state, step)


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
    classes, amounts = state.waits.shape[1], state.scratch
    offered = 0.0
    for kind in range(classes):
        amounts[kind] = state.future[queue, kind, step] + state.coming[queue, kind, interval]
        if kind == 0 and given.open[queue, step]:
            amounts[kind] += given.first[queue, interval]
        offered += amounts[kind]
    if offered <= 0.0:
        return
    if not given.open[queue, step]:
        for kind in range(classes):
            _shut(given, state, queue, kind, step, interval, amounts[kind])
        return
    blocked = _blocked(given, state, queue, interval, offered)
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
        come_later(state.future[queue, kind], given.opening[queue, step], back, given.spread[queue])


@compiled
def _blocked(given: Inputs, state: State, queue: int, interval: int, offered: float) -> float:
    """Return the share of arrivals that meet a busy tone."""
    trunk = given.trunk[queue]
    if trunk < 0:
        return 0.0
    room = given.lines[trunk, interval] - _in_use(given, state, trunk)
    return float(1.0 - min(max(room, 0.0) / offered, 1.0))


@compiled
def _in_use(given: Inputs, state: State, trunk: int) -> float:
    used = 0.0
    for queue in range(given.first.shape[0]):
        if given.trunk[queue] == trunk:
            used += state.waiting[queue] + agents_of(state, queue) * given.line_share[queue]
    return used


@compiled
def _join(given: Inputs, state: State, queue: int, kind: int, step: int, interval: int, amount: float, blocked: float) -> None:
    row = state.queues[interval, queue]
    row[OFFERED] += amount
    row[FIRST if kind == 0 else FOLLOW if kind == 1 else REDIAL] += amount
    row[BLOCKED] += amount * blocked
    row[GIVEN_UP] += amount * blocked * (1.0 - wants(given, queue, kind))
    fail(given, state, queue, kind, step, amount * blocked)
    joined = amount * (1.0 - blocked)
    state.waits[queue, kind, step] += joined
    state.slice[queue, step] += joined
    state.waiting[queue] += joined


@compiled
def _book(given: Inputs, state: State, interval: int) -> None:
    """Book the time of agents and lines."""
    for group in range(given.agents.shape[0]):
        at_work = total(state.busy[group])
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
