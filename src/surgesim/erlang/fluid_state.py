"""What the fluid engine reads and changes, as plain arrays that compiled code understands.

Classes of contacts: 0 is the first attempt of a need, 1 the first attempt of a follow-up, c > 1 is attempt c.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

QUEUE = (
    "closed", "lost_closed", "offered", "first", "redial", "follow_up", "blocked", "handled", "abandoned", "inside",
    "short_abandoned", "answered_within", "on_time", "given_up", "wait_handled_s", "wait_abandoned_s", "work",
)  # fmt: skip
"""Columns that the kernel fills; ``work`` is handled contacts times the handling factor of their group."""
(CLOSED, LOST, OFFERED, FIRST, REDIAL, FOLLOW, BLOCKED, HANDLED, ABANDONED, INSIDE, SHORT, WITHIN, ON_TIME, GIVEN_UP,
 WAIT_HANDLED, WAIT_ABANDONED, WORK) = range(len(QUEUE))  # fmt: skip


class Inputs(NamedTuple):
    """What the kernel reads. Q queues, C classes, I intervals, T steps, G groups, F follow-ups, N trunks."""

    step_s: float
    per_interval: int
    extra: int  # steps after the horizon in which waiting contacts are still served
    first: Floats  # (Q, I) first attempts in each open step
    open: Flags  # (Q, T)
    back: Floats  # (Q, T) share of callers at the closed door that come back at the next opening
    opening: Integers  # (Q, T) step of that opening, -1 for none
    spread: Floats  # (Q, L)
    survival: Floats  # (Q, C, K) probability that patience exceeds k steps; falls to 0 within K unless nobody leaves
    short: Floats  # (Q, C, K) share of those who leave in step k that leave within short_abandon
    leaves: Flags  # (Q,)
    redial: Floats  # (Q,) probability
    attempts: Integers  # (Q,)
    redial_fine: Floats  # (Q, L) by step
    redial_coarse: Floats  # (Q, I + 1) by interval, for long delays
    follow_from: Integers  # (F,)
    follow_to: Integers  # (F,)
    follow: Floats  # (F,) probability
    follow_fine: Floats  # (F, L)
    follow_coarse: Floats  # (F, I + 1)
    trunk: Integers  # (Q,)
    lines: Floats  # (N, I)
    line_share: Floats  # (Q,) share of the handling time that holds a line
    agents: Floats  # (G, I)
    lost: Flags  # (G, I)
    rank: Integers  # (G, Q) a group serves the smallest first; -1 without the skill
    ranks: int
    groups: Integers  # (G,) order in which groups look for work
    aht: Floats  # (G, Q)
    factor: Floats  # (G,)
    deferred: Flags  # (Q,)
    within: Floats  # (Q,)
    deadline: Floats  # (Q,)
    bin_handled: Integers  # (T + extra + 1,)
    bin_abandoned: Integers  # (T + extra + 1,)
    day: Integers  # (I,)


class State(NamedTuple):
    """What the kernel changes."""

    waits: Floats  # (Q, C, T) contacts waiting, by class and step of arrival
    slice: Floats  # (Q, T) the same, classes together
    head: Integers  # (Q,) oldest step with somebody waiting
    waiting: Floats  # (Q,)
    busy: Floats  # (G, Q) agents
    duty: Floats  # (G,) agents on duty
    future: Floats  # (Q, C, T) contacts to come, by step
    coming: Floats  # (Q, C, I) contacts to come, by interval, per step
    failed: Floats  # (Q, C) redials of this interval with long delays
    followed: Floats  # (F,) follow-ups of this interval with long delays
    handled: Floats  # (Q,) contacts of this step
    scratch: Floats  # (C,)
    queues: Floats  # (I, Q, columns)
    groups: Floats  # (I, G, 4)
    trunks: Floats  # (I, N, 2)
    bins: Floats  # (days, Q, bins, 2)
