"""Parts of a scenario are called by their titles; everything that is shipped says them in both languages."""

from pathlib import Path

import pytest

from surgesim.scenario.fields import Text
from surgesim.scenario.read import load
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.template import kinds, new
from surgesim.scenario.titles import called, titles

ROOT = Path(__file__).parents[2]
SHOWN = ["data-leak", "earthquake", "food-recall", "kettle-recall", "kettle-small", "tokyo-hotline"]


def in_both(scenario: Scenario, kinds_of_parts: tuple[str, ...]) -> None:
    texts = {f"{kind} {name}": called(scenario, kind, name) for kind in kinds_of_parts for name in getattr(scenario, kind)}
    announced = scenario.incident.announcements if scenario.incident else {}
    texts |= {f"announcement {name}": called(scenario, "announcements", name) for name in announced}
    told = [(str(a.what), text) for a in scenario.assumptions for text in (a.what, a.source)]
    told.append(("description", scenario.description))
    assert [name for name, text in texts.items() if not text.ja] == []
    assert [name for name, text in told if not isinstance(text, Text) or not text.ja] == []


@pytest.mark.parametrize("name", SHOWN)
def test_shipped_scenarios_are_said_in_both_languages(name: str) -> None:
    scenario = load(ROOT / "scenarios" / f"{name}.yaml")
    in_both(scenario, ("queues", "groups", "sites", "trunks", "shifts", "reasons"))
    assert scenario.title is not None
    assert scenario.title.ja


@pytest.mark.parametrize("kind", kinds())
def test_templates_are_said_in_both_languages(kind: str, tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(new(kind), "utf-8")
    scenario = load(tmp_path / "my.yaml")
    in_both(scenario, ("queues", "groups", "sites", "trunks", "reasons"))
    assert scenario.title is not None
    assert scenario.title.ja


def test_a_part_without_a_title_is_called_by_its_name() -> None:
    small = load(ROOT / "scenarios" / "kettle-small.yaml")
    scenario = small.but("bare", {"groups.tokyo.title": None, "sites.tokyo.title": "Edo"})
    assert called(scenario, "groups", "tokyo") == Text(en="tokyo")
    assert called(scenario, "sites", "tokyo") == Text(en="Edo")
    assert called(scenario, "announcements", "press").ja == "報道発表"
    assert "tokyo" not in titles(scenario)["groups"]
    assert titles(scenario)["trunks"]["recall"].ja == "リコール窓口"
