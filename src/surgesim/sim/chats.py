"""Chats of the reference engine: agents who hold several contacts at a time, each slowed by the others.

The agents of a group who hold n chats form a line for each n, in the order in which they came to hold n. Whoever
holds fewest takes the next chat. When a chat of an agent begins or ends, the pace of all his chats changes.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from surgesim.base.streams import Purpose
from surgesim.sim import tiers
from surgesim.sim.afterwards import follow_up
from surgesim.sim.agenda import Rank
from surgesim.sim.contacts import Contact
from surgesim.sim.ticks import on_grid

if TYPE_CHECKING:
    from surgesim.sim.desk import Agent, Group, QueueDesk
    from surgesim.sim.reference import Reference


@dataclass(slots=True, eq=False)
class InHand:
    """A chat with its agent: what is left of it, in seconds of a chat alone, and when it ends at the present pace."""

    contact: Contact
    slowed: tuple[float, ...]
    work_s: float
    novice: bool
    ends: float = 0.0

    def factor(self, held: int) -> float:
        """Return its time relative to a chat alone while its agent holds so many."""
        return self.slowed[min(held, len(self.slowed)) - 1]


@dataclass(slots=True, eq=False)
class Hands:
    """The chats of one agent."""

    chats: list[InHand] = field(default_factory=list)
    updated: float = 0.0
    since: float = 0.0

    def pass_time(self, now: float) -> None:
        """Bring the chats up to date."""
        for chat in self.chats:
            chat.work_s = max(chat.work_s - (now - self.updated) / chat.factor(len(self.chats)), 0.0)
        self.updated = now

    def appoint(self, now: float) -> float:
        """Return when the next chat ends at the present pace."""
        for chat in self.chats:
            chat.ends = now + on_grid(chat.work_s * chat.factor(len(self.chats)))
        return min(chat.ends for chat in self.chats)


@dataclass(slots=True, eq=False)
class Chatting:
    """The agents of a group who are at chat, by how many chats they hold."""

    lines: dict[int, OrderedDict["Agent", None]] = field(default_factory=dict)

    def move(self, agent: "Agent", before: int, after: int) -> None:
        """Let an agent hold another number of chats."""
        if before:
            del self.lines[before][agent]
        if after:
            self.lines.setdefault(after, OrderedDict())[agent] = None

    def fewest(self, queue: "QueueDesk") -> int:
        """Return how many chats the agent holds who takes another one of a queue, 0 where nobody does."""
        return next((held for held in range(1, len(queue.model.work.slowed)) if self.lines.get(held)), 0)


def window_waited_for(group: "Group") -> bool:
    """Whether a chat waits that an agent of a group takes beside others."""
    return any(queue.waiting and group.window(queue) for queue in group.queues)


def group_with_window(groups: "list[Group]", queue: "QueueDesk") -> "Group | None":
    """Return the group of the agent with the fewest chats who takes another one, None where nobody does."""
    able = [group for group in groups if queue in group.queues and group.window(queue)]
    return min(able, key=lambda group: group.window(queue), default=None)


def begin(engine: "Reference", contact: Contact, group: "Group") -> "Agent":
    """A chat goes to an idle agent, else to the one with the fewest chats."""
    now, rules = engine.agenda.now, engine.model.queues[contact.queue]
    if group.idle:
        agent = group.take()
        agent.hands.since = now
    else:
        agent = next(iter(group.chatting.lines[group.window(engine.queues[contact.queue])]))
    hands, held = agent.hands, len(agent.hands.chats)
    hands.pass_time(now)
    seconds = engine.luck.seconds(rules.talk, Purpose.TALK, contact.need, contact.attempt)
    speed, novice = engine.speed(agent)
    work = on_grid(seconds * contact.factor * speed)
    hands.chats.append(InHand(contact, rules.work.slowed, work, novice))
    group.chatting.move(agent, held, held + 1)
    contact.start_s, contact.wait_s, contact.group = now, now - contact.joined_s, group.index
    engine.books.handled(contact, 0.0, 0.0, 0.0, novice)
    appoint(engine, agent)
    return agent


def appoint(engine: "Reference", agent: "Agent") -> None:
    """Come back when the next chat of an agent ends."""
    ends = agent.hands.appoint(engine.agenda.now)
    event = engine.agenda.at(ends, Rank.FINISH, agent.number)
    assert event.callbacks is not None
    event.callbacks.append(lambda _: end(engine, agent, ends))


def end(engine: "Reference", agent: "Agent", now: float) -> None:
    """The next chat of an agent ends, unless its appointment has moved. Then there is room for another one."""
    hands, group = agent.hands, agent.group
    ended = next((chat for chat in hands.chats if chat.ends == now), None)
    if ended is None:
        return
    hands.pass_time(now)
    held = len(hands.chats)
    hands.chats.remove(ended)
    group.chatting.move(agent, held, held - 1)
    contact = ended.contact
    contact.talk_end_s = contact.end_s = now
    engine.books.chatted(contact)
    tier = tiers.escalates(engine, contact, now, ended.novice)
    if tier is None:
        follow_up(engine, contact, ended.novice)
    else:
        tiers.escalate(engine, contact, tier)
    if hands.chats:
        appoint(engine, agent)
    else:
        engine.books.at_chat(group.index, hands.since, now)
        group.give_back(agent, now)
    engine.look_for_work(group)


def left(engine: "Reference") -> None:
    """Book the time up to the horizon of agents who are still at chat a day later."""
    for group in engine.groups:
        for line in group.chatting.lines.values():
            for agent in line:
                engine.books.at_chat(group.index, agent.hands.since, engine.horizon)
                for chat in agent.hands.chats:
                    engine.books.in_hand(chat.contact, engine.horizon)
