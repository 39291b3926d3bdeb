"""The layers of a scenario file: what it extends, the overrides named, single values set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surgesim.base.errors import InputError, Problem
from surgesim.scenario.changes import changed, chosen, fitting, merged, path_of
from surgesim.scenario.document import Document, parse_yaml
from surgesim.scenario.findings import as_problems
from surgesim.scenario.named_files import moved
from surgesim.scenario.schema import Path as TreePath
from surgesim.scenario.text_file import read_text


@dataclass
class Layered:
    """A scenario tree put together from its layers.

    Attributes
    ----------
    tree : mapping
        The tree, without ``extends``.
    file_tree : mapping
        The tree before overrides and single values.
    partial : bool
        Whether a file that it extends could not be read.
    places : mapping
        ``file:line`` of every key and list item, by path.
    problems : list of Problem
        What is wrong with the layers themselves.
    folder : Path
        Folder that file names in the tree are relative to.
    file : str
        Name of the outermost file.
    """

    tree: dict[str, Any] = field(default_factory=dict)
    file_tree: dict[str, Any] = field(default_factory=dict)
    partial: bool = False
    places: dict[TreePath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    folder: Path = Path()
    file: str = ""


def read_layers(path: str | Path, overrides: Iterable[str] = (), sets: Iterable[str] = ()) -> Layered:
    """Put a scenario file together: what it extends, itself, the overrides named, the values set; later ones win."""
    layered = Layered(folder=Path(path).parent, file=str(path))
    document = _with_base(Path(path), str(path), layered.problems, ())
    layered.tree = layered.file_tree = document.tree
    layered.places = document.places
    layered.partial = "extends" in layered.tree and layered.tree.pop("extends") is None
    if layered.tree:
        _apply_overrides(layered, tuple([overrides] if isinstance(overrides, str) else overrides))
        _apply_sets(layered, tuple([sets] if isinstance(sets, str) else sets))
    return layered


def _with_base(path: Path, name: str, problems: list[Problem], above: tuple[Path, ...]) -> Document:
    """Return a file laid over the one it extends."""
    try:
        document = parse_yaml(read_text(path, name), name)
    except InputError as error:
        problems += error.problems
        return Document()
    problems += document.problems
    tree = document.tree
    base = tree.pop("extends", None)
    if base is None or document.problems:
        return document
    place = document.places[("extends",)]
    other, chain = path.parent / str(base), (*above, path.resolve())
    if not isinstance(base, str) or other.resolve() in chain:
        what = "extends goes round in a circle" if isinstance(base, str) else "extends names no file"
        problems.append(Problem(what, place, "name another scenario file"))
        return _lone(document)
    if not other.is_file():
        problems.append(Problem(f"extends: there is no file {base!r}", place, "file names are relative to this file"))
        return _lone(document)
    lower = _with_base(other, str(other), problems, chain)
    lower.tree = moved(lower.tree, other.parent, path.parent)
    _lay_over(lower, document)
    return lower


def _lone(document: Document) -> Document:
    """Mark a file whose base cannot be read: what it lacks may stand there."""
    document.tree["extends"] = None
    return document


def _lay_over(lower: Document, upper: Document) -> None:
    """Lay a document over another: values, and the lines where they stand."""
    replaced = {path for path, value in _leaves(upper.tree)}
    kept = {path: place for path, place in lower.places.items() if not any(path[:n] in replaced for n in range(1, len(path)))}
    lower.places = {**kept, **upper.places}
    lower.tree = merged(lower.tree, upper.tree)


def _leaves(tree: Any, path: TreePath = ()) -> list[tuple[TreePath, Any]]:
    if not isinstance(tree, Mapping):
        return [(path, tree)]
    return [leaf for key, value in tree.items() for leaf in _leaves(value, (*path, key))]


def _apply_overrides(layered: Layered, names: Sequence[str]) -> None:
    table = layered.tree.get("overrides")
    usable = {name: one for name, one in (table if isinstance(table, Mapping) else {}).items() if isinstance(one, Mapping)}
    together, wrong = chosen(usable, names)
    layered.problems += as_problems(wrong, layered.places, layered.file)
    if not wrong:
        origins = {one: ("overrides", name, one) for name in names for one in usable[name]}
        _apply(layered, together, {one: layered.places.get(path, layered.file) for one, path in origins.items()})


def _apply_sets(layered: Layered, sets: Sequence[str]) -> None:
    changes: dict[str, Any] = {}
    for text in sets:
        name, sign, value = text.partition("=")
        name, place = name.strip(), f"--set {text}"
        if not sign:
            layered.problems.append(Problem("no value is given", place, "write --set path=value"))
        elif name in changes:
            layered.problems.append(Problem(f"{name} is set twice", place, "set it once"))
        else:
            document = parse_yaml(f"value: {value}", place)
            layered.problems += [Problem(problem.what, place, problem.instead) for problem in document.problems]
            changes[name] = document.tree.get("value")
    _apply(layered, changes, {name: f"--set {name}" for name in changes})


def _apply(layered: Layered, changes: Mapping[str, Any], origins: Mapping[str, str]) -> None:
    """Set values at dotted paths. Overrides are checked with the file itself; here only what is asked for is done."""
    from surgesim.scenario.scenario import Scenario

    tree, wrong = changed(layered.tree, changes, Scenario)
    if wrong:
        places = {path_of(name): place for name, place in origins.items()}
        layered.problems += as_problems(wrong, places, layered.file)
        return
    layered.tree = fitting(tree, Scenario)
    for name, place in origins.items():
        keys = _tree_path(tree, name)
        layered.places = {path: known for path, known in layered.places.items() if path[: len(keys)] != keys}
        layered.places[keys] = place


def _tree_path(tree: Any, name: str) -> TreePath:
    """Return the path of a dotted name with positions of lists as numbers."""
    path: list[str | int] = []
    for key in name.split("."):
        path.append(int(key) if isinstance(tree, list) else key)
        tree = (
            (tree[int(key)] if int(key) < len(tree) else None)
            if isinstance(tree, list)
            else tree.get(key)
            if isinstance(tree, Mapping)
            else None
        )
    return tuple(path)
