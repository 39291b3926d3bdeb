"""Every broken scenario is reported in full: each problem with its line, what is wrong, and the mend."""

import json
import re
from pathlib import Path

import pytest

from surgesim.base.errors import ScenarioError
from surgesim.scenario.check import problems
from surgesim.scenario.read import load

BROKEN = Path(__file__).parents[1] / "broken"
EXPECTED = json.loads((BROKEN / "expected.json").read_text(encoding="utf-8"))
GOOD = BROKEN.parents[1] / "scenarios" / "oracle" / "mmc.yaml"


def test_every_broken_file_is_expected() -> None:
    assert {path.name for path in BROKEN.glob("*.yaml")} == set(EXPECTED)
    assert len(EXPECTED) >= 22


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_problems_are_reported_with_line_and_mend(name: str) -> None:
    golden = EXPECTED[name]
    found = problems(BROKEN / name, golden.get("overrides", ()))
    assert [(int(one.where.rpartition(":")[2]), one.what) for one in found] == [
        (one["line"], one["what"]) for one in golden["problems"]
    ]
    for one, wanted in zip(found, golden["problems"], strict=True):
        assert one.where.startswith(f"{BROKEN / name}:")
        assert one.instead.replace(f"{BROKEN}/", "").startswith(wanted["instead"])
        assert one.instead or "promise about" in one.what


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_load_refuses_with_the_same_problems(name: str) -> None:
    overrides = EXPECTED[name].get("overrides", ())
    with pytest.raises(ScenarioError) as caught:
        load(BROKEN / name, overrides)
    assert list(caught.value.problems) == problems(BROKEN / name, overrides)
    assert caught.value.exit_code == 2
    assert not re.search("pydantic|Traceback|validation error|Input should", str(caught.value))


def only(path: Path) -> tuple[str, str, str]:
    found = problems(path)
    assert len(found) == 1
    return found[0].where, found[0].what, found[0].instead


def test_too_large_a_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("the file was read"))
    where, what, instead = only(path)
    assert where == str(path)
    assert "100 MB" in what
    assert "CSV" in instead


@pytest.mark.parametrize(
    ("encoding", "title"), [("cp932", "Shift_JIS"), ("euc_jp", "EUC-JP"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16")]
)
def test_other_encodings_are_named(tmp_path: Path, encoding: str, title: str) -> None:
    path = tmp_path / "other.yaml"
    text = GOOD.read_text(encoding="utf-8").replace("description: >-", "title: {en: Desk, ja: 東京の窓口}\ndescription: >-")
    path.write_bytes(text.encode(encoding))
    where, what, instead = only(path)
    line = text[: text.index("東")].count("\n") + 1 if "16" not in title else 1
    assert where == f"{path}:{line}"
    assert title in what
    assert instead == "save the file as UTF-8"


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"surgesim: 1\nname: \x07\n", bytes(range(128, 256))]
)
def test_binary_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "binary.yaml"
    path.write_bytes(content)
    _, what, instead = only(path)
    assert "binary" in what or "not UTF-8" in what
    assert instead


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "mark.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.read_bytes())
    assert problems(path) == []


def test_missing_file_and_folder(tmp_path: Path) -> None:
    (tmp_path / "kettle-recall.yaml").write_bytes(GOOD.read_bytes())
    _, what, instead = only(tmp_path / "kettle-recal.yaml")
    assert what == "there is no such file"
    assert "kettle-recall.yaml" in instead
    assert "it is a folder" in only(tmp_path)[1]


def test_deep_nesting_and_stray_yaml(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    for text, phrase in {
        "surgesim: " + "[" * 60 + "]" * 60: "levels of nesting",
        "surgesim: !!python/object:os.system 1\nname: x": "the tag",
        "surgesim: 1\n---\nsurgesim: 1": "second document",
        "surgesim: *nowhere": "has no anchor",
        "surgesim: &me [*me]": "has no anchor",
        "? [a, b]\n: 1": "not plain text",
        "name: 'no end": "not valid YAML",
    }.items():
        path.write_text(text)
        found = problems(path)
        assert any(phrase in one.what for one in found), (text, found)
        assert all(one.where.startswith(str(path)) for one in found)
