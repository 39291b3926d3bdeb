"""The books of the reference engine: every counter is kept here, one rule per method."""

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np

from surgesim.model.model import Model
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS, TRUNK_COLUMNS, WAIT_EDGES_S
from surgesim.sim.contacts import Contact, Outcome
from surgesim.sim.counts import LOG_DTYPE, Counts, Floats
from surgesim.sim.ticks import TICKS_PER_S, on_grid, to_ticks

COLUMN = {name: place for place, name in enumerate(QUEUE_COLUMNS)}
GROUP_COLUMN = {name: place for place, name in enumerate(GROUP_COLUMNS)}
TRUNK_COLUMN = {name: place for place, name in enumerate(TRUNK_COLUMNS)}


class Books:
    """Counters of one replication, as they fill."""

    def __init__(self, model: Model, fan: int) -> None:
        self.model = model
        self.fan = fan
        self.counts = Counts.empty(model)
        self.edges: list[float] = model.clock.edges_s.tolist()
        self.horizon = self.edges[-1]
        self.day = model.clock.day_index
        self.contacts: list[Contact] = []
        windows = [queue.work.deadline_windows_s for queue in model.queues]
        self.deadline_windows = [None if one is None else to_ticks(one) / TICKS_PER_S for one in windows]

    def interval_of(self, time: float) -> int:
        """Return the interval that holds a moment of the horizon."""
        return bisect_right(self.edges, time) - 1

    def count(self, interval: int, queue: int, column: str, amount: float = 1.0) -> None:
        """Add to one counter of a queue."""
        self.counts.queues[interval, queue, COLUMN[column]] += amount

    def arrived(self, contact: Contact) -> None:
        """Book a contact that reached the number, open or closed."""
        contact.interval = self.interval_of(contact.arrival_s)
        self.contacts.append(contact)

    def offered(self, contact: Contact) -> None:
        """Book an offered contact by what brought it about."""
        kind = "first" if contact.chain == 0 else "follow_up" if contact.chain % self.fan else "escalated"
        kind = "redial" if contact.number_in_chain > 1 else kind
        kind = "callback" if contact.promise else "moved" if contact.moved or contact.home >= 0 else kind
        if kind == "moved" and contact.home >= 0:
            self.count(contact.interval, contact.queue, "misrouted")
        self.count(contact.interval, contact.queue, "offered")
        self.count(contact.interval, contact.queue, kind)

    def unreached(self, contact: Contact) -> None:
        """Book a callback that nobody answers."""
        contact.outcome = Outcome.UNREACHED
        self.count(contact.interval, contact.queue, "unreached")

    def handled(self, contact: Contact, talk: float, hold: float, after: float, novice: bool) -> None:
        """Book a contact that an agent starts to serve."""
        queue = self.model.queues[contact.queue]
        contact.outcome = Outcome.HANDLED
        on_time = not queue.deferred or self.spent(contact) <= on_grid(queue.deadline_s)
        amounts = {"handled": 1.0, "wait_handled_s": contact.wait_s, "talk_s": talk, "hold_s": hold, "after_s": after}
        amounts["answered_within"] = float(contact.wait_s <= on_grid(queue.answer_within_s))
        amounts["on_time"] = float(on_time)
        for column, amount in amounts.items():
            self.count(contact.interval, contact.queue, column, amount)
        self._wait(contact, 0)
        if contact.group >= 0 and contact.start_s < self.horizon:
            row = self.counts.groups[self.interval_of(contact.start_s), contact.group]
            row[GROUP_COLUMN["handled"]] += 1.0
            row[GROUP_COLUMN["novice_handled"]] += float(novice)

    def spent(self, contact: Contact) -> float:
        """Return the time that a contact took from joining the queue, or from its opening, to end, as its deadline counts it."""
        windows = self.deadline_windows[contact.queue]
        since = contact.opening_s if self.model.queues[contact.queue].work.from_opening else contact.joined_s
        if windows is None:
            return contact.end_s - since
        start, end = np.maximum(windows[:, 0], since), np.minimum(windows[:, 1], contact.end_s)
        return float(np.maximum(end - start, 0.0).sum())

    def at_work(self, group: int, start: float, end: float) -> None:
        """Book the time during which an agent was at work."""
        self.spread(self.counts.groups[:, group, GROUP_COLUMN["busy_s"]], start, end)

    def at_chat(self, group: int, start: float, end: float) -> None:
        """Book the time during which an agent had at least one chat in hand."""
        self.at_work(group, start, end)
        self.spread(self.counts.groups[:, group, GROUP_COLUMN["chatting_s"]], start, end)

    def in_hand(self, contact: Contact, end: float) -> None:
        """Book the time during which a chat was in hand."""
        self.spread(self.counts.groups[:, contact.group, GROUP_COLUMN["chat_s"]], contact.start_s, end)

    def chatted(self, contact: Contact) -> None:
        """Book a chat that has ended."""
        self.count(contact.interval, contact.queue, "talk_s", contact.end_s - contact.start_s)
        self.in_hand(contact, contact.end_s)

    def abandoned(self, contact: Contact) -> None:
        """Book a contact that gave up."""
        short = contact.wait_s <= on_grid(self.model.queues[contact.queue].short_abandon_s)
        contact.outcome = Outcome.ABANDONED
        amounts = {"abandoned": 1.0, "short_abandoned": float(short), "wait_abandoned_s": contact.wait_s}
        for column, amount in amounts.items():
            self.count(contact.interval, contact.queue, column, amount)
        self._wait(contact, 1)

    def _wait(self, contact: Contact, kind: int) -> None:
        place = next(k for k, edge in enumerate(WAIT_EDGES_S[1:]) if contact.wait_s < edge)
        self.counts.waits[self.day[contact.interval], contact.queue, place, kind] += 1.0

    def line_held(self, trunk: int, start: float, end: float) -> None:
        """Book the time during which a contact held a line."""
        self.spread(self.counts.trunks[:, trunk, TRUNK_COLUMN["busy_s"]], start, end)

    def on_duty(self, group: int, start: float, end: float, agents: int) -> None:
        """Book the time during which agents were on duty."""
        self.spread(self.counts.groups[:, group, GROUP_COLUMN["ready_s"]], start, end, agents)

    def busy(self, group: int, start: float, end: float) -> None:
        """Book the time during which an agent was at work."""
        self.spread(self.counts.groups[:, group, GROUP_COLUMN["busy_s"]], start, end)

    def forget_paid(self, interval: int) -> None:
        """Leave out the paid time before an interval, the first that is simulated."""
        self.counts.groups[:interval, :, GROUP_COLUMN["paid_s"]] = 0.0

    def in_service(self, trunk: int, start: float, end: float, lines: int) -> None:
        """Book the time during which lines were in service."""
        self.spread(self.counts.trunks[:, trunk, TRUNK_COLUMN["line_s"]], start, end, lines)

    def spread(self, column: Floats, start: float, end: float, amount: float = 1.0) -> None:
        """Add time to the intervals in which it passes; what is beyond the horizon is not booked."""
        for interval, passed in self._parts(start, end):
            column[interval] += amount * passed

    def _parts(self, start: float, end: float) -> Iterator[tuple[int, float]]:
        end = min(end, self.horizon)
        while start < end:
            interval = self.interval_of(start)
            stop = min(end, self.edges[interval + 1])
            yield interval, stop - start
            start = stop

    def closing(self, log: bool) -> Counts:
        """Return the counters, with the log where it is asked for."""
        rows = [self._row(contact) for contact in self.contacts] if log else None
        counts = self.counts
        found = None if rows is None else np.array(rows, dtype=LOG_DTYPE)
        return Counts(counts.queues, counts.groups, counts.trunks, counts.waits, found)

    @staticmethod
    def _row(contact: Contact) -> tuple[object, ...]:
        return (
            contact.need, contact.attempt, contact.queue, contact.stream, contact.arrival_s, contact.joined_s,
            int(contact.outcome), contact.start_s, contact.talk_end_s, contact.end_s, contact.group, contact.wait_s,
        )  # fmt: skip
