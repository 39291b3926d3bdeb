"""What stands on each sheet of the workbook: headings, rows and the format of each column."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from surgesim.report import answer
from surgesim.report.facts import Facts
from surgesim.report.facts_waiting import Numbers
from surgesim.report.plots.cost_items import named_costs
from surgesim.report.words import item, label, speaker, unit
from surgesim.result.measures import MEASURES

Cell = Any


@dataclass(frozen=True)
class Sheet:
    """One sheet: a title, one row of headings, then rows.

    Attributes
    ----------
    name : str
        Key of its name.
    columns : tuple of (str, str, int)
        Heading, format (``text``, ``count``, ``number``, ``yen``, ``share``, ``date`` or ``time``), width.
    rows : list of tuple
        Values; None is an empty cell.
    notes : tuple of str
        Lines between title and headings.
    sums : tuple of int
        Columns that have a total, as a formula, under the last row.
    products : mapping of int to tuple of int
        Columns that are the product of two others, as a formula.
    adds : mapping of int to tuple of int
        Columns that are the sum of others, as a formula.
    frozen : int
        Columns that stay in sight.
    """

    name: str
    columns: tuple[tuple[str, str, int], ...]
    rows: list[tuple[Cell, ...]]
    notes: tuple[str, ...] = ()
    sums: tuple[int, ...] = ()
    products: dict[int, tuple[int, int]] = field(default_factory=dict)
    adds: dict[int, tuple[int, ...]] = field(default_factory=dict)
    frozen: int = 1

    @property
    def top(self) -> int:
        """Row of the headings, from 0: under the title, the notes and an empty row."""
        return 2 + len(self.notes)

    @property
    def first(self) -> int:
        """Row of the first values, from 0."""
        return self.top + 1


def sheets(facts: Facts, language: str, shifts: list[tuple[Cell, ...]]) -> Iterator[Sheet]:
    """Yield every sheet but the summary.

    Parameters
    ----------
    facts : Facts
        What the report knows.
    language : str
        ``"en"`` or ``"ja"``.
    shifts : list of tuple
        Day, group, site, source, shift, heads.
    """
    say = speaker(language)
    if facts.costs:
        yield _cost(facts, language)
    if facts.staffing is not None:
        yield from _staff(facts, language)
    if shifts:
        yield _shifts(facts, shifts, language)
    if facts.certificate is not None:
        yield _hires(facts, language)
        yield _seats(facts, language)
    yield _service(facts, language)
    if facts.assumptions:
        rows = list(answer.assumptions(facts, language))
        yield Sheet("sheet_assumptions", ((say("assumption"), "text", 70), (say("source_of"), "text", 90)), rows)
    yield _definitions(language)


def _cost(facts: Facts, language: str) -> Sheet:
    say = speaker(language)
    columns = (
        (say("item"), "text", 30), (say("what"), "text", 26), (say("quantity"), "number", 14), (say("unit"), "text", 14),
        (say("price"), "yen", 16), (say("cost"), "yen", 18),
    )  # fmt: skip
    named = named_costs(facts, language)
    rows = [(item(c.item, language), c.what, c.quantity, unit(c.unit, language), c.price_jpy, c.cost_jpy) for c in named]
    return Sheet("sheet_cost", columns, rows, (say("what_if_price"),), sums=(5,), products={5: (2, 4)})


def _staff(facts: Facts, language: str) -> Iterator[Sheet]:
    """Yield heads on duty by interval, site and source, beside need, load, seats and lines; closed times are left out."""
    say, found = speaker(language), facts.staffing
    assert found is not None
    columns, series = [(say("start"), "time", 17)], list[Numbers]()
    heads: list[int] = []
    for site in found.sites:
        title = site.title.in_language(language)
        for source, values in (site.heads or site.sources).items():
            heads.append(len(columns))
            columns.append((f"{title}: {say(source)}", "count", 20))
            series.append(values)
        columns.append((f"{title}: {say('seats')}", "count", 18))
        series.append(site.seats)
    columns += [(say("needed_a"), "number", 18), (say("load"), "number", 18), (say("lines"), "count", 10)]
    series += [found.needed, found.load, found.lines]
    if found.needed_busy:
        columns.append((say("needed_busy"), "number", 18))
        series.append(found.needed_busy)
    duty = [values for site in found.sites for values in (site.heads or site.sources).values()]
    rows = [
        (start.replace(tzinfo=None), *(values[n] for values in series), sum(values[n] or 0.0 for values in duty))
        for n, start in enumerate(found.starts)
        if found.needed[n] is not None or any(values[n] for values in duty)
    ]
    columns.append((say("total"), "count", 10))
    yield Sheet("sheet_staff", tuple(columns), rows, adds={len(columns) - 1: tuple(heads)})


def _shifts(facts: Facts, shifts: list[tuple[Cell, ...]], language: str) -> Sheet:
    say = speaker(language)
    columns = (
        (say("day"), "date", 12), (say("group"), "text", 24), (say("site"), "text", 16), (say("source"), "text", 14),
        (say("shift"), "text", 14), (say("heads"), "count", 10),
    )  # fmt: skip
    rows = [
        (
            day, facts.called("groups", group, language), facts.called("sites", site, language), say(source),
            facts.called("shifts", shift, language), heads,
        )
        for day, group, site, source, shift, heads in shifts
    ]  # fmt: skip
    return Sheet("sheet_shifts", columns, rows, sums=(5,))


def _hires(facts: Facts, language: str) -> Sheet:
    say = speaker(language)
    columns = (
        (say("group"), "text", 24), (say("source"), "text", 14), (say("site"), "text", 16), (say("heads"), "count", 10),
        (say("order_day"), "date", 14), (say("training_day"), "date", 14), (say("work_day"), "date", 14),
    )  # fmt: skip
    rows = [
        (
            facts.called("groups", h.group, language), say(h.source), facts.called("sites", h.site, language), h.heads,
            h.order_day, h.training_day, h.work_day,
        )
        for h in facts.hires
    ]  # fmt: skip
    return Sheet("sheet_hires", columns, rows, sums=(3,))


def _seats(facts: Facts, language: str) -> Sheet:
    say = speaker(language)
    columns = (
        (say("what"), "text", 16), (say("name"), "text", 28), (say("existing"), "count", 12), (say("added"), "count", 12),
        (say("total"), "count", 12), (say("from"), "date", 14),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            say("seats"), place.title.in_language(language), place.existing, place.seats - place.existing, place.seats,
            place.added_from,
        )
        for place in facts.places
    ]  # fmt: skip
    rows += [
        (
            say("lines"), facts.called("trunks", line.trunk, language), line.existing, line.lines - line.existing,
            line.lines, line.added_from,
        )
        for line in facts.lines
    ]  # fmt: skip
    return Sheet("sheet_seats", columns, rows, adds={4: (2, 3)})


def _service(facts: Facts, language: str) -> Sheet:
    say = speaker(language)
    actual = dict(zip(facts.fan.actual_days, facts.fan.actual, strict=True)) if facts.fan else {}
    counts = ("needs", "offered", "handled", "redial", "blocked", "abandoned")
    columns = (
        (say("day"), "date", 12), (say("queue"), "text", 14), *((label(name, language), "number", 13) for name in counts),
        (say("actual"), "count", 12), (say("erlang_c"), "share", 12), (say("erlang_a"), "share", 12),
        (say("simulated"), "share", 12), (say("low"), "share", 10), (say("high"), "share", 10),
        (label("abandonment", language), "share", 12), (say("reason"), "text", 90),
    )  # fmt: skip
    rows = [
        (
            d.day, facts.called("queues", d.queue, language), d.needs, d.offered, d.handled, d.redials, d.blocked, d.abandoned,
            actual.get(d.day) if d.queue == facts.main_queue else None, d.erlang_c, d.erlang_a, d.service.value,
            d.service.low, d.service.high, d.abandonment.value, answer.why(d, language),
        )
        for d in facts.days
    ]  # fmt: skip
    return Sheet("sheet_service", columns, rows, (say("why_note"),), sums=(2, 3, 4, 5, 6, 7), frozen=2)


def _definitions(language: str) -> Sheet:
    say = speaker(language)
    columns = ((say("measure"), "text", 44), (say("name"), "text", 44), (say("formula"), "text", 60), (say("unit"), "text", 12))
    return Sheet("sheet_definitions", columns, [(m.label(language), m.name, m.formula, unit(m.unit, language)) for m in MEASURES])


def answer_lines(facts: Facts, language: str) -> tuple[str, ...]:
    """Return the answer of the summary sheet, line by line."""
    found: tuple[str, ...] = (answer.verdict(facts, language),) if facts.promises else ()
    if facts.certificate is not None:
        found += answer.hires(facts, language) + answer.sites(facts, language) + answer.lines(facts, language)
    return found
