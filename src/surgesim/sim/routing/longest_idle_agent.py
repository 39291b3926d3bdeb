"""Work is shared evenly: the agent idle longest is next; queues are served by their priority."""

from surgesim.sim.view import View

KIND = "longest-idle-agent"
SUMMARY = "The agent idle longest takes the contact; a free agent serves the queue of smallest priority, then longest wait."


def arrived(view: View, queue: int, now: float, luck: float) -> int:
    """Give the contact to the agent idle longest."""
    best, since = -1, now + 1.0
    for group in range(len(view.groups)):
        if view.rank[group, queue] >= 0 and view.groups[group].idle > 0 and view.groups[group].idle_since < since:
            best, since = group, view.groups[group].idle_since
    return best


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve the waiting queue of smallest priority, the longest wait among equals."""
    best, priority, since = -1, 0, 0.0
    for queue in range(len(view.queues)):
        if view.rank[group, queue] < 0 or view.queues[queue].waiting == 0:
            continue
        own, oldest = view.queues[queue].priority, view.queues[queue].oldest
        if best < 0 or own < priority or (own == priority and oldest < since):
            best, priority, since = queue, own, oldest
    return best
