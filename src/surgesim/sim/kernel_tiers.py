"""Kernel: escalation to a second tier, cold or warm. The same rules as ``tiers`` of the reference."""

from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import compiled, inlined
from surgesim.sim.contacts import ATTEMPT_BITS
from surgesim.sim.heaps import packed
from surgesim.sim.kernel_calls import last_generation, send
from surgesim.sim.kernel_marks import C_TRANSFER, ESCALATE, HANDOVER, SECONDS, Keys, drawn, ticks
from surgesim.sim.kernel_staff import BUSY, note_end, spread
from surgesim.sim.laws import uniform
from surgesim.sim.state import INTERVAL, SPARE, Out, State
from surgesim.sim.work_arrays import COLD, NOT_ESCALATED, WARM


@compiled
def escalate(
    centre: Centre, state: State, keys: Keys, need: int, attempt: int, stream: int, queue: int, interval: int, row: int,
    agent: int, talk_end: int, after: int, novice: int, opened: int,
) -> int:  # fmt: skip
    """Send a contact on its way to the second tier, with its agent where it is warm. Return how it was escalated."""
    rules = centre.work.escalations[queue]
    chain = attempt >> ATTEMPT_BITS
    if talk_end >= centre.horizon or last_generation(chain, centre.fan):
        return NOT_ESCALATED
    number = (((chain + 1) * centre.fan) << ATTEMPT_BITS) | 1
    probability = rules.probability * rules.by_novices if novice > 0 else rules.probability
    if uniform(keys[ESCALATE], need, number) >= probability:
        return NOT_ESCALATED
    slot = state.spare[state.n[SPARE] - 1]
    factor = centre.streams[stream].factor
    since = opened * centre.queues[rules.to].deferred
    send(state, talk_end, need, number, stream, rules.to, factor, 0, since)
    if rules.warm == 0:
        return COLD
    held = state.tiers.handing[agent]
    held.waits, held.after, held.talk_end = 1, after, talk_end
    held.row, held.interval, held.queue = row, interval, queue
    state.tiers.holder[slot] = agent
    return WARM


@inlined
def accompany(centre: Centre, state: State, out: Out, agent: int, joined: int, now: int) -> None:
    """The first agent waits with a contact that has joined the second queue; where it has not, he is free to go on."""
    state.tiers.handing[agent].talk_in = state.n[INTERVAL]
    if joined >= 0:
        state.tiers.holder[joined] = agent
    else:
        relieve(centre, state, out, agent, now)


@compiled
def take_over(centre: Centre, state: State, out: Out, keys: Keys, slot: int, need: int, attempt: int, now: int) -> int:
    """An agent of the second tier answers; return how long the handover holds both, 0 where nobody hands over."""
    agent = state.tiers.holder[slot]
    if agent < 0:
        return 0
    state.tiers.holder[slot] = -1
    law = centre.work.escalations[state.tiers.handing[agent].queue].handover
    handover = ticks(drawn(centre.laws, law, keys[HANDOVER], need, attempt))
    out.queues[state.people[slot].interval, state.people[slot].queue, C_TRANSFER] += handover
    relieve(centre, state, out, agent, now + handover)
    return handover


@compiled
def relieve(centre: Centre, state: State, out: Out, agent: int, moment: int) -> None:
    """The first agent goes on to after-contact work at a moment."""
    held = state.tiers.handing[agent]
    end = moment + held.after
    held.waits = 0
    out.queues[held.interval, held.queue, C_TRANSFER] += moment - held.talk_end
    spread(centre.edges, out.groups, state.agents[agent].group, BUSY, held.talk_in, held.talk_end, end)
    note_end(state, packed(end, agent))
    if centre.work.most_chats > 0:
        state.chat.agents[agent].ends = end
    if held.row >= 0:
        out.log[held.row].end_s = end * SECONDS


@compiled
def holders_left(centre: Centre, state: State, out: Out) -> None:
    """Book the time up to the horizon of agents who still wait for the second tier a day later."""
    for agent in range(state.tiers.handing.size):
        held = state.tiers.handing[agent]
        if held.waits == 1:
            spread(centre.edges, out.groups, state.agents[agent].group, BUSY, held.talk_in, held.talk_end, centre.horizon)
