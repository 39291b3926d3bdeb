"""What parts of a scenario say about each other, beyond names: seats, shifts, kinds, days.

Every check works on the plain tree and looks only at what can be read, so that it speaks up even where other places
are wrong; what cannot be read is reported by the model.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from surgesim.base.catalogue import Shelf, shelves
from surgesim.base.errors import InputError
from surgesim.base.text import suggestion
from surgesim.base.units import parse_date, parse_instant, parse_share
from surgesim.scenario.centre import Routing
from surgesim.scenario.schema import Finding, Path

Tree = Mapping[str, Any]
_CALLS = ("service_level", "answer_rate", "abandonment", "blocking")


def consistency_problems(tree: Tree) -> list[Finding]:
    """Return everything that does not fit together."""
    from surgesim.scenario.call_lists import list_problems
    from surgesim.scenario.lever_checks import lever_problems
    from surgesim.scenario.measures import measure_problems
    from surgesim.scenario.staffing import staffing_problems

    checks = (
        _kinds, _trunks, _escalations, _elsewhere, _targets, _served, _days, list_problems, _series, lever_problems, _shared,
        staffing_problems, measure_problems,
    )  # fmt: skip
    return [finding for check in checks for finding in check(tree)]


def part(tree: Any, *path: str | int) -> Any:
    """Return what is at a path, None where there is nothing."""
    for key in path:
        if isinstance(tree, Mapping):
            tree = tree.get(key)
        elif isinstance(tree, list) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
        else:
            return None
    return tree


def entries(tree: Tree, section: str) -> Iterator[tuple[str, Tree]]:
    """Yield the entries of a section that are mappings."""
    found = tree.get(section)
    for name, entry in found.items() if isinstance(found, Mapping) else ():
        if isinstance(entry, Mapping):
            yield str(name), entry


def read(parse: Callable[[Any], Any], value: Any) -> Any:
    """Return a quantity, None where it cannot be read."""
    try:
        return None if value is None else parse(value)
    except InputError:
        return None


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and an empty one for everything else."""
    return list(value) if isinstance(value, (list, tuple)) else []


def _kinds(tree: Tree) -> Iterator[Finding]:
    uses: list[tuple[Path, str, str]] = [
        (("incident", "kind"), "incidents", "incident"),
        (("routing", "policy"), "routing", "routing policy"),
        *((("channels", name, "kind"), "channels", "channel") for name, _ in entries(tree, "channels")),
    ]
    known = shelves()
    for path, shelf, noun in uses:
        kind = part(tree, *path) or (Routing().policy if shelf == "routing" else None)
        if isinstance(kind, str) and shelf in known and kind not in (kinds := known[shelf].kinds()):
            yield path, f"no {noun} is of kind {kind!r}", suggestion(kind, kinds)
        elif isinstance(kind, str) and shelf == "incidents" and shelf in known:
            yield from _mix_of_kind(tree, kind, known[shelf])
        elif isinstance(kind, str) and shelf == "routing" and shelf in known:
            yield from _settings_of_policy(tree, kind, known[shelf])


def _mix_of_kind(tree: Tree, kind: str, shelf: Shelf) -> Iterator[Finding]:
    """The kind's own mix of reasons must be defined where the scenario gives none."""
    defined = tree.get("reasons")
    if part(tree, "incident", "reasons") is not None or not isinstance(defined, Mapping):
        return
    lacking = [reason for reason in shelf.load(kind).PRESET.reasons if reason not in defined]
    if lacking:
        what = f"the kind {kind!r} has the reasons {', '.join(lacking)}, which are not defined under reasons"
        yield ("incident", "kind"), what, "define them, or give the incident its own mix: incident.reasons"


def _settings_of_policy(tree: Tree, policy: str, shelf: Shelf) -> Iterator[Finding]:
    settings = part(tree, "routing", "settings")
    if not isinstance(settings, Mapping) or not settings:
        return
    known = tuple(getattr(shelf.load(policy), "SETTINGS", ()))
    for name in settings:
        if name not in known:
            mend = suggestion(name, known) if known else "delete it: this policy has no settings"
            yield ("routing", "settings", name), f"the policy {policy!r} has no setting {name!r}", mend


def _shared(tree: Tree) -> Iterator[Finding]:
    """Every site with a share of a queue has a group with the skill, and every group with the skill a share."""
    for queue, entry in entries(tree, "queues"):
        shares, rule = part(entry, "sites", "shares"), part(entry, "sites", "rule")
        if not isinstance(shares, Mapping):
            continue
        able = {group.get("site") for _, group in entries(tree, "groups") if queue in listed(group.get("skills"))}
        for site in sorted(str(site) for site in able ^ set(shares) if site is not None):
            what = f"site {site!r} has a share of {queue!r} but no group with the skill"
            if site in able:
                what = f"groups at site {site!r} have the skill {queue!r}, but the site has no share"
            yield ("queues", queue, "sites", "shares"), what, "give the site a share and a group, or neither"
        policy = part(tree, "routing", "policy")
        if rule == "overflow" and policy != "overflow-after":
            what = f"the calls of {queue!r} overflow to other sites, which the policy {policy or Routing().policy!r} does not do"
            yield ("queues", queue, "sites", "rule"), what, "write routing: {policy: overflow-after}"


def _trunks(tree: Tree) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for name, trunk in entries(tree, "trunks"):
        for place, queue in enumerate(listed(trunk.get("queues"))):
            path: Path = ("trunks", name, "queues", place)
            if part(tree, "queues", str(queue), "deadline") is not None:
                yield path, f"queue {queue!r} has a deadline: deferred work takes no line", f"delete {queue} from the list"
            if part(tree, "queues", str(queue), "chat") is not None:
                yield path, f"queue {queue!r} is chat: it takes no line", f"delete {queue} from the list"
            if str(queue) in owners:
                yield path, f"queue {queue!r} is on trunk {owners[str(queue)]!r} already", "keep it on one of them"
            owners.setdefault(str(queue), name)


def _elsewhere(tree: Tree) -> Iterator[Finding]:
    for name, queue in entries(tree, "queues"):
        for place, offer in enumerate(listed(queue.get("offers"))):
            holder = part(tree, "queues", str(part(offer, "queue")))
            if isinstance(holder, Mapping) and holder.get("patience") is not None:
                what = f"callbacks are deferred work, but queue {part(offer, 'queue')!r} holds calls with patience"
                yield ("queues", name, "offers", place, "queue"), what, "name a queue with a deadline"
            if part(holder, "outside") is True:
                what = f"queue {part(offer, 'queue')!r} is done outside: nobody calls back"
                yield ("queues", name, "offers", place, "queue"), what, "name a queue that a group serves"
        for place, switch in enumerate(listed(queue.get("switches"))):
            if part(switch, "to") == name:
                path: Path = ("queues", name, "switches", place, "to")
                yield path, "callers switch to the queue they come from", "name another queue"
        wrong = part(queue, "misroute", "to")
        if wrong == name or any(part(tree, "queues", str(wrong), kind) is not None for kind in ("deadline", "chat")):
            what = f"the wrong desk {wrong!r} is not another queue of calls"
            yield ("queues", name, "misroute", "to"), what, "name another queue, with patience"


def _escalations(tree: Tree) -> Iterator[Finding]:
    for name, queue in entries(tree, "queues"):
        second = part(queue, "escalation", "to")
        if str(second) == name:
            yield ("queues", name, "escalation", "to"), f"queue {name!r} is escalated to itself", "name the second tier's queue"
        if part(queue, "escalation", "kind") != "warm":
            continue
        path: Path = ("queues", name, "escalation", "kind")
        for one in dict.fromkeys((name, str(second))):
            if part(tree, "queues", one, "deadline") is not None:
                yield path, f"queue {one!r} holds deferred work: nobody is on the line", "write cold"
            if part(tree, "queues", one, "chat") is not None:
                yield path, f"queue {one!r} is chat: an agent with other chats cannot wait with one of them", "write cold"


def _targets(tree: Tree) -> Iterator[Finding]:
    reached = {queue for _, trunk in entries(tree, "trunks") for queue in listed(trunk.get("queues"))}
    for place, target in enumerate(listed(tree.get("targets"))):
        measure, name = part(target, "measure"), part(target, "queue")
        queue = part(tree, "queues", str(name))
        if not isinstance(queue, Mapping):
            continue
        path: Path = ("targets", place, "measure")
        if measure == "on_time" and "deadline" not in queue:
            yield (
                path,
                f"queue {name!r} has no deadline, so nothing is on time or late",
                "write service_level, or give the queue a deadline",
            )
        if measure in _CALLS and "deadline" in queue:
            yield path, f"queue {name!r} holds deferred work: nobody waits on a line", "write on_time"
        if measure == "blocking" and name not in reached:
            yield path, f"queue {name!r} is on no trunk, so it never gives a busy tone", f"add a trunk with queues: [{name}]"


def _served(tree: Tree) -> Iterator[Finding]:
    written = [group.get("skills") for _, group in entries(tree, "groups")]
    skills = {str(skill) for one in written for skill in listed(one)}
    queues = dict(entries(tree, "queues"))
    if not skills <= queues.keys() or not all(isinstance(one, list) for one in written):
        return  # a wrong name is said where it stands; this would only be its echo
    for name in queues:
        outside = queues[name].get("outside") is True
        if outside and name in skills:
            yield ("queues", name, "outside"), f"queue {name!r} is done outside, but a group serves it", "delete one of both"
        if not outside and name not in skills:
            yield ("queues", name), f"nobody serves queue {name!r}", f"add {name} to the skills of a group"


def horizon_of(tree: Tree) -> tuple[date, date] | None:
    """Return the first day, and the day after the last one; None where they cannot be read."""
    start, days = read(parse_date, part(tree, "clock", "start")), part(tree, "clock", "days")
    return (start, start + timedelta(days=days)) if start is not None and isinstance(days, int) and 0 < days < 4000 else None


def _days(tree: Tree) -> Iterator[Finding]:
    horizon = horizon_of(tree)
    if horizon is None:
        return
    start, end = horizon
    announcements = part(tree, "incident", "announcements")
    for name in announcements if isinstance(announcements, Mapping) else ():
        moment = read(parse_instant, part(announcements, name, "at"))
        if moment is not None and moment.date() >= end:
            path: Path = ("incident", "announcements", name, "at")
            yield (
                path,
                f"the announcement goes out after the last day, {end - timedelta(days=1)}",
                "lengthen clock.days, or move it",
            )
    for name, source in entries(tree, "demand"):
        until = read(parse_date, source.get("until"))
        if until is not None and until >= start:
            mend = f"write {start - timedelta(days=1)} or earlier"
            yield ("demand", name, "until"), f"the history runs into the horizon, which starts on {start}", mend


def _series(tree: Tree) -> Iterator[Finding]:
    from surgesim.scenario.when import ClockSettings

    series = [
        (name, source["by_interval"]) for name, source in entries(tree, "demand") if isinstance(source.get("by_interval"), list)
    ]
    if not series:
        return
    try:
        intervals = ClockSettings.model_validate(tree.get("clock")).clock().n_intervals
    except ValueError:  # the clock itself is wrong, which is reported there
        return
    for name, rates in series:
        if len(rates) != intervals:
            yield (
                ("demand", name, "by_interval"),
                f"{len(rates)} rates for {intervals} intervals",
                "write one rate for each interval of the horizon",
            )


def share_or_zero(value: Any) -> float:
    """Return a share, 0 where none can be read."""
    found = read(parse_share, value)
    return 0.0 if found is None else float(found)
