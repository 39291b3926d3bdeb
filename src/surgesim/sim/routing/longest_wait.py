"""The contact that has waited longest is served first, by the agent who has been idle longest."""

from surgesim.sim.choices import idle_longest
from surgesim.sim.view import View

KIND = "longest-wait"
SUMMARY = "Longest wait first, to the agent idle longest; deferred work by deadline when no call waits."


arrived = idle_longest


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
