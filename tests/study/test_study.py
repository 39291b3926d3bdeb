"""Points, answers and folders of studies."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import surgesim as ss
from surgesim.base.errors import CatalogueError, DomainError, InputError, ScenarioError
from surgesim.scenario.scenario import Scenario
from surgesim.study.answers import Answers
from surgesim.study.study import Study
from surgesim.study.tally import axes_by_day, of_tables

HEADS = "groups.team.heads"


@pytest.fixture(scope="module")
def answers(desk: Scenario) -> Answers:
    grid = {HEADS: [5, 6, 8], "override": ["as-is", "busy"]}
    return Study(desk, grid, replications=6).run("serial")


def test_a_grid_is_every_combination_the_last_axis_fastest(desk: Scenario) -> None:
    study = Study(desk, {HEADS: [5, 6], "override": ["as-is", "busy", "few-lines"]})
    assert study.table.columns == ["point", HEADS, "override"]
    assert study.table[HEADS].to_list() == [5, 5, 5, 6, 6, 6]
    assert study.points[4].changes == {HEADS: 6, "demand.calls.rate": "90/h"}
    assert repr(study) == "Study('desk', 6 points, sim, 20 replications, seed 1)"


def test_overrides_labels_and_rows_are_points_too(desk: Scenario) -> None:
    assert [dict(p.coordinates) for p in Study(desk, ["as-is", "busy"]).points] == [{"override": "as-is"}, {"override": "busy"}]
    named = Study(desk, {"team": {"small": {HEADS: 4}, "large": {HEADS: 9, "sites.here.seats": 40}}})
    assert [p.changes for p in named.points] == [{HEADS: 4}, {HEADS: 9, "sites.here.seats": 40}]
    frame = pl.DataFrame({HEADS: [4, None], "override": [None, "busy"]})
    for rows in (frame, frame.to_dicts()):
        assert [p.changes for p in Study(desk, rows).points] == [{HEADS: 4}, {"demand.calls.rate": "90/h"}]


def test_pandas_frames_are_rows(desk: Scenario) -> None:
    import pandas as pd

    frame = pd.DataFrame({HEADS: [4, 5], "override": ["busy", None]})
    assert [p.changes for p in Study(desk, frame).points] == [{HEADS: 4, "demand.calls.rate": "90/h"}, {HEADS: 5}]


def test_values_of_numpy_ranges_and_generators_are_values(desk: Scenario) -> None:
    for values in (np.arange(5, 8), range(5, 8), (heads for heads in (5, 6, 7))):
        study = Study(desk, {HEADS: values}, replications=1)
        assert [dict(point.changes) for point in study.points] == [{HEADS: 5}, {HEADS: 6}, {HEADS: 7}]
    assert Study(desk, [{HEADS: np.int64(5)}], replications=1).run("serial").measures(of="offered")["value"][0] > 0


def test_everything_wrong_with_a_grid_is_told_at_once(desk: Scenario) -> None:
    grid = {
        "groups.team.heeds": [5], "queues.calls.patience": ["4min and a bit", "never"], "override": ["busy", "bussy"],
        "demand.calls.rate": ["50/h"], "trunks.main.lines": [],
    }  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        Study(desk, grid)
    text = str(caught.value)
    for part in ("heeds", "queues.calls.patience.0", "4min and a bit", "bussy", "did you mean", "no values", "same place|twice"):
        assert any(word in text for word in part.split("|")), part
    with pytest.raises(ScenarioError, match="twice"):
        Study(desk, {HEADS: [5, 5]})
    with pytest.raises(CatalogueError, match="did you mean"):
        Study(desk, engine="sym")


def test_measures_are_those_of_a_run_of_each_point(desk: Scenario, answers: Answers) -> None:
    for number in (0, 3, 5):
        point = answers.points[number]
        alone = ss.run(desk.but("alone", point.changes), replications=6)
        for by in ((), "queue", ("day", "queue"), "group", "trunk"):
            mine = answers.measures(by).filter(pl.col("point") == number).drop("point", HEADS, "override")
            other = alone.measures(by).with_columns(pl.col(pl.Enum).cast(pl.String))
            assert mine.columns == other.columns
            assert mine.select(pl.exclude(pl.Float64)).equals(other.select(pl.exclude(pl.Float64)))
            for name in ("value", "low", "high"):
                np.testing.assert_allclose(mine[name].to_numpy(), other[name].to_numpy(), rtol=1e-9, atol=1e-12)


def test_formulas_are_engines_of_studies_too(desk: Scenario) -> None:
    for engine in ("erlang", "fluid", "reference"):
        study = Study(desk, {HEADS: [5, 8]}, replications=2, engine=engine)
        of = ["offered", "service_level", "occupancy"]
        found = study.run("threads:2").measures(of=of)
        alone = ss.run(desk.but("alone", {HEADS: 8}), engine, replications=2).measures(of=of)
        np.testing.assert_allclose(found["value"].to_numpy()[3:], alone["value"].to_numpy(), rtol=1e-9)


def test_differences_are_paired_to_the_base(desk: Scenario, answers: Answers) -> None:
    base = {HEADS: 6, "override": "as-is"}
    table = answers.differences(base, of="service_level")
    assert table["point"].to_list() == [0, 1, 3, 4, 5]
    row = table.filter(pl.col("point") == 4).row(0, named=True)
    a, b = (ss.run(desk.but("x", answers.points[k].changes), replications=6) for k in (2, 4))
    expected = ss.compare(a, b, of=["service_level"]).table.row(0, named=True)
    for name in ("a", "b", "difference", "low", "high"):
        assert row[name] == pytest.approx(expected[name], rel=1e-9), name
    # paired: shorter than the sum of both intervals by far
    spread = answers.measures(of="service_level")
    own = sum(spread["high"][k] - spread["low"][k] for k in (2, 4))
    assert row["high"] - row["low"] < 0.6 * own
    with pytest.raises(InputError, match="2 points have"):
        answers.differences({HEADS: 5})


def test_one_point_is_a_result_by_day(answers: Answers) -> None:
    result = answers[{HEADS: 8, "override": "busy"}]
    assert result.scenario.groups["team"].heads == 8
    assert result.intervals.height == 6 * 2 * 2
    with pytest.raises(InputError, match="by day"):
        answers.measures("hour")
    with pytest.raises(InputError, match="no point 6"):
        answers[6]


def test_days_of_25_hours_add_up(desk: Scenario) -> None:
    clock = {"start": "2027-10-30", "days": 3, "interval": "30min", "time_zone": "Europe/Berlin", "holidays": []}
    autumn = Scenario.build({**desk.tree(), "clock": clock})
    result = ss.run(autumn, replications=2)
    tally = of_tables(autumn, result.tables)
    assert tally.queues.shape[1] == 4
    assert axes_by_day(autumn).clock.n_intervals == 4
    assert tally.queues.sum() == pytest.approx(result.tables.values("queues", [*_queue_columns()]).sum())
    study = Study(autumn, None, replications=2).run("serial")
    assert np.array_equal(study.tallies[0].queues, tally.queues)
    assert study.measures("day", "offered").height == 3


def _queue_columns() -> tuple[str, ...]:
    from surgesim.result.counters import QUEUE_COLUMNS

    return QUEUE_COLUMNS


def test_births_that_are_kept_change_nothing(desk: Scenario) -> None:
    """Points that share demand or laws, or differ in them, give what they give alone."""
    grid = {
        HEADS: [5, 7], "demand.calls.rate": ["60/h", "70/h"], "queues.calls.patience": ["exponential(4min)", "exponential(1min)"],
        "queues.calls.handling.talk": ["exponential(5min)", "exponential(6min)"],
    }  # fmt: skip
    study = Study(desk, grid, replications=2)
    answers = study.run("serial")
    for point, tally in zip(study.points, answers.tallies, strict=True):
        alone = of_tables(desk, ss.run(desk.but("alone", point.changes), replications=2).tables)
        for mine, other in zip(tally.arrays, alone.arrays, strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-12, err_msg=str(point))


def test_a_study_goes_on_where_it_stopped(desk: Scenario, tmp_path: Path) -> None:
    first = Study(desk, {HEADS: [5, 6]}, replications=3)
    first.run("serial", tmp_path / "study")
    files = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "study" / "points").iterdir()}
    seen: list[tuple[int, int]] = []
    more = Study(desk, {HEADS: [5, 6, 7]}, replications=3)
    answers = more.run("serial", tmp_path / "study", lambda what, done, total: seen.append((done, total)))
    assert seen[0] == (2, 3)
    assert seen[-1] == (3, 3)
    kept = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "study" / "points").iterdir()}
    assert len(kept) == 3
    assert all(kept[name] == when for name, when in files.items())
    whole = more.run("serial")
    assert answers.measures().equals(whole.measures())
    written = pl.read_parquet(tmp_path / "study" / "measures.parquet")
    assert written.equals(whole.measures("queue"))
    meta = json.loads((tmp_path / "study" / "study.json").read_text())
    assert [point["coordinates"] for point in meta["points"]] == [{HEADS: heads} for heads in (5, 6, 7)]


def test_another_scenario_or_luck_is_refused_and_told_apart(desk: Scenario, tmp_path: Path) -> None:
    Study(desk, {HEADS: [5]}, replications=2).run("serial", tmp_path / "study")
    with pytest.raises(InputError, match=r"another scenario: .*sites.here.seats: 30 there, 31 here"):
        Study(desk.but("more", {"sites.here.seats": 31}), {HEADS: [5]}, replications=2).run("serial", tmp_path / "study")
    with pytest.raises(InputError, match=r"seed 1, not 2[\s\S]*replications 2, not 3"):
        Study(desk, {HEADS: [5]}, replications=3, seed=2).run("serial", tmp_path / "study")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="no folder of a study"):
        Study(desk).run("serial", tmp_path / "other")
    assert (tmp_path / "other" / "thesis.txt").read_text() == "mine"


def test_a_damaged_point_is_refused(desk: Scenario, tmp_path: Path) -> None:
    study = Study(desk, {HEADS: [5]}, replications=2)
    study.run("serial", tmp_path / "study")
    file = next((tmp_path / "study" / "points").iterdir())
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    for damaged in (bytes(content), content[: len(content) // 3]):
        file.write_bytes(damaged)
        with pytest.raises(InputError, match="changed after it was written"):
            study.run("serial", tmp_path / "study")


def test_points_that_cannot_be_built_are_told_and_the_others_kept(desk: Scenario, tmp_path: Path) -> None:
    """A clash that only a combination has: more heads than seats."""
    study = Study(desk, {"sites.here.seats": [8, 30], HEADS: [7, 12]}, replications=2)
    with pytest.raises(ScenarioError, match=r"point 1 \(.*\): .*8 seats"):
        study.run("threads:2", tmp_path / "study")
    assert len(list((tmp_path / "study" / "points").iterdir())) == 3


def test_a_value_that_another_axis_makes_possible_is_a_point(desk: Scenario, tmp_path: Path) -> None:
    """More heads than the seats there are now, with a row of more seats beside."""
    study = Study(desk, {HEADS: [7, 40], "sites.here.seats": [30, 50]}, replications=2)
    assert len(study.points) == 4
    with pytest.raises(ScenarioError, match=r"point 2 \(.*\): .*30 seats"):
        study.run("serial", tmp_path / "study")
    assert len(list((tmp_path / "study" / "points").iterdir())) == 3
    with pytest.raises(ScenarioError, match="30 seats"):
        Study(desk, {HEADS: [7, 40], "trunks.main.lines": [5, 6]})


def test_settings_are_checked(desk: Scenario) -> None:
    with pytest.raises(InputError, match="0 replications"):
        Study(desk, replications=0)
    with pytest.raises(InputError, match="names no workers"):
        Study(desk, replications=1).run("horses:2")
    with pytest.raises(DomainError):
        Study(desk, {HEADS: [5, 6]}).best("service_level", indifference=0.0)
