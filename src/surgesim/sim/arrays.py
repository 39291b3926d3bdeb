"""The model as the kernel reads it: flat arrays in ticks, one record for each queue, group, stream and channel."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from surgesim.base.laws import Law
from surgesim.model.model import Model, QueueModel
from surgesim.result.counters import WAIT_EDGES_S
from surgesim.sim.arrays_callers import SWITCH, caller_arrays, social_array
from surgesim.sim.branches import Branched
from surgesim.sim.contacts import ATTEMPT_MASK
from surgesim.sim.laws import Laws, lowered
from surgesim.sim.policy import ranks
from surgesim.sim.spread import MOST
from surgesim.sim.ticks import GRACE_S, TICKS_PER_S, on_grid, to_ticks
from surgesim.sim.work_arrays import WorkRules, bits, work_rules

Records = NDArray[np.void]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
ENDLESS = np.iinfo(np.int64).max

QUEUE = np.dtype(
    [
        ("talk", "i8"), ("hold", "i8"), ("after", "i8"), ("patience", "i8"), ("redial_delay", "i8"), ("spread", "i8"),
        ("redial", "f8"), ("attempts", "i8"), ("returns", "f8"), ("answer_within", "i8"), ("short_abandon", "i8"),
        ("deadline", "i8"), ("deferred", "i8"), ("trunk", "i8"), ("window", "i8"), ("windows_end", "i8"),
        ("follow_up", "i8"), ("follow_ups_end", "i8"), ("server", "i8"), ("servers_end", "i8"), ("hears", "i8"),
        ("menu", "i8"), ("strays", "f8"), ("switch", "i8"), ("switches_end", "i8"), ("work", "i8"),
    ]
)  # fmt: skip
GROUP = np.dtype([("factor", "f8"), ("agent", "i8"), ("size", "i8"), ("skill", "i8"), ("skills_end", "i8")])
STREAM = np.dtype([("reason", "i8"), ("queue", "i8"), ("factor", "f8")])
CHANNEL = np.dtype([("available_from", "i8"), ("delay", "i8"), ("factor", "f8")])
BRANCH = np.dtype([("first", "i8"), ("next", "i8"), ("share", "f8"), ("by_luck", "i8"), ("many", "i8")])
FOLLOW_UP = np.dtype([("queue", "i8"), ("probability", "f8"), ("delay", "i8")])


class Centre(NamedTuple):
    """Everything that does not change during a replication."""

    horizon: int
    limit: int
    fan: int
    queues: Records
    groups: Records
    streams: Records
    channels: Records
    follow_ups: Records
    callers: Records
    offers: Records
    switches: Records
    social: Records
    room: int
    tries: Floats
    containment: Floats
    skills: Integers
    servers: Integers
    windows: Integers
    patience_scale: Floats
    edges: Integers
    day: Integers
    agents: Integers
    lost: Integers
    lines: Integers
    wait_edges: Integers
    branches: Records
    closed_to: Integers
    laws: Laws
    work: WorkRules


def flat(model: Branched) -> Centre:
    """Return the arrays of a model."""
    laws: list[Law] = []
    queues, follow_ups, windows, servers = _queues(model, laws)
    switches = _callers(model, laws, queues)
    callers, offers = caller_arrays(model, lambda law: _number(laws, law))
    work = work_rules(model, lambda law: _number(laws, law))
    edges = to_ticks(model.clock.edges_s)
    return Centre(
        horizon=int(edges[-1]),
        limit=int(edges[-1] + to_ticks(GRACE_S)),
        fan=1 + max(len(queue.follow_ups) for queue in model.queues),
        queues=queues,
        groups=_groups(model),
        streams=_streams(model),
        channels=_channels(model, laws),
        follow_ups=follow_ups,
        callers=callers,
        offers=offers,
        switches=switches,
        social=social_array(model, lambda law: _number(laws, law)),
        room=5 + max(len(queue.follow_ups) for queue in model.queues) + (0 if model.social is None else MOST),
        tries=_by_channel(model, "tries"),
        containment=_by_channel(model, "containment"),
        skills=np.array([queue for skills in model.skills for queue in dict.fromkeys(skills)], dtype=np.int64),
        servers=servers,
        windows=windows,
        patience_scale=np.array([_scales(queue) for queue in model.queues]),
        edges=edges,
        day=model.clock.day_index,
        agents=np.array(model.agents, dtype=np.int64, order="C"),
        lost=np.array(model.lost, dtype=np.int64, order="C"),
        lines=np.array(model.lines, dtype=np.int64, order="C"),
        wait_edges=np.array([_ceiling(edge) for edge in (*WAIT_EDGES_S[1:], math.inf)], dtype=np.int64),  # 32 of them
        branches=_branches(model),
        closed_to=model.closed_to().astype(np.int64),
        laws=lowered(laws),
        work=work,
    )


def _branches(model: Branched) -> Records:
    branches = np.zeros(len(model.queues), dtype=BRANCH)
    branches["first"], branches["next"], branches["share"] = model.queue_of, model.next_of(), model.share_of
    branches["many"] = [model.queue_of.count(queue) > 1 for queue in model.queue_of]
    branches["by_luck"] = [queue.sharing is not None and queue.sharing.by == "luck" for queue in model.queues]
    return branches


def _ticks(seconds: float) -> int:
    return int(on_grid(seconds) * TICKS_PER_S)


def _ceiling(seconds: float) -> int:
    return ENDLESS if seconds == float("inf") else int(np.ceil(seconds * TICKS_PER_S))


def _scales(queue: QueueModel) -> list[float]:
    return [queue.patience_factor ** max(attempt - 1, 0) for attempt in range(ATTEMPT_MASK + 1)]


def _number(laws: list[Law], law: Law) -> int:
    laws.append(law)
    return len(laws) - 1


def _queues(model: Branched, laws: list[Law]) -> tuple[Records, Records, Integers, Integers]:
    rank = ranks(model)
    queues = np.zeros(len(model.queues), dtype=QUEUE)
    steps: list[tuple[int, float, int]] = []
    windows: list[Integers] = [np.zeros((0, 2), dtype=np.int64)]
    servers: list[int] = []
    for index, queue in enumerate(model.queues):
        row = queues[index]
        for field in ("talk", "hold", "after", "patience", "redial_delay"):
            row[field] = _number(laws, getattr(queue, field))
        row["spread"] = _number(laws, queue.closing_spread)
        row["redial"], row["attempts"], row["returns"] = queue.redial_probability, queue.attempts, queue.closing_returns
        row["answer_within"], row["short_abandon"] = _ticks(queue.answer_within_s), _ticks(queue.short_abandon_s)
        row["deadline"] = _ticks(queue.deadline_s) if queue.deferred else ENDLESS
        row["deferred"], row["trunk"] = int(queue.deferred), queue.trunk
        row["window"], row["follow_up"], row["server"] = sum(map(len, windows)), len(steps), len(servers)
        windows.append(to_ticks(queue.windows_s))
        steps += [(to, probability, _number(laws, delay)) for to, probability, delay in queue.follow_ups]
        servers += np.flatnonzero(rank[:, index] >= 0).tolist()
        row["windows_end"], row["follow_ups_end"], row["servers_end"] = sum(map(len, windows)), len(steps), len(servers)
    queues["work"] = bits(model)
    return queues, np.array(steps, dtype=FOLLOW_UP), np.concatenate(windows), np.array(servers, dtype=np.int64)


def _callers(model: Model, laws: list[Law], queues: Records) -> Records:
    """Fill what contacts must know of their callers' rules at once; return the switches."""
    switches: list[tuple[int, float, int]] = []
    for row, queue in zip(queues, model.queues, strict=True):
        rules, first = queue.callers, len(switches)
        switches += [(to, upto, _number(laws, delay)) for to, upto, delay in rules.switches]
        row["hears"], row["switch"], row["switches_end"] = int(rules.hears), first, len(switches)
        row["menu"] = -1 if rules.menu is None else _number(laws, rules.menu)
        row["strays"] = rules.misroute.at_arrival if rules.misroute else 0.0
    return np.array(switches, dtype=SWITCH)


def _groups(model: Model) -> Records:
    groups = np.zeros(len(model.groups), dtype=GROUP)
    agent = skill = 0
    for index, skills in enumerate(model.skills):
        size, count = int(model.agents[index].max(initial=0)), len(dict.fromkeys(skills))
        groups[index] = (model.handling_factor[index], agent, size, skill, skill + count)
        agent, skill = agent + size, skill + count
    return groups


def _streams(model: Model) -> Records:
    streams = np.zeros(len(model.needs.reason), dtype=STREAM)
    streams["reason"] = model.needs.reason
    streams["queue"] = model.reason_queue[model.needs.reason]
    streams["factor"] = model.talk_factor
    return streams


def _channels(model: Model, laws: list[Law]) -> Records:
    channels = np.zeros(len(model.channels), dtype=CHANNEL)
    for index, channel in enumerate(model.channels):
        delay = _number(laws, channel.boomerang_delay)
        channels[index] = (to_ticks(channel.available_from_s), delay, channel.boomerang_factor)
    return channels


def _by_channel(model: Model, field: str) -> Floats:
    rows = [getattr(channel, field) for channel in model.channels]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(model.reasons), model.clock.n_intervals)
