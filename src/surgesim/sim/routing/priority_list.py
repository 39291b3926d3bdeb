"""Every queue tries groups in a fixed order, every group serves queues in a fixed order."""

from collections.abc import Mapping
from typing import Any

from surgesim.base.errors import Problem
from surgesim.sim.names import Names, mapping, positions
from surgesim.sim.view import NEVER, View

KIND = "priority-list"
SUMMARY = "Fixed lists: groups by queue, queues by group (the order of its skills). Settings: groups."
SETTINGS = ("groups",)
UNLISTED = 1_000_000.0


def prepare(settings: Mapping[str, Any], names: Names, problems: list[Problem]) -> list[float]:
    """Return the place of each group in the list of each queue, queue by queue.

    ``groups`` may give, by queue, the groups in the order in which they are tried. A queue that is left out tries the
    group that prefers it most, in the order of the scenario where several do.
    """
    lists = mapping(settings, "groups", names.queues, problems)
    places = []
    for queue in range(len(names.queues)):
        own = positions(lists, names.queues[queue], names.groups, "routing.settings.groups", problems)
        for group in range(len(names.groups)):
            default = float(names.rank[group, queue]) if names.rank[group, queue] >= 0 else UNLISTED
            places.append(default if own is None else float(own.get(names.groups[group], UNLISTED)))
    return places


def arrived(view: View, queue: int, now: float, luck: float) -> int:
    """Give the contact to the first group of the queue's list that has an idle agent."""
    best, place, first = -1, UNLISTED, queue * len(view.groups)
    for group in range(len(view.groups)):
        own = view.settings[first + group]
        if own < place and view.rank[group, queue] >= 0 and view.groups[group].idle > 0:
            best, place = group, own
    return best


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve the first queue of the group's skills in which somebody waits; a head that ages moves up."""
    best, place = -1, 1.0 * len(view.queues)
    for queue in range(len(view.queues)):
        own = 1.0 * view.rank[group, queue]
        if own < 0.0 or view.queues[queue].waiting == 0:
            continue
        if view.queues[queue].ageing < NEVER:
            own -= (now - view.queues[queue].oldest) / view.queues[queue].ageing
        if own < place:
            best, place = queue, own
    return best
