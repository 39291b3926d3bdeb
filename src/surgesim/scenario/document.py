"""YAML text as plain mappings, lists and scalars that know their lines.

The events of ruamel.yaml are put together here rather than by its constructor, because a scenario needs every duplicate
key (not only the first), the line of every key, the scalars of YAML 1.2 (``09:00`` and ``2020-04-08`` stay text, ``yes``
stays text), and a limit on what aliases may expand to.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

from surgesim.base.errors import Problem
from surgesim.scenario.changes import merged

Path = tuple[str | int, ...]

MOST_VALUES = 100_000
DEEPEST = 40
_TAB = re.compile(r"^ *\t[ \t]*\S")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_MENDS = {
    "mapping values are not allowed here": "start a new line for the key, or put quotes around text that holds a colon",
    "could not find expected ':'": "write a colon and a space after the key",
    "found unexpected end of stream": "close the quotes",
    "found undefined alias": "define the anchor before it is used",
    "expected ',' or": "put a comma between the entries, close the bracket, and put quotes around text that holds a colon",
    "expected <block end>": "give entries of one mapping the same indentation",
    "while scanning a simple key": "write a colon and a space after the key",
}


@dataclass
class Document:
    """One YAML file, read.

    Attributes
    ----------
    tree : mapping
        Its content: mappings with text keys, lists, text, whole and decimal numbers, booleans, None.
    places : mapping
        ``file:line`` of every key and list item, by path.
    problems : list of Problem
        What is wrong with the file as YAML.
    """

    tree: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class _Stop(Exception):
    """Reading on makes no sense."""


def parse_yaml(text: str, file: str) -> Document:
    """Read YAML text; ``file`` is the name that stands in front of line numbers."""
    builder = _Builder(YAML(typ="safe", pure=True).parse(text), file)
    document = builder.document
    try:
        document.tree = builder.top()
    except _Stop:
        pass
    except YAMLError as error:
        document.problems += _tab_problems(text, file) or [_syntax_problem(error, file)]
    return document


def plain_value(text: str) -> Any:
    """Return the value of an unquoted scalar by the core schema of YAML 1.2."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if re.fullmatch(r"[-+]?[0-9]+", text) and len(text) < 20:
        return int(text)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?", text) and len(text) < 40:
        return float(text)
    return text


def _tab_problems(text: str, file: str) -> list[Problem]:
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _TAB.match(line)]
    return [
        Problem("the line is indented with a tab", f"{file}:{line}", "indent with spaces, two for each level") for line in lines
    ]


def _syntax_problem(error: YAMLError, file: str) -> Problem:
    mark = (error.problem_mark or error.context_mark) if isinstance(error, MarkedYAMLError) else None
    what = (error.problem if isinstance(error, MarkedYAMLError) else None) or str(error).splitlines()[0]
    mend = next((mend for start, mend in _MENDS.items() if start in f"{what} {getattr(error, 'context', '')}"), "")
    return Problem(
        f"not valid YAML: {what}", f"{file}:{mark.line + 1}" if mark else file, mend or "correct the line or the one before it"
    )


class _Builder:
    """Puts the events together."""

    def __init__(self, events: Iterator[Event], file: str) -> None:
        self.events = events
        self.file = file
        self.document = Document()
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.values = 0

    def place(self, event: Event) -> str:
        return f"{self.file}:{event.start_mark.line + 1}"

    def wrong(self, event: Event, what: str, instead: str) -> None:
        self.document.problems.append(Problem(what, self.place(event), instead))

    def stop(self, event: Event, what: str, instead: str) -> NoReturn:
        self.wrong(event, what, instead)
        raise _Stop

    def top(self) -> dict[str, Any]:
        mend = "write `key: value` lines; `surgesim new plain` prints a file to start from"
        event = next(self.events)
        while isinstance(event, (StreamStartEvent, DocumentStartEvent)):
            event = next(self.events)
        if not isinstance(event, (MappingStartEvent, ScalarEvent, SequenceStartEvent)):
            self.document.problems.append(Problem("the file is empty", f"{self.file}:1", mend))
            raise _Stop
        if not isinstance(event, MappingStartEvent):
            self.stop(event, "the file is not a mapping from keys to values", mend)
        tree: dict[str, Any] = self.node(event, ())
        for later in self.events:
            if isinstance(later, DocumentStartEvent):
                self.stop(later, "a second document begins here", "keep one scenario in a file; delete the line `---`")
        return tree

    def node(self, event: Event, path: Path) -> Any:
        self.count(event, 1)
        if len(path) > DEEPEST:
            self.stop(event, f"more than {DEEPEST} levels of nesting", "check the brackets and the indentation")
        if isinstance(event, AliasEvent):
            return self.alias(event)
        tag, anchor = getattr(event, "tag", None), getattr(event, "anchor", None)
        if tag not in (None, "!"):
            self.wrong(event, f"the tag {tag} is not used here", "delete the tag")
        before = self.values
        value = self.content(event, path)
        if anchor:
            self.anchors[anchor] = (value, self.values - before + 1)
        return value

    def content(self, event: Event, path: Path) -> Any:
        if isinstance(event, MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path)
        assert isinstance(event, ScalarEvent)
        return plain_value(event.value) if event.style is None else event.value

    def count(self, event: Event, values: int) -> None:
        self.values += values
        if self.values > MOST_VALUES:
            self.stop(
                event,
                f"the file expands to more than {MOST_VALUES:_} values",
                "use fewer aliases, and keep long series in a CSV file",
            )

    def alias(self, event: AliasEvent) -> Any:
        if event.anchor not in self.anchors:
            self.stop(event, f"the alias *{event.anchor} has no anchor before it", "define the anchor first, outside itself")
        value, size = self.anchors[event.anchor]
        self.count(event, size)
        return value

    def sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            here = (*path, len(items))
            self.document.places[here] = self.place(event)
            items.append(self.node(event, here))
        return items

    def mapping(self, path: Path) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        shared: list[Any] = []
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self.key(event)
            here = (*path, key)
            if key in tree:
                tree[key] = self.again(event, tree[key], here)
                continue
            if key != "<<":
                self.document.places[here] = self.place(event)
            value = self.node(next(self.events), here)
            if key == "<<":
                shared += value if isinstance(value, list) else [value]
            else:
                tree[key] = value
        for other in shared:
            if isinstance(other, Mapping):
                tree |= {key: value for key, value in other.items() if key not in tree}
        return tree

    def again(self, event: Event, first: Any, path: Path) -> Any:
        """Report a key that stands twice; join what stands below it, so that the rest is checked as well."""
        place = self.document.places[path]
        self.wrong(event, f"the key {path[-1]!r} stands here a second time", f"delete it here or at {place}")
        second = self.node(next(self.events), path)
        self.document.places[path] = place
        return merged(first, second)

    def key(self, event: Event) -> str:
        if not isinstance(event, ScalarEvent):
            self.stop(event, "a key is not plain text", "put quotes around the key, or delete the brackets")
        return str(event.value)
