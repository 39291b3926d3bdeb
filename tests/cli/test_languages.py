"""Every verb that prints words prints them in English or Japanese; parts of a scenario by their titles, never by their keys."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from surgesim.cli.main import execute
from surgesim.report.path_words import PLACES, path_label
from surgesim.report.wording import Wording
from surgesim.result.measures import MEASURES
from surgesim.scenario.scenario import Scenario

TREE: dict[str, Any] = {
    "surgesim": 1,
    "name": "small-desk",
    "title": {"en": "Small desk", "ja": "小さな窓口"},
    "clock": {"start": "2027-11-09", "days": 2, "interval": "1h"},
    "hours": {"desk": {"every_day": "09:00-12:00"}},
    "reasons": {"question": {"queue": "calls"}, "letter": {"queue": "mail"}},
    "demand": {
        "usual": {"kind": "rates", "rate": "40/h", "reasons": {"question": "100%"}},
        "post": {"kind": "rates", "rate": "5/h", "reasons": {"letter": "100%"}},
    },
    "channels": {"chatbot": {"kind": "chatbot", "reasons": {"question": {"tries": "20%", "containment": "50%"}}}},
    "queues": {
        "calls": {"title": {"en": "Hotline", "ja": "電話窓口"}, "hours": "desk", "patience": "exponential(3min)",
                  "handling": {"talk": "exponential(5min)"}},
        "mail": {"title": {"en": "Letters", "ja": "手紙窓口"}, "hours": "desk", "handling": {"talk": "exponential(9min)"},
                 "deadline": "1d"},
    },
    "sites": {"tokyo": {"seats": 10, "title": {"en": "Tokyo", "ja": "東京"}}},
    "groups": {"first": {"title": {"en": "Own staff", "ja": "自社要員"}, "site": "tokyo", "skills": ["calls", "mail"],
                         "heads": 5}},
    "overrides": {"busy": {"demand.usual.rate": "60/h"}},
}  # fmt: skip
SIGNS = {"sim", "fluid", "erlang", "engine", "busy", "chatbot", "small", "desk", "SMS"}
"""Engines and names that the scenario brings along without titles; what a flag tells to type."""
STUDY = """\
study: 1
scenario: small.yaml
replications: 3
grid: {groups.first.heads: [4, 5], override: [as-is, busy]}
measures: [service_level, asa_s]
by: [queue]
base: {groups.first.heads: 5, override: as-is}
"""
SPEAKING = ("run", "plan", "compare", "explain", "forecast", "deflection", "report", "app", "study")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("languages")
    (path / "small.yaml").write_text(yaml.safe_dump(TREE, allow_unicode=True), "utf-8")
    (path / "study.yaml").write_text(STUDY, "utf-8")
    for name in ("one", "two"):
        words = [str(path / "small.yaml"), "--replications", "3", "--out", str(path / name)]
        assert execute(["run", *words, *(["--override", "busy"] if name == "two" else [])]) == 0
    return path


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert execute(words) == 0
    shown = capsys.readouterr()
    return shown.out + shown.err


def questions(folder: Path) -> Iterator[list[str]]:
    small = str(folder / "small.yaml")
    yield ["run", small, "--replications", "3"]
    yield ["run", small, "--replications", "3", "--by", "day,queue", "--all"]
    yield ["run", small, "--replications", "3", "--by", "hour,group"]
    yield ["run", small, "--engine", "fluid", "--check", "--replications", "3"]
    yield ["compare", str(folder / "one"), str(folder / "two"), "--by", "day,queue"]
    yield ["deflection", small, "--replications", "3"]
    yield ["study", str(folder / "study.yaml")]
    yield ["study", str(folder / "study.yaml"), "--check"]
    yield ["forecast", "--usual", "300", "--announcement", "2027-04-07"]


def test_a_japanese_reader_finds_no_english(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in questions(folder):
        text = said([*words, "--lang", "ja"], capsys)
        text = re.sub(r"demand\.usual\.rate", "", text)  # where two scenarios differ stands as it is written
        assert set(re.findall(r"[A-Za-z]{2,}", text)) - SIGNS == set(), words


def test_people_read_titles_and_labels_in_english_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = {"asa_s", "service_level", "groups.first.heads", "tokyo", "contacts_avoided"}
    for words in questions(folder):
        text = said(words, capsys)
        assert not re.search(r"[぀-ヿ一-鿿]", text), words
        assert not any(key in text for key in keys), words
    text = said(["study", str(folder / "study.yaml")], capsys)
    assert all(word in text for word in ("Own staff: heads", "as it stands", "Hotline", "Average speed of answer (s)"))


def test_what_differs_is_written_as_in_the_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(["compare", str(folder / "one"), str(folder / "two")], capsys)
    assert "demand.usual.rate: 40/h -> 60/h" in text
    assert "small-desk (b) less small-desk (a), same luck on both sides" in text
    assert text.index("Hotline") < text.index("Letters")  # in the order of the scenario


def test_runs_without_common_luck_say_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", str(folder / "small.yaml"), "--replications", "3", "--seed", "2", "--out", str(folder / "other")]
    said(words, capsys)
    text = said(["compare", str(folder / "one"), str(folder / "other"), "--lang", "ja"], capsys)
    assert "乱数は別々" in text
    assert "注意: 乱数シードまたは反復回数が異なる" in text


@pytest.mark.parametrize("verb", SPEAKING)
def test_every_verb_that_speaks_has_the_option_and_refuses_other_languages(
    verb: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--lang" in said([verb, "--help"], capsys)
    more = {"compare": [str(folder / "two")], "explain": ["2027-11-09 10:30"]}
    asked = folder / {"study": "study.yaml", "compare": "one", "explain": "one", "report": "one"}.get(verb, "small.yaml")
    assert execute([verb, str(asked), *more.get(verb, []), "--lang", "fr"]) == 2
    shown = capsys.readouterr()
    assert "--lang: there are no words in 'fr'; write en or ja" in shown.err
    assert shown.out == ""


def test_parts_with_the_same_title_keep_their_names() -> None:
    alike = {**TREE, "queues": {**TREE["queues"], "mail": {**TREE["queues"]["mail"], "title": TREE["queues"]["calls"]["title"]}}}
    words = Wording("en", Scenario.build(alike))
    assert [words.part("queue", name) for name in ("calls", "mail")] == ["Hotline (calls)", "Hotline (mail)"]
    assert words.part("site", "tokyo") == "Tokyo"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_labels_of_measures_tell_them_apart(language: str) -> None:
    headed = Wording(language).headed(pl.DataFrame({m.name: [1.0] for m in MEASURES}))
    assert len(set(headed.columns)) == len(MEASURES)
    assert not [name for name in headed.columns if "_" in name]


@pytest.mark.parametrize(
    ("path", "en", "ja"),
    [
        ("groups.first.heads", "Own staff: heads", "自社要員: 人数"),
        ("queues.calls.handling.talk", "Hotline: talk time", "電話窓口: 通話時間"),
        ("levers.staff.first.wage", "Own staff: wage", "自社要員: 時給"),
        ("demand.usual.rate", "usual: rate of contacts", "usual: 件数の頻度"),
        ("incident.severity", "severity", "深刻度"),
        ("queues.calls.misroute.delay", "Hotline: misroute.delay", "電話窓口: misroute.delay"),
        ("clock.days", "clock.days", "clock.days"),
    ],
)
def test_places_in_a_scenario_have_words(path: str, en: str, ja: str) -> None:
    scenario = Scenario.build(TREE)
    assert (path_label(scenario, path, "en"), path_label(scenario, path, "ja")) == (en, ja)


def test_every_place_has_both_languages_and_stands_in_the_schema() -> None:
    from surgesim.scenario.schema import json_schema

    known = set(re.findall(r'"(\w+)": \{', str(json_schema()).replace("'", '"')))
    for place, (en, ja) in PLACES.items():
        assert set(place.split(".")) <= known, place
        assert en
        assert re.search(r"[぀-ヿ一-鿿]", ja), place
