"""How pictures of studies write values and label axes."""

from typing import TYPE_CHECKING, Any

from surgesim.report.numbers import share, yen
from surgesim.report.path_words import path_label
from surgesim.report.words import label, speaker
from surgesim.report.words import unit as unit_word
from surgesim.scenario.titles import called
from surgesim.study.grid import AS_IS, OVERRIDE, Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from surgesim.scenario.scenario import Scenario
    from surgesim.study.objective import Objective

MILLION = 1e6


def value_axis(axis: Any, unit: str, sign: str = "%") -> None:
    """Write the values of an axis: shares in per cent, with this sign, yen in millions, others with thousands set off."""
    from matplotlib.ticker import FuncFormatter

    def written(value: float, _: object) -> str:
        if unit == "share":
            return f"{round(100.0 * value, 6):,.10g}{sign}"
        return f"{value / MILLION:,.10g}" if unit == "JPY" else f"{value:,.10g}"

    axis.set_major_formatter(FuncFormatter(written))


def axis_label(text: str, unit: str, language: str) -> str:
    """Return the label of an axis with its unit; shares have theirs at each value."""
    if unit in ("share", ""):
        return text
    return f"{text} ({speaker(language)('million_jpy') if unit == 'JPY' else unit_word(unit, language)})"


def shown(value: float, unit: str) -> str:
    """Return a value as it is written in a picture."""
    if unit == "share":
        return share(value)
    return yen(value) if unit == "JPY" else f"{value:,.4g}"


def objective_label(objective: "Objective", scenario: "Scenario", language: str) -> str:
    """Return the label of a measure, or of wages, with the title of its queue."""
    name = objective.name
    text = speaker(language)(name) if objective.measure is None else label(name, language)
    return f"{text} – {called(scenario, 'queues', objective.queue).in_language(language)}" if objective.queue else text


def axis_name(axis: str, scenario: "Scenario", language: str) -> str:
    """Return what an axis of a study is called."""
    return speaker(language)(OVERRIDE) if axis == OVERRIDE else path_label(scenario, axis, language)


def coordinate(axis: str, value: Scalar, language: str) -> str:
    """Return a value of an axis as people read it."""
    return speaker(language)(AS_IS) if axis == OVERRIDE and value in (AS_IS, None) else f"{value}"


def point_name(coordinates: "Mapping[str, Scalar]", scenario: "Scenario", language: str) -> str:
    """Return what a point is called: its coordinates, places by their titles."""
    parts = [
        value if axis == OVERRIDE else f"{axis_name(axis, scenario, language)} {value}"
        for axis, value in ((axis, coordinate(axis, value, language)) for axis, value in coordinates.items())
    ]
    return ("、" if language == "ja" else ", ").join(parts) or speaker(language)("as_it_stands")
