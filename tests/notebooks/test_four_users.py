"""The pages of planner, consultant, operations and researcher run in a copied folder and show what they promise."""

import re
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest
from nbclient import NotebookClient

from surgesim.cli.serving import copy_notebooks

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pages")
    assert copy_notebooks(place) >= 9
    return place


def run(folder: Path, name: str) -> list[Any]:
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def html_tables(outputs: list[Any]) -> list[list[list[str]]]:
    """Rows of cells of every table that is shown."""
    pages = ["".join(output["data"]["text/html"]) for output in outputs if "text/html" in output.get("data", {})]
    bodies = [page.partition("<tbody>")[2] for page in pages]
    rows = [re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL) for body in bodies]
    cells = [[re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in page] for page in rows]
    return [[[re.sub(r"<.*?>|&quot;", "", cell) for cell in row] for row in page if row] for page in cells]


def printed(outputs: list[Any]) -> str:
    return "".join(output["text"] for output in outputs if output["output_type"] == "stream" and output["name"] == "stdout")


def pictures(outputs: list[Any]) -> int:
    return sum("image/png" in output.get("data", {}) for output in outputs)


@pytest.mark.parametrize(("name", "word"), [("planner-what-if", "People affected"), ("planner-what-if-ja", "対象者数")])
def test_the_planners_page_shows_the_panel(folder: Path, name: str, word: str) -> None:
    shown = [output["data"] for output in run(folder, name) if "data" in output]
    assert any("application/vnd.jupyter.widget-view+json" in data for data in shown)
    assert any(word in data.get("text/plain", "") for data in shown)


def test_the_consultants_quote_adds_up_and_does_not_flip(folder: Path) -> None:
    outputs = run(folder, "consultant-standby")
    service, quote, totals, differences = (table for table in html_tables(outputs) if table)
    names = ["package", "item", "quantity", "unit", "price", "weight", "cost", "expected"]
    lines = pl.DataFrame(quote, schema=names, orient="row")
    lines = lines.with_columns(pl.col("quantity", "price", "weight", "cost", "expected").cast(pl.Float64))
    assert lines.filter((pl.col("quantity") * pl.col("price") - pl.col("cost")).abs() > 1e-5 * pl.col("cost")).is_empty()
    sums = lines.group_by("package", maintain_order=True).agg(pl.col("expected").sum())["expected"].to_list()
    assert [float(row[1]) for row in totals] == pytest.approx(sums, rel=1e-5)
    assert [row[0] for row in service] == ["none", "small", "medium", "large"]
    for _, measure, difference, low, high in differences:
        assert float(low) < float(difference) < float(high)
        assert (float(low) > 0) if measure == "service_level" else (float(high) < 0)
    assert pictures(outputs) == 1
    assert printed(outputs).count("break-even") == 3


def test_operations_forecasts_updates_and_follows_the_day(folder: Path) -> None:
    outputs = run(folder, "operations-nightly")
    assert "the peak lies" in printed(outputs)
    assert "read anew: the same forecast" in printed(outputs)
    assert pictures(outputs) == 1
    table, afternoon, heads = (table for table in html_tables(outputs) if table)
    assert len(table) == 6
    assert all(int(row[1]) > 0 for row in afternoon)
    assert all(int(busy) >= int(median) > 0 for _, _, median, busy in heads)


def test_the_researchers_policy_meets_its_oracle_and_pairing_pays(folder: Path) -> None:
    outputs = run(folder, "researcher-routing")
    against_exact, effect = (table for table in html_tables(outputs) if table)
    assert {row[0] for row in against_exact} == {"priority-list", "keep-one"}
    assert all(abs(float(row[-1])) < 4.0 for row in against_exact)
    for _, exact, paired, width, _, independent_width in effect:
        assert abs(float(exact) - float(paired)) < float(width)
        assert float(width) < float(independent_width)
    assert float(re.search(r"factor of ([0-9.]+)", printed(outputs)).group(1)) > 2  # type: ignore[union-attr]


def test_copies_keep_what_somebody_changed(folder: Path) -> None:
    (folder / "planner.yaml").write_text("mine")
    (folder / "one-desk.yaml").unlink()
    assert copy_notebooks(folder) == 1
    assert (folder / "planner.yaml").read_text() == "mine"
