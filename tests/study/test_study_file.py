"""Studies as files, and the verb that runs them."""

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from surgesim.base.errors import InputError
from surgesim.cli.main import execute
from surgesim.study.evaluate import PointsFailed
from surgesim.study.read import load_study
from surgesim.study.study import Study

GOOD = """\
study: 1
scenario: desk.yaml
replications: 3
grid:
  groups.team.heads: [5, 6]
  override: [as-is, busy]
measures: [service_level, offered]
by: [queue]
base: {groups.team.heads: 5, override: as-is}
"""


@pytest.fixture
def folder(tmp_path: Path, desk_file: Path) -> Path:
    (tmp_path / "desk.yaml").write_text(desk_file.read_text())
    return tmp_path


def written(folder: Path, text: str) -> Path:
    (folder / "study.yaml").write_text(text)
    return folder / "study.yaml"


def test_a_study_file_is_read(folder: Path) -> None:
    study, settings = load_study(written(folder, GOOD))
    assert repr(study) == "Study('desk', 4 points, sim, 3 replications, seed 1)"
    assert settings.by == ("queue",)
    rows = "points:\n  - {groups.team.heads: 5}\n  - {override: busy, groups.team.heads: 7}\n"
    text = GOOD.replace(GOOD[GOOD.index("grid:") : GOOD.index("measures:")], rows).replace("5, override: as-is", "5")
    assert [len(point.changes) for point in load_study(written(folder, text))[0].points] == [1, 2]


def test_every_problem_is_told_with_its_line(folder: Path) -> None:
    wrong = GOOD.replace("team.heads: [5, 6]", "team.heeds: [5, 6]\n  queues.calls.patience:\n    - never\n    - 4 minutes or so")
    wrong = wrong.replace("as-is, busy", "as-is, bussy").replace("offered]", "ofered]").replace("by: [queue]", "by: [moon]")
    with pytest.raises(InputError) as caught:
        load_study(written(folder, wrong))
    places = {problem.where.rpartition(":")[2]: problem.what for problem in caught.value.problems}
    assert all(problem.where.startswith(str(folder / "study.yaml:")) for problem in caught.value.problems)
    assert set(places) == {"5", "8", "9", "10", "11"}
    assert "heeds" in places["5"]
    assert "4 minutes or so" in places["8"]
    assert "bussy" in places["9"]


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("replications: 3", "replikations: 3", "3", "replikations"),
        ("desk.yaml", "dusk.yaml", "2", "no such file"),
        ("study: 1", "study: 2", "1", "study"),
        ("by: [queue]", "points: [{override: busy}]", "8", "both given"),
        ("replications: 3", "replications: 0", "3", "replications"),
        ("base: {groups.team.heads: 5", "base: {groups.team.heads: 9", "9", "no points have"),
        ("base: {groups.team.heads: 5, ", "base: {", "9", "2 points have"),
        (GOOD[GOOD.index("grid:") : GOOD.index("measures:")], "grid: {}\n", "4", "at least one"),
    ],
)
def test_unknown_keys_and_missing_files_are_told(folder: Path, old: str, new: str, line: str, word: str) -> None:
    with pytest.raises(InputError) as caught:
        load_study(written(folder, GOOD.replace(old, new)))
    assert any(one.where.endswith(f"study.yaml:{line}") and word in str(one) for one in caught.value.problems), str(caught.value)


def test_a_fault_of_the_scenario_is_told_at_its_own_line(folder: Path) -> None:
    (folder / "desk.yaml").write_text((folder / "desk.yaml").read_text().replace("seats: 30", "seets: 30"))
    with pytest.raises(InputError, match=r"desk.yaml:\d+: .*seets"):
        load_study(written(folder, GOOD))


def test_the_verb_prints_measures_and_differences(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(folder, GOOD)
    assert execute(["study", str(file), "--json", "--out", str(folder / "out"), "--workers", "threads:2"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"measures", "differences"}
    row = next(row for row in found["measures"] if row["point"] == 3 and row["measure"] == "service_level")
    assert (row["groups.team.heads"], row["override"], row["queue"]) == (6, "busy", "calls")
    kept = pl.read_parquet(folder / "out" / "measures.parquet").filter(point=3, measure="service_level", queue="calls")
    assert kept["value"][0] == pytest.approx(row["value"])
    assert {row["point"] for row in found["differences"]} == {1, 2, 3}
    assert execute(["study", str(file), "--out", str(folder / "out")]) == 0
    assert "Service level (of offered)" in capsys.readouterr().out
    assert execute(["study", str(file), "--check"]) == 0
    assert "4 points" in capsys.readouterr().out


def test_bad_input_exits_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(folder, GOOD)
    assert execute(["study", str(file), "--workers", "horses:4"]) == 2
    assert "names no workers" in capsys.readouterr().err
    assert execute(["study", str(folder / "no.yaml")]) == 2
    assert execute(["study", str(file), "--out", str(folder)]) == 2
    assert "no folder of a study" in capsys.readouterr().err


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["study", "--help"]) == 0
    assert "surgesim study" in capsys.readouterr().out


def test_ctrl_c_exits_130_and_says_how_to_go_on(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from surgesim.study import evaluate

    honest, calls = evaluate.compute, []

    def interrupted(task: object) -> object:
        calls.append(task)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return honest(task)  # type: ignore[arg-type]

    monkeypatch.setattr(evaluate, "compute", interrupted)
    file = written(folder, GOOD)
    assert execute(["study", str(file), "--out", str(folder / "out"), "--workers", "serial"]) == 130
    assert "2 of 4 points are kept" in capsys.readouterr().err
    assert execute(["study", str(file), "--out", str(folder / "out"), "--workers", "serial"]) == 0
    assert len(calls) == 5


def test_shipped_studies_are_read() -> None:
    files = sorted((Path(__file__).parents[2] / "studies").glob("*.yaml"))
    assert files
    for file in files:
        assert len(load_study(file)[0].points) > 1


CROWDED = GOOD.replace("[5, 6]", "[5, 40]").replace("override: [as-is, busy]", "sites.here.seats: [30, 50]")


def crowded(folder: Path, base: str = "{groups.team.heads: 5, sites.here.seats: 30}") -> Path:
    """A study of which one point of four cannot be built: 40 heads on 30 seats."""
    return written(folder, CROWDED.replace("{groups.team.heads: 5, override: as-is}", base))


def test_points_that_cannot_be_built_are_told_after_the_table_of_the_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = crowded(folder)
    assert execute(["study", str(file), "--workers", "serial"]) == 2
    shown = capsys.readouterr()
    rows = [line.split()[:3] for line in shown.out.splitlines() if line.strip()[:1].isdigit()]
    assert rows[0] == ["0", "5", "30"]
    assert {row[0] for row in rows} == {"0", "1", "3"}
    assert "point 2 (groups.team.heads 40, sites.here.seats 30): " in shown.err
    assert "seats" in shown.err.split("): ", 1)[1]
    assert execute(["study", str(file), "--workers", "serial", "--json", "--out", str(folder / "out")]) == 2
    found = json.loads(capsys.readouterr().out)
    assert {row["point"] for row in found["measures"]} == {0, 1, 3}
    assert {row["point"] for row in found["differences"]} == {1, 3}
    assert found["error"]["exit_code"] == 2
    assert [one["what"].partition(":")[0] for one in found["error"]["problems"]] == [
        "point 2 (groups.team.heads 40, sites.here.seats 30)"
    ]
    assert len(list((folder / "out" / "points").iterdir())) == 3


def test_the_table_is_shown_without_differences_where_the_base_cannot_be_built(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = crowded(folder, "{groups.team.heads: 40, sites.here.seats: 30}")
    assert execute(["study", str(file), "--workers", "serial", "--json"]) == 2
    assert set(json.loads(capsys.readouterr().out)) == {"measures", "error"}


def test_a_study_without_any_point_that_can_be_built_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points = "points:\n  - {groups.team.heads: 40, sites.here.seats: 30}\n  - {groups.team.heads: 50, sites.here.seats: 30}\n"
    text = GOOD.replace(GOOD[GOOD.index("grid:") : GOOD.index("measures:")], points)
    file = written(folder, text[: text.index("base:")])
    assert execute(["study", str(file), "--workers", "serial"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("point ") == 2


def test_the_error_carries_the_answers_of_the_other_points(folder: Path) -> None:
    study, _ = load_study(crowded(folder))
    with pytest.raises(PointsFailed) as caught:
        study.run("serial")
    error = caught.value
    assert (list(error.failed), error.numbers) == ([2], (0, 1, 3))
    assert error.answers is not None
    alone = Study(study.scenario, None, study.replications, study.seed, points=(replace(study.points[3], number=0),))
    wanted = alone.run("serial").measures("queue", "service_level")["value"].to_list()
    assert error.answers.measures("queue", "service_level").filter(point=2)["value"].to_list() == wanted
