"""Results, comparisons, and run folders that are whole, the same every time, and run again."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from small_centre import TREE

from surgesim.base.errors import InputError
from surgesim.result import folder as run_folders
from surgesim.result.compare import compare
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS
from surgesim.result.files import atomic_write
from surgesim.result.flags import Flag
from surgesim.result.folder import is_run_folder, read, run_folder, write, write_into
from surgesim.result.measures import MEASURES
from surgesim.result.result import Result
from surgesim.result.tables import Axes, from_arrays
from surgesim.scenario.read import load
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.written import as_yaml

Make = Callable[..., Any]
FLAG = Flag("warning", "horizon", "calls", "12 callers were still waiting", "add days", "12件が待機中です")
TABLE_FILES = ("groups.parquet", "queues.parquet", "trunks.parquet", "waits.parquet")


@pytest.fixture
def result(scenario: Scenario, make: Make) -> Result:
    side = {"workings": pl.DataFrame({"interval": [0, 1], "load": [1.5, 2.5]})}
    return Result(scenario, "sim", 1, 5, make(5), (FLAG,), side, {"workers": 1})


def content(path: Path) -> dict[str, str]:
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return {str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_result_knows_where_it_comes_from(result: Result, scenario: Scenario) -> None:
    assert result.meta["fingerprint"] == scenario.fingerprint
    assert result.meta["version"]
    assert "1 warnings" in repr(result)
    with pytest.raises(TypeError):
        result.meta["seed"] = 2  # type: ignore[index]
    assert result.intervals is result.tables.queues


def test_flag_speaks_two_languages() -> None:
    assert str(FLAG) == "warning: calls: 12 callers were still waiting; add days"
    assert FLAG.in_language("ja") == "12件が待機中です"
    assert Flag("note", "x", "", "said").in_language("ja") == "said"


def test_pandas_at_the_edge(result: Result) -> None:
    frames = result.to_pandas()
    assert set(frames) == {"intervals", "groups", "trunks", "waits"}
    intervals = frames["intervals"]
    assert str(intervals["start"].dt.tz) == "Asia/Tokyo"
    assert intervals["start"].iloc[0].isoformat() == "2020-04-08T00:00:00+09:00"
    assert list(intervals["queue"].cat.categories) == ["calls", "mail"]
    assert list(intervals["queue"].iloc[:3]) == ["calls", "mail", "calls"]
    assert intervals["offered"].sum() == result.intervals["offered"].sum()


def test_a_second_identical_run_gives_the_same_bytes(scenario: Scenario, make: Make, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(Result(scenario, "sim", 1, 5, make(5), (FLAG,), {}, {}), tmp_path / name)
    assert content(tmp_path / "one") == content(tmp_path / "two")
    assert {"scenario.yaml", "meta.json", *TABLE_FILES} == set(content(tmp_path / "one"))


def test_golden_run_folder(result: Result, tmp_path: Path) -> None:
    """What stands in a run folder is fixed: readers of other years and programs rely on it."""
    write(result, tmp_path / "run")
    meta = json.loads((tmp_path / "run" / "meta.json").read_text("utf-8"))
    assert {key: meta[key] for key in ("format", "scenario", "engine", "seed", "replications", "workers")} == {
        "format": "surgesim run 1", "scenario": "small", "engine": "sim", "seed": 1, "replications": 5, "workers": 1,
    }  # fmt: skip
    assert meta["flags"] == [FLAG.tree()]
    assert set(meta["files"]) == {*TABLE_FILES, "side-workings.parquet"}
    queues = pl.read_parquet(tmp_path / "run" / "queues.parquet")
    assert queues.columns[:4] == ["replication", "interval", "start", "queue"]
    assert queues.shape == (5 * 48 * 2, 4 + len(QUEUE_COLUMNS))
    busiest = queues.sort("offered", descending=True, maintain_order=True).row(0, named=True)
    assert (busiest["replication"], busiest["interval"], busiest["queue"], busiest["offered"]) == (0, 2, "mail", 149.0)
    assert queues["offered"].sum() == 26151.0
    assert load(tmp_path / "run" / "scenario.yaml").fingerprint == meta["fingerprint"]


def test_there_and_back(result: Result, tmp_path: Path) -> None:
    back = read(write(result, tmp_path / "deep" / "run"))
    assert back.tables.equals(result.tables)
    assert back.scenario.tree() == result.scenario.tree()
    assert (back.engine, back.seed, back.replications, back.flags) == ("sim", 1, 5, (FLAG,))
    assert dict(back.meta) == dict(result.meta)
    assert back.side["workings"].equals(result.side["workings"])
    assert back.measures(["day", "queue"]).equals(result.measures(["day", "queue"]))


def with_file(folder: Path, name: str) -> Scenario:
    columns = {"start": "day", "offered": "calls"}
    tree = {**TREE, "actuals": {"file": name, "columns": columns, "counts": "offered"}}
    (folder / "case.yaml").write_text(as_yaml(tree), "utf-8")
    return load(folder / "case.yaml")


@pytest.mark.parametrize("name", ["data/past.csv", "../elsewhere.csv"])
def test_files_of_the_scenario_travel_with_it(make: Make, tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    (home / name).write_text("day,calls\n2020-04-01,100\n2020-04-02,120\n", "utf-8")
    scenario = with_file(home, name)
    result = Result(scenario, "sim", 1, 2, make(2))
    back = read(write(result, tmp_path / "run"))
    assert back.meta["fingerprint"] == scenario.fingerprint
    assert back.scenario.actuals is not None
    copied = (back.scenario.folder / back.scenario.actuals.file).resolve()
    assert copied.is_relative_to((tmp_path / "run").resolve())
    assert copied.read_text("utf-8").startswith("day,calls")
    assert (back.scenario.fingerprint == scenario.fingerprint) == (name == "data/past.csv")


def test_a_run_folder_is_replaced_and_anything_else_is_kept(result: Result, tmp_path: Path) -> None:
    target = tmp_path / "run"
    write(result, target)
    (target / "stale.html").write_text("old")
    write(result, target)
    assert "stale.html" not in content(target)
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.txt").write_text("years of work")
    with pytest.raises(InputError, match="not written by surgesim"):
        write(result, other)
    assert (other / "chapter.txt").read_text() == "years of work"
    with pytest.raises(InputError, match="is a file"):
        write(result, other / "chapter.txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "thesis"]


def test_an_interrupted_write_leaves_the_old_folder(result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = write(result, tmp_path / "run")
    before = content(target)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(run_folders, "write_json", fail)
    with pytest.raises(OSError, match="disk full"):
        write(result, target)
    assert content(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_more_files_beside_the_result(result: Result, tmp_path: Path) -> None:
    with run_folder(tmp_path / "plan") as folder:
        write_into(result, folder, {"gap": 0.01})
        (folder / "report.html").write_text("<p>")
    assert json.loads((tmp_path / "plan" / "meta.json").read_text("utf-8"))["gap"] == 0.01
    assert read(tmp_path / "plan").meta["gap"] == 0.01
    assert (tmp_path / "plan" / "report.html").exists()


def test_changed_and_missing_tables_are_refused(result: Result, tmp_path: Path) -> None:
    target = write(result, tmp_path / "run")
    (target / "queues.parquet").write_bytes(b"something else")
    (target / "waits.parquet").unlink()
    with pytest.raises(InputError) as caught:
        read(target)
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError, match="no run folder"):
        read(tmp_path)
    assert not is_run_folder(tmp_path / "nowhere")


def test_atomic_file(tmp_path: Path) -> None:
    target = tmp_path / "new" / "table.csv"
    with atomic_write(target) as path:
        path.write_text("1")
        assert not target.exists()
    assert target.read_text() == "1"
    with pytest.raises(UnicodeEncodeError), atomic_write(target) as path:
        path.write_text("2" * 10_000 + "\ud800", "utf-8")
    assert target.read_text() == "1"
    assert [file.name for file in target.parent.iterdir()] == ["table.csv"]
    with pytest.raises(InputError, match="is a folder"), atomic_write(tmp_path):
        pass


def other_result(scenario: Scenario, make: Make, engine: str = "sim", seed: int = 1, n: int = 5, scale: float = 120.0) -> Result:
    return Result(scenario, engine, seed, n, make(n, 1, scale))


def daily_calls(result: Result) -> np.ndarray:
    calls = result.intervals.filter(pl.col("queue") == "calls")
    return calls.group_by("replication").agg(pl.col("offered").sum()).sort("replication")["offered"].to_numpy()


def test_paired_comparison(result: Result, scenario: Scenario, make: Make) -> None:
    found = compare(result, other_result(scenario, make), "queue")
    assert found.paired
    assert not found.flags
    assert found.table.columns == ["queue", "measure", "a", "b", "difference", "low", "high", "unit", "n"]
    row = found.table.filter((pl.col("queue") == "calls") & (pl.col("measure") == "offered")).row(0, named=True)
    change = daily_calls(other_result(scenario, make)) - daily_calls(result)
    assert row["difference"] == pytest.approx(change.mean())
    half = 2.7764451051977987 * change.std(ddof=1) / np.sqrt(5)  # t(0.975, 4)
    assert row["low"] == pytest.approx(change.mean() - half)
    assert row["n"] == 5


def test_a_result_is_equal_to_itself(result: Result) -> None:
    table = compare(result, result, ["day"]).table.drop_nulls()
    assert table["difference"].abs().max() == 0.0
    assert (table["high"] - table["low"]).abs().max() == 0.0
    assert set(table["measure"]) <= {measure.name for measure in MEASURES}


def test_unpaired_comparison_is_wider_and_says_so(result: Result, scenario: Scenario, make: Make) -> None:
    paired = compare(result, other_result(scenario, make), of=["service_level"]).table
    found = compare(result, other_result(scenario, make, seed=2), of=["service_level"])
    assert [flag.code for flag in found.flags] == ["unpaired"]
    assert found.table["difference"][0] == pytest.approx(paired["difference"][0])
    assert found.table["high"][0] - found.table["low"][0] > paired["high"][0] - paired["low"][0]
    assert compare(result, other_result(scenario, make, n=3)).paired is False


def test_an_expectation_beside_a_simulation(result: Result, scenario: Scenario, make: Make) -> None:
    formula = other_result(scenario, make, "erlang", n=1)
    found = compare(formula, result, of=["answer_rate"])
    own = result.measures(of="answer_rate")
    assert [flag.code for flag in found.flags] == ["expectation"]
    row = found.table.row(0, named=True)
    assert row["high"] - row["low"] == pytest.approx(own["high"][0] - own["low"][0])
    both = compare(formula, formula).table
    assert both["low"].null_count() == both.height
    assert both["difference"].drop_nulls().abs().max() == 0.0


def test_results_over_different_horizons_are_not_compared(result: Result) -> None:
    longer = Scenario.model_validate({**TREE, "clock": {"start": "2020-04-08", "days": 3, "interval": "1h"}})
    zeros = np.zeros((5, 72, 2, len(QUEUE_COLUMNS)))
    other = Result(longer, "sim", 1, 5, from_arrays(Axes.of(longer), zeros, zeros[..., : len(GROUP_COLUMNS)]))
    with pytest.raises(InputError, match="different clocks"):
        compare(result, other)


def test_only_common_queues_are_compared(result: Result, make: Make) -> None:
    queues = {"calls": TREE["queues"]["calls"], "post": TREE["queues"]["mail"]}
    tree = {**TREE, "queues": queues, "reasons": {"refund": {"queue": "calls"}, "letter": {"queue": "post"}}}
    tree["groups"] = {**TREE["groups"], "second": {**TREE["groups"]["second"], "skills": ["calls", "post"]}}
    renamed = Scenario.model_validate(tree)
    data = make(5)
    columns = {"queues": QUEUE_COLUMNS, "groups": GROUP_COLUMNS}
    values = [data.values(name, some).reshape(5, 48, 2, -1) for name, some in columns.items()]
    found = compare(result, Result(renamed, "sim", 1, 5, from_arrays(Axes.of(renamed), *values)), "queue")
    assert found.table["queue"].unique().to_list() == ["calls"]
