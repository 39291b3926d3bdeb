"""A state with everything drawn, for one replication; both engines begin with it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from surgesim.base.laws import Law
from surgesim.base.streams import Purpose
from surgesim.model.model import Model, QueueModel
from surgesim.sim.contacts import ATTEMPT_BITS
from surgesim.sim.luck import Luck
from surgesim.sim.start import Entries, Start
from surgesim.sim.ticks import LONGEST_S, on_grid

FIRST_NEED = 1 << 60
"""Number of the first contact that is there at the start; needs that are born have smaller ones."""
MOST_DRAWS = 10_000
FOLLOW_UP = (1 << ATTEMPT_BITS) | 1
"""Number of the first attempt of a follow-up."""
NEVER = float("inf")


class Promised(NamedTuple):
    """A callback: by which offer of which queue, since which moment, and which try it is."""

    queue: int
    place: int
    since_s: float
    number: int


class Waiter(NamedTuple):
    """Somebody who waits at the start; ``gives_up_s`` is a moment, infinite where it never comes."""

    need: int
    attempt: int
    queue: int
    stream: int
    arrival_s: float
    joined_s: float
    interval: int
    gives_up_s: float
    promised: Promised | None = None


class Comer(NamedTuple):
    """Somebody who will call, or a callback that will come to its queue, at a moment."""

    need: int
    attempt: int
    queue: int
    stream: int
    arrival_s: float
    promised: Promised | None = None


class Worker(NamedTuple):
    """An agent at work at the start."""

    group: int
    end_s: float


class Line(NamedTuple):
    """A line that a talk holds at the start, until a moment."""

    trunk: int
    end_s: float


class Placed(NamedTuple):
    """A state with everything drawn."""

    at_s: float
    interval: int
    waiting: list[Waiter]
    working: list[Worker]
    coming: list[Comer]
    lines: list[Line]

    @property
    def people(self) -> int:
        """How many contacts and talks it holds."""
        return len(self.waiting) + len(self.working) + len(self.coming) + len(self.lines)


class _Call(NamedTuple):
    """Somebody on the way: moment of arrival relative to the start, queue, attempt, and what was promised."""

    time_s: float
    queue: int
    attempt: int
    promised: Promised | None = None


def placed(start: Start, model: Model, seed: int, replication: int) -> Placed:
    """Return the state with patience and rests drawn: who waits in the order of arrival, who will call, who works."""
    start.check(model)
    at, luck, names = float(start.at_s), Luck(seed, replication), [queue.name for queue in model.queues]
    back = list(_callbacks(start, model, names))
    waits = [_Call(-wait, names.index(name), attempt) for name, wait, attempt in _attempts(start.waiting, 1)]
    calls = [_Call(time, names.index(name), attempt) for name, time, attempt in _attempts(start.redials, 2)]
    calls += [_Call(time, names.index(name), FOLLOW_UP) for name, times in start.follow_ups.items() for time in times]
    here = sorted((*waits, *(call for call in back if call.time_s <= 0.0)), key=lambda call: call[:3])
    away = sorted((*calls, *(call for call in back if call.time_s > 0.0)), key=lambda call: call[:3])
    coming = [_comer(model, at, FIRST_NEED + len(here) + place, call) for place, call in enumerate(away)]
    coming = [comer for comer in coming if comer.arrival_s < model.clock.edges_s[-1]]  # later contacts are not simulated
    waiting = [_waiter(model, luck, at, FIRST_NEED + place, call) for place, call in enumerate(here)]
    working, lines = _at_work(start, model, luck, names, FIRST_NEED + len(here) + len(away))
    lines += [
        Line(model.queues[names.index(name)].trunk, at + on_grid(rest)) for name, rests in start.lines.items() for rest in rests
    ]
    return Placed(at, _interval(model, at), waiting, working, coming, lines)


def _attempts(entries: Entries, usual: int) -> Iterator[tuple[str, float, int]]:
    """Yield queue, seconds and attempt of each entry."""
    for name, values in entries.items():
        for value in values:
            yield (name, *value) if isinstance(value, tuple) else (name, value, usual)


def _callbacks(start: Start, model: Model, names: list[str]) -> Iterator[_Call]:
    for name, values in start.callbacks.items():
        queue = names.index(name)
        place, offer = next((k, one) for k, one in enumerate(model.queues[queue].callers.offers) if one.queue >= 0)
        for value in values:
            ago, number, time = value if isinstance(value, tuple) else (value, 1, -value)
            promised = Promised(queue, place, max(start.at_s - on_grid(ago), 0.0), number)
            yield _Call(time, offer.queue, 1 + number, promised)


def _interval(model: Model, time: float) -> int:
    return int(np.searchsorted(model.clock.edges_s, time, side="right")) - 1


def _waiter(model: Model, luck: Luck, at: float, need: int, call: _Call) -> Waiter:
    rules, past = model.queues[call.queue], on_grid(-call.time_s)
    arrival = max(at - past, 0.0)
    scale = rules.patience_factor ** (call.attempt - 1)
    gives_up = NEVER if call.promised else at + _rest(rules.patience, past, scale, luck, need, call.attempt)
    joined = arrival
    if call.promised is not None and call.promised.number == 1:
        offer = model.queues[call.promised.queue].callers.offers[call.promised.place]
        joined -= on_grid(offer.after_s) if offer.keeps_place else 0.0
    stream = _stream(model, call)
    return Waiter(need, call.attempt, call.queue, stream, arrival, joined, _interval(model, arrival), gives_up, call.promised)


def _comer(model: Model, at: float, need: int, call: _Call) -> Comer:
    return Comer(need, call.attempt, call.queue, _stream(model, call), at + on_grid(call.time_s), call.promised)


def _stream(model: Model, call: _Call) -> int:
    """Return the first source of contacts of the queue that was called, the first of all where it has none."""
    queue = call.promised.queue if call.promised else call.queue
    own = np.flatnonzero(model.reason_queue[model.needs.reason] == queue)
    return int(own[0]) if len(own) else 0


def _at_work(start: Start, model: Model, luck: Luck, names: list[str], need: int) -> tuple[list[Worker], list[Line]]:
    """Return who works until when, and the lines of those whose queue is known."""
    working, lines = list[Worker](), list[Line]()
    for name, busy in start.busy.items():
        for work in busy:
            talk, rest, trunk = 0.0, 0.0, -1
            if isinstance(work, tuple):
                rules = model.queues[names.index(work[0])]
                talk, rest = _rest_of_work(rules, work[1], luck, need)
                trunk = rules.trunk
            else:
                rest = work
            working.append(Worker(model.groups.index(name), start.at_s + on_grid(rest)))
            if trunk >= 0 and talk > 0.0:
                lines.append(Line(trunk, start.at_s + on_grid(talk)))
            need += 1
    return working, lines


def _rest(law: Law, past: float, scale: float, luck: Luck, need: int, attempt: int) -> float:
    """Return what is left of a patience that has lasted so long, on the grid; infinite where it never ends."""
    if scale == 0.0:
        return 0.0
    gone = float(law.cdf(past / scale))
    mark = gone + luck.uniform(Purpose.PATIENCE, need, attempt) * (1.0 - gone)
    whole = scale * float(law.quantile(mark)) if mark < 1.0 else past
    return NEVER if whole >= LONGEST_S else on_grid(max(whole - past, 0.0))


def _rest_of_work(rules: QueueModel, past: float, luck: Luck, need: int) -> tuple[float, float]:
    """Return the rest of talk and hold, and of all work, that has lasted so long: the first draw that is longer."""
    for draw in range(1, MOST_DRAWS):
        parts = ((rules.talk, Purpose.TALK), (rules.hold, Purpose.HOLD), (rules.after, Purpose.AFTER_WORK))
        talk, hold, after = (luck.seconds(law, purpose, need, draw) for law, purpose in parts)
        if talk + hold + after > past:
            return max(talk + hold - past, 0.0), talk + hold + after - past
    return 0.0, 0.0
