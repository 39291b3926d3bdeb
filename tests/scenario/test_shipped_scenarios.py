"""Shipped scenarios and templates load, are written and read back exactly, and name the source of every assumption."""

import pickle
from pathlib import Path

import pytest

from surgesim.base.errors import CatalogueError
from surgesim.scenario.check import problems
from surgesim.scenario.read import load
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.template import kinds, new

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHIPPED = sorted(str(path.relative_to(SCENARIOS)) for path in SCENARIOS.rglob("*.yaml"))


def test_what_is_shipped() -> None:
    wanted = {"tokyo-hotline", "kettle-recall", "data-leak", "earthquake", "food-recall"}
    wanted |= {f"oracle/{name}" for name in ("mmc", "mmc-patience", "mmck", "interval-day", "n-design", "redial")}
    assert wanted <= {name.removesuffix(".yaml") for name in SHIPPED}


@pytest.mark.parametrize("name", SHIPPED)
def test_loads_without_problems(name: str) -> None:
    assert problems(SCENARIOS / name) == []
    scenario = load(SCENARIOS / name)
    assert scenario.name == Path(name).stem
    assert scenario.folder == (SCENARIOS / name).parent
    assert scenario.assumptions
    assert all(one.source for one in scenario.assumptions)


@pytest.mark.parametrize("name", SHIPPED)
def test_round_trips_are_exact(name: str, tmp_path: Path) -> None:
    scenario = load(SCENARIOS / name)
    again = Scenario.build(scenario.tree(), scenario.folder)
    assert again == scenario
    assert hash(again) == hash(scenario)
    assert again.tree() == scenario.tree()
    assert again.fingerprint == scenario.fingerprint
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    moved = tmp_path / "run" / "scenario.yaml"
    moved.parent.mkdir()
    moved.write_text(scenario.to_yaml(moved.parent), encoding="utf-8")
    assert load(moved).fingerprint == scenario.fingerprint
    here = tmp_path / "here.yaml"
    here.write_text(scenario.to_yaml(), encoding="utf-8")
    assert load(here).tree() == scenario.tree() if not list(scenario.files()) else problems(here)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_override_makes_another_scenario(name: str) -> None:
    scenario = load(SCENARIOS / name)
    for label in scenario.overrides:
        variant = scenario.but(label)
        assert variant.fingerprint != scenario.fingerprint
        assert [one.path for one in scenario.diff(variant) if not one.path.startswith("overrides")] != ["name"]
        assert load(SCENARIOS / name, overrides=[label]).diff(variant)[0].path == "name"


@pytest.mark.parametrize("kind", kinds())
def test_templates_load_and_explain_themselves(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"{kind}.yaml"
    path.write_text(new(kind), encoding="utf-8")
    assert problems(path) == []
    scenario = load(path)
    assert scenario.levers is not None
    assert scenario.targets
    assert (scenario.incident is not None) == (kind != "plain")
    if scenario.incident is not None:
        assert scenario.incident.kind == kind
    lines = new(kind).splitlines()
    for number, line in enumerate(lines):
        if line and line[0].isalpha() and line.split(":")[0] not in ("surgesim", "name", "description"):
            assert lines[number - 1].startswith("#"), f"section {line} is not explained"


def test_templates_by_name() -> None:
    assert kinds() == ["data-leak", "disaster", "food-recall", "plain", "recall"]
    with pytest.raises(CatalogueError, match="recall"):
        new("recal")
