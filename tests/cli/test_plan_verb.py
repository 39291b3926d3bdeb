"""The main job on the terminal: plan, card, run folder, report in the other language, exit codes."""

import json
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from surgesim.cli.main import execute

SCENARIO = """\
surgesim: 1
name: small-surge
clock: {start: 2027-11-09, days: 2, interval: 1h}
hours: {desk: {every_day: "09:00-15:00"}}
reasons: {question: {queue: calls}}
demand: {usual: {kind: rates, rate: 40/h, reasons: {question: 100%}}}
queues:
  calls: {hours: desk, patience: exponential(3min), answer_within: 60s, handling: {talk: exponential(5min)}}
sites: {tokyo: {seats: 10}}
shifts: {day: {time: "09:00-15:00"}}
groups: {first: {site: tokyo, skills: [calls], heads: 2}, temps: {site: tokyo, skills: [calls], source: temporary}}
targets: [{queue: calls, measure: service_level, at_least: 70%}]
levers:
  staff: {temps: {shifts: [day], wage: 2_000 JPY/head/h, hires: 8, hiring_cost: 1_000 JPY/head}}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "small.yaml"
    path.write_text(SCENARIO)
    return path


def test_plan_writes_the_folder_and_shows_the_card(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    assert execute(["plan", str(file), "--out", str(out), "--replications", "30"]) == 0
    text = capsys.readouterr().out
    figures = json.loads((out / "summary.json").read_text("utf-8"))["figures"]
    assert f"¥{figures['cost_jpy']:,.0f}" in text
    assert f"{figures['service_level.calls']:.1%}" in text
    assert text.rstrip().endswith(str(out / "report.html"))
    assert figures["hired.temps"] >= 1
    meta = json.loads((out / "meta.json").read_text("utf-8"))
    assert meta["plan"]["cost_jpy"] == figures["cost_jpy"]
    rows = CalamineWorkbook.from_path(str(out / "plan.xlsx")).get_sheet_by_name("Cost").to_python()
    assert rows[-1][5] == pytest.approx(figures["cost_jpy"])
    assert execute(["report", str(out), "--lang", "ja"]) == 0
    assert capsys.readouterr().out.strip() == str(out / "report.ja.html")
    assert 'lang="ja"' in (out / "report.ja.html").read_text("utf-8")
    assert 'lang="en"' in (out / "report.html").read_text("utf-8")
    assert {"plan.xlsx", "plan.ja.xlsx", "figures", "figures.ja"} <= {file.name for file in out.iterdir()}


def test_two_plans_are_compared_by_cost_and_decisions(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for out, wage in ((one, "2_000"), (two, "2_500")):
        more = ["--set", f"levers.staff.temps.wage={wage} JPY/head/h", "--out", str(out)]
        assert execute(["plan", str(file), "--replications", "30", *more]) == 0
    figures = [json.loads((out / "summary.json").read_text("utf-8"))["figures"] for out in (one, two)]
    capsys.readouterr()
    assert execute(["compare", str(one), str(two)]) == 0
    text, more = capsys.readouterr().out, figures[1]["cost_jpy"] - figures[0]["cost_jpy"]
    row = next(line for line in text.splitlines() if line.startswith("Total cost"))
    assert more > 0
    assert row.split()[2:] == [f"¥{figures[0]['cost_jpy']:,.0f}", f"¥{figures[1]['cost_jpy']:,.0f}", f"+¥{more:,.0f}"]
    assert execute(["compare", str(one), str(two), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    cost = next(row for row in rows if row["measure"] == "cost_jpy")
    assert (cost["a"], cost["b"], cost["unit"]) == (figures[0]["cost_jpy"], figures[1]["cost_jpy"], "JPY")
    hired = next(row for row in rows if row["measure"] == "hired.temps")
    assert hired["difference"] == figures[1]["hired.temps"] - figures[0]["hired.temps"]
    assert execute(["compare", str(one), str(two), "--lang", "ja"]) == 0
    assert "計画の比較" in capsys.readouterr().out
    assert execute(["run", str(file), "--replications", "3", "--out", str(tmp_path / "run")]) == 0
    capsys.readouterr()
    assert execute(["compare", str(one), str(tmp_path / "run")]) == 0
    assert "Total cost" not in capsys.readouterr().out


def test_plan_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["plan", str(file), "--replications", "30", "--json"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert tree["certificate"]["kept"] is True
    assert sum(cost["cost_jpy"] for cost in tree["costs"]) == pytest.approx(tree["figures"]["cost_jpy"])


def test_no_feasible_plan_exits_3(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["plan", str(file), "--set", "levers.staff.temps.hires=1", "--replications", "30"]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no plan" in captured.err


def test_a_refusal_is_json_and_japanese_where_asked_for(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["plan", str(file), "--set", "levers.staff.temps.hires=1", "--replications", "30", "--json", "--lang", "ja"]
    assert execute(words) == 3
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert found["feasible"] is False
    assert {"targets", "hires"} <= set(found["conflict"])
    assert {"targets"} in [set(way["kinds"]) for way in found["relaxations"]]
    assert "約束を守れる計画はない" in captured.err
    assert "同時には満たせない条件(どれも欠かせない): 配置要員、シフトの人数、採用、約束" in captured.err


def test_a_folder_of_somebody_else_is_refused_before_anything_is_planned(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    monkeypatch.setattr("surgesim.planning.planner.plan", lambda *_: pytest.fail("it was planned"))
    for verb in ("plan", "run"):
        assert execute([verb, str(file), "--out", str(tmp_path)]) == 2
        assert "was not written by surgesim" in capsys.readouterr().err
