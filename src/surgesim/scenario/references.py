"""Names that one part of a scenario uses and another part must define.

Works on the plain tree, so that wrong names are found even where other fields are wrong as well.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from surgesim.base.text import suggestion

Path = tuple[str | int, ...]
Finding = tuple[Path, str, str]
"""Path, what is wrong, what to write instead."""

# Where names are used -> the section that defines them. "*" stands for every key or position, "@" for the keys themselves.
USES: tuple[tuple[str, str], ...] = (
    ("reasons.*.queue", "queues"),
    ("queues.*.hours", "hours"),
    ("queues.*.follow_ups.*.to", "queues"),
    ("queues.*.offers.*.queue", "queues"),
    ("queues.*.switches.*.to", "queues"),
    ("queues.*.misroute.to", "queues"),
    ("queues.*.follow_ups.*.by_group.@", "groups"),
    ("queues.*.deadline_hours", "hours"),
    ("queues.*.escalation.to", "queues"),
    ("queues.*.sites.shares.@", "sites"),
    ("groups.*.site", "sites"),
    ("groups.*.skills.*", "queues"),
    ("groups.*.roster.*.shift", "shifts"),
    ("trunks.*.queues.*", "queues"),
    ("targets.*.queue", "queues"),
    ("demand.*.reasons.@", "reasons"),
    ("demand.*.reason", "reasons"),
    ("incident.reasons.@", "reasons"),
    ("incident.segments.*.reasons.@", "reasons"),
    ("incident.segments.*.reach.@", "incident.announcements"),
    ("channels.*.reasons.@", "reasons"),
    ("levers.staff.@", "groups"),
    ("levers.staff.*.shifts.*", "shifts"),
    ("levers.sites.@", "sites"),
    ("levers.lines.@", "trunks"),
    ("levers.standby.*.group", "groups"),
    ("levers.measures.@", "overrides"),
)

REQUIRED = ("hours", "reasons", "queues", "sites", "groups")


def _children(node: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(node, Mapping):
        yield from node.items()
    elif isinstance(node, (list, tuple)):
        yield from enumerate(node)


def _used(node: Any, pattern: tuple[str, ...], path: Path = ()) -> Iterator[tuple[Path, str]]:
    if not pattern:
        if isinstance(node, str):
            yield path, node
        return
    head, *rest = pattern
    if head == "@":
        for key, _ in _children(node):
            if isinstance(key, str):
                yield (*path, key), key
    elif head == "*":
        for key, child in _children(node):
            yield from _used(child, tuple(rest), (*path, key))
    elif isinstance(node, Mapping) and head in node:
        yield from _used(node[head], tuple(rest), (*path, head))


def reference_problems(tree: Mapping[str, Any]) -> list[Finding]:
    """Return every name that is used but not defined.

    Parameters
    ----------
    tree : mapping
        The scenario as plain mappings, lists and strings.

    Returns
    -------
    list of (path, what, instead)
        One entry for each wrong use.
    """
    findings: list[Finding] = []
    for pattern, section in USES:
        defined: Any = tree
        for step in section.split("."):
            defined = defined.get(step) if isinstance(defined, Mapping) else None
        if defined is None and section in REQUIRED:  # said once: the section is missing
            continue
        known = [str(key) for key in defined] if isinstance(defined, Mapping) else []
        for path, name in _used(tree, tuple(pattern.split("."))):
            if name not in known:
                mend = suggestion(name, known) if known else f"define it there: {section}: {{{name}: ...}}"
                findings.append((path, f"{name!r} is not defined under {section}", mend))
    return findings
