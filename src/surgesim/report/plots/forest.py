"""Paired differences of points to a base, each with its interval: a forest plot."""

from typing import TYPE_CHECKING, Any

from surgesim.report import style
from surgesim.report.plots.study_axes import axis_label, shown, value_axis
from surgesim.report.words import speaker

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure


def figure(
    table: "pl.DataFrame", names: list[str], base: str, measure: str | None, higher: bool | None, language: str
) -> "Figure":
    """Return the picture.

    Parameters
    ----------
    table : polars.DataFrame
        ``difference, low, high, unit``.
    names : list of str
        What each point is called.
    base : str
        What the base is called.
    measure : str or None
        Label of the measure; None where the names of the points tell it.
    higher : bool or None
        Whether more is better, None where neither is; a column ``higher`` of the table says it row by row.
    language : str
        ``"en"`` or ``"ja"``.
    """
    say = speaker(language)
    made = style.new_figure(9.0, 1.8 + 0.4 * max(len(names), 1))
    axes = made.subplots()
    unit, change = table["unit"][0], say("changes_title") if measure is None else say("forest_title", measure=measure)
    moved = say("difference") if measure is None else change
    text = f"{moved} ({say('points_of_change')})" if unit == "share" else axis_label(moved, unit, language)
    style.plain(axes, "", text, grid="x")
    axes.axvline(0.0, color=style.INK, linewidth=1.0)
    rows = list(zip(names, table.iter_rows(named=True), strict=True))[::-1]
    for place, (_, row) in enumerate(rows):
        _row(axes, place, row, row.get("higher", higher), say)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.margins(x=0.2)
    value_axis(axes.xaxis, unit, sign="")
    style.title(made, change, say("forest_note", base=base))
    style.legend(made, axes, 3)
    return style.finish(made, language)


def _row(axes: Any, place: int, row: dict[str, Any], higher: bool | None, say: Any) -> None:
    value = row["difference"]
    if value is None:
        return
    low, high = (value if row[name] is None else row[name] for name in ("low", "high"))
    sure = row["low"] is not None and (low > 0.0 or high < 0.0)
    good = sure and higher is not None and (value > 0.0) == higher
    kind = "unsure_change" if not sure or higher is None else ("better" if good else "worse")
    colour = {"unsure_change": style.GREY, "better": style.BLUE, "worse": style.RED}[kind]
    axes.errorbar(
        value, place, xerr=[[value - low], [high - value]], fmt="s", color=colour, markersize=5.5, capsize=3, label=say(kind)
    )
    text = shown(value, row["unit"]).removesuffix("%")  # a difference of shares is one in percentage points
    axes.annotate(
        text if value <= 0 else f"+{text}", (high, place), xytext=(7, 0), textcoords="offset points", va="center", fontsize=8.5
    )
