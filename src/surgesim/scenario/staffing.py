"""Rosters that cannot be worked: shifts of one team that overlap, more heads than seats."""

import math
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from surgesim.base.daytimes import DAY_S, format_time_of_day, format_window, parse_window
from surgesim.base.quantities import parse_count
from surgesim.scenario.centre import WEEK
from surgesim.scenario.consistency import entries, listed, part, read, share_or_zero
from surgesim.scenario.schema import Finding

Tree = Mapping[str, Any]
Span = tuple[float, float]
_ALL_DAYS = (*WEEK, "holiday")


def staffing_problems(tree: Tree) -> Iterator[Finding]:
    """Yield shifts of one team that overlap, and rosters beyond the seats of their site."""
    for name, group in entries(tree, "groups"):
        yield from _overlaps(tree, name, group)
    for name, site in entries(tree, "sites"):
        seats = read(parse_count, site.get("seats"))
        if seats is not None:
            yield from _beyond_seats(tree, name, seats)


def _days(entry: Any) -> tuple[str, ...]:
    days = listed(part(entry, "days"))
    return tuple(day for day in days if day in _ALL_DAYS) if days else _ALL_DAYS


def _span(tree: Tree, entry: Any) -> Span | None:
    span: Span | None = read(parse_window, part(tree, "shifts", str(part(entry, "shift")), "time"))
    return span


def _pairs(one: tuple[str, ...], two: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    """Yield a day of ``one`` and how much later (in days) a day of ``two`` may start next to it."""
    for day in one:
        if day in two:
            yield day, 0.0
        follower = WEEK[(WEEK.index(day) + 1) % 7] if day in WEEK else None
        if follower in two:
            yield day, DAY_S


def _overlaps(tree: Tree, name: str, group: Tree) -> Iterator[Finding]:
    roster = [(place, entry) for place, entry in enumerate(listed(group.get("roster"))) if isinstance(entry, Mapping)]
    for (_, first), (place, second) in combinations(roster, 2):
        one, two = _span(tree, first), _span(tree, second)
        if first.get("team") != second.get("team") or one is None or two is None:
            continue
        for earlier, later, days in ((one, two, (_days(first), _days(second))), (two, one, (_days(second), _days(first)))):
            clash = next((day for day, shift in _pairs(*days) if _meet(earlier, later, shift)), None)
            if clash is not None:
                what = f"team {second.get('team')!r} works {format_window(one)} and {format_window(two)}, which overlap ({clash})"
                yield ("groups", name, "roster", place), what, "name another team, or shifts or days that do not overlap"
                break


def _meet(one: Span, two: Span, shift: float) -> bool:
    return one[0] < two[1] + shift and two[0] + shift < one[1]


def _present(tree: Tree, site: str) -> Iterator[tuple[str, int | None, float, Span, tuple[str, ...]]]:
    """Yield who sits at a site: group, place in its roster, heads after shrinkage, hours of the day, days."""
    for name, group in entries(tree, "groups"):
        if group.get("site") != site:
            continue
        ready = 1.0 - share_or_zero(group.get("shrinkage"))
        heads = read(parse_count, group.get("heads"))
        if heads:
            yield name, None, heads * ready, (0.0, DAY_S), _ALL_DAYS
        for place, entry in enumerate(listed(group.get("roster"))):
            span, heads = _span(tree, entry), read(parse_count, part(entry, "heads"))
            if span is not None and heads:
                yield name, place, heads * ready, span, _days(entry)


def _beyond_seats(tree: Tree, site: str, seats: int) -> Iterator[Finding]:
    present = list(_present(tree, site))
    for day in _ALL_DAYS:
        today = [(name, place, heads, span) for name, place, heads, span, days in present if day in days]
        for moment in sorted({span[0] for *_, span in today}):
            there = [one for one in today if one[3][0] <= moment < one[3][1]]
            heads = math.floor(sum(one[2] for one in there) + 1e-9)
            if heads > seats:
                name, place, *_ = there[-1]
                what = f"{heads} heads are at work at {site} on {day} at {format_time_of_day(moment)}, but it has {seats} seats"
                yield (
                    ("groups", name, *(("heads",) if place is None else ("roster", place, "heads"))),
                    what,
                    "roster fewer heads, or add seats",
                )
                return
