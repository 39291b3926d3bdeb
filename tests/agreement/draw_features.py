"""Which features of the schema a scenario uses, and which of them no engine reads."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from surgesim.base.catalogue import Shelf
from surgesim.base.distributions import Law
from surgesim.demand.channels import SHELF as CHANNELS
from surgesim.demand.incidents import SHELF as INCIDENTS
from surgesim.scenario.scenario import Scenario
from surgesim.sim.routing import SHELF as POLICIES

KINDS: dict[str, Shelf] = {"Routing.policy": POLICIES, "Channel.kind": CHANNELS, "Incident.kind": INCIDENTS}
TITLED = ("Scenario", "Announcement", "Reason", "Site", "Group", "Queue", "Trunk", "Shift")
UNREAD = {
    "words to print": {"Scenario.description"} | {f"{kind}.title" for kind in TITLED},
    "notes of the author": {"Scenario.assumptions", "Scenario.overrides"},
    "money": {"Channel.unit_cost", "Channel.content_cost", "Announcement.unit_cost"},
    "how likely the incident is at all": {"Incident.per_year", "Incident.month"},
    "planning and reports": {"Scenario.targets", "Scenario.levers", "Group.source", "Scenario.actuals"},
    "read from a file into the same needs as other sources; agreement is tested on the shipped scenario tokyo-hotline":
        {"History", "HistoryColumns"},
}  # fmt: skip
"""Classes and fields that no simulation reads, or only as others that are drawn, by reason."""
IGNORED = set[str]().union(*UNREAD.values())


def classes(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the classes of the schema below an annotation, but for what is below fields that no engine reads; with repeats."""
    for inner in get_args(annotation):
        yield from classes(inner)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for name, field in annotation.model_fields.items():
            if f"{annotation.__name__}.{name}" not in IGNORED:
                yield from classes(field.annotation)


def literals(annotation: Any) -> Iterator[str]:
    """Yield the words that an annotation of a single value allows."""
    for inner in () if get_origin(annotation) in (tuple, Mapping) else get_args(annotation):
        yield from [str(inner)] if get_origin(annotation) is Literal else literals(inner)


def features() -> set[str]:
    """Return every feature that an engine reads: fields, the words of their closed lists, the kinds of shelves, the laws."""
    found = set[str]()
    for kind in {one for one in classes(Scenario) if one.__name__ not in IGNORED} | {Scenario}:
        for name, field in kind.model_fields.items():
            place = f"{kind.__name__}.{name}"
            if place not in IGNORED:
                words = literals(field.annotation) if place not in KINDS else KINDS[place].kinds()
                found |= {place, *(f"{place}={word}" for word in words)}
    return found | {law.__name__ for law in laws(Law) if not law.__subclasses__()}


def laws(kind: type[Law]) -> Iterator[type[Law]]:
    """Yield a class of laws and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from laws(below)


def used(value: Any) -> Iterator[str]:
    """Yield the features that a scenario, or a part of one, uses."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            own, place = getattr(value, name), f"{type(value).__name__}.{name}"
            usual = None if field.is_required() else field.get_default(call_default_factory=True)
            if own != usual or field.is_required():
                yield place
            if isinstance(own, str | int):
                yield f"{place}={own}"
            yield from used(own)
    elif isinstance(value, Law):
        yield type(value).__name__
        yield from used([getattr(value, field.name) for field in dataclasses.fields(value)])  # type: ignore[arg-type]
    elif hasattr(value, "values"):
        yield from (name for part in value.values() for name in used(part))
    elif isinstance(value, tuple | list):
        yield from (name for part in value for name in used(part))
