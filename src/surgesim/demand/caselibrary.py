"""What past surges teach: kernel constants of past events, answers to past announcements, errors of past forecasts.

The packaged file holds derived constants only, each with its source. For an honest back-test leave out the region that
is forecast: ``case_library().without("tokyo")``.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import DomainError, Problem

Floats = NDArray[np.float64]

CONSTANTS = ("ratio", "rise_days", "decay_days", "stretch", "floor_over_usual")
HORIZON_ENDS = (1, 3, 7, 14, 28)
SCORE_LEVELS = np.linspace(0.0125, 0.9875, 40)
FEW_SCORES = 20  # so few past forecasts of a region say nothing about a 5 % tail
# What is believed where too few cases are left: medians and log deviations of the literature's orders of magnitude.
FALLBACK = {
    "ratio": (4.0, 0.6),
    "rise_days": (7.0, 0.7),
    "decay_days": (16.0, 0.5),
    "stretch": (1.1, 0.3),
    "floor_over_usual": (1.0, 0.5),
    "jump": (2.0, 0.8),
    "lag_days": (3.0, 1.0),
}


@dataclass(frozen=True)
class Case:
    """Kernel constants of one past surge.

    Parameters
    ----------
    region, series, kind, peak_date, source : str
        Where it was, what was counted, when, and the page it comes from.
    ratio, rise_days, decay_days, stretch, floor_over_usual : float or None
        See ``kernel.surge_shape``; None where the data could not tell.
    """

    region: str
    series: str
    kind: str
    peak_date: str
    source: str
    ratio: float | None
    rise_days: float | None
    decay_days: float | None
    stretch: float | None
    floor_over_usual: float | None


@dataclass(frozen=True)
class Answer:
    """How contacts answered one announcement: highest level within three weeks over the level before, and its day."""

    region: str
    series: str
    date: str
    jump: float
    lag_days: float
    source: str


@dataclass(frozen=True)
class Scores:
    """Errors of past forecasts in model deviations at ``SCORE_LEVELS``: of one region, kin and horizon.

    The kin is that of ``outlook.Outlook.kin``; ``origins`` are different days on which forecasts were made.
    """

    region: str
    kin: str
    horizon_end: int
    origins: int
    values: tuple[float, ...]


@dataclass(frozen=True)
class CaseLibrary:
    """Past cases; frozen, changed only by ``without`` and ``with_cases``."""

    cases: tuple[Case, ...]
    answers: tuple[Answer, ...]
    scores: tuple[Scores, ...]

    def without(self, regions: Iterable[str]) -> "CaseLibrary":
        """Return the library less some regions, for a back-test that must not know its own future.

        Raises
        ------
        DomainError
            A region that the library does not hold.
        """
        out = {regions} if isinstance(regions, str) else set(regions)
        unknown = out - self.regions
        if unknown:
            known = ", ".join(sorted(self.regions))
            raise DomainError(Problem(f"no cases of {', '.join(sorted(unknown))}", "exclude", f"known: {known}"))
        return CaseLibrary(
            tuple(case for case in self.cases if case.region not in out),
            tuple(answer for answer in self.answers if answer.region not in out),
            tuple(score for score in self.scores if score.region not in out),
        )

    def with_cases(self, *cases: Case) -> "CaseLibrary":
        """Return the library with past surges added (see ``fit``)."""
        return replace(self, cases=self.cases + cases)

    def fit(
        self,
        history: Any,
        peaks: "Iterable[date | datetime | str] | date | str",
        region: str,
        *,
        country: str | None = "JP",
        source: str = "own history",
        **reading: Any,
    ) -> "CaseLibrary":
        """Return the library with surges of your own added, fitted to your history; give it to ``forecast(library=...)``.

        Parameters
        ----------
        history : path, frame or History
            Counts, read as ``forecast`` reads them; ``reading`` are ``columns``, ``parts``, ``queue`` and ``zone``.
        peaks : date or dates
            Days on which your surges were highest.
        region : str
            Name to leave them out by (``without``).

        Raises
        ------
        HistoryError
            With every fault of the history, or of the peaks: outside it, or too near its ends.
        """
        from surgesim.demand.pastcase import fit_cases

        return self.with_cases(*fit_cases(history, peaks, (region, country, source), reading))

    @property
    def regions(self) -> set[str]:
        """Names of the regions held."""
        return {entry.region for group in (self.cases, self.answers, self.scores) for entry in group}

    def prior(self, constant: str) -> tuple[float, float]:
        """Return centre and deviation of the log of a constant for the next surge: past cases, shrunk to the fallback.

        Median and median absolute deviation, so that one odd case does not widen all; a tenth wider, for the next
        surge may be unlike all past ones.
        """
        source = self.cases if constant in CONSTANTS else self.answers
        values = [value for entry in source if (value := getattr(entry, constant)) is not None]
        median, spread = FALLBACK[constant]
        if not values:
            return float(np.log(median)), spread
        logs = np.log(values)
        weight = len(logs) / (len(logs) + 2.0)
        centre = float(np.median(logs))
        deviation = 1.4826 * float(np.median(np.abs(logs - centre)))
        variance = weight * deviation**2 + (1.0 - weight) * spread**2
        return weight * centre + (1.0 - weight) * float(np.log(median)), float(1.1 * np.sqrt(variance) + 0.1)

    def score_quantiles(self, kin: str, horizon_day: int, probability: Floats) -> Floats:
        """Return quantiles of past errors in model deviations; those of all surges where no region knows enough of the kin.

        Announcements not yet answered are too few and too unlike to calibrate: the pooled spread of past answers stands
        as it is, with normal quantiles.
        """
        from scipy.special import ndtri

        end = next((end for end in HORIZON_ENDS if horizon_day <= end), HORIZON_ENDS[-1])
        of_horizon = [score for score in self.scores if score.horizon_end == end]
        chosen = [score for score in of_horizon if score.kin == kin and score.origins >= FEW_SCORES]
        if not chosen:
            chosen = [score for score in of_horizon if score.kin not in ("quiet", "announced")]
        if not chosen or kin == "announced":
            return np.asarray(ndtri(probability))
        values = np.concatenate([score.values for score in chosen])
        weights = np.concatenate([np.full(len(score.values), score.origins**0.5) for score in chosen])
        order = np.argsort(values)
        rank = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
        return np.asarray(np.interp(probability, rank, values[order]))


def from_json(text: str) -> CaseLibrary:
    """Return the library written by ``to_json``."""
    data: dict[str, Any] = json.loads(text)
    return CaseLibrary(
        tuple(Case(**entry) for entry in data["cases"]),
        tuple(Answer(**entry) for entry in data["answers"]),
        tuple(Scores(**{**entry, "values": tuple(entry["values"])}) for entry in data["scores"]),
    )


def to_json(library: CaseLibrary) -> str:
    """Return the library as text, one entry a line."""
    parts = []
    for name in ("cases", "answers", "scores"):
        lines = ",\n".join("  " + json.dumps(vars(entry), ensure_ascii=False) for entry in getattr(library, name))
        parts.append(f' "{name}": [\n{lines}\n ]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


@cache
def case_library() -> CaseLibrary:
    """Return the packaged library."""
    return from_json((files("surgesim.demand") / "case_library.json").read_text(encoding="utf-8"))
