"""What the parts of a scenario are called in print: their titles, in both languages."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from surgesim.scenario.fields import Text, as_text

if TYPE_CHECKING:
    from surgesim.scenario.scenario import Scenario

KINDS = ("queues", "groups", "sites", "trunks", "shifts", "reasons", "announcements", "standby", "measures")
"""Parts that have a title of their own."""


def titles(scenario: "Scenario") -> dict[str, dict[str, Text]]:
    """Return the titles of all parts, by kind and name; parts without one are left out."""
    found = {kind: dict(_titled(_parts(scenario, kind))) for kind in KINDS}
    return {kind: named for kind, named in found.items() if named}


def called(scenario: "Scenario", kind: str, name: str) -> Text:
    """Return what a part is called in print: its title, or its name where it has none."""
    title = getattr(_parts(scenario, kind).get(name), "title", "")
    return as_text(title or name)


def _parts(scenario: "Scenario", kind: str) -> Mapping[str, Any]:
    if kind == "announcements":
        return scenario.incident.announcements if scenario.incident is not None else {}
    if kind in ("standby", "measures"):
        return getattr(scenario.levers, kind) if scenario.levers is not None else {}
    parts: Mapping[str, Any] = getattr(scenario, kind)
    return parts


def _titled(parts: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    for name, part in parts.items():
        if part.title:
            yield name, as_text(part.title)
