"""The wheel holds everything that the checkout has, and the command runs from it, far from the repository."""

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import surgesim

pytestmark = pytest.mark.skipif(
    int(version("setuptools").partition(".")[0]) < 77, reason="the build backend is older than pyproject.toml asks for"
)
ROOT = Path(surgesim.__file__).parents[2]
LEFT_OUT = {".pyc", ".nbi", ".nbc"}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of a wheel built from a copy of the sources, without a network."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    shutil.copytree(ROOT / "src" / "surgesim", source / "src" / "surgesim", ignore=shutil.ignore_patterns("__pycache__"))
    code = f"from setuptools import build_meta; build_meta.build_wheel({str(place)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, capture_output=True, timeout=240)
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(place / "installed")
    return place / "installed"


def test_nothing_is_left_behind(unpacked: Path) -> None:
    def files(folder: Path) -> set[str]:
        found = (file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
        return {str(file.relative_to(folder)) for file in found if file.suffix not in LEFT_OUT}

    assert files(unpacked / "surgesim") == files(ROOT / "src" / "surgesim")


def test_the_command_runs_from_the_wheel(unpacked: Path, tmp_path: Path) -> None:
    def say(*words: str) -> str:
        command = [sys.executable, "-m", "surgesim", *words]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=240)
        return done.stdout

    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    (tmp_path / "my.yaml").write_text(say("new", "plain"), "utf-8")
    assert "nothing is wrong" in say("check", "my.yaml")
    assert "priority-list" in say("list", "routing")
    say("tutorial", "walk")
    assert (tmp_path / "walk" / "shop.yaml").is_file()
    books = "from importlib.resources import files; print(*files('surgesim.notebooks').iterdir())"
    where = f"import surgesim; print(surgesim.__file__); {books}"
    done = subprocess.run([sys.executable, "-c", where], env=environment, capture_output=True, text=True, check=True)
    assert str(unpacked) in done.stdout
    assert "planner-what-if-ja.ipynb" in done.stdout
