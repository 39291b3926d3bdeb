"""What a measure depends on: one bar for each quantity, the longest first."""

from typing import TYPE_CHECKING, Any

from surgesim.report import style
from surgesim.report.plots.study_axes import axis_label, axis_name, objective_label, shown, value_axis
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from surgesim.study.sensitivity import Sensitivity

MOST = 20


def figure(found: "Sensitivity", language: str) -> "Figure":
    """Return the tornado of sensitivities one at a time.

    Parameters
    ----------
    found : Sensitivity
        Of method ``one-at-a-time``.
    language : str
        ``"en"`` or ``"ja"``.
    """
    say, unit, scenario = speaker(language), found.objective.unit, found.scenario
    measure = objective_label(found.objective, scenario, language)
    rows = found.table.head(MOST).to_dicts()[::-1]
    made = style.new_figure(9.0, 1.9 + 0.46 * len(rows))
    axes = made.subplots()
    style.plain(axes, "", axis_label(measure, unit, language), grid="x")
    for place, row in enumerate(rows):
        for end, colour in (("low", style.SKY), ("high", style.ORANGE)):
            _bar(axes, place, row, end, colour, found.base, say(f"at_{end}_value"))
            _text(axes, place, row, end, found.base)
    axes.axvline(found.base, color=style.INK, linewidth=1.0)
    axes.set_yticks(range(len(rows)), [axis_name(row["path"], scenario, language) for row in rows])
    axes.margins(x=0.16)
    value_axis(axes.xaxis, unit)
    note = say("tornado_note", base=shown(found.base, unit), confidence=say("whiskers"))
    style.title(made, say("tornado_title", measure=measure), note)
    style.legend(made, axes, 2)
    return style.finish(made, language)


def _bar(axes: Any, place: int, row: dict[str, Any], end: str, colour: str, base: float, label: str) -> None:
    change = row[f"change_{end}"]
    if change is None:
        return
    axes.barh(place, change, left=base, color=colour, height=0.6, label=label)
    low, high = row[f"change_{end}_from"], row[f"change_{end}_to"]
    if low is not None and high is not None:
        shift = 0.1 if end == "high" else -0.1
        axes.plot([base + low, base + high], [place + shift] * 2, color=style.INK, linewidth=1.1, solid_capstyle="butt")


def _text(axes: Any, place: int, row: dict[str, Any], end: str, base: float) -> None:
    """Write the value of the quantity beyond the end of its bar and whisker."""
    change = row[f"change_{end}"]
    if change is None:
        return
    other = row[f"change_{'low' if end == 'high' else 'high'}"] or 0.0
    right = change > other or (change == other and end == "high")
    ends = [change, *(row[name] for name in (f"change_{end}_from", f"change_{end}_to") if row[name] is not None)]
    at = base + (max(ends) if right else min(ends))
    axes.annotate(
        row[end], (at, place), xytext=(5 if right else -5, 0), textcoords="offset points", va="center",
        ha="left" if right else "right", fontsize=8,
    )  # fmt: skip
