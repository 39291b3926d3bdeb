"""Files that a scenario names: history, actuals, and samples of empirical laws."""

import csv
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from surgesim.base.text import did_you_mean, suggestion
from surgesim.scenario.schema import Finding

TreePath = tuple[str | int, ...]
_EMPIRICAL = re.compile(r"(empirical\(\s*)([^(),]*\.[A-Za-z]+)(\s*\))")
_LARGEST_HEADER = 100_000


def named_files(tree: Any, path: TreePath = ()) -> Iterator[tuple[TreePath, str]]:
    """Yield every file that a tree names, with the path of the text that names it."""
    if isinstance(tree, str):
        if path[-1:] == ("file",) and (path[0], len(path)) in (("demand", 3), ("actuals", 2)):
            yield path, tree
        yield from ((path, match[2].strip()) for match in _EMPIRICAL.finditer(tree))
    elif isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from named_files(value, (*path, key))
    elif isinstance(tree, (list, tuple)):
        for place, value in enumerate(tree):
            yield from named_files(value, (*path, place))


def moved(tree: Any, old: Path, new: Path) -> Any:
    """Return a tree in which files named relative to folder ``old`` are named relative to folder ``new``."""
    if old.resolve() == new.resolve():
        return tree
    return _renamed(
        tree, (), lambda name: name if Path(name).is_absolute() else Path(os.path.relpath(old / name, new)).as_posix()
    )


def bare(tree: Any) -> Any:
    """Return a tree in which files are named without their folders."""
    return _renamed(tree, (), lambda name: Path(name).name)


def _renamed(tree: Any, path: TreePath, rename: Callable[[str], str]) -> Any:
    if isinstance(tree, Mapping):
        return {key: _renamed(value, (*path, key), rename) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_renamed(value, (*path, place), rename) for place, value in enumerate(tree)]
    if not isinstance(tree, str):
        return tree
    if path[-1:] == ("file",) and (path[0], len(path)) in (("demand", 3), ("actuals", 2)):
        return rename(tree)
    return _EMPIRICAL.sub(lambda match: f"{match[1]}{rename(match[2].strip())}{match[3]}", tree)


def file_problems(tree: Mapping[str, Any], folder: Path) -> list[Finding]:
    """Return every history file that is missing or unreadable, and every column that it does not have."""
    found: list[Finding] = []
    sections: dict[TreePath, Any] = {("actuals",): tree.get("actuals")}
    sources = tree.get("demand")
    if isinstance(sources, Mapping):
        sections |= {("demand", name): source for name, source in sources.items()}
    for path, section in sections.items():
        if isinstance(section, Mapping) and isinstance(section.get("file"), str):
            found += _section_problems(path, section, folder)
    return found


def _section_problems(path: TreePath, section: Mapping[str, Any], folder: Path) -> list[Finding]:
    name = section["file"]
    try:
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            columns = [column.strip() for column in next(csv.reader([file.readline(_LARGEST_HEADER)]), [])]
    except FileNotFoundError:
        return [((*path, "file"), f"there is no file {name!r}", _near(folder / name, folder))]
    except UnicodeDecodeError:
        return [((*path, "file"), f"the file {name!r} is not UTF-8 text", "save it as CSV in UTF-8")]
    except (OSError, csv.Error) as error:
        return [((*path, "file"), f"the file {name!r} cannot be read: {error}", "name a CSV file")]
    return _column_problems((*path, "columns"), section.get("columns"), name, columns)


def _column_problems(path: TreePath, wanted: Any, name: str, columns: list[str]) -> list[Finding]:
    if not isinstance(wanted, Mapping):
        return []
    parts = wanted.get("parts")
    named = [((*path, key), wanted.get(key)) for key in ("start", "offered")]
    named += [((*path, "parts", column), column) for column in (parts if isinstance(parts, Mapping) else ())]
    return [
        (place, f"the file {name!r} has no column {column!r}", suggestion(column, columns))
        for place, column in named
        if isinstance(column, str) and column not in columns
    ]


def _near(path: Path, folder: Path) -> str:
    folders = {one for one in (folder, folder / "data", path.parent) if one.is_dir()}
    names = [Path(os.path.relpath(other, folder)).as_posix() for one in sorted(folders) for other in sorted(one.glob("*.csv"))]
    near = did_you_mean(os.path.relpath(path, folder), names)
    return f"did you mean {near!r}?" if near else "file names are relative to the scenario; check the name and the folder"
