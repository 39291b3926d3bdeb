"""Tables on the terminal: whatever their width, no name and no number is cut."""

import re

import polars as pl
import pytest
from rich.cells import cell_len
from rich.console import Console

from surgesim.cli import terminal
from surgesim.cli.measured import compact, written
from surgesim.report.wording import Wording

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


def long(groups: int) -> pl.DataFrame:
    rows = [
        {"queue": f"q{n}", "measure": measure, "value": value, "low": low, "high": high, "unit": unit}
        for n in range(groups)
        for measure, value, low, high, unit in (
            ("offered", 5990.4, 5642.0, 6339.0, "contacts"), ("blocked", 0.0, 0.0, 0.0, "contacts"),
            ("service_level", 0.588, 0.532, 0.644, "share"), ("abandonment", 0.01, 0.0, 0.03, "share"),
        )
    ]  # fmt: skip
    return pl.DataFrame(rows)


def test_few_groups_stand_side_by_side_with_their_intervals() -> None:
    table, idle = compact(long(2), ["queue"])
    assert idle == ["blocked"]
    assert table.columns == ["measure", "unit", "q0", "q1"]
    assert table.rows()[1] == ("service_level", "%", *["58.8% (53.2 – 64.4)"] * 2)
    assert table.rows()[0][2] == "5,990 (5,642 – 6,339)"


def test_many_groups_stand_below_each_other(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    table, _ = compact(long(9), ["queue"])
    assert table.columns == ["queue", "offered", "service_level", "abandonment"]
    assert table.rows()[0] == ("q0", "5,990 ±348.6", "58.8% ±5.6", "1% ±2")
    lines = shown(table, 40, monkeypatch, capsys)
    assert sum(line.startswith("q8") for line in lines) == 2
    terminal.show_measures(long(9), ["queue"], "title", Wording("en"))
    assert "0 throughout: Blocked (busy tone)" in capsys.readouterr().out


def test_a_value_without_an_interval_is_alone() -> None:
    assert written(None, None, None, "s") == ""
    assert written(12.345, None, None, "s") == "12.3"
    assert written(1.0, 1.0, 1.0, "share") == "100%"


def test_differences_of_shares_are_percentage_points() -> None:
    table, _ = compact(long(1).rename({"value": "difference"}), ["queue"], "difference")
    assert ("service_level", "points", "58.8 (53.2 – 64.4)") in table.rows()


def test_parts_of_a_day_keep_their_names() -> None:
    groups = long(3).with_columns(pl.col("queue").alias("group"), pl.lit("2027-11-08").alias("day")).drop("queue")
    table, _ = compact(pl.concat([groups, groups.with_columns(day=pl.lit("2027-11-09"))]), ["day", "group"])
    assert table["group"].to_list() == ["q0", "q1", "q2"] * 2


def test_what_adding_and_subtracting_leave_of_nought_is_nought() -> None:
    assert written(-2e-14, None, None, "share") == "0%"
    assert written(3e-13, -1e-12, 2e-13, "contacts") == "0"
