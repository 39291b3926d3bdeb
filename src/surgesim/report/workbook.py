"""The report as an Excel workbook that a planner can work on."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from surgesim.report.facts import Facts
from surgesim.report.headline import headline
from surgesim.report.sheets import Cell, Sheet, answer_lines, sheets
from surgesim.report.words import speaker
from surgesim.report.workbook_links import BOUND, COST, links

CREATED = datetime(2020, 1, 1, tzinfo=UTC)
"""Every workbook bears this date, so that the same plan gives the same bytes."""
FORMATS: dict[str, dict[str, object]] = {
    "text": {"text_wrap": True, "valign": "top", "indent": 1},
    "count": {"num_format": "#,##0", "valign": "top"},
    "number": {"num_format": "#,##0.0", "valign": "top"},
    "yen": {"num_format": "¥#,##0", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "seconds": {"num_format": "#,##0.0"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"},
    "time": {"num_format": "yyyy-mm-dd hh:mm", "align": "left", "valign": "top"},
    "head": {"bold": True, "bg_color": "#E3E6EA", "bottom": 1, "text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 14},
    "note": {"italic": True, "font_color": "#5B626B"},
}
UNITS = {"yen": "JPY", "share": "%", "count": "", "seconds": "s"}


class _Writer:
    """A workbook in the making."""

    def __init__(self, buffer: BytesIO, language: str) -> None:
        from xlsxwriter import Workbook

        self.book = Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
        title = speaker(language)("report")
        self.book.set_properties({"created": CREATED.replace(tzinfo=None), "title": title, "author": "surgesim"})
        self.formats = {name: self.book.add_format(look) for name, look in FORMATS.items()}
        self.totals = {name: self.book.add_format({**look, "bold": True, "top": 1}) for name, look in FORMATS.items()}
        self.say = speaker(language)

    def cell(self, page: Any, row: int, column: int, value: Cell, kind: str, total: bool = False) -> None:
        """Write one value; what is unknown stays empty."""
        look = (self.totals if total else self.formats)[kind]
        if value is None:
            page.write_blank(row, column, None, look)
        elif isinstance(value, datetime | date):
            page.write_datetime(row, column, value, look)
        elif isinstance(value, str):
            page.write_string(row, column, value, look)
        else:
            page.write_number(row, column, float(value), look)

    def sheet(self, found: Sheet) -> None:
        """Write one sheet: title, notes, headings, rows, totals."""
        page = self.book.add_worksheet(self.say(found.name))
        page.write_string(0, 0, self.say(found.name), self.formats["title"])
        for number, note in enumerate(found.notes):
            page.write_string(1 + number, 0, note, self.formats["note"])
        top = found.top
        page.set_row(top, 34)
        for column, (heading, _, width) in enumerate(found.columns):
            page.set_column(column, column, width)
            page.write_string(top, column, heading, self.formats["head"])
        for number, row in enumerate(found.rows):
            self._row(page, top + 1 + number, row, found)
        page.freeze_panes(top + 1, found.frozen)
        if found.rows:
            page.autofilter(top, 0, top + len(found.rows), len(found.columns) - 1)
            self._sums(page, top, found)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(top)

    def _row(self, page: Any, at: int, row: tuple[Cell, ...], found: Sheet) -> None:
        from xlsxwriter.utility import xl_rowcol_to_cell

        for column, value in enumerate(row):
            kind = found.columns[column][1]
            if column in found.products:
                one, two = (xl_rowcol_to_cell(at, other) for other in found.products[column])
                page.write_formula(at, column, f"={one}*{two}", self.formats[kind], value)
            elif column in found.adds:
                parts = ",".join(xl_rowcol_to_cell(at, other) for other in found.adds[column])
                page.write_formula(at, column, f"=SUM({parts})", self.formats[kind], value)
            else:
                self.cell(page, at, column, value, kind)

    def _sums(self, page: Any, top: int, found: Sheet) -> None:
        from xlsxwriter.utility import xl_rowcol_to_cell

        under = top + 1 + len(found.rows)
        if found.sums:
            page.write_string(under, 0, self.say("total"), self.totals["text"])
        for column in found.sums:
            first, last = xl_rowcol_to_cell(top + 1, column), xl_rowcol_to_cell(under - 1, column)
            total = sum(row[column] or 0.0 for row in found.rows)
            page.write_formula(under, column, f"=SUM({first}:{last})", self.totals[found.columns[column][1]], total)


def workbook(facts: Facts, language: str, shifts: list[tuple[Cell, ...]] | None = None) -> bytes:
    """Return the workbook; the same facts give the same bytes.

    Parameters
    ----------
    facts : Facts
        What the report knows.
    language : str
        ``"en"`` or ``"ja"``.
    shifts : list of tuple, optional
        Day, group, site, source, shift, heads.
    """
    buffer = BytesIO()
    writer = _Writer(buffer, language)
    found = list(sheets(facts, language, shifts or []))
    _summary(writer, facts, language, links(facts, found, language))
    for sheet in found:
        writer.sheet(sheet)
    writer.book.close()
    return buffer.getvalue()


def _summary(writer: _Writer, facts: Facts, language: str, formulas: dict[str, str]) -> None:
    """Write the answer, the headline figures with their keys, and how they were made."""
    say = writer.say
    page = writer.book.add_worksheet(say("sheet_summary"))
    page.set_column(0, 0, 62)
    page.set_column(1, 1, 20)
    page.set_column(2, 2, 10)
    page.set_column(3, 3, 46)
    page.write_string(0, 0, facts.head.title.in_language(language), writer.formats["title"])
    row = 1
    for text in answer_lines(facts, language):
        page.write_string(row, 0, text)
        row += 1
    row = _figures(writer, page, row + 1, facts, formulas, language) + 1
    head = facts.head
    for word, value in (
        ("scenario", head.scenario), ("engine", head.engine), ("seed", str(head.seed)), ("replications", str(head.replications)),
        ("version", head.version), ("fingerprint", head.fingerprint), ("command", head.command),
    ):  # fmt: skip
        page.write_string(row, 0, say(word))
        page.write_string(row, 1, value)
        row += 1
    page.fit_to_pages(1, 0)


def _figures(writer: _Writer, page: Any, row: int, facts: Facts, formulas: dict[str, str], language: str) -> int:
    """Write the headline figures, those that follow from other cells as formulas; return the row behind the last one."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    for column, word in enumerate(("what", "value", "unit", "name")):
        page.write_string(row, column, writer.say(word), writer.formats["head"])
    page.freeze_panes(row + 1, 0)
    at: dict[str, str] = {}
    for figure in headline(facts):
        row += 1
        at[figure.key] = xl_rowcol_to_cell(row, 1)
        page.write_string(row, 0, figure.text.in_language(language))
        if figure.key in formulas:
            formula = formulas[figure.key]
            for key, place in ((COST, "cost_jpy"), (BOUND, "bound_jpy")):
                formula = formula.replace(key, at.get(place, ""))
            page.write_formula(row, 1, formula, writer.formats[figure.kind], figure.value)
        else:
            writer.cell(page, row, 1, figure.value, figure.kind)
        page.write_string(row, 2, UNITS[figure.kind])
        page.write_string(row, 3, figure.key)
    return row + 1
