"""The terminal: verbs, exit codes, no traceback, answers on standard output, remarks on standard error."""

import json
from pathlib import Path

import pytest

from surgesim.cli.main import execute
from surgesim.result.folder import read

SCENARIO = """\
surgesim: 1
name: small
clock: {start: 2027-11-09, days: 1, interval: 1h}
hours: {desk: {every_day: "09:00-12:00"}}
reasons: {question: {queue: calls}}
demand: {usual: {kind: rates, rate: 40/h, reasons: {question: 100%}}}
queues:
  calls: {hours: desk, patience: exponential(3min), handling: {talk: exponential(5min)}}
sites: {tokyo: {seats: 10}}
groups: {first: {site: tokyo, skills: [calls], heads: 5}}
targets: [{queue: calls, measure: service_level, at_least: 50%}]
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "small.yaml"
    path.write_text(SCENARIO)
    return path


def test_help_names_every_verb_and_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["--help"]) == 0
    text = capsys.readouterr().out
    for verb in ("check", "run", "plan", "compare", "forecast", "report", "list", "new", "schema"):
        assert verb in text
    assert execute(["--version"]) == 0
    assert capsys.readouterr().out.startswith("surgesim ")


def test_check_says_what_is_wrong_and_exits_2(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["check", str(file)]) == 0
    assert "nothing is wrong" in capsys.readouterr().out
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(SCENARIO.replace("seats: 10", "seets: 10").replace("exponential(3min)", "exponential(3)"))
    assert execute(["check", str(wrong)]) == 2
    found = capsys.readouterr().err
    assert "wrong.yaml:" in found
    assert "seets" in found
    assert "problems" in found
    assert "Traceback" not in found


def test_bad_input_exits_2_without_traceback(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["run", str(tmp_path / "no.yaml")], ["run", str(file), "--engine", "abacus"], ["list", "no-shelf"], ["new", "no-kind"],
        ["report", str(tmp_path)], ["plan", str(file), "--lang", "fr"], ["run", str(file), "--set", "sites.tokyo.seets=1"],
    ):  # fmt: skip
        assert execute(words) == 2, words
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err
        assert "Traceback" not in captured.err


def test_unknown_options_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["run", "--no-such-option"]) == 2
    assert "no-such-option" in capsys.readouterr().err


def test_run_prints_measures_and_writes_a_folder(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["run", str(file), "--engine", "erlang", "--json", "--out", str(tmp_path / "one")]) == 0
    rows = json.loads(capsys.readouterr().out)
    level = next(row for row in rows if row["measure"] == "service_level")
    assert 0.0 < level["value"] < 1.0
    assert read(tmp_path / "one").engine == "erlang"
    assert execute(["run", str(file), "--engine", "erlang", "--set", "groups.first.heads=9", "--by", "hour,queue"]) == 0
    assert "Service level (of offered)" in capsys.readouterr().out


def test_compare_of_two_folders(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, heads in (("a", 5), ("b", 8)):
        words = ["run", str(file), "--engine", "erlang", "--set", f"groups.first.heads={heads}", "--out", str(tmp_path / name)]
        assert execute(words) == 0
    capsys.readouterr()
    assert execute(["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert next(row for row in rows if row["measure"] == "service_level")["difference"] > 0
    assert execute(["compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    assert "groups.first.heads: 5 -> 8" in capsys.readouterr().out


def test_list_shows_every_shelf(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["list", "--json"]) == 0
    shelves = json.loads(capsys.readouterr().out)
    assert {"incidents", "channels", "routing"} <= set(shelves)
    assert "recall" in shelves["incidents"]
    assert execute(["list", "incidents"]) == 0
    assert "recall" in capsys.readouterr().out


def test_new_writes_a_scenario_that_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("recall", "data-leak", "disaster", "food-recall", "plain"):
        assert execute(["new", kind]) == 0
        (tmp_path / "my.yaml").write_text(capsys.readouterr().out, "utf-8")
        assert execute(["check", str(tmp_path / "my.yaml")]) == 0
        capsys.readouterr()


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["queues"]


def test_a_scenario_without_levers_cannot_be_planned(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["plan", str(file)]) == 2
    assert "nothing can be decided" in capsys.readouterr().err
