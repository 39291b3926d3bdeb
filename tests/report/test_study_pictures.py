"""Pictures of studies: their numbers are those of the tables, in both languages, without a missing glyph."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from surgesim.base.errors import InputError
from surgesim.report import style
from surgesim.scenario.scenario import Scenario
from surgesim.study.study import Study

HEADS, RATE = "groups.team.heads", "demand.calls.rate"


@pytest.fixture(scope="module")
def answers() -> Any:
    monkey = pytest.MonkeyPatch()
    monkey.syspath_prepend(str(Path(__file__).parents[1] / "study"))
    from study_desk import DESK

    monkey.undo()
    return Study(Scenario.build(DESK), {HEADS: [5, 6, 8], RATE: ["60/h", "80/h"]}, replications=4).run("serial")


@pytest.fixture(scope="module")
def sensitivity(answers: Any) -> Any:
    ranges = {RATE: ("50/h", "70/h"), HEADS: (5, 7), "queues.calls.patience": ("exponential(2min)", "exponential(8min)")}
    return Study(answers.study.scenario, replications=4).sensitivity(ranges, "service_level", "calls", workers="serial")


def texts(figure: Any) -> str:
    from matplotlib.text import Text

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        assert style.png(figure)[:4] == b"\x89PNG"
    return "\n".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_picture_of_a_study_in_both_languages(answers: Any, sensitivity: Any, language: str) -> None:
    label = {"en": "Service level", "ja": "サービスレベル"}[language]
    drawn = {
        "heat": answers.plot.heat_map(HEADS, RATE, "service_level", "calls", language=language),
        "forest": answers.plot.forest("service_level", queue="calls", language=language),
        "frontier": answers.plot.frontier("wages_jpy", "service_level", "calls", language=language),
        "tornado": sensitivity.plot.tornado(language=language),
    }
    for name, figure in drawn.items():
        assert label in texts(figure), name
    assert HEADS in texts(drawn["tornado"])
    assert {"en": "Wages", "ja": "賃金"}[language] in texts(drawn["frontier"])


def test_the_heat_map_shows_the_measures(answers: Any) -> None:
    figure = answers.plot.heat_map(HEADS, RATE, "service_level", "calls")
    image = figure.axes[0].images[0].get_array()
    table = answers.measures("queue", "service_level")
    np.testing.assert_allclose(image, table["value"].to_numpy().reshape(3, 2).T)
    means = answers.plot.heat_map(HEADS, HEADS, "service_level", "calls").axes[0].images[0].get_array()
    np.testing.assert_allclose(np.diag(means.filled(np.nan)), table["value"].to_numpy().reshape(3, 2).mean(axis=1))


def test_the_forest_shows_paired_differences(answers: Any) -> None:
    base = {HEADS: 6, RATE: "60/h"}
    figure = answers.plot.forest("abandonment", base, "calls")
    table = answers.differences(base, "queue", "abandonment")
    points = [float(line.get_xdata()[0]) for bars in figure.axes[0].containers for line in bars.lines[:1]]
    np.testing.assert_allclose(sorted(points), sorted(table["difference"]))
    assert "heads 6" in texts(figure)
    assert "(percentage points)" in texts(figure)
    assert "(ポイント)" in texts(answers.plot.forest("abandonment", base, "calls", language="ja"))


def test_no_text_of_the_tornado_is_cut_off(sensitivity: Any) -> None:
    figure = sensitivity.plot.tornado()
    style.png(figure)  # lays it out
    boxes = [text.get_window_extent() for text in (figure.axes[0]._left_title, *figure.axes[0].get_yticklabels())]
    assert [box.x0 for box in boxes if box.x0 < 0] == []
    assert [box.x1 for box in boxes if box.x1 > figure.bbox.width] == []


def test_the_tornado_has_a_bar_for_each_end(sensitivity: Any) -> None:
    bars = sensitivity.plot.tornado().axes[0].patches
    widths = sorted(bar.get_width() for bar in bars)
    np.testing.assert_allclose(widths, sorted([*sensitivity.table["change_low"], *sensitivity.table["change_high"]]))
    assert sensitivity.table["path"][0] in texts(sensitivity.plot.tornado())


def test_wrong_names_are_refused(answers: Any) -> None:
    with pytest.raises(InputError, match="did you mean"):
        answers.plot.heat_map("groups.team.heeds", RATE, "service_level")
    with pytest.raises(InputError):
        answers.plot.forest("service_level", language="fr")
    morris = Study(answers.study.scenario, replications=2).sensitivity(
        {HEADS: (5, 8)}, "offered", None, "morris", 2, workers="serial"
    )
    with pytest.raises(InputError, match="one at a time"):
        morris.plot.tornado()
