"""Measures and paired differences of many points, coordinates as columns."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from surgesim.result.estimates import ratio
from surgesim.result.measures import Measure, choose
from surgesim.result.quantiles import wait_measure
from surgesim.result.summary import ORDER, check_confidence, with_interval
from surgesim.result.sums import KEYS, Grouping, clean_by, combine, grouping
from surgesim.result.tables import BINS, WAIT_COLUMNS
from surgesim.study.tally import Floats, Tally

if TYPE_CHECKING:
    import polars as pl

Row = tuple[int, Measure, "pl.DataFrame", Floats]
"""Number of the point, measure, groups, and value, low and high of each, shape (3, groups)."""


def measured(
    tallies: Sequence[Tally], by: str | Iterable[str], of: str | Iterable[str] | None, confidence: float
) -> "pl.DataFrame":
    """Return ``point, by ..., measure, value, low, high, n, unit`` of tallies numbered from 0."""
    names, chosen = clean_by(by), choose(of)
    check_confidence(confidence)
    rows = [row for family in _families(tallies) for row in _family(tallies, family, names, chosen, confidence)]
    return _long(rows, names, tallies)


def _families(tallies: Sequence[Tally]) -> list[list[int]]:
    """Return the numbers of tallies that have the same axes, so that groups are made once for all of them."""
    found: dict[object, list[int]] = {}
    for number, tally in enumerate(tallies):
        found.setdefault((tally.axes, bool(tally.waits.size)), []).append(number)
    return list(found.values())


def _family(
    tallies: Sequence[Tally], family: list[int], by: tuple[str, ...], chosen: tuple[Measure, ...], confidence: float
) -> list[Row]:
    rows: list[Row] = []
    tables = tallies[family[0]].tables
    for source, kind in dict.fromkeys((measure.source, measure.kind) for measure in chosen):
        if not set(by) <= set(KEYS[source]) or not getattr(tables, source).height:
            continue
        group = grouping(tables, source, by, kind)
        some = [measure for measure in chosen if (measure.source, measure.kind) == (source, kind)]
        for number in family:
            found = _waits if source == "waits" else _sums
            rows += [
                (number, m, group.keys, v) for m, v in zip(some, found(tallies[number], group, some, confidence), strict=True)
            ]
    return rows


def _sums(tally: Tally, group: Grouping, chosen: list[Measure], confidence: float) -> list[Floats]:
    columns = list(dict.fromkeys(column for measure in chosen for column in measure.columns))
    sums = group.sum(tally.values(chosen[0].source, columns))
    return [np.array(with_interval(ratio(*combine(sums, columns, measure)), measure, confidence)) for measure in chosen]


def _waits(tally: Tally, group: Grouping, chosen: list[Measure], confidence: float) -> list[Floats]:
    ends = (0.5 - confidence / 2.0, 0.5 + confidence / 2.0)
    shape = (tally.replications, -1, BINS * len(WAIT_COLUMNS))
    counts = group.sum(tally.waits.reshape(shape)).reshape(tally.replications, -1, BINS, len(WAIT_COLUMNS))
    return [np.array(wait_measure(measure, counts, ends)) for measure in chosen]


def _long(rows: list[Row], by: tuple[str, ...], tallies: Sequence[Tally]) -> "pl.DataFrame":
    import polars as pl

    frames = []
    for keys in {id(row[2]): row[2] for row in rows}.values():
        mine = [row for row in rows if row[2] is keys]
        each, values = keys.height, np.concatenate([row[3] for row in mine], axis=1)
        frames.append(
            pl.concat([_plain(keys)] * len(mine)).with_columns(
                pl.Series("point", np.repeat([row[0] for row in mine], each), dtype=pl.Int32),
                pl.Series("measure", [row[1].name for row in mine for _ in range(each)]),
                *(pl.Series(name, values[k], dtype=pl.Float64).fill_nan(None) for k, name in enumerate(("value", "low", "high"))),
                pl.Series("n", np.repeat([tallies[row[0]].replications for row in mine], each), dtype=pl.Int32),
                pl.Series("unit", [row[1].unit for row in mine for _ in range(each)]),
                pl.Series("order", np.repeat([ORDER[row[1].name] for row in mine], each), dtype=pl.Int32),
            )
        )
    columns = ["point", *by, "measure", "value", "low", "high", "n", "unit"]
    if not frames:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.Float64))
    ranks = [f"{name} rank" for name in by]
    return pl.concat(frames).sort(["point", *ranks, "order"], maintain_order=True).select(columns)


def _plain(keys: "pl.DataFrame") -> "pl.DataFrame":
    """Return groups with names as text, since scenarios may differ in theirs, and the rank of each in its scenario."""
    import polars as pl

    named = [name for name in keys.columns if isinstance(keys[name].dtype, pl.Enum)]
    ranks = [(pl.col(name).to_physical() if name in named else pl.col(name)).alias(f"{name} rank") for name in keys.columns]
    return keys.with_columns(ranks).with_columns(pl.col(named).cast(pl.String))
