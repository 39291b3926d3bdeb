"""How many people wait: a ribbon through the days."""

from typing import TYPE_CHECKING

import numpy as np

from surgesim.report import style
from surgesim.report.facts_waiting import Ribbon
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure(ribbon: Ribbon, language: str) -> "Figure":
    """Return the ribbon of one queue: median of the replications inside the band that holds 90 % of them.

    Parameters
    ----------
    ribbon : Ribbon
        People waiting by interval.
    language : str
        ``"en"`` or ``"ja"``.
    """
    from matplotlib.ticker import MaxNLocator

    say = speaker(language)
    made = style.new_figure(9.0, 3.6)
    axes = made.subplots()
    style.plain(axes, say("people_waiting"))
    starts = np.array([start.replace(tzinfo=None) for start in ribbon.starts], dtype="datetime64[m]")
    low, median, high = (np.array(row, dtype=float) for row in (ribbon.low, ribbon.median, ribbon.high))
    axes.fill_between(starts, low, high, step="post", color=style.BLUE, alpha=0.25, linewidth=0, label=say("band_runs"))
    axes.step(starts, median, where="post", color=style.BLUE, linewidth=1.4, label=say("median_run"))
    axes.set_ylim(bottom=0.0)
    axes.set_xlim(starts[0], starts[-1])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    style.thousands(axes)
    style.day_axis(axes, language, len({start.date() for start in ribbon.starts}))
    style.title(made, f"{say('ribbon_title')} – {ribbon.queue}", say("ribbon_note"))
    style.legend(made, axes)
    return style.finish(made, language)
