"""Cost by item, the greatest first, one standing on the other up to the total."""

from typing import TYPE_CHECKING

from surgesim.report import style
from surgesim.report.facts import CostItem, Facts
from surgesim.report.numbers import share, yen
from surgesim.report.words import item, speaker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def figure(costs: tuple[CostItem, ...], total_jpy: float, language: str) -> "Figure":
    """Return the waterfall of the bill.

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
    rows = sorted(costs, key=lambda row: -row.cost_jpy)
    made = style.new_figure(9.0, 1.7 + 0.34 * (len(rows) + 1))
    axes = made.subplots()
    style.plain(axes, "", say("million_jpy"), grid="x")
    below = 0.0
    for place, row in enumerate(rows):
        axes.barh(place, row.cost_jpy / 1e6, left=below / 1e6, color=style.ORANGE, height=0.62)
        below += row.cost_jpy
        _tell(axes, place, below, f"{yen(row.cost_jpy)}  {share(row.cost_jpy / total_jpy)}")
        axes.plot([below / 1e6] * 2, [place + 0.31, place + 0.69], color=style.GREY, linewidth=0.8)
    axes.barh(len(rows), total_jpy / 1e6, color=style.BLUE, height=0.62)
    _tell(axes, len(rows), total_jpy, yen(total_jpy))
    axes.set_yticks(range(len(rows) + 1), [*(name(row, language) for row in rows), say("total_cost")])
    axes.invert_yaxis()
    axes.set_xlim(0.0, 1.3 * max(total_jpy / 1e6, 1e-9))
    style.title(made, f"{say('cost_title')}: {yen(total_jpy)}")
    return style.finish(made, language)


def _tell(axes: "Axes", place: int, end_jpy: float, text: str) -> None:
    axes.annotate(text, (end_jpy / 1e6, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8.5)


_PAID_FOR = {"opening": "sites", "open days": "sites", "seats": "sites", "equipment": "sites", "supervisors": "sites",
             "lines": "trunks", "reserving": "standby", "activating": "standby", "measure": "measures",
             "days of": "measures", "self-service of": "measures"}  # fmt: skip
"""What a kind of cost is paid for; a group where it is not named."""


def named_costs(facts: Facts, language: str) -> tuple[CostItem, ...]:
    """Return the bill with groups, sites, trunks and packages as they are called in print."""
    named = ((row, facts.called(_PAID_FOR.get(row.item, "groups"), row.what, language)) for row in facts.costs)
    return tuple(row.model_copy(update={"what": what}) for row, what in named)


def name(row: CostItem, language: str) -> str:
    """Return what a line of the bill is called."""
    kind = item(row.item, language)
    return f"{kind}: {row.what}" if row.what else kind
