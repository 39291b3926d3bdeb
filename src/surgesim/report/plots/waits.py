"""How long callers wait: distribution and histogram, of answered calls and of those who gave up, and the longest wait."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surgesim.report import style
from surgesim.report.facts_waiting import Waits
from surgesim.report.numbers import seconds, share
from surgesim.report.words import speaker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
FIRST_S = 0.8
"""Where the logarithmic axis begins: nobody tells apart shorter waits."""


def figure(waits: Waits, longest_s: float | None, language: str) -> "Figure":
    """Return the cumulative distribution of waits above their histogram.

    Parameters
    ----------
    waits : Waits
        Histogram of one queue.
    language : str
        ``"en"`` or ``"ja"``.
    longest_s : float, optional
        Longest wait, seconds; marked where it is given.
    """
    say = speaker(language)
    made = style.new_figure(9.0, 5.2)
    axes, below = made.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    style.plain(axes, say("share_waiting_less"))
    style.plain(below, say("contacts"), say("wait_axis"))
    series = (("answered_calls", waits.handled, style.BLUE), ("given_up_calls", waits.abandoned, style.ORANGE))
    last = 60.0
    for word, counts, colour in series:
        if sum(counts) > 0:
            at, shares = _cumulative(waits.upper_s, np.array(counts))
            whole = shares >= 0.9995
            last = max(last, float(at[whole.argmax()] if whole.any() else at[-1]))
            axes.plot(at, shares, color=colour, linewidth=2.0, label=f"{say(word)} ({sum(counts):,.0f})")
    promise = say("threshold", time=seconds(waits.within_s, language))
    axes.axvline(waits.within_s, color=style.BLACK, linestyle="--", linewidth=1.2, label=promise)
    _histogram(below, waits, last)
    if longest_s is not None:
        last = max(last, longest_s)
        text = say("longest", time=seconds(longest_s, language))
        axes.axvline(longest_s, color=style.RED, linestyle=":", linewidth=1.4, label=text)
    axes.set_xscale("log")
    axes.set_xlim(FIRST_S, 1.15 * last)
    ticks = [t for t in (1, 5, 20, 60, 300, 1200, 3600, 14400, 86400) if t <= 1.15 * last]
    below.set_xticks(ticks, [seconds(t, language) for t in ticks])
    below.set_xticks([], minor=True)
    style.thousands(below)
    style.per_cent(axes, 0.0, 1.03)
    within = _share_within(waits)
    note = "" if within is None else say("waits_note", share=share(within), time=seconds(waits.within_s, language))
    style.title(made, f"{say('waits_title')} – {waits.queue}", note)
    style.legend(made, axes)
    return style.finish(made, language)


def _histogram(axes: "Axes", waits: Waits, last: float) -> None:
    """Draw the counts of each bin, those who gave up on top of those answered; no wait at all is left to the curve above."""
    upper = np.array([last if edge is None else max(edge, FIRST_S) for edge in waits.upper_s])
    lower = np.concatenate([[FIRST_S], upper[:-1]])
    some = upper > lower
    handled, abandoned = np.array(waits.handled)[some], np.array(waits.abandoned)[some]
    place, width = lower[some], 0.92 * (upper - lower)[some]
    axes.bar(place, handled, width, align="edge", color=style.BLUE, linewidth=0)
    axes.bar(place, abandoned, width, bottom=handled, align="edge", color=style.ORANGE, linewidth=0)


def _cumulative(upper_s: tuple[float | None, ...], counts: Floats) -> tuple[Floats, Floats]:
    """Return upper edges and the share below each; the first bin, no wait at all, stands at the left end."""
    edges = np.array([np.inf if edge is None else edge for edge in upper_s])
    shares = np.cumsum(counts) / counts.sum()
    finite = np.isfinite(edges)
    return np.maximum(edges[finite], FIRST_S), shares[finite]


def _share_within(waits: Waits) -> float | None:
    """Return the share of answered calls within the threshold, where that is an edge of the histogram."""
    if waits.within_s not in waits.upper_s or not sum(waits.handled):
        return None
    return sum(waits.handled[: waits.upper_s.index(waits.within_s) + 1]) / sum(waits.handled)
