"""Service level by day and time of day."""

from typing import TYPE_CHECKING

import numpy as np

from surgesim.report import style
from surgesim.report.facts_waiting import Grid
from surgesim.report.numbers import share, short_day
from surgesim.report.words import label, speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure(grid: Grid, language: str) -> "Figure":
    """Return the heat map: one row per day, one column per interval; what misses the promise is marked by a dot.

    Parameters
    ----------
    grid : Grid
        Service level by day and time.
    language : str
        ``"en"`` or ``"ja"``.
    """
    from matplotlib.ticker import PercentFormatter

    say = speaker(language)
    values = np.array([[np.nan if v is None else v for v in row] for row in grid.values]).reshape(len(grid.days), -1)
    made = style.new_figure(9.4, 1.9 + 0.2 * len(grid.days))
    axes = made.subplots()
    style.plain(axes, say("day_axis"), say("time_of_day"), grid="")
    image = axes.imshow(values, cmap="cividis", vmin=0.0, vmax=1.0, aspect="auto", interpolation="nearest")
    axes.set_yticks(range(len(grid.days)), [short_day(day, language) for day in grid.days], fontsize=8)
    step = max(1, -(-len(grid.times) // 12))
    axes.set_xticks(np.arange(0, len(grid.times), step) - 0.5, grid.times[::step])
    if grid.promised is not None:
        rows, columns = np.nonzero(values < grid.promised)
        axes.plot(columns, rows, "o", color="white", markersize=2.2, linestyle="none")
    bar = made.colorbar(image, ax=axes, format=PercentFormatter(1.0, decimals=0), fraction=0.04, pad=0.015)
    bar.set_label(label(grid.measure, language), fontsize=9)
    bar.ax.tick_params(labelsize=8.5)
    note = "" if grid.promised is None else f"{say('heat_dot', bound=share(grid.promised, 0))}"
    style.title(made, f"{say('heat_title')} – {grid.queue}", note)
    return style.finish(made, language)
