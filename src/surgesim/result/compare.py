"""Two results side by side, with the interval of their difference."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from surgesim.base.attached import Attached
from surgesim.base.errors import InputError, Problem
from surgesim.result.estimates import Estimate, Floats, independent_difference, paired_difference, ratio
from surgesim.result.flags import Flag
from surgesim.result.measures import Measure, choose
from surgesim.result.result import Result
from surgesim.result.summary import ORDER, check_confidence
from surgesim.result.sums import KEYS, WHOLE, clean_by, combine, grouping

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Comparison:
    """Differences between two results.

    Attributes
    ----------
    a, b : Result
        What is compared.
    table : polars.DataFrame
        ``by ..., measure, a, b, difference, low, high, unit, n``; the difference is b less a. Wait quantiles are
        left out: they have no additive counters to pair.
    paired : bool
        Whether replication r of both saw the same marks, so that luck common to both cancels.
    flags : tuple of Flag
        What to know before trusting an interval.
    """

    a: Result
    b: Result
    table: "pl.DataFrame"
    paired: bool
    flags: tuple[Flag, ...] = ()

    plot = Attached("Comparison.plot")
    """Pictures: ``comparison.plot.forest()``, ``comparison.plot.forest("abandonment")``."""


def compare(
    a: Result, b: Result, by: str | Iterable[str] = (), of: Iterable[str] | None = None, confidence: float = 0.95
) -> Comparison:
    """Compare two results, b less a.

    Parameters
    ----------
    a, b : Result
        Results over the same horizon.
    by : str or iterable of str
        As in :meth:`Result.measures`; only groups that both have are compared.
    of : iterable of str, optional
        Names of measures; all of them where left out.
    confidence : float
        Of the interval of the difference: paired by replication (jackknife, Student's t) where both ran the same
        seed, and Welch's otherwise.

    Raises
    ------
    InputError
        The horizons differ, or a name is unknown.

    Examples
    --------
    >>> import surgesim as ss
    >>> result = ss.run(ss.load("shop.yaml"), replications=2)
    >>> ss.compare(result, result, of=["offered"]).table["difference"].to_list()
    [0.0]
    """
    names = clean_by(by)
    check_confidence(confidence)
    if a.tables.axes.clock != b.tables.axes.clock:
        what = f"{a.scenario.name!r} and {b.scenario.name!r} have different clocks"
        raise InputError(Problem(what, "clock", "compare results over the same days and intervals"))
    paired = _same_marks(a, b)
    frames = [
        frame
        for measure in choose(of)
        if measure.source != "waits" and set(names) <= set(KEYS[measure.source])
        for frame in [_difference(a, b, names, measure, confidence, paired)]
    ]
    return Comparison(a, b, _stack(frames, names, a), paired, _flags(a, b, paired))


def _same_marks(a: Result, b: Result) -> bool:
    return a.seed == b.seed and a.replications == b.replications and not (a.expectation or b.expectation)


UNPAIRED = Flag(
    "warning", "unpaired", "",
    "the results do not share seed and replications, so luck common to both does not cancel (Welch)",
    "run both with the same seed and number of replications",
    "乱数シードまたは反復回数が異なるため、共通の偶然が打ち消されません(ウェルチの方法)",
)  # fmt: skip
ONE_CERTAIN = Flag(
    "note", "expectation", "", "one side is an expectation without luck: the interval is that of the other side",
    what_ja="一方は偶然を含まない期待値のため、区間はもう一方のものです",
)  # fmt: skip


def _flags(a: Result, b: Result, paired: bool) -> tuple[Flag, ...]:
    certain = a.expectation + b.expectation
    if paired or certain == 2:
        return ()
    return (ONE_CERTAIN if certain else UNPAIRED,)


def _sums(result: Result, by: tuple[str, ...], measure: Measure) -> tuple["pl.DataFrame", Floats, Floats]:
    group = grouping(result.tables, measure.source, by, measure.kind)
    top, bottom = combine(group.sum(result.tables.values(measure.source, measure.columns)), measure.columns, measure)
    return group.keys, top, bottom


def _common(a: "pl.DataFrame", b: "pl.DataFrame", by: tuple[str, ...]) -> "pl.DataFrame":
    """Return the groups that both have, with their positions ``i`` and ``j``."""
    import polars as pl

    plain = [pl.col(name).cast(pl.String) if a[name].dtype == pl.Enum else pl.col(name) for name in a.columns]
    left, right = (keys.select(plain).with_row_index(index) for keys, index in ((a, "i"), (b, "j")))
    return left.join(right, on=list(by) or WHOLE, how="inner", maintain_order="left")


def _difference(a: Result, b: Result, by: tuple[str, ...], measure: Measure, confidence: float, paired: bool) -> "pl.DataFrame":
    import polars as pl

    (keys_a, *first), (keys_b, *second) = _sums(a, by, measure), _sums(b, by, measure)
    common = _common(keys_a, keys_b, by)
    one = (first[0][:, common["i"].to_numpy()], first[1][:, common["i"].to_numpy()])
    two = (second[0][:, common["j"].to_numpy()], second[1][:, common["j"].to_numpy()])
    left, right = _certain(a, ratio(*one)), _certain(b, ratio(*two))
    change = paired_difference(one, two) if paired else independent_difference(left, right)
    low, high = change.interval(confidence, least=-np.inf)
    if a.expectation and b.expectation:
        low = high = np.full(low.shape, np.nan)
    columns = {"a": left.value, "b": right.value, "difference": change.value, "low": low, "high": high}
    return common.drop("i", "j").with_columns(
        pl.lit(measure.name).alias("measure"),
        *(pl.Series(name, values, dtype=pl.Float64).fill_nan(None) for name, values in columns.items()),
        pl.lit(measure.unit).alias("unit"),
        pl.lit(min(a.replications, b.replications) if paired else a.replications + b.replications, pl.Int32).alias("n"),
        pl.lit(ORDER[measure.name], dtype=pl.Int32).alias("order"),
    )


def _certain(result: Result, estimate: Estimate) -> Estimate:
    """Return the estimate of an expectation with an error of nought."""
    if not result.expectation:
        return estimate
    return Estimate(estimate.value, np.zeros_like(estimate.value), np.full_like(estimate.value, np.inf))


def _stack(frames: list["pl.DataFrame"], by: tuple[str, ...], a: Result) -> "pl.DataFrame":
    """Return all rows, parts of the scenario in its order."""
    import polars as pl

    axes = a.tables.axes
    parts = {"queue": axes.queues, "group": axes.groups, "site": tuple(a.scenario.sites), "trunk": axes.trunks}
    order = [pl.col(name).cast(pl.Enum(parts[name])).to_physical() if name in parts else pl.col(name) for name in by]
    return pl.concat(frames).sort([*order, "order"], maintain_order=True).drop("order").drop(WHOLE, strict=False)
