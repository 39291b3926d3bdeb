"""How the kernel begins in the middle of the day."""

import numpy as np

from surgesim.result.counters import GROUP_COLUMNS, TRUNK_COLUMNS
from surgesim.sim.arrays import Centre
from surgesim.sim.books import COLUMN
from surgesim.sim.contacts import Outcome
from surgesim.sim.heaps import WHO_BITS, Integers
from surgesim.sim.start import Placed
from surgesim.sim.state import BORN, EDGE, FINISHING, INTERVAL, PATIENT, ROWS, SPARE, WAITING, Births, Floats, Out, State
from surgesim.sim.ticks import TICKS_PER_S
from surgesim.sim.view import View

BUSY, PAID = GROUP_COLUMNS.index("busy_s"), GROUP_COLUMNS.index("paid_s")
LINES = TRUNK_COLUMNS.index("line_s")


def _tick(seconds: float) -> int:
    return int(seconds * TICKS_PER_S)  # moments of a state are on the grid


def begin(centre: Centre, births: Births, state: State, view: View, out: Out, given: Placed) -> None:
    """Put a state of the centre in place of an empty one."""
    n, at = state.n, _tick(given.at_s)
    n[EDGE], n[INTERVAL] = given.interval, given.interval - 1
    n[BORN] = np.searchsorted(births.tick, at)
    state.groups["booked_until"] = at
    state.trunks["booked_until"] = at
    out.groups[: given.interval, :, PAID] = 0.0
    gives_up = [key for key in (_wait(centre, state, view, out, given, place) for place in range(len(given.waiting))) if key]
    n[PATIENT] = _fill(state.patience, gives_up)
    n[FINISHING] = _fill(state.finishing, [_work(centre, state, view, out, given, place) for place in range(len(given.working))])


def _fill(heap: Integers, keys: list[int]) -> int:
    """Fill an empty heap; sorted keys are a heap."""
    heap[: len(keys)] = sorted(keys)
    return len(keys)


def _wait(centre: Centre, state: State, view: View, out: Out, given: Placed, place: int) -> int:
    """Let somebody wait; return the key of the moment at which patience ends, 0 where it never does."""
    n, waiter = state.n, given.waiting[place]
    n[SPARE] -= 1
    slot = int(state.spare[n[SPARE]])
    person, desk = state.people[slot], state.queues[waiter.queue]
    arrival = _tick(waiter.arrival_s)
    person["need"], person["attempt"], person["stream"], person["queue"] = waiter.need, 1, waiter.stream, waiter.queue
    person["factor"], person["arrival"] = centre.streams[waiter.stream]["factor"], arrival
    person["interval"], person["ahead"], person["row"] = waiter.interval, -1, _row(state, out, given, place)
    person["waits"], person["next"], person["previous"], person["gives_up"] = 1, -1, desk["tail"], -1
    if desk["tail"] >= 0:
        state.people[desk["tail"]]["next"] = slot
    else:
        desk["head"] = slot
        view.queues[waiter.queue]["oldest"] = waiter.arrival_s
    desk["tail"] = slot
    view.queues[waiter.queue]["waiting"] += 1
    n[WAITING] += 1
    for column in ("offered", "first"):
        out.queues[waiter.interval, waiter.queue, COLUMN[column]] += 1.0
    trunk = int(centre.queues[waiter.queue]["trunk"])
    if trunk >= 0:
        state.trunks[trunk]["in_use"] += 1
        _spread(centre.edges, out.trunks[:, trunk, LINES], arrival, _tick(given.at_s))
    if waiter.gives_up_s == float("inf"):
        return 0
    person["gives_up"] = _tick(waiter.gives_up_s)
    return (_tick(waiter.gives_up_s) << WHO_BITS) | slot


def _row(state: State, out: Out, given: Placed, place: int) -> int:
    if out.log.size == 1:
        return -1
    waiter, number = given.waiting[place], int(state.n[ROWS])
    state.n[ROWS] += 1
    none = float("nan")
    out.log[number] = (
        waiter.need, 1, waiter.queue, waiter.stream, waiter.arrival_s, none, int(Outcome.INSIDE), none, none, none, -1, none,
    )  # fmt: skip
    return number


def _work(centre: Centre, state: State, view: View, out: Out, given: Placed, place: int) -> int:
    """Let an agent work; return the key of the end."""
    group, end_s = given.working[place]
    staff = state.groups[group]
    staff["off"] -= 1
    agent = int(state.off[centre.groups[group]["agent"] + staff["off"]])
    view.groups[group]["busy"] += 1
    _spread(centre.edges, out.groups[:, group, BUSY], _tick(given.at_s), _tick(end_s))
    return (_tick(end_s) << WHO_BITS) | agent


def _spread(edges: Integers, column: Floats, start: int, end: int) -> None:
    """Add time to the intervals in which it passes."""
    passed = np.minimum(edges[1:], end) - np.maximum(edges[:-1], start)
    column += np.maximum(passed, 0)
