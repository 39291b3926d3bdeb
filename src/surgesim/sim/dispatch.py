"""The reference engine and its routing policy: when it is asked, and what is done with its answers."""

from abc import abstractmethod

from surgesim.base.streams import Purpose
from surgesim.sim import chats
from surgesim.sim.agenda import Rank
from surgesim.sim.contacts import Contact
from surgesim.sim.desk import Group, QueueDesk
from surgesim.sim.reference_state import Replication
from surgesim.sim.ticks import on_grid
from surgesim.sim.view import MOST_TIMERS, NEVER


class Dispatch(Replication):
    """Asks the policy, and checks that its answers are possible."""

    def assign(self, contact: Contact, queue: QueueDesk) -> None:
        """The head of a queue goes to the group of the policy's answer; failing that, a chat to who is at chat already."""
        group = self.group_for(contact, queue)
        if group is not None:
            self.answer(queue, group)
        elif (group := chats.group_with_window(self.groups, queue)) is not None:
            self.look_for_work(group)

    def group_for(self, contact: Contact, queue: QueueDesk) -> Group | None:
        """Ask the policy which group serves the head of the queue that a contact has joined."""
        rank = self.view.rank
        if not any(rank[group.index, queue.index] >= 0 and group.idle for group in self.groups):
            return None
        luck = self.luck.uniform(Purpose.ROUTE, contact.need, contact.attempt) if self.policy.luck else 0.5
        policy = self.policy
        answer = policy.ask(policy.arrived, self.view, queue.index, self.agenda.now, luck)
        if answer == -1:
            return None
        if not 0 <= answer < len(self.groups) or rank[answer, queue.index] < 0 or self.groups[answer].idle == 0:
            raise policy.impossible_group(answer, queue.model.name)
        return self.groups[answer]

    def look_for_work(self, group: Group) -> None:
        """Ask the policy what the idle agents of a group do, until it lets them stay idle."""
        while (group.idle and any(queue.waiting for queue in group.queues)) or chats.window_waited_for(group):
            self.questions += 1
            luck = self.luck.uniform(Purpose.ROUTE, self.questions, 0) if self.policy.luck else 0.5
            policy = self.policy
            answer = policy.ask(policy.free, self.view, group.index, self.agenda.now, luck)
            if answer == -1:
                return
            if not 0 <= answer < len(self.queues) or self.view.rank[group.index, answer] < 0 or not self.queues[answer].waiting:
                raise policy.impossible_queue(answer, self.model.groups[group.index])
            if not group.idle and not group.window(self.queues[answer]):
                return
            self.answer(self.queues[answer], group)

    def set_timers(self, queue: QueueDesk, joined: float, now: float) -> None:
        """Ask the policy when it is to be asked again about somebody who has joined a queue and waits."""
        for step in range(MOST_TIMERS if self.policy.timed else 0):
            seconds = self.policy.ask_timer(self.view, queue.index, now, step)
            if seconds == NEVER:
                return
            if joined + on_grid(seconds) >= now:
                bell = self.agenda.at(joined + on_grid(seconds), Rank.RING, queue.index)
                bell.callbacks.append(lambda _: self.ring(queue))

    def ring(self, queue: QueueDesk) -> None:
        """A timer rings: the policy is asked about the head of the queue."""
        if queue.waiting:
            self.assign(next(iter(queue.line)).contact, queue)

    @abstractmethod
    def answer(self, queue: QueueDesk, group: Group) -> None:
        """The head of a queue gets the agent of a group."""
