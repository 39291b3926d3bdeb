"""Layers of a scenario file: call over overrides over file over base over defaults."""

from pathlib import Path
from typing import Any

import pytest

from surgesim.base.errors import ScenarioError
from surgesim.scenario.changes import merged
from surgesim.scenario.document import parse_yaml
from surgesim.scenario.read import load
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.written import as_yaml

BASE = """\
surgesim: 1
name: base
clock: {start: 2027-11-08, days: 2}
hours: {desk: {every_day: 09:00-18:00}}
reasons: {question: {queue: main}}
demand:
  usual: {kind: rates, reasons: {question: 100%}, rate: 10/h}
queues:
  main: {hours: desk, handling: {talk: exponential(6min)}, patience: exponential(3min), answer_within: 30s}
sites: {tokyo: {seats: 100}}
groups:
  tokyo: {site: tokyo, skills: [main], heads: 10}
targets:
  - {queue: main, measure: service_level, at_least: 80%}
overrides:
  strict: {queues.main.answer_within: 10s, targets.0.at_least: 90%}
  lax: {queues.main.answer_within: 2min}
  many: {groups.tokyo.heads: 50}
"""
CHILD = "extends: base.yaml\nname: child\nqueues: {main: {answer_within: 20s}}\ngroups: {tokyo: {shrinkage: 10%}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "child.yaml").write_text(CHILD)
    return tmp_path


def within(scenario: Scenario) -> float:
    return scenario.queues["main"].answer_within


def test_precedence(folder: Path) -> None:
    assert load(folder / "base.yaml").queues["main"].short_abandon == 5.0
    assert within(load(folder / "base.yaml")) == 30.0
    child = load(folder / "child.yaml")
    assert within(child) == 20.0
    assert (child.name, child.groups["tokyo"].heads, child.groups["tokyo"].shrinkage) == ("child", 10, 0.1)
    assert within(load(folder / "child.yaml", ["strict"])) == 10.0
    called = load(folder / "child.yaml", ["strict", "many"], ["queues.main.answer_within=5s", "groups.tokyo.heads = 60"])
    assert (within(called), called.groups["tokyo"].heads, called.targets[0].at_least) == (5.0, 60, 0.9)


def test_overrides_named_must_not_clash(folder: Path) -> None:
    with pytest.raises(ScenarioError, match=r"base\.yaml:17: .*changed twice, by strict and lax"):
        load(folder / "base.yaml", ["strict", "lax"])
    with pytest.raises(ScenarioError, match=r"no override is called 'stricht'; did you mean 'strict'"):
        load(folder / "base.yaml", ["stricht"])


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("queues.mian.answer_within=5s", "did you mean 'main'"),
        ("queues.main.answer_within=5", "bare number"),
        ("queues.main.answer_within", "write --set path=value"),
        ("queues.main.answer_within=[", "not valid YAML"),
        ("targets.4.at_least=80%", "write a position"),
    ],
)
def test_values_set_on_the_call_are_checked(folder: Path, text: str, phrase: str) -> None:
    with pytest.raises(ScenarioError, match=phrase.replace("(", r"\(")) as caught:
        load(folder / "base.yaml", sets=[text])
    assert all(one.where.startswith("--set") for one in caught.value.problems)


def test_problems_of_a_base_stand_in_the_base(folder: Path) -> None:
    (folder / "base.yaml").write_text(BASE.replace("heads: 10", "heads: ten"))
    with pytest.raises(ScenarioError, match=r"base\.yaml:12: groups\.tokyo\.heads"):
        load(folder / "child.yaml")


def test_null_removes_what_the_base_says(folder: Path) -> None:
    (folder / "child.yaml").write_text(
        "extends: base.yaml\nname: child\noverrides: null\nqueues: {main: {answer_within: null}}\n"
    )
    child = load(folder / "child.yaml")
    assert child.overrides == {}
    assert within(child) == 20.0


def test_extends_must_end(folder: Path) -> None:
    (folder / "base.yaml").write_text("extends: child.yaml\n" + BASE)
    with pytest.raises(ScenarioError, match=r"base\.yaml:1: extends goes round in a circle"):
        load(folder / "child.yaml")


def test_files_of_a_base_in_another_folder(folder: Path) -> None:
    history = (
        "{kind: history, reasons: {question: 100%}, file: calls.csv, until: 2027-11-07, counts: answered, "
        "columns: {start: d, offered: n}}"
    )
    rates = "{kind: rates, reasons: {question: 100%}, rate: 10/h}"
    text = BASE.replace(rates, history).replace("exponential(6min)", "empirical(talk.csv)")
    (folder / "base.yaml").write_text(text)
    (folder / "calls.csv").write_text("d,n\n2027-11-01,5\n")
    (folder / "talk.csv").write_text("talk_s\n10\n20\n")
    (folder / "below").mkdir()
    (folder / "below" / "child.yaml").write_text(CHILD.replace("base.yaml", "../base.yaml"))
    child = load(folder / "below" / "child.yaml")
    assert sorted(child.files()) == ["../calls.csv", "../talk.csv"]
    assert child.queues["main"].handling.talk.mean == 15.0
    before = child.fingerprint
    (folder / "calls.csv").write_text("d,n\n2027-11-01,6\n")
    assert child.fingerprint != before


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2027-11-08", "2027-11-08"),
        ("09:00", "09:00"),
        ("1_000", "1_000"),
        ("'12'", "12"),
        ("12", 12),
        ("0.5", 0.5),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("0x10", "0x10"),
        ("[a, 1]", ["a", 1]),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    tree = parse_yaml(f"key: {text}", "file").tree
    assert tree == {"key": value}
    assert parse_yaml(as_yaml(tree), "file").tree == tree


def test_merge_keys_and_anchors() -> None:
    document = parse_yaml("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\nc: *a\n", "file")
    assert document.problems == []
    assert document.tree == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {"x": 1, "y": 2}}
    assert document.places["b", "y"] == "file:4"


def test_merging() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"c": 3}, "d": [2]}) == {"a": {"b": 1, "c": 3}, "d": [2]}
    assert merged({"a": 1, "b": 2}, {"a": None}) == {"b": 2}
