"""A scenario answered as a fluid: no luck, small steps of time, backlog and redials carried on.

The fluid sees what the interval formulas do not: backlog that is carried over, queues that build up, redials that
come later, lines that fill. It does not see luck: where the staff is above the load nobody waits at all.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from surgesim.base.laws import Law, Never
from surgesim.erlang.answer import Answer
from surgesim.erlang.engine_deferred import preference
from surgesim.erlang.engine_flow import Floats, lag_kernel
from surgesim.erlang.engine_reasons import callers_left_out
from surgesim.erlang.engine_scope import left_out
from surgesim.erlang.fluid_kernel import run as run_kernel
from surgesim.erlang.fluid_state import QUEUE, Flags, Inputs, Integers, State
from surgesim.model.load import Load, load
from surgesim.model.model import Model, QueueModel
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS, WAIT_EDGES_S
from surgesim.result.flags import Flag, still_waiting
from surgesim.result.tables import BINS, Axes, from_arrays

STEP_S = 60.0
MOST_CELLS = 6_000_000
LONGEST_FINE = 480
DAY_S = 86_400.0
_NEVER_LATER = 1e-9


def run(model: Model) -> Answer:
    """Return the answer of the fluid.

    Parameters
    ----------
    model : Model
        The scenario as arrays.

    Returns
    -------
    Answer
        Expectations; steps of a minute, or longer where the horizon is so long that memory asks for it.
    """
    per_interval = _steps(model)
    first = load(model)
    total = first.offered.sum(axis=1)
    factor = np.divide((first.offered * first.talk_factor).sum(axis=1), total, out=np.ones_like(total), where=total > 0)
    given = _inputs(model, first, factor, per_interval)
    state = _empty(given, model)
    run_kernel(given, state)
    queues = _queue_columns(model, first, state, factor)
    state.groups[..., GROUP_COLUMNS.index("paid_s")] = model.paid_s.T
    tables = from_arrays(Axes.of(model.scenario), queues[None], state.groups[None], state.trunks[None], state.bins[None])
    return Answer(tables, _flags(model, queues), {}, {"step_s": given.step_s})


def _classes(model: Model) -> int:
    return 1 + max(2, *(queue.attempts + 1 for queue in model.queues))


def _steps(model: Model) -> int:
    """Return the steps of an interval: at most a minute and half a handling time each, unless memory forbids it."""
    cells = model.clock.n_intervals * len(model.queues) * _classes(model)
    shortest = min(queue.aht_s for queue in model.queues) * float(model.handling_factor.min())
    wanted = max(round(model.clock.interval_s / STEP_S), int(np.ceil(model.clock.interval_s / max(shortest / 2.0, 1.0))))
    return int(max(1, min(wanted, MOST_CELLS // cells)))


def _inputs(model: Model, first: Load, factor: Floats, per: int) -> Inputs:
    step = model.clock.interval_s / per
    steps, extra = model.clock.n_intervals * per, int(DAY_S / step)
    ages = np.arange(steps + extra + 1) * step
    parts: dict[str, Any] = {
        "step_s": step,
        "per_interval": per,
        "extra": extra,
        "bin_handled": _bin(ages),
        "bin_abandoned": _bin(np.maximum(ages - 0.5 * step, 0.0)),
        "day": model.clock.day_index,
    }
    parts |= _arrivals(model, first, step, per)
    parts |= _callers(model, step)
    parts |= _come_again(model, step, per)
    return Inputs(**parts, **_staff(model, factor))


def _arrivals(model: Model, first: Load, step: float, per: int) -> dict[str, Any]:
    """Return first attempts and doors."""
    intervals = model.clock.n_intervals
    doors = [_door(queue, step, intervals * per) for queue in model.queues]
    openings = np.stack([door[0] for door in doors])
    here = openings.reshape(len(doors), intervals, per)
    here[..., per // 2] |= (first.offered > 0) & ~here.any(axis=2)  # open for less than a step
    return {
        "first": first.offered / np.maximum(here.sum(axis=2), 1),
        "open": openings,
        "back": np.stack([door[1] for door in doors]),
        "opening": np.stack([door[2] for door in doors]),
        "spread": _padded([lag_kernel(queue.closing_spread, step, intervals * per) for queue in model.queues]),
    }


def _callers(model: Model, step: float) -> dict[str, Any]:
    """Return patience and thresholds."""
    patience = [_patience(queue, step, _classes(model)) for queue in model.queues]
    return {
        "survival": _padded([pair[0] for pair in patience]),
        "short": _padded([pair[1] for pair in patience]),
        "leaves": np.array([not isinstance(queue.patience, Never) for queue in model.queues]),
        "deferred": np.array([queue.deferred for queue in model.queues]),
        "within": np.array([queue.answer_within_s for queue in model.queues]),
        "deadline": np.array([queue.deadline_s for queue in model.queues]),
    }


def _come_again(model: Model, step: float, per: int) -> dict[str, Any]:
    """Return redials and follow-ups."""
    intervals = model.clock.n_intervals
    follow_ups = [(place, *entry) for place, queue in enumerate(model.queues) for entry in queue.brings]
    redial = [_split(queue.redial_delay, step, per, intervals, 0.0) for queue in model.queues]
    follow = [_split(delay, step, per, intervals, model.queues[place].aht_s) for place, _, _, delay in follow_ups]
    return {
        "redial": np.array([queue.redial_probability for queue in model.queues]),
        "attempts": np.array([queue.attempts for queue in model.queues], dtype=np.int64),
        "redial_fine": _padded([pair[0] for pair in redial]),
        "redial_coarse": _padded([pair[1] for pair in redial], intervals + 1),
        "follow_from": np.array([entry[0] for entry in follow_ups], dtype=np.int64),
        "follow_to": np.array([entry[1] for entry in follow_ups], dtype=np.int64),
        "follow": np.array([entry[2] for entry in follow_ups], dtype=np.float64),
        "follow_fine": _padded([pair[0] for pair in follow]),
        "follow_coarse": _padded([pair[1] for pair in follow], intervals + 1),
    }


def _staff(model: Model, factor: Floats) -> dict[str, Any]:
    """Return agents, handling times and lines."""
    pairs = zip(model.queues, factor, strict=True)
    each = [(queue.talk.mean * share, queue.hold.mean, queue.after.mean) for queue, share in pairs]
    aht = np.array([max(sum(parts), 1e-3) for parts in each])
    rank = preference(model)
    return {
        "trunk": np.array([queue.trunk for queue in model.queues], dtype=np.int64),
        "lines": model.lines.astype(np.float64).reshape(len(model.trunks), model.clock.n_intervals),
        "line_share": np.array([(talk + hold) / whole for (talk, hold, _), whole in zip(each, aht, strict=True)]),
        "agents": model.agents.astype(np.float64),
        "lost": np.ascontiguousarray(model.lost),
        "rank": rank,
        "ranks": int(rank.max()) + 1,
        "groups": np.argsort((rank >= 0).sum(axis=1), kind="stable"),
        "aht": model.handling_factor[:, None] * aht,
        "factor": model.handling_factor.astype(np.float64),
    }


def _bin(seconds: ArrayLike) -> Integers:
    return np.asarray(np.searchsorted(np.array(WAIT_EDGES_S), seconds, side="right") - 1, dtype=np.int64)


def _padded(rows: list[Floats], length: int = 1) -> Floats:
    """Stack arrays of unequal length along the last axis; the last value goes on where it is not nought."""
    longest = max((row.shape[-1] for row in rows), default=1)
    longest = max(longest, length)
    shape = rows[0].shape[:-1] if rows else ()
    found = np.zeros((len(rows), *shape, longest))
    for place, row in enumerate(rows):
        found[place, ..., : row.shape[-1]] = row
        found[place, ..., row.shape[-1] :] = 0.0 if row.shape[-1] > 1 or row.ndim == 1 else row[..., -1:]
    return found


def _split(law: Law, step: float, per: int, intervals: int, shift_s: float) -> tuple[Floats, Floats]:
    """Return a delay by steps where it is short, or by intervals where it is long; the other one is nought."""
    if float(law.quantile(0.999)) + shift_s <= LONGEST_FINE * step:
        return lag_kernel(law, step, intervals * per, shift_s), np.zeros(1)
    kernel = np.append(lag_kernel(law, step * per, intervals, shift_s), 0.0)
    kernel[1] += kernel[0]  # what comes within the same interval comes in the next one
    kernel[0] = 0.0
    return np.zeros(1), kernel


def _door(queue: QueueModel, step: float, steps: int) -> tuple[Flags, Floats, Integers]:
    """Return by step: whether the door is open, the share that comes back, and when it opens next."""
    middle = (np.arange(steps) + 0.5) * step
    if queue.deferred:
        return np.ones(steps, dtype=np.bool_), np.zeros(steps), np.full(steps, -1, dtype=np.int64)
    opens, closes = queue.windows_s[:, 0], queue.windows_s[:, 1]
    inside = np.searchsorted(opens, middle, side="right") > np.searchsorted(closes, middle, side="right")
    following = np.append(opens, np.inf)[np.searchsorted(opens, middle, side="right")]
    there = following < steps * step
    reach = queue.closing_spread.cdf(np.where(there, steps * step - following, 0.0))
    opening = np.where(there, np.ceil(np.where(there, following, 0.0) / step - 1e-9), -1).astype(np.int64)
    return inside, np.where(there, queue.closing_returns * reach, 0.0), np.minimum(opening, steps - 1)


def _patience(queue: QueueModel, step: float, classes: int) -> tuple[Floats, Floats]:
    """Return survival by class and age in steps, and the share of those who leave in a step that leave soon."""
    if isinstance(queue.patience, Never):
        return np.ones((classes, 2)), np.zeros((classes, 2))
    scale = np.array([queue.patience_factor ** max(kind - 1, 0) for kind in range(classes)])
    longest = float(queue.patience.quantile(1.0 - _NEVER_LATER)) * max(1.0, float(scale.max()))
    ages = np.arange(int(min(longest, DAY_S) / step) + 3) * step
    survival = np.stack([queue.patience.sf(ages / factor) for factor in scale])
    soon = np.clip(queue.short_abandon_s, ages - step, ages)
    early = np.stack([queue.patience.sf(soon / factor) for factor in scale])
    before = np.concatenate([np.ones((classes, 1)), survival[:, :-1]], axis=1)
    leaving = before - survival
    short = np.divide(before - early, leaving, out=np.zeros_like(leaving), where=leaving > 0)
    short[:, 0] = 0.0
    survival[:, -1] = 0.0
    return survival, np.clip(short, 0.0, 1.0)


def _empty(given: Inputs, model: Model) -> State:
    queues, classes, steps = len(model.queues), _classes(model), given.open.shape[1]
    intervals, groups = model.clock.n_intervals, len(model.groups)
    return State(
        waits=np.zeros((queues, classes, steps)),
        slice=np.zeros((queues, steps)),
        head=np.zeros(queues, dtype=np.int64),
        waiting=np.zeros(queues),
        busy=np.zeros((groups, queues)),
        duty=np.zeros(groups),
        future=np.zeros((queues, classes, steps)),
        coming=np.zeros((queues, classes, intervals)),
        failed=np.zeros((queues, classes)),
        followed=np.zeros(len(given.follow_from)),
        handled=np.zeros(queues),
        scratch=np.zeros(classes),
        queues=np.zeros((intervals, queues, len(QUEUE))),
        groups=np.zeros((intervals, groups, len(GROUP_COLUMNS))),
        trunks=np.zeros((intervals, len(model.trunks), 2)),
        bins=np.zeros((model.clock.days, queues, BINS, 2)),
    )


def _queue_columns(model: Model, first: Load, state: State, factor: Floats) -> Floats:
    columns = {name: state.queues[..., place] for place, name in enumerate(QUEUE)}
    for name in ("closed", "lost_closed", "given_up"):
        columns[name] = columns[name] + (first.closed if name == "closed" else first.lost_closed).T
    columns |= {"needs": first.needs.T, "contained": first.contained.T, "boomerang": first.boomerang.T}
    for name, part in (("talk_s", "talk"), ("hold_s", "hold"), ("after_s", "after")):
        mean = np.array([getattr(queue, part).mean for queue in model.queues])
        columns[name] = columns["work"] * mean * (factor if part == "talk" else 1.0)
    none = np.zeros(state.queues.shape[:2])
    return np.stack([columns.get(name, none) for name in QUEUE_COLUMNS], axis=-1)


EXPECTATION = Flag(
    "note", "expectation", "", "the fluid answers for the mean demand: no random days, no intervals",
    'run engine="sim" to see the spread', "流体近似は平均的な需要に対する値で、ばらつきや信頼区間は含みません",
)  # fmt: skip
NO_LUCK = Flag(
    "note", "no_luck", "",
    "where the staff is above the load nobody waits in the fluid: read it where the desk is overrun",
    'run engine="erlang" or "sim" for quiet intervals',
    "要員が負荷を上回る時間帯では待ちが生じないため、過負荷の時間帯でのみ参照してください",
)  # fmt: skip


def _flags(model: Model, queues: Floats) -> tuple[Flag, ...]:
    inside = queues[..., QUEUE_COLUMNS.index("inside")].sum(axis=0)
    waiting = [still_waiting(queue.name, left) for queue, left in zip(model.queues, inside, strict=True) if left > 0.5]
    left = (*callers_left_out(model), *left_out(model))
    return (EXPECTATION, NO_LUCK, *left, *waiting)
