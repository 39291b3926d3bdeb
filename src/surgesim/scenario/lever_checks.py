"""Levers that contradict each other or themselves, beyond what a single field can say."""

from collections.abc import Iterator, Mapping
from typing import Any

from surgesim.base.units import format_duration, parse_count, parse_duration, parse_price, parse_share, parse_window
from surgesim.scenario.consistency import Tree, entries, listed, part, read
from surgesim.scenario.schema import Finding, Path


def lever_problems(tree: Tree) -> Iterator[Finding]:
    """Yield levers that cannot be meant."""
    for check in (_greatest, _lots, _heads, _risks, _late_sites):
        yield from check(tree)
    for name, lever in _staff(tree).items():
        for single in (_shifts, _sources, _overtime):
            yield from single(tree, name, lever)


def _staff(tree: Tree) -> dict[str, Tree]:
    staff = part(tree, "levers", "staff")
    found = staff.items() if isinstance(staff, Mapping) else ()
    return {str(name): lever for name, lever in found if isinstance(lever, Mapping)}


def _paid_s(tree: Tree, shift: Any) -> float | None:
    """Return the paid time of a shift, None where it cannot be read."""
    time = read(parse_window, part(tree, "shifts", str(shift), "time"))
    written = part(tree, "shifts", str(shift), "break_time")
    pause = read(parse_window, written)
    if time is None or (written is not None and pause is None):
        return None
    return float(time[1] - time[0] - (pause[1] - pause[0] if pause else 0.0))


def _shifts(tree: Tree, name: str, lever: Tree) -> Iterator[Finding]:
    shifts = [str(shift) for shift in listed(lever.get("shifts"))]
    week_s = read(parse_duration, lever.get("hours_per_week"))
    for place, shift in enumerate(shifts):
        path: Path = ("levers", "staff", name, "shifts", place)
        if shift in shifts[:place]:
            yield path, f"shift {shift!r} is named twice", "name it once"
        paid_s = _paid_s(tree, shift)
        if week_s and paid_s is not None and paid_s > week_s:
            what = f"shift {shift!r} takes {format_duration(paid_s)}, more than all of a week, {format_duration(week_s)}"
            yield path, what, "name a shorter shift, or raise hours_per_week"


def _sources(tree: Tree, name: str, lever: Tree) -> Iterator[Finding]:
    source = part(tree, "groups", name, "source") or "in_house"
    lent_jpy = read(lambda written: parse_price(written, ("head", "day")), lever.get("lender_cost"))
    if lent_jpy and source != "borrowed":
        what = f"nobody lends the staff of {name!r}, whose source is {source}"
        yield ("levers", "staff", name, "lender_cost"), what, f"write groups.{name}.source: borrowed, or delete lender_cost"
    if lever.get("dispatch_exemption") and lever.get("dispatch") is not True:
        what = "an exemption from the ban of short dispatch, but they are not dispatched"
        yield ("levers", "staff", name, "dispatch_exemption"), what, "write dispatch: true, or delete the exemption"


def _overtime(_: Tree, name: str, lever: Tree) -> Iterator[Finding]:
    step = read(parse_duration, part(lever, "overtime", "step")) or 3600.0
    week = read(parse_duration, part(lever, "overtime", "per_week"))
    if week is not None and step > week:
        what = f"one piece of overtime, {format_duration(step)}, is longer than all of a week, {format_duration(week)}"
        yield ("levers", "staff", name, "overtime", "per_week"), what, "write a smaller step, or more per_week"


def _risks(tree: Tree) -> Iterator[Finding]:
    """No sample shows what holds always, and every sample what need never hold."""
    probability, confidence = (read(parse_share, part(tree, "levers", key)) for key in ("probability", "confidence"))
    if probability == 0.0:
        yield ("levers", "probability"), "a promise that holds with a probability of 0% is none", 'write e.g. "90%"'
    if probability == 1.0:
        yield ("levers", "probability"), "no simulation shows that a promise holds with certainty", 'write e.g. "95%"'
    if confidence is not None and not 0.5 <= confidence < 1.0:
        what = "no simulation shows anything with certainty" if confidence == 1.0 else "a guess is right as often"
        yield ("levers", "confidence"), what, 'write e.g. "95%", and at least 50%'


def _lots(tree: Tree) -> Iterator[Finding]:
    levers = part(tree, "levers", "lines")
    for name, lever in levers.items() if isinstance(levers, Mapping) else ():
        lot, greatest = part(lever, "lot"), read(parse_count, part(lever, "lines"))
        existing = read(parse_count, part(tree, "trunks", name, "lines"))
        if not isinstance(lot, int) or lot < 2 or greatest is None or existing is None or greatest < existing:
            continue
        over = (greatest - existing) % lot
        if over:
            what = f"{greatest} lines cannot be reached from {existing} in lots of {lot}"
            yield ("levers", "lines", name, "lines"), what, f"write {greatest - over} or {greatest - over + lot}"


def _heads(tree: Tree) -> Iterator[Finding]:
    """Somebody must be there, or come: on hand, hired, or on standby."""
    staff, standby = part(tree, "levers", "staff"), part(tree, "levers", "standby")
    packages = dict(standby) if isinstance(standby, Mapping) else {}
    levers = {name: lever for name, lever in staff.items() if isinstance(lever, Mapping)} if isinstance(staff, Mapping) else {}
    for name, lever in levers.items():
        heads = [read(parse_count, lever.get(key, 0)) for key in ("on_hand", "hires")]
        if heads == [0, 0] and not any(part(package, "group") == name for package in packages.values()):
            what = "nobody is on hand, nobody can be hired and nobody is on standby"
            yield ("levers", "staff", name), what, "set on_hand or hires, or delete the lever"
    for name, package in packages.items():
        group = part(package, "group")
        if isinstance(group, str) and group not in levers and group in dict(entries(tree, "groups")):
            what = f"nobody says which shifts {group!r} works, and at what wage"
            yield ("levers", "standby", name, "group"), what, f"write levers.staff.{group}"


def _late_sites(tree: Tree) -> Iterator[Finding]:
    """Callers of a site's share wait for its agents: it must have seats from the first day on."""
    levers = part(tree, "levers", "sites")
    for name, lever in levers.items() if isinstance(levers, Mapping) else ():
        lead_s = read(parse_duration, part(lever, "lead_time"))
        if not lead_s or read(parse_count, part(tree, "sites", name, "seats")) != 0:
            continue
        for queue, entry in entries(tree, "queues"):
            if read(parse_share, part(entry, "sites", "shares", str(name))):
                waits = f"has no seats for {format_duration(lead_s)}: its callers wait for nobody"
                changes = f"changes queues.{queue}.sites.shares and sites.{name}.seats"
                yield (
                    ("levers", "sites", name, "lead_time"),
                    f"{name} takes a share of {queue!r}, but {waits}",
                    f"write lead_time: 0s, or give it 0% and make its opening a measure that {changes}",
                )


def _greatest(tree: Tree) -> Iterator[Finding]:
    for section, noun in (("sites", "seats"), ("lines", "lines")):
        levers = part(tree, "levers", section)
        for name, lever in levers.items() if isinstance(levers, Mapping) else ():
            existing = read(parse_count, part(tree, "sites" if noun == "seats" else "trunks", name, noun))
            greatest = read(parse_count, part(lever, noun))
            if existing is not None and greatest is not None and greatest < existing:
                path: Path = ("levers", section, name, noun)
                yield (
                    path,
                    f"{name} has {existing} {noun} already, more than the greatest number {greatest}",
                    f"write {existing} or more",
                )
