"""Every word exists in both languages and names the same values."""

import re
from pathlib import Path
from string import Formatter

import pytest

import surgesim.report
from surgesim.erlang.engine_reasons import REASONS
from surgesim.report.words import WORDS, item, long_reason, reason, speaker, unit
from surgesim.result.measures import MEASURES

FOLDER = Path(surgesim.report.__file__).parent


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_name_the_same_values(key: str) -> None:
    en, ja = WORDS[key]
    assert en
    assert ja
    assert _names(en) == _names(ja)


def test_every_word_that_is_said_exists() -> None:
    texts = [file.read_text("utf-8") for file in [*FOLDER.rglob("*.py"), *FOLDER.rglob("*.html")]]
    said = {word for text in texts for word in re.findall(r"""say\(["'](\w+)["']\s*[,)]""", text)}
    assert len(said) > 80
    assert said - set(WORDS) == set()


def test_every_reason_of_the_formulas_has_a_short_name() -> None:
    for found in REASONS:
        assert f"reason {found.code}" in WORDS
        assert reason(found.code, "ja") != found.code
        assert long_reason(found.code, "ja") == found.ja


def test_japanese_words_are_japanese() -> None:
    for key, (_, ja) in WORDS.items():
        assert re.search(r"[぀-ヿ一-鿿]", ja) or "{" in ja, key
    for measure in MEASURES:
        assert re.search(r"[぀-ヿ一-鿿]", measure.ja), measure.name


def test_unknown_kinds_keep_their_name_and_unknown_words_raise() -> None:
    assert item("parking", "ja") == "parking"
    assert unit("bays", "en") == "bays"
    assert item("wages", "ja") == "賃金"
    with pytest.raises(KeyError):
        speaker("en")("no such word")
    with pytest.raises(ValueError, match="not in"):
        speaker("fr")


def test_every_unit_of_a_measure_is_named_in_japanese() -> None:
    from surgesim.report.words import unit
    from surgesim.result.measures import MEASURES

    for name in sorted({measure.unit for measure in MEASURES}):
        assert not unit(name, "ja").isascii(), name
