"""The contact that has waited longest is served first, by the agent who has been idle longest."""

from surgesim.sim.view import View

KIND = "longest-wait"
SUMMARY = "Longest wait first, to the agent idle longest; deferred work by deadline when no call waits."


def arrived(view: View, queue: int, now: float, luck: float) -> int:
    """Give the contact to the agent idle longest."""
    best, since = -1, now + 1.0
    for group in range(len(view.groups)):
        if view.rank[group, queue] >= 0 and view.groups[group].idle > 0 and view.groups[group].idle_since < since:
            best, since = group, view.groups[group].idle_since
    return best


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve the call that waits longest; where no call waits, the deferred work whose deadline comes first."""
    best, since, deferred = -1, 0.0, 1
    for queue in range(len(view.queues)):
        if view.rank[group, queue] < 0 or view.queues[queue].waiting == 0:
            continue
        kind = view.queues[queue].deferred
        due = view.queues[queue].oldest + (view.queues[queue].deadline if kind == 1 else 0.0)
        if best < 0 or kind < deferred or (kind == deferred and due < since):
            best, since, deferred = queue, due, kind
    return best
