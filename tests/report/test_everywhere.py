"""One run, one set of figures: page, workbook (also recomputed), PDF, JSON and a notebook all say the same."""

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from python_calamine import CalamineWorkbook

from surgesim.report.facts import Facts
from surgesim.report.gather.collect import facts_of_plan
from surgesim.report.headline import headline
from surgesim.report.numbers import written
from surgesim.report.paper import BREAKABLE
from surgesim.report.pdf import pdf
from surgesim.report.run_folder import in_language, rewrite_report, write_plan
from surgesim.report.words import speaker

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
LANGUAGES = ("en", "ja")


@pytest.fixture(scope="module")
def facts(plan: Any) -> Facts:
    return facts_of_plan(plan)


@pytest.fixture(scope="module", params=LANGUAGES)
def folder(request: pytest.FixtureRequest, plan: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with page, workbook and PDF, in the language that its name says."""
    place = tmp_path_factory.mktemp("everywhere") / str(request.param)
    write_plan(plan, place, request.param)
    assert rewrite_report(place, request.param, as_pdf=True) == place / in_language("report.pdf", request.param)
    return place


def pages(content: bytes) -> str:
    from pypdf import PdfReader

    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"[\s\u200b]+", "", text)


def on_page(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, value in re.findall(r'<data value="[^"]*" data-key="([^"]+)">([^<]+)</data>', text):
        found.setdefault(key, set()).add(value)
    return found


def in_book(content: bytes, language: str) -> dict[str, float]:
    say = speaker(language)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(say("sheet_summary")).to_python()
    return {row[3]: row[1] for row in rows if row[3] and row[3] != say("name")}


def in_notebook(folder: Path) -> dict[str, float]:
    """Measures that a notebook computes from the tables of the run folder."""
    code = (
        "import json\nfrom surgesim.result.folder import read\n"
        f"rows = read({str(folder)!r}).measures(by='queue').drop_nulls('value').iter_rows(named=True)\n"
        "print(json.dumps({f\"{row['measure']}.{row['queue']}\": row['value'] for row in rows}))"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=120).execute()
    made: dict[str, float] = json.loads("".join(o["text"] for o in notebook.cells[0].outputs if o.get("name") == "stdout"))
    return made


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_every_headline_figure_is_the_same_everywhere(folder: Path, facts: Facts) -> None:
    language = folder.name
    figures = json.loads((folder / "summary.json").read_text("utf-8"))["figures"]
    shown = on_page((folder / in_language("report.html", language)).read_text("utf-8"))
    book = in_book((folder / in_language("plan.xlsx", language)).read_bytes(), language)
    paper = pages((folder / in_language("report.pdf", language)).read_bytes())
    computed = in_notebook(folder)
    assert {figure.key for figure in headline(facts)} == set(figures) == set(shown) == set(book)
    for figure in headline(facts):
        text = written(figure.value, figure.kind, language)
        assert figures[figure.key] == figure.value, figure.key
        assert shown[figure.key] == {text}, figure.key
        assert book[figure.key] == pytest.approx(figure.value), figure.key
        row = f"{figure.key}{figure.text.in_language(language)}{text}".replace(" ", "")
        assert row in paper, figure.key
    both = set(computed) & set(figures)
    assert {"service_level.calls", "abandonment.calls", "offered.calls", "handled.calls", "asa_s.calls"} <= both
    for key in both:
        assert computed[key] == pytest.approx(figures[key], rel=1e-12), key


@pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice on this machine: the workbook cannot be recomputed")
def test_libreoffice_recomputes_the_workbook_to_the_json(folder: Path, tmp_path: Path) -> None:
    content = (folder / in_language("plan.xlsx", folder.name)).read_bytes()
    say, tree = speaker(folder.name), json.loads((folder / "summary.json").read_text("utf-8"))
    cost, service = (sheet_number(content, say(name)) for name in ("sheet_cost", "sheet_service"))
    dearer = changed(changed(content, cost, "E5", 2000, 2500), service, "D5", None, 1e6)
    blank, other = recomputed([without_values(content), without_values(dearer)], tmp_path)
    assert in_book(blank, folder.name) == pytest.approx(tree["figures"])
    rows = cells(blank, say("sheet_cost"))
    assert rows[-1][5] == pytest.approx(tree["figures"]["cost_jpy"])
    assert [row[5] for row in rows[4:-1]] == pytest.approx([row["cost_jpy"] for row in tree["costs"]])
    for name in CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names:
        for here, there in zip(cells(content, name), cells(blank, name), strict=True):
            assert [pytest.approx(cell) if isinstance(cell, float) else cell for cell in here] == there, name
    # whoever changes a price or a count sees the summary follow
    found, hours = in_book(other, folder.name), rows[4][2]
    assert found["cost_jpy"] == pytest.approx(tree["figures"]["cost_jpy"] + 500 * hours)
    assert found["gap"] == pytest.approx(1 - tree["figures"]["bound_jpy"] / found["cost_jpy"])
    assert found["offered.calls"] > 1e6


def test_whatever_follows_from_other_cells_is_a_formula(folder: Path) -> None:
    content, say = (folder / in_language("plan.xlsx", folder.name)).read_bytes(), speaker(folder.name)
    found = {name: formulas(content, say(name)) for name in ("sheet_cost", "sheet_staff", "sheet_shifts", "sheet_hires",
                                                              "sheet_seats", "sheet_service", "sheet_summary")}  # fmt: skip
    assert {name: len(some) for name, some in found.items() if name not in ("sheet_staff", "sheet_summary")} == {
        "sheet_cost": 7, "sheet_shifts": 1, "sheet_hires": 1, "sheet_seats": 3, "sheet_service": 6,
    }  # fmt: skip
    staff = cells(content, say("sheet_staff"))
    assert len(found["sheet_staff"]) == len(staff) - 3
    assert all(row[-1] == sum(cell for cell in (row[1], row[3]) if cell) for row in staff[3:])
    summary = {row[3] for row in cells(content, say("sheet_summary"))}
    linked = {"cost_jpy", "gap", "hired.temps", "seats.tokyo", "seats.osaka", "lines.main", "offered.calls", "handled.calls"}
    assert linked <= summary
    assert len(found["sheet_summary"]) == len(linked)


def cells(content: bytes, name: str) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(name).to_python()


def sheet_number(content: bytes, name: str) -> int:
    return 1 + CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names.index(name)


def formulas(content: bytes, name: str) -> list[str]:
    """Return the formulas of a sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        text = packed.read(f"xl/worksheets/sheet{sheet_number(content, name)}.xml").decode()
    return re.findall(r"<f>([^<]*)</f>", text)


def changed(content: bytes, sheet: int, cell: str, before: float | None, after: float) -> bytes:
    """Return a workbook with another number in one cell."""
    made, file = io.BytesIO(), f"xl/worksheets/sheet{sheet}.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in packed.namelist():
            data = packed.read(name)
            if name == file:
                old = r"[^<]*" if before is None else f"{before:g}"
                text, count = re.subn(rf'(<c r="{cell}"[^>]*><v>){old}(</v>)', rf"\g<1>{after:g}\g<2>", data.decode())
                assert count == 1, cell
                data = text.encode()
            copy.writestr(name, data)
    return made.getvalue()


def recomputed(books: list[bytes], tmp_path: Path) -> list[bytes]:
    """Return workbooks as LibreOffice computes them."""
    files = [tmp_path / f"book{number}.xlsx" for number in range(len(books))]
    for file, content in zip(files, books, strict=True):
        file.write_bytes(content)
    assert SOFFICE is not None
    profile, home = f"-env:UserInstallation=file://{tmp_path}/office", {**os.environ, "HOME": str(tmp_path)}
    convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), *map(str, files)]
    subprocess.run([SOFFICE, "--headless", profile, *convert], check=True, capture_output=True, env=home, timeout=240)
    return [(tmp_path / "out" / file.name).read_bytes() for file in files]


def without_values(content: bytes) -> bytes:
    """Return a workbook in which no formula has a value yet, so that whoever opens it must compute."""
    made = io.BytesIO()
    removed = 0
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in packed.namelist():
            data = packed.read(name)
            if "worksheets/sheet" in name:
                text, count = re.subn(r"(<f>[^<]*</f>)<v>[^<]*</v>", r"\1", data.decode())
                data, removed = text.encode(), removed + count
            copy.writestr(name, data)
    assert removed > 5
    return made.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_has_its_words_its_fonts_and_the_same_bytes_twice(facts: Facts, language: str) -> None:
    from pypdf import PdfReader

    content = pdf(facts, language)
    assert content == pdf(facts, language)
    reader = PdfReader(io.BytesIO(content))
    text, say = pages(content), speaker(language)
    for word in ("answer", "how_sure", "why", "pictures", "assumptions", "definitions", "about", "cost_by_item"):
        assert say(word).replace(" ", "") in text, word
    assert facts.head.title.in_language(language).replace(" ", "") in text
    assert facts.head.fingerprint in text
    fonts = {str(font["/BaseFont"]).partition("+")[2] for page in reader.pages for font in fonts_of(page)}
    assert fonts
    assert all(name.startswith(("IPAexGothic", "DejaVuSans")) for name in fonts)
    pictures = sum(len(page.images) for page in reader.pages)
    assert pictures == 12
    assert "\ufffd" not in text
    assert BREAKABLE not in text


def fonts_of(page: Any) -> list[Any]:
    fonts = page["/Resources"].get_object().get("/Font", {})
    return [font.get_object() for font in fonts.get_object().values()] if fonts else []


def test_every_letter_of_the_pdf_is_in_a_packaged_font(facts: Facts) -> None:
    """The fonts of the machine are shut out, so a letter outside the packaged ones would be a box."""
    from surgesim.report.paper import blocks
    from surgesim.report.plots.album import album

    known = covered()
    for language in LANGUAGES:
        files = dict.fromkeys(album(facts, language), "0.png")
        text = json.dumps(list(blocks(facts, language, files)), ensure_ascii=False)
        lacking = {letter for letter in text if not letter.isspace() and ord(letter) not in known}
        assert lacking <= {BREAKABLE}, language


def covered() -> set[int]:
    import matplotlib as mpl
    from matplotlib.ft2font import FT2Font

    from surgesim.report.style import font_file

    latin = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return {code for file in (font_file(), latin) for code in FT2Font(str(file)).get_charmap()}
