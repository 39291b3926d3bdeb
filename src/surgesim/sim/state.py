"""What changes during a replication: people, agents, heaps and counters of the kernel."""

from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from surgesim.model.model import Model
from surgesim.sim.arrays import Centre
from surgesim.sim.counts import LOG_DTYPE, Counts
from surgesim.sim.heaps import new_heap
from surgesim.sim.policy import Policy, ranks
from surgesim.sim.view import View
from surgesim.sim.work_arrays import Chats, Tiers, new_chats, new_tiers

Records = NDArray[np.void]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

PERSON = np.dtype(
    [
        ("need", "i8"), ("attempt", "i8"), ("arrival", "i8"), ("gives_up", "i8"), ("factor", "f8"), ("stream", "i4"),
        ("queue", "i4"), ("interval", "i4"), ("mode", "i4"), ("next", "i4"), ("previous", "i4"), ("row", "i4"),
        ("waits", "i4"), ("ahead", "i8"), ("since", "i8"),
    ]
)  # fmt: skip
"""Somebody who waits, or whose call is on its way; ``next`` and ``previous`` chain a queue.

``ahead`` is the place of a first attempt among the births, -1 for a later one. ``mode`` says what kind of contact it is
(see ``contacts``), ``since`` when a callback was promised, or for a later
stage of a case one tick more than when it was opened.
"""
AGENT = np.dtype([("group", "i8"), ("idle_since", "i8")])
GROUP_STATE = np.dtype(
    [("head", "i8"), ("off", "i8"), ("planned", "i8"), ("staying", "i8"), ("booked_until", "i8")]
)  # fmt: skip
QUEUE_STATE = np.dtype([("head", "i8"), ("tail", "i8"), ("window", "i8")])
TRUNK_STATE = np.dtype([("lines", "i8"), ("in_use", "i8"), ("booked_until", "i8")])
GROUP_VIEW = np.dtype([("idle", "i8"), ("busy", "i8"), ("on_duty", "i8"), ("idle_since", "f8"), ("breadth", "i8")])
QUEUE_VIEW = np.dtype(
    [("waiting", "i8"), ("oldest", "f8"), ("priority", "i8"), ("deferred", "i8"), ("deadline", "f8"), ("ageing", "f8")]
)

# Places in ``State.n``.
SPARE, FINISHING, PATIENT, CALLING, HANGING_UP, WAITING, IDLE, STAYING, QUESTIONS, INTERVAL, ROWS, BORN, ASKED, ANSWER = range(14)
EDGE, LOOKING, LOOKING_END, FORCED, RINGING, CHATS, GONE = range(14, 21)


class Births(NamedTuple):
    """Needs in the order in which they are born, in ticks, with the marks of their first attempts in seconds."""

    tick: Integers
    stream: Integers
    need: Integers
    talk: Floats
    patience: Floats


class State(NamedTuple):
    """Everything that changes, but for what a policy sees."""

    n: Integers
    people: Records
    spare: Integers
    calls: Integers
    patience: Integers
    finishing: Integers
    hanging_up: Integers
    agents: Records
    idle: Integers
    off: Integers
    groups: Records
    queues: Records
    trunks: Records
    timers: Integers
    chat: Chats
    tiers: Tiers
    credit: Floats


class Out(NamedTuple):
    """Counters and log, as they fill; times of counters in ticks, of the log in seconds."""

    queues: Floats
    groups: Floats
    trunks: Floats
    waits: Floats
    log: Records


class World(NamedTuple):
    """All that the kernel reads and writes: ``keys`` are those of the marks."""

    centre: Centre
    births: Births
    state: State
    shown: View
    out: Out
    keys: NDArray[np.uint64]


class Passage(NamedTuple):
    """All that the recursion reads and writes: the desk, when its agents are free, and the intervals at which it is closed."""

    centre: Centre
    births: Births
    state: State
    out: Out
    keys: NDArray[np.uint64]
    desk: Integers
    free: Integers
    closed: Integers


class Sizes(NamedTuple):
    """Room for people, for moments that may move (end of patience, of chats), for rows of the log, for talks at the start."""

    people: int
    patience: int
    rows: int
    talks: int = 0


def copied(state: State) -> State:
    """Return a state as it is now, in memory of its own."""
    return cast(State, _copied(state))


def _copied(part: Any) -> Any:
    return type(part)(*map(_copied, part)) if isinstance(part, tuple) else part.copy()


def new_state(centre: Centre, trunks: int, sizes: Sizes) -> State:
    """Return the state before the first event: nobody waits, everybody is off duty."""
    size = centre.groups["size"]
    total = int(size.sum())
    n = np.zeros(24, dtype=np.int64)
    n[SPARE], n[INTERVAL] = sizes.people, -1
    agents = np.zeros(total + 1, dtype=AGENT)
    agents["group"][:total] = np.repeat(np.arange(len(size)), size)
    groups = np.zeros(len(size), dtype=GROUP_STATE)
    groups["off"] = size
    queues = np.zeros(len(centre.queues), dtype=QUEUE_STATE)
    queues["head"] = queues["tail"] = -1
    queues["window"] = centre.queues["window"]
    off = [np.arange(first + count - 1, first - 1, -1) for first, count in zip(centre.groups["agent"], size, strict=True)]
    return State(
        n=n,
        people=np.zeros(sizes.people, dtype=PERSON),
        spare=np.arange(sizes.people - 1, -1, -1, dtype=np.int64),
        calls=new_heap(sizes.people),
        patience=new_heap(sizes.patience),
        finishing=new_heap(total + 1 + (sizes.patience if centre.work.most_chats else 0)),
        hanging_up=new_heap(total + 1 + sizes.talks),
        agents=agents,
        idle=np.zeros(total + 1, dtype=np.int64),
        off=np.concatenate([*off, np.zeros(1, dtype=np.int64)]).astype(np.int64),
        groups=groups,
        queues=queues,
        trunks=np.zeros(max(trunks, 1), dtype=TRUNK_STATE),
        timers=new_heap(sizes.patience),
        chat=new_chats(centre.work, len(size), total),
        tiers=new_tiers(centre.work, sizes.people, total),
        credit=np.zeros(len(centre.queues)),
    )


def new_view(model: Model, centre: Centre, policy: Policy) -> View:
    """Return what a policy sees before the first event."""
    groups = np.zeros(len(centre.groups), dtype=GROUP_VIEW)
    groups["idle_since"] = np.inf
    groups["breadth"] = centre.groups["skills_end"] - centre.groups["skill"]
    queues = np.zeros(len(centre.queues), dtype=QUEUE_VIEW)
    queues["oldest"] = np.inf
    queues["priority"] = [queue.priority for queue in model.queues]
    queues["deferred"] = [int(queue.deferred and not queue.callers.in_turn) for queue in model.queues]
    queues["ageing"] = [queue.ageing_s for queue in model.queues]
    queues["deadline"] = [queue.deadline_s for queue in model.queues]
    return View(groups, queues, ranks(model), policy.settings, np.zeros((len(groups), len(queues)), dtype=np.int64))


def new_out(counts: Counts, rows: int) -> Out:
    """Return the counters of a replication, and an empty log."""
    return Out(counts.queues, counts.groups, counts.trunks, counts.waits, np.empty(max(rows, 1), dtype=LOG_DTYPE))
