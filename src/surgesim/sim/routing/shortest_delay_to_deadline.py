"""Whoever is nearest to missing the target goes first (earliest due date, Jackson 1955; Van Mieghem 2003 for queues)."""

from collections.abc import Mapping
from typing import Any

from surgesim.base.errors import Problem
from surgesim.sim.choices import idle_longest
from surgesim.sim.names import Names, durations
from surgesim.sim.view import View

KIND = "shortest-delay-to-deadline"
SUMMARY = "Serves whoever is nearest to the target of the queue: answer_within, the deadline of deferred work, or settings."
SETTINGS = ("targets",)

arrived = idle_longest


def prepare(settings: Mapping[str, Any], names: Names, problems: list[Problem]) -> list[float]:
    """Return the target of each queue in seconds: its own, or that of ``targets``, such as ``{calls: 30s}``."""
    return durations(settings, "targets", names.queues, names.target_s, problems)


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve the queue whose head is due first."""
    best, first = -1, 0.0
    for queue in range(len(view.queues)):
        if view.rank[group, queue] < 0 or view.queues[queue].waiting == 0:
            continue
        due = view.queues[queue].oldest + view.settings[queue]
        if best < 0 or due < first:
            best, first = queue, due
    return best
