"""Tables in words: what columns, measures, units and parts of a scenario are called in a language.

Tables of results name everything by keys, which is what programs read; people read titles and labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from surgesim.report.path_words import path_label
from surgesim.report.words import WORDS, label, speaker, unit
from surgesim.result.flags import Flag
from surgesim.result.measures import BY_NAME
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.titles import called

if TYPE_CHECKING:
    import polars as pl

PARTS = {"queue": "queues", "group": "groups", "site": "sites", "trunk": "trunks"}
"""Columns that name parts of a scenario, and what these are."""
WHOLE = {"channel": ("all channels",), "queue": ("total",), "override": ("as-is",)}
"""Cells that are no names but words, by column."""


@dataclass(frozen=True)
class Wording:
    """What tables call things in a language.

    Attributes
    ----------
    language : str
        ``"en"`` or ``"ja"``.
    scenario : Scenario or None
        Whose titles are used; parts are called by their names where it is None.
    """

    language: str
    scenario: Scenario | None = None

    def say(self, key: str, **values: object) -> str:
        """Return a word."""
        return speaker(self.language)(key, **values)

    @property
    def title(self) -> str:
        """What the scenario is called."""
        found = self.scenario
        if found is None:
            return ""
        return found.title.in_language(self.language) if found.title is not None else found.name

    def part(self, column: str, name: str) -> str:
        """Return what a cell of a column is called: the title of a queue; with its name where two have the same title."""
        if name in WHOLE.get(column, ()):
            return self.say(name)
        if self.scenario is None or column not in PARTS:
            return name
        kind = PARTS[column]
        title = called(self.scenario, kind, name).in_language(self.language)
        alike = [other for other in getattr(self.scenario, kind) if self._title(kind, other) == title]
        return f"{title} ({name})" if len(alike) > 1 and title != name else title

    def _title(self, kind: str, name: str) -> str:
        assert self.scenario is not None
        return called(self.scenario, kind, name).in_language(self.language)

    def heading(self, column: str) -> str:
        """Return the heading of a column: a measure, a word, a place in the scenario; else its own name."""
        if column in BY_NAME:
            return label(column, self.language)
        if "." in column and self.scenario is not None:
            return path_label(self.scenario, column, self.language)
        return self.say(column) if column in WORDS else column

    def cells(self, table: "pl.DataFrame", columns: Sequence[str]) -> "pl.DataFrame":
        """Return a table in which the cells of some columns are called as in print."""
        import polars as pl

        return table.with_columns(
            pl.col(name).cast(pl.String).map_elements(partial(self.part, name), return_dtype=pl.String)
            for name in columns
            if name in PARTS or name in WHOLE
        )

    def headed(self, table: "pl.DataFrame") -> "pl.DataFrame":
        """Return a table with headings, measures and units in words."""
        import polars as pl

        spoken = {"measure": self.heading, "unit": self.unit}
        worded = table.with_columns(
            pl.col(name).cast(pl.String).map_elements(word, return_dtype=pl.String)
            for name, word in spoken.items()
            if name in table.columns
        )
        headings = {name: self.heading(name) + self._in_unit(name) for name in table.columns}
        twice = [heading for heading in headings.values() if list(headings.values()).count(heading) > 1]
        return worded.rename({name: f"{word} ({name})" if word in twice else word for name, word in headings.items()})

    def _in_unit(self, name: str) -> str:
        """Return what a heading of a measure adds where its cells do not tell the unit."""
        timed = name in BY_NAME and BY_NAME[name].unit in ("s", "h")
        return f" ({self.unit(BY_NAME[name].unit)})" if timed else ""

    def unit(self, name: str) -> str:
        """Return the word for a unit."""
        return self.say(name) if name == "points" else unit(name, self.language)

    def flag(self, flag: Flag) -> str:
        """Return a flag as a line: how serious, where, what, and what to do."""
        place = self.part("queue", flag.where) if self.scenario and flag.where in self.scenario.queues else flag.where
        head = [self.say(f"flag {flag.level}"), *([place] if place else [])]
        tail = [flag.in_language(self.language), *([flag.cure(self.language)] if flag.instead else [])]
        return f"{': '.join(head)}: {('。' if self.language == 'ja' else '; ').join(tail)}"
