"""Pictures on the objects a planner holds: ``result.plot``, ``plan.plot``, ``forecast.plot()``."""

import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

import surgesim as ss
from surgesim.base.attached import Attached
from surgesim.base.errors import InputError
from surgesim.planning.plan import Plan
from surgesim.report import style
from surgesim.report.pictures import Pictures, of_plan


def history() -> pl.DataFrame:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(84)]
    return pl.DataFrame({"start": days, "offered": [900 + 37 * (n % 7) + 11 * (n % 5) for n in range(84)]})


def test_a_result_draws_by_name_and_says_what_there_is(plan: Any) -> None:
    plot = plan.result.plot
    assert isinstance(plot, Pictures)
    assert plot is plan.result.plot
    assert {"arrivals", "staffing", "heat-calls", "waits-calls"} <= set(plot)
    assert {"arrivals", "heat", "waits"} <= set(dir(plot))
    heat = plot.heat("calls", language="ja")
    assert "日別・時間帯別サービスレベル" in heat.axes[0].get_title(loc="left")
    assert style.png(plot.heat()) == style.png(plot.heat("calls"))
    assert set(plot("en")) == set(plot)


def test_a_plan_also_draws_what_it_decides(plan: Any) -> None:
    plot = of_plan(plan)
    assert {"cost", "hires"} <= set(plot)
    assert plot.cost().axes
    assert Plan.plot is of_plan


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda plot: plot.heet(), "no picture 'heet'.*heat"),
        (lambda plot: plot.heat("cals"), "of 'cals'.*calls"),
        (lambda plot: plot.heat(language="fr"), "no words in 'fr'"),
    ],
)
def test_a_wrong_name_is_told_what_is_near(plan: Any, ask: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        ask(plan.result.plot)


@pytest.mark.parametrize(("language", "words"), [("en", "contacts per day"), ("ja", "件/日")])
def test_a_forecast_draws_its_bands_history_and_announcement(language: str, words: str) -> None:
    made = ss.forecast(history(), horizon="7d", announcements=["2024-03-20"], interval="3h", opening="09:00-18:00")
    figure = made.plot(language=language)
    axes = figure.axes[0]
    assert axes.get_ylabel() == words
    labels = axes.get_legend_handles_labels()[1]
    assert len(labels) == 5
    assert style.png(figure)
    by_day = ss.forecast(history(), horizon="7d", announcements=["2024-03-20"])
    lines = {line.get_label(): line.get_ydata() for line in by_day.plot().axes[0].get_lines()}
    assert list(lines["median"]) == pytest.approx(by_day.table["p50"].to_list())


def test_an_announcement_is_marked_at_its_day_whatever_the_hour() -> None:
    """The day's dot is at midnight; a line at ten would stand behind the day that answers it."""
    made = ss.forecast(history(), horizon="7d", announcements=["2024-03-20 10:00"])
    line = next(line for line in made.plot().axes[0].get_lines() if line.get_label() == "announcement")
    assert line.get_xdata()[0] == style.place_of(date(2024, 3, 20))


def test_what_really_came_is_drawn_over_the_forecast() -> None:
    made = ss.forecast(history()[:77], horizon="7d")
    axes = made.plot(actual=history()[77:82]).axes[0]
    (line,) = [line for line in axes.get_lines() if "afterwards" in str(line.get_label())]
    assert list(line.get_ydata()) == history()["offered"][77:82].to_list()
    assert "実績" in str(made.plot(actual=history()[77:], language="ja").axes[0].get_legend_handles_labels()[1])


def test_lower_floors_do_not_load_the_report() -> None:
    code = "import sys, surgesim.result.result, surgesim.demand.forecast; print('surgesim.report' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_an_attribute_without_a_supplier_says_so() -> None:
    class Lonely:
        plot = Attached("Lonely.plot")

    with pytest.raises(AttributeError, match=r"nobody supplies Lonely\.plot"):
        _ = Lonely().plot
