"""What one replication leaves behind: additive counters, and the contact log on request."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.model.model import Model
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS, TRUNK_COLUMNS, WAIT_EDGES_S

Floats = NDArray[np.float64]

BINS = len(WAIT_EDGES_S) - 1

LOG_DTYPE = np.dtype(
    [
        ("need", np.int64), ("attempt", np.int64), ("queue", np.int64), ("stream", np.int64), ("arrival_s", np.float64),
        ("joined_s", np.float64), ("outcome", np.int64), ("start_s", np.float64), ("talk_end_s", np.float64),
        ("end_s", np.float64), ("group", np.int64), ("wait_s", np.float64),
    ]
)  # fmt: skip
"""One contact: who, when, and what became of it (an ``Outcome``); nan and -1 where something never happened."""


@dataclass(frozen=True, eq=False)
class Counts:
    """Counters of one replication.

    Attributes
    ----------
    queues : ndarray, shape (intervals, queues, len(QUEUE_COLUMNS))
        By interval of arrival.
    groups : ndarray, shape (intervals, groups, len(GROUP_COLUMNS))
        By interval in which the time passes.
    trunks : ndarray, shape (intervals, trunks, len(TRUNK_COLUMNS))
        By interval in which the time passes.
    waits : ndarray, shape (days, queues, bins, 2)
        Wait histogram of handled and abandoned contacts by day of arrival.
    log : structured ndarray of LOG_DTYPE, or None
        Every contact in the order in which they arrived; None where it was not asked for.
    """

    queues: Floats
    groups: Floats
    trunks: Floats
    waits: Floats
    log: NDArray[np.void] | None = None

    @property
    def arrays(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The counters of queues, groups and trunks, and the waits."""
        return self.queues, self.groups, self.trunks, self.waits

    @classmethod
    def empty(cls, model: Model, log: NDArray[np.void] | None = None) -> "Counts":
        """Return counters of which all are zero, but for the paid time."""
        intervals = model.clock.n_intervals
        groups = np.zeros((intervals, len(model.groups), len(GROUP_COLUMNS)))
        groups[:, :, GROUP_COLUMNS.index("paid_s")] = model.paid_s.T
        return cls(
            queues=np.zeros((intervals, len(model.queues), len(QUEUE_COLUMNS))),
            groups=groups,
            trunks=np.zeros((intervals, len(model.trunks), len(TRUNK_COLUMNS))),
            waits=np.zeros((model.clock.days, len(model.queues), BINS, 2)),
            log=log,
        )
