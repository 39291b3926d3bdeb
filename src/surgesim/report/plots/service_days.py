"""Service level by day: formulas beside simulation beside target."""

from typing import TYPE_CHECKING

import numpy as np

from surgesim.report import style
from surgesim.report.facts import Day, Promise
from surgesim.report.numbers import share
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def figure(days: tuple[Day, ...], promise: Promise | None, language: str) -> "Figure":
    """Return the picture of service by day.

    Parameters
    ----------
    days : tuple of Day
        Days of one queue.
    promise : Promise or None
        What is promised for it.
    language : str
        ``"en"`` or ``"ja"``.
    """
    say = speaker(language)
    made = style.new_figure(9.0, 4.4)
    axes = made.subplots()
    style.plain(axes, say("share_axis"))
    dates = [day.day for day in days]
    low, value, high = (
        np.array([np.nan if v is None else v for v in column])
        for column in zip(*((d.service.low, d.service.value, d.service.high) for d in days), strict=True)
    )
    if not np.isnan(low).all():
        axes.fill_between(dates, low, high, color=style.BLUE, alpha=0.25, linewidth=0, label=say("interval_95"))  # type: ignore[arg-type]
    axes.plot(dates, value, "o-", color=style.BLUE, markersize=4, linewidth=1.8, label=say("simulated"))  # type: ignore[arg-type]
    if any(day.median is not None for day in days) and not np.isnan(low).all():
        medians = [np.nan if day.median is None else day.median for day in days]
        axes.plot(dates, medians, "-", color=style.PINK, linewidth=1.3, label=say("median_run"))  # type: ignore[arg-type]
    _formulas(axes, days, say("erlang_c"), say("erlang_a"))
    if promise is not None:
        per = say(f"per_{promise.per}")
        if promise.probability is not None:
            per = say("with_probability", per=per, probability=share(promise.probability, 0))
        text = f"{say('target')} {share(promise.promised, 0)} ({per})"
        axes.axhline(promise.promised, color=style.BLACK, linewidth=1.2, linestyle="--", label=text)
    style.per_cent(axes, 0.0, 1.03)
    style.day_axis(axes, language, len(days))
    style.title(made, f"{say('service_title')} – {days[0].queue}", say("service_note"))
    style.legend(made, axes, columns=3)
    return style.finish(made, language)


def _formulas(axes: "Axes", days: tuple[Day, ...], by_c: str, by_a: str) -> None:
    for name, text, colour, mark in (("erlang_c", by_c, style.ORANGE, "^"), ("erlang_a", by_a, style.GREEN, "s")):
        values = [getattr(day, name) for day in days]
        if any(value is not None for value in values):
            numbers = [np.nan if value is None else value for value in values]
            axes.plot([d.day for d in days], numbers, mark, color=colour, markersize=5, label=text, linestyle="none")  # type: ignore[arg-type]
