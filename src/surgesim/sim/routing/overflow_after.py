"""Other groups help only with those who have waited long enough (delayed overflow, "network out" of telephone systems)."""

from collections.abc import Mapping
from typing import Any

from surgesim.base.errors import Problem
from surgesim.sim.names import Names, durations, mapping, positions
from surgesim.sim.ticks import on_grid
from surgesim.sim.view import NEVER, View

KIND = "overflow-after"
SUMMARY = "Home groups serve at once, other groups whoever has waited for a set time. Settings: after (times), home (groups)."
SETTINGS = ("after", "home")


def prepare(settings: Mapping[str, Any], names: Names, problems: list[Problem]) -> list[float]:
    """Return how long somebody must have waited before a group helps, queue by queue; 0 for groups at home.

    ``after`` gives times by queue, such as ``{calls: 30s}``; others help at once where none is given. ``home`` gives
    lists of groups by queue; the groups that prefer the queue most are at home where none is given. A queue that is
    shared among sites has its own time, and the groups of the site are at home.
    """
    after = durations(settings, "after", names.queues, [0.0] * len(names.queues), problems)
    homes = mapping(settings, "home", names.queues, problems)
    found: list[float] = []
    for queue, name in enumerate(names.queues):
        own = positions(homes, name, names.groups, "routing.settings.home", problems)
        first = min((int(rank) for rank in names.rank[:, queue] if rank >= 0), default=0)
        for group, title in enumerate(names.groups):
            home = names.rank[group, queue] == first if own is None else title in own
            shared = names.after_s[queue]
            if shared is not None:
                found.append(on_grid(shared) if names.away[group, queue] else 0.0)
            else:
                found.append(0.0 if home else after[queue])
    return found


def arrived(view: View, queue: int, now: float, luck: float) -> int:
    """Give the contact to the agent idle longest of those who may help already, at home first."""
    best, since, least = -1, 0.0, 0.0
    for group in range(len(view.groups)):
        after = view.settings[queue * len(view.groups) + group]
        if view.rank[group, queue] < 0 or view.groups[group].idle == 0 or now - view.queues[queue].oldest < after:
            continue
        if best < 0 or after < least or (after == least and view.groups[group].idle_since < since):
            best, since, least = group, view.groups[group].idle_since, after
    return best


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve the longest wait of the group's own queues, else of those whose head has waited long enough."""
    best, since, away = -1, 0.0, False
    for queue in range(len(view.queues)):
        after = view.settings[queue * len(view.groups) + group]
        if view.rank[group, queue] < 0 or view.queues[queue].waiting == 0 or now - view.queues[queue].oldest < after:
            continue
        other = after > 0.0
        if best < 0 or (away and not other) or (other == away and view.queues[queue].oldest < since):
            best, since, away = queue, view.queues[queue].oldest, other
    return best


def timer(view: View, queue: int, now: float, step: int) -> float:
    """Ask again when somebody who waits has waited long enough for others to help."""
    after = 0.0
    for group in range(len(view.groups)):
        after = max(after, view.settings[queue * len(view.groups) + group])
    return after if step == 0 and after > 0.0 else NEVER
