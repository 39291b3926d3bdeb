"""How busy agents are by day and site, with the spread over replications."""

from typing import TYPE_CHECKING

import numpy as np

from surgesim.report import style
from surgesim.report.facts import Busy
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure(busy: tuple[Busy, ...], language: str) -> "Figure":
    """Return the occupancy of every site.

    Parameters
    ----------
    busy : tuple of Busy
        Occupancy by day, one for each site.
    language : str
        ``"en"`` or ``"ja"``.
    """
    say = speaker(language)
    made = style.new_figure(9.0, 3.9)
    axes = made.subplots()
    style.plain(axes, say("occupancy"))
    for colour, site in zip(style.SERIES * 4, busy, strict=False):
        low, mean, high = (np.array([np.nan if v is None else v for v in row]) for row in (site.low, site.mean, site.high))
        axes.fill_between(site.days, low, high, color=colour, alpha=0.2, linewidth=0)  # type: ignore[arg-type]
        axes.plot(site.days, mean, "o-", color=colour, markersize=3.5, linewidth=1.8, label=site.site)  # type: ignore[arg-type]
    style.per_cent(axes, 0.0, 1.03)
    style.day_axis(axes, language, max((len(site.days) for site in busy), default=1))
    style.title(made, say("busy_title"), say("busy_note"))
    style.legend(made, axes)
    return style.finish(made, language)
