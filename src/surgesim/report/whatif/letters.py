"""Japanese letters for the page: a browser on a machine without a Japanese font would show boxes."""

from importlib.resources import files

from surgesim.report.embedded_font import FONT_FACE, font_address
from surgesim.report.panel_words import PANEL
from surgesim.report.whatif.question import WhatIf
from surgesim.result.measures import MEASURES
from surgesim.scenario.fields import as_text

_BOOK = "planner-what-if-ja.ipynb"
_STYLE = """<style>%s
body, .jp-RenderedHTMLCommon, .jupyter-widgets, .widget-label, .widget-readout, .jupyter-button {
  font-family: Letters, system-ui, sans-serif !important; }
.jp-RenderedHTMLCommon code { font-family: monospace; }</style>"""


def japanese_letters(question: WhatIf) -> str:
    """Return a style with the letters of the panel and of its notebook; fonts of the machine come first.

    Parameters
    ----------
    question : WhatIf
        Whose names of sites and reasons are shown as well.
    """
    book = (files("surgesim.notebooks") / _BOOK).read_text("utf-8")
    sites = (as_text(site.title or name).in_language("ja") for name, site in question.scenario.sites.items())
    labels = (measure.ja for measure in MEASURES)
    text = "".join((book, *(ja for _, ja in PANEL.values()), *labels, *sites, "秒分時間件名円"))
    letters = "".join(sorted({letter for letter in text if ord(letter) > 0x2000}))
    return _STYLE % (FONT_FACE % font_address(letters))
