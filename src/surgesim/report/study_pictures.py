"""Pictures of studies: ``answers.plot.heat_map(...)``, ``answers.plot.forest(...)``, ``sensitivity.plot.tornado()``.

Each call returns a new matplotlib ``Figure``; ``language`` is ``"en"`` or ``"ja"``.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from surgesim.base.errors import InputError, Problem
from surgesim.base.text import suggestion
from surgesim.report.words import check_language
from surgesim.study.answers import Answers
from surgesim.study.grid import Scalar
from surgesim.study.objective import Objective
from surgesim.study.sensitivity import Sensitivity

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure


class SensitivityPictures:
    """Pictures of sensitivities."""

    def __init__(self, found: Sensitivity) -> None:
        self._found = found

    def tornado(self, *, language: str = "en") -> "Figure":
        """Draw sensitivities one at a time, the most influential quantity on top.

        Raises
        ------
        InputError
            Another method.
        """
        from surgesim.report.plots.tornado import figure

        check_language(language)
        if self._found.method != "one-at-a-time":
            what = f"a tornado shows quantities one at a time, not {self._found.method}"
            raise InputError(Problem(what, "method", 'write method="one-at-a-time"'))
        return figure(self._found, language)


class StudyPictures:
    """Pictures of the answers of a study."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def heat_map(self, x: str, y: str, of: str, queue: str | None = None, *, language: str = "en") -> "Figure":
        """Draw a measure over two axes of the grid; a mean over further axes.

        Parameters
        ----------
        x, y : str
            Names of two axes.
        of : str
            Measure, or ``wages_jpy``.
        queue : str, optional
            The measure of one queue.
        """
        from surgesim.report.plots.grid_heat import figure
        from surgesim.report.plots.study_axes import axis_name, coordinate, objective_label

        check_language(language)
        answers, objective, scenario = self._answers, self._objective(of, queue), self._answers.study.scenario
        axes = [_values(answers, name) for name in (x, y)]
        total, count = (np.zeros((len(axes[1]), len(axes[0]))) for _ in range(2))
        for point in answers.points:
            place = axes[1].index(point.coordinates.get(y)), axes[0].index(point.coordinates.get(x))
            total[place] += float(answers.estimate(point.number, objective).value[0])
            count[place] += 1
        values = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
        text = objective_label(objective, scenario, language)
        across, up = (
            (axis_name(name, scenario, language), [coordinate(name, value, language) for value in some])
            for name, some in zip((x, y), axes, strict=True)
        )
        return figure(values, across, up, text, objective.unit, bool(count.max() > 1), language)

    def forest(
        self,
        of: str,
        base: int | Mapping[str, Scalar] | None = None,
        queue: str | None = None,
        confidence: float = 0.95,
        *,
        language: str = "en",
    ) -> "Figure":
        """Draw paired differences of all other points to a base.

        Parameters
        ----------
        of : str
            Measure.
        base : int or mapping, optional
            Number or coordinates of the base; point 0 where it is left out.
        queue : str, optional
            The measure of one queue.
        confidence : float
            Of the intervals.
        """
        import polars as pl

        from surgesim.report.plots.forest import figure
        from surgesim.report.plots.study_axes import objective_label

        check_language(language)
        answers, objective, scenario = self._answers, self._objective(of, queue), self._answers.study.scenario
        table = answers.differences(base, "queue" if queue else (), of, confidence)
        table = table.filter(pl.col("queue") == queue) if queue else table
        names = [self._name(number, language) for number in table["point"]]
        text = objective_label(objective, scenario, language)
        higher = None if objective.unit in ("contacts", "needs") else objective.higher
        return figure(table, names, self._name(answers.number(base), language), text, higher, language)

    def frontier(self, cost: str, of: str, queue: str | None = None, *, language: str = "en") -> "Figure":
        """Draw cost against a measure; see ``answers.frontier``."""
        from surgesim.report.plots.frontier import figure
        from surgesim.report.plots.study_axes import axis_name, objective_label

        check_language(language)
        answers, objective, scenario = self._answers, self._objective(of, queue), self._answers.study.scenario
        table: pl.DataFrame = answers.frontier(cost, of, queue)
        axis = any(cost in point.coordinates for point in answers.points)
        paid = None if axis else self._objective(cost, None)
        names = [self._name(number, language, cost) for number in table["point"]]
        paid_label = axis_name(cost, scenario, language) if paid is None else objective_label(paid, scenario, language)
        labels = (paid_label, objective_label(objective, scenario, language))
        return figure(table, names, *labels, ("" if paid is None else paid.unit, objective.unit), language)

    def _name(self, number: int, language: str, axis: str = "") -> str:
        """Return what a point is called beside an axis that tells one of its coordinates already."""
        from surgesim.report.plots.study_axes import coordinate, point_name

        found = self._answers.points[number].coordinates
        others = {name: value for name, value in found.items() if name != axis}
        if axis in found and not others:
            return coordinate(axis, found[axis], language)
        return point_name(others, self._answers.study.scenario, language)

    def _objective(self, of: str, queue: str | None) -> Objective:
        return Objective.of(of, queue, self._answers.tallies[0])


def _values(answers: Answers, name: str) -> list[Scalar]:
    known = list(dict.fromkeys(axis for point in answers.points for axis in point.coordinates))
    if name not in known:
        raise InputError(Problem(f"the study has no axis {name!r}", "axis", suggestion(name, known)))
    return list(dict.fromkeys(point.coordinates.get(name) for point in answers.points))


def of_answers(answers: Answers) -> StudyPictures:
    """Return the pictures of the answers of a study."""
    return StudyPictures(answers)


def of_sensitivity(found: Sensitivity) -> SensitivityPictures:
    """Return the pictures of sensitivities."""
    return SensitivityPictures(found)
