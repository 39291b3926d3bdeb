"""Kernel: marks, their keys and durations; columns of the counters."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from surgesim.base.streams import Purpose, stream_keys
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS
from surgesim.sim.compiled import compiled, inlined
from surgesim.sim.contacts import Outcome
from surgesim.sim.laws import KIND_CONSTANT, Laws, quantile, uniform
from surgesim.sim.ticks import LONGEST, TICKS_PER_S

Keys = NDArray[np.uint64]
SECONDS = 1.0 / TICKS_PER_S
PURPOSES = (
    Purpose.CHANNEL, Purpose.SELF_SERVICE, Purpose.SELF_SERVICE_TIME, Purpose.PATIENCE, Purpose.TALK, Purpose.HOLD,
    Purpose.AFTER_WORK, Purpose.REDIAL, Purpose.REDIAL_DELAY, Purpose.REPEAT, Purpose.REPEAT_DELAY, Purpose.CLOSED,
    Purpose.CLOSED_DELAY, Purpose.ROUTE, Purpose.BALK, Purpose.OFFER, Purpose.OFFER_OUTCOME, Purpose.OFFER_DELAY,
    Purpose.REACHED, Purpose.RING, Purpose.MENU, Purpose.MENU_END, Purpose.SWITCH, Purpose.SWITCH_DELAY, Purpose.MISROUTE,
    Purpose.MISROUTE_CLOSED, Purpose.SENT_BACK, Purpose.SENT_BACK_DELAY, Purpose.SPREAD, Purpose.SPREAD_DELAY,
    Purpose.SPREAD_COUNT, Purpose.ESCALATE, Purpose.HANDOVER, Purpose.SITE,
)  # fmt: skip
CHANNEL, SELF_SERVICE, SELF_SERVICE_TIME, PATIENCE, TALK, HOLD, AFTER, REDIAL, REDIAL_DELAY, REPEAT, REPEAT_DELAY = range(11)
CLOSED, CLOSED_DELAY, ROUTE, BALK, OFFER, OFFER_OUTCOME, OFFER_DELAY, REACHED, RING = range(11, 20)
MENU, MENU_END, SWITCH, SWITCH_DELAY, MISROUTE, MISROUTE_CLOSED, SENT_BACK, SENT_BACK_DELAY = range(20, 28)
SPREAD, SPREAD_DELAY, SPREAD_COUNT = range(28, 31)
ESCALATE, HANDOVER = 31, 32
HANDLED, ABANDONED, BLOCKED, INSIDE = int(Outcome.HANDLED), int(Outcome.ABANDONED), int(Outcome.BLOCKED), int(Outcome.INSIDE)
CLOSED_AGAIN, CLOSED_LOST = int(Outcome.CLOSED), int(Outcome.LOST_CLOSED)
BALKED, DEFLECTED, UNREACHED = int(Outcome.BALKED), int(Outcome.DEFLECTED), int(Outcome.UNREACHED)
GROUP_HANDLED, GROUP_NOVICE = GROUP_COLUMNS.index("handled"), GROUP_COLUMNS.index("novice_handled")
(
    C_NEEDS, C_CONTAINED, C_BOOMERANG, C_CLOSED, C_LOST_CLOSED, C_OFFERED, C_FIRST, C_REDIAL, C_FOLLOW_UP, C_BLOCKED,
    C_HANDLED, C_ABANDONED, C_INSIDE, C_SHORT, C_WITHIN, C_ON_TIME, C_GIVEN_UP, C_WAIT_HANDLED, C_WAIT_ABANDONED,
    C_TALK, C_HOLD, C_AFTER, C_BALKED, C_DEFLECTED, C_CALLBACK, C_UNREACHED, C_LINKS, C_LINK_CONTAINED, C_PROMISED,
    C_PROMISE_KEPT, C_MENU_ENDED, C_MOVED, C_SWITCHED, C_MISROUTED, C_POSTS, C_SPREAD, C_ESCALATED,
    C_TRANSFER,
) = (
    QUEUE_COLUMNS.index(name)
    for name in (
        "needs", "contained", "boomerang", "closed", "lost_closed", "offered", "first", "redial", "follow_up", "blocked",
        "handled", "abandoned", "inside", "short_abandoned", "answered_within", "on_time", "given_up", "wait_handled_s",
        "wait_abandoned_s", "talk_s", "hold_s", "after_s", "balked", "deflected", "callback", "unreached", "links",
        "link_contained", "promised", "promise_kept", "menu_ended", "moved", "switched", "misrouted", "posts", "spread",
        "escalated", "transfer_s",
    )
)  # fmt: skip


@lru_cache(maxsize=4)
def keys_of(seed: int, replication: int) -> Keys:
    """Return the keys of all marks of a replication, which births and engine ask for; not to be changed."""
    return stream_keys(seed, replication, PURPOSES)


@inlined
def ticks(seconds: float) -> int:
    """Return a duration in whole ticks."""
    return int(min(seconds * TICKS_PER_S + 0.5, LONGEST + 0.5))  # durations are not below 0: cutting is rounding down


@compiled
def by_mark(laws: Laws, law: int, key: np.uint64, need: int, attempt: int) -> float:
    """Return the duration, in seconds, of the mark of a need and attempt; not compiled into its callers, which are many."""
    return quantile(laws.kind[law], laws.parameters, laws.start[law], laws.length[law], uniform(key, need, attempt))


@inlined
def drawn(laws: Laws, law: int, key: np.uint64, need: int, attempt: int) -> float:
    """Return the duration, in seconds, that a mark draws from a law; a constant needs no mark."""
    if laws.kind[law] == KIND_CONSTANT:
        return float(laws.parameters[laws.start[law]])
    return by_mark(laws, law, key, need, attempt)
