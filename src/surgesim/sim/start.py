"""A start in the middle of the day: who waits, who is being served, who will call again, from which moment on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from surgesim.base.errors import InputError, Problem
from surgesim.base.text import suggestion
from surgesim.model.model import Model
from surgesim.sim.contacts import MOST_ATTEMPTS

if TYPE_CHECKING:
    import polars as pl

    from surgesim.scenario.scenario import Scenario

MOST_TRIES = 10
"""Most tries of a callback that a scenario may have."""
Entries = Mapping[str, Sequence[float | tuple[float, int]]]


@dataclass(frozen=True)
class Start:
    """The state of a centre at the start of an interval. What happened before is not simulated.

    Who waits is booked as offered in the interval in which the contact arrived. Menus, chats beside others, posts whose
    effect is still to come, and first calls after self-service are not part of a state.

    Attributes
    ----------
    at_s : float
        The moment, seconds from the start of the horizon; the start of an interval.
    waiting : mapping of str to sequence of float or (float, int)
        By queue, how long each contact has waited, seconds; a backlog of deferred work as well. Their patience is drawn
        from what is left of it, given that they are still there. With a number: which attempt it is, 1 where left out.
    busy : mapping of str to sequence of float or (str, float)
        By group, for each agent at work the seconds still to go, or the queue and the seconds since the contact was
        answered; then the rest is drawn from the handling time, given that it is longer, and holds a line as long as
        the talk goes on.
    redials : mapping of str to sequence of float or (float, int)
        By queue, in how many seconds each person calls who could not get through before. With a number: which attempt
        that will be, 2 where left out; so many are left as the queue's redials allow.
    follow_ups : mapping of str to sequence of float
        By queue, in how many seconds each follow-up of a handled contact comes: repeats, second claims, stages of cases.
    callbacks : mapping of str to sequence of float or (float, int, float)
        By queue that was called, how many seconds ago each callback was promised that waits to be made for the first time.
        Or with it which later try it is, and in how many seconds it comes to its queue, or minus how many seconds ago it
        came.
    lines : mapping of str to sequence of float
        By queue, the seconds for which each talk in progress still holds a line of the queue's trunk, beside those that
        ``busy`` draws.
    """

    at_s: float
    waiting: Entries = field(default_factory=dict)
    busy: Mapping[str, Sequence[float | tuple[str, float]]] = field(default_factory=dict)
    redials: Entries = field(default_factory=dict)
    follow_ups: Mapping[str, Sequence[float]] = field(default_factory=dict)
    callbacks: Mapping[str, Sequence[float | tuple[float, int, float]]] = field(default_factory=dict)
    lines: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @classmethod
    def of(cls, contacts: "pl.DataFrame", at_s: float, replication: int = 0, scenario: "Scenario | None" = None) -> "Start":
        """Return the state at a moment of a run, from its contact log.

        Parameters
        ----------
        contacts : polars.DataFrame
            As ``surgesim.sim.engine.contacts`` returns it, or as it was written to Parquet.
        at_s : float
            The moment, seconds from the start of the horizon.
        replication : int
            Which replication.
        scenario : Scenario, optional
            What was run; without it only ``waiting`` and ``busy`` are read.
        """
        from surgesim.sim.start_log import parts_of

        return cls(at_s, **parts_of(contacts, at_s, replication, scenario))

    def check(self, model: Model) -> None:
        """Refuse a state that the model cannot be in.

        Raises
        ------
        InputError
            Unknown names, impossible times or attempts, a moment inside an interval, more people at work than agents;
            all at once.
        """
        problems = [*self._moment(model), *self._named(model), *self._staffed(model), *self._possible(model)]
        if problems:
            raise InputError(problems)

    def _moment(self, model: Model) -> Iterator[Problem]:
        edges = model.clock.edges_s
        if self.at_s not in edges[:-1]:
            nearest = float(edges[np.abs(edges[:-1] - self.at_s).argmin()])
            yield Problem(f"{self.at_s:g} s is not the start of an interval", "start.at_s", f"write {nearest:g}")

    def _named(self, model: Model) -> Iterator[Problem]:
        queues = [queue.name for queue in model.queues]
        for part in fields(self)[1:]:
            yield from _names(f"start.{part.name}", getattr(self, part.name), model.groups if part.name == "busy" else queues)
        for queue in (work[0] for works in self.busy.values() for work in works if isinstance(work, tuple)):
            if queue not in queues:
                yield Problem(f"{queue!r} is not defined", "start.busy", suggestion(queue, queues))

    def _staffed(self, model: Model) -> Iterator[Problem]:
        for place, group in enumerate(model.groups):
            size, busy = int(model.agents[place].max(initial=0)), len(self.busy.get(group, ()))
            if busy > size:
                what = f"{busy} agents of {group!r} are at work, but there are never more than {size}"
                yield Problem(what, f"start.busy.{group}", "write fewer, or plan more heads")

    def _possible(self, model: Model) -> Iterator[Problem]:
        """Yield what a queue cannot hold: unknown sites, callbacks without an offer, lines without a trunk."""
        queues = {queue.name: queue for queue in model.queues}
        for name in [name for name in self.waiting if name in queues]:
            if queues[name].sharing is not None:
                yield Problem(f"{name!r} is shared among sites: it is not known who waits where", "start.waiting", "leave it out")
            if queues[name].work.outside:
                yield Problem(f"nobody waits in {name!r}: it is done outside", "start.waiting", "write follow_ups")
        for name in [name for name in self.callbacks if name in queues]:
            holders = [model.queues[offer.queue] for offer in queues[name].callers.offers if offer.queue >= 0]
            if not holders:
                yield Problem(f"{name!r} offers no callbacks", "start.callbacks", "write the queue that was called")
            elif holders[0].sharing is not None:
                yield Problem(f"callbacks of {name!r} are shared among sites", "start.callbacks", "leave them out")
        if self.follow_ups and not any(queue.follow_ups for queue in model.queues):
            yield Problem("no queue has follow-ups", "start.follow_ups", "write redials, or leave them out")
        for name in [name for name in self.lines if name in queues and queues[name].trunk < 0]:
            yield Problem(f"{name!r} is on no trunk", "start.lines", "leave it out")


def _names(where: str, given: Mapping[str, Sequence[object]], known: Sequence[str]) -> Iterator[Problem]:
    for name, values in given.items():
        if name not in known:
            yield Problem(f"{name!r} is not defined", where, suggestion(name, known))
        times = [value[1] if where == "start.busy" else value[0] for value in values if isinstance(value, tuple)]
        times += [value for value in values if not isinstance(value, tuple)]
        if not all(isinstance(time, int | float) and 0.0 <= time < float("inf") for time in times):
            yield Problem(f"times of {name!r} are not all numbers of at least 0", where, "write seconds")
        late = [value[2] for value in values if isinstance(value, tuple) and len(value) == 3]
        if not all(isinstance(time, int | float) and abs(time) < float("inf") for time in late):
            yield Problem(f"callbacks of {name!r} do not all come at a moment", where, "write seconds")
        numbers = [value[1] for value in values if isinstance(value, tuple) and where != "start.busy"]
        least, most = (2, MOST_TRIES) if where == "start.callbacks" else (1, MOST_ATTEMPTS - 1)
        if not all(isinstance(number, int) and least <= number <= most for number in numbers):
            what = f"attempts of {name!r} are not all whole numbers"
            yield Problem(what, where, f"write numbers from {least} to {most}")
