"""Rules of the work that most queues do not have, as the kernel reads them."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from surgesim.base.laws import Law
from surgesim.model.model import Model
from surgesim.sim.branches import Branched
from surgesim.sim.learning import learned
from surgesim.sim.ticks import TICKS_PER_S, on_grid, to_ticks

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Records = NDArray[np.void]

CHAT, ESCALATES, SECOND_TIER, CLOCKED, OUTSIDE, OUTBOUND, OPENED, STAGE = 1, 2, 4, 8, 16, 32, 64, 128
HOLDS, WRAPS = 256, 512
"""Bits of the field ``work`` of a queue: which rules it has; the last two, whether it takes holds and after-contact work."""

NOT_ESCALATED, COLD, WARM = 0, 1, 2

HAND = np.dtype(
    [
        ("need", "i8"), ("attempt", "i8"), ("arrival", "i8"), ("start", "i8"), ("ends", "i8"), ("work", "f8"),
        ("stream", "i4"), ("queue", "i4"), ("interval", "i4"), ("row", "i4"), ("started_in", "i4"), ("novice", "i4"),
    ]
)  # fmt: skip
"""A chat in hand; ``work`` is what is left of it, in ticks of a chat alone, ``started_in`` the interval of its start."""
CHATTER = np.dtype(
    [
        ("held", "i8"), ("updated", "i8"), ("ends", "i8"), ("since", "i8"), ("since_in", "i8"), ("next", "i8"),
        ("previous", "i8"),
    ]
)  # fmt: skip
"""An agent at chat: chats held, when they were last brought up to date, when the next one ends, since when at chat."""


ESCALATION = np.dtype([("to", "i8"), ("probability", "f8"), ("warm", "i8"), ("handover", "i8"), ("by_novices", "f8")])
HANDING = np.dtype(
    [
        ("waits", "i8"), ("after", "i8"), ("talk_end", "i8"), ("talk_in", "i8"), ("row", "i8"), ("interval", "i8"),
        ("queue", "i8"),
    ]
)  # fmt: skip
"""An agent who waits with a customer for the second tier, since ``talk_end`` in interval ``talk_in``; his contact."""


class WorkRules(NamedTuple):
    """What does not change during a replication.

    ``most_chats`` is the greatest number of chats of one agent, 0 without chat; ``at_once`` that of each queue, 0 for
    queues that are no chat; ``slowed[queue, n]`` the time of a chat while n are held, relative to a chat alone.
    ``clock`` holds start, end and the open time before of each window in which deadlines run, those of a queue from
    ``clock_first`` to ``clock_end``. ``learning`` is 1 where agents differ: ``factors`` and ``novices``, by day and agent.
    ``matters``, ``doubles`` (ticks, 0 where the wait does not matter), ``by_novices`` and ``by_group`` belong to follow-ups.
    ``warm`` is 1 where agents may wait for a second tier; ``escalations`` the second tier of each queue.
    """

    most_chats: int
    at_once: Integers
    slowed: Floats
    warm: int
    escalations: Records
    clock: Integers
    clock_first: Integers
    clock_end: Integers
    learning: int
    factors: Floats
    novices: Integers
    matters: Integers
    doubles: Integers
    by_novices: Floats
    by_group: Floats


class Chats(NamedTuple):
    """Agents at chat. ``first`` and ``last`` chain the agents of a group with n chats, at group x (most + 1) + n."""

    agents: Records
    hands: Records
    first: Integers
    last: Integers


class Tiers(NamedTuple):
    """Who waits for a second tier: the agent with each person, -1 for nobody, and what each agent has left to do."""

    holder: Integers
    handing: Records


def bits(model: Branched) -> list[int]:
    """Return the field ``work`` of each queue."""
    tiers = [queue.work.escalation for queue in model.queues]
    cases = any(queue.work.from_opening for queue in model.queues)
    second = {tier.queue for tier in tiers if tier is not None and tier.warm}
    return [
        CHAT * queue.work.chat
        + ESCALATES * (queue.work.escalation is not None)
        + SECOND_TIER * (model.queue_of[place] in second)
        + CLOCKED * (queue.work.deadline_windows_s is not None)
        + OUTSIDE * queue.work.outside
        + OUTBOUND * (queue.work.outbound is not None)
        + OPENED * queue.work.from_opening
        + STAGE * (cases and queue.deferred)
        + HOLDS * (queue.hold.mean > 0.0)
        + WRAPS * (queue.after.mean > 0.0)
        for place, queue in enumerate(model.queues)
    ]


def work_rules(model: Model, law: Callable[[Law], int]) -> WorkRules:
    """Return the arrays of a model; ``law`` numbers a law."""
    at_once = [len(queue.work.slowed) for queue in model.queues]
    most = max(at_once)
    slowed = np.ones((len(at_once), most + 1))
    for place, queue in enumerate(model.queues):
        if queue.work.chat:
            slowed[place, 1:] = [queue.work.slowed[min(n, at_once[place]) - 1] for n in range(1, most + 1)]
    escalations = np.zeros(len(at_once), dtype=ESCALATION)
    for place, queue in enumerate(model.queues):
        tier = queue.work.escalation
        if tier is not None:
            escalations[place] = (tier.queue, tier.probability, tier.warm, law(tier.handover), tier.by_novices)
    warm = int(escalations["warm"].max())
    learning = any(curve is not None for curve in model.learning)
    factors, novices = learned(model) if learning else (np.ones((1, 1)), np.zeros((1, 1), dtype=np.int64))
    clock, clock_first, clock_end = _clocks(model)
    matters, doubles, by_novices, by_group = _conditions(model)
    return WorkRules(
        most, np.array(at_once, dtype=np.int64), slowed, warm, escalations, clock, clock_first, clock_end,
        int(learning), factors.T.copy(), novices.T.copy(), matters, doubles, by_novices, by_group,
    )  # fmt: skip


def _clocks(model: Model) -> tuple[Integers, Integers, Integers]:
    """Return the windows in which deadlines run, and where those of each queue begin and end."""
    rows, counts = [np.zeros((0, 3), dtype=np.int64)], []
    for queue in model.queues:
        windows = queue.work.deadline_windows_s
        ticks = to_ticks(np.zeros((0, 2)) if windows is None else windows)
        length = ticks[:, 1] - ticks[:, 0]
        rows.append(np.column_stack([ticks, np.cumsum(length) - length]))
        counts.append(len(ticks))
    end = np.cumsum(np.array(counts, dtype=np.int64))
    return np.ascontiguousarray(np.concatenate(rows)), end - np.array(counts, dtype=np.int64), end


def _conditions(model: Model) -> tuple[Integers, Integers, Floats, Floats]:
    """Return what the probability of each follow-up depends on."""
    steps = [condition for queue in model.queues for condition in queue.work.conditions]
    finite = [math.isfinite(step.doubles_after_s) for step in steps]
    doubles = [int(on_grid(step.doubles_after_s) * TICKS_PER_S) if one else 0 for step, one in zip(steps, finite, strict=True)]
    return (
        np.array([step.matters for step in steps], dtype=np.int64),
        np.array(doubles, dtype=np.int64),
        np.array([step.by_novices for step in steps], dtype=np.float64),
        np.array([step.by_group for step in steps], dtype=np.float64).reshape(len(steps), len(model.groups)),
    )


def new_tiers(rules: WorkRules, people: int, agents: int) -> Tiers:
    """Return nobody waiting for a second tier."""
    people, agents = (people, agents) if rules.warm else (0, 0)
    return Tiers(np.full(people + 1, -1, dtype=np.int64), np.zeros(agents + 1, dtype=HANDING))


def new_chats(rules: WorkRules, groups: int, agents: int) -> Chats:
    """Return the agents before the first chat."""
    agents, levels = (agents, groups * (rules.most_chats + 1)) if rules.most_chats else (0, 0)
    return Chats(
        agents=np.zeros(agents + 1, dtype=CHATTER),
        hands=np.zeros(agents * rules.most_chats + 1, dtype=HAND),
        first=np.full(levels + 1, -1, dtype=np.int64),
        last=np.full(levels + 1, -1, dtype=np.int64),
    )
