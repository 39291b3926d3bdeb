"""With --json every verb prints one JSON document on standard output and nothing else, errors as well, with its exit code."""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from surgesim.cli.main import app, execute

ROOT = Path(__file__).parents[2]
SMALL = """\
surgesim: 1
name: small
clock: {start: 2027-11-09, days: 1, interval: 1h}
hours: {desk: {every_day: "09:00-12:00"}}
reasons: {question: {queue: calls}}
demand: {usual: {kind: rates, rate: 40/h, reasons: {question: 100%}}}
queues:
  calls: {hours: desk, patience: exponential(3min), handling: {talk: exponential(5min)}}
sites: {tokyo: {seats: 4}}
shifts: {morning: {time: 09:00-12:00}}
groups: {first: {site: tokyo, skills: [calls]}}
targets: [{queue: calls, measure: service_level, at_least: 80%}]
levers: {staff: {first: {shifts: [morning], wage: 2_000 JPY/head/h, on_hand: 3}}}
"""
HEADS = ["--set", "groups.first.heads=4"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("json")
    (place / "small.yaml").write_text(SMALL)
    grid = "grid: {groups.first.shrinkage: [10%, 20%]}"
    (place / "study.yaml").write_text(f"study: 1\nscenario: small.yaml\n{grid}\nreplications: 2\n")
    (place / "broken.yaml").write_text(SMALL.replace("seats", "seets"))
    return place


@pytest.fixture
def said(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Returns exit code and document of a command in the folder."""
    monkeypatch.chdir(folder)

    def run(*words: str) -> tuple[int, Any]:
        code = execute([*words, "--json"])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, json.loads(captured.out)

    return run


@pytest.mark.parametrize("command", app.registered_commands, ids=lambda command: command.callback.__name__)
def test_every_verb_has_the_option(command: Any) -> None:
    assert "json_" in inspect.signature(command.callback).parameters


def test_verbs_that_look(said: Any) -> None:
    assert said("new", "recall")[1]["yaml"].startswith("# A product is recalled")
    assert said("tutorial", "mine")[1] == {"read": "mine/README.md", "new_files": 4}
    assert said("check", "small.yaml") == (0, {"small.yaml": []})
    assert "longest-wait" in said("list", "routing")[1]["routing"]
    assert said("list", "measures")[1]["offered"]["ja"]
    assert said("schema")[1]["properties"]
    assert len(said("study", "study.yaml", "--check")[1]["points"]) == 2


def test_verbs_that_compute(said: Any) -> None:
    assert said("warmup")[1] == {"compiled": True}
    code, rows = said("run", "small.yaml", *HEADS, "--replications", "3", "--out", "out")
    assert code == 0
    assert {"service_level", "offered"} <= {row["measure"] for row in rows}
    assert said("compare", "out", "out")[1][0]["difference"] == 0.0
    assert said("explain", "out", "2027-11-09 10:30")[1]["queue"] == "calls"
    assert said("report", "out")[1]["report"] == "out/report.html"
    assert said("study", "study.yaml", "--workers", "serial")[1]["measures"]
    assert len(said("forecast", "--usual", "300", "--announcement", "2027-04-07", "--horizon", "3d")[1]) == 3
    assert "channels" in said("deflection", str(ROOT / "scenarios" / "kettle-small.yaml"))[1]


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (["run", "no.yaml"], 2, "ScenarioError"),
        (["run", "broken.yaml"], 2, "ScenarioError"),
        (["run", "small.yaml", "--engine", "abacus"], 2, ""),
        (["run", "small.yaml", "--no-such-option"], 2, "InputError"),
        (["run"], 2, "InputError"),
        (["new", "no-kind"], 2, "CatalogueError"),
        (["list", "no-shelf"], 2, "InputError"),
        (["app", "no.yaml"], 2, "ScenarioError"),
        (["tutorial", "small.yaml"], 2, "InputError"),
        (["report", "nowhere"], 2, "InputError"),
    ],
)
def test_errors_are_documents_with_the_exit_code(said: Any, words: list[str], code: int, kind: str) -> None:
    found, tree = said(*words)
    assert found == tree["error"]["exit_code"] == code
    assert kind in tree["error"]["kind"]
    assert all(problem["what"] for problem in tree["error"]["problems"])


def test_a_refusal_is_a_document_too(said: Any) -> None:
    code, tree = said("plan", "small.yaml", "--replications", "20")
    assert code == 3
    assert tree["feasible"] is False


def test_help_says_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    for words in ("0 done", "2 input", "3 no plan is feasible", "4 a promise is missed", "130 interrupted"):
        assert words in text
