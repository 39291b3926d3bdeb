"""The panel as a widget: the same in JupyterLab, in its Japanese twin, and as a web page served by Voila."""

import asyncio
from base64 import b64encode
from typing import Any

from surgesim.base.errors import InputError
from surgesim.report import numbers
from surgesim.report.facts import Span
from surgesim.report.whatif.letters import japanese_letters
from surgesim.report.whatif.picture import Picture
from surgesim.report.whatif.question import MEASURES, MOST_HOURS, Answer, Settings, WhatIf
from surgesim.report.words import label, speaker
from surgesim.scenario.titles import called

PAUSE_S = 0.7
"""The simulation refines by itself when no slider has moved for so long."""
KINDS = {"asa_s": "seconds", "needs": "count", "offered": "count", "handled": "count"}
BESIDE = {"flex": "1 1 26em", "min_width": "20em", "max_width": "53em", "object_fit": "contain"}
LINK = '<a style="text-decoration:underline;color:#0072b2" download="{file}" href="data:{kind};base64,{data}">{text}</a>'
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Panel:
    """Sliders, numbers, a picture, and the workbook to take away.

    Parameters
    ----------
    question : WhatIf
        What is turned and answered.
    """

    def __init__(self, question: WhatIf) -> None:
        import ipywidgets as widgets

        self.question, self.say = question, speaker(question.language)
        self.sliders = self._sliders()
        self.state, self.table, self.link = (widgets.HTML() for _ in range(3))
        self.image = widgets.Image(format="png", layout=BESIDE)
        self.simulate, self.workbook, self.reset = (
            widgets.Button(description=self.say(f"panel_{name}"), button_style=look, layout={"width": "11em"})
            for name, look in (("simulate", "primary"), ("workbook", ""), ("reset", ""))
        )
        self.picture = Picture(question)
        self.before = self.preview = question.preview(question.settings)
        self.simulated: Answer | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._listen()
        self.widget = widgets.VBox([
            widgets.VBox(list(self.sliders.values())), widgets.HBox([self.simulate, self.workbook, self.reset, self.link]),
            self.state,
            widgets.HBox([self.table, self.image], layout={"flex_flow": "row wrap"}),
            *([widgets.HTML(japanese_letters(self.question))] if self.question.language == "ja" else ()),
        ])  # fmt: skip
        self.refine()

    def _sliders(self) -> dict[str, Any]:
        import ipywidgets as widgets

        base, say = self.question.settings, self.say
        wide = {"layout": {"width": "42em", "max_width": "98%"}, "style": {"description_width": "17em"}}
        title = called(self.question.scenario, "sites", self.question.site)
        ends = {
            "affected": (say("panel_affected"), base.affected, 0, 3 * base.affected, max(base.affected // 50, 1)),
            "hours_later": (say("panel_hours_later"), 0, -MOST_HOURS, MOST_HOURS, 1),
            "deflection": (say("panel_deflection"), round(100 * base.deflection), 0, 100, 1),
            "aht_s": (say("panel_aht"), round(base.aht_s), round(base.aht_s / 2), round(2 * base.aht_s), 5),
            "seats": (say("panel_seats", site=title.in_language(self.question.language)), base.seats, 0, 3 * base.seats, 1),
        }
        return {
            name: widgets.IntSlider(value, low, high, step, description=text, readout_format=",d", continuous_update=True, **wide)
            for name, (text, value, low, high, step) in ends.items()
        }

    def _listen(self) -> None:
        for slider in self.sliders.values():
            slider.observe(self._moved, names="value")
        self.simulate.on_click(lambda _: self.refine())
        self.workbook.on_click(lambda _: self.offer_workbook())
        self.reset.on_click(lambda _: self.back())

    @property
    def settings(self) -> Settings:
        """Where the sliders stand; what was not moved keeps the file's exact value."""
        base, at = self.question.settings, {name: slider.value for name, slider in self.sliders.items()}
        return Settings(
            at["affected"], at["hours_later"],
            base.deflection if at["deflection"] == round(100 * base.deflection) else at["deflection"] / 100,
            base.aht_s if at["aht_s"] == round(base.aht_s) else float(at["aht_s"]), at["seats"],
        )  # fmt: skip

    def _moved(self, change: object) -> None:
        self.simulated = None
        self.link.value = ""
        try:
            self.preview = self.question.preview(self.settings)
        except InputError as error:
            self.state.value = self.say("panel_state_refused", what=error)
            return
        self.show()
        self._wait_for_rest()

    def _wait_for_rest(self) -> None:
        """Simulate when the sliders rest; only where an event loop runs, as in every kernel."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            self._timer = asyncio.get_running_loop().call_later(PAUSE_S, self.refine)
        except RuntimeError:
            self._timer = None

    def refine(self) -> None:
        """Simulate what the sliders say, and show bands."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            self.simulated = self.question.refine(self.settings)
        except InputError as error:
            self.state.value = self.say("panel_state_refused", what=error)
            return
        if self.settings == self.question.settings:
            self.before = self.simulated
        self.show()

    def offer_workbook(self) -> None:
        """Put a link to the workbook of the simulated answer beside the buttons."""
        if self.simulated is None:
            self.refine()
        if self.simulated is None:
            return
        file = f"{self.question.scenario.name}-what-if.xlsx"
        data = b64encode(self.question.workbook(self.simulated)).decode()
        text = self.say("panel_download", file=file)
        self.link.value = LINK.format(file=file, kind=_EXCEL, data=data, text=text)

    def back(self) -> None:
        """Put every slider back where it stood."""
        base = self.question.settings
        at = {"affected": base.affected, "hours_later": 0, "deflection": round(100 * base.deflection),
              "aht_s": round(base.aht_s), "seats": base.seats}  # fmt: skip
        for name, slider in self.sliders.items():
            slider.value = at[name]

    def show(self) -> None:
        """Show the answer in numbers and as a picture."""
        answer = self.simulated or self.preview
        self.state.value = self.say(
            "panel_state_simulated" if answer.simulated else "panel_state_preview",
            seconds=f"{answer.took_s:.2f}{self.say('panel_seconds')}", replications=answer.result.replications,
            contacts=numbers.whole(answer.measures["offered"].value),
        )  # fmt: skip
        self.table.value = self._table(answer)
        self.image.value = self.picture.png(self.before, self.preview, self.simulated)

    def _table(self, answer: Answer) -> str:
        heads = ("", self.say("panel_before"), self.say("panel_now"), self.say("panel_band"))
        head = "".join(f'<th style="text-align:right;padding:0 .8em">{text}</th>' for text in heads)
        rows = "".join(self._row(name, self.before.measures[name], answer.measures[name]) for name in MEASURES)
        return f'<table style="font-variant-numeric:tabular-nums"><tr>{head}</tr>{rows}</table>'

    def _row(self, name: str, before: Span, now: Span) -> str:
        kind, language = KINDS.get(name, "share"), self.question.language
        band = "" if now.low is None else f"{_text(now.low, kind, language)} – {_text(now.high, kind, language)}"
        cells = (_text(before.value, kind, language), _text(now.value, kind, language), band)
        tds = "".join(
            f'<td style="text-align:right;padding:0 .8em" data-key="{name}.{which}">{text}</td>'
            for which, text in zip(("before", "now", "band"), cells, strict=True)
        )
        return f"<tr><td>{label(name, language)}</td>{tds}</tr>"


def _text(value: float | None, kind: str, language: str) -> str:
    return numbers.written(value, kind, language)
