"""The agenda of the reference engine: a SimPy environment whose ties are broken by rule, never by luck."""

from enum import IntEnum
from heapq import heappush
from typing import Any

from simpy.core import Environment
from simpy.events import Event


class Rank(IntEnum):
    """What goes first at the same moment."""

    STAFFING = 0
    HANG_UP = 1
    FINISH = 2
    GIVE_UP = 3
    RING = 4
    ARRIVE = 5


class Agenda(Environment):
    """A SimPy environment with appointments at exact moments.

    SimPy orders events by time, then by priority, then by a counter. Priorities 0 and 1 are its own, for what follows
    at once; appointments come after them, by rank and key, so that the counter never decides between two of them.
    """

    def at(self, time: float, rank: Rank, key: int = 0) -> Event:
        """Return an event at a moment.

        Parameters
        ----------
        time : float
            Moment, seconds; not before now.
        rank : Rank
            What goes first at the same moment.
        key : int
            Order within a rank, at least 0.
        """
        event = Event(self)
        event._ok, event._value = True, None
        entry: Any = (time, ((int(rank) + 1) << 160) | key, next(self._eid), event)
        heappush(self._queue, entry)
        return event

    def run_to_the_end(self, limit_s: float) -> None:
        """Let everything happen that happens up to a moment, that moment included."""
        while self._queue and self._queue[0][0] <= limit_s:
            self.step()
