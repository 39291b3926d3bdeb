"""Specialists first, so that agents with many skills stay free for what only they can do."""

from surgesim.sim.view import View

KIND = "least-skilled-first"
SUMMARY = "The idle group with the fewest skills takes the contact; a free agent serves the longest wait."


def arrived(view: View, queue: int, now: float, luck: float) -> int:
    """Give the contact to the idle group with the fewest skills, the one idle longest among equals."""
    best, breadth, since = -1, 0, 0.0
    for group in range(len(view.groups)):
        if view.rank[group, queue] < 0 or view.groups[group].idle == 0:
            continue
        own, idle = view.groups[group].breadth, view.groups[group].idle_since
        if best < 0 or own < breadth or (own == breadth and idle < since):
            best, breadth, since = group, own, idle
    return best


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve the queue whose head waits longest."""
    best, since = -1, 0.0
    for queue in range(len(view.queues)):
        if view.rank[group, queue] < 0 or view.queues[queue].waiting == 0:
            continue
        if best < 0 or view.queues[queue].oldest < since:
            best, since = queue, view.queues[queue].oldest
    return best
