"""What pydantic found, as plain sentences at a path of the file."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from surgesim.base.errors import InputError
from surgesim.base.text import did_you_mean, suggestion
from surgesim.scenario.schema import Finding, Path, Schema, node_at, raw_at, schema_of, unknown_key

Details = Mapping[str, Any]
Sentence = tuple[str, str]
"""What is wrong, what to write instead."""


def findings_of(error: ValidationError, tree: Any, model: type[BaseModel]) -> list[tuple[str, Finding]]:
    """Return the errors of a validation, each with its kind and its path in the tree."""
    root = schema_of(model)
    found: list[tuple[str, Finding]] = []
    for details in error.errors(include_url=False):
        path = _path(details["loc"], tree, whole=details["type"] in ("missing", "extra_forbidden"))
        inner = details.get("ctx", {}).get("error")
        kind = details["type"]
        if torn := _torn(kind, details["input"], path):
            found.append((kind, (path, *torn)))
            continue
        if isinstance(inner, InputError):
            mend = _example(raw_at(root, path, tree))
            found += [(kind, _own(path, tree, one.where, one.what, one.instead or mend)) for one in inner.problems]
        else:
            found.append((kind, (path, *_sentence(details, path, tree, root))))
    return list(dict.fromkeys(found))


def _torn(kind: str, value: Any, path: Path) -> Sentence | None:
    """A comma inside { } ends the value: ``{delay: lognormal(3d, cv 0.7)}`` is torn into two entries."""
    if isinstance(value, str) and value.count("(") > value.count(")"):
        return f"{value!r} has no closing bracket", "put quotes around a text that holds a comma, inside { } and [ ]"
    last = str(path[-1]) if path else ""
    if value is None and (last.count(")") > last.count("(") or (kind == "extra_forbidden" and " " in last)):
        return f"{last!r} is the rest of the text before it", "put quotes around a text that holds a comma, inside { } and [ ]"
    return None


def _own(path: Path, tree: Any, where: str, what: str, instead: str) -> Finding:
    """Place an error of ours: its own place is a key below the path, or part of the sentence."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else tree[int(key)] if isinstance(tree, list) else None
    if where and isinstance(tree, Mapping) and where in tree:
        return (*path, where), what, instead
    return path, what if where in ("", path[-1] if path else "") else f"{where}: {what}", instead


def _path(location: tuple[int | str, ...], tree: Any, whole: bool) -> Path:
    """Drop what is no key of the file: names of kinds and of validators, marks of keys."""
    path: list[str | int] = []
    for place, key in enumerate(location):
        last = whole and place == len(location) - 1
        if isinstance(tree, Mapping) and (str(key) in tree or last):
            tree = tree.get(str(key))
            path.append(str(key))
        elif isinstance(tree, list) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
            path.append(key)
    return tuple(path)


def _sentence(details: Details, path: Path, tree: Any, root: Schema) -> Sentence:
    kind, context, value = details["type"], details.get("ctx", {}), details["input"]
    if kind == "extra_forbidden":
        return f"unknown key {path[-1]!r}", unknown_key(str(path[-1]), node_at(root, path[:-1], tree))
    if kind == "missing":
        return _missing(path, raw_at(root, path, tree))
    if kind == "value_error":
        what, _, instead = str(context["error"]).partition("; ")
        return what, instead
    if value is None:
        return f"{_name(path)} is empty", _example(raw_at(root, path, tree))
    if kind in _KINDS:
        return _KINDS[kind](value, context)
    return f"{_name(path)} is {_shown(value)}: {details['msg']}", _example(raw_at(root, path, tree))


def _missing(path: Path, node: Schema) -> Sentence:
    return f"{_name(path)} is missing", f"add it: {node.get('description', 'it has no default').rstrip('.')}"


def _name(path: Path) -> str:
    last = path[-1] if path else "the file"
    return f"entry {last + 1}" if isinstance(last, int) else repr(last) if path else last


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, (list, tuple)) else repr(value)


def _example(node: Schema) -> str:
    examples = [one for one in node.get("examples", []) if isinstance(one, str)]
    return f"write for example {examples[0]}" if examples else "write a value, or delete the line"


def _choice(value: Any, context: Details) -> Sentence:
    options = [part.strip(" '") for part in str(context["expected"]).replace(" or ", ", ").split(",")]
    if options == ["1"]:
        return f"the file has format {_shown(value)}; this version of surgesim reads format 1", "write surgesim: 1"
    if not isinstance(value, str):
        return f"{_shown(value)} is not one of the possible values", f"write one of: {', '.join(options)}"
    return f"{value!r} is not one of the possible values", suggestion(value, options)


def _kind(value: Any, context: Details) -> Sentence:
    options = [part.strip(" '") for part in str(context["expected_tags"]).split(",")]
    near = did_you_mean(str(context["tag"]), options)
    return f"unknown kind {context['tag']!r}", f"did you mean {near!r}?" if near else f"write one of: {', '.join(options)}"


def _text(value: Any, context: Details) -> Sentence:
    return (
        f"{_shown(value)} stands where text is meant",
        "write text, in quotes if it looks like a number",
    )


def _mapping(value: Any, context: Details) -> Sentence:
    return f"{_shown(value)} stands where keys with values are meant", "write `key: value` lines, indented below"


def _list(value: Any, context: Details) -> Sentence:
    return f"{_shown(value)} stands where a list is meant", "write it in square brackets: [...]"


def _whole(value: Any, context: Details) -> Sentence:
    return f"{_shown(value)} is not a whole number", "write digits without a unit"


def _name_pattern(value: Any, context: Details) -> Sentence:
    fitting = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in str(value).lower()).strip("-")
    mend = f"write {fitting}" if fitting.strip("-") else "write for example main-desk"
    return f"{value!r} is not a name: lower-case letters, digits, hyphen and underscore", mend


_KINDS: dict[str, Callable[[Any, Details], Sentence]] = {
    "literal_error": _choice,
    "union_tag_invalid": _kind,
    "union_tag_not_found": lambda value, context: ("the kind is not said", "add kind:"),
    "string_type": _text,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "dict_type": _mapping,
    "mapping_type": _mapping,
    "tuple_type": _list,
    "list_type": _list,
    "int_type": _whole,
    "int_parsing": _whole,
    "int_from_float": _whole,
    "string_pattern_mismatch": _name_pattern,
    "string_too_long": lambda value, context: (
        f"{str(value)[:30]!r}... is too long",
        f"use at most {context['max_length']} letters",
    ),
    "too_short": lambda value, context: ("at least one entry is needed here", "add one"),
    "greater_than_equal": lambda value, context: (f"{value} is too small", f"write at least {context['ge']}"),
    "less_than_equal": lambda value, context: (f"{value} is too large", f"write at most {context['le']}"),
    "bool_type": lambda value, context: (f"{_shown(value)} is neither true nor false", "write true or false"),
    "bool_parsing": lambda value, context: (f"{_shown(value)} is neither true nor false", "write true or false"),
}
