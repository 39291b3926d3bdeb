"""Page, workbook, summary and card show the same figures; the workbook recomputes to them; nothing needs a network."""

import io
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from surgesim.report import answer
from surgesim.report.card import plan_card
from surgesim.report.facts import Facts
from surgesim.report.gather.collect import facts_of_plan
from surgesim.report.headline import headline
from surgesim.report.html import page
from surgesim.report.numbers import written
from surgesim.report.run_folder import summary
from surgesim.report.words import speaker
from surgesim.report.workbook import workbook


class _Reader(HTMLParser):
    """Values, attributes and open tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, set[float]] = {}
        self.texts: dict[str, set[str]] = {}
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.key = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        found = dict(attrs)
        if tag == "data":
            self.key = found["data-key"] or ""
            self.values.setdefault(self.key, set()).add(float(found["value"] or "nan"))
        if tag not in ("meta", "img", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.key = "" if tag == "data" else self.key

    def handle_data(self, data: str) -> None:
        if self.key:
            self.texts.setdefault(self.key, set()).add(data)


@pytest.fixture(scope="module")
def facts(plan: Any) -> Facts:
    return facts_of_plan(plan)


@pytest.fixture(scope="module", params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def read(facts: Facts, language: str) -> _Reader:
    reader = _Reader()
    reader.feed(page(facts, language))
    return reader


def test_the_page_shows_every_headline_figure_of_the_summary(read: _Reader, plan: Any, facts: Facts, language: str) -> None:
    figures = json.loads(summary(plan))["figures"]
    assert set(read.values) == set(figures)
    kinds = {figure.key: figure.kind for figure in headline(facts)}
    for key, value in figures.items():
        assert read.values[key] == {value}, key
        assert read.texts[key] == {written(value, kinds[key], language)}, key


def test_the_workbook_shows_every_headline_figure_of_the_summary(plan: Any, facts: Facts, language: str) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(facts, language)))
    rows = book.get_sheet_by_name(speaker(language)("sheet_summary")).to_python()
    shown = {row[3]: row[1] for row in rows if row[3]}
    del shown[speaker(language)("name")]
    assert shown == pytest.approx(json.loads(summary(plan))["figures"])


def test_totals_of_the_workbook_are_formulas_with_the_right_values(facts: Facts) -> None:
    content = workbook(facts, "en")
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_name("Cost").to_python()
    assert rows[-1][5] == facts.cost_jpy
    assert sum(row[2] * row[4] for row in rows[4:-1]) == pytest.approx(facts.cost_jpy)
    sheet = _formulas(content)
    assert f"SUM(F5:F{4 + len(facts.costs)})" in sheet
    assert "C5*E5" in sheet


def _formulas(content: bytes) -> str:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        found = [packed.read(name).decode() for name in packed.namelist() if "worksheets/sheet" in name]
    return " ".join(formula for text in found for formula in re.findall(r"<f>([^<]+)</f>", text))


def test_the_card_shows_cost_service_and_promises(plan: Any, facts: Facts, language: str, tmp_path: Any) -> None:
    from rich.console import Console

    console = Console(width=80, file=io.StringIO(), highlight=False)
    plan_card(plan, language, tmp_path / "report.html", console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    figures = {figure.key: written(figure.value, figure.kind, language) for figure in headline(facts)}
    for key in ("cost_jpy", "bound_jpy", "service_level.calls", "service_level.calls.low", "promise.0.worst", "promise.1.chance"):
        assert figures[key] in text, key
    assert figures["actual.total"] in text
    assert text.rstrip().endswith(f": {tmp_path / 'report.html'}")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_card_and_the_page_hold_the_whole_certificate(plan: Any, facts: Facts, language: str) -> None:
    from rich.console import Console

    console = Console(width=140, file=io.StringIO(), highlight=False)
    plan_card(plan, language, None, console)
    text, html = console.file.getvalue(), page(facts, language)  # type: ignore[attr-defined]
    for cost in facts.costs:
        assert f"¥{cost.cost_jpy:,.0f}" in text
    for day in facts.days:
        assert f"{day.service.value:.1%} ({day.service.low:.1%} – {day.service.high:.1%})" in text, day.day
    assert facts.certificate is not None
    sentences = [text for _, texts in answer.worth(facts, language) for text in texts]
    assert len(sentences) == 3
    for sentence in (facts.certificate.bound_of.in_language(language), *sentences):
        assert sentence in text
        assert sentence in html


def test_the_bill_adds_up_to_the_cost(facts: Facts) -> None:
    assert sum(cost.cost_jpy for cost in facts.costs) == pytest.approx(facts.cost_jpy)


def test_the_page_needs_nothing_beside_it(read: _Reader, language: str) -> None:
    assert ("html", "lang", language) in read.attributes
    assert read.open == []
    addresses = [value for _, name, value in read.attributes if name in ("src", "href", "srcset", "data")]
    assert addresses
    assert all(address.startswith("data:") for address in addresses)
    alternatives = [value for tag, name, value in read.attributes if tag == "img" and name == "alt"]
    assert len(alternatives) == 12
    assert all(alternatives)


def test_the_japanese_page_carries_its_letters_and_the_english_one_does_not(facts: Facts) -> None:
    assert "url(data:font/ttf" in page(facts, "ja")
    assert "url(" not in page(facts, "en")


def test_text_of_the_scenario_cannot_break_the_page(read: _Reader, facts: Facts) -> None:
    text = page(facts, "en")
    assert "Judgement &lt;of the desk&gt;" in text
    assert "<of the desk>" not in text


def test_a_result_without_a_plan_has_a_page(plan: Any) -> None:
    from surgesim.report.gather.collect import facts_of_result

    text = page(facts_of_result(plan.result), "en")
    assert "Simulation result" in text
    assert "Total cost" not in text
