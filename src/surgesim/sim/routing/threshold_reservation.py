"""Some agents of a group are kept free for its first skill (trunk reservation)."""

from collections.abc import Mapping
from typing import Any

from surgesim.base.errors import Problem
from surgesim.sim.names import Names, numbers
from surgesim.sim.view import NEVER, View

KIND = "threshold-reservation"
SUMMARY = "A group serves queues other than its first only while more agents are idle than it reserves. Settings: groups."
SETTINGS = ("groups",)


def prepare(settings: Mapping[str, Any], names: Names, problems: list[Problem]) -> list[float]:
    """Return the number of agents that each group keeps free for its first skill; 0 where none is given."""
    return numbers(settings, "groups", names.groups, 0.0, problems)


def arrived(view: View, queue: int, now: float, luck: float) -> int:
    """Give the contact to the group that prefers it most among those with agents to spare."""
    best, place = -1, len(view.queues)
    for group in range(len(view.groups)):
        own = view.rank[group, queue]
        if own < 0 or own >= place or view.groups[group].idle == 0:
            continue
        if own == 0 or view.groups[group].idle > view.settings[group]:
            best, place = group, own
    return best


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve the first skill; others, in the order of the skills, only with agents to spare; a head that ages moves up."""
    best, place = -1, 1.0 * len(view.queues)
    for queue in range(len(view.queues)):
        own = 1.0 * view.rank[group, queue]
        if own < 0.0 or view.queues[queue].waiting == 0:
            continue
        if own > 0.0 and view.groups[group].idle <= view.settings[group]:
            continue
        if view.queues[queue].ageing < NEVER:
            own -= (now - view.queues[queue].oldest) / view.queues[queue].ageing
        if own < place:
            best, place = queue, own
    return best
