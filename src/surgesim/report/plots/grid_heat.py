"""A measure over two axes of a grid."""

from typing import TYPE_CHECKING

import numpy as np

from surgesim.report import style
from surgesim.report.plots.study_axes import axis_label, shown, value_axis
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from surgesim.study.tally import Floats

MOST_WRITTEN = 120


def figure(
    values: "Floats", x: tuple[str, list[str]], y: tuple[str, list[str]], measure: str, unit: str, averaged: bool, language: str
) -> "Figure":
    """Return the heat map, its values written where there is room.

    Parameters
    ----------
    values : ndarray, shape (y, x)
        Measure; ``nan`` where there is no point.
    x, y : (str, list of str)
        Name of each axis, and its values.
    measure, unit : str
        Label and unit of the measure.
    averaged : bool
        Whether values are means over further axes.
    language : str
        ``"en"`` or ``"ja"``.
    """
    say = speaker(language)
    made = style.new_figure(2.6 + 0.8 * max(len(x[1]), 6), 2.0 + 0.42 * len(y[1]))
    axes = made.subplots()
    style.plain(axes, y[0], x[0], grid="")
    image = axes.imshow(values, cmap="cividis", aspect="auto", interpolation="nearest", origin="lower")
    axes.set_xticks(range(len(x[1])), x[1], rotation=30 if max(map(len, x[1])) > 8 else 0)
    axes.set_yticks(range(len(y[1])), y[1])
    if values.size <= MOST_WRITTEN:
        middle = float(np.nanmin(values) + np.nanmax(values)) / 2.0
        for row, column in np.argwhere(np.isfinite(values)):
            one = float(values[row, column])
            colour = "white" if one < middle else "black"
            axes.text(column, row, shown(one, unit), ha="center", va="center", fontsize=8, color=colour)
    bar = made.colorbar(image, ax=axes, fraction=0.05, pad=0.02)
    value_axis(bar.ax.yaxis, unit)
    bar.set_label(axis_label(measure, unit, language).replace(" – ", "\n"), fontsize=9)
    bar.ax.tick_params(labelsize=8.5)
    style.title(made, say("grid_title", measure=measure), say("grid_note") if averaged else "")
    return style.finish(made, language)
