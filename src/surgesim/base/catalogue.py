"""Shelves of kinds: one file in a shelf's folder is one kind, and so is an entry point of a third party.

A package is a shelf when its ``__init__`` says ``SHELF = Shelf(...)``. A module in it is a kind when it says
``KIND = "data-leak"`` and ``SUMMARY = "..."``; both are read without running the module. Modules whose names start
with an underscore are helpers. Third parties add a kind by an entry point in the group ``surgesim.<shelf>`` whose
name is the kind and whose value is a module, or an object, with the same attributes.
"""

import ast
import importlib
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from surgesim.base.errors import CatalogueError, Problem
from surgesim.base.text import did_you_mean, suggestion

__all__ = ["Kind", "Shelf", "did_you_mean", "shelves"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind on a shelf.

    Parameters
    ----------
    name : str
        What is written in a scenario.
    origin : str
        The module that holds it; for third parties with the distribution in front.
    built_in : bool
        Whether it comes with surgesim.
    """

    name: str
    origin: str
    built_in: bool
    _load: Callable[[], Any] = field(repr=False, compare=False)
    _summary: str | None = field(default=None, repr=False, compare=False)

    def load(self) -> Any:
        """Return the module, or the object of the entry point."""
        return self._load()

    @property
    def summary(self) -> str:
        """One line on what it is; loads kinds of third parties."""
        return self._summary if self._summary is not None else str(getattr(self.load(), "SUMMARY", ""))


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of kinds, and the entry points that add to it.

    Parameters
    ----------
    name : str
        For example ``"routing"``; the entry point group is ``surgesim.routing``.
    package : str
        The package that holds the kinds: ``__name__``.
    summary : str
        One line on what its kinds are.
    attributes : tuple of str
        Names that every kind must have.
    """

    name: str
    package: str
    summary: str = ""
    attributes: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """Name of the entry point group."""
        return f"surgesim.{self.name}"

    def kinds(self) -> dict[str, Kind]:
        """Return all kinds by name, sorted.

        Raises
        ------
        CatalogueError
            Two kinds of one name, or a module without KIND and SUMMARY; all at once.
        """
        problems: list[Problem] = []
        found: dict[str, Kind] = {}
        for kind in (*self._modules(problems), *self._entry_points()):
            if kind.name in found:
                what = f"{self.name} {kind.name!r} is declared twice, by {found[kind.name].origin} and {kind.origin}"
                problems.append(Problem(what, instead="rename or uninstall one of them"))
            found[kind.name] = kind
        if problems:
            raise CatalogueError(problems)
        return dict(sorted(found.items()))

    def get(self, name: str) -> Kind:
        """Return a kind by name.

        Raises
        ------
        CatalogueError
            No such kind; says which name is near, and all there are.
        """
        kinds = self.kinds()
        if name not in kinds:
            raise CatalogueError(Problem(f"no {self.name} is called {name!r}", instead=suggestion(name, kinds)))
        return kinds[name]

    def load(self, name: str) -> Any:
        """Return the module (or the object of the entry point) of a kind, with every attribute of the shelf.

        Raises
        ------
        CatalogueError
            No such kind, or it does not load, or it lacks attributes.
        """
        kind = self.get(name)
        try:
            loaded = kind.load()
        except (ImportError, AttributeError) as error:
            what = f"{self.name} {name!r} of {kind.origin} does not load: {error}"
            raise CatalogueError(Problem(what, instead="repair or uninstall it")) from error
        lacking = [attribute for attribute in self.attributes if not hasattr(loaded, attribute)]
        if lacking:
            what = f"{self.name} {name!r} of {kind.origin} has no {', '.join(lacking)}"
            raise CatalogueError(Problem(what, instead=f"a {self.name} has {', '.join(self.attributes)}"))
        return loaded

    def _modules(self, problems: list[Problem]) -> Iterator[Kind]:
        for path in _files(self.package):
            said = _declared(path, path.stat().st_mtime_ns)
            module = f"{self.package}.{path.stem}"
            if not isinstance(said.get("KIND"), str) or not isinstance(said.get("SUMMARY"), str):
                mend = f'write KIND = "{path.stem.replace("_", "-")}" and SUMMARY = "..."'
                problems.append(Problem("a module on a shelf does not say KIND and SUMMARY", module, mend))
                continue
            yield Kind(said["KIND"], module, True, _importer(module), said["SUMMARY"])

    def _entry_points(self) -> Iterator[Kind]:
        seen: set[tuple[str, str]] = set()
        for point in _points(self.group, _path_now()):
            # one distribution found twice on the path (installed, and in its source folder) is no clash
            if (point.name, point.value) in seen:
                continue
            seen.add((point.name, point.value))
            owner = f"{point.dist.name}: " if point.dist is not None else ""
            yield Kind(point.name, f"{owner}{point.value}", False, point.load)


def _path_now() -> tuple[tuple[str, int], ...]:
    """Return where distributions are looked for, with the time of the last change: installing one changes it."""
    return tuple((place, _changed_ns(place or ".")) for place in sys.path)


def _changed_ns(place: str) -> int:
    try:
        return os.stat(place).st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=64)
def _points(group: str, path: tuple[tuple[str, int], ...]) -> tuple[importlib.metadata.EntryPoint, ...]:
    """Return the entry points of a group; reading them takes 15 ms where many distributions are installed."""
    return tuple(importlib.metadata.entry_points(group=group))


def _importer(module: str) -> Callable[[], Any]:
    return lambda: importlib.import_module(module)


def _folders(package: str) -> list[Path]:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise CatalogueError(Problem(f"{package} is not a package"))
    return [Path(place) for place in spec.submodule_search_locations]


def _files(package: str) -> list[Path]:
    """Return the modules in the folder of a package, without helpers."""
    paths = (path for folder in _folders(package) for path in folder.glob("*.py"))
    return sorted(path for path in paths if not path.name.startswith("_"))


@lru_cache(maxsize=1024)
def _declared(path: Path, changed_ns: int) -> dict[str, Any]:
    """Return the constants that a module sets to literals, read without running it."""
    said: dict[str, Any] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                said[target.id] = node.value.value if isinstance(node.value, ast.Constant) else node.value
    return said


def shelves(package: str = "surgesim") -> dict[str, Shelf]:
    """Return all shelves by name: every package below ``package`` whose ``__init__`` says SHELF.

    Raises
    ------
    CatalogueError
        Two shelves of one name.
    """
    found: dict[str, Shelf] = {}
    for root in _folders(package):
        for path in sorted(root.rglob("__init__.py")):
            if "SHELF" not in _declared(path, path.stat().st_mtime_ns):
                continue
            name = ".".join((package, *path.parent.relative_to(root).parts))
            shelf = importlib.import_module(name).SHELF
            if shelf.name in found:
                raise CatalogueError(Problem(f"two shelves are called {shelf.name!r}", name, "rename one"))
            found[shelf.name] = shelf
    return dict(sorted(found.items()))
