"""What README shows can be typed as it stands: commands in their order, Python from block to block, names and files."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

import surgesim
from surgesim.cli.main import app, execute

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
SERVERS = ("app", "lab")
SHORTER = {
    "plan": ["--set", "clock.days=5", "--set", "clock.interval=1h", "--set", "incident.affected=4_000", "--replications", "20"],
    "run": ["--replications", "3"],
    "study": ["--check"],
}
"""Words added to commands that would take long."""


def blocks() -> list[str]:
    """Return the indented blocks, without their indent."""
    found = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", README, re.MULTILINE)
    return [re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in found]


def is_python(block: str) -> bool:
    return re.search(r"^(import|from) ", block, re.MULTILINE) is not None


def commands() -> list[list[str]]:
    """Return the words of every `surgesim` command in the blocks, comments left out, in their order."""
    lines = "\n".join(block for block in blocks() if not is_python(block)).replace("\\\n", " ").splitlines()
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("surgesim ")]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like a clean clone, and is the current one."""
    for name in ("scenarios", "studies", "benchmarks", "src", "docs", "notebooks", "CHANGELOG.md"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_can_be_typed_in_this_order(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = []
    for words in commands():
        verb = words[0]
        group: Any = typer.main.get_command(app)
        if verb in SERVERS:
            group.commands[verb].make_context(verb, words[1:])  # refuses unknown options
            continue
        words, _, target = " ".join(map(shlex.quote, [*words, *SHORTER.get(verb, [])])).partition(" '>' ")
        assert execute(shlex.split(words)) == 0, words
        said = capsys.readouterr().out
        if target:
            (checkout / target).write_text(said, "utf-8")
        done.append(verb)
    assert {"new", "check", "run", "plan", "explain", "report", "compare", "forecast", "study"} <= set(done)
    assert (checkout / "out" / "my" / "report.ja.pdf").is_file()
    assert (checkout / "forecast.csv").is_file()


@pytest.mark.parametrize("number", range(sum(is_python(block) for block in blocks())))
def test_every_block_of_python_runs_by_itself(number: int, checkout: Path) -> None:
    block = [block for block in blocks() if is_python(block)][number]
    exec(compile(block, f"README.md, block {number}", "exec"), {"__name__": "readme"})


def test_names_and_files_in_the_text_exist(checkout: Path) -> None:
    quoted = re.findall(r"`([^`\n]+)`", README)
    for name in {name for text in quoted for name in re.findall(r"\bss\.([a-z_]+)", text)}:
        assert hasattr(surgesim, name), name
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for verb in {words[0] for text in quoted for words in re.findall(r"^surgesim ([a-z]+)", text)}:
        assert any(name.startswith(verb) for name in known), verb
    for file in {file for text in quoted for file in re.findall(r"^(?:benchmarks|scenarios|studies|src|docs)/[\w./-]+", text)}:
        assert (checkout / file).exists(), file
    for file in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / file).exists(), file
