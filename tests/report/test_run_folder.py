"""The run folder of a plan: whole, readable, the same bytes twice, and written again without computing."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from surgesim.base.errors import InputError
from surgesim.report import run_folder
from surgesim.report.run_folder import TABLES, rewrite_report, write_plan
from surgesim.result.folder import read, write


@pytest.fixture(scope="module")
def folder(plan: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runs") / "one"
    assert write_plan(plan, place) == place / "report.html"
    return place


def _content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_the_folder_holds_everything(folder: Path, plan: Any) -> None:
    found = set(_content(folder))
    wanted = {f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")}
    wanted |= {"report.html", "report.json", "plan.xlsx", "summary.json", "scenario.yaml", "meta.json", "actual.csv"}
    assert wanted <= found
    assert len([name for name in found if name.startswith("figures/")]) == 12
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    assert meta["fingerprint"] == plan.scenario.fingerprint
    assert meta["plan"]["status"] == "optimal"
    assert meta["plan"]["bound_jpy"] == plan.bound
    assert meta["engine"] == "sim"


def test_tables_hold_the_plan(folder: Path, plan: Any) -> None:
    assert pl.read_parquet(folder / "plan.parquet").equals(plan.table)
    written = pl.read_csv(folder / "plan.csv")
    assert written["heads"].sum() == plan.table["heads"].sum()
    assert written["start"][0] == "2020-04-08T00:00:00+09:00"
    assert pl.read_csv(folder / "cost.csv")["cost_jpy"].sum() == pytest.approx(plan.cost)


def test_the_result_of_the_folder_can_be_read_again(folder: Path, plan: Any) -> None:
    assert read(folder).tables.equals(plan.result.tables)


def test_a_second_run_writes_the_same_bytes(folder: Path, plan: Any) -> None:
    before = _content(folder)
    write_plan(plan, folder)
    assert _content(folder) == before


def test_the_report_is_written_again_in_the_other_language(
    plan: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "run"
    write_plan(plan, place)
    before = _content(place)
    monkeypatch.setattr(run_folder, "facts_of_plan", None)
    page = rewrite_report(place, "ja")
    assert page == place / "report.ja.html"
    assert 'lang="ja"' in page.read_text("utf-8")
    both = _content(place)
    added = {name for name in both if ".ja" in name}
    assert {name: content for name, content in both.items() if name not in added} == before
    assert {"report.ja.html", "plan.ja.xlsx", "figures.ja/cost.png"} <= added
    rewrite_report(place, "en")
    assert _content(place) == both


def test_other_folders_are_refused(plan: Any, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(InputError, match="holds no plan and no run"):
        rewrite_report(tmp_path / "mine")
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    with pytest.raises(InputError, match="not written by surgesim"):
        write_plan(plan, tmp_path / "mine")


def test_a_plain_run_gets_a_report_too(plan: Any, tmp_path: Path) -> None:
    page = rewrite_report(write(plan.result, tmp_path / "plain"))
    assert "Simulation result" in page.read_text("utf-8")
    assert (tmp_path / "plain" / "report.json").is_file()


def test_facts_that_were_changed_by_hand_are_refused(plan: Any, tmp_path: Path) -> None:
    write_plan(plan, tmp_path / "run")
    (tmp_path / "run" / "report.json").write_text('{"head": 1}')
    with pytest.raises(InputError, match="changed by hand"):
        rewrite_report(tmp_path / "run")


def test_a_failure_leaves_the_old_folder_whole(plan: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_plan(plan, tmp_path / "run")
    before = _content(tmp_path / "run")

    def broken(*_: object) -> bytes:
        raise RuntimeError("disk full")

    monkeypatch.setattr(run_folder, "workbook", broken)
    with pytest.raises(RuntimeError, match="disk full"):
        write_plan(replace(plan, status="other"), tmp_path / "run")
    assert _content(tmp_path / "run") == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_scenario_file_with_the_name_of_a_table_is_refused(plan: Any, tmp_path: Path) -> None:
    (tmp_path / "cost.csv").write_bytes((plan.scenario.folder / "actual.csv").read_bytes())
    tree = {**plan.scenario.tree(), "actuals": {**plan.scenario.tree()["actuals"], "file": "cost.csv"}}
    clashing = replace(plan, scenario=type(plan.scenario).build(tree, tmp_path))
    with pytest.raises(InputError, match=r"table cost\.csv of its own"):
        write_plan(clashing, tmp_path / "run")
