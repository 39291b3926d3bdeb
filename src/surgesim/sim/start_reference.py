"""How the reference engine begins in the middle of the day."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from simpy.events import Event

from surgesim.sim.agenda import Rank
from surgesim.sim.contacts import Contact
from surgesim.sim.desk import Agent, Waiting
from surgesim.sim.start import Placed, Waiter, Worker

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


def _waits(engine: "Reference", waiter: Waiter, at: float) -> Process:
    """Somebody who is in the queue already."""
    factor = float(engine.model.talk_factor[waiter.stream])
    contact = Contact(waiter.need, 1, waiter.stream, waiter.queue, factor, waiter.arrival_s)
    queue = engine.queues[waiter.queue]
    engine.books.arrived(contact)
    engine.books.offered(contact)
    contact.joined_s = waiter.arrival_s
    place = Waiting(contact, engine.agenda.event())
    queue.line[place] = None
    trunk = engine.trunks[queue.model.trunk] if queue.model.trunk >= 0 else None
    if trunk is not None:
        trunk.in_use += 1
        engine.books.in_service(trunk.index, waiter.arrival_s, at, 1)
    yield place.called | engine.agenda.at(waiter.gives_up_s, Rank.GIVE_UP, contact.key)
    if place.agent is None:
        del queue.line[place]
        engine.let_go_home(queue)
        engine.hang_up(contact, trunk)
        engine.gave_up(contact)
    else:
        yield from engine.serve(contact, place.agent, trunk)


def _works(engine: "Reference", worker: Worker, at: float) -> Process:
    """An agent who is at work already."""
    group = engine.groups[worker.group]
    agent: Agent = group.off_duty.pop()
    group.busy += 1
    engine.books.busy(group.index, at, worker.end_s)
    yield engine.agenda.at(worker.end_s, Rank.FINISH, agent.number)
    group.give_back(agent, worker.end_s)
    engine.look_for_work(group)
