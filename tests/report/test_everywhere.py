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
    blank = tmp_path / "blank.xlsx"
    blank.write_bytes(without_values((folder / in_language("plan.xlsx", folder.name)).read_bytes()))
    assert SOFFICE is not None
    profile, home = f"-env:UserInstallation=file://{tmp_path}/office", {**os.environ, "HOME": str(tmp_path)}
    convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), str(blank)]
    subprocess.run([SOFFICE, "--headless", profile, *convert], check=True, capture_output=True, env=home, timeout=240)
    say, tree = speaker(folder.name), json.loads((folder / "summary.json").read_text("utf-8"))
    book = CalamineWorkbook.from_path(str(tmp_path / "out" / "blank.xlsx"))
    cost = book.get_sheet_by_name(say("sheet_cost")).to_python()
    assert cost[-1][5] == pytest.approx(tree["figures"]["cost_jpy"])
    assert [row[5] for row in cost[4:-1]] == pytest.approx([row["cost_jpy"] for row in tree["costs"]])
    assert in_book((tmp_path / "out" / "blank.xlsx").read_bytes(), folder.name) == pytest.approx(tree["figures"])


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
