"""Pictures: letters that exist, legends outside the data, units, fixed bytes, and no trace in matplotlib's settings."""

from datetime import date
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest

import surgesim as ss
from surgesim.report import style
from surgesim.report.facts import Facts, Flow
from surgesim.report.gather import waiting
from surgesim.report.gather.collect import facts_of_plan
from surgesim.report.plots import backlog_age, waterfall
from surgesim.report.plots.album import album, figures


@pytest.fixture(scope="module")
def facts(plan: Any) -> Facts:
    return facts_of_plan(plan)


NAMES = (
    "arrivals", "path", "staffing", "service-calls", "heat-calls", "flow-calls", "waits-calls", "ribbon-calls", "cost", "sites",
    "hires", "occupancy",
)  # fmt: skip


BASELINES = (("heat-calls", "en"), ("cost", "ja"), ("staffing", "ja"), ("flow-calls", "en"))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_picture_is_drawn_and_no_letter_is_missing(facts: Facts, language: str) -> None:
    """A letter without a glyph raises here, because warnings are errors; so does anything left on pyplot."""
    before = dict(mpl.rcParams)
    drawn = {name: make() for name, (_, make) in album(facts, language).items()}
    assert tuple(drawn) == NAMES
    for name, figure in drawn.items():
        content = style.png(figure)
        assert content.startswith(b"\x89PNG"), name
        families = {family for axes in figure.axes for text in axes.texts for family in text.get_fontfamily()}
        assert families <= {"DejaVu Sans", "IPAexGothic"}
    assert dict(mpl.rcParams) == before


def test_a_letter_without_a_glyph_would_be_noticed(facts: Facts) -> None:
    made = facts.model_copy(update={"flows": (Flow(queue="\U0001f4a9", counts=facts.flows[0].counts),)})
    figure = waterfall.figure(made.flows[0], "ja")
    with pytest.raises(UserWarning, match="missing from"):
        style.png(figure)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_legends_lie_outside_the_data_and_axes_say_their_unit(facts: Facts, language: str) -> None:
    for name, (_, make) in album(facts, language).items():
        figure = make()
        figure.draw_without_rendering()
        axes = figure.axes[0]
        for legend in figure.legends:
            assert not legend.get_window_extent().overlaps(axes.get_window_extent()), name
        assert axes.get_xlabel() or axes.get_ylabel() or name in ("hires", "sites", "path"), name
        assert axes.get_title(loc="left"), name


def test_nothing_is_cut_off_at_the_edges(facts: Facts) -> None:
    for name, (_, make) in album(facts, "ja").items():
        figure = make()
        figure.draw_without_rendering()
        whole = figure.get_tightbbox()
        assert whole.x0 > -0.02, name
        assert whole.x1 < figure.get_figwidth() + 0.02, name


def test_the_same_picture_has_the_same_bytes(facts: Facts) -> None:
    first, second = (style.png(album(facts, "en")["staffing"][1]()) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(("name", "language"), BASELINES)
def test_a_few_pictures_look_as_they_did(facts: Facts, name: str, language: str, tmp_path: Path) -> None:
    """Against stored pictures; other versions of the font engine may shift letters by a fraction of a pixel."""
    from matplotlib.testing.compare import compare_images

    wanted, made = Path(__file__).parent / "baseline" / f"{name}-{language}.png", tmp_path / "made.png"
    made.write_bytes(style.png(album(facts, language)[name][1]()))
    assert compare_images(str(wanted), str(made), tol=6.0) is None


def test_the_comparison_notices_a_changed_number(facts: Facts, tmp_path: Path) -> None:
    from matplotlib.testing.compare import compare_images

    costs = (facts.costs[0].model_copy(update={"cost_jpy": 3 * facts.costs[0].cost_jpy}), *facts.costs[1:])
    made = tmp_path / "made.png"
    made.write_bytes(style.png(album(facts.model_copy(update={"costs": costs}), "ja")["cost"][1]()))
    assert compare_images(str(Path(__file__).parent / "baseline" / "cost-ja.png"), str(made), tol=6.0) is not None


def test_the_ribbon_is_the_wait_over_time(plan: Any, facts: Facts) -> None:
    """Little: people waiting = waits of those who arrive / length; summed over the horizon, all waits."""
    ribbon = facts.ribbons[0]
    waits = plan.result.intervals.group_by("replication").agg(pl.col("wait_handled_s", "wait_abandoned_s").sum())
    total = (waits["wait_handled_s"] + waits["wait_abandoned_s"]).to_numpy()
    low, high = (3600 * np.nansum(np.array(row, dtype=float)) for row in (ribbon.low, ribbon.high))
    assert low <= total.mean() <= high
    assert all(a <= b <= c for a, b, c in zip(ribbon.low, ribbon.median, ribbon.high, strict=True))  # type: ignore[operator]


def test_ages_of_deferred_work_are_whole() -> None:
    scenario = ss.load(Path(ss.__file__).parents[2] / "scenarios" / "kettle-recall.yaml")
    result = ss.run(scenario, replications=2)
    (ages,) = waiting.ages(result)
    assert ages.queue == "cases"
    sums = np.nansum(np.array(ages.shares, dtype=float), axis=0)
    assert sums[2:] == pytest.approx(1.0)
    assert style.png(backlog_age.figure(ages, "ja")).startswith(b"\x89PNG")


def test_steps_of_the_waterfall_add_up(facts: Facts) -> None:
    level = 0.0
    for word, value in waterfall.steps(facts.flows[0].counts):
        if word in ("flow_needs", "flow_offered", "flow_handled"):
            assert level == 0.0 or value == pytest.approx(level, rel=2e-3)
            level = value
        else:
            level += value


def test_a_plain_result_has_the_same_pictures_without_those_of_a_plan(plan: Any) -> None:
    assert set(figures(plan.result, "ja")) == set(NAMES) - {"cost", "sites", "hires"}


def test_an_axis_of_one_day_shows_that_day() -> None:
    made = style.new_figure(6.0, 3.0)
    axes = made.subplots()
    axes.plot([date(2027, 11, 8)], [1.0], "o")  # type: ignore[arg-type]
    style.day_axis(axes, "en", 1)
    style.png(made)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["8 Nov"]
