"""Escalation in the reference engine: a second tier takes over what the first cannot settle."""

from typing import TYPE_CHECKING

from surgesim.base.streams import Purpose
from surgesim.model.work import Tier
from surgesim.sim.afterwards import hand_on
from surgesim.sim.agenda import Rank
from surgesim.sim.contacts import Contact, Holding, follow_up_attempt

if TYPE_CHECKING:
    from surgesim.sim.desk import Agent
    from surgesim.sim.reference import Reference


def escalates(engine: "Reference", contact: Contact, talk_end: float, novice: bool) -> Tier | None:
    """Return the second tier where a contact is escalated at the end of its talk, None elsewhere."""
    tier = engine.model.queues[contact.queue].work.escalation
    if tier is None or talk_end >= engine.horizon:
        return None
    attempt = follow_up_attempt(contact.attempt, engine.fan - 1, engine.fan)
    probability = tier.probability * tier.by_novices if novice else tier.probability
    if attempt == 0 or engine.luck.uniform(Purpose.ESCALATE, contact.need, attempt) >= probability:
        return None
    return tier


def escalate(engine: "Reference", contact: Contact, tier: Tier, agent: "Agent | None" = None, after: float = 0.0) -> None:
    """Send a contact whose talk has ended to the second tier; where it is warm, the first agent stays with it."""
    attempt = follow_up_attempt(contact.attempt, engine.fan - 1, engine.fan)
    factor = float(engine.model.talk_factor[contact.stream])
    second = Contact(contact.need, attempt, contact.stream, tier.queue, factor, contact.talk_end_s)
    hand_on(engine, contact, second)
    if tier.warm and agent is not None:
        second.holding = Holding(agent, contact, after, tier.handover)
    engine.send(second)


def take_over(engine: "Reference", contact: Contact) -> float:
    """An agent of the second tier answers; return how long the handover holds both, 0 where nobody hands over."""
    if contact.holding is None:
        return 0.0
    handover = engine.luck.delay(contact.holding.handover, Purpose.HANDOVER, contact.need, contact.attempt)
    engine.books.count(contact.interval, contact.queue, "transfer_s", handover)
    relieve(engine, contact, engine.agenda.now + handover)
    return handover


def relieve(engine: "Reference", contact: Contact, moment: float) -> None:
    """The first agent, if one is still with a contact, goes on to after-contact work at a moment."""
    if contact.holding is None:
        return
    agent, first, after = contact.holding.agent, contact.holding.contact, contact.holding.after_s
    contact.holding = None
    first.end_s = moment + after
    engine.books.count(first.interval, first.queue, "transfer_s", moment - first.talk_end_s)
    engine.books.at_work(first.group, first.talk_end_s, first.end_s)
    event = engine.agenda.at(first.end_s, Rank.FINISH, agent.number)
    assert event.callbacks is not None
    event.callbacks.append(lambda _: engine.finished(agent))
