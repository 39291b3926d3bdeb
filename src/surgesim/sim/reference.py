"""The reference engine: the rules of the model as SimPy processes, one rule per function.

It is not fast; it says what is right. The compiled kernel gives the same contact log and the same counters, bit for bit.
"""

import numpy as np

from surgesim.base.laws import Law
from surgesim.base.streams import Purpose
from surgesim.model.model import Model
from surgesim.sim import chats, tiers
from surgesim.sim.afterwards import dialled, follow_up, outside
from surgesim.sim.agenda import Rank
from surgesim.sim.branches import branched, together
from surgesim.sim.contacts import Contact, Promise
from surgesim.sim.counts import Counts
from surgesim.sim.desk import Agent, Group, QueueDesk, Trunk, Waiting
from surgesim.sim.dispatch import Dispatch
from surgesim.sim.policy import Policy, policy_of
from surgesim.sim.reference_callers import Callers
from surgesim.sim.reference_state import Process
from surgesim.sim.start import Start
from surgesim.sim.start_placed import Placed, placed
from surgesim.sim.start_reference import begin
from surgesim.sim.ticks import GRACE_S, on_grid, to_ticks


def simulate(
    model: Model, seed: int, replication: int, log: bool = False, policy: Policy | None = None, start: Start | None = None
) -> Counts:
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
    start : Start, optional
        State to begin with, in the middle of the horizon.

    Raises
    ------
    PolicyError
        The routing policy raised, or answered something that is not possible.
    """
    whole = branched(model)
    given = None if start is None else placed(start, model, seed, replication)
    return together(whole, Reference(whole, seed, replication, policy or policy_of(whole)).run(log, given), len(model.queues))


class Reference(Dispatch, Callers):
    """One replication: the desk, and the processes that run in it."""

    def run(self, log: bool, given: Placed | None = None) -> Counts:
        """Let everything happen, and return the counters."""
        if given is not None:
            begin(self, given)
        self.agenda.process(self.clockwork(0 if given is None else given.interval))
        self.agenda.run_to_the_end(self.horizon + GRACE_S)
        for queue in self.queues:
            for waiting in queue.line:
                self.still_inside(waiting.contact)
        for contact in self.in_menu:
            self.still_inside(contact)
        chats.left(self)
        return self.books.closing(log)

    def clockwork(self, begins: int) -> Process:
        """At the start of each interval staff and lines change, and the needs of the interval are on their way."""
        edges = self.books.edges
        first = np.searchsorted(self.births.time_s, edges)
        if begins > 0:
            first[begins] = np.searchsorted(to_ticks(self.births.time_s), to_ticks(edges[begins]))
        for interval, edge in list(enumerate(edges[:-1]))[begins:]:
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

    def make_contact(self, contact: Contact) -> Process:
        """One attempt, from its arrival to its end."""
        yield self.agenda.at(contact.arrival_s, Rank.ARRIVE, contact.key)
        if contact.unborn:
            contact.unborn = False
            self.books.count(self.books.interval_of(contact.arrival_s), contact.queue, "spread")
            if not self.calls_at_once(contact):
                return
        self.goes_astray(contact)
        contact.queue = self.numbers.branch_for(contact, self.books.interval_of(contact.arrival_s))
        queue = self.queues[contact.queue]
        self.books.arrived(contact)
        if not queue.is_open(contact.arrival_s):
            tiers.relieve(self, contact, contact.arrival_s)
            self.closed(contact, queue)
            return
        self.books.offered(contact)
        if queue.model.work.outside:
            outside(self, contact)
            return
        dialled(self, contact)
        trunk = self.trunks[queue.model.trunk] if queue.model.trunk >= 0 else None
        if trunk is not None and trunk.full:
            tiers.relieve(self, contact, contact.arrival_s)
            self.blocked(contact)
            return
        if trunk is not None:
            trunk.seize(contact.arrival_s)
        if queue.model.callers.menu is not None and not contact.handed(self.fan):
            yield from self.menu(contact, queue.model.callers.menu)
            if self.menu_helps(contact, trunk):
                return
        yield from self.wait(contact, queue, trunk)

    def menu(self, contact: Contact, law: Law) -> Process:
        """The menu before the queue."""
        time = self.luck.delay(law, Purpose.MENU, contact.need, contact.attempt)
        self.in_menu[contact] = None
        yield self.agenda.at(contact.arrival_s + time, Rank.ARRIVE, contact.key)
        del self.in_menu[contact]

    def wait(self, contact: Contact, queue: QueueDesk, trunk: Trunk | None) -> Process:
        """Join the queue, and be served, or leave it: at the announced wait, for an offer, or when patience ends."""
        now, promise = self.agenda.now, contact.promise
        keeps = promise is not None and promise.number == 1 and promise.offer.keeps_place
        contact.joined_s = now - on_grid(promise.offer.after_s) if promise is not None and keeps else now
        place = Waiting(contact, self.agenda.event())
        queue.line[place] = None
        self.assign(contact, queue)
        balks, offer = False, None
        if place.agent is None:
            patience, announced = self.patience(contact, queue), self.announced(queue)
            balks = contact.holding is None and self.balks(contact, queue, announced)
            offer = None if balks or contact.holding is not None else self.accepted(contact, queue, announced, patience)
            if not balks and (offer is None or on_grid(offer.after_s) > 0.0):
                self.set_timers(queue, now, now)
                end = now + (patience if offer is None else on_grid(offer.after_s))
                yield place.called | self.agenda.at(end, Rank.GIVE_UP, contact.key)
        if place.agent is not None:
            if not queue.model.work.chat:
                yield from self.serve(contact, place.agent, trunk)
            return
        del queue.line[place]
        self.let_go_home(queue)
        self.hang_up(contact, trunk)
        if balks:
            self.balked(contact)
        elif offer is not None:
            self.deflected(contact, offer)
        else:
            self.gave_up(contact)

    def serve(self, contact: Contact, agent: Agent, trunk: Trunk | None) -> Process:
        """Talk and hold keep agent and line, after-contact work keeps the agent; then the agent is free again."""
        now = self.agenda.now
        reached = contact.promise is None or self.called_back(contact, contact.promise)
        speed, novice = self.speed(agent)
        talk, hold, after = self.handling(contact, speed, reached)
        contact.start_s, contact.wait_s, contact.group = now, now - contact.joined_s, agent.group.index
        contact.talk_end_s = now + tiers.take_over(self, contact) + talk + hold
        contact.end_s = contact.talk_end_s + after
        tier = tiers.escalates(self, contact, contact.talk_end_s, novice) if reached and contact.home < 0 else None
        warm = tier is not None and tier.warm
        if reached:
            self.books.handled(contact, talk, hold, after, novice)
        else:
            self.books.unreached(contact)
        self.books.at_work(contact.group, now, contact.talk_end_s if warm else contact.end_s)
        self.late(contact, reached)
        line_since = contact.arrival_s
        if contact.promise is not None and contact.promise.offer.trunk >= 0:
            trunk, line_since = self.trunks[contact.promise.offer.trunk], now
            trunk.seize(now)
        yield self.agenda.at(contact.talk_end_s, Rank.HANG_UP, contact.key)
        if trunk is not None:
            trunk.release(line_since, contact.talk_end_s)
        if tier is not None:
            tiers.escalate(self, contact, tier, agent, after)
        if warm:
            contact.end_s = float("nan")  # known when the second tier answers
            return
        yield self.agenda.at(contact.end_s, Rank.FINISH, agent.number)
        if contact.home >= 0:
            self.sent_back(contact)
        elif reached and tier is None:
            follow_up(self, contact, novice)
        elif contact.promise is not None and not reached:
            self.unreached(contact, contact.promise)
        self.finished(agent)

    def speed(self, agent: Agent) -> tuple[float, bool]:
        """Return the handling time of an agent relative to the standard, and whether he is a novice."""
        days = self.model.clock.day_index
        day = int(days[min(self.books.interval_of(self.agenda.now), len(days) - 1)])
        factors, novices = self.learned
        return float(self.model.handling_factor[agent.group.index] * factors[agent.number, day]), bool(novices[agent.number, day])

    def finished(self, agent: Agent) -> None:
        """An agent has done all his work on a contact."""
        agent.group.give_back(agent, self.agenda.now)
        self.look_for_work(agent.group)

    def late(self, contact: Contact, reached: bool) -> None:
        """Some post about an answer that comes late."""
        social, rules = self.model.social, self.model.queues[contact.queue]
        if social is None or not reached or rules.work.outbound is not None:
            return
        past = contact.end_s - contact.joined_s > on_grid(rules.deadline_s) if rules.deferred else False
        if past or (not rules.deferred and contact.wait_s > on_grid(social.late_after_s)):
            self.post(contact, social.late, contact.end_s)

    def handling(self, contact: Contact, speed: float, reached: bool) -> tuple[float, float, float]:
        """Return talk, hold and after-contact work; of a callback that nobody answers, the time it rings."""
        rules, luck = self.model.queues[contact.queue], self.luck
        need, attempt = contact.need, contact.attempt
        wrong = self.model.queues[contact.home].callers.misroute if contact.home >= 0 else None
        if wrong is not None:
            return on_grid(luck.seconds(wrong.talk, Purpose.TALK, need, attempt) * speed), 0.0, 0.0
        if contact.promise is not None and not reached:
            return luck.delay(contact.promise.offer.ring, Purpose.RING, need, attempt), 0.0, 0.0
        return (
            on_grid(luck.seconds(rules.talk, Purpose.TALK, need, attempt) * contact.factor * speed),
            on_grid(luck.seconds(rules.hold, Purpose.HOLD, need, attempt) * speed),
            on_grid(luck.seconds(rules.after, Purpose.AFTER_WORK, need, attempt) * speed),
        )

    def called_back(self, contact: Contact, promise: Promise) -> bool:
        """An agent calls back: whether the person answers, and whether the promise is kept."""
        offer = promise.offer
        if self.luck.uniform(Purpose.REACHED, contact.need, contact.attempt) >= offer.reached:
            return False
        if self.agenda.now - promise.since_s <= on_grid(offer.within_s):
            self.books.count(self.books.interval_of(promise.since_s), contact.queue, "promise_kept")
        return True

    def answer(self, queue: QueueDesk, group: Group) -> None:
        """The head of a queue gets the agent of a group who has been idle longest; a chat may get one who is at chat."""
        place, _ = queue.line.popitem(last=False)
        place.agent = chats.begin(self, place.contact, group) if queue.model.work.chat else group.take()
        self.served[group.index, queue.index] += 1
        place.called.succeed()
        self.let_go_home(queue)

    def let_go_home(self, queue: QueueDesk) -> None:
        """Agents who stayed after closing go home when their last caller has left the queue."""
        if not queue.model.deferred:
            for group in self.groups:
                if queue in group.calls:
                    group.cleared(self.agenda.now)

    def still_inside(self, contact: Contact) -> None:
        """A contact that still waits a day after the horizon."""
        self.books.count(contact.interval, contact.queue, "inside")
        if contact.holding is not None:
            first = contact.holding.contact
            self.books.at_work(first.group, first.talk_end_s, self.horizon)
        trunk = self.model.queues[contact.queue].trunk
        if trunk >= 0:
            self.books.line_held(trunk, contact.arrival_s, self.horizon)
