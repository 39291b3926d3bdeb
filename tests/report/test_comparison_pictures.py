"""The pictures of comparisons and budgets show the numbers of their tables, in both languages."""

import warnings
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from surgesim.base.errors import InputError
from surgesim.report import style
from surgesim.report.comparison_pictures import of_budgets
from surgesim.report.numbers import share
from surgesim.result.compare import Comparison, compare


@pytest.fixture(scope="module")
def comparison(scenario: Any) -> Comparison:
    from surgesim.engines import run

    many, few = (run(scenario.but(f"h{heads}", {"groups.first.heads": heads}), replications=4) for heads in (8, 6))
    return compare(many, few, by="queue")


def texts(figure: Any) -> str:
    from matplotlib.text import Text

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        assert style.png(figure)[:4] == b"\x89PNG"
    return "\n".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize(
    ("language", "queue", "level"), [("en", "Recall line", "Service level"), ("ja", "受付窓口", "サービスレベル")]
)
def test_a_forest_has_a_row_for_every_share(comparison: Comparison, language: str, queue: str, level: str) -> None:
    text = texts(comparison.plot.forest(language=language))
    assert f"{queue} – {level}" in text
    assert {"en": "worse", "ja": "悪化"}[language] in text
    row = comparison.table.row(by_predicate=pl.col("measure") == "service_level", named=True)
    assert row["difference"] < 0
    assert share(row["difference"]).removesuffix("%") in text


def test_one_measure_has_a_row_for_every_group(comparison: Comparison) -> None:
    figure = comparison.plot.forest("abandonment")
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["Recall line"]
    with pytest.raises(InputError, match="no measure 'abandonement'"):
        comparison.plot.forest("abandonement")


@dataclass
class Budgets:
    table: pl.DataFrame


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_each_budget_buys(language: str) -> None:
    table = pl.DataFrame({
        "budget_jpy": [1e6, 2e6, 3e6], "cost_jpy": [None, 1.9e6, 2.5e6], "short": [None, 0.12, 0.0],
        "short_bound": [None, 0.1, 0.0], "on_frontier": [False, True, True],
    })  # fmt: skip
    text = texts(of_budgets(Budgets(table))(language=language))
    assert {"en": "budget ¥2,000,000", "ja": "予算¥2,000,000"}[language] in text
    assert "¥1,000,000" not in text
    assert {"en": "What each budget buys", "ja": "予算ごとの達成度"}[language] in text


def test_budgets_that_buy_the_same_stand_below_each_other() -> None:
    table = pl.DataFrame({
        "budget_jpy": [2e6, 3e6, 4e6], "cost_jpy": [1.9e6, 2.5e6, 2.5e6], "short": [0.12, 0.0, 0.0],
        "short_bound": [0.1, 0.0, 0.0], "on_frontier": [True, True, True],
    })  # fmt: skip
    assert "budget ¥3,000,000\nbudget ¥4,000,000" in texts(of_budgets(Budgets(table))())


def test_the_forest_calls_its_base_by_the_title(comparison: Comparison) -> None:
    assert "less Small recall" in texts(comparison.plot.forest())
    assert "小規模リコール との差" in texts(comparison.plot.forest(language="ja"))
