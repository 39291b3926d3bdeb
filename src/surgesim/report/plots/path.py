"""The path from people to resolved contacts as a Sankey diagram: what flows into a box flows out of it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from surgesim.report import style
from surgesim.report.facts import Flow
from surgesim.report.facts_people import People
from surgesim.report.numbers import whole
from surgesim.report.plots.ribbons import Box, Ribbon, draw
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BOXES: dict[str, tuple[int, str]] = {
    "affected": (0, style.GREY), "reached": (1, style.SKY), "usual": (1, style.GREY), "posts": (1, style.PINK),
    "needs": (2, style.BLUE), "self": (3, style.GREEN), "other": (3, style.GREY), "contained": (4, style.GREEN),
    "closed": (4, style.RED), "offered": (4, style.BLUE), "handled": (5, style.BLUE), "left": (5, style.GREY),
    "inside": (5, style.GREY), "unreached": (5, style.GREY), "blocked": (5, style.ORANGE), "abandoned": (5, style.ORANGE),
    "resolved": (6, style.GREEN), "lost": (6, style.RED),
}  # fmt: skip
"""Column and colour of each box, from the top of a column to its bottom."""
_FAILED = ("left", "unreached", "blocked", "abandoned")
_LEAST = 0.0005
"""What is thinner than this share of the widest box is not drawn."""


def possible(flows: Iterable[Flow]) -> bool:
    """Whether there is something to draw; facts stored by an earlier version lack some of the counts."""
    return any(flow.counts["offered"] > 0.0 and "unreached" in flow.counts for flow in flows)


def links(flows: Iterable[Flow], people: People | None) -> dict[tuple[str, str], float]:
    """Return what flows from box to box; people are those of the announcements, everything else is contacts.

    ``reached -> needs`` is the only link that changes its unit: a person who gets in touch is a need. All that enters a
    box leaves it, but for the ends: ``affected`` and ``reached`` (who never get in touch), ``contained``, ``closed``,
    ``inside``, ``resolved`` and ``lost``.

    Parameters
    ----------
    flows : iterable of Flow
        Counts of each queue.
    people : People, optional
        Whom the incident concerns.
    """
    counts: dict[str, float] = {}
    for flow in flows:
        for name, value in flow.counts.items():
            counts[name] = counts.get(name, 0.0) + value
    found = {**_before(counts, people), **_to_the_desk(counts), **_after(counts)}
    dust = 1e-9 * (counts["offered"] + counts["needs"])
    return {pair: value for pair, value in found.items() if value > dust}


def _before(counts: dict[str, float], people: People | None) -> dict[tuple[str, str], float]:
    if people is None or counts["needs"] <= 0.0:
        return {}
    own = counts["needs"] - counts["spread"]
    announced = min(own * people.share_of_needs, people.reached)
    return {
        ("affected", "reached"): people.reached, ("reached", "needs"): announced, ("usual", "needs"): own - announced,
        ("posts", "needs"): counts["spread"],
    }  # fmt: skip


def _to_the_desk(counts: dict[str, float]) -> dict[tuple[str, str], float]:
    """Split the needs: self-service first or not, done there, met a closed desk, or offered."""
    needs, done, failed = counts["needs"], counts["contained"], counts["boomerang"]
    closed = max(needs - done - counts["first"], 0.0)
    directly = max(needs - done - failed, 0.0)
    closed_directly = min(closed, directly)
    return {
        ("needs", "self"): done + failed, ("self", "contained"): done,
        ("needs", "closed"): closed_directly, ("self", "closed"): closed - closed_directly,
        ("needs", "offered"): directly - closed_directly, ("self", "offered"): failed - (closed - closed_directly),
    }  # fmt: skip


def _after(counts: dict[str, float]) -> dict[tuple[str, str], float]:
    """Split what was offered by its end, and what did not succeed into those who redial and those who do not come back."""
    ends = {name: counts[name] for name in ("handled", "inside", "unreached", "blocked")}
    ends |= {"abandoned": counts["abandoned"] + counts["balked"], "left": counts["deflected"]}
    found = {("offered", name): value for name, value in ends.items()}
    helped = min(counts["menu_ended"] + counts["link_contained"], ends["left"])
    called_back = min(counts["promised"], counts["callback"], ends["left"] - helped)
    found["left", "resolved"], found["left", "elsewhere"] = helped, called_back
    open_ends = {name: ends[name] - (helped + called_back if name == "left" else 0.0) for name in _FAILED}
    failed = sum(open_ends.values())
    again = min(counts["redial"], failed)
    turned = min(counts["switched"], counts["moved"], failed - again)
    for name, value in open_ends.items():
        part = value / failed if failed > 0.0 else 0.0
        found[name, "redial"], found[name, "lost"] = again * part, (failed - again - turned) * part
        found[name, "elsewhere"] = found.get((name, "elsewhere"), 0.0) + turned * part
    found["elsewhere", "offered"] = called_back + turned
    after_handling = min(counts["follow_up"] + counts["redial"] - again, ends["handled"])
    found["handled", "follow_up"] = after_handling
    found["handled", "resolved"] = ends["handled"] - after_handling
    found["redial", "offered"], found["follow_up", "offered"] = again, after_handling
    known = sum(value for (_, end), value in found.items() if end == "offered") + counts["first"]
    found["other", "offered"] = max(counts["offered"] - known, 0.0)
    return found


def figure(flows: tuple[Flow, ...], people: People | None, language: str) -> "Figure":
    """Return the diagram of all queues together.

    Parameters
    ----------
    flows : tuple of Flow
        Counts of each queue.
    people : People, optional
        Whom the incident concerns; the diagram begins with the needs where there is nobody.
    language : str
        ``"en"`` or ``"ja"``.
    """
    say, found = speaker(language), links(flows, people)
    made = style.new_figure(10.0, 5.2)
    boxes = _boxes(found, people, language)
    least = _LEAST * max(box.value for box in boxes.values() if not box.thin)
    boxes = {name: box for name, box in boxes.items() if box.value > least}
    ribbons = [Ribbon(start, end, value) for (start, end), value in found.items() if value > least]
    loops = {"redial": style.ORANGE, "elsewhere": style.GREY, "follow_up": style.PINK}
    named = {name: (say(f"path_{name}"), colour) for name, colour in loops.items()}
    ratio = draw(made.subplots(), boxes, ribbons, named)
    notes = [say("path_note")]
    if ratio is not None:
        notes.append(say("path_scale", times=f"{ratio:.2g}" if ratio < 10 else whole(ratio)))
    if "other" in boxes:
        notes.append(say("path_other_note"))
    style.title(made, say("path_title"), ("、" if language == "ja" else "; ").join(notes))
    return style.finish(made, language)


def _boxes(found: dict[tuple[str, str], float], people: People | None, language: str) -> dict[str, Box]:
    say, boxes = speaker(language), {}
    for name, (column, colour) in BOXES.items():
        into = sum(value for (_, end), value in found.items() if end == name)
        out = sum(value for (start, _), value in found.items() if start == name)
        of_people = name in ("affected", "reached")
        value = max(into, out)
        if of_people and people is not None and found:
            value = people.affected if name == "affected" else people.reached
        if value > 0.0:
            boxes[name] = Box(column, value, f"{say(f'path_{name}')}\n{whole(value)}", colour, of_people, name == "other")
    return boxes
