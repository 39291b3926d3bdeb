"""Everything that is wrong with a scenario tree, at once."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from surgesim.base.errors import Problem
from surgesim.scenario.changes import changed, path_of
from surgesim.scenario.consistency import consistency_problems
from surgesim.scenario.named_files import file_problems
from surgesim.scenario.recovery import all_findings
from surgesim.scenario.references import reference_problems
from surgesim.scenario.schema import Finding, schema_of
from surgesim.scenario.schema import Path as TreePath
from surgesim.scenario.sentences import findings_of

M = TypeVar("M", bound=BaseModel)

_NONE: Mapping[str, Any] = MappingProxyType({})
CHECKED = "checked"
"""Key of the validation context that says: names and consistency are checked by the caller."""


def cross_problems(tree: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong between the parts of a tree: names, seats, shifts, kinds, days."""
    return [*reference_problems(tree), *consistency_problems(tree)]


def validated(
    tree: Mapping[str, Any], folder: Path, model: type[M], known: Mapping[str, Any] = _NONE
) -> tuple[M | None, list[Finding]]:
    """Return the model of a tree, and everything that is wrong with the tree (then the model is None).

    ``known`` are sections of the tree that have been read already, by name; they are not read again.
    """
    made, found = read_fields(tree, folder, model, known)
    found += [*cross_problems(tree), *file_problems(tree, folder)]
    return (None if found else made), list(dict.fromkeys(found))


def read_fields(
    tree: Mapping[str, Any], folder: Path, model: type[M], known: Mapping[str, Any] = _NONE
) -> tuple[M | None, list[Finding]]:
    """Return the model of a tree, and what is wrong with its keys and values (not with the names among them)."""
    try:
        return model.model_validate({**tree, **known}, context={"folder": folder, CHECKED: True}), []
    except ValidationError:
        return None, all_findings(tree, schema_of(model), lambda copy: _errors(copy, folder, model))


def _errors(tree: Any, folder: Path, model: type[BaseModel]) -> list[tuple[str, Finding]]:
    try:
        model.model_validate(tree, context={"folder": folder, CHECKED: True})
    except ValidationError as error:
        return findings_of(error, tree, model)
    return []


def override_findings(tree: Mapping[str, Any], folder: Path, model: type[M]) -> list[Finding]:
    """Try every override of a file by itself; say what is wrong at the line of the override."""
    overrides = tree.get("overrides")
    known = validated({**tree, "overrides": {}}, folder, model)[1] if overrides else []
    found: list[Finding] = []
    for name, changes in overrides.items() if isinstance(overrides, Mapping) else ():
        if not isinstance(changes, Mapping):
            continue
        varied, wrong = changed({**tree, "overrides": {}}, changes, model)
        found += [(("overrides", name, ".".join(map(str, path))), what, mend) for path, what, mend in wrong]
        news = validated(varied, folder, model)[1]
        found += [_at_override(name, changes, finding) for finding in news if finding not in known]
    return found


def _at_override(name: str, changes: Mapping[str, Any], finding: Finding) -> Finding:
    path = tuple(map(str, finding[0]))
    owners = [one for one in changes if path[: len(path_of(one))] == path_of(one) or path_of(one)[: len(path)] == path]
    place: TreePath = ("overrides", name, owners[0]) if owners else ("overrides", name)
    return place, f"{'.'.join(path)}: {finding[1]}", finding[2]


def as_problems(found: Sequence[Finding], places: Mapping[TreePath, str], file: str = "") -> list[Problem]:
    """Return findings as problems at their lines, sorted by line; without lines, at their dotted paths."""
    problems = [Problem(_what(path, what, places), _place(path, places, file), mend) for path, what, mend in found]
    return sorted(problems, key=lambda problem: _order(problem.where))


def _what(path: TreePath, what: str, places: Mapping[TreePath, str]) -> str:
    return f"{'.'.join(map(str, path))}: {what}" if places and path and not what.startswith(".".join(map(str, path))) else what


def _place(path: TreePath, places: Mapping[TreePath, str], file: str) -> str:
    if not places:
        return ".".join(map(str, path)) or file
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return places[path[:length]]
    return f"{file}:1" if file else ""


def _order(where: str) -> tuple[str, int]:
    file, _, line = where.rpartition(":")
    return (file, int(line)) if line.isdigit() else (where, 0)
