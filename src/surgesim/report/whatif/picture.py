"""The picture of the panel: service level by day, drawn again in a few thousandths of a second."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from surgesim.report import style
from surgesim.report.numbers import share
from surgesim.report.whatif.question import Answer, WhatIf
from surgesim.report.words import speaker
from surgesim.scenario.titles import called

DPI = 100


class Picture:
    """One figure that is kept; only its curves change.

    Parameters
    ----------
    question : WhatIf
        Whose days are shown.
    """

    def __init__(self, question: WhatIf) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        say = speaker(question.language)
        self.question = question
        self.figure = style.new_figure(8.4, 3.1)
        self.axes = self.figure.subplots()
        style.plain(self.axes, "")
        days = question.scenario.calendar().dates
        places = [style.place_of(day) for day in days]
        self.axes.set_xlim(places[0] - 0.5, places[-1] + 0.5)
        style.per_cent(self.axes, 0.0, 1.03)
        style.day_axis(self.axes, question.language, len(days))
        for target in question.scenario.targets:
            if target.queue == question.queue and target.measure == "service_level":
                text = f"{say('target')} {share(target.bound, 0)}"
                self.axes.axhline(target.bound, color=style.BLACK, linestyle="--", linewidth=1.2, label=text)
        (self.before,) = self.axes.plot([], [], color=style.GREY, linewidth=1.5, label=say("panel_before"))
        (self.preview,) = self.axes.plot([], [], "o--", color=style.ORANGE, markersize=4, label=say("panel_preview"))
        (self.simulated,) = self.axes.plot([], [], "o-", color=style.BLUE, markersize=4, label=say("simulated"))
        self.band = self.axes.fill_between(places, 0, 0, color=style.BLUE, alpha=0.25, linewidth=0, label=say("interval_95"))
        title = called(question.scenario, "queues", question.queue).in_language(question.language)
        style.title(self.figure, f"{say('panel_picture')} – {title}")
        style.legend(self.figure, self.axes, columns=5)
        style.finish(self.figure, question.language)
        self.figure.set_dpi(DPI)
        self.canvas = FigureCanvasAgg(self.figure)
        self.moving = (self.band, self.before, self.preview, self.simulated)
        for artist in self.moving:
            artist.set_animated(True)
        self.canvas.draw()  # type: ignore[no-untyped-call]  # what never changes is laid out and drawn once
        self.figure.set_layout_engine("none")
        self.still = self.canvas.copy_from_bbox(self.figure.bbox)  # type: ignore[no-untyped-call]

    def png(self, before: Answer | None, preview: Answer, simulated: Answer | None) -> bytes:
        """Return the picture as PNG.

        Parameters
        ----------
        before : Answer or None
            With the values of the file.
        preview : Answer
            Of the fluid, as the sliders stand.
        simulated : Answer or None
            The same simulated, where that has been done.
        """
        for line, answer in ((self.before, before), (self.preview, preview), (self.simulated, simulated)):
            line.set_data(*(_curve(answer) if answer is not None else ([], [])))
        self.band.set_verts([_band(simulated)] if simulated is not None else [])
        from PIL import Image

        self.canvas.restore_region(self.still)  # type: ignore[no-untyped-call]
        for artist in self.moving:
            self.axes.draw_artist(artist)
        buffer = BytesIO()
        pixels = np.asarray(self.canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        Image.fromarray(pixels).convert("RGB").save(buffer, "png", compress_level=1)
        return buffer.getvalue()


def _curve(answer: Answer) -> tuple[list[float], list[float]]:
    values = [np.nan if span.value is None else span.value for _, span in answer.days]
    return [style.place_of(day) for day, _ in answer.days], values


def _band(answer: Answer) -> NDArray[np.float64]:
    """Return the outline of the band: along the lower ends, back along the upper ones."""
    known = [(style.place_of(day), span.low, span.high) for day, span in answer.days if None not in (span.low, span.high)]
    there = [(place, low) for place, low, _ in known]
    return np.array([*there, *((place, high) for place, _, high in reversed(known))], dtype=float).reshape(-1, 2)
