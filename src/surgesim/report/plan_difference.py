"""What differs between two plans: their cost, hires, seats and lines, figure by figure."""

from pathlib import Path

from surgesim.report.headline import Figure, headline
from surgesim.report.numbers import written
from surgesim.report.run_folder import FACTS, read_facts
from surgesim.scenario.fields import Closed, Text

DECIDED = ("cost_jpy", "hired.", "seats.", "lines.")
"""Beginnings of the keys of figures that a plan decides."""
UNITS = {"cost_jpy": "JPY", "hired": "heads", "seats": "seats", "lines": "lines"}


class Decision(Closed):
    """One figure of two plans; a plan that does not have it has none of it."""

    key: str
    text: Text
    kind: str
    a: float
    b: float

    @property
    def unit(self) -> str:
        """Unit of the figure."""
        return UNITS[self.key.partition(".")[0]]

    @property
    def difference(self) -> float:
        """That of the second less that of the first."""
        return self.b - self.a

    def row(self, language: str) -> tuple[str, str, str, str]:
        """Return what it is, both values and their difference, as people read them."""
        one, two, more = (written(value, self.kind, language) for value in (self.a, self.b, abs(self.difference)))
        sign = "" if self.difference == 0 else "+" if self.difference > 0 else "-"
        return self.text.in_language(language), one, two, f"{sign}{more}"


def decisions(a: Path, b: Path) -> tuple[Decision, ...]:
    """Return the figures that two plans decide; nothing where one of the folders holds no plan.

    Parameters
    ----------
    a, b : Path
        Run folders.
    """
    one, two = (_decided(folder) for folder in (a, b))
    if not one or not two:
        return ()
    found = one | two
    ordered = [key for start in DECIDED for key in found if key.startswith(start)]
    return tuple(
        Decision(key=key, text=found[key].text, kind=found[key].kind, a=_value(one.get(key)), b=_value(two.get(key)))
        for key in ordered
    )


def _decided(folder: Path) -> dict[str, Figure]:
    if not (folder / FACTS).is_file():
        return {}
    facts = read_facts(folder)
    return {} if facts.certificate is None else {f.key: f for f in headline(facts) if f.key.startswith(DECIDED)}


def _value(figure: Figure | None) -> float:
    return 0.0 if figure is None or figure.value is None else figure.value
