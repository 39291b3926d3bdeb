"""How the kernel begins in the middle of the day."""

from typing import Any

import numpy as np

from surgesim.result.counters import GROUP_COLUMNS, TRUNK_COLUMNS
from surgesim.sim.arrays import Centre
from surgesim.sim.books import COLUMN
from surgesim.sim.contacts import CALLED_BACK, OFFER_SHIFT, TRY_SHIFT, Outcome
from surgesim.sim.heaps import WHO_BITS, Integers
from surgesim.sim.policy import Policy
from surgesim.sim.sight import Sight, Table
from surgesim.sim.start_placed import Comer, Line, Placed, Waiter, Worker
from surgesim.sim.state import (
    BORN,
    CALLING,
    EDGE,
    FINISHING,
    HANGING_UP,
    INTERVAL,
    PATIENT,
    RINGING,
    ROWS,
    SPARE,
    WAITING,
    Births,
    Floats,
    Out,
    State,
)
from surgesim.sim.ticks import TICKS_PER_S, on_grid
from surgesim.sim.view import MOST_TIMERS, NEVER, View
from surgesim.sim.work_arrays import OUTBOUND

BUSY, PAID = GROUP_COLUMNS.index("busy_s"), GROUP_COLUMNS.index("paid_s")
LINES, LINE_BUSY = TRUNK_COLUMNS.index("line_s"), TRUNK_COLUMNS.index("busy_s")


def _tick(seconds: float) -> int:
    return int(seconds * TICKS_PER_S)  # moments of a state are on the grid


def begin(centre: Centre, births: Births, state: State, view: View, out: Out, given: Placed, policy: Policy) -> None:
    """Put a state of the centre in place of an empty one."""
    n, at = state.n, _tick(given.at_s)
    n[EDGE], n[INTERVAL] = given.interval, given.interval - 1
    n[BORN] = np.searchsorted(births.tick, at)
    state.groups["booked_until"] = at
    state.trunks["booked_until"] = at
    out.groups[: given.interval, :, PAID] = 0.0
    gives_up, bells = list[int](), list[int]()
    for waiter in given.waiting:
        gives_up += _wait(centre, state, view, out, given, waiter)
        bells += _bells(view, policy, waiter, at) if policy.timed else []
    n[PATIENT] = _fill(state.patience, sorted(gives_up))
    n[RINGING] = _fill(state.timers, sorted(bells))
    n[FINISHING] = _fill(state.finishing, sorted(_work(centre, state, view, out, given, worker) for worker in given.working))
    coming = sorted((_tick(comer.arrival_s), comer.need, comer) for comer in given.coming)
    n[CALLING] = _fill(state.calls, [_come(centre, state, out, tick, comer) for tick, _, comer in coming])
    n[HANGING_UP] = _fill(state.hanging_up, sorted(_talk(centre, state, out, at, line) for line in given.lines))


def _fill(heap: Integers, keys: list[int]) -> int:
    """Fill an empty heap with sorted keys, which are a heap."""
    heap[: len(keys)] = keys
    return len(keys)


def _place(centre: Centre, state: State, out: Out, one: Waiter | Comer) -> int:
    """Return a free place, filled with somebody who is known at the start; book a promise where it was given."""
    n, promised = state.n, one.promised
    n[SPARE] -= 1
    slot = int(state.spare[n[SPARE]])
    person = state.people[slot]
    person["need"], person["attempt"], person["stream"], person["queue"] = one.need, one.attempt, one.stream, one.queue
    person["factor"], person["ahead"], person["row"] = centre.streams[one.stream]["factor"], -1, -1
    person["waits"], person["mode"], person["since"], person["gives_up"] = 0, 0, 0, -1
    if promised is not None:
        offer = int(centre.callers[promised.queue]["offer"]) + promised.place
        person["mode"] = CALLED_BACK | ((offer + 1) << OFFER_SHIFT) | (promised.number << TRY_SHIFT)
        person["since"] = _tick(promised.since_s)
        interval = int(np.searchsorted(centre.edges, _tick(promised.since_s), "right")) - 1
        out.queues[interval, one.queue, COLUMN["promised"]] += 1.0
    return slot


def _come(centre: Centre, state: State, out: Out, tick: int, comer: Comer) -> int:
    """Let somebody be about to call; return the key of the moment."""
    return (tick << WHO_BITS) | _place(centre, state, out, comer)


def _talk(centre: Centre, state: State, out: Out, at: int, line: Line) -> int:
    """Let a talk hold a line; return the key of its end."""
    end = _tick(line.end_s)
    state.trunks[line.trunk]["in_use"] += 1
    _spread(centre.edges, out.trunks[:, line.trunk, LINE_BUSY], at, end)
    return (end << WHO_BITS) | line.trunk


def _wait(centre: Centre, state: State, view: View, out: Out, given: Placed, waiter: Waiter) -> list[int]:
    """Let somebody wait; return the key of the moment at which patience ends, if it does."""
    slot = _place(centre, state, out, waiter)
    person, desk, rules = state.people[slot], state.queues[waiter.queue], centre.queues[waiter.queue]
    person["arrival"], person["interval"], person["row"] = _tick(waiter.joined_s), waiter.interval, _row(state, out, waiter)
    if rules["work"] & OUTBOUND and not waiter.promised:
        person["mode"] = CALLED_BACK | ((int(centre.callers[waiter.queue]["outbound"]) + 1) << OFFER_SHIFT) | (1 << TRY_SHIFT)
        person["since"] = _tick(waiter.arrival_s)
    person["waits"], person["next"], person["previous"] = 1, -1, desk["tail"]
    if desk["tail"] >= 0:
        state.people[desk["tail"]]["next"] = slot
    else:
        desk["head"] = slot
        view.queues[waiter.queue]["oldest"] = waiter.joined_s
    desk["tail"] = slot
    view.queues[waiter.queue]["waiting"] += 1
    state.n[WAITING] += 1
    kind = "callback" if waiter.promised else "redial" if waiter.attempt > 1 else "first"
    for column in ("offered", kind):
        out.queues[waiter.interval, waiter.queue, COLUMN[column]] += 1.0
    trunk = int(rules["trunk"])
    if trunk >= 0:
        state.trunks[trunk]["in_use"] += 1
        _spread(centre.edges, out.trunks[:, trunk, LINES], _tick(waiter.arrival_s), _tick(given.at_s))
    if waiter.gives_up_s == float("inf"):
        return []
    person["gives_up"] = _tick(waiter.gives_up_s)
    return [(_tick(waiter.gives_up_s) << WHO_BITS) | slot]


def _bells(view: View, policy: Policy, waiter: Waiter, at: int) -> list[int]:
    """Ask the policy when it is to be asked again about somebody who waits; return the keys of those moments."""
    sight: Any = Sight(view, Table.of(view.rank), Table.of(view.settings))
    found = list[int]()
    for step in range(MOST_TIMERS):
        seconds = policy.ask_timer(sight, waiter.queue, at / TICKS_PER_S, step)
        if seconds == NEVER:
            break
        bell = _tick(waiter.joined_s + on_grid(seconds))
        found += [(bell << WHO_BITS) | waiter.queue] if bell >= at else []
    return found


def _row(state: State, out: Out, waiter: Waiter) -> int:
    if out.log.size == 1:
        return -1
    number = int(state.n[ROWS])
    state.n[ROWS] += 1
    none = float("nan")
    out.log[number] = (
        waiter.need, waiter.attempt, waiter.queue, waiter.stream, waiter.arrival_s, none, int(Outcome.INSIDE), none, none, none,
        -1, none,
    )  # fmt: skip
    return number


def _work(centre: Centre, state: State, view: View, out: Out, given: Placed, worker: Worker) -> int:
    """Let an agent work; return the key of the end."""
    group, end_s = worker
    staff = state.groups[group]
    staff["off"] -= 1
    agent = int(state.off[centre.groups[group]["agent"] + staff["off"]])
    view.groups[group]["busy"] += 1
    if centre.work.most_chats > 0:
        state.chat.agents[agent]["ends"] = _tick(end_s)
    _spread(centre.edges, out.groups[:, group, BUSY], _tick(given.at_s), _tick(end_s))
    return (_tick(end_s) << WHO_BITS) | agent


def _spread(edges: Integers, column: Floats, start: int, end: int) -> None:
    """Add time to the intervals in which it passes."""
    passed = np.minimum(edges[1:], end) - np.maximum(edges[:-1], start)
    column += np.maximum(passed, 0)
