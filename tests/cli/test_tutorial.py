"""The tutorial runs as it stands; examples in docstrings are true; the glossary is current; every verb helps and speaks JSON."""

import doctest
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from surgesim.base.catalogue import shelves
from surgesim.cli.main import app, execute
from surgesim.report.glossary import markdown

ROOT = Path(__file__).parents[2]
VERBS = sorted(command.name or command.callback.__name__ for command in app.registered_commands if command.callback)
EXAMPLES = sorted(
    ".".join(file.relative_to(ROOT / "src").with_suffix("").parts)
    for file in (ROOT / "src").rglob("*.py")
    if ">>> " in file.read_text("utf-8")
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tutorial") / "mine"
    assert execute(["tutorial", str(place)]) == 0
    return place


def test_every_line_of_the_tutorial_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = re.findall(r"^    (surgesim .+)$", (folder / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(lines) >= 8
    monkeypatch.chdir(folder)
    said = {}
    for line in lines:
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)][1:]
        assert execute(words) == 0, line
        said[words[0]] = capsys.readouterr().out
    assert "nothing is wrong" in said["check"]
    assert "=> the roster binds" in said["explain"]
    assert "Every promise is kept" in said["plan"]
    assert (folder / "out" / "plan" / "report.ja.pdf").read_bytes().startswith(b"%PDF")
    assert (folder / "out" / "forecast.csv").is_file()


def test_the_script_of_the_tutorial_runs(folder: Path) -> None:
    done = subprocess.run([sys.executable, "walk.py"], cwd=folder, capture_output=True, text=True, check=True, timeout=240)
    assert "service_level" in done.stdout
    assert "offered calls" in done.stdout
    assert (folder / "out" / "staffing.png").is_file()


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_in_docstrings_are_true(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    failed, tried = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert tried > 0
    assert failed == 0


def test_every_module_with_examples_is_found() -> None:
    assert {"surgesim.engines", "surgesim.result.result", "surgesim.scenario.read", "surgesim.study.study"} <= set(EXAMPLES)


def test_the_glossary_is_made_from_the_measures() -> None:
    mend = "write it again: surgesim list measures --markdown > docs/glossary.md"
    assert (ROOT / "docs" / "glossary.md").read_text("utf-8") == markdown(), mend


def test_list_shows_every_shelf_and_every_measure(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["list"]) == 0
    text = capsys.readouterr().out
    for name, shelf in shelves().items():
        assert name in text
        assert all(kind in text for kind in shelf.kinds())
    assert execute(["list", "measures", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["service_level"]["ja"].startswith("サービスレベル")
    assert execute(["list", "measures", "--markdown"]) == 0
    assert capsys.readouterr().out == markdown()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_helps_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute([verb, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Usage" in text
    assert "Example" in text or verb in ("schema", "warmup"), verb


def test_completion_is_there_for_the_shells() -> None:
    home = {**os.environ, "_SURGESIM_COMPLETE": "complete_bash", "COMP_WORDS": "surgesim for", "COMP_CWORD": "1"}
    done = subprocess.run([sys.executable, "-c", "from surgesim.cli.main import app; app(prog_name='surgesim')"],
                          env=home, capture_output=True, text=True, check=False)  # fmt: skip
    assert "forecast" in done.stdout


def test_check_and_forecast_speak_json(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text((folder / "shop.yaml").read_text("utf-8").replace("patience:", "patiense:"))
    assert execute(["check", str(folder / "shop.yaml"), str(broken), "--json"]) == 2
    tree = json.loads(capsys.readouterr().out)
    assert tree[str(folder / "shop.yaml")] == []
    assert any("patiense" in problem["what"] for problem in tree[str(broken)])
    assert all(problem["where"].startswith(str(broken)) for problem in tree[str(broken)])
    assert execute(["forecast", str(folder / "history.csv"), "--horizon", "3d", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 3


def test_nothing_is_coloured_and_no_bar_drawn_where_nobody_watches(folder: Path) -> None:
    command = [sys.executable, "-m", "surgesim", "run", "shop.yaml", "--replications", "5"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=120)
    assert "\x1b[" not in done.stdout + done.stderr
    assert "simulating" not in done.stderr


def test_the_command_of_the_report_gives_the_same_plan_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As typed in the run folder, where the scenario lies beside the report; the seed, the override and the rest included."""
    words = ["plan", str(folder / "shop.yaml"), "--override", "bad-press", "--replications", "40", "--seed", "3"]
    assert execute([*words, "--out", str(folder / "first")]) == 0
    command = json.loads((folder / "first" / "report.json").read_text("utf-8"))["head"]["command"]
    assert command.startswith("surgesim plan ")
    monkeypatch.chdir(folder / "first")
    assert execute([*command.split()[1:-1], str(folder / "again")]) == 0
    one, other = (json.loads((folder / name / "summary.json").read_text("utf-8")) for name in ("first", "again"))
    assert one["figures"] == other["figures"]
    assert one["hires"] == other["hires"]
    assert (folder / "first" / "plan.csv").read_bytes() == (folder / "again" / "plan.csv").read_bytes()


def test_a_missed_promise_exits_4(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan of which the certificate says that a promise is missed is shown, and the exit code says so."""
    from dataclasses import replace

    from surgesim.planning import planner

    made = planner.plan

    def missed(*arguments: object) -> object:
        found = made(*arguments)  # type: ignore[arg-type]
        return replace(found, certificate={**found.certificate, "kept": False})

    monkeypatch.setattr(planner, "plan", missed)
    assert execute(["plan", str(folder / "shop.yaml"), "--replications", "30", "--json"]) == 4
    captured = capsys.readouterr()
    assert "misses a promise" in captured.err
    assert json.loads(captured.out)["certificate"]["kept"] is False
