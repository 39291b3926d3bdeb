"""The reference engine: the rules of the model as SimPy processes, one rule per function.

It is not fast; it says what is right. The compiled kernel gives the same contact log and the same counters, bit for bit.
"""

from collections.abc import Generator

import numpy as np
from simpy.events import Event

from surgesim.base.streams import Purpose
from surgesim.model.model import Model
from surgesim.sim.agenda import Agenda, Rank
from surgesim.sim.books import Books
from surgesim.sim.contacts import RETURN_SHIFT, Contact, Outcome, follow_up_attempt
from surgesim.sim.counts import Counts
from surgesim.sim.desk import Agent, Group, QueueDesk, Trunk, Waiting
from surgesim.sim.dispatch import Dispatch
from surgesim.sim.luck import Luck
from surgesim.sim.policy import Policy, policy_of, ranks
from surgesim.sim.ticks import GRACE_S, LONGEST_S, TICKS_PER_S, moment, on_grid
from surgesim.sim.view import View

Process = Generator[Event, None, None]


def simulate(model: Model, seed: int, replication: int, log: bool = False, policy: Policy | None = None) -> Counts:
    """Return the counters of one replication.

    Parameters
    ----------
    model : Model
        What to simulate.
    seed, replication : int
        Which luck.
    log : bool
        Whether to keep the contact log.
    policy : Policy, optional
        Routing policy; the scenario's own where it is left out.

    Raises
    ------
    PolicyError
        The routing policy raised, or answered something that is not possible.
    """
    return Reference(model, seed, replication, policy or policy_of(model)).run(log)


class Reference(Dispatch):
    """One replication: the desk, and the processes that run in it."""

    def __init__(self, model: Model, seed: int, replication: int, policy: Policy) -> None:
        self.model = model
        self.policy = policy
        self.luck = Luck(seed, replication)
        self.births = model.needs.births(seed, replication)
        self.books = Books(model)
        self.agenda = Agenda()
        self.horizon = self.books.horizon
        self.fan = 1 + max(len(queue.follow_ups) for queue in model.queues)
        self.questions = 0
        self.queues = [QueueDesk(index, queue) for index, queue in enumerate(model.queues)]
        self.trunks = [Trunk(index, self.books) for index in range(len(model.trunks))]
        self.groups = list(self._groups())
        served = np.zeros((len(self.groups), len(self.queues)), dtype=np.int64)
        self.view = View(self.groups, self.queues, ranks(model), policy.settings, served)

    def _groups(self) -> Generator[Group, None, None]:
        first = 0
        for index, skills in enumerate(self.model.skills):
            size = int(self.model.agents[index].max(initial=0))
            yield Group(index, first, size, [self.queues[queue] for queue in dict.fromkeys(skills)], self.books)
            first += size

    def run(self, log: bool) -> Counts:
        """Let everything happen, and return the counters."""
        self.agenda.process(self.clockwork())
        self.agenda.run_to_the_end(self.horizon + GRACE_S)
        for queue in self.queues:
            for waiting in queue.line:
                self.still_inside(waiting.contact)
        return self.books.closing(log)

    def clockwork(self) -> Process:
        """At the start of each interval staff and lines change, and the needs of the interval are on their way."""
        edges = self.books.edges
        first = np.searchsorted(self.births.time_s, edges)
        for interval, edge in enumerate(edges[:-1]):
            yield self.agenda.at(edge, Rank.STAFFING)
            self.change_staffing(interval, edge)
            for place in range(first[interval], first[interval + 1]):
                self.born(place)
        yield self.agenda.at(self.horizon, Rank.STAFFING)
        for group in self.groups:
            group.book(self.horizon)
        for trunk in self.trunks:
            trunk.book(self.horizon)

    def change_staffing(self, interval: int, now: float) -> None:
        """Set lines and agents to the plan of an interval; then every group looks for work."""
        for trunk in self.trunks:
            trunk.set_lines(int(self.model.lines[trunk.index, interval]), now)
        for group in self.groups:
            lost = bool(self.model.lost[group.index, interval])
            group.plan(int(self.model.agents[group.index, interval]), lost, now)
        for group in self.groups:
            self.look_for_work(group)

    def born(self, place: int) -> None:
        """A need is born. It tries at most one self-service channel; if that fails, or none is tried, it calls."""
        births, books, model = self.births, self.books, self.model
        need, stream = int(births.need[place]), int(births.stream[place])
        reason = int(model.needs.reason[stream])
        queue = int(model.reason_queue[reason])
        time = min(moment(float(births.time_s[place])), self.horizon - 1.0 / TICKS_PER_S)
        interval = books.interval_of(time)
        books.count(interval, queue, "needs")
        contact = Contact(need, 1, stream, queue, float(model.talk_factor[stream]), time)
        for index, channel in enumerate(model.channels):
            if time < channel.available_from_s:
                continue
            if self.luck.uniform(Purpose.CHANNEL, need, index) >= channel.tries[reason, interval]:
                continue
            if self.luck.uniform(Purpose.SELF_SERVICE, need, index) < channel.containment[reason, interval]:
                books.count(interval, queue, "contained")
                return
            books.count(interval, queue, "boomerang")
            contact.arrival_s += self.luck.delay(channel.boomerang_delay, Purpose.SELF_SERVICE_TIME, need, index)
            contact.factor *= channel.boomerang_factor
            break
        self.send(contact)

    def send(self, contact: Contact | None) -> None:
        """Let a contact be made, unless it would come after the horizon."""
        if contact is not None and contact.arrival_s < self.horizon:
            self.agenda.process(self.make_contact(contact))

    def make_contact(self, contact: Contact) -> Process:
        """One attempt, from its arrival to its end."""
        yield self.agenda.at(contact.arrival_s, Rank.ARRIVE, contact.key)
        queue = self.queues[contact.queue]
        self.books.arrived(contact)
        if not queue.is_open(contact.arrival_s):
            self.closed(contact, queue)
            return
        self.books.offered(contact)
        trunk = self.trunks[queue.model.trunk] if queue.model.trunk >= 0 else None
        if trunk is not None and trunk.full:
            self.blocked(contact)
            return
        if trunk is not None:
            trunk.seize(contact.arrival_s)
        agent = yield from self.wait(contact, queue)
        if agent is None:
            self.gave_up(contact, trunk)
        else:
            yield from self.serve(contact, agent, trunk)

    def closed(self, contact: Contact, queue: QueueDesk) -> None:
        """A call at a closed desk hears a message; some call again when the desk opens, the others are lost."""
        attempt = contact.attempt + (contact.returns << RETURN_SHIFT)
        self.books.count(contact.interval, contact.queue, "closed")
        opening = queue.next_opening(contact.arrival_s)
        if opening < self.horizon and self.luck.uniform(Purpose.CLOSED, contact.need, attempt) < queue.model.closing_returns:
            spread = self.luck.delay(queue.model.closing_spread, Purpose.CLOSED_DELAY, contact.need, attempt)
            if opening + spread < self.horizon:
                contact.outcome = Outcome.CLOSED
                self.send(again(contact, contact.attempt, opening + spread, contact.returns + 1))
                return
        contact.outcome = Outcome.LOST_CLOSED
        self.books.count(contact.interval, contact.queue, "lost_closed")
        self.books.count(contact.interval, contact.queue, "given_up")

    def blocked(self, contact: Contact) -> None:
        """A caller who meets a busy tone."""
        contact.outcome = Outcome.BLOCKED
        self.books.count(contact.interval, contact.queue, "blocked")
        self.redial(contact, contact.arrival_s)

    def wait(self, contact: Contact, queue: QueueDesk) -> Generator[Event, None, Agent | None]:
        """Join the queue; return the agent who answers, None for a caller whose patience ends first."""
        place = Waiting(contact, self.agenda.event())
        queue.line[place] = None
        group = self.group_for(contact, queue)
        if group is not None:
            self.answer(queue, group)
        if place.agent is None:
            patience = self.patience(contact, queue)
            self.set_timers(contact, queue)
            yield place.called | self.agenda.at(contact.arrival_s + patience, Rank.GIVE_UP, contact.key)
        if place.agent is None:
            del queue.line[place]
            self.let_go_home(queue)
        return place.agent

    def patience(self, contact: Contact, queue: QueueDesk) -> float:
        """Return how long a caller waits; every attempt of a chain scales it again."""
        law, scale = queue.model.patience, queue.model.patience_factor ** (contact.number_in_chain - 1)
        seconds = self.luck.seconds(law, Purpose.PATIENCE, contact.need, contact.attempt)
        never = seconds == float("inf") or on_grid(seconds * scale) >= LONGEST_S
        return float("inf") if never else on_grid(seconds * scale)

    def gave_up(self, contact: Contact, trunk: Trunk | None) -> None:
        """A caller whose patience is at its end."""
        contact.wait_s = self.agenda.now - contact.arrival_s
        if trunk is not None:
            trunk.release(contact.arrival_s, self.agenda.now)
        self.books.abandoned(contact)
        self.redial(contact, self.agenda.now)

    def redial(self, contact: Contact, now: float) -> None:
        """After a busy tone, or after giving up, some try again after a while."""
        rules = self.model.queues[contact.queue]
        wants = self.luck.uniform(Purpose.REDIAL, contact.need, contact.attempt) < rules.redial_probability
        if not wants or contact.number_in_chain >= rules.attempts:
            self.books.count(contact.interval, contact.queue, "given_up")
            return
        delay = self.luck.delay(rules.redial_delay, Purpose.REDIAL_DELAY, contact.need, contact.attempt)
        self.send(again(contact, contact.attempt + 1, now + delay))

    def serve(self, contact: Contact, agent: Agent, trunk: Trunk | None) -> Process:
        """Talk and hold keep agent and line, after-contact work keeps the agent; then the agent is free again."""
        rules, luck = self.model.queues[contact.queue], self.luck
        need, attempt, now = contact.need, contact.attempt, self.agenda.now
        speed = float(self.model.handling_factor[agent.group.index])
        talk = on_grid(luck.seconds(rules.talk, Purpose.TALK, need, attempt) * contact.factor * speed)
        hold = on_grid(luck.seconds(rules.hold, Purpose.HOLD, need, attempt) * speed)
        after = on_grid(luck.seconds(rules.after, Purpose.AFTER_WORK, need, attempt) * speed)
        contact.start_s, contact.wait_s, contact.group = now, now - contact.arrival_s, agent.group.index
        contact.talk_end_s, contact.end_s = now + talk + hold, now + talk + hold + after
        self.books.handled(contact, talk, hold, after)
        yield self.agenda.at(contact.talk_end_s, Rank.HANG_UP, contact.key)
        if trunk is not None:
            trunk.release(contact.arrival_s, contact.talk_end_s)
        yield self.agenda.at(contact.end_s, Rank.FINISH, agent.number)
        agent.group.give_back(agent, contact.end_s)
        self.follow_up(contact)
        self.look_for_work(agent.group)

    def follow_up(self, contact: Contact) -> None:
        """A handled contact may bring about others: repeats, second claims, cases."""
        factor = float(self.model.talk_factor[contact.stream])
        for place, (queue, probability, delay) in enumerate(self.model.queues[contact.queue].follow_ups):
            attempt = follow_up_attempt(contact.attempt, place, self.fan)
            if attempt == 0 or self.luck.uniform(Purpose.REPEAT, contact.need, attempt) >= probability:
                continue
            time = contact.end_s + self.luck.delay(delay, Purpose.REPEAT_DELAY, contact.need, attempt)
            self.send(Contact(contact.need, attempt, contact.stream, queue, factor, time))

    def answer(self, queue: QueueDesk, group: Group) -> None:
        """The head of a queue gets the agent of a group who has been idle longest."""
        place, _ = queue.line.popitem(last=False)
        place.agent = group.take()
        self.view.served[group.index, queue.index] += 1
        place.called.succeed()
        self.let_go_home(queue)

    def let_go_home(self, queue: QueueDesk) -> None:
        """Agents who stayed after closing go home when their last caller has left the queue."""
        if not queue.deferred:
            for group in self.groups:
                if queue in group.calls:
                    group.cleared(self.agenda.now)

    def still_inside(self, contact: Contact) -> None:
        """A contact that still waits a day after the horizon."""
        self.books.count(contact.interval, contact.queue, "inside")
        trunk = self.model.queues[contact.queue].trunk
        if trunk >= 0:
            self.books.line_held(trunk, contact.arrival_s, self.horizon)


def again(contact: Contact, attempt: int, time: float, returns: int = 0) -> Contact:
    """Return the next attempt of the same need."""
    return Contact(contact.need, attempt, contact.stream, contact.queue, contact.factor, time, returns)
