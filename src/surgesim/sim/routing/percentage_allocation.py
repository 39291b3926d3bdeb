"""Groups take fixed percentages of the contacts of a queue: by exact luck, or by counters that never drift apart."""

from collections.abc import Mapping
from typing import Any

from surgesim.base.errors import Problem
from surgesim.base.text import suggestion
from surgesim.sim.names import Names, mapping, numbers
from surgesim.sim.view import View

KIND = "percentage-allocation"
SUMMARY = "Idle groups take the contacts of a queue in set proportions, by counters or luck. Settings: shares, by."
SETTINGS = ("shares", "by")
LUCK = True


def prepare(settings: Mapping[str, Any], names: Names, problems: list[Problem]) -> list[float]:
    """Return 1 for luck or 0 for counters, then the weight of each group, queue by queue.

    ``shares`` gives, by queue, weights of groups, such as ``{calls: {tokyo: 60, osaka: 40}}``; groups that are left out
    take nothing, and a queue that is left out is shared equally by all who have the skill. ``by: counters`` (as told,
    where nothing is said) gives a contact to the group furthest behind its share; ``by: luck`` draws it.
    """
    by = settings.get("by", "counters")
    if by not in ("counters", "luck"):
        mend = suggestion(str(by), ("counters", "luck"))
        problems.append(Problem(f"{by!r} is not a way to share", "routing.settings.by", mend))
    given = mapping(settings, "shares", names.queues, problems)
    found = [1.0 if by == "luck" else 0.0]
    for queue, name in enumerate(names.queues):
        ranks = names.rank[:, queue]
        weights = numbers(given, name, names.groups, 0.0, problems, "shares.") if name in given else [1.0] * len(names.groups)
        able = [weight if rank >= 0 else 0.0 for weight, rank in zip(weights, ranks, strict=True)]
        if sum(able) <= 0.0 and max(ranks) >= 0:
            problems.append(
                Problem("no group with the skill has a share", f"routing.settings.shares.{name}", "write a weight above 0")
            )
        found += [weight / max(sum(able), 1e-300) for weight in able]
    return found


def arrived(view: View, queue: int, now: float, luck: float) -> int:
    """Give the contact to an idle group: the one furthest behind its share, or one drawn by the shares."""
    first, total, taken = 1 + queue * len(view.groups), 0.0, 0.0
    for group in range(len(view.groups)):
        taken += view.served[group, queue]
        if view.groups[group].idle > 0 and view.rank[group, queue] >= 0:
            total += view.settings[first + group]
    best, most, left = -1, 0.0, luck * total
    for group in range(len(view.groups)):
        share = view.settings[first + group]
        if share <= 0.0 or view.groups[group].idle == 0 or view.rank[group, queue] < 0:
            continue
        behind = share * (taken + 1.0) - view.served[group, queue]
        if view.settings[0] > 0.0:
            if best < 0 or left >= 0.0:
                best = group
            left -= share
        elif best < 0 or behind > most:
            best, most = group, behind
    return best


def free(view: View, group: int, now: float, luck: float) -> int:
    """Serve the longest wait among the queues of which the group takes a share."""
    best, since = -1, 0.0
    for queue in range(len(view.queues)):
        share = view.settings[1 + queue * len(view.groups) + group]
        if share <= 0.0 or view.rank[group, queue] < 0 or view.queues[queue].waiting == 0:
            continue
        if best < 0 or view.queues[queue].oldest < since:
            best, since = queue, view.queues[queue].oldest
    return best
