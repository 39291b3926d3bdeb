"""Choices that several routing policies share; plain functions, as policies are."""

from surgesim.sim.view import View


def idle_longest(view: View, queue: int, now: float, luck: float) -> int:
    """Give the contact to the agent idle longest."""
    best, since = -1, now + 1.0
    for group in range(len(view.groups)):
        if view.rank[group, queue] >= 0 and view.groups[group].idle > 0 and view.groups[group].idle_since < since:
            best, since = group, view.groups[group].idle_since
    return best
