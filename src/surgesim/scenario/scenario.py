"""The scenario: one frozen, closed description of what is asked."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, PrivateAttr, ValidationInfo, model_validator

from surgesim.base.clock import Clock
from surgesim.base.errors import Problem, ScenarioError, UnitError
from surgesim.base.text import suggestion
from surgesim.scenario.centre import Group, Queue, Routing, Shift, Site, Trunk
from surgesim.scenario.changes import changed, dotted, fitting
from surgesim.scenario.demand import Actuals, Channel, DemandSource, Incident, Reason
from surgesim.scenario.differences import Difference, differences
from surgesim.scenario.fields import Assumption, Closed, FrozenMapping, Name, Table, Text, Words
from surgesim.scenario.findings import CHECKED, as_problems, cross_problems, validated
from surgesim.scenario.levers import Levers, Target
from surgesim.scenario.named_files import bare, moved, named_files
from surgesim.scenario.schema import Path as TreePath
from surgesim.scenario.social import Social
from surgesim.scenario.when import ClockSettings, OpeningHours
from surgesim.scenario.written import as_yaml

Changes = Annotated[Mapping[str, Any], AfterValidator(FrozenMapping)]


class Scenario(Closed):
    """What is asked: the centre, the demand, the promises, and what can be decided.

    A scenario never changes; :meth:`but` returns a changed copy. Two scenarios with the same content and
    the same files have the same :attr:`fingerprint`.
    """

    surgesim: Literal[1]
    """Version of the file format."""
    name: Name
    """Name of the scenario."""
    title: Text | None = None
    """Title to print."""
    description: Words = ""
    """What the scenario is about."""
    clock: ClockSettings
    """Horizon, grain, time zone and holidays."""
    hours: Annotated[Table[OpeningHours], Field(min_length=1)]
    """Opening hours, by name."""
    reasons: Annotated[Table[Reason], Field(min_length=1)]
    """Why people get in touch, by name."""
    demand: Table[DemandSource] = FrozenMapping()
    """Sources of demand beside the incident, by name."""
    incident: Incident | None = None
    """What happened and what is announced."""
    channels: Table[Channel] = FrozenMapping()
    """Self-service channels, by name, in the order in which people try them."""
    queues: Annotated[Table[Queue], Field(min_length=1)]
    """Queues, by name."""
    sites: Annotated[Table[Site], Field(min_length=1)]
    """Sites, by name."""
    shifts: Table[Shift] = FrozenMapping()
    """Shifts, by name."""
    groups: Annotated[Table[Group], Field(min_length=1)]
    """Groups of agents, by name."""
    trunks: Table[Trunk] = FrozenMapping()
    """Telephone numbers with their lines, by name. A queue without a trunk never gives a busy tone."""
    social: Social | None = None
    """Posts after bad outcomes, and the needs that they bring; left out: nobody posts."""
    routing: Routing = Routing()
    """Who serves whom."""
    targets: tuple[Target, ...] = ()
    """Promises."""
    levers: Levers | None = None
    """What can be decided, with costs and lead times."""
    actuals: Actuals | None = None
    """What really happened, to stand beside the forecast."""
    assumptions: tuple[Assumption, ...] = ()
    """Numbers that somebody decided, with their source."""
    overrides: Table[Changes] = FrozenMapping()
    """Named sets of changes, each a mapping from dotted path to value."""

    _folder: Path = PrivateAttr(default=Path())

    @model_validator(mode="after")
    def _fits_together(self, info: ValidationInfo) -> Self:
        if self.incident is None and not self.demand:
            raise ValueError("nobody ever calls: there is no demand and no incident; write one of them")
        if not (info.context or {}).get(CHECKED):
            found = cross_problems(self.model_dump(mode="json", exclude_none=True))
            if found:
                raise UnitError(as_problems(found, {}))
        return self

    @classmethod
    def build(cls, tree: Mapping[str, Any], folder: Path = Path(), where: Mapping[TreePath, str] | None = None) -> Self:
        """Return the scenario of a plain tree; the inverse of :meth:`tree`.

        Parameters
        ----------
        tree : mapping
            Mappings, lists and strings, as in a file.
        folder : Path
            Folder that file names in the tree are relative to.
        where : mapping from path to str, optional
            ``file:line`` of keys and list items; dotted paths stand in error messages where it is left out.

        Raises
        ------
        ScenarioError
            With every problem found.
        """
        return cls._built(tree, folder, where or {}, {})

    @classmethod
    def _built(cls, tree: Mapping[str, Any], folder: Path, where: Mapping[TreePath, str], known: Mapping[str, Any]) -> Self:
        scenario, found = validated(tree, folder, cls, known)
        if scenario is None:
            raise ScenarioError(as_problems(found, where))
        scenario._folder = folder
        return scenario

    def but(self, name: str, changes: Mapping[str, Any] | None = None) -> Self:
        """Return a variant: the same scenario, but with some values changed.

        Parameters
        ----------
        name : str
            Label of the variant, which the new scenario's name ends in. An override of the scenario that has this
            name is applied first.
        changes : mapping from dotted path to value
            Values as they are written in a file, ``{"groups.tokyo.heads": 120}``; None removes.

        Raises
        ------
        ScenarioError
            Unknown label without changes, unknown paths, or values that cannot be used.

        Examples
        --------
        >>> from surgesim import load
        >>> load("shop.yaml").but("more", {"groups.staff.heads": 5}).groups["staff"].heads
        5
        """
        if not changes and name not in self.overrides:
            known = suggestion(name, self.overrides) if self.overrides else "give changes, {path: value}"
            raise ScenarioError(Problem(f"no override is called {name!r}, and no changes are given", name, known))
        tree = before = self.tree()
        for layer in filter(None, (self.overrides.get(name), changes)):
            tree, wrong = changed(tree, layer, type(self))
            if wrong:
                raise ScenarioError(Problem(what, dotted(path), mend) for path, what, mend in wrong)
        tree = {**fitting(tree, type(self)), "name": f"{self.name}-{name}"}
        same = {section: getattr(self, section) for section in tree if tree[section] is before.get(section)}
        return self._built(tree, self.folder, {}, same)

    def diff(self, other: "Scenario") -> list[Difference]:
        """Return what differs in ``other``: path, value here, value there; defaults count as written out."""
        return differences(self._full(), other._full())

    def _full(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def folder(self) -> Path:
        """Folder that file names in the scenario are relative to."""
        return self._folder

    def calendar(self) -> Clock:
        """Return the clock of the scenario."""
        return self.clock.clock()

    def tree(self) -> dict[str, Any]:
        """Return the scenario as plain mappings, lists and strings, defaults left out; :meth:`build` reads it back."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude_none=True)

    def to_yaml(self, folder: Path | None = None) -> str:
        """Return the scenario as the text of a file in ``folder`` (left out: the folder of the scenario)."""
        return as_yaml(self.tree() if folder is None else moved(self.tree(), self.folder, folder))

    def files(self) -> Iterable[str]:
        """Yield every file that the scenario names."""
        yield from dict.fromkeys(file for _, file in named_files(self.tree()))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the content of the scenario and of every file that it names, hexadecimal.

        The order of queues, groups and channels is content, because it decides ties; names of folders are not.
        """
        digest = hashlib.sha256(json.dumps(bare(self.tree()), ensure_ascii=False).encode())
        for file in self.files():
            digest.update(hashlib.sha256((self.folder / file).read_bytes()).digest())
        return digest.hexdigest()

    def __hash__(self) -> int:
        return hash(json.dumps(self.tree(), ensure_ascii=False))
