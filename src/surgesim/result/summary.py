"""Measures of a run as one long table: by ..., measure, value, low, high, n, unit."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import numpy as np

from surgesim.base.errors import InputError, Problem
from surgesim.result.controls import adjusted_ratio
from surgesim.result.estimates import Estimate, Floats, ratio
from surgesim.result.measures import MEASURES, Measure, choose, find
from surgesim.result.quantiles import wait_measure
from surgesim.result.sums import KEYS, WHOLE, Grouping, clean_by, combine, grouping
from surgesim.result.tables import BINS, WAIT_COLUMNS, Tables

if TYPE_CHECKING:
    import polars as pl

Side = Literal["low", "high"]
ORDER = {measure.name: position for position, measure in enumerate(MEASURES)}


def summarise(
    tables: Tables,
    by: str | Iterable[str] = (),
    measures: Iterable[str] | None = None,
    confidence: float = 0.95,
    controls: Floats | None = None,
) -> "pl.DataFrame":
    """Return measures as a long table.

    Parameters
    ----------
    tables : Tables
        Counters of a run.
    by : str or iterable of str
        ``start`` (or ``interval``), ``hour``, ``day``, ``week`` (the Monday), ``queue``, ``group``, ``site``,
        ``trunk``, ``horizon``. Measures whose table has not all of them are left out.
    measures : iterable of str, optional
        Names; all of them where left out.
    confidence : float
        Of the two-sided intervals over replications.
    controls : ndarray, shape (replications, controls), optional
        Deviations that are taken out of sums and rates (``surgesim.result.controls``).

    Returns
    -------
    polars.DataFrame
        ``by ..., measure, value, low, high, n, unit``. Null where there is nothing to divide by; no interval with
        one replication.

    Raises
    ------
    InputError
        Unknown names, or a confidence that is not between 0 and 1.
    """
    names, chosen = clean_by(by), choose(measures)
    check_confidence(confidence)
    frames = [
        _long(keys, measure, value, low, high, tables.replications)
        for measure, keys, (value, low, high) in _all(tables, names, chosen, confidence, controls)
    ]
    return _stacked(frames, names)


def one_sided(
    tables: Tables, measure: str, confidence: float = 0.95, side: Side = "low", by: str | Iterable[str] = ()
) -> "pl.DataFrame":
    """Return one measure with a one-sided bound, for decisions that must hold with a stated confidence.

    Parameters
    ----------
    tables : Tables
        Counters of a run.
    measure : str
        Name.
    confidence : float
        With which the true value lies above (``low``) or below (``high``) the bound.
    side : {"low", "high"}
        Which bound.
    by : str or iterable of str
        As in :func:`summarise`.

    Returns
    -------
    polars.DataFrame
        ``by ..., value`` and a column named after ``side``.
    """
    names, definition = clean_by(by), find(measure)
    check_confidence(confidence)
    if not set(names) <= set(KEYS[definition.source]):
        mend = f"write some of: {', '.join(KEYS[definition.source])}"
        raise InputError(Problem(f"{measure} cannot be divided by {', '.join(names)}", "by", mend))
    rows = _all(tables, names, (definition,), 2.0 * confidence - 1.0)
    if not rows:
        raise InputError(Problem(f"this run keeps no {definition.source}", measure, "choose another engine or measure"))
    _, keys, (value, low, high) = rows[0]
    columns = {"value": value, side: low if side == "low" else high}
    return keys.with_columns(_series(name, values) for name, values in columns.items()).drop(WHOLE, strict=False)


def check_confidence(confidence: float) -> None:
    """Refuse a confidence that is not between 0 and 1."""
    if not 0.0 < confidence < 1.0:
        raise InputError(Problem(f"a confidence of {confidence} is not between 0 and 1", "confidence", "write 0.95"))


Row = tuple[Measure, "pl.DataFrame", tuple[Floats, Floats, Floats]]


def _all(
    tables: Tables, by: tuple[str, ...], chosen: tuple[Measure, ...], confidence: float, controls: Floats | None = None
) -> list[Row]:
    rows: list[Row] = []
    for source, kind in dict.fromkeys((measure.source, measure.kind) for measure in chosen):
        if not set(by) <= set(KEYS[source]) or not getattr(tables, source).height:
            continue
        group = grouping(tables, source, by, kind)
        some = [measure for measure in chosen if (measure.source, measure.kind) == (source, kind)]
        waits = source == "waits"
        rows += _waits(tables, group, some, confidence) if waits else _sums(tables, group, some, confidence, controls)
    return rows


def _sums(tables: Tables, group: Grouping, chosen: list[Measure], confidence: float, controls: Floats | None) -> list[Row]:
    columns = list(dict.fromkeys(column for measure in chosen for column in measure.columns))
    sums = group.sum(tables.values(chosen[0].source, columns))
    pairs = [(m, combine(sums, columns, m)) for m in chosen]
    if controls is None:
        return [(m, group.keys, with_interval(ratio(*pair), m, confidence)) for m, pair in pairs]
    found = [(m, with_interval(adjusted_ratio(*pair, controls), m, confidence)) for m, pair in pairs]
    # a regression may leave the range of its measure; plain ratios are shown as they are
    return [(m, group.keys, (np.clip(value, 0.0, _most(m)), low, high)) for m, (value, low, high) in found]


def _most(measure: Measure) -> float:
    return 1.0 if measure.unit == "share" else np.inf


def with_interval(estimate: Estimate, measure: Measure, confidence: float) -> tuple[Floats, Floats, Floats]:
    """Return value, low and high of a measure; the interval keeps to the range of the measure."""
    return (estimate.value, *estimate.interval(confidence, 0.0, _most(measure)))


def _waits(tables: Tables, group: Grouping, chosen: list[Measure], confidence: float) -> list[Row]:
    ends = (0.5 - confidence / 2.0, 0.5 + confidence / 2.0)
    counts = bin_counts(tables, group)
    return [(measure, group.keys, wait_measure(measure, counts, ends)) for measure in chosen]


def bin_counts(tables: Tables, group: Grouping) -> Floats:
    """Return the wait histogram of each group, shape (replications, groups, bins, 2)."""
    values = tables.values("waits", WAIT_COLUMNS)
    histograms = values.reshape(len(values), -1, BINS * len(WAIT_COLUMNS))
    return group.sum(histograms).reshape(len(values), -1, BINS, len(WAIT_COLUMNS))


def _series(name: str, values: Floats) -> "pl.Series":
    import polars as pl

    return pl.Series(name, values, dtype=pl.Float64).fill_nan(None)


def _long(keys: "pl.DataFrame", measure: Measure, value: Floats, low: Floats, high: Floats, n: int) -> "pl.DataFrame":
    import polars as pl

    return keys.with_columns(
        pl.lit(measure.name).alias("measure"),
        _series("value", value), _series("low", low), _series("high", high),
        pl.lit(n, dtype=pl.Int32).alias("n"), pl.lit(measure.unit).alias("unit"),
        pl.lit(ORDER[measure.name], dtype=pl.Int32).alias("order"),
    )  # fmt: skip


def _stacked(frames: list["pl.DataFrame"], by: tuple[str, ...]) -> "pl.DataFrame":
    """Put the tables of all measures below each other: by group, and in the order of the definitions."""
    import polars as pl

    kept = [frame for frame in frames if frame.height]
    if not kept:
        texts = ("measure", "unit")
        columns = (*by, "measure", "value", "low", "high", "n", "unit")
        return pl.DataFrame(schema={name: pl.String if name in texts else pl.Float64 for name in columns})
    return pl.concat(kept).sort([*by, "order"], maintain_order=True).drop("order").drop(WHOLE, strict=False)
