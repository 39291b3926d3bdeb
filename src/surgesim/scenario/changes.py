"""Changes of a scenario tree: dotted paths, merging of files, named overrides."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from surgesim.base.text import suggestion
from surgesim.scenario.schema import Finding, Path, child_of, keys_of, resolved, schema_of, unknown_key

Tree = dict[str, Any]


def path_of(dotted: str) -> Path:
    """Return the keys of ``groups.tokyo.heads``; positions of lists are numbers: ``targets.0.at_least``."""
    return tuple(dotted.split("."))


def dotted(path: Path) -> str:
    """Return a path as it is written: ``groups.tokyo.heads``."""
    return ".".join(map(str, path))


def merged(base: Any, change: Any) -> Any:
    """Return ``base`` with ``change`` laid over it: mappings are joined, all else is replaced, null removes."""
    if not isinstance(base, Mapping) or not isinstance(change, Mapping):
        return change
    joined = dict(base)
    for key, value in change.items():
        if value is None:
            joined.pop(key, None)
        else:
            joined[key] = merged(joined[key], value) if key in joined else value
    return joined


def changed(tree: Tree, changes: Mapping[str, Any], model: type[BaseModel]) -> tuple[Tree, list[Finding]]:
    """Return the tree with values set at dotted paths, and what is wrong with the paths (whose changes are left out).

    A value replaces what is there; null removes it. What lies beside the paths is that of the tree, not a copy.
    """
    copy, wrong = dict(tree), clashes([changes])
    for name, value in changes.items():
        problem = path_problem(tree, name, model)
        if problem is not None:
            wrong.append(problem)
        elif path_of(name) not in [path for path, *_ in wrong]:
            _put(copy, path_of(name), value)
    return copy, wrong


def clashes(sets: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Return every pair of paths, of one or of different sets of changes, of which one lies inside the other."""
    found: list[Finding] = []
    seen: dict[Path, int] = {}
    for number, changes in enumerate(sets):
        for name in changes:
            path = path_of(name)
            for other, owner in seen.items():
                short = min(len(path), len(other))
                if path[:short] == other[:short]:
                    what = f"{name} is changed twice" if path == other else f"{dotted(other)} and {name} change the same place"
                    found.append((path, what, "change it in one place" if owner == number else "name only one of the overrides"))
            seen[path] = number
    return found


def path_problem(tree: Tree, name: str, model: type[BaseModel]) -> Finding | None:
    """Return what is wrong with a dotted path, None if it can be set."""
    root = schema_of(model)
    keys = name.split(".")
    node, here = root, tree
    for place, key in enumerate(keys):
        node = resolved(root, node, here)
        last = place == len(keys) - 1
        if isinstance(here, list):
            mend = _position_mend(key, here, last)
        elif node.get("properties") is not None or node.get("kinds"):
            mend = None if key in keys_of(node) else unknown_key(key, node)
        elif last or not isinstance(here, Mapping) or key in here:
            mend = None
        else:
            mend = suggestion(key, here)
        below = child_of(root, node, _position(key), here)
        if mend is None and (key == "" or below is None):
            mend = f"{'.'.join(keys[:place])} has nothing below it"
        if mend is not None or below is None:
            return path_of(name), f"unknown path {name!r}: {key!r} is not there", str(mend)
        node, here = below, _below(here, key)
    return None


def fitting(tree: Tree, model: type[BaseModel]) -> Tree:
    """Return the tree without overrides of places that it no longer has."""
    overrides = tree.get("overrides")
    if not isinstance(overrides, Mapping):
        return tree
    kept = {
        name: changes
        for name, changes in overrides.items()
        if not isinstance(changes, Mapping) or not any(path_problem(tree, path, model) for path in changes)
    }
    return {**tree, "overrides": kept}


def _position(key: str) -> str | int:
    return int(key) if key.isdigit() else key


def _position_mend(key: str, items: list[Any], last: bool) -> str | None:
    if key.isdigit() and int(key) < len(items) + last:
        return None
    return f"write a position from 0 to {len(items) - (not last)}"


def _below(here: Any, key: str) -> Any:
    if isinstance(here, list):
        return here[int(key)] if int(key) < len(here) else None
    return here.get(key) if isinstance(here, Mapping) else None


def _put(tree: Any, path: Path, value: Any) -> None:
    """Set a value at a path of a tree that may be written to; what the path leads through is copied on the way."""
    *parents, last = path
    for key in parents:
        place = int(key) if isinstance(tree, list) else key
        # what is no mapping or list gives way: a null list item as well as a key that is not there
        below = _below(tree, str(key))
        tree[place] = below.copy() if isinstance(below, (dict, list)) else {}
        tree = tree[place]
    if isinstance(tree, list):
        tree[int(last) : int(last) + 1] = [] if value is None else [value]
    elif value is None:
        tree.pop(last, None)
    else:
        tree[last] = value


def chosen(overrides: Mapping[str, Mapping[str, Any]], names: Iterable[str]) -> tuple[dict[str, Any], list[Finding]]:
    """Return the changes of the named overrides together, and what is wrong with the names."""
    together: dict[str, Any] = {}
    wrong: list[Finding] = []
    known = [name for name in dict.fromkeys(names) if name in overrides]
    for name in names:
        if name not in overrides:
            wrong.append((("overrides",), f"no override is called {name!r}", suggestion(name, overrides)))
    for finding in clashes([overrides[name] for name in known]):
        owners = [name for name in known if finding[0] == path_of(name) or dotted(finding[0]) in overrides[name]]
        wrong.append((("overrides", owners[-1], dotted(finding[0])), f"{finding[1]}, by {' and '.join(owners)}", finding[2]))
    for name in known:
        together |= overrides[name]
    return together, wrong
