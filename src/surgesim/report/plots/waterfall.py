"""From needs over offered calls to handled ones, step by step."""

from typing import TYPE_CHECKING

from surgesim.report import style
from surgesim.report.facts import Flow
from surgesim.report.numbers import whole
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TOTALS = ("flow_needs", "flow_offered", "flow_handled")


def steps(counts: dict[str, float]) -> list[tuple[str, float]]:
    """Return the steps as (word, change); totals carry their level. Steps of nothing are left out."""
    outside = counts["first"] - (counts["needs"] - counts["contained"])
    gone = counts["abandoned"] + counts["balked"] + counts["deflected"]
    found = [
        ("flow_needs", counts["needs"]), ("flow_contained", -counts["contained"]), ("flow_lost", outside),
        ("flow_again", counts["redial"]), ("flow_follow_up", counts["follow_up"]),
        ("flow_offered", counts["offered"]), ("flow_blocked", -counts["blocked"]), ("flow_abandoned", -gone),
        ("flow_inside", -counts["inside"]), ("flow_handled", counts["handled"]),
    ]  # fmt: skip
    least = 0.0005 * max(counts["offered"], counts["needs"], 1.0)
    return [(word, value) for word, value in found if word in _TOTALS or abs(value) > least]


def figure(flow: Flow, language: str) -> "Figure":
    """Return the waterfall of one queue.

    Parameters
    ----------
    flow : Flow
        Counts of the path.
    language : str
        ``"en"`` or ``"ja"``.
    """
    say = speaker(language)
    made = style.new_figure(9.0, 4.4)
    axes = made.subplots()
    style.plain(axes, say("contacts"))
    level, top = 0.0, max(flow.counts["offered"], flow.counts["needs"], 1.0)
    found = steps(flow.counts)
    for place, (word, value) in enumerate(found):
        low, high, colour = (0.0, value, style.BLUE) if word in _TOTALS else _change(level, value)
        axes.bar(place, high - low, bottom=low, color=colour, width=0.62)
        sign = "" if word in _TOTALS or value < 0 else "+"
        axes.annotate(
            sign + whole(value), (place, max(low, high)), ha="center", va="bottom", fontsize=9, color=style.INK,
            xytext=(0, 2), textcoords="offset points",
        )  # fmt: skip
        level = value if word in _TOTALS else level + value
        if place + 1 < len(found):
            axes.plot([place + 0.31, place + 0.69], [level, level], color=style.GREY, linewidth=0.8)
    axes.set_xticks(range(len(found)), [say(word) for word, _ in found], fontsize=9)
    axes.set_ylim(0.0, 1.12 * max(top, level))
    style.thousands(axes)
    style.title(made, f"{say('flow_title')} – {flow.queue}", say("flow_note"))
    return style.finish(made, language)


def _change(level: float, value: float) -> tuple[float, float, str]:
    return (level + value, level, style.ORANGE) if value < 0 else (level, level + value, style.SKY)
