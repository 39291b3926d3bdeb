"""Weights for waits and idle times (the form of Chan, Koole, L'Ecuyer 2014): the greatest weighted time goes first."""

from collections.abc import Mapping
from typing import Any

from surgesim.base.errors import Problem
from surgesim.sim.names import Names, numbers
from surgesim.sim.view import View

KIND = "weighted"
SUMMARY = "Greatest weight x wait is served, greatest weight x idle time serves. Settings: queues, groups (weights)."
SETTINGS = ("queues", "groups")


def prepare(settings: Mapping[str, Any], names: Names, problems: list[Problem]) -> list[float]:
    """Return the weight of each queue, then of each group; 1 where none is given."""
    queues = numbers(settings, "queues", names.queues, 1.0, problems)
    return queues + numbers(settings, "groups", names.groups, 1.0, problems)


def arrived(view: View, queue: int, now: float, luck: float) -> int:
    """Give the contact to the group with the greatest weighted idle time."""
    best, greatest = -1, 0.0
    for group in range(len(view.groups)):
        if view.rank[group, queue] < 0 or view.groups[group].idle == 0:
            continue
        score = view.settings[len(view.queues) + group] * (now - view.groups[group].idle_since)
        if best < 0 or score > greatest:
            best, greatest = group, score
    return best


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve the queue with the greatest weighted wait."""
    best, greatest = -1, 0.0
    for queue in range(len(view.queues)):
        if view.rank[group, queue] < 0 or view.queues[queue].waiting == 0:
            continue
        score = view.settings[queue] * (now - view.queues[queue].oldest)
        if best < 0 or score > greatest:
            best, greatest = queue, score
    return best
