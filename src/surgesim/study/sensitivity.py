"""Which quantities a measure depends on: one at a time, by elementary effects (Morris), by shares of variance (Sobol).

Designs and indices are SALib's: Morris (1991) with the mean of absolute effects of Campolongo et al. (2007), and the
estimators of Saltelli et al. (2010) for first-order and total indices of Sobol (1993). Every point sees the same
luck. How much an index would move with other luck is told beside it: its jackknife error over replications.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from surgesim.base.attached import Attached
from surgesim.base.errors import InputError, Problem
from surgesim.base.progress import Progress, silent
from surgesim.base.text import suggestion
from surgesim.result.estimates import divide, jackknife_error, leave_one_out, paired_difference, ratio
from surgesim.result.summary import check_confidence
from surgesim.study.dial import Dial, dial
from surgesim.study.objective import Objective
from surgesim.study.tally import Floats
from surgesim.study.workers import DEFAULT

if TYPE_CHECKING:
    import polars as pl

    from surgesim.scenario.scenario import Scenario
    from surgesim.study.study import Study

METHODS = ("one-at-a-time", "morris", "sobol")
SIZES = {"morris": 10, "sobol": 64}
"""Trajectories of Morris (k + 1 points each), base sample of Sobol (k + 2 points each; a power of 2)."""
LEVELS = 4
"""Levels of each quantity in Morris' design."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """How a measure depends on some quantities.

    Attributes
    ----------
    objective : Objective
        The measure.
    method : str
        ``one-at-a-time``, ``morris`` or ``sobol``.
    base : float
        The measure of the scenario as it stands; ``nan`` for Morris and Sobol.
    table : polars.DataFrame
        The most influential first. One at a time: ``path, low, high`` (as written), ``at_low, at_high``, paired
        differences to the base with intervals ``change_low, change_low_from, change_low_to`` and the same of
        ``change_high``. Morris: ``mu, mu_star, sigma``. Sobol: ``first, total``. Morris and Sobol: ``*_half``, half of the
        bootstrap interval over the design, and ``*_noise``, the standard error that comes from replications.
    points : int
        Points computed.
    scenario : Scenario
        What was varied.
    """

    objective: Objective
    method: str
    base: float
    table: "pl.DataFrame"
    points: int
    scenario: "Scenario"

    plot = Attached("Sensitivity.plot")
    """Pictures: ``sensitivity.plot.tornado()`` of one at a time."""


def sensitivity(
    study: "Study",
    ranges: Mapping[str, Sequence[Any]],
    of: str,
    queue: str | None = None,
    method: str = "one-at-a-time",
    size: int | None = None,
    confidence: float = 0.95,
    workers: str | Executor = DEFAULT,
    progress: Progress = silent,
) -> Sensitivity:
    """Vary quantities between two ends each, and tell how much a measure depends on them.

    Parameters
    ----------
    study : Study
        Scenario, replications, seed and engine; its grid is not used.
    ranges : mapping from dotted path to pair
        The two ends as they are written, one number apart: ``{"incident.severity": ("0.8x", "1.5x")}``.
    of : str
        Measure, or ``wages_jpy``.
    queue : str, optional
        The measure of one queue.
    method : {"one-at-a-time", "morris", "sobol"}
        One at a time needs 2k + 1 points, Morris ``size`` (k + 1), Sobol ``size`` (k + 2).
    size : int, optional
        See ``SIZES``.
    confidence : float
        Of the intervals.
    workers, progress
        As in :meth:`Study.run`.

    Raises
    ------
    InputError
        Unknown method, measure or path, or ends that do not fit; all paths at once.
    """
    check_confidence(confidence)
    if method not in METHODS:
        raise InputError(Problem(f"there is no method {method!r}", "method", suggestion(method, METHODS)))
    knobs = _knobs(study, ranges)
    if method == "one-at-a-time":
        sample = np.array([[k, end] for k in range(len(knobs)) for end in (0, 1)])
        changes = [{knobs[k].path: knobs[k].written((knobs[k].low, knobs[k].high)[end])} for k, end in sample]
        objective, tops, bottoms = _asked(study, [{}, *changes], of, queue, workers, progress)
        return _one_at_a_time(objective, knobs, tops, bottoms, confidence, study.scenario)
    asked: list[Objective] = []

    def respond(design: Floats) -> tuple[Floats, Floats]:
        rows = [{knob.path: knob.written(x) for knob, x in zip(knobs, row, strict=True)} for row in design]
        objective, tops, bottoms = _asked(study, rows, of, queue, workers, progress)
        asked.append(objective)
        return tops, bottoms

    table, points = indices(method, knobs, respond, size or SIZES[method], confidence, study.seed)
    return Sensitivity(asked[0], method, float("nan"), table, points, study.scenario)


def _knobs(study: "Study", ranges: Mapping[str, Sequence[Any]]) -> list[Dial]:
    problems: list[Problem] = [] if ranges else [Problem("no quantity is varied", "ranges", "write {path: (low, high)}")]
    knobs = []
    for path, between in ranges.items():
        try:
            knob = dial(path, between)
            for end in (knob.low, knob.high):
                study.scenario.but("end", {path: knob.written(end)})
            knobs.append(knob)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    return knobs


def _asked(
    study: "Study", changes: Sequence[Mapping[str, Any]], of: str, queue: str | None, workers: str | Executor, progress: Progress
) -> tuple[Objective, Floats, Floats]:
    """Return the objective, and its numerators and denominators, shape (replications, points) each."""
    tasks = [study.task(one) for one in changes]
    tallies = study.tallies(tasks, workers, 1, progress)
    objective = Objective.of(of, queue, tallies[0])
    sums = [objective.sums(tally, task.variant) for tally, task in zip(tallies, tasks, strict=True)]
    return objective, np.stack([top for top, _ in sums], axis=1), np.stack([bottom for _, bottom in sums], axis=1)


def _one_at_a_time(
    objective: Objective, knobs: Sequence[Dial], tops: Floats, bottoms: Floats, confidence: float, scenario: "Scenario"
) -> Sensitivity:
    import polars as pl

    values = ratio(tops, bottoms).value
    base = (np.repeat(tops[:, :1], tops.shape[1] - 1, axis=1), np.repeat(bottoms[:, :1], tops.shape[1] - 1, axis=1))
    change = paired_difference(base, (tops[:, 1:], bottoms[:, 1:]))
    low, high = change.interval(confidence, least=-np.inf)
    columns: dict[str, Any] = {
        "path": [knob.path for knob in knobs],
        "low": [str(knob.written(knob.low)) for knob in knobs],
        "high": [str(knob.written(knob.high)) for knob in knobs],
        "at_low": values[1::2], "at_high": values[2::2],
    }  # fmt: skip
    for name, start in (("change_low", 0), ("change_high", 1)):
        columns |= {name: change.value[start::2], f"{name}_from": low[start::2], f"{name}_to": high[start::2]}
    table = pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))
    swing = pl.max_horizontal(
        pl.col("change_low").abs(), pl.col("change_high").abs(), (pl.col("at_high") - pl.col("at_low")).abs()
    )
    ranked = table.sort(swing, "path", descending=[True, False])
    return Sensitivity(objective, "one-at-a-time", float(values[0]), ranked, len(values), scenario)


def indices(
    method: str,
    knobs: Sequence[Dial],
    respond: Callable[[Floats], tuple[Floats, Floats]],
    size: int,
    confidence: float,
    seed: int,
) -> "tuple[pl.DataFrame, int]":
    """Return the indices of a response, and at how many points it was asked.

    Parameters
    ----------
    method : {"morris", "sobol"}
        Method.
    knobs : sequence of Dial
        Quantities with their ranges.
    respond : callable
        Points, shape (points, quantities), to numerators and denominators, shape (replications, points) each.
    size, confidence, seed
        As in :func:`sensitivity`; the seed is that of the design and of its bootstrap.
    """
    import polars as pl

    problem = {"num_vars": len(knobs), "names": [knob.path for knob in knobs], "bounds": [[k.low, k.high] for k in knobs]}
    design = _design(method, problem, size, seed)
    design = np.array([[knob.number(x) for knob, x in zip(knobs, row, strict=True)] for row in design])
    tops, bottoms = respond(design)

    def analysed(values: Floats) -> dict[str, Floats]:
        return _analysed(method, problem, design, values, confidence, seed)

    found = analysed(divide(tops.sum(axis=0), bottoms.sum(axis=0)))
    others = [analysed(values) for values in leave_one_out(tops, bottoms)] if len(tops) > 1 else []
    table = pl.DataFrame({"path": [knob.path for knob in knobs], **found})
    for name in ("mu_star",) if method == "morris" else ("first", "total"):
        noise = jackknife_error(np.stack([one[name] for one in others])) if others else np.full(len(knobs), np.nan)
        table = table.with_columns(pl.Series(f"{name}_noise", noise).fill_nan(None))
    return table.sort("mu_star" if method == "morris" else "total", descending=True), len(design)


def _design(method: str, problem: Mapping[str, Any], size: int, seed: int) -> Floats:
    try:
        from SALib.sample import morris, sobol
    except ImportError:
        raise InputError(Problem("SALib is not installed", "method", 'pip install "surgesim[study]"')) from None
    if method == "morris":
        return np.asarray(morris.sample(problem, size, num_levels=LEVELS, seed=seed))
    if size < 2 or size & (size - 1):
        raise InputError(Problem(f"a base sample of {size}", "size", "write a power of 2, e.g. 64"))
    return np.asarray(sobol.sample(problem, size, calc_second_order=False, seed=seed))


def _analysed(
    method: str, problem: Mapping[str, Any], design: Floats, values: Floats, confidence: float, seed: int
) -> dict[str, Floats]:
    from SALib.analyze import morris, sobol

    if method == "morris":
        made = morris.analyze(problem, design, values, conf_level=confidence, num_levels=LEVELS, seed=seed)
        pairs = {"mu": "mu", "mu_star": "mu_star", "mu_star_half": "mu_star_conf", "sigma": "sigma"}
    else:
        made = sobol.analyze(problem, values, calc_second_order=False, conf_level=confidence, seed=seed)
        pairs = {"first": "S1", "first_half": "S1_conf", "total": "ST", "total_half": "ST_conf"}
    return {name: np.asarray(np.ma.getdata(made[key]), dtype=np.float64) for name, key in pairs.items()}
