"""How old deferred work gets: for the work of each day, the shares that wait so long."""

from typing import TYPE_CHECKING

import numpy as np

from surgesim.report import style
from surgesim.report.facts_waiting import Ages
from surgesim.report.numbers import seconds
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = (style.BLUE, style.SKY, style.GREEN, style.YELLOW, style.ORANGE, style.RED)


def figure(ages: Ages, language: str) -> "Figure":
    """Return stacked bars, one for the work of each day.

    Parameters
    ----------
    ages : Ages
        Shares by class of age and day.
    language : str
        ``"en"`` or ``"ja"``.
    """
    say = speaker(language)
    made = style.new_figure(9.0, 3.6)
    axes = made.subplots()
    style.plain(axes, say("share_of_work"))
    below, first = np.zeros(len(ages.days)), 0.0
    for shares, upper, colour in zip(ages.shares, ages.upper_s, COLOURS, strict=True):
        values = np.array([0.0 if share is None else share for share in shares])
        name = say("age_above", time=seconds(first, language)) if upper is None else say("age_to", time=seconds(upper, language))
        if values.sum() > 0:
            axes.bar(ages.days, values, bottom=below, color=colour, width=0.7, label=name)  # type: ignore[arg-type]
        below, first = below + values, upper or first
    style.per_cent(axes, 0.0, 1.03)
    style.day_axis(axes, language, len(ages.days))
    note = "" if ages.deadline_s is None else say("age_note", time=seconds(ages.deadline_s, language))
    style.title(made, f"{say('age_title')} – {ages.queue}", note)
    style.legend(made, axes, columns=6)
    return style.finish(made, language)
