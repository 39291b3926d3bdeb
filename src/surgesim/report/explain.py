"""Why so many heads at half past ten: from offered contacts to the constraint that binds, each line with its source.

Every line either has a source or a formula over the lines above it, so that the whole can be recomputed by hand.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from surgesim.base.errors import InputError, Problem
from surgesim.base.text import suggestion
from surgesim.report import numbers
from surgesim.report.explain_words import FUNCTIONS, LINES
from surgesim.report.facts_titles import Titled
from surgesim.report.words import LANGUAGES, check_language, speaker, unit
from surgesim.result.result import Result
from surgesim.scenario.fields import Closed, Text
from surgesim.scenario.titles import titles

if TYPE_CHECKING:
    import polars as pl

SIGNS = str.maketrans({"*": "×", "/": "÷"})


class Line(Closed):
    """One line of an explanation.

    Attributes
    ----------
    key : str
        Name of the value; formulas of later lines use it.
    value : float
        In ``unit``.
    formula : str
        Over the keys above, with ``floor``, ``ceil`` and ``erlang_a_agents``; empty where the value has a source.
    of : str
        Group or site that it is about, where there are several.
    """

    key: str
    value: float
    unit: str = ""
    formula: str = ""
    of: str = ""

    @property
    def what(self) -> str:
        """Kind of line: the key without group."""
        return self.key.partition("__")[0]

    def source(self, language: str) -> str:
        """Return where the value comes from, or how it follows."""
        return LINES[self.what][2 + LANGUAGES.index(language)]


class Explanation(Titled):
    """How the staff of one interval follows; ``print`` shows it line by line.

    Attributes
    ----------
    start, end : datetime
        The interval.
    site, queue : str
        What is explained; an empty site is the whole centre.
    lines : tuple of Line
        In the order in which they follow.
    binds : str
        Key of the constraint that binds.
    """

    scenario: str
    title: Text
    start: datetime
    end: datetime
    site: str
    queue: str
    lines: tuple[Line, ...]
    binds: str
    language: str = "en"

    def __getitem__(self, key: str) -> float:
        """Return the value of a line."""
        return next(line.value for line in self.lines if line.key == key)

    def binding(self) -> str:
        """Return the constraint that binds, in words."""
        return LINES[f"binds_{self.binds}"][LANGUAGES.index(self.language)]

    def __str__(self) -> str:
        say, language = speaker(self.language), self.language
        when = f"{numbers.day(self.start.date(), language)} {self.start:%H:%M}–{self.end:%H:%M}"
        title = f"{self.title.in_language(language)}, {when}"
        rows = [(self._text(line), _written(line, language), self.formula(line), line.source(language)) for line in self.lines]
        wide = [max(_width(row[n]) for row in rows) for n in range(2)]
        gaps = [" " * (wide[1] - _width(row[1])) for row in rows]
        lines = zip(rows, gaps, strict=True)
        shown = [f"{_padded(a, wide[0])}  {gap}{b}  {f'= {c}  ' if c else ''}[{d}]" for (a, b, c, d), gap in lines]
        where = f"{say('queue')}: {self.called('queues', self.queue, language)}"
        where += f", {say('site')}: {self.called('sites', self.site, language)}" if self.site else ""
        return "\n".join([title, where, *shown, f"=> {self.binding()}"])

    def formula(self, line: Line) -> str:
        """Return how the value of a line follows, in the words of the lines above it; those of its own group without its name."""
        lines = {one.key: one for one in self.lines}

        def word(found: re.Match[str]) -> str:
            key = found.group()
            if key not in lines:
                return FUNCTIONS.get(key, (key, key))[LANGUAGES.index(self.language)]
            return self._text(lines[key], "{said}" if lines[key].of == line.of else "{said} ({of})")

        return re.sub(r"[a-z]\w*", word, line.formula).translate(SIGNS)

    def _text(self, line: Line, form: str = "{said}: {of}") -> str:
        """Return what a line is, and of which group or site."""
        said = LINES[line.what][LANGUAGES.index(self.language)]
        kind = "sites" if line.what.startswith(("seat", "site")) else "groups"
        return form.format(said=said, of=self.called(kind, line.of, self.language)) if line.of else said


def _written(line: Line, language: str) -> str:
    if line.unit == "share":
        return numbers.share(line.value)
    number = f"{line.value:,.0f}" if line.value == round(line.value) else f"{line.value:,.3f}"
    return f"{number} {unit(line.unit, language)}".rstrip()


def _width(text: str) -> int:
    """Return how many columns a text takes: two for each full-width letter."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def of_plan(plan: Any) -> Callable[..., Explanation]:
    """Return the function that explains an interval of a plan."""

    def explain(when: "str | datetime", site: str = "", queue: str = "", language: str = "en") -> Explanation:
        """Explain the staff of one interval: see :func:`explanation`."""
        return explanation(plan.result, when, site, queue, language, plan.table, plan.seats, plan.hires)

    return explain


def of_result(result: Result) -> Callable[..., Explanation]:
    """Return the function that explains an interval of a result."""

    def explain(when: "str | datetime", site: str = "", queue: str = "", language: str = "en") -> Explanation:
        """Explain the staff of one interval: see :func:`explanation`."""
        return explanation(result, when, site, queue, language)

    return explain


def explanation(
    result: Result, when: "str | datetime", site: str = "", queue: str = "", language: str = "en",
    table: "pl.DataFrame | None" = None, seats: "pl.DataFrame | None" = None, hires: "pl.DataFrame | None" = None,
) -> Explanation:  # fmt: skip
    """Explain the staff of the interval that holds a moment.

    Parameters
    ----------
    result : Result
        The run, or the verification of the plan: means over its replications.
    when : str or datetime
        Local time, ``"2027-03-04 10:30"``.
    site : str
        One site; the whole centre where it is left out.
    queue : str
        One queue of calls; that of the first promise where it is left out.
    language : str
        ``"en"`` or ``"ja"``.
    table, seats, hires : polars.DataFrame, optional
        Those of the plan.

    Raises
    ------
    InputError
        A moment outside the horizon, an unknown site or queue; all at once.
    """
    from surgesim.report.gather.interval import interval_lines

    check_language(language)
    scenario, clock = result.scenario, result.tables.axes.clock
    problems: list[Problem] = []
    at = _interval(when, result, problems)
    calls = [name for name, found in scenario.queues.items() if not found.deferred]
    for name, known, what in ((site, list(scenario.sites), "site"), (queue, calls, "queue")):
        if name and name not in known:
            problems.append(Problem(f"no {what} is called {name!r}", what, suggestion(name, known)))
    if problems:
        raise InputError(problems)
    promised = [target.queue for target in scenario.targets if target.queue in calls]
    chosen = queue or (promised or calls)[0]
    lines, binds = interval_lines(result, at, site, chosen, table, seats, hires)
    edges = clock.edges_s
    return Explanation(
        scenario=scenario.name, title=scenario.title or Text(en=scenario.name),
        start=clock.instant(edges[at]), end=clock.instant(edges[at + 1]), site=site, queue=chosen,
        lines=lines, binds=binds, language=language, titles=titles(scenario),
    )  # fmt: skip


def _interval(when: "str | datetime", result: Result, problems: list[Problem]) -> int:
    clock = result.tables.axes.clock
    mend = f"write a moment between {clock.start} 00:00 and {clock.dates[-1]} 24:00"
    try:
        moment = when if isinstance(when, datetime) else datetime.fromisoformat(when)
    except ValueError:
        problems.append(Problem(f"{when!r} is no moment", "when", mend))
        return -1
    place = int(clock.interval_of(clock.seconds(moment)))
    if not 0 <= place < clock.n_intervals:
        problems.append(Problem(f"{when} lies outside the horizon", "when", mend))
    return place
