"""The reference engine: what one replication consists of, and how contacts enter it."""

from abc import ABC, abstractmethod
from collections.abc import Generator

import numpy as np
from simpy.events import Event

from surgesim.sim.agenda import Agenda
from surgesim.sim.books import Books
from surgesim.sim.branches import Branched
from surgesim.sim.contacts import Contact
from surgesim.sim.desk import Group, Numbers, QueueDesk, Trunk
from surgesim.sim.learning import learned
from surgesim.sim.luck import Luck
from surgesim.sim.policy import Policy, ranks
from surgesim.sim.sight import Table, read_only
from surgesim.sim.view import View

Process = Generator[Event, None, None]


class Replication(ABC):
    """One replication: the desk, the marks, the books."""

    def __init__(self, model: Branched, seed: int, replication: int, policy: Policy) -> None:
        self.model = model
        self.policy = policy
        self.luck = Luck(seed, replication)
        self.numbers = Numbers(model, self.luck)
        self.births = model.needs.births(seed, replication)
        self.fan = 1 + max(len(queue.follow_ups) for queue in model.queues)
        self.books = Books(model, self.fan)
        self.agenda = Agenda()
        self.horizon = self.books.horizon
        self.questions = 0
        self.learned = learned(model)
        self.queues = [QueueDesk(index, queue) for index, queue in enumerate(model.queues)]
        self.trunks = [Trunk(index, self.books) for index in range(len(model.trunks))]
        self.groups = list(self._groups())
        self.served = np.zeros((len(self.groups), len(self.queues)), dtype=np.int64)
        self.in_menu: dict[Contact, None] = {}
        self.view = View(self.groups, self.queues, Table.of(ranks(model)), Table.of(policy.settings), read_only(self.served))

    def _groups(self) -> Generator[Group, None, None]:
        first = 0
        for index, skills in enumerate(self.model.skills):
            size = int(self.model.agents[index].max(initial=0))
            yield Group(index, first, size, [self.queues[queue] for queue in dict.fromkeys(skills)], self.books)
            first += size

    @abstractmethod
    def make_contact(self, contact: Contact) -> Process:
        """One attempt, from its arrival to its end."""

    def send(self, contact: Contact) -> None:
        """Let a contact be made, unless it would come after the horizon."""
        if contact.arrival_s < self.horizon:
            self.agenda.process(self.make_contact(contact))

    def able(self, queue: int) -> list[Group]:
        """Return the groups that serve a queue."""
        return [group for group in self.groups if self.view.rank[group.index, queue] >= 0]
