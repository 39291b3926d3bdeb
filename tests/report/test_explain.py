"""Explanations: every line follows from those above it, and the numbers are those of the tables."""

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from surgesim import erlang
from surgesim.base.errors import InputError
from surgesim.cli.main import execute
from surgesim.planning.plan import Plan
from surgesim.report.explain import Explanation, of_plan, of_result
from surgesim.report.explain_words import LINES
from surgesim.report.run_folder import write_plan

TENTHS = [f"2020-04-{day} {hour:02d}:30" for day in ("08", "09", "11") for hour in (3, 9, 12, 17)]


def erlang_a_agents(rate: float, aht: float, patience: float, within: float, target: float) -> float:
    return float(erlang.agents_for(target=target, within=within, arrival_rate=rate, aht=aht, patience=patience))


def recomputed(explained: Explanation) -> dict[str, float]:
    """Every line again, from nothing but the lines above it."""
    known: dict[str, float] = {}
    tools = {"floor": math.floor, "ceil": lambda x: math.ceil(x - 1e-9), "erlang_a_agents": erlang_a_agents, "__builtins__": {}}
    for line in explained.lines:
        known[line.key] = eval(line.formula, tools, known) if line.formula else line.value
    return known


@pytest.mark.parametrize("when", TENTHS)
@pytest.mark.parametrize("site", ["", "tokyo", "osaka"])
def test_every_line_follows_from_those_above(plan: Any, when: str, site: str) -> None:
    explained = of_plan(plan)(when, site=site)
    assert {line.key: line.value for line in explained.lines} == pytest.approx(recomputed(explained))
    assert all(line.formula or line.source("en") for line in explained.lines)
    assert len({line.key for line in explained.lines}) == len(explained.lines)


def test_the_sources_are_the_tables(plan: Any) -> None:
    explained = of_plan(plan)("2020-04-09 10:30")
    rows = plan.result.intervals.filter((pl.col("start").dt.day() == 9) & (pl.col("start").dt.hour() == 10))
    for key, column in (("first", "first"), ("redials", "redial"), ("offered", "offered")):
        assert explained[key] == pytest.approx(rows[column].mean())
    assert explained["aht"] == pytest.approx(360.0)
    assert explained["agents_all"] == 16
    assert explained["on_duty__temps"] == 8
    assert (explained["seats__tokyo"], explained["seats_left__tokyo"]) == (10, 2)
    assert explained["hires_left__temps"] == 4
    assert explained["load"] == pytest.approx(explained["offered"] / 10)


def test_what_binds(plan: Any) -> None:
    explain = of_plan(plan)
    crowded = explain("2020-04-08 10:30")
    assert crowded["service"] < crowded["promised"]
    assert crowded.binds == "roster"
    assert explain("2020-04-09 10:30").binds == "promise"
    assert explain("2020-04-09 03:30").binds == "closed"
    full = of_plan(_with_seats(plan, 8))("2020-04-08 10:30")
    assert full["seats_left__tokyo"] == 0
    assert full.binds == "seats"


def _with_seats(plan: Any, seats: int) -> Any:
    from dataclasses import replace

    return replace(plan, seats=plan.seats.with_columns(seats=pl.lit(seats)))


def test_a_plain_result_is_explained_without_a_plan(plan: Any) -> None:
    explained = of_result(plan.result)("2020-04-09 10:30", site="tokyo")
    assert explained.lines[-1].key == "seats_left__tokyo"
    assert (explained["agents_all"], explained["agents_everywhere"]) == (8, 16)
    assert not any(line.key.startswith("on_duty") for line in explained.lines)
    assert Plan.explain is of_plan


WORDS = [
    ("en", ("first calls", "=> the promise binds", "= offered calls × handling time ÷ length of the interval",
            "= rounded up(agents there ÷ (1 - shrinkage))", "= agents there (Own staff) + agents there (Temps)",
            "= Erlang A((first calls + follow-up calls) ÷ length of the interval, handling time, mean patience")),
    ("ja", ("初回の着信", "=> 約束が制約", "= 着信 × 平均処理時間 ÷ 時間帯の長さ",
            "= 切り上げ(応答可能な要員 ÷ (1 - シュリンケージ))", "= 応答可能な要員 (自社要員) + 応答可能な要員 (派遣要員)",
            "= アーランA((初回の着信 + 再入電・後続) ÷ 時間帯の長さ")),
]  # fmt: skip


@pytest.mark.parametrize(("language", "words"), WORDS)
def test_it_reads_as_lines_with_number_formula_and_source(plan: Any, language: str, words: tuple[str, str]) -> None:
    explained = of_plan(plan)("2020-04-09 10:30", language=language)
    text = str(explained)
    assert all(word in text for word in words)
    assert not re.search(r"\w__\w|\bfirst\b(?! calls)|\btemps\b|\btokyo\b|\baht\b", text)  # keys are for programs
    assert len(text.splitlines()) == len(explained.lines) + 3
    assert Explanation.model_validate_json(explained.model_dump_json()) == explained


def test_every_kind_of_line_has_words_in_both_languages() -> None:
    for what, said in LINES.items():
        assert all(said[:2]), what
        assert what.startswith("binds_") or all(said), what


def test_a_wrong_question_is_told_all_that_is_wrong(plan: Any) -> None:
    with pytest.raises(InputError) as caught:
        of_plan(plan)("2021-01-01 10:00", site="tokio", queue="cals")
    assert len(caught.value.problems) == 3
    with pytest.raises(InputError, match="'noon' is no moment"):
        of_plan(plan)("noon")


def test_the_command_explains_a_run_folder_as_the_plan(plan: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_plan(plan, tmp_path / "run")
    assert execute(["explain", str(tmp_path / "run"), "2020-04-09 10:30", "--json"]) == 0
    tree = json.loads(capsys.readouterr().out)
    wanted = of_plan(plan)("2020-04-09 10:30")
    assert [line["key"] for line in tree["lines"]] == [line.key for line in wanted.lines]
    assert np.allclose([line["value"] for line in tree["lines"]], [line.value for line in wanted.lines])
    assert execute(["explain", str(tmp_path / "run"), "2020-04-09 10:30", "--lang", "ja"]) == 0
    assert "約束が制約" in capsys.readouterr().out
