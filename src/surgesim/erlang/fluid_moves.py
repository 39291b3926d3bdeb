"""The moves of the fluid, compiled: who leaks away, who is drained, and what that brings about later."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from surgesim.erlang.fluid_state import (
    ABANDONED,
    GIVEN_UP,
    HANDLED,
    ON_TIME,
    SHORT,
    WAIT_ABANDONED,
    WAIT_HANDLED,
    WITHIN,
    WORK,
    Floats,
    Inputs,
    State,
)

NOTHING = 1e-12

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile without reference counts: nothing is allocated in here, and compiling takes a fraction of the time."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)(function))


@compiled
def total(values: Floats) -> float:
    found = 0.0
    for place in range(len(values)):
        found += values[place]
    return found


@compiled
def agents_of(state: State, queue: int) -> float:
    """Return the agents at work for a queue."""
    found = 0.0
    for group in range(state.busy.shape[0]):
        found += state.busy[group, queue]
    return found


@compiled
def come_later(future: Floats, start: int, amount: float, kernel: Floats) -> None:
    """Spread contacts over the steps from ``start`` on; those beyond the horizon are dropped."""
    for lag in range(min(len(kernel), len(future) - start)):
        future[start + lag] += amount * kernel[lag]


@compiled
def wants(given: Inputs, queue: int, kind: int) -> float:
    """Return the share that tries again of those who were blocked or gave up."""
    return float(given.redial[queue]) if max(kind, 1) < given.attempts[queue] else 0.0


@compiled
def fail(given: Inputs, state: State, queue: int, kind: int, step: int, amount: float) -> None:
    """Blocked or abandoned in this step: another attempt later."""
    again = amount * wants(given, queue, kind)
    if again <= 0.0 or step >= given.open.shape[1]:
        return
    later = max(kind, 1) + 1
    come_later(state.future[queue, later], step + 1, again, given.redial_fine[queue])
    state.failed[queue, later] += again


@compiled
def leak(given: Inputs, state: State, queue: int, step: int) -> None:
    """Those whose patience ends in this step give up."""
    state.scratch[:] = 0.0
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
                _give_up(given, state, queue, kind, born, interval, age, gone)
    for kind in range(state.waits.shape[1]):
        fail(given, state, queue, kind, step, state.scratch[kind])  # all of a step at once: it takes long


@compiled
def _give_up(
    given: Inputs, state: State, queue: int, kind: int, born: int, interval: int, age: int, gone: float
) -> None:
    state.waits[queue, kind, born] -= gone
    state.slice[queue, born] -= gone
    state.waiting[queue] -= gone
    row = state.queues[interval, queue]
    row[ABANDONED] += gone
    row[SHORT] += gone * given.short[queue, kind, age]
    row[WAIT_ABANDONED] += gone * (age - 0.5) * given.step_s
    state.bins[given.day[interval], queue, given.bin_abandoned[age], 1] += gone
    row[GIVEN_UP] += gone * (1.0 - wants(given, queue, kind))
    state.scratch[kind] += gone


@compiled
def drain(given: Inputs, state: State, step: int, rank: int) -> None:
    """Give idle agents the contacts of this rank that wait longest (deferred work: whose deadline comes first)."""
    for place in range(len(given.groups)):
        group = given.groups[place]
        free = state.duty[group] - total(state.busy[group])
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
        state.handled[queue] += taken
    return taken


@compiled
def bring_about(given: Inputs, state: State, step: int) -> None:
    """The contacts handled in a step bring about follow-ups."""
    for place in range(len(given.follow_from)):
        amount = state.handled[given.follow_from[place]] * given.follow[place]
        if amount > 0.0:
            come_later(state.future[given.follow_to[place], 1], step + 1, amount, given.follow_fine[place])
            state.followed[place] += amount
    state.handled[:] = 0.0


@compiled
def send_late(given: Inputs, state: State, interval: int) -> None:
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
