"""First come, first served at one desk: the recursion over arrivals, a second algorithm for the kernel's answer.

It gives the same counters and the same contact log as the kernel, bit for bit, in a third of the time.
"""

from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from typing import Any

import numpy as np

from surgesim.base.errors import DomainError, Problem
from surgesim.model.model import Model
from surgesim.sim.arrays import flat
from surgesim.sim.births import births_of
from surgesim.sim.branches import branched
from surgesim.sim.cache import kept_in_cache
from surgesim.sim.counts import Counts
from surgesim.sim.heaps import MOST, new_heap
from surgesim.sim.state import ROWS, Births, Passage, Sizes, copied, new_out, new_state

POLICIES = ("longest-wait", "longest-idle-agent", "least-skilled-first", "priority-list")
"""Policies that are first come, first served where there is one queue and one group."""


KNOWN_OF_MODEL = {
    "scenario", "clock", "needs", "reasons", "reason_queue", "reason_talk_factor", "channels", "queues", "groups", "sites",
    "trunks", "group_site", "skills", "handling_factor", "agents", "paid_s", "lost", "lines", "learning",
}  # fmt: skip
KNOWN_OF_QUEUE = {
    "name", "talk", "hold", "after", "patience", "answer_within_s", "short_abandon_s", "deadline_s", "priority", "ageing_s",
    "redial_probability", "redial_delay", "attempts", "patience_factor", "closing_returns", "closing_spread", "follow_ups",
    "windows_s", "trunk", "sharing", "callers", "work",
}  # fmt: skip
"""What the recursion obeys; a model with anything else goes to the kernel."""


def obstacles(model: Model) -> list[Problem]:
    """Return why the recursion cannot answer for a model; an empty list where it can."""
    routing = model.scenario.routing
    found = [
        (len(model.queues) != 1, f"{len(model.queues)} queues", "queues"),
        (len(model.groups) != 1, f"{len(model.groups)} groups", "groups"),
        (any(queue.sharing is not None for queue in model.queues), "a queue shared among sites", "queues"),
        (any(queue.deferred for queue in model.queues), "deferred work", "queues"),
        (model.social is not None, "posts that bring new needs", "social"),
        (any(queue.callers.beyond_formulas for queue in model.queues), "menus, announced waits, offers or other desks", "queues"),
        (any(queue.work.chat for queue in model.queues), "chat", "queues"),
        (any(curve is not None for curve in model.learning), "a learning curve", "groups"),
        (any(queue.work.outside for queue in model.queues), "work done outside", "queues"),
        (any(queue.work.escalation is not None for queue in model.queues), "escalation", "queues"),
        (any(queue.trunk >= 0 for queue in model.queues), "lines that can be busy", "trunks"),
        (routing.policy not in POLICIES or bool(routing.settings), f"the policy {routing.policy}", "routing"),
    ]
    found += [(True, f"the rule {name}", "queues") for name in _unknown(model)]
    return [Problem(what, where, "use the engine sim") for holds, what, where in found if holds]


def _unknown(model: Model) -> list[str]:
    """Return rules of the model that the recursion does not know, and that are not left out."""
    parts: list[tuple[Any, set[str]]] = [(model, KNOWN_OF_MODEL), *((queue, KNOWN_OF_QUEUE) for queue in model.queues)]
    unknown = [(part, field) for part, known in parts for field in fields(part) if field.name not in known]
    return [field.name for part, field in unknown if not _left_out(getattr(part, field.name), field.default)]


def _left_out(value: Any, default: Any) -> bool:
    return bool(value is default or (isinstance(value, bool | int | float | str | tuple) and value == default))


def applies_to(model: Model) -> bool:
    """Whether the recursion is exact: one queue of calls, one group, no trunk, first come, first served.

    Redials, repeats, self-service, closed doors, shifts, lost sites and any laws are covered.
    """
    return not obstacles(model)


@lru_cache(maxsize=4)
def _recursion(kind: Any) -> Callable[..., int]:
    """Return the compiled recursion for these types of arguments, from the cache folder where it is there."""
    import numba

    from surgesim.sim.compiled import whole
    from surgesim.sim.kernel_recursion import recur

    with kept_in_cache() as kept:
        return whole(recur, numba.int64(kind), cache=kept)


class Recursion:
    """A model ready for the recursion; safe to use from several threads.

    Parameters
    ----------
    model : Model
        What to simulate.

    Raises
    ------
    DomainError
        A model for which it is not exact; see ``applies_to``.
    """

    def __init__(self, model: Model) -> None:
        from surgesim.sim.held import Held

        problems = obstacles(model)
        if problems:
            raise DomainError(problems)
        self.model = model
        self.centre = flat(branched(model))
        self._blank: Any = ((), None)
        self._centre: Any = Held(self.centre)  # read by compiled code as the centre itself
        self.sizes = Sizes(512, 1, 0)
        self._recur: Callable[..., int] | None = None
        self._kind: Any = None
        windows = self.centre.windows
        start, end = windows[:, 0], windows[:, 1]
        edges = self.centre.edges[:, None]
        self._closed: Any = (~((start <= edges) & (edges < end)).any(axis=1)).astype(np.int64)

    def simulate(self, seed: int, replication: int, log: bool = False, births: Births | None = None) -> Counts:
        """Return the counters of one replication, and its contact log on request.

        ``births`` are those of :func:`~surgesim.sim.births.births_of`, for those who keep them.

        Raises
        ------
        DomainError
            More people about to call than can be told apart.
        """
        if births is None:
            births = births_of(self.model, self.centre, seed, replication)
        rows = 2 * len(births.need) + 1024 if log else 0
        while True:
            sizes = self.sizes._replace(rows=rows)
            counts, full = self._once(births, sizes, seed, replication)
            if not full:
                return counts
            rows *= 2
            if 2 * sizes.people > MOST:
                raise DomainError(Problem(f"more than {MOST} people are about to call at the same time"))
            self.sizes = Sizes(2 * sizes.people, 1, 0)

    def _once(self, births: Births, sizes: Sizes, seed: int, replication: int) -> tuple[Counts, bool]:
        from surgesim.sim.held import Held
        from surgesim.sim.kernel_marks import keys_of

        made, blank = self._blank
        if made != sizes[:2]:
            blank = new_state(self.centre, 0, sizes)
            self._blank = (sizes[:2], blank)
        counts, state = Counts.empty(self.model), copied(blank)
        out = new_out(counts, sizes.rows)
        desk, free = np.zeros(8, dtype=np.int64), new_heap(int(self.centre.groups["size"].sum()) + 1)
        passage = Held(
            Passage(self._centre, births, state, out, keys_of(seed, replication), desk, free, self._closed), self._kind
        )
        if self._recur is None:
            self._kind = passage.kind
            self._recur = _recursion(self._kind)
        full = bool(self._recur(passage))
        log = out.log[: state.n[ROWS]] if sizes.rows else None
        return Counts(counts.queues, counts.groups, counts.trunks, counts.waits, log), full


def simulate(model: Model, seed: int, replication: int, log: bool = False) -> Counts:
    """Return the counters of one replication; the same as ``machine.simulate``, bit for bit, where it applies."""
    return Recursion(model).simulate(seed, replication, log)
