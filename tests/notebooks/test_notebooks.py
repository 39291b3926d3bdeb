"""The pages run from top to bottom, are stored without outputs, and show what they promise."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
PAGES = sorted(FOLDER.glob("*.ipynb"))


def read(page: Path) -> Any:
    return nbformat.read(page, as_version=4)


def run(page: Path) -> Any:
    return NotebookClient(read(page), timeout=300, resources={"metadata": {"path": str(FOLDER)}}).execute()


def shown(notebook: Any, kind: str) -> list[str]:
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output["data"][kind] for output in outputs if kind in output.get("data", {})]


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_pages_are_stored_without_outputs(page: Path) -> None:
    notebook = read(page)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_one_desk_six_answers() -> None:
    notebook = run(FOLDER / "one-desk-six-answers.ipynb")
    answers = next(text for text in shown(notebook, "text/markdown") if "| 1. Erlang C |" in text)
    rows = {line.split("|")[1].strip()[3:]: line.split("|")[2:-1] for line in answers.splitlines()[2:]}
    assert list(rows) == ["Erlang C", "Erlang A", "with lines", "with redials", "through the day", "simulated"]
    number = {name: [float(re.sub(r"[^0-9.]", "", cell) or "nan") for cell in cells] for name, cells in rows.items()}
    calls, level, hung_up, busy, wait = (
        {name: cells[k] for name, cells in number.items()} for k in range(5)
    )  # fmt: skip
    assert rows["Erlang C"][4].strip() == "no limit"
    assert hung_up["Erlang C"] == busy["Erlang C"] == busy["Erlang A"] == 0.0
    assert level["Erlang C"] < level["with redials"] < level["Erlang A"] < level["with lines"]
    assert calls["Erlang A"] == 1600
    assert calls["with redials"] == calls["through the day"] > calls["with lines"]
    for name, near in (("calls", 0.02), ("level", 0.04), ("wait", 0.15)):
        column = {"calls": calls, "level": level, "wait": wait}[name]
        assert column["simulated"] == pytest.approx(column["through the day"], rel=near)
    assert len(shown(notebook, "image/png")) == 1
