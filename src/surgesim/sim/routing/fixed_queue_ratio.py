"""Queue-and-idleness ratios (Gurvich, Whitt 2009): queues keep fixed shares of all who wait, groups of all who are idle."""

from collections.abc import Mapping
from typing import Any

from surgesim.base.errors import Problem
from surgesim.sim.names import Names, numbers
from surgesim.sim.view import View

KIND = "fixed-queue-ratio"
SUMMARY = "Serves the queue most above its share of all who wait, by the group most above its share of all who are idle."
SETTINGS = ("queues", "groups")


def prepare(settings: Mapping[str, Any], names: Names, problems: list[Problem]) -> list[float]:
    """Return the share of each queue, then of each group, from weights that are 1 where none is given."""
    shares: list[float] = []
    for key, of in (("queues", names.queues), ("groups", names.groups)):
        weights = numbers(settings, key, of, 1.0, problems)
        if sum(weights) <= 0.0:
            problems.append(Problem("all weights are 0", f"routing.settings.{key}", "write one above 0"))
        shares += [weight / max(sum(weights), 1e-300) for weight in weights]
    return shares


def arrived(view: View, queue: int, now: float, luck: float) -> int:
    """Give the contact to the group with the most idle agents above its share of all idle agents."""
    idle = 0
    for group in range(len(view.groups)):
        idle += view.groups[group].idle
    best, most = -1, 0.0
    for group in range(len(view.groups)):
        if view.rank[group, queue] < 0 or view.groups[group].idle == 0:
            continue
        above = view.groups[group].idle - view.settings[len(view.queues) + group] * idle
        if best < 0 or above > most:
            best, most = group, above
    return best


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve the queue with the most people above its share of all who wait."""
    waiting = 0
    for queue in range(len(view.queues)):
        waiting += view.queues[queue].waiting
    best, most = -1, 0.0
    for queue in range(len(view.queues)):
        if view.rank[group, queue] < 0 or view.queues[queue].waiting == 0:
            continue
        above = view.queues[queue].waiting - view.settings[queue] * waiting
        if best < 0 or above > most:
            best, most = queue, above
    return best
