"""The path from people to resolved contacts: what flows into a box flows out of it, and boxes are as high as that."""

from pathlib import Path
from typing import Any

import pytest
from matplotlib.patches import Rectangle

import surgesim as ss
from surgesim.demand.sources import needs
from surgesim.report.facts import Flow
from surgesim.report.facts_people import People
from surgesim.report.gather import demand, service
from surgesim.report.plots import path

ROOT = Path(ss.__file__).parents[2]
INNER = ("self", "offered", "handled", "blocked", "abandoned", "left", "unreached", "redial", "follow_up", "elsewhere")
ENDS = ("contained", "closed", "resolved", "lost", "inside")


def path_of(name: str, engine: str, replications: int) -> tuple[tuple[Flow, ...], People | None]:
    scenario = ss.load(ROOT / "scenarios" / f"{name}.yaml")
    result = ss.run(scenario, engine=engine, replications=replications)
    return service.flows(service.totals(result)), demand.people(scenario, needs(scenario))


@pytest.fixture(scope="module")
def kettle() -> tuple[tuple[Flow, ...], People | None]:
    return path_of("kettle-recall", "sim", 1)


@pytest.fixture(scope="module")
def whole_life() -> tuple[tuple[Flow, ...], People | None]:
    return path_of("whole-life", "sim", 2)


def sums(found: dict[tuple[str, str], float], box: str) -> tuple[float, float]:
    into = sum(value for (_, end), value in found.items() if end == box)
    return into, sum(value for (start, _), value in found.items() if start == box)


@pytest.mark.parametrize("which", ["kettle", "whole_life"])
def test_what_flows_in_flows_out(which: str, request: pytest.FixtureRequest) -> None:
    flows, people = request.getfixturevalue(which)
    found = path.links(flows, people)
    for box in INNER:
        into, out = sums(found, box)
        assert into == pytest.approx(out, rel=1e-9, abs=1e-3), box
    assert all(value > 0 for value in found.values())
    counts = {name: sum(flow.counts[name] for flow in flows) for name in flows[0].counts}
    for box in ("offered", "handled", "blocked", "inside"):
        assert sums(found, box)[0] == pytest.approx(counts[box], abs=1e-3)
    assert sums(found, "needs")[1] == pytest.approx(counts["needs"])
    new_contacts = counts["needs"] + found.get(("other", "offered"), 0.0)
    assert sum(sums(found, end)[0] for end in ENDS) == pytest.approx(new_contacts, abs=1e-3)


def test_ways_back_are_seen_where_the_scenario_has_them(kettle: Any, whole_life: Any) -> None:
    assert {("redial", "offered"), ("follow_up", "offered")} <= set(path.links(*kettle))
    assert {("redial", "offered"), ("elsewhere", "offered"), ("left", "resolved")} <= set(path.links(*whole_life))


def test_people_are_those_whom_the_announcements_reach(kettle: Any) -> None:
    """Reach 0.6, then others of those left: what is reached is a share of the affected, and few of them call."""
    flows, people = kettle
    assert people is not None
    incident = ss.load(ROOT / "scenarios" / "kettle-recall.yaml").incident
    assert incident is not None
    unreached = 1.0
    for item in incident.announcements.values():
        unreached *= 1.0 - item.reach
    assert people.affected == pytest.approx(incident.affected)
    assert people.reached == pytest.approx(incident.affected * (1.0 - unreached))
    found = path.links(flows, people)
    assert found["reached", "needs"] + found["usual", "needs"] == pytest.approx(sums(found, "needs")[1])


@pytest.mark.parametrize("language", ["en", "ja"])
def test_boxes_are_as_high_as_what_they_hold(kettle: Any, language: str) -> None:
    flows, people = kettle
    axes = path.figure(flows, people, language).axes[0]
    heights = {text.get_text().split("\n")[1]: box.get_height()
               for text, box in zip(axes.texts[-len(boxes(axes)):], boxes(axes), strict=True)}  # fmt: skip
    held = {number: float(number.replace(",", "")) for number in heights}
    contacts = {number: height / held[number] for number, height in heights.items() if 1e3 < held[number] < 1e6}
    persons = {number: height / held[number] for number, height in heights.items() if held[number] > 1e6}
    assert max(contacts.values()) == pytest.approx(min(contacts.values()), rel=1e-3)
    assert max(persons.values()) == pytest.approx(min(persons.values()), rel=1e-3)
    assert len(persons) == 2
    assert min(contacts.values()) > 5 * max(persons.values())


def boxes(axes: Any) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]
