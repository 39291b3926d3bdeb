"""How the reference engine begins in the middle of the day."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from simpy.events import Event

from surgesim.sim.afterwards import dialled
from surgesim.sim.agenda import Rank
from surgesim.sim.contacts import Contact, Promise
from surgesim.sim.desk import Agent, Waiting
from surgesim.sim.start_placed import Comer, Line, Placed, Waiter, Worker

if TYPE_CHECKING:
    from surgesim.sim.reference import Reference

Process = Generator[Event, None, None]


def begin(engine: "Reference", given: Placed) -> None:
    """Put a state of the centre in place of an empty one."""
    engine.books.forget_paid(given.interval)
    for group in engine.groups:
        group.booked_until = given.at_s
    for trunk in engine.trunks:
        trunk.booked_until = given.at_s
    for waiter in given.waiting:
        engine.agenda.process(_waits(engine, waiter, given.at_s))
    for worker in given.working:
        engine.agenda.process(_works(engine, worker, given.at_s))
    for comer in given.coming:
        engine.send(_contact(engine, comer))
    for line in given.lines:
        engine.agenda.process(_talks(engine, line, given.at_s))


def _contact(engine: "Reference", person: Waiter | Comer) -> Contact:
    """Return a contact of somebody who is known at the start; book a promise where it was given."""
    factor, promised = float(engine.model.talk_factor[person.stream]), person.promised
    contact = Contact(person.need, person.attempt, person.stream, person.queue, factor, person.arrival_s)
    if promised is not None:
        offer = engine.model.queues[promised.queue].callers.offers[promised.place]
        contact.promise = Promise(offer, promised.since_s, promised.number)
        engine.books.count(engine.books.interval_of(promised.since_s), person.queue, "promised")
    return contact


def _waits(engine: "Reference", waiter: Waiter, at: float) -> Process:
    """Somebody who is in the queue already."""
    contact, queue = _contact(engine, waiter), engine.queues[waiter.queue]
    engine.books.arrived(contact)
    engine.books.offered(contact)
    dialled(engine, contact)
    contact.joined_s = waiter.joined_s
    place = Waiting(contact, engine.agenda.event())
    queue.line[place] = None
    trunk = engine.trunks[queue.model.trunk] if queue.model.trunk >= 0 else None
    if trunk is not None:
        trunk.in_use += 1
        engine.books.in_service(trunk.index, waiter.arrival_s, at, 1)
    engine.set_timers(queue, waiter.joined_s, at)
    yield place.called | engine.agenda.at(waiter.gives_up_s, Rank.GIVE_UP, contact.key)
    if place.agent is None:
        del queue.line[place]
        engine.let_go_home(queue)
        engine.hang_up(contact, trunk)
        engine.gave_up(contact)
    elif not queue.model.work.chat:
        yield from engine.serve(contact, place.agent, trunk)


def _works(engine: "Reference", worker: Worker, at: float) -> Process:
    """An agent who is at work already."""
    group = engine.groups[worker.group]
    agent: Agent = group.off_duty.pop()
    group.busy += 1
    engine.books.busy(group.index, at, worker.end_s)
    yield engine.agenda.at(worker.end_s, Rank.FINISH, agent.number)
    engine.finished(agent)


def _talks(engine: "Reference", line: Line, at: float) -> Process:
    """A talk that holds a line already."""
    trunk = engine.trunks[line.trunk]
    trunk.in_use += 1
    yield engine.agenda.at(line.end_s, Rank.HANG_UP)
    trunk.release(at, line.end_s)
