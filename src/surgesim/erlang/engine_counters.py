"""From the fixed point of the formulas to the counters that every engine fills."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.erlang.engine_deferred import Deferred, Late, outcome
from surgesim.erlang.engine_state import State
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS, TRUNK_COLUMNS, WAIT_EDGES_S

Floats = NDArray[np.float64]

_UPPER = np.array(WAIT_EDGES_S[1:])


@dataclass(frozen=True, eq=False)
class Filled:
    """Arrays for ``from_arrays``, without the axis of replications.

    Attributes
    ----------
    queues : ndarray, shape (intervals, queues, columns)
    groups : ndarray, shape (intervals, groups, columns)
    trunks : ndarray, shape (intervals, trunks, columns)
    waits : ndarray, shape (days, queues, bins, 2)
    """

    queues: Floats
    groups: Floats
    trunks: Floats
    waits: Floats


def filled(state: State) -> Filled:
    """Return the counters of a fixed point."""
    length = np.diff(state.model.clock.edges_s)
    late = Late(state.model)
    busy = _busy_of_calls(state, late)
    left = np.maximum(state.model.agents * length - busy.sum(axis=1), 0.0)
    deferred, given = _deferred(state, late, left)
    columns, bins = _calls(state)
    _add_deferred(state, columns, bins, deferred)
    _add_common(state, columns)
    queues = np.stack([columns[name].T for name in QUEUE_COLUMNS], axis=-1)
    return Filled(queues, _groups(state, columns["handled"], busy, given), _trunks(state, length), _by_day(state, bins))


def _busy_of_calls(state: State, late: Late) -> Floats:
    """Return agent-seconds that calls take, shape (groups, queues, intervals).

    Where some groups also serve deferred work, those without it are filled first: whoever is busy with a letter does
    not take the call.
    """
    agents = state.agents
    occupied = np.divide(state.spread(state.desks.busy), agents, out=np.zeros_like(agents), where=agents > 0)
    even = np.asarray(state.parts * (np.minimum(occupied, 1.0) * state.open_s)[None])
    if not (late.serves.any(axis=1) & (state.parts.sum(axis=(1, 2)) > 0)).any():
        return even
    free = state.model.agents * np.diff(state.model.clock.edges_s)
    moved = np.zeros_like(even)
    order = sorted(range(len(free)), key=lambda g: (late.serves[g].any(), len(state.model.skills[g])))
    for queue in sorted(range(even.shape[1]), key=lambda q: int((even[:, q] > 0).any(axis=1).sum())):
        wanted = even[:, queue].sum(axis=0)
        for group in order:
            if queue in state.model.skills[group]:
                taken = np.minimum(wanted, free[group])
                moved[group, queue] = taken
                free[group] = free[group] - taken
                wanted = wanted - taken
    return moved


def _calls(state: State) -> tuple[dict[str, Floats], Floats]:
    """Return the columns of calls, shape (queues, intervals), and wait bins, shape (queues, intervals, bins, 2)."""
    found, offered, model = state.desks, state.chains.offered, state.model
    none = np.zeros_like(offered)
    columns = dict.fromkeys(QUEUE_COLUMNS, none)
    shares = {
        "blocked": found.blocked, "abandoned": found.abandoned, "handled": found.handled, "inside": found.stuck,
        "wait_handled_s": found.wait_handled_s, "wait_abandoned_s": found.wait_abandoned_s,
    }  # fmt: skip
    for name, share in shares.items():
        columns[name] = offered * state.spread(share)
    limits = {"answered_within": [queue.answer_within_s for queue in model.queues],
              "short_abandoned": [queue.short_abandon_s for queue in model.queues]}  # fmt: skip
    for side, (name, seconds) in enumerate(limits.items()):
        at = np.broadcast_to(np.array(seconds)[:, None], offered.shape)[state.calls]
        columns[name] = offered * state.spread(found.within(at)[side])
    columns["on_time"] = columns["handled"]
    return columns, _bins(state)


def _bins(state: State) -> Floats:
    cumulative = np.zeros((*state.calls.shape, len(_UPPER), 2))
    times = np.broadcast_to(_UPPER[:, None], (len(_UPPER), int(state.calls.sum())))
    for side, shares in enumerate(state.desks.within(times)):
        cumulative[state.calls, :, side] = shares.T
    cumulative[state.calls, -1, 0] = state.desks.handled
    cumulative[state.calls, -1, 1] = state.desks.abandoned
    steps = np.maximum(np.diff(np.maximum.accumulate(cumulative, axis=2), axis=2, prepend=0.0), 0.0)
    return steps * state.chains.offered[:, :, None, None]


def _deferred(state: State, late: Late, left_s: Floats) -> tuple[dict[int, Deferred], Floats]:
    offered, edges = state.chains.offered, state.model.clock.edges_s
    done, given = late.served(offered, state.talk_factor, left_s, late.serves)
    each = late.seconds_each(state.talk_factor)
    found = {}
    for q in late.queues:
        rules = state.model.queues[q]
        weights = given[:, q].sum(axis=1) + 1e-12 * late.serves[:, q]
        aht = float(np.average(each[:, q], weights=weights)) if weights.sum() > 0 else rules.aht_s
        found[q] = outcome(offered[q], done[q], edges, aht, rules.deadline_s, rules.answer_within_s)
    return found, given


def _add_deferred(state: State, columns: dict[str, Floats], bins: Floats, found: dict[int, Deferred]) -> None:
    for name in ("handled", "on_time", "answered_within", "wait_handled_s", "inside"):
        columns[name] = columns[name].copy()
    for q, work in found.items():
        columns["handled"][q], columns["on_time"][q] = work.handled, work.on_time
        columns["answered_within"][q], columns["wait_handled_s"][q] = work.answered_within, work.wait_s
        columns["inside"][q] = state.chains.offered[q] - work.handled
        bins[q, :, :, 0] = work.bins


def _add_common(state: State, columns: dict[str, Floats]) -> None:
    """Fill in what does not depend on the kind of queue."""
    first, chains, model = state.first, state.chains, state.model
    columns |= {
        "needs": first.needs, "contained": first.contained, "boomerang": first.boomerang, "closed": chains.closed,
        "lost_closed": chains.lost, "offered": chains.offered, "first": chains.first, "redial": chains.redial,
        "follow_up": chains.follow_up, "given_up": chains.given_up + chains.lost,
    }  # fmt: skip
    handled = columns["handled"] * state.handling_factor
    for name, part, scale in (("talk_s", "talk", state.talk_factor), ("hold_s", "hold", 1.0), ("after_s", "after", 1.0)):
        mean = np.array([getattr(queue, part).mean for queue in model.queues])[:, None]
        columns[name] = handled * mean * scale


def _groups(state: State, handled: Floats, busy: Floats, given: Floats) -> Floats:
    model = state.model
    seconds = busy + given
    pace = seconds / model.handling_factor[:, None, None]
    total = pace.sum(axis=0)
    shares = np.divide(pace, total, out=np.zeros_like(pace), where=total > 0)
    ready = model.agents * np.diff(model.clock.edges_s)
    columns = {"handled": (shares * handled).sum(axis=1), "busy_s": np.minimum(seconds.sum(axis=1), ready),
               "ready_s": ready, "paid_s": model.paid_s}  # fmt: skip
    none = np.zeros_like(ready)
    return np.stack([columns.get(name, none).T for name in GROUP_COLUMNS], axis=-1)


def _trunks(state: State, length: Floats) -> Floats:
    model = state.model
    share = np.divide(state.line_s, state.aht_s, out=np.zeros_like(state.aht_s), where=state.aht_s > 0)
    held = (state.spread(state.desks.waiting) + state.spread(state.desks.busy) * share) * state.open_s
    found = np.zeros((len(length), len(model.trunks), len(TRUNK_COLUMNS)))
    for place, queue in enumerate(model.queues):
        if queue.trunk >= 0:
            found[:, queue.trunk, TRUNK_COLUMNS.index("busy_s")] += held[place]
    lines = model.lines.T * length[:, None]
    found[..., TRUNK_COLUMNS.index("line_s")] = lines
    found[..., TRUNK_COLUMNS.index("busy_s")] = np.minimum(found[..., TRUNK_COLUMNS.index("busy_s")], lines)
    return found


def _by_day(state: State, bins: Floats) -> Floats:
    found = np.zeros((state.model.clock.days, *bins.shape[:1], *bins.shape[2:]))
    np.add.at(found, state.model.clock.day_index, bins.transpose(1, 0, 2, 3))
    return found
