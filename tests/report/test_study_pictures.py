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
    queues = {**DESK["queues"], "calls": {**DESK["queues"]["calls"], "title": {"en": "Hotline", "ja": "電話窓口"}}}
    groups = {"team": {**DESK["groups"]["team"], "title": {"en": "Own staff", "ja": "自社要員"}}}
    return Study(
        Scenario.build({**DESK, "queues": queues, "groups": groups}), {HEADS: [5, 6, 8], RATE: ["60/h", "80/h"]}, replications=4
    ).run("serial")


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


def written(figure: Any) -> Any:
    """Return every text that is seen, with its place; the labels of ticks beyond an axis are not."""
    from matplotlib.text import Text

    unseen = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        unseen |= {tick.label1 for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high}
    texts = (text for text in figure.findobj(Text) if text.get_text() and text.get_visible() and text not in unseen)
    return [(text.get_text(), text.get_window_extent()) for text in texts]


def outside(figure: Any) -> list[str]:
    """Return texts that the edge of a picture cuts off."""
    edge = figure.bbox
    return [
        text
        for text, box in written(figure)
        if box.x0 < edge.x0 - 1 or box.x1 > edge.x1 + 1 or box.y0 < edge.y0 - 1 or box.y1 > edge.y1 + 1
    ]


def overlapping(figure: Any) -> list[tuple[str, str]]:
    """Return pairs of texts that lie over each other."""
    from itertools import combinations

    pairs = combinations(written(figure), 2)
    return [(a, b) for (a, here), (b, there) in pairs if here.shrunk(0.9, 0.9).overlaps(there.shrunk(0.9, 0.9))]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_picture_of_a_study_in_both_languages(answers: Any, sensitivity: Any, language: str) -> None:
    label = {"en": "Service level", "ja": "サービスレベル"}[language]
    drawn = {
        "heat": answers.plot.heat_map(HEADS, RATE, "service_level", "calls", language=language),
        "forest": answers.plot.forest("service_level", queue="calls", language=language),
        "frontier": answers.plot.frontier("wages_jpy", "service_level", "calls", language=language),
        "tornado": sensitivity.plot.tornado(language=language),
    }
    queue = {"en": "Hotline", "ja": "電話窓口"}[language]
    heads = {"en": "Own staff: heads", "ja": "自社要員: 人数"}[language]
    for name, figure in drawn.items():
        shown = texts(figure)
        assert f"{label} (of offered) – {queue}" in shown or f"{label}(着信呼比) – {queue}" in shown, name
        assert heads in shown, name
        assert not any(key in shown for key in (HEADS, RATE, "team", "queues.")), name
        assert outside(figure) == [], name
        assert overlapping(figure) == [], name
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
    assert "less Own staff: heads 6, calls: rate of contacts 60/h" in texts(figure)
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
    assert sensitivity.table["path"][0] == HEADS
    assert sensitivity.plot.tornado().axes[0].get_yticklabels()[-1].get_text() == "Own staff: heads"


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


def test_names_at_one_place_stand_below_each_other_and_one_name_of_all_is_said_once(answers: Any) -> None:
    from matplotlib.text import Annotation

    alike = answers.plot.frontier(HEADS, "service_level", "calls")
    assert [text.get_text() for text in alike.findobj(Annotation)] == ["calls: rate of contacts 60/h"]
    paid = answers.plot.frontier("wages_jpy", "service_level", "calls")
    assert "(million JPY)" in texts(paid)
    assert overlapping(paid) == []


def test_axes_tell_their_units(answers: Any) -> None:
    assert "(s)" in answers.plot.heat_map(HEADS, RATE, "asa_s", "calls").axes[1].get_ylabel()
    assert "(秒)" in answers.plot.frontier("wages_jpy", "asa_s", "calls", language="ja").axes[0].get_ylabel()
