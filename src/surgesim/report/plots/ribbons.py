"""Drawing of a Sankey diagram: boxes in columns, ribbons as wide as what flows, and ways back below them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surgesim.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_WIDTH, _HEIGHT, _LABEL = 10.0, 3.5, 1.25
"""Inches of the whole, of a full column, and of the labels to the right of the last column."""
_BOX, _GAP, _TURN = 0.1, 0.3, 0.1
"""Inches: width of a box, least room between two boxes of a column, and inner radius of a way back."""


@dataclass(frozen=True)
class Box:
    """One box.

    Attributes
    ----------
    column : int
        From left to right; columns without a box take no room.
    value : float
        What it holds.
    label, colour : str
        How it looks.
    thin : bool
        Whether its value is drawn in the scale of the thin columns.
    low : bool
        Whether it stands at the foot of its column; only the last one of a column may.
    """

    column: int
    value: float
    label: str
    colour: str
    thin: bool = False
    low: bool = False


@dataclass(frozen=True)
class Ribbon:
    """What flows from one box to another; an end that is no box is a way back, named there."""

    start: str
    end: str
    value: float


@dataclass
class _Place:
    """Where a box stands, and how far its sides are taken from the top, inches."""

    x: float
    top: float
    height: float
    taken_right: float = 0.0
    taken_left: float = 0.0


def draw(axes: "Axes", boxes: dict[str, Box], ribbons: Iterable[Ribbon], ways_back: dict[str, tuple[str, str]]) -> float | None:
    """Draw a diagram, and return how many times thinner the thin columns are; None where there are none.

    Parameters
    ----------
    axes : Axes
        Empty; one unit becomes one inch.
    boxes : dict of str to Box
        Boxes by name, each column from its top to its bottom.
    ribbons : iterable of Ribbon
        What flows.
    ways_back : dict of str to (str, str)
        Label and colour of each way back, by its name.
    """
    scale, thin = scales(boxes)
    places = _places(boxes, scale, thin)
    order = list(boxes)
    flows = sorted(ribbons, key=lambda r: (_rank(order, r.start), _rank(order, r.end)))
    for ribbon in flows:
        if ribbon.start in boxes and ribbon.end in boxes:
            narrow = boxes[ribbon.start].thin
            widths = (ribbon.value * (thin if narrow else scale), ribbon.value * (thin if boxes[ribbon.end].thin else scale))
            _ribbon(axes, places[ribbon.start], places[ribbon.end], widths, boxes[ribbon.end if narrow else ribbon.start].colour)
    floor = _ways_back(axes, places, flows, ways_back, scale)
    _labels(axes, boxes, places)
    axes.set_xlim(-0.02, _WIDTH)
    axes.set_ylim(floor - 0.02, _HEIGHT + 0.05)
    axes.set_aspect("equal")
    axes.axis("off")
    return scale / thin if any(box.thin for box in boxes.values()) else None


def scales(boxes: dict[str, Box]) -> tuple[float, float]:
    """Return inches per unit of the boxes, and of the thin ones: the fullest column of each fills the height."""
    return _fitting([box for box in boxes.values() if not box.thin]), _fitting([box for box in boxes.values() if box.thin])


def _fitting(boxes: list[Box]) -> float:
    columns: dict[int, list[float]] = {}
    for box in boxes:
        columns.setdefault(box.column, []).append(box.value)
    room = [(_HEIGHT - _GAP * (len(values) - 1)) / sum(values) for values in columns.values()]
    return min(room, default=1.0)


def _places(boxes: dict[str, Box], scale: float, thin: float) -> dict[str, _Place]:
    columns = sorted({box.column for box in boxes.values()})
    step = (_WIDTH - _LABEL - _BOX) / max(len(columns) - 1, 1)
    found: dict[str, _Place] = {}
    for place, column in enumerate(columns):
        inside = {name: box.value * (thin if box.thin else scale) for name, box in boxes.items() if box.column == column}
        top = _HEIGHT
        for name, height in inside.items():
            found[name] = _Place(place * step, height if boxes[name].low else top, height)
            top -= height + _GAP
    return found


def _rank(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _ribbon(axes: "Axes", start: _Place, end: _Place, widths: tuple[float, float], colour: str) -> None:
    """Draw one ribbon, the next free part of both boxes."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    left, right = start.x + _BOX, end.x
    a, b = start.top - start.taken_right, end.top - end.taken_left
    start.taken_right += widths[0]
    end.taken_left += widths[1]
    middle = (left + right) / 2
    points = [
        (left, a), (middle, a), (middle, b), (right, b),
        (right, b - widths[1]), (middle, b - widths[1]), (middle, a - widths[0]), (left, a - widths[0]), (left, a),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.35, linewidth=0))


def _ways_back(
    axes: "Axes", places: dict[str, _Place], flows: list[Ribbon], ways_back: dict[str, tuple[str, str]], scale: float
) -> float:
    """Draw the ways back below everything, nested in each other, the first one innermost; return how deep they reach."""
    floor, lead = min(place.top - place.height for place in places.values()) - 0.25, 0.0
    targets = {ribbon.start: ribbon.end for ribbon in flows if ribbon.start in ways_back}
    enters = {end: places[end].top - places[end].height for end in targets.values()}
    for name, end in targets.items():
        label, colour = ways_back[name]
        strands = [ribbon for ribbon in flows if ribbon.end == name][::-1]
        for ribbon in strands:
            width, start = ribbon.value * scale, places[ribbon.start]
            leave = start.top - start.taken_right - width
            band = _band((start.x + _BOX, leave), (places[end].x, enters[end]), floor, lead, width)
            _fill(axes, band, colour)
            enters[end] += width
            floor -= width
            lead += width
        where, what = (places[end].x + places[strands[0].start].x) / 2, sum(ribbon.value for ribbon in strands)
        axes.text(where, floor - 0.05, f"{label} {what:,.0f}", ha="center", va="top", fontsize=8.5, color=style.INK)
        floor, lead = floor - 0.3, lead + 0.08
    return floor


def _fill(axes: "Axes", outline: Floats, colour: str) -> None:
    from matplotlib.patches import Polygon

    axes.add_patch(Polygon(outline, closed=True, facecolor=colour, alpha=0.45, linewidth=0))


def _band(start: tuple[float, float], end: tuple[float, float], floor: float, lead: float, width: float) -> Floats:
    """Return the outline of a band that leaves to the right, goes back below everything and comes in from the left."""
    radius, right, left = _TURN + lead, start[0] + _BOX, end[0] - _BOX
    centres = ((right, start[1] - radius), (right, floor + radius), (left, floor + radius), (left, end[1] - radius))

    def side(out: float) -> Floats:
        turns = [_quarter(centre, radius + out, 90.0 * (1 - n)) for n, centre in enumerate(centres)]
        return np.concatenate([[(start[0], start[1] + out)], *turns, [(end[0], end[1] + out)]])

    return np.concatenate([side(width), side(0.0)[::-1]])


def _quarter(centre: tuple[float, float], radius: float, degrees: float) -> Floats:
    """Return a quarter of a circle, clockwise from an angle, shape (points, 2)."""
    angle = np.radians(np.linspace(degrees, degrees - 90.0, 13))
    return np.column_stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)])


def _labels(axes: "Axes", boxes: dict[str, Box], places: dict[str, _Place]) -> None:
    from matplotlib.patches import Rectangle

    for name, box in boxes.items():
        place = places[name]
        low = place.top - place.height
        axes.add_patch(Rectangle((place.x, low), _BOX, max(place.height, 0.01), facecolor=box.colour, linewidth=0))
        axes.text(
            place.x + _BOX + 0.05, place.top - place.height / 2, box.label, ha="left", va="center", fontsize=8.5,
            color=style.INK, linespacing=1.2,
        )  # fmt: skip
