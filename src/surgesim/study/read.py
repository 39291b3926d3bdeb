"""A study as a file: which scenario, which points, how many replications, what to print.

study: 1
scenario: ../kettle-recall.yaml
replications: 20
grid:
  groups.tokyo.heads: [60, 80, 100]
  override: [as-is, bad-press]
measures: [service_level, abandonment]
by: [queue]
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from surgesim.base.errors import InputError, Problem, ScenarioError
from surgesim.engines import REPLICATIONS
from surgesim.result.measures import choose
from surgesim.result.sums import clean_by
from surgesim.scenario.document import Document, parse_yaml
from surgesim.scenario.fields import Closed
from surgesim.scenario.findings import as_problems, read_fields
from surgesim.scenario.read import load
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.text_file import read_text
from surgesim.study.grid import Point, numbered, points_of
from surgesim.study.study import Study


class StudyFile(Closed):
    """A file of a study."""

    study: Literal[1]
    """Version of the file format."""
    scenario: str
    """Scenario file, relative to this file."""
    overrides: tuple[str, ...] = ()
    """Named overrides that every point has."""
    grid: Annotated[Mapping[str, Any], Field(min_length=1)] | None = None
    """Every combination: dotted path to a list of values, `override` to a list of names, any name to labelled changes."""
    points: Annotated[tuple[Mapping[str, Any], ...], Field(min_length=1)] | None = None
    """Points one by one, each a mapping from dotted path (or `override`) to value."""
    engine: Literal["sim", "reference", "erlang", "fluid"] = "sim"
    """Engine."""
    replications: Annotated[int, Field(ge=1)] = REPLICATIONS
    """Replications at every point."""
    seed: Annotated[int, Field(ge=0)] = 1
    """Seed; every point sees the same luck."""
    measures: Annotated[tuple[str, ...], Field(min_length=1)] = ("service_level", "abandonment", "asa_s", "occupancy")
    """Measures to print."""
    by: tuple[str, ...] = ()
    """What to divide them by: `queue`, `day`, `group` ...; nothing for the whole horizon."""
    base: Mapping[str, Any] | None = None
    """Coordinates of a point; paired differences to it are printed where it is given."""


def load_study(path: str | Path) -> tuple[Study, StudyFile]:
    """Return the study of a YAML file, and the file as read.

    Raises
    ------
    InputError
        With every problem found, each with its line, those of the scenario included.
    """
    document = _document(Path(path))
    file, found = read_fields(document.tree, Path(path).parent, StudyFile)
    problems = [*document.problems, *as_problems(found, document.places, str(path))]
    if file is None or problems:
        raise ScenarioError(dict.fromkeys(problems))
    problems += _names(file, document, str(path))
    scenario = _scenario(file, Path(path), document, problems)
    points = _points(file, scenario, document, problems) if scenario is not None else ()
    if scenario is None or problems:
        raise ScenarioError(dict.fromkeys(problems))
    made = Study(scenario, file.grid or file.points, file.replications, file.seed, file.engine, points=points)
    _check_base(made, file, document)
    return made, file


def _check_base(study: Study, file: StudyFile, document: Document) -> None:
    """Raise InputError before anything is computed where no point, or several, is the base."""
    if file.base is not None:
        try:
            numbered(study.points, file.base)
        except InputError as error:
            place = document.places[("base",)]
            raise InputError(Problem(one.what, place, one.instead) for one in error.problems) from None


def _document(path: Path) -> Document:
    return parse_yaml(read_text(path, str(path)), str(path))


def _names(file: StudyFile, document: Document, path: str) -> list[Problem]:
    """Return what is wrong with the names of measures and columns, and with the choice between grid and points."""
    problems = []
    if (file.grid is None) == (file.points is None):
        what = "grid and points are both given" if file.grid is not None else "neither grid nor points is given"
        problems.append(Problem(what, document.places.get(("points",), f"{path}:1"), "write one of the two"))
    for key, values, read in (("measures", file.measures, choose), ("by", file.by, clean_by)):
        for number, value in enumerate(values):
            try:
                read([value])
            except InputError as error:
                place = document.places.get((key, number), path)
                problems += [Problem(one.what, place, one.instead) for one in error.problems]
    return problems


def _scenario(file: StudyFile, path: Path, document: Document, problems: list[Problem]) -> Scenario | None:
    try:
        return load(path.parent / file.scenario, file.overrides)
    except InputError as error:
        here = document.places[("scenario",)]
        missing = not (path.parent / file.scenario).is_file()
        problems += [Problem(one.what, here if missing else one.where, one.instead) for one in error.problems]
        return None


def _points(file: StudyFile, scenario: Scenario, document: Document, problems: list[Problem]) -> tuple[Point, ...]:
    key = "grid" if file.grid is not None else "points"
    written: Mapping[str, Any] | Sequence[Any] | None = file.grid if file.grid is not None else file.points
    try:
        return points_of(scenario, written, document.places, key)
    except InputError as error:
        problems += error.problems
        return ()
