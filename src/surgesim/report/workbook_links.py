"""Which figures of the summary sheet follow from cells of the other sheets, and the formulas that say so."""

from collections.abc import Iterable, Iterator, Sequence

from surgesim.report.facts import Facts
from surgesim.report.sheets import Sheet
from surgesim.report.words import speaker

COST, BOUND = "{cost_jpy}", "{bound_jpy}"
"""Stand for the cells of other figures of the summary."""
NEAR = 1e-9
"""Relative difference below which a sum of a sheet is the figure."""


def cell(sheet: Sheet, row: int, column: int, language: str) -> str:
    """Return the reference to a cell of the rows of a sheet; the row behind the last one holds the totals."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    return f"'{speaker(language)(sheet.name)}'!{xl_rowcol_to_cell(sheet.first + row, column)}"


def links(facts: Facts, sheets: Sequence[Sheet], language: str) -> dict[str, str]:
    """Return a formula for each headline figure that other sheets hold the parts of, by its key.

    Parameters
    ----------
    facts : Facts
        What the report knows.
    sheets : sequence of Sheet
        All sheets but the summary.
    language : str
        ``"en"`` or ``"ja"``.
    """
    named = {sheet.name: sheet for sheet in sheets}
    found: dict[str, str] = {}
    if "sheet_cost" in named and _same(sum(item.cost_jpy for item in facts.costs), facts.cost_jpy):
        found["cost_jpy"] = f"={cell(named['sheet_cost'], len(facts.costs), 5, language)}"
    sure, cost = facts.certificate, facts.cost_jpy
    if sure is not None and sure.bound_jpy is not None and cost and _same(max(0.0, cost - sure.bound_jpy) / cost, sure.gap):
        found["gap"] = f"=MAX(0,{COST}-{BOUND})/{COST}"
    if "sheet_hires" in named:
        for team in facts.teams:
            rows = [row for row, hire in enumerate(facts.hires) if hire.group == team.group]
            if rows and _same(sum(facts.hires[row].heads for row in rows), team.hired):
                found[f"hired.{team.group}"] = _sum(cell(named["sheet_hires"], row, 3, language) for row in rows)
    if "sheet_seats" in named:
        keys = [f"seats.{place.site}" for place in facts.places] + [f"lines.{line.trunk}" for line in facts.lines]
        found |= {key: f"={cell(named['sheet_seats'], row, 4, language)}" for row, key in enumerate(keys)}
    return found | dict(_of_days(facts, named["sheet_service"], language))


def _of_days(facts: Facts, sheet: Sheet, language: str) -> Iterator[tuple[str, str]]:
    """Yield the counts of each queue as sums of its days."""
    called = {queue: facts.called("queues", queue, language) for queue in facts.totals}
    for queue, title in called.items():
        for name, column in (("offered", 3), ("handled", 4)):
            days = [row[column] or 0.0 for row in sheet.rows if row[1] == title]
            if list(called.values()).count(title) == 1 and _same(sum(days), facts.totals[queue][name].value):
                names, counts = (_column(sheet, at, language) for at in (1, column))
                quoted = title.replace('"', '""')
                yield f"{name}.{queue}", f'=SUMIF({names},"{quoted}",{counts})'


def _column(sheet: Sheet, column: int, language: str) -> str:
    first, last = (cell(sheet, row, column, language) for row in (0, len(sheet.rows) - 1))
    return f"{first}:{last.partition('!')[2]}"


def _sum(cells: Iterable[str]) -> str:
    return f"={'+'.join(cells)}"


def _same(total: float, figure: float | None) -> bool:
    return figure is not None and abs(total - figure) <= NEAR * max(1.0, abs(figure))
