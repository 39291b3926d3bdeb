"""Redials, follow-ups and closed doors: what failed and handled contacts bring about later, in expectation."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from surgesim.erlang.engine_flow import Doors, delayed, lag_kernel
from surgesim.model.load import Load
from surgesim.model.model import Model

Floats = NDArray[np.float64]

GENERATIONS = 9
_NEGLIGIBLE = 1e-7


@dataclass(eq=False)
class Chains:
    """Contacts by what brought them about, shape (queues, intervals) each.

    Attributes
    ----------
    first, redial, follow_up : ndarray
        Offered contacts.
    closed, lost : ndarray
        Contacts at a closed door, and those of them that never came back.
    given_up : ndarray
        Failed contacts that are not tried again, those lost at a closed door not among them.
    """

    first: Floats
    redial: Floats
    follow_up: Floats
    closed: Floats
    lost: Floats
    given_up: Floats

    @property
    def offered(self) -> Floats:
        """All offered contacts."""
        return self.first + self.redial + self.follow_up


@dataclass(eq=False)
class Ways:
    """How contacts come again, for one model: lag kernels and doors, computed once."""

    model: Model
    doors: list[Doors] = field(init=False)
    redial: list[Floats] = field(init=False)
    follow_up: dict[tuple[int, int], Floats] = field(init=False)

    def __post_init__(self) -> None:
        model, most = self.model, self.model.clock.n_intervals
        step = model.clock.interval_s
        self.doors = [Doors.of(queue, model.clock.edges_s) for queue in model.queues]
        self.redial = [lag_kernel(queue.redial_delay, step, most) for queue in model.queues]
        self.follow_up = {
            (place, number): lag_kernel(delay, step, most, queue.aht_s)
            for place, queue in enumerate(model.queues)
            for number, (_, _, delay) in enumerate(queue.brings)
        }

    def through_doors(self, arrivals: Floats) -> tuple[Floats, Floats, Floats]:
        """Return contacts offered, at a closed door, and lost, of arrivals by queue and interval."""
        parts = [door.through(row) for door, row in zip(self.doors, arrivals, strict=True)]
        offered, closed, lost = (np.stack(column) for column in zip(*parts, strict=True))
        return offered, closed, lost

    def chains(self, load: Load, fails: Floats, handled: Floats) -> Chains:
        """Return all contacts when so much of the offered ones fails, and is handled.

        Parameters
        ----------
        load : Load
            First attempts.
        fails, handled : ndarray, shape (queues, intervals)
            Shares of offered contacts that are blocked or abandoned, and that are handled.
        """
        start, zeros = load.offered, np.zeros_like(load.offered)
        found = Chains(start, zeros.copy(), zeros.copy(), load.closed.copy(), load.lost_closed.copy(), zeros.copy())
        scale = 1.0 + start.sum()
        for generation in range(GENERATIONS):
            if generation:
                found.follow_up += start
            done = self._attempts(found, start, fails, scale) * handled
            start = self._next(found, done)
            if start.sum() <= _NEGLIGIBLE * scale:
                break
        return found

    def _attempts(self, found: Chains, start: Floats, fails: Floats, scale: float) -> Floats:
        """Follow the attempts of one generation; return all its offered contacts."""
        attempts = np.array([queue.attempts for queue in self.model.queues])[:, None]
        wants = np.array([queue.redial_probability for queue in self.model.queues])[:, None]
        offered, total, attempt = start, start.copy(), 1
        while True:
            failed = offered * fails
            again = np.where(attempt < attempts, failed * wants, 0.0)
            if again.sum() <= _NEGLIGIBLE * scale:
                found.given_up += failed
                return total
            found.given_up += failed - again
            calls = np.stack([delayed(row, kernel) for row, kernel in zip(again, self.redial, strict=True)])
            offered, closed, lost = self.through_doors(calls)
            found.redial += offered
            found.closed += closed
            found.lost += lost
            total += offered
            attempt += 1

    def _next(self, found: Chains, done: Floats) -> Floats:
        """Return the follow-ups that handled contacts bring about."""
        calls = np.zeros_like(done)
        for place, queue in enumerate(self.model.queues):
            for number, (to, probability, _) in enumerate(queue.brings):
                calls[to] += delayed(done[place] * probability, self.follow_up[place, number])
        offered, closed, lost = self.through_doors(calls)
        found.closed += closed
        found.lost += lost
        return offered
