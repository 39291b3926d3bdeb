"""The what-if: every slider turns what it says, previews and simulations agree where luck is small, and the panel shows it."""

from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import surgesim as ss
from surgesim.base.errors import InputError, ScenarioError
from surgesim.report.whatif import WhatIf, panel
from surgesim.report.whatif.letters import japanese_letters
from surgesim.report.whatif.widgets import Panel
from surgesim.scenario.template import new as template

FILE = Path(ss.__file__).parent / "notebooks" / "planner.yaml"


@pytest.fixture(scope="module")
def question() -> WhatIf:
    return WhatIf(ss.load(FILE))


@pytest.fixture(scope="module")
def shown() -> Panel:
    return Panel(WhatIf(ss.load(FILE)))


def test_sliders_start_where_the_file_stands(question: WhatIf) -> None:
    at = question.settings
    assert (at.affected, at.hours_later, at.deflection, at.aht_s, at.seats) == (2_200_000, 0, 0.25, 420.0, 150)
    assert not [d for d in question.scenario.diff(question.changed(at)) if d.path != "name"]


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"affected": 1_000_000}, {"incident.affected"}),
        ({"hours_later": 24}, {"incident.announcements.press.at", "incident.announcements.web.at",
                               "incident.announcements.letters.at", "channels.answers.available_from"}),
        ({"deflection": 0.4}, {"channels.answers.tries"}),
        ({"aht_s": 480.0}, {"queues.calls.handling.talk"}),
        ({"seats": 180}, {"sites.head-office.seats", "groups.own.heads"}),
        ({"seats": 100}, {"groups.own.heads"}),
    ],
)  # fmt: skip
def test_a_slider_changes_its_own_numbers_and_nothing_else(question: WhatIf, change: dict[str, float], paths: set[str]) -> None:
    made = question.changed(question.but(**change))
    assert {difference.path for difference in question.scenario.diff(made)} - {"name"} == paths
    if "aht_s" in change:
        assert made.queues["calls"].handling.aht_s == pytest.approx(480.0)


def test_a_roster_grows_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(template("recall"))
    question = WhatIf(ss.load(tmp_path / "mine.yaml"))
    assert question.settings.seats == 16
    made = question.changed(question.but(seats=24))
    assert [line.heads for line in made.groups["regular"].roster] == [6, 6, 6, 6]
    assert question.preview(question.but(seats=24)).measures["service_level"].value is not None


@pytest.mark.parametrize(
    ("change", "better"),
    [({"affected": 3_300_000}, False), ({"deflection": 0.6}, True), ({"aht_s": 520.0}, False), ({"seats": 200}, True)],
)
def test_both_answers_move_the_same_way(question: WhatIf, change: dict[str, float], better: bool) -> None:
    at = question.but(**change)
    for answer in (question.preview, lambda settings: question.refine(settings, replications=5)):
        before, after = (answer(settings).measures["service_level"].value for settings in (question.settings, at))
        assert before is not None
        assert after is not None
        assert (after > before) is better


def test_an_announcement_a_day_later_moves_the_bad_day(question: WhatIf) -> None:
    def worst(hours: int) -> int:
        days = question.preview(question.but(hours_later=hours)).days
        return min(range(len(days)), key=lambda n: days[n][1].value if days[n][1].value is not None else 1.0)

    assert worst(24) == worst(0) + 1


def test_a_preview_has_no_band_and_a_simulation_has_one(question: WhatIf) -> None:
    preview, simulated = question.preview(question.settings), question.refine(question.settings, replications=5)
    assert preview.measures["service_level"].low is None
    span = simulated.measures["service_level"]
    assert span.low is not None
    assert span.high is not None
    assert span.low < span.value < span.high  # type: ignore[operator]
    assert preview.measures["needs"].value == pytest.approx(simulated.measures["needs"].value, rel=0.1)


def test_a_scenario_without_levers_is_told_all_it_lacks() -> None:
    with pytest.raises(ScenarioError) as caught:
        WhatIf(ss.load(FILE.parent / "one-desk.yaml"))
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError, match="no words in 'fr'"):
        WhatIf(ss.load(FILE), "fr")


def test_moving_a_slider_previews_and_the_button_refines(shown: Panel) -> None:
    assert shown.simulated is not None
    shown.sliders["affected"].value = 3_300_000
    assert shown.simulated is None
    assert "Preview" in shown.state.value
    pictures = [shown.image.value]
    shown.simulate.click()
    assert shown.simulated is not None
    assert "20 replications" in shown.state.value
    pictures.append(shown.image.value)
    assert pictures[0] != pictures[1]
    level = shown.simulated.measures["service_level"].value
    assert level is not None
    assert f'data-key="service_level.now">{level * 100:.1f}%<' in shown.table.value
    shown.reset.click()
    assert shown.settings == shown.question.settings


def test_a_value_that_cannot_be_answered_is_said_and_not_raised(shown: Panel) -> None:
    shown.sliders["seats"].value = 0
    shown.sliders["aht_s"].value = shown.sliders["aht_s"].min
    assert shown.state.value
    shown.reset.click()


def test_the_workbook_holds_the_numbers_of_the_panel(shown: Panel) -> None:
    from base64 import b64decode

    shown.reset.click()
    shown.workbook.click()
    assert shown.simulated is not None
    address = shown.link.value.split('href="')[1].split('"')[0]
    book = CalamineWorkbook.from_filelike(BytesIO(b64decode(address.partition(",")[2])))
    cells = [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert shown.simulated.measures["service_level"].value in [pytest.approx(c) for c in cells if isinstance(c, float)]


def test_the_japanese_panel_speaks_japanese_and_draws_every_letter() -> None:
    made = panel(FILE, "ja")
    table, picture = made.children[3].children  # type: ignore[attr-defined]
    assert "ファイルの値" in table.value
    assert bytes(picture.value).startswith(b"\x89PNG")


def test_the_japanese_page_brings_its_letters() -> None:
    style = japanese_letters(WhatIf(ss.load(FILE), "ja"))
    assert style.startswith("<style>@font-face")
    assert "url(data:font/ttf;base64," in style
    assert len(style) < 400_000
