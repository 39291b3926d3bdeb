"""Helpers for the settings of routing policies: names become positions, texts become numbers."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from surgesim.base.errors import InputError, Problem
from surgesim.base.quantities import parse_duration
from surgesim.base.text import suggestion
from surgesim.sim.ticks import on_grid


class Names(NamedTuple):
    """Names of queues and groups, and who serves what.

    Attributes
    ----------
    queues, groups : tuple of str
        In the order of the scenario.
    rank : ndarray of int, shape (groups, queues)
        Place of a queue in the skills of a group; -1 where the group has not the skill.
    target_s : tuple of float
        Within which time each queue is to be answered, or finished where it is deferred work.
    away : ndarray of bool, shape (groups, queues)
        Where a queue is a branch at one site, the groups at other sites.
    after_s : tuple of float or None
        Wait after which these help; None where a queue is not shared among sites.
    """

    queues: tuple[str, ...]
    groups: tuple[str, ...]
    rank: Any
    target_s: tuple[float, ...] = ()
    away: Any = None
    after_s: tuple[float | None, ...] = ()


def numbers(
    settings: Mapping[str, Any], key: str, names: Sequence[str], default: float, problems: list[Problem], under: str = ""
) -> list[float]:
    """Return one number for each name, the default where none is given; what is wrong goes to ``problems``."""
    given = mapping(settings, key, names, problems, under)
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            where = f"routing.settings.{under}{key}.{name}"
            problems.append(Problem(f"{value!r} is not a number of at least 0", where, "write e.g. 2"))
    return [float(given[name]) if isinstance(given.get(name), int | float) else default for name in names]


def durations(
    settings: Mapping[str, Any], key: str, names: Sequence[str], defaults: Sequence[float], problems: list[Problem]
) -> list[float]:
    """Return one duration for each name, in seconds on the grain of time; what is wrong goes to ``problems``."""
    given, found = mapping(settings, key, names, problems), list(defaults)
    for place, name in enumerate(names):
        try:
            found[place] = on_grid(parse_duration(given[name]) if name in given else found[place])
        except InputError as error:
            problems += [Problem(wrong.what, f"routing.settings.{key}.{name}", wrong.instead) for wrong in error.problems]
    return found


def positions(
    lists: Mapping[str, Any], key: str, names: Sequence[str], where: str, problems: list[Problem]
) -> dict[str, int] | None:
    """Return the place of each name in the list of ``key``, None where there is no list."""
    if key not in lists:
        return None
    listed = lists[key] if isinstance(lists[key], list | tuple) else [lists[key]]
    for name in listed:
        if name not in names:
            problems.append(Problem(f"{name!r} is not defined", f"{where}.{key}", suggestion(str(name), names)))
    return {str(name): place for place, name in enumerate(listed)}


def mapping(
    settings: Mapping[str, Any], key: str, names: Sequence[str], problems: list[Problem], under: str = ""
) -> Mapping[str, Any]:
    """Return a setting that maps names to something; what is wrong goes to ``problems``."""
    given = settings.get(key, {})
    where = f"routing.settings.{under}{key}"
    if not isinstance(given, Mapping):
        problems.append(Problem(f"{given!r} is not a mapping from names", where, f"write e.g. {{{names[0]}: ...}}"))
        return {}
    problems += [Problem(f"{name!r} is not defined", where, suggestion(str(name), names)) for name in given if name not in names]
    return given
