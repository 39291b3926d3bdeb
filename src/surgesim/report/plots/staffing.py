"""Agents needed against agents there, stacked by source, with seats and lines as ceilings; one row per week."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surgesim.report import style
from surgesim.report.facts import Staffing
from surgesim.report.words import Speaker, speaker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
WEEK = 7
ROOM = 1.6
"""A ceiling more than this many times as high as everything else is told in the legend, not drawn."""


def figure(staffing: Staffing, language: str, site: str | None = None) -> "Figure":
    """Return the picture of staffing.

    Parameters
    ----------
    staffing : Staffing
        Who is there, by interval.
    language : str
        ``"en"`` or ``"ja"``.
    site : str, optional
        One site only; then without need and lines, which are those of all sites.
    """
    say = speaker(language)
    stack = _stack(staffing, site)
    seats = sum(np.array(s.seats) for s in staffing.sites if site in (None, s.site))
    starts = np.array([start.replace(tzinfo=None) for start in staffing.starts], dtype="datetime64[m]")
    days = starts.astype("datetime64[D]")
    weeks = np.minimum((days - days[0]).astype(int) // WEEK, 7)
    rows = int(weeks[-1]) + 1
    made = style.new_figure(9.4, 1.5 + 1.75 * rows)
    panels = np.atleast_1d(made.subplots(rows, 1, sharey=True))
    curves = {} if site is not None else _curves(staffing)
    whole = np.sum([np.zeros(len(starts)), *stack.values()], axis=0)
    top = max([1.0, float(whole.max()), *(float(np.nanmax(values)) for values in curves.values())])
    ceilings = {"seats_ceiling": np.asarray(seats, dtype=float)}
    if site is None:
        ceilings["lines_ceiling"] = np.array(staffing.lines)
    for week, axes in enumerate(panels):
        chosen = weeks == week
        _row(axes, starts[chosen], {key: values[chosen] for key, values in stack.items()}, say)
        _lines(axes, starts[chosen], {key: values[chosen] for key, values in {**curves, **_drawn(ceilings, top)}.items()}, say)
        _frame(axes, starts[chosen], min(WEEK, len(np.unique(days))), language, say)
    panels[0].set_ylim(0.0, 1.06 * max([top, *(values.max() for values in _drawn(ceilings, top).values())]))
    where = "" if site is None else next(s.title.in_language(language) for s in staffing.sites if s.site == site) + ": "
    style.title(made, where + say("staffing_title"), say("staffing_note"))
    style.legend(made, panels[0], extra=_told(ceilings, top, say))
    return style.finish(made, language)


def _stack(staffing: Staffing, site: str | None) -> dict[str, Floats]:
    stack: dict[str, Floats] = {}
    for source in style.SOURCES:
        some = [np.array(s.sources[source]) for s in staffing.sites if site in (None, s.site) and source in s.sources]
        if some:
            stack[source] = np.sum(some, axis=0)
    return stack


def _curves(staffing: Staffing) -> dict[str, Floats]:
    found = {"needed_a": staffing.needed, "needed_busy": staffing.needed_busy}
    curves = {key: np.array([np.nan if v is None else v for v in values]) for key, values in found.items() if values}
    return {key: values for key, values in curves.items() if not np.isnan(values).all()}


def _drawn(ceilings: dict[str, Floats], top: float) -> dict[str, Floats]:
    return {key: values for key, values in ceilings.items() if values.size and 0 < values.max() <= ROOM * top}


def _told(ceilings: dict[str, Floats], top: float, say: Speaker) -> tuple[Any, ...]:
    """Return legend entries without a line for ceilings that are too high to be drawn."""
    from matplotlib.lines import Line2D

    found = []
    for key in sorted(set(ceilings) - set(_drawn(ceilings, top))):
        if ceilings[key].size and ceilings[key].max() > 0:
            text = f"{say(key)}: {ceilings[key].max():,.0f} ({say('above_picture')})"
            found.append(Line2D([], [], linestyle="none", label=text))
    return tuple(found)


def _row(axes: "Axes", starts: Any, stack: dict[str, Floats], say: Speaker) -> None:
    below = np.zeros(len(starts))
    for source, values in stack.items():
        axes.fill_between(
            starts, below, below + values, step="post", color=style.SOURCES[source], linewidth=0, alpha=0.85, label=say(source)
        )
        below = below + values


def _lines(axes: "Axes", starts: Any, curves: dict[str, Floats], say: Speaker) -> None:
    looks: dict[str, dict[str, Any]] = {
        "needed_a": {"color": style.BLACK, "linewidth": 1.3},
        "needed_busy": {"color": style.BLACK, "linewidth": 0.8, "linestyle": (0, (1, 1))},
        "seats_ceiling": {"color": style.RED, "linewidth": 1.3, "linestyle": "--"},
        "lines_ceiling": {"color": style.PINK, "linewidth": 1.3, "linestyle": ":"},
    }
    for key, values in curves.items():
        axes.step(starts, values, where="post", label=say(key), **looks[key])


def _frame(axes: "Axes", starts: Any, days: int, language: str, say: Speaker) -> None:
    from matplotlib.dates import DayLocator

    style.plain(axes, say("agents"))
    first = starts[0].astype("datetime64[D]")
    axes.set_xlim(first, first + np.timedelta64(days, "D"))
    style.day_axis(axes, language, days)
    axes.xaxis.set_major_locator(DayLocator())  # type: ignore[no-untyped-call]
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("left")
