"""Which value of a quantity brings a measure to a target: a root search in which every value sees the same luck."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surgesim.base.errors import InputError, Problem
from surgesim.base.progress import Progress, silent
from surgesim.result.estimates import ratio
from surgesim.result.summary import check_confidence
from surgesim.study.dial import Dial, dial
from surgesim.study.objective import Objective
from surgesim.study.workers import DEFAULT, pool

if TYPE_CHECKING:
    import polars as pl

    from surgesim.study.study import Study

PRECISION = 1e-3
"""How near a crossing is found, as a share of the range."""

Curve = Callable[[float], tuple[float, float, float]]
"""Number to the measure there: value, low, high."""


@dataclass(frozen=True, eq=False)
class BreakEven:
    """Where a measure reaches a target.

    Attributes
    ----------
    path : str
        What was turned.
    value : float
        The crossing. Of whole numbers the first one, from the lower end, beyond the target.
    low, high : float or None
        Ends of the confidence interval: where the target leaves the interval of the measure. None where that is
        outside the range searched.
    written : object
        ``value`` as it is written in a scenario.
    tried : polars.DataFrame
        Every number tried: ``number, value, low, high``.
    """

    path: str
    value: float
    low: float | None
    high: float | None
    written: Any
    tried: "pl.DataFrame"


def break_even(
    study: "Study",
    path: str,
    between: Sequence[Any],
    of: str,
    target: float,
    queue: str | None = None,
    confidence: float = 0.95,
    workers: str | Executor = DEFAULT,
    progress: Progress = silent,
) -> BreakEven:
    """Search the value of one quantity at which a measure reaches a target.

    Every value is asked with the study's replications and seed, so the measure moves smoothly and the search needs few
    runs. The interval is that of inverse estimation: all values whose own interval holds the target (Fieller 1954 for
    a straight line). The measure has to rise or fall all the way between the ends.

    Parameters
    ----------
    study : Study
        Scenario, replications, seed and engine; its grid is not used.
    path : str
        Dotted path of the quantity.
    between : pair
        Its two ends as they are written, which differ in one number: ``(80, 140)``, ``("1x", "3x")``,
        ``("exponential(2min)", "exponential(9min)")``. Two whole numbers search whole numbers only.
    of : str
        Measure, or ``wages_jpy``.
    target : float
        Its target, in its unit (shares between 0 and 1).
    queue : str, optional
        The measure of one queue.
    confidence : float
        Of the interval.
    workers, progress
        As in :meth:`Study.run`.

    Raises
    ------
    InputError
        Unknown names, ends that do not fit, or a target that the measure does not reach between them.
    """
    import polars as pl

    check_confidence(confidence)
    knob = dial(path, between)
    study.scenario.but("low", {path: knob.written(knob.low)})
    study.scenario.but("high", {path: knob.written(knob.high)})
    known: dict[float, tuple[float, float, float]] = {}
    with pool(workers) as (executor, width):

        def curve(number: float) -> tuple[float, float, float]:
            if number not in known:
                known[number] = _asked(study, knob, number, of, queue, confidence, executor or "serial", width)
                progress(f"{path} {knob.written(number)}: {of} {known[number][0]:.4g}", 0, 0)
            return known[number]

        rising = _direction(curve, knob, of, target)
        crossings = [_crossing(curve, knob, side, rising, target) for side in range(3)]
    value = crossings[0]
    assert value is not None
    ends = crossings[2:0:-1] if rising else crossings[1:]
    rows = [(number, *found) for number, found in sorted(known.items())]
    tried = pl.DataFrame(rows, schema=["number", "value", "low", "high"], orient="row")
    return BreakEven(path, value, ends[0], ends[1], knob.written(value), tried)


def _asked(
    study: "Study", knob: Dial, number: float, of: str, queue: str | None, confidence: float, workers: Any, width: int
) -> tuple[float, float, float]:
    task = study.task({knob.path: knob.written(number)})
    tally = study.tallies([task], workers, width)[0]
    estimate = ratio(*(part[:, None] for part in Objective.of(of, queue, tally).sums(tally, task.variant)))
    low, high = estimate.interval(confidence)
    return float(estimate.value[0]), float(low[0]), float(high[0])


def _direction(curve: Curve, knob: Dial, of: str, target: float) -> bool:
    first, last = curve(knob.low)[0], curve(knob.high)[0]
    if not min(first, last) <= target <= max(first, last) or first == last:
        what = f"{of} goes from {first:.4g} to {last:.4g} and does not reach {target:g}"
        raise InputError(Problem(what, knob.path, f"search beyond {knob.written(knob.low)} to {knob.written(knob.high)}"))
    return last > first


def _crossing(curve: Curve, knob: Dial, side: int, rising: bool, target: float) -> float | None:
    """Return where value (0), low (1) or high (2) passes the target, None where it does not between the ends."""

    def beyond(number: float) -> float:
        return (curve(number)[side] - target) * (1.0 if rising else -1.0)

    below, above = beyond(knob.low), beyond(knob.high)
    if not above >= 0.0 or not below < 0.0:
        return knob.low if side == 0 and below >= 0.0 else None
    if knob.whole:
        return _first_whole(beyond, knob.low, knob.high)
    from scipy.optimize import brentq

    found = brentq(lambda x: beyond(knob.number(x)), knob.low, knob.high, xtol=PRECISION * (knob.high - knob.low))
    return knob.number(float(found))


def _first_whole(beyond: Callable[[float], float], low: float, high: float) -> float:
    while high - low > 1.0:
        middle = float((low + high) // 2)
        low, high = (low, middle) if beyond(middle) >= 0.0 else (middle, high)
    return high
