"""Every shelf takes a kind from a third party's entry point: it is listed, it loads, and its name works in a scenario."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import surgesim as ss
from surgesim.base.catalogue import shelves
from surgesim.cli.main import execute

SHELVES = sorted(shelves())

SCENARIO = """
surgesim: 1
name: stall
clock: {start: 2027-11-08, days: 1, interval: 1h}
hours: {desk: {every_day: "09:00-18:00"}}
reasons:
  question: {queue: calls}
incident:
  kind: INCIDENT
  affected: 10_000 people
  reasons: {question: 100%}
  announcements: {press: {at: 2027-11-08 09:00, medium: press, reach: 50%}}
channels:
  help: {kind: CHANNEL}
queues:
  calls: {hours: desk, handling: {talk: exponential(3min)}, patience: exponential(2min)}
sites: {tokyo: {seats: 20}}
groups: {tokyo: {site: tokyo, skills: [calls], heads: 10}}
routing: {policy: ROUTING}
"""


@pytest.fixture
def stall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A distribution, installed as pip does, that adds the kind "stall" to every shelf: a twin of a built-in kind."""
    known = set(sys.modules)
    lines = []
    for name in SHELVES:
        twin = next(kind for kind in shelves()[name].kinds().values() if kind.built_in)
        (tmp_path / f"stall_{name}.py").write_text(
            f"from {twin.origin} import *\nimport {twin.origin} as twin\n"
            "globals().update({k: v for k, v in vars(twin).items() if not k.startswith('__')})\n"
            f'KIND = "stall"\nSUMMARY = "From the stall"\n'
        )
        lines.append(f"[surgesim.{name}]\nstall = stall_{name}\n")
    info = tmp_path / "stall-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stall\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("".join(lines))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in set(sys.modules) - known:
        if name.startswith("stall_"):
            del sys.modules[name]


def test_there_is_a_shelf_for_every_kind_of_kind() -> None:
    assert {"incidents", "channels", "routing", "constraints"} <= set(SHELVES)


@pytest.mark.parametrize("name", SHELVES)
def test_a_third_party_kind_is_listed_and_loads(name: str, stall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not shelves()[name].kinds()["stall"].built_in
    loaded = shelves()[name].load("stall")
    assert loaded.SUMMARY == "From the stall"
    assert execute(["list", name]) == 0
    assert "From the stall  (from stall" in capsys.readouterr().out


def test_without_the_third_party_there_is_no_such_kind() -> None:
    assert all("stall" not in shelves()[name].kinds() for name in SHELVES)


def test_third_party_names_work_in_a_scenario(stall: Path, tmp_path: Path) -> None:
    words = {"INCIDENT": "incidents", "CHANNEL": "channels", "ROUTING": "routing"}
    texts = {"stall": SCENARIO, "twin": SCENARIO}
    for word, shelf in words.items():
        twin = next(kind for kind in shelves()[shelf].kinds() if kind != "stall")
        texts = {"stall": texts["stall"].replace(word, "stall"), "twin": texts["twin"].replace(word, twin)}
    results = {}
    for name, text in texts.items():
        file = tmp_path / f"{name}.yaml"
        file.write_text(text)
        results[name] = ss.run(ss.load(file), engine="reference", replications=2)
    assert results["stall"].measures(by=["queue"]).equals(results["twin"].measures(by=["queue"]))
    assert results["stall"].tables.queues["offered"].sum() > 0
