"""Cost against a measure: every point of a study, and those that no other one beats."""

from typing import TYPE_CHECKING

from surgesim.report import style
from surgesim.report.plots.study_axes import axis_label, value_axis
from surgesim.report.words import speaker

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_NAMES = 12


def figure(
    table: "pl.DataFrame", names: list[str], cost: str, measure: str, units: tuple[str, str], language: str, title: str = ""
) -> "Figure":
    """Return the picture.

    Parameters
    ----------
    table : polars.DataFrame
        ``cost, value, low, high, on_frontier``, cheapest first.
    names : list of str
        What each point is called; written beside points of the frontier where they are few.
    cost, measure : str
        Labels of the axes.
    units : pair of str
        Their units.
    language : str
        ``"en"`` or ``"ja"``.
    title : str
        Another title than that of the measure against cost.
    """
    say = speaker(language)
    made = style.new_figure(9.0, 5.0)
    axes = made.subplots()
    style.plain(axes, axis_label(measure, units[1], language), axis_label(cost, units[0], language))
    for best, colour, text in ((False, style.GREY, say("beaten")), (True, style.BLUE, say("on_frontier"))):
        part = table.filter(table["on_frontier"] == best)
        if not part.height:
            continue
        room = [(part["value"] - part["low"]).to_list(), (part["high"] - part["value"]).to_list()]
        line = "-" if best else "none"
        axes.errorbar(
            part["cost"].to_list(), part["value"].to_list(), yerr=room, color=colour, fmt="o", linestyle=line, markersize=5,
            linewidth=1.4, elinewidth=1.0, capsize=2.5, label=text,
        )  # fmt: skip
    _names(axes, table, names)
    axes.margins(x=0.14, y=0.1)
    value_axis(axes.xaxis, units[0])
    value_axis(axes.yaxis, units[1])
    whiskers = say("whiskers_95") if (table["high"] > table["low"]).any() else ""
    style.title(made, title or say("frontier_title", measure=measure), say("frontier_note") + whiskers)
    style.legend(made, axes, 2)
    return style.finish(made, language)


def _names(axes: "Axes", table: "pl.DataFrame", names: list[str]) -> None:
    """Write what points of the frontier are called, once where several lie at one place or all have one name."""
    places: dict[tuple[float, float], list[str]] = {}
    for row, name in zip(table.iter_rows(named=True), names, strict=True):
        if row["on_frontier"]:
            places.setdefault((row["cost"], row["value"]), []).append(name)
    shown = list(places.items())
    if len(shown) > MOST_NAMES:
        return
    rises = len(shown) < 2 or shown[-1][0][1] >= shown[0][0][1]
    alike = len({name for _, some in shown for name in some}) == 1
    for at, some in shown[-1:] if alike else shown:  # on the side of the line where nothing is joined
        text, shift, edge = "\n".join(dict.fromkeys(some)), (7, -5) if rises else (7, 5), "top" if rises else "bottom"
        axes.annotate(text, at, xytext=shift, textcoords="offset points", va=edge, fontsize=7.5)
