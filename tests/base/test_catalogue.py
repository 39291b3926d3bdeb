import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from surgesim.base.catalogue import Shelf, did_you_mean, shelves
from surgesim.base.errors import CatalogueError
from surgesim.base.text import suggestion


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with a shelf of two kinds, on the path."""
    known = set(sys.modules)
    init = 'from surgesim.base.catalogue import Shelf\nSHELF = Shelf("sweets", __name__, "What is sweet", ("taste",))\n'
    write(tmp_path / "shop" / "__init__.py", "")
    write(tmp_path / "shop" / "sweets" / "__init__.py", init)
    write(tmp_path / "shop" / "sweets" / "_helper.py", "raise RuntimeError('never read')\n")
    kind = 'KIND = "{}"\nSUMMARY: str = "A {}"\ntaste = 1\n'
    write(tmp_path / "shop" / "sweets" / "rice_cake.py", kind.format("rice-cake", "cake of rice"))
    write(tmp_path / "shop" / "sweets" / "toffee.py", kind.format("toffee", "soft sweet"))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in set(sys.modules) - known:
        if name.split(".")[0] in ("shop", "stall"):
            del sys.modules[name]


def install(house: Path, kinds: str, module: str) -> None:
    """Install a third-party distribution as pip does: a module and its dist-info."""
    write(house / "stall.py", module)
    write(house / "stall-1.0.dist-info" / "METADATA", "Metadata-Version: 2.1\nName: stall\nVersion: 1.0\n")
    write(house / "stall-1.0.dist-info" / "entry_points.txt", f"[surgesim.sweets]\n{kinds}\n")


def test_a_file_in_the_folder_is_a_kind_and_is_not_run_to_be_listed(house: Path) -> None:
    shelf = shelves("shop")["sweets"]
    kinds = shelf.kinds()
    assert list(kinds) == ["rice-cake", "toffee"]
    assert kinds["toffee"].summary == "A soft sweet"
    assert kinds["rice-cake"].origin == "shop.sweets.rice_cake"
    assert "shop.sweets.toffee" not in sys.modules
    assert shelf.load("toffee").taste == 1
    assert "shop.sweets.toffee" in sys.modules


def test_a_new_file_is_a_new_kind(house: Path) -> None:
    shelf = shelves("shop")["sweets"]
    write(house / "shop" / "sweets" / "mochi.py", 'KIND = "mochi"\nSUMMARY = "Pounded rice"\ntaste = 2\n')
    assert shelf.load("mochi").taste == 2


def test_a_third_party_adds_kinds_by_entry_points(house: Path) -> None:
    module = 'SUMMARY = "From a stall"\ntaste = 3\nclass Waffle:\n    SUMMARY = "Hot"\n    taste = 4\n'
    install(house, "candyfloss = stall\nwaffle = stall:Waffle", module)
    shelf = shelves("shop")["sweets"]
    kinds = shelf.kinds()
    assert list(kinds) == ["candyfloss", "rice-cake", "toffee", "waffle"]
    assert "stall" not in sys.modules
    assert (kinds["candyfloss"].built_in, kinds["candyfloss"].origin) == (False, "stall: stall")
    assert (kinds["candyfloss"].summary, kinds["waffle"].summary) == ("From a stall", "Hot")
    assert shelf.load("candyfloss").taste == 3
    assert shelf.load("waffle").taste == 4


def test_unknown_kinds_are_answered_with_the_nearest_and_all(house: Path) -> None:
    with pytest.raises(CatalogueError) as caught:
        shelves("shop")["sweets"].get("tofee")
    assert str(caught.value) == "no sweets is called 'tofee'; did you mean 'toffee'? (one of: rice-cake, toffee)"
    assert isinstance(caught.value, LookupError)


def test_two_kinds_of_one_name_are_refused(house: Path) -> None:
    install(house, "toffee = stall", "taste = 1\n")
    with pytest.raises(CatalogueError, match=r"declared twice, by shop.sweets.toffee and stall: stall"):
        shelves("shop")["sweets"].kinds()


def test_every_module_that_does_not_say_what_it_is_is_told(house: Path) -> None:
    write(house / "shop" / "sweets" / "half_done.py", 'KIND = "half-done"\n')
    write(house / "shop" / "sweets" / "empty.py", "")
    with pytest.raises(CatalogueError) as caught:
        shelves("shop")["sweets"].kinds()
    assert [problem.where for problem in caught.value.problems] == ["shop.sweets.empty", "shop.sweets.half_done"]
    assert 'KIND = "half-done"' in caught.value.problems[1].instead


def test_kinds_that_do_not_load_or_lack_something_are_told(house: Path) -> None:
    install(house, "broken = nowhere\nabsent = stall:Absent\nplain = stall", "")
    shelf = shelves("shop")["sweets"]
    for name, what in (("broken", "does not load"), ("absent", "does not load"), ("plain", "has no taste")):
        with pytest.raises(CatalogueError, match=what):
            shelf.load(name)


def test_two_shelves_of_one_name_are_refused(house: Path) -> None:
    write(house / "shop" / "more" / "__init__.py", (house / "shop" / "sweets" / "__init__.py").read_text())
    with pytest.raises(CatalogueError, match="two shelves"):
        shelves("shop")


def test_a_shelf_in_no_package_is_refused() -> None:
    with pytest.raises(CatalogueError, match="not a package"):
        Shelf("lost", "surgesim.base.text").kinds()


@pytest.mark.parametrize(
    ("word", "near"), [("tofee", "toffee"), ("Toffee", "toffee"), ("rice", "rice-cake"), ("zebra", None), ("", None)]
)
def test_the_nearest_word(word: str, near: str | None) -> None:
    assert did_you_mean(word, ["rice-cake", "toffee"]) == near


def test_a_suggestion_lists_what_there_is() -> None:
    assert suggestion("zebra", ["b", "a"]) == "write one of: a, b"
    assert suggestion("zebra", []) == "write none exist yet"
