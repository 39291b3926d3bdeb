"""Work is shared evenly: the agent idle longest is next; queues are served by their priority."""

from surgesim.sim.choices import idle_longest
from surgesim.sim.view import View

KIND = "longest-idle-agent"
SUMMARY = "The agent idle longest takes the contact; a free agent serves the queue of smallest priority, then longest wait."


arrived = idle_longest


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve the waiting queue of smallest priority, the longest wait among equals."""
    best, priority, since = -1, 0.0, 0.0
    for queue in range(len(view.queues)):
        if view.rank[group, queue] < 0 or view.queues[queue].waiting == 0:
            continue
        oldest = view.queues[queue].oldest
        own = view.queues[queue].priority - (now - oldest) / view.queues[queue].ageing
        if best < 0 or own < priority or (own == priority and oldest < since):
            best, priority, since = queue, own, oldest
    return best
