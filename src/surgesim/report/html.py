"""The report as one HTML file that needs nothing beside it."""

from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING, Any

from surgesim.base.progress import Progress, silent
from surgesim.report import answer, numbers, style
from surgesim.report.embedded_font import FONT_FACE, font_address
from surgesim.report.facts import CostItem, Day, Facts
from surgesim.report.headline import headline
from surgesim.report.plots.album import album
from surgesim.report.plots.cost_items import named_costs
from surgesim.report.words import item, label, speaker, unit
from surgesim.result.measures import MEASURES

if TYPE_CHECKING:
    from jinja2 import Template


def page(facts: Facts, language: str, pictures: dict[str, bytes] | None = None) -> str:
    """Return the page.

    Parameters
    ----------
    facts : Facts
        What the report knows.
    language : str
        ``"en"`` or ``"ja"``.
    pictures : dict of str to bytes, optional
        What :func:`draw` returned; drawn now where it is left out.
    """
    text = _rendered(facts, language, pictures or draw(facts, language))
    if language == "ja":
        text = text.replace("<style>", f"<style>\n{FONT_FACE % font_address(_letters(text))}", 1)
    return text


def _letters(text: str) -> str:
    """Return the letters of a page that machines without a Japanese font lack."""
    return "".join(sorted({letter for letter in text if ord(letter) > 0x2000}))


def _rendered(facts: Facts, language: str, found: dict[str, bytes]) -> str:
    say = speaker(language)
    return _template().render(
        facts=facts, language=language, say=say, label=label, item=item, answer=answer, numbers=numbers,
        kind_of_report=say("report") if facts.certificate else say("result_report"), measures=MEASURES,
        figures={figure.key: figure for figure in headline(facts)}, pictures=_inline(facts, language, found),
        bill=_bill(facts, language), days=_days(facts), actual=_actual(facts), unit=unit,
    )  # fmt: skip


def draw(facts: Facts, language: str, progress: Progress = silent) -> dict[str, bytes]:
    """Return every picture of the report as PNG, by name."""
    drawn, wanted = {}, album(facts, language)
    for number, (name, (_, make)) in enumerate(wanted.items()):
        progress("drawing", number, len(wanted))
        drawn[name] = style.png(make())
    progress("drawing", len(wanted), len(wanted))
    return drawn


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("surgesim.report", "")
    found = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return found.get_template("page.html")


def _inline(facts: Facts, language: str, pictures: dict[str, bytes]) -> dict[str, tuple[str, str]]:
    """Return title and data address of every picture."""
    return {
        name: (title, f"data:image/png;base64,{b64encode(pictures[name]).decode()}")
        for name, (title, _) in album(facts, language).items()
    }


def _bill(facts: Facts, language: str) -> list[CostItem]:
    return sorted(named_costs(facts, language), key=lambda row: -row.cost_jpy)


def _days(facts: Facts) -> dict[str, list[Day]]:
    """Return the days of every queue."""
    found: dict[str, list[Day]] = {}
    for day in facts.days:
        found.setdefault(day.queue, []).append(day)
    return found


def _actual(facts: Facts) -> dict[Any, float | None]:
    return dict(zip(facts.fan.actual_days, facts.fan.actual, strict=True)) if facts.fan else {}
