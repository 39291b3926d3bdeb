"""Reading on after an error, so that all problems are found at once.

Rules that look at several keys of one place run only where every key can be read. So what is wrong is replaced by an
example from the schema (or deleted, where the key does not exist), and the tree is validated again.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from surgesim.base.text import did_you_mean
from surgesim.scenario.schema import Finding, Path, Schema, raw_at, resolved

ROUNDS = 4
_TIME = re.compile(r"[0-9]:[0-9]|^[0-9]{4}-")
_NOTHING = object()

Validate = Callable[[Any], Sequence[tuple[str, Finding]]]
"""Tree to the errors found, each with its kind."""


def all_findings(tree: Any, root: Schema, validate: Validate) -> list[Finding]:
    """Return the findings of a tree and of the trees in which they are put right, as far as that goes."""
    found: list[Finding] = []
    mended: list[Path] = []
    copy = tree
    for _ in range(ROUNDS):
        news = [(kind, one) for kind, one in validate(copy) if one not in found and not _inside(one[0], mended)]
        found += [one for _, one in news]
        places = [(kind, one[0]) for kind, one in news]
        if not places:
            break
        copy = deepcopy(copy)
        mended += [path for kind, path in places if _mend(copy, path, kind, root)]
    return list(dict.fromkeys(found))


def _inside(path: Path, mended: Sequence[Path]) -> bool:
    return any(path[: len(one)] == one for one in mended)


def _mend(tree: Any, path: Path, kind: str, root: Schema) -> bool:
    """Put one place right; tell whether that could be done."""
    if not path:
        return False
    parent: Any = tree
    *above, last = path
    for key in above:
        parent = parent[key]
    if kind == "extra_forbidden":
        parent.pop(last, None)
        return True
    old = None if kind == "missing" else parent[last]
    if isinstance(old, (Mapping, list)) and kind != "missing":
        return False
    new = _example(root, raw_at(root, path, tree), old)
    if new is _NOTHING:
        return False
    parent[last] = new
    return True


def _example(root: Schema, node: Schema, old: Any) -> Any:
    node = resolved(root, node)
    examples = node.get("examples", [])
    if "kinds" in node or any(_TIME.search(str(one)) for one in examples):
        return _NOTHING  # an example of a time would be too early or too late for something else
    if "const" in node:
        return node["const"]
    if "enum" in node:
        return (did_you_mean(old, node["enum"]) if isinstance(old, str) else None) or _NOTHING
    if examples:
        return examples[0]
    if "properties" in node:
        made = {key: _example(root, node["properties"][key], None) for key in node.get("required", [])}
        return _NOTHING if any(value is _NOTHING for value in made.values()) else made
    return max(1, node.get("minimum", 1)) if node.get("type") == "integer" else _NOTHING
