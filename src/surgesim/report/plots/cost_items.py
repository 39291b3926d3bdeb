"""Cost by item, the greatest first."""

from typing import TYPE_CHECKING

from surgesim.report import style
from surgesim.report.facts import CostItem
from surgesim.report.numbers import share, yen
from surgesim.report.words import item, speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure(costs: tuple[CostItem, ...], total_jpy: float, language: str) -> "Figure":
    """Return the bars of the bill.

    Parameters
    ----------
    costs : tuple of CostItem
        Lines of the bill.
    total_jpy : float
        Their sum.
    language : str
        ``"en"`` or ``"ja"``.
    """
    say = speaker(language)
    rows = sorted(costs, key=lambda row: row.cost_jpy)
    made = style.new_figure(9.0, 1.5 + 0.34 * max(len(rows), 1))
    axes = made.subplots()
    style.plain(axes, "", say("million_jpy"), grid="x")
    axes.barh(range(len(rows)), [row.cost_jpy / 1e6 for row in rows], color=style.BLUE, height=0.62)
    for place, row in enumerate(rows):
        text = f"{yen(row.cost_jpy)}  {share(row.cost_jpy / total_jpy)}"
        axes.annotate(text, (row.cost_jpy / 1e6, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8.5)
    axes.set_yticks(range(len(rows)), [name(row, language) for row in rows])
    axes.set_xlim(0.0, 1.28 * max((row.cost_jpy / 1e6 for row in rows), default=1.0))
    style.title(made, f"{say('cost_title')}: {yen(total_jpy)}")
    return style.finish(made, language)


def name(row: CostItem, language: str) -> str:
    """Return what a line of the bill is called."""
    kind = item(row.item, language)
    return f"{kind}: {row.what}" if row.what else kind
