"""Tables of measures for the terminal: one row for each measure, or for each group where there are many, never one a number."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

POINTS = "points"
"""Unit of differences of shares: percentage points."""
NOISE = 1e-9
"""What is left of nought after adding and subtracting; no measure is that small."""
SIDE_BY_SIDE = 4
"""Groups that stand beside each other; more of them stand below each other."""
_GROUP = "all keys"


def written(value: float | None, low: float | None, high: float | None, unit: str, brief: bool = False) -> str:
    """Return a value with its interval as text: ``58.8% (53.2 – 64.4)``, in brief ``58.8% ±5.6``."""
    if value is None:
        return ""
    scale, sign = (100.0, "%") if unit == "share" else (100.0, "") if unit == POINTS else (1.0, "")
    shown = f"{_number(scale * value)}{sign}"
    if low is None or high is None or abs(high - low) < NOISE:
        return shown
    if brief:  # an interval that ends at 0 or 100 % is as wide on that side as on the other
        return f"{shown} ±{_number(scale * max(high - value, value - low))}"
    return f"{shown} ({_number(scale * low)} – {_number(scale * high)})"


def _number(value: float) -> str:
    if abs(value) < NOISE:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}" if abs(value) >= 100 else f"{value:.3g}"


def compact(table: "pl.DataFrame", keys: list[str], value: str = "value") -> "tuple[pl.DataFrame, list[str]]":
    """Return a table that people can read, and the measures left out because they are 0 in every row.

    Parameters
    ----------
    table : polars.DataFrame
        Long, one row for each group and measure, with ``value``, ``low``, ``high`` and ``unit``.
    keys : list of str
        Columns that name a group.
    value : str
        Column of the value.
    """
    import polars as pl

    known = table.drop_nulls(value).with_columns(pl.col("unit").cast(pl.String))
    if value == "difference":
        known = known.with_columns(pl.col("unit").replace("share", POINTS))
    nothing = known.group_by("measure", maintain_order=True).agg(pl.col(value, "low", "high").fill_null(0.0).abs().max())
    idle = nothing.filter(pl.max_horizontal(value, "low", "high") == 0.0)["measure"].to_list()
    known = known.filter(~pl.col("measure").is_in(idle))
    names = pl.concat_str([pl.col(key).cast(pl.String) for key in keys], separator=" ") if keys else pl.lit(value)
    beside = known.select(names).n_unique() <= SIDE_BY_SIDE
    text = pl.struct(value, "low", "high", "unit").map_elements(
        lambda row: written(row[value], row["low"], row["high"], row["unit"], brief=not beside), return_dtype=pl.String
    )
    unit = pl.col("unit").replace("share", "%")
    cells = known.with_columns(text.alias("text"), names.alias(_GROUP), unit.alias("unit"))
    if beside:
        wide = cells.pivot(_GROUP, index=["measure", "unit"], values="text", maintain_order=True)
    else:
        wide = cells.pivot("measure", index=keys, values="text", maintain_order=True)
    return wide.with_columns(pl.col(pl.String).fill_null("")), idle
