"""The sites at a glance: seats, who sits there, and the most on duty at once."""

from typing import TYPE_CHECKING

from surgesim.report import style
from surgesim.report.facts import Place, Team
from surgesim.report.numbers import short_day, whole
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW, HEAD = 0.34, 0.75


def figure(places: tuple[Place, ...], teams: tuple[Team, ...], language: str) -> "Figure":
    """Return the table of sites as a picture.

    Parameters
    ----------
    places : tuple of Place
        Sites with their seats.
    teams : tuple of Team
        Groups with their site.
    language : str
        ``"en"`` or ``"ja"``.
    """
    from matplotlib.transforms import Bbox

    say = speaker(language)
    made = style.new_figure(9.0, HEAD + ROW * (len(places) + 1))
    axes = made.subplots()
    axes.set_axis_off()
    heads = [say(word) for word in ("site", "seats", "existing", "from", "peak_heads", "group")]
    rows = [
        [
            place.title.in_language(language), whole(place.seats), whole(place.existing), short_day(place.added_from, language),
            whole(place.peak_heads), _groups(place.site, teams, language),
        ]
        for place in places
    ]  # fmt: skip
    table = axes.table(
        rows, colLabels=heads, cellLoc="left", colLoc="left", bbox=Bbox.unit(), edges="horizontal",
        colWidths=[0.15, 0.07, 0.09, 0.11, 0.25, 0.33],
    )  # fmt: skip
    table.auto_set_font_size(False)
    table.set_fontsize(8.5)
    for cell in table.get_celld().values():
        cell.set_edgecolor(style.PALE)
        cell.set_text_props(color=style.INK, family=style.families(language))
    style.title(made, say("sites_title"))
    return style.finish(made, language)


def _groups(site: str, teams: tuple[Team, ...], language: str) -> str:
    say = speaker(language)
    found = [f"{team.group} {whole(team.peak_heads)} ({say(team.source)})" for team in teams if team.site == site]
    lines = [", ".join(found[place : place + 2]) for place in range(0, len(found), 2)]
    return "\n".join(lines[:2]) + (" …" if len(lines) > 2 else "")
