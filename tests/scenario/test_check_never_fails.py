"""Whatever a file holds, the check answers with problems that have a place, and never with a traceback."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surgesim.base.errors import Problem
from surgesim.scenario.check import problems
from surgesim.scenario.document import parse_yaml
from surgesim.scenario.read import load
from surgesim.scenario.written import as_yaml

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = ("food-recall.yaml", "earthquake.yaml", "tokyo-hotline.yaml", "oracle/interval-day.yaml")
TREES = {
    name: parse_yaml((SCENARIOS / name).read_text("utf-8").replace("data/", f"{SCENARIOS}/data/"), name).tree for name in NAMES
}

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(
        ["80%", "120%", "20s", "never", "2027-02-30", "2027-11-09 10:00", "25:00-26:00", "closed", "-3 JPY", "main", "a.b"]
    ),
    st.lists(st.integers(0, 3), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(0, 3), max_size=2),
)


def paths(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(found for key, value in below for found in paths(value, (*path, key)))]


def replaced(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = replaced(tree[path[0]], path[1:], value)
    return copy


def accepted(path: Path) -> None:
    found = problems(path)
    assert all(isinstance(one, Problem) and one.what and one.where.startswith(str(path)) for one in found)
    if not found:
        load(path)


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_in_any_place(data: st.DataObject, tmp_path: Path) -> None:
    tree: Any = TREES[data.draw(st.sampled_from(NAMES))]
    for _ in range(data.draw(st.integers(1, 3))):
        tree = replaced(tree, data.draw(st.sampled_from(paths(tree)[1:] or [()])), data.draw(JUNK))
    path = tmp_path / "any.yaml"
    path.write_text(as_yaml(tree), encoding="utf-8")
    accepted(path)


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_slip_of_the_keyboard(data: st.DataObject, tmp_path: Path) -> None:
    text = (SCENARIOS / "oracle" / "n-design.yaml").read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        slip = data.draw(st.sampled_from(list(":{}[]()'\"#&*!|>%@`\t\n -,?日\x85\u2028")))
        text = text[:place] + slip + text[place + data.draw(st.integers(0, 2)) :]
    path = tmp_path / "slip.yaml"
    path.write_text(text, encoding="utf-8")
    accepted(path)


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bytes.yaml"
    path.write_bytes(content)
    assert problems(path)
