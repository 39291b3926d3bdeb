"""Pictures: letters that exist, legends outside the data, units, fixed bytes, and no trace in matplotlib's settings."""

from typing import Any

import matplotlib as mpl
import pytest

from surgesim.report import style
from surgesim.report.facts import Facts, Flow
from surgesim.report.gather.collect import facts_of_plan
from surgesim.report.plots import waterfall
from surgesim.report.plots.album import album, figures


@pytest.fixture(scope="module")
def facts(plan: Any) -> Facts:
    return facts_of_plan(plan)


NAMES = ("arrivals", "staffing", "service-calls", "heat-calls", "flow-calls", "waits-calls", "cost", "hires", "occupancy")


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
        assert axes.get_xlabel() or axes.get_ylabel() or name == "hires", name
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


def test_steps_of_the_waterfall_add_up(facts: Facts) -> None:
    level = 0.0
    for word, value in waterfall.steps(facts.flows[0].counts):
        if word in ("flow_needs", "flow_offered", "flow_handled"):
            assert level == 0.0 or value == pytest.approx(level, rel=2e-3)
            level = value
        else:
            level += value


def test_a_plain_result_has_the_same_pictures_without_those_of_a_plan(plan: Any) -> None:
    assert set(figures(plan.result, "ja")) == set(NAMES) - {"cost", "hires"}
