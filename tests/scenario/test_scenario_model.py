"""The scenario itself: frozen, closed, checked however it is made, changed only by ``but``."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from surgesim.base.errors import ScenarioError
from surgesim.scenario.changes import changed
from surgesim.scenario.read import load
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.schema import json_schema, node_at, schema_of

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def kettle() -> Scenario:
    return load(SCENARIOS / "kettle-recall.yaml")


def test_a_scenario_is_frozen(kettle: Scenario) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        kettle.name = "other"
    with pytest.raises(TypeError, match="frozen"):
        kettle.groups["tokyo"] = kettle.groups["sendai"]  # type: ignore[index]
    with pytest.raises(ValidationError, match="frozen"):
        kettle.groups["tokyo"].heads = 3


def test_but_changes_one_thing(kettle: Scenario) -> None:
    other = kettle.but("more", {"groups.tokyo.heads": 120})
    assert other.groups["tokyo"].heads == 120
    assert other.folder == kettle.folder
    assert [tuple(one) for one in kettle.diff(other)] == [
        ("name", "kettle-recall", "kettle-recall-more"),
        ("groups.tokyo.heads", 80, 120),
    ]
    assert str(kettle.diff(other)[1]) == "groups.tokyo.heads: 80 -> 120"
    assert kettle.groups["tokyo"].heads == 80


def test_changes_leave_the_tree_as_it_was(kettle: Scenario) -> None:
    tree = kettle.tree()
    before = json.dumps(tree)
    changes = {"groups.tokyo.heads": 3, "groups.tokyo.skills.0": "mail", "targets.0.at_least": "1%", "title": None}
    other, wrong = changed(tree, changes, Scenario)
    assert not wrong
    assert json.dumps(tree) == before
    assert (other["groups"]["tokyo"]["heads"], other["groups"]["tokyo"]["skills"][0]) == (3, "mail")
    assert other["targets"][0]["at_least"] == "1%"
    assert "title" in tree
    assert "title" not in other


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_variant_is_the_scenario_read_anew(file: Path) -> None:
    """Sections that stay are taken over as they are; reading all of them again gives the same."""
    scenario = load(file)
    for name in scenario.overrides:
        variant = scenario.but(name)
        anew = Scenario.build(variant.tree(), variant.folder)
        assert variant == anew
        assert repr(variant) == repr(anew)
        assert variant.fingerprint == anew.fingerprint


def test_but_applies_the_override_of_its_name_first(kettle: Scenario) -> None:
    other = kettle.but("bad-press", {"groups.tokyo.heads": 120, "incident.announcements.television.reach": "15%"})
    assert other.incident is not None
    assert other.incident.severity == 1.5
    assert other.incident.announcements["television"].reach == 0.15
    assert other.groups["tokyo"].heads == 120


def test_but_removes_and_adds(kettle: Scenario) -> None:
    other = kettle.but("x", {"channels": None, "trunks.products": None, "queues.recall.redial.attempts": 2})
    assert other.channels == {}
    assert list(other.trunks) == ["recall"]
    added = kettle.but("y", {"groups.extra": {"site": "sendai", "skills": ["recall"], "heads": 5}})
    assert added.groups["extra"].heads == 5


def test_variants_of_variants(kettle: Scenario) -> None:
    other = kettle.but("no-letters").but("bad-press")
    assert other.name == "kettle-recall-no-letters-bad-press"
    assert other.incident is not None
    assert "letters" not in other.incident.announcements
    assert other.incident.severity == 1.5


@pytest.mark.parametrize(
    ("label", "changes", "phrase"),
    [
        ("bad-pres", None, "did you mean 'bad-press'"),
        ("x", {"groups.tokio.heads": 3}, "did you mean 'tokyo'"),
        ("x", {"groups.tokyo.haeds": 3}, "did you mean 'heads'"),
        ("x", {"group.tokyo.heads": 3}, "did you mean 'groups'"),
        ("x", {"groups.tokyo.heads.more": 3}, "nothing below it"),
        ("x", {"groups.tokyo.heads": -3}, "negative"),
        ("x", {"groups.tokyo.heads": 500}, "220 seats"),
        ("x", {"queues.recall.answer_within": 30}, "bare number"),
        ("x", {"targets.9.at_least": "80%"}, "position"),
        ("x", {"demand.usual.kind": "guess"}, "unknown kind"),
        ("x", {"incident.kind": "recal"}, "did you mean 'recall'"),
        ("x", {"routing.settings.group": {}}, "did you mean 'groups'"),
        ("More Heads", {"groups.tokyo.heads": 81}, "not a name"),
    ],
)
def test_but_refuses_what_cannot_be(kettle: Scenario, label: str, changes: dict[str, Any] | None, phrase: str) -> None:
    with pytest.raises(ScenarioError, match=phrase):
        kettle.but(label, changes)


def test_clashing_changes_are_refused(kettle: Scenario) -> None:
    with pytest.raises(ScenarioError, match="change the same place"):
        kettle.but("x", {"groups.tokyo": {"site": "tokyo", "skills": ["recall"]}, "groups.tokyo.heads": 3})


def test_a_scenario_made_in_python_is_checked_as_well(kettle: Scenario) -> None:
    tree = kettle.tree()
    assert Scenario(**tree).tree() == tree
    tree["groups"]["tokyo"]["site"] = "kyoto"
    with pytest.raises(ValidationError, match="'kyoto' is not defined under sites"):
        Scenario(**tree)
    with pytest.raises(ScenarioError, match=r"groups\.tokyo\.site: 'kyoto' is not defined"):
        Scenario.build(tree)


def test_lines_given_to_build_stand_in_the_problems(kettle: Scenario) -> None:
    tree = kettle.tree()
    tree["queues"]["recall"]["answer_within"] = 60
    with pytest.raises(ScenarioError) as caught:
        Scenario.build(tree, where={("queues", "recall"): "mine.yaml:7"})
    assert [(one.where, one.what) for one in caught.value.problems] == [
        ("mine.yaml:7", "queues.recall.answer_within: 60 is a bare number")
    ]


def test_order_is_content(kettle: Scenario) -> None:
    tree = kettle.tree()
    tree["groups"] = dict(reversed(tree["groups"].items()))
    other = Scenario.build(tree, kettle.folder)
    assert other.fingerprint != kettle.fingerprint
    assert [one.path for one in kettle.diff(other)] == ["groups (order)"]


def described(node: Any, path: str = "") -> list[str]:
    lacking = []
    for name, below in node.get("properties", {}).items():
        lacking += [] if below.get("description") or "$ref" in below else [f"{path}.{name}"]
    return lacking


def test_json_schema_describes_every_key() -> None:
    schema = json_schema()
    lacking = described(schema)
    for name, node in schema["$defs"].items():
        lacking += described(node, name)
    assert lacking == []
    assert schema["properties"]["extends"]["type"] == "string"
    assert schema["additionalProperties"] is False


def test_json_schema_writes_defaults_as_a_file_does() -> None:
    schema = schema_of(Scenario)
    assert schema["$defs"]["ClockSettings"]["properties"]["interval"]["default"] == "30min"
    assert schema["$defs"]["Queue"]["properties"]["answer_within"]["default"] == "20s"
    assert schema["$defs"]["Handling"]["properties"]["hold"]["default"] == "constant(0s)"
    assert schema["$defs"]["StaffLever"]["properties"]["hiring_cost"]["default"] == "0 JPY/head"


def fits(tree: Any, schema: dict[str, Any], path: tuple[str | int, ...] = ()) -> list[str]:
    """Return the keys of a tree that the schema does not have."""
    below = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    lacking = []
    for key, value in below:
        lacking += fits(value, schema, (*path, key))
    known = not path or node_at(schema_of(Scenario), path, ROOT[0]) is not None
    return lacking if known else [*lacking, ".".join(map(str, path))]


ROOT: list[Any] = [None]


@pytest.mark.parametrize("name", ["kettle-recall", "food-recall", "earthquake", "tokyo-hotline", "oracle/interval-day"])
def test_json_schema_has_every_key_that_is_used(name: str) -> None:
    ROOT[0] = load(SCENARIOS / f"{name}.yaml").tree()
    ROOT[0].pop("overrides", None)
    assert fits(ROOT[0], schema_of(Scenario)) == []
