"""Who is ordered when, trained when, and at work from when."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from surgesim.report import style
from surgesim.report.facts import Hire
from surgesim.report.numbers import whole
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure(hires: tuple[Hire, ...], last_day: date, language: str) -> "Figure":
    """Return the bars of every order.

    Parameters
    ----------
    hires : tuple of Hire
        Orders.
    last_day : date
        End of the horizon.
    language : str
        ``"en"`` or ``"ja"``.
    """
    from matplotlib.patches import Patch

    say = speaker(language)
    made = style.new_figure(9.0, 1.45 + 0.36 * max(len(hires), 1))
    axes = made.subplots()
    style.plain(axes, "", grid="x")
    end = last_day + timedelta(days=1)
    for place, hire in enumerate(reversed(hires)):
        marks = (hire.order_day, hire.training_day, hire.work_day, end)
        for first, last, colour in zip(marks, marks[1:], (style.PALE, style.YELLOW, style.SOURCES[hire.source]), strict=False):
            if last > first:
                axes.barh(place, (last - first).days, left=style.place_of(first), color=colour, height=0.6)
        text = say("heads_short", n=whole(hire.heads))
        axes.annotate(text, (style.place_of(end), place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set_yticks(range(len(hires)), [hire.group for hire in reversed(hires)])
    first = min([hire.order_day for hire in hires], default=last_day)
    axes.set_xlim(style.place_of(first), style.place_of(end))
    style.day_axis(axes, language, (end - first).days)
    keys = [Patch(color=style.PALE, label=say("lead")), Patch(color=style.YELLOW, label=say("training"))]
    used = {hire.source for hire in hires}
    keys += [Patch(color=colour, label=f"{say('at_work')}: {say(s)}") for s, colour in style.SOURCES.items() if s in used]
    style.title(made, say("hires_title"))
    style.legend(made, axes, extra=tuple(keys))
    return style.finish(made, language)
