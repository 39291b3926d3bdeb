"""How pictures of studies write values and label axes."""

from typing import TYPE_CHECKING, Any

from surgesim.report.numbers import share, yen
from surgesim.report.words import label, speaker

if TYPE_CHECKING:
    from surgesim.study.objective import Objective


def value_axis(axis: Any, unit: str, sign: str = "%") -> None:
    """Write the values of an axis: shares in per cent, with this sign, others with thousands set off."""
    from matplotlib.ticker import PercentFormatter, StrMethodFormatter

    axis.set_major_formatter(PercentFormatter(1.0, symbol=sign) if unit == "share" else StrMethodFormatter("{x:,.10g}"))


def shown(value: float, unit: str) -> str:
    """Return a value as it is written in a picture."""
    if unit == "share":
        return share(value)
    return yen(value) if unit == "JPY" else f"{value:,.4g}"


def measure_label(name: str, queue: str | None, language: str) -> str:
    """Return the label of a measure, or of wages, with its queue."""
    text = speaker(language)(name) if name == "wages_jpy" else label(name, language)
    return f"{text} – {queue}" if queue else text


def objective_label(objective: "Objective", language: str) -> str:
    """Return the label of an objective."""
    return measure_label(objective.name, objective.queue, language)
