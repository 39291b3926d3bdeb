"""Chance: any idle agent takes the contact, any waiting queue is served; the yardstick for every other policy."""

from surgesim.sim.view import View

KIND = "random"
SUMMARY = "Any idle agent takes the contact, a free agent serves any waiting queue; each with equal chance."
LUCK = True


def arrived(view: View, queue: int, now: float, luck: float) -> int:
    """Give the contact to a group in proportion to its idle agents."""
    idle = 0
    for group in range(len(view.groups)):
        if view.rank[group, queue] >= 0:
            idle += view.groups[group].idle
    left = int(luck * idle)
    for group in range(len(view.groups)):
        if view.rank[group, queue] >= 0:
            left -= view.groups[group].idle
            if left < 0:
                return group
    return -1


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve one of the waiting queues, each with equal chance."""
    count = 0
    for queue in range(len(view.queues)):
        if view.rank[group, queue] >= 0 and view.queues[queue].waiting > 0:
            count += 1
    left = int(luck * count)
    for queue in range(len(view.queues)):
        if view.rank[group, queue] >= 0 and view.queues[queue].waiting > 0:
            left -= 1
            if left < 0:
                return queue
    return -1
