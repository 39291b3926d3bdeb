"""Cost against a measure: every point of a study, and those that no other one beats."""

from typing import TYPE_CHECKING

from surgesim.report import style
from surgesim.report.plots.study_axes import value_axis
from surgesim.report.words import speaker

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

MOST_NAMES = 12


def figure(table: "pl.DataFrame", names: list[str], cost: str, measure: str, units: tuple[str, str], language: str) -> "Figure":
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
    """
    say = speaker(language)
    made = style.new_figure(9.0, 5.0)
    axes = made.subplots()
    style.plain(axes, measure, cost)
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
    best_rows = [(row, name) for row, name in zip(table.iter_rows(named=True), names, strict=True) if row["on_frontier"]]
    for row, name in best_rows if len(best_rows) <= MOST_NAMES else ():
        axes.annotate(name, (row["cost"], row["value"]), xytext=(7, -11), textcoords="offset points", fontsize=7.5)
    axes.margins(x=0.12, y=0.1)
    value_axis(axes.xaxis, units[0])
    value_axis(axes.yaxis, units[1])
    style.title(made, say("frontier_title", measure=measure), say("frontier_note"))
    style.legend(made, axes, 2)
    return style.finish(made, language)
