"""How many people get in touch: median and bands by day, history before, actuals over it, announcements marked."""

from typing import TYPE_CHECKING

from surgesim.report import style
from surgesim.report.facts import Fan
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def figure(fan: Fan, language: str, people: bool = True) -> "Figure":
    """Return the fan chart.

    Parameters
    ----------
    fan : Fan
        Needs by day.
    language : str
        ``"en"`` or ``"ja"``.
    people : bool
        Whether needs are counted; contacts otherwise.
    """
    say = speaker(language)
    made = style.new_figure(9.0, 4.4)
    axes = made.subplots()
    style.plain(axes, say("people_day" if people else "contacts_day"))
    axes.fill_between(fan.days, fan.p05, fan.p95, color=style.BLUE, alpha=0.18, linewidth=0, label=say("band_90"))  # type: ignore[arg-type]
    axes.fill_between(fan.days, fan.p25, fan.p75, color=style.BLUE, alpha=0.35, linewidth=0, label=say("band_50"))  # type: ignore[arg-type]
    axes.plot(fan.days, fan.p50, color=style.BLUE, linewidth=2.0, label=say("median"))  # type: ignore[arg-type]
    if any(value is not None for value in fan.past):
        label = say("history", counts=say(f"short_{fan.past_counts}"))
        axes.plot(fan.past_days, _gaps(fan.past), color=style.INK, linewidth=1.4, label=label)  # type: ignore[arg-type]
    if fan.actual_days:
        label = say("afterwards", counts=say(f"short_{fan.actual_counts}"))
        axes.plot(fan.actual_days, _gaps(fan.actual), "o-", color=style.RED, markersize=4, linewidth=1.2, label=label)  # type: ignore[arg-type]
    axes.set_ylim(bottom=0.0)
    _announcements(axes, fan, say("announcement"))
    style.thousands(axes)
    style.day_axis(axes, language, len(fan.past_days) + len(fan.days))
    subject = "fan" if people else "forecast"
    style.title(made, say(f"{subject}_title"), say(f"{subject}_note"))
    style.legend(made, axes)
    return style.finish(made, language)


def _gaps(values: tuple[float | None, ...]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _announcements(axes: "Axes", fan: Fan, label: str) -> None:
    for number, (at, name) in enumerate(fan.announcements):
        place = style.place_of(at.date())  # the day's dot, not the hour behind it: the day answers it
        axes.axvline(place, color=style.PINK, linewidth=1.4, linestyle="--", label=label)
        if name:
            axes.annotate(
                name, (place, 0.97 - 0.06 * (number % 3)), xycoords=("data", "axes fraction"), fontsize=8,
                xytext=(3, 0), textcoords="offset points", va="top", color=style.INK,
            )  # fmt: skip
