"""The desk of the reference engine: agents, groups, queues and trunks."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

import numpy as np
from simpy.events import Event

from surgesim.base.streams import Purpose
from surgesim.model.model import Floats, QueueModel
from surgesim.sim.books import Books
from surgesim.sim.branches import Branched
from surgesim.sim.chats import Chatting, Hands
from surgesim.sim.contacts import Contact
from surgesim.sim.luck import Luck


@dataclass(slots=True, eq=False)
class Agent:
    """One agent; ``number`` breaks ties between agents who finish at the same moment."""

    number: int
    group: "Group"
    idle_since: float = 0.0
    hands: Hands = field(default_factory=Hands)


@dataclass(slots=True, eq=False)
class Waiting:
    """A contact in a queue; ``called`` happens when an agent takes it."""

    contact: Contact
    called: Event
    agent: Agent | None = None


@dataclass(eq=False)
class QueueDesk:
    """A queue: who waits, in the order in which they joined."""

    index: int
    model: QueueModel
    line: OrderedDict[Waiting, None] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.windows: Floats = self.model.windows_s
        self.priority = self.model.priority
        self.ageing = self.model.ageing_s
        self.deferred = int(self.model.deferred and not self.model.callers.in_turn)  # as policies see it
        self.deadline = self.model.deadline_s

    @property
    def waiting(self) -> int:
        """Contacts waiting."""
        return len(self.line)

    @property
    def oldest(self) -> float:
        """When the head joined; infinite where nobody waits."""
        return next(iter(self.line)).contact.joined_s if self.line else float("inf")

    def is_open(self, now: float) -> bool:
        """Whether the queue takes contacts: calls only in its windows, deferred work always."""
        return self.model.deferred or bool(np.any((self.windows[:, 0] <= now) & (now < self.windows[:, 1])))

    def next_opening(self, now: float) -> float:
        """Return when it opens next; infinite where it does not."""
        later = self.windows[:, 0][self.windows[:, 0] > now]
        return float(later[0]) if len(later) else float("inf")


class Group:
    """Agents who are alike. Who is idle longest works next, and leaves first."""

    def __init__(self, index: int, first_number: int, size: int, queues: list[QueueDesk], books: Books) -> None:
        self.index = index
        self.queues = queues
        self.calls = [queue for queue in queues if not queue.model.deferred]
        self.breadth = len(queues)
        self.books = books
        self.off_duty = [Agent(first_number + place, self) for place in reversed(range(size))]
        self.idle_agents: deque[Agent] = deque()
        self.chatting = Chatting()
        self.busy = 0
        self.on_duty = 0
        self.planned = 0
        self.staying = False
        self.booked_until = 0.0

    @property
    def idle(self) -> int:
        """Agents waiting for work."""
        return len(self.idle_agents)

    @property
    def idle_since(self) -> float:
        """Since when the agent idle longest has been idle; infinite where nobody is."""
        return self.idle_agents[0].idle_since if self.idle_agents else float("inf")

    def plan(self, agents: int, lost: bool, now: float) -> None:
        """Change the number of agents planned. After closing they stay until nobody waits, unless the site is lost."""
        self.planned = agents
        closed = not any(queue.is_open(now) for queue in self.calls)
        self.staying = agents < self.on_duty and closed and not lost and self.someone_waits()
        if not self.staying:
            self.set_duty(agents, now)

    def someone_waits(self) -> bool:
        """Whether a call waits that this group serves."""
        return any(queue.waiting for queue in self.calls)

    def cleared(self, now: float) -> None:
        """Let the agents who stayed to clear the queues go home when nobody waits any more."""
        if self.staying and not self.someone_waits():
            self.staying = False
            self.set_duty(self.planned, now)

    def set_duty(self, agents: int, now: float) -> None:
        """Put so many agents on duty. Those at work finish first; of the idle ones, those idle longest leave."""
        self.book(now)
        self.on_duty = agents
        wanted = max(0, agents - self.busy)
        while self.idle > wanted:
            self.off_duty.append(self.idle_agents.popleft())
        while self.idle < wanted:
            agent = self.off_duty.pop()
            agent.idle_since = now
            self.idle_agents.append(agent)

    def take(self) -> Agent:
        """Return the agent idle longest, who is busy from now on."""
        self.busy += 1
        return self.idle_agents.popleft()

    def window(self, queue: QueueDesk) -> int:
        """Return how many chats the agent holds who takes another one of a queue, 0 where nobody does.

        While more agents are present than are on duty, nobody takes chats beside those in hand.
        """
        return self.chatting.fewest(queue) if self.busy + self.idle <= self.on_duty else 0

    def give_back(self, agent: Agent, now: float) -> None:
        """Take back an agent who has finished; who is over the number on duty goes home."""
        self.book(now)
        self.busy -= 1
        if self.busy + self.idle < self.on_duty:
            agent.idle_since = now
            self.idle_agents.append(agent)
        else:
            self.off_duty.append(agent)

    def book(self, now: float) -> None:
        """Book the time on duty up to now."""
        self.books.on_duty(self.index, self.booked_until, now, self.busy + self.idle)
        self.booked_until = now


class Numbers:
    """Which branch of a shared queue takes a contact."""

    def __init__(self, model: Branched, luck: Luck) -> None:
        self.model = model
        self.luck = luck
        self.closed_to = model.closed_to()
        self.credit = [0.0] * len(model.queue_of)

    def branch_for(self, contact: Contact, interval: int) -> int:
        """Return the branch: by turns in proportion to the shares of the open ones, or by the mark of the contact."""
        share, queue = self.model.share_of, self.model.queue_of[contact.queue]
        open_now = [
            branch for branch, of in enumerate(self.model.queue_of) if of == queue and not self.closed_to[branch, interval]
        ]
        if not open_now or self.model.queue_of.count(queue) == 1:
            return queue
        total = 0.0
        for branch in open_now:
            total += share[branch]
        sharing = self.model.queues[queue].sharing
        if sharing is not None and sharing.by == "luck":
            left = self.luck.uniform(Purpose.SITE, contact.need, contact.attempt) * total
            for branch in open_now:
                left -= share[branch]
                if left < 0.0:
                    return branch
            return open_now[-1]
        for branch in open_now:
            self.credit[branch] += share[branch]
        chosen = max(open_now, key=lambda branch: self.credit[branch])
        self.credit[chosen] -= total
        return chosen


class Trunk:
    """Lines of one telephone number."""

    def __init__(self, index: int, books: Books) -> None:
        self.index = index
        self.books = books
        self.lines = 0
        self.in_use = 0
        self.booked_until = 0.0

    def set_lines(self, lines: int, now: float) -> None:
        """Change the number of lines; calls on a line that is taken away go on."""
        self.book(now)
        self.lines = lines

    @property
    def full(self) -> bool:
        """Whether a caller meets a busy tone."""
        return self.in_use >= self.lines

    def seize(self, now: float) -> None:
        """Take a line."""
        self.book(now)
        self.in_use += 1

    def release(self, since: float, now: float) -> None:
        """Hang up."""
        self.book(now)
        self.in_use -= 1
        self.books.line_held(self.index, since, now)

    def book(self, now: float) -> None:
        """Book the lines in service up to now."""
        self.books.in_service(self.index, self.booked_until, now, max(self.lines, self.in_use))
        self.booked_until = now
