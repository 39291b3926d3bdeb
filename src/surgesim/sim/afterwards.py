"""What a handled contact brings about, in the reference engine."""

from typing import TYPE_CHECKING

from surgesim.base.streams import Purpose
from surgesim.model.work import Condition
from surgesim.sim.contacts import Contact, Promise, follow_up_attempt
from surgesim.sim.ticks import on_grid

if TYPE_CHECKING:
    from surgesim.sim.reference import Reference


def more_probable(condition: Condition, contact: Contact, novice: bool) -> float:
    """Return how much more probable a follow-up is by the wait, the group that handled the contact, and a novice."""
    factor = 1.0
    if condition.doubles_after_s < float("inf"):
        factor += contact.wait_s / on_grid(condition.doubles_after_s)
    if contact.group >= 0:
        factor *= condition.by_group[contact.group]
    return factor * condition.by_novices if novice else factor


def hand_on(engine: "Reference", contact: Contact, later: Contact) -> None:
    """A stage of a case that brings another about tells it when the case was opened."""
    if engine.model.queues[contact.queue].deferred and engine.model.queues[later.queue].deferred:
        later.opened_s = contact.opening_s


def follow_up(engine: "Reference", contact: Contact, novice: bool) -> None:
    """A handled contact may bring about others: repeats, second claims, cases."""
    factor = float(engine.model.talk_factor[contact.stream])
    rules = engine.model.queues[contact.queue]
    for place, (queue, probability, delay) in enumerate(rules.follow_ups):
        attempt = follow_up_attempt(contact.attempt, place, engine.fan)
        if rules.work.conditions[place].matters:
            probability *= more_probable(rules.work.conditions[place], contact, novice)
        if attempt == 0 or engine.luck.uniform(Purpose.REPEAT, contact.need, attempt) >= probability:
            continue
        time = contact.end_s + engine.luck.delay(delay, Purpose.REPEAT_DELAY, contact.need, attempt)
        later = Contact(contact.need, attempt, contact.stream, queue, factor, time)
        hand_on(engine, contact, later)
        engine.send(later)


def dialled(engine: "Reference", contact: Contact) -> None:
    """Agents call the people of an outbound queue: as callbacks that nobody asked for."""
    rule = engine.model.queues[contact.queue].work.outbound
    if rule is not None and contact.promise is None:
        contact.promise = Promise(rule, contact.opening_s)


def outside(engine: "Reference", contact: Contact) -> None:
    """Work that takes its time and none of an agent's."""
    rules, luck, need, attempt = engine.model.queues[contact.queue], engine.luck, contact.need, contact.attempt
    talk = on_grid(luck.seconds(rules.talk, Purpose.TALK, need, attempt) * contact.factor)
    hold = luck.delay(rules.hold, Purpose.HOLD, need, attempt)
    after = luck.delay(rules.after, Purpose.AFTER_WORK, need, attempt)
    contact.joined_s = contact.start_s = contact.arrival_s
    contact.wait_s = 0.0
    contact.talk_end_s = contact.arrival_s + talk + hold
    contact.end_s = contact.talk_end_s + after
    engine.books.handled(contact, talk, hold, after, novice=False)
    follow_up(engine, contact, novice=False)
