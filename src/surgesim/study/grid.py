"""Which points a study has: every combination of the values of a grid, named overrides, or the rows of a table."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from surgesim.base.errors import InputError, Problem, ScenarioError
from surgesim.base.text import suggestion
from surgesim.scenario.changes import clashes, path_problem
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.schema import Path as TreePath

if TYPE_CHECKING:
    import polars as pl

OVERRIDE, AS_IS = "override", "as-is"
"""The axis of named overrides, and its value for none."""

Scalar = int | float | str | bool | None
Places = Mapping[TreePath, str]
_NONE: Places = {}


@dataclass(frozen=True)
class Point:
    """One point of a study.

    Attributes
    ----------
    number : int
        Position in the study, from 0.
    coordinates : mapping
        Name of each axis to the value there, as it is shown.
    changes : mapping
        Dotted path to value: what is changed in the scenario.
    """

    number: int
    coordinates: Mapping[str, Scalar]
    changes: Mapping[str, Any]

    def __str__(self) -> str:
        return ", ".join(f"{axis} {value}" for axis, value in self.coordinates.items()) or "the scenario as it stands"


Choice = tuple[Scalar, Mapping[str, Any]]
"""A value of an axis: what is shown, and what it changes."""


def points_of(scenario: Scenario, grid: Any, places: Places = _NONE, key: str = "grid") -> tuple[Point, ...]:
    """Return the points of a grid.

    Parameters
    ----------
    scenario : Scenario
        What is varied.
    grid : mapping, sequence of str, sequence of mappings, or data frame, or None
        A mapping from axis to values gives every combination, the last axis varying fastest; an axis is a dotted path
        with the values to write there, or ``override`` with names of overrides (``as-is`` for none), or any name with a
        mapping from label to changes. A list of names is an axis of overrides. Rows (mappings, or a frame of polars or
        pandas) are points by themselves, their columns being paths or ``override``; empty cells change nothing.
    places : mapping, optional
        ``file:line`` of every key and list item below ``key``, for messages.

    Raises
    ------
    ScenarioError
        Unknown paths or overrides, values that cannot be used, axes that change the same place; all at once.
    """
    rows = _rows(grid)
    if rows is not None:
        return _points_of_rows(scenario, rows, places, key)
    axes = {OVERRIDE: grid} if isinstance(grid, Sequence) and not isinstance(grid, str) else (grid or {})
    if not isinstance(axes, Mapping):
        raise InputError(Problem(f"{grid!r} is no grid", key, "write {path: [value, ...]}"))
    axes = {axis: _listed(values) for axis, values in axes.items()}
    problems: list[Problem] = []
    choices = {axis: _choices(scenario, str(axis), values, (key, axis), places, problems) for axis, values in axes.items()}
    problems += _unusable_values(scenario, axes, choices, places, key)
    problems += _clashes(choices, places, key)
    if problems:
        raise ScenarioError(dict.fromkeys(problems))
    return tuple(
        Point(number, dict(zip(axes, (value for value, _ in one), strict=True)), _joined(changes for _, changes in one))
        for number, one in enumerate(itertools.product(*choices.values()))
    )


def _listed(values: Any) -> Any:
    """Return the values of an axis as a list that can be read twice, numbers of NumPy as plain ones."""
    plain = isinstance(values, str | Mapping) or not isinstance(values, Iterable)
    return values if plain else [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _joined(changes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    together: dict[str, Any] = {}
    for one in changes:
        together |= one
    return together


def _place(places: Places, path: TreePath) -> str:
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return places[path[:length]]
    return ".".join(map(str, path[1:]))


def _choices(scenario: Scenario, axis: str, values: Any, path: TreePath, places: Places, problems: list[Problem]) -> list[Choice]:
    """Return the values of an axis; what is wrong with it goes to ``problems``."""
    labels: Mapping[Any, Any] = values if isinstance(values, Mapping) else {}
    if isinstance(values, str) or not isinstance(values, Iterable) or not list(values):
        problems.append(Problem(f"{axis} has no values", _place(places, path), "write a list of values"))
        return []
    found: list[Choice] = []
    for position, value in enumerate(values):
        here = (*path, value if labels else position)
        changes, wrong = _changes(scenario, axis, value, labels.get(value))
        if wrong is not None:
            problems += [Problem(one.what, _place(places, here), one.instead) for one in wrong]
        found.append((_shown(value), changes))
    if len({shown for shown, _ in found}) < len(found):
        problems.append(Problem(f"{axis} has a value twice", _place(places, path), "write every value once"))
    return found


def _changes(scenario: Scenario, axis: str, value: Any, named: Any) -> tuple[Mapping[str, Any], list[Problem] | None]:
    if named is not None:
        good = isinstance(named, Mapping)
        return (named, None) if good else ({}, [Problem(f"{value}: {named!r} is no mapping", instead="write {path: value}")])
    if axis != OVERRIDE:
        finding = path_problem(scenario.tree(), axis, Scenario)
        return ({axis: value}, None) if finding is None else ({}, [Problem(finding[1], instead=finding[2])])
    if value in (AS_IS, None) and AS_IS not in scenario.overrides:
        return {}, None
    if value not in scenario.overrides:
        return {}, [Problem(f"no override is called {value!r}", instead=suggestion(str(value), [AS_IS, *scenario.overrides]))]
    return scenario.overrides[value], None


def _unusable_values(
    scenario: Scenario, axes: Mapping[str, Any], choices: Mapping[str, list[Choice]], places: Places, key: str
) -> Iterator[Problem]:
    """Yield what is wrong with each value, unless a value of another axis mends it: 40 heads where there are 50 seats."""
    for axis, values in choices.items():
        others = [changes for other, some in choices.items() if other != axis for _, changes in some if changes]
        for position, (shown, changes) in enumerate(values):
            wrong = _unusable(scenario, changes) if changes else None
            if wrong is None or any(_unusable(scenario, {**more, **changes}) is None for more in others):
                continue
            here = _place(places, (key, axis, str(shown) if isinstance(axes[axis], Mapping) else position))
            yield from (Problem(one.what, here, one.instead) for one in wrong)


def _unusable(scenario: Scenario, changes: Mapping[str, Any]) -> list[Problem] | None:
    try:
        scenario.but("point", changes)
    except ScenarioError as error:
        return [Problem(f"{one.where}: {one.what}" if one.where else one.what, "", one.instead) for one in error.problems]
    return None


def _shown(value: Any) -> Scalar:
    return value if isinstance(value, Scalar) else json.dumps(value, ensure_ascii=False)


def _clashes(choices: Mapping[str, list[Choice]], places: Places, key: str) -> Iterator[Problem]:
    paths = [{path: None for _, changes in values for path in changes} for values in choices.values()]
    for _, what, _ in clashes(paths):
        yield Problem(what, _place(places, (key,)), "let only one axis change it")


def _rows(grid: Any) -> list[Mapping[str, Any]] | None:
    """Return the rows of a table, None where the grid is something else."""
    if hasattr(grid, "to_dicts"):
        return list(grid.to_dicts())
    if hasattr(grid, "to_dict"):
        return [{key: None if value != value else value for key, value in row.items()} for row in grid.to_dict("records")]
    if isinstance(grid, Sequence) and not isinstance(grid, str) and grid and all(isinstance(row, Mapping) for row in grid):
        return list(grid)
    return None


def _points_of_rows(scenario: Scenario, rows: list[Mapping[str, Any]], places: Places, key: str) -> tuple[Point, ...]:
    problems: list[Problem] = []
    points = []
    for number, row in enumerate(rows):
        written = {axis: _plain(value) for axis, value in row.items() if value is not None}
        parts, where = [], _place(places, (key, number)) or f"point {number}"
        for axis, value in written.items():
            changes, wrong = _changes(scenario, axis, value, None)
            problems += [Problem(one.what, where, one.instead) for one in wrong or ()]
            parts.append(changes)
        problems += [Problem(what, where, "change it in one place") for _, what, _ in clashes(parts)]
        points.append(Point(number, {axis: _shown(_plain(value)) for axis, value in row.items()}, _joined(parts)))
    if problems:
        raise ScenarioError(dict.fromkeys(problems))
    return tuple(points)


def numbered(points: Sequence[Point], where: Mapping[str, Scalar]) -> int:
    """Return the number of the one point with these coordinates.

    Raises
    ------
    InputError
        No point, or several.
    """
    found = [one.number for one in points if where.items() <= one.coordinates.items()]
    if len(found) != 1:
        what = f"{len(found) or 'no'} points have {dict(where)}"
        raise InputError(Problem(what, "point", "name the coordinates of one point, as study.table shows them"))
    return found[0]


def table_of(points: Sequence[Point]) -> "pl.DataFrame":
    """Return ``point`` and the coordinates of each; a column is text where not all its values are numbers."""
    import polars as pl

    names = list(dict.fromkeys(name for point in points for name in point.coordinates))
    columns = [pl.Series("point", [point.number for point in points], dtype=pl.Int32)]
    for name in names:
        values = [point.coordinates.get(name) for point in points]
        numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values if value is not None)
        columns.append(
            pl.Series(name, values)
            if numbers
            else pl.Series(name, [None if v is None else str(v) for v in values], dtype=pl.String)
        )
    return pl.DataFrame(columns)
