"""Tables on the terminal: whatever their width, no name and no number is cut."""

import re

import polars as pl
import pytest
from rich.cells import cell_len
from rich.console import Console

from surgesim.cli import terminal

LONG = "service_level_of_offered_less_short_abandons"
MEASURES = pl.DataFrame(
    {"day": ["2027-11-08", "2027-11-09"], "queue": ["電話窓口", "case-work"], "measure": [LONG, "offered"],
     "value": [0.04633, 1471.0], "low": [0.03219, 1348.0], "high": [0.06123, 1594.0], "unit": ["share", "contacts"]}
)  # fmt: skip
WIDE = pl.DataFrame({"channel": ["faq", "chatbot"], **{f"expected_seats_saved_{i}": [12345.0 + i, None] for i in range(12)}})


def shown(frame: pl.DataFrame, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines of a table on a terminal of so many columns."""
    monkeypatch.setattr(
        terminal, "answers", lambda: Console(highlight=False, soft_wrap=True, width=width, force_terminal=True, color_system=None)
    )
    terminal.show_table(frame, "title")
    return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()


@pytest.mark.parametrize("width", [50, 80, 120])
@pytest.mark.parametrize("frame", [MEASURES, WIDE])
def test_every_name_and_number_is_there_and_no_line_is_too_long(
    frame: pl.DataFrame, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(frame, width, monkeypatch, capsys)
    assert max(cell_len(line) for line in lines) <= width
    text = "\n".join(lines)
    assert "…" not in text
    numbers = (value for name, kind in frame.schema.items() if kind.is_numeric() for value in frame[name].to_list())
    assert all(terminal._cell(number) in text for number in numbers if number is not None)
    pieces = (piece for name in frame.columns for piece in re.findall(r"[^_]+_?", name))
    assert all(piece in text for piece in pieces)


def test_leading_columns_stand_in_every_part(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(shown(WIDE, 50, monkeypatch, capsys))
    assert text.count("chatbot") == text.count("title") > 1


def test_a_pipe_gets_every_line_whole(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show_table(MEASURES, "title")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[3:]] == [
        ["2027-11-08", "電話窓口", LONG, "0.04633", "0.03219", "0.06123", "share"],
        ["2027-11-09", "case-work", "offered", "1,471", "1,348", "1,594", "contacts"],
    ]
