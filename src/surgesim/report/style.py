"""One look for every picture: Figure objects without pyplot, Okabe-Ito colours, a packaged Japanese font.

Nothing here changes matplotlib's settings; the font is only added to the list of those that matplotlib knows.
"""

from datetime import date
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surgesim.base.errors import SurgesimError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# M. Okabe, K. Ito, "Color universal design", 2002: told apart by people with any kind of colour blindness.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PINK = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY, PALE, INK = "#8a8f98", "#e3e6ea", "#22262b"
SOURCES = {"in_house": BLUE, "borrowed": SKY, "temporary": ORANGE, "outsourced": GREEN, "standby": PINK}
"""Colour of each source of staff."""
SERIES = (BLUE, ORANGE, GREEN, PINK, SKY, RED, BLACK)
DPI = 150
_LATIN, _JAPANESE = "DejaVu Sans", "IPAexGothic"


def font_file() -> Path:
    """Return the packaged Japanese font (IPAexGothic).

    Its package changes global settings of matplotlib when it is imported, so it is only looked up, never imported.

    Raises
    ------
    SurgesimError
        The package is not installed.
    """
    place = find_spec("matplotlib_fontja")
    if place is None or place.origin is None:
        raise SurgesimError("the Japanese font is missing: install matplotlib-fontja")
    return Path(place.origin).parent / "fonts" / "ipaexg.ttf"


@cache
def _register() -> None:
    """Let matplotlib know the packaged Japanese font."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(font_file()))


def families(language: str) -> list[str]:
    """Return font families, the first that has a glyph being used; between them they have every Japanese one."""
    _register()
    return [_JAPANESE, _LATIN] if language == "ja" else [_LATIN, _JAPANESE]


@cache
def _figure_class() -> "type[Figure]":
    """Return the class of figures, one that notebooks show by itself: matplotlib's own needs pyplot for that."""
    from matplotlib.figure import Figure

    class Shown(Figure):
        def _repr_png_(self) -> bytes:
            return png(self)

    return Shown


def new_figure(width: float = 9.0, height: float = 4.2) -> "Figure":
    """Return an empty white figure, inches; a notebook shows it where it is the last line of a cell."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08)
    return _figure_class()(figsize=(width, height), dpi=DPI, layout=layout, facecolor="white")


def plain(axes: "Axes", ylabel: str, xlabel: str = "", grid: str = "y") -> None:
    """Give axes the common look: pale grid behind the data, two spines, labels with units."""
    axes.set_axisbelow(True)
    if grid:
        axes.grid(True, axis=grid, color=PALE, linewidth=0.8)  # type: ignore[arg-type]
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GREY)
    axes.tick_params(colors=INK, labelsize=9)
    axes.set_ylabel(ylabel, color=INK, fontsize=9.5)
    axes.set_xlabel(xlabel, color=INK, fontsize=9.5)


def legend(figure: "Figure", axes: "Axes", columns: int = 4, extra: tuple[Any, ...] = ()) -> None:
    """Put the legend below the data, never over it."""
    handles, labels = axes.get_legend_handles_labels()
    for handle in extra:
        handles.append(handle)
        labels.append(handle.get_label())
    chosen = dict(zip(labels, handles, strict=True))
    figure.legend(
        chosen.values(), chosen.keys(), loc="outside lower center", ncols=columns, frameon=False, fontsize=9,
        handlelength=1.8, columnspacing=1.6,
    )  # fmt: skip


def title(figure: "Figure", text: str, note: str = "") -> None:
    """Put the title at the top left of the first axes, and a smaller line under it."""
    axes = figure.axes[0]
    axes.set_title(text + (f"\n{note}" if note else ""), loc="left", fontsize=11, color=INK, linespacing=1.5)


def finish(figure: "Figure", language: str) -> "Figure":
    """Set the fonts of every text, also of the tick labels that are made when the figure is drawn."""
    from matplotlib.text import Text

    names = families(language)
    for axes in figure.axes:
        axes.tick_params(axis="both", which="both", labelfontfamily=names)
    for text in figure.findobj(Text):
        text.set_fontfamily(names)
    return figure


def png(figure: "Figure") -> bytes:
    """Return a figure as PNG; the same figure gives the same bytes."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def place_of(moment: date) -> float:
    """Return where a date or an instant lies on an axis of days."""
    from matplotlib.dates import date2num

    return float(date2num(moment))  # type: ignore[no-untyped-call]


def day_axis(axes: "Axes", language: str, days: int) -> None:
    """Label the dates of an axis by day, about fourteen of them at most."""
    from matplotlib.dates import DateFormatter, DayLocator

    low, high = axes.dataLim.intervalx
    if low == high:  # around one day alone Matplotlib would show four years
        axes.set_xlim(low - 0.5, high + 0.5)
    axes.xaxis.set_major_locator(DayLocator(interval=max(1, -(-days // 14))))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%-m/%-d" if language == "ja" else "%-d %b"))  # type: ignore[no-untyped-call]


def per_cent(axes: "Axes", low: float = 0.0, high: float = 1.0) -> None:
    """Show shares of the vertical axis in per cent."""
    from matplotlib.ticker import PercentFormatter

    axes.set_ylim(low, high)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def thousands(axes: "Axes") -> None:
    """Set off thousands on the vertical axis."""
    from matplotlib.ticker import StrMethodFormatter

    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
