"""Which points no other point beats: at least as good in the measure, and cheaper."""

from typing import TYPE_CHECKING

import numpy as np

from surgesim.base.errors import InputError, Problem
from surgesim.study.objective import Objective
from surgesim.study.tally import Floats

if TYPE_CHECKING:
    import polars as pl

    from surgesim.study.answers import Answers


def frontier_of(answers: "Answers", cost: str, of: str, queue: str | None, confidence: float) -> "pl.DataFrame":
    """Return the frontier of cost against a measure.

    Parameters
    ----------
    answers : Answers
        Points.
    cost : str
        What to have little of: ``wages_jpy`` (paid hours of every group at the wage of its lever), a coordinate of the
        study with numbers (e.g. ``groups.tokyo.heads`` or ``sites.tokyo.seats``), or a measure such as ``paid_h``.
    of : str
        Measure to have much of, or little where less is better (``abandonment``, waits ...).
    queue : str, optional
        The measure of one queue only.
    confidence : float
        Of the interval of the measure.

    Returns
    -------
    polars.DataFrame
        ``point, cost, value, low, high, on_frontier``, cheapest first.

    Raises
    ------
    InputError
        Unknown cost or measure, or a group that is paid and has no wage.
    """
    import polars as pl

    objective = Objective.of(of, queue, answers.tallies[0])
    costs = _costs(answers, cost)
    estimates = [answers.estimate(number, objective) for number in range(len(answers))]
    value = np.array([float(one.value[0]) for one in estimates])
    ends = [one.interval(confidence) for one in estimates]
    return pl.DataFrame(
        {
            "point": pl.Series(range(len(answers)), dtype=pl.Int32),
            "cost": costs,
            "value": value,
            "low": [float(low[0]) for low, _ in ends],
            "high": [float(high[0]) for _, high in ends],
            "on_frontier": unbeaten(costs, value if objective.higher else -value),
        }
    ).sort("cost", "point")


def unbeaten(cost: Floats, value: Floats) -> list[bool]:
    """Return which points have no other one that is as cheap and as good, and better in one of the two."""
    return [
        not bool(np.any((cost <= c) & (value >= v) & ((cost < c) | (value > v)))) and bool(np.isfinite(v))
        for c, v in zip(cost, value, strict=True)
    ]


def _costs(answers: "Answers", cost: str) -> Floats:
    values = [point.coordinates.get(cost) for point in answers.points]
    if any(value is not None for value in values):
        if not all(isinstance(value, int | float) for value in values):
            raise InputError(Problem(f"{cost} has values that are no numbers", "cost", "choose another cost"))
        return np.array(values, dtype=np.float64)
    objective = Objective.of(cost, None, answers.tallies[0])
    return np.array([float(answers.estimate(number, objective).value[0]) for number in range(len(answers))])
