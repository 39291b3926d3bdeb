"""Kernel: work that somebody outside does, and people whom agents call. The same rules as ``afterwards`` of the reference."""

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import compiled
from surgesim.sim.contacts import CALLED_BACK, OFFER_SHIFT, POSTED, TRY_SHIFT
from surgesim.sim.kernel_books import book_handled, held_after
from surgesim.sim.kernel_callbacks import opening
from surgesim.sim.kernel_calls import follow_ups
from surgesim.sim.kernel_marks import HANDLED, SECONDS, TALK, Keys, drawn, ticks
from surgesim.sim.state import INTERVAL, Out, Records, State
from surgesim.sim.work_arrays import STAGE


@compiled
def dialled(callers: Records, queue: int, mode: int) -> int:
    """Return the mode of somebody whom agents call: a callback that nobody asked for."""
    return int(CALLED_BACK | (mode & POSTED) | ((callers[queue].outbound + 1) << OFFER_SHIFT) | (1 << TRY_SHIFT))


@compiled
def outside(
    centre: Centre, state: State, out: Out, keys: Keys, now: int,
    need: int, attempt: int, stream: int, queue: int, factor: float, mode: int,
    since: int, number: int,
) -> None:  # fmt: skip
    """Work that takes its time and none of an agent's."""
    rules = centre.queues[queue]
    talk = ticks(drawn(centre.laws, rules.talk, keys[TALK], need, attempt) * factor)
    hold, after = held_after(centre, keys, queue, need, attempt, 1.0)
    end = now + talk + hold + after
    opened = opening(mode, since, now) if rules.work & STAGE else 0
    book_handled(centre, out, queue, state.n[INTERVAL], now, now, talk, hold, after, opened)
    if rules.follow_ups_end > rules.follow_up:
        follow_ups(centre, state, keys, need, attempt, stream, queue, end, 0, -1, 0, opened)
    if number >= 0:
        row = out.log[number]
        row.outcome = HANDLED
        row.joined_s = now * SECONDS
        row.wait_s = 0.0
        row.start_s = now * SECONDS
        row.talk_end_s = (now + talk + hold) * SECONDS
        row.end_s = end * SECONDS
