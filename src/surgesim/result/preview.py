"""How far a preview (the fluid, or the formulas) is from the simulation of the same scenario."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from surgesim.base.errors import InputError, Problem
from surgesim.result.compare import compare
from surgesim.result.flags import Flag
from surgesim.result.measures import BY_NAME
from surgesim.result.result import Result

if TYPE_CHECKING:
    import polars as pl

SHOWN = ("offered", "handled", "abandoned", "service_level")
"""Measures that a preview is judged by."""
TABLE = "preview_error"


def preview_error(
    preview: Result, simulated: Result, by: str | Iterable[str] = "day", of: Iterable[str] = SHOWN
) -> "pl.DataFrame":
    """Return how far a preview is from a simulation.

    Parameters
    ----------
    preview : Result
        Of the engine ``fluid`` or ``erlang``.
    simulated : Result
        Of the engine ``sim`` or ``reference``, for the same scenario.
    by, of : str or iterable of str
        As for :func:`~surgesim.result.compare.compare`.

    Returns
    -------
    polars.DataFrame
        ``by ..., measure, preview, simulated, error, low, high, unit``: the error is preview less simulated, with the
        95 % interval that the luck of the simulation leaves to it; null with one replication.

    Raises
    ------
    InputError
        One is no preview, the other no simulation, or they answer different scenarios.
    """
    problems = []
    if not preview.expectation:
        problems.append(Problem(f"the engine {preview.engine} is no preview", "preview", "give a result of fluid or erlang"))
    if simulated.expectation:
        problems.append(Problem(f"the engine {simulated.engine} is no simulation", "against", "give a result of sim"))
    if preview.meta["fingerprint"] != simulated.meta["fingerprint"]:
        problems.append(Problem("preview and simulation answer different scenarios", "against", "run both on the same scenario"))
    if problems:
        raise InputError(problems)
    table = compare(simulated, preview, by, of).table
    keys = table.columns[: table.columns.index("measure")]
    named = table.rename({"a": "simulated", "b": "preview", "difference": "error"})
    return named.select(*keys, "measure", "preview", "simulated", "error", "low", "high", "unit")


def with_error(preview: Result, simulated: Result) -> Result:
    """Return a preview that carries its error by day as a side table, and over the horizon as a flag.

    Raises
    ------
    InputError
        As :func:`preview_error`.
    """
    by_day = preview_error(preview, simulated)
    flag = _flag(preview_error(preview, simulated, by=()), simulated.replications)
    return replace(preview, flags=(*preview.flags, flag), side={**preview.side, TABLE: by_day})


def _flag(whole: "pl.DataFrame", replications: int) -> Flag:
    """Return the error over the horizon as one sentence."""
    rows = {row["measure"]: row for row in whole.iter_rows(named=True)}
    known = [name for name in SHOWN if rows[name]["error"] is not None]
    text = ", ".join(f"{BY_NAME[name].en} {_written(rows[name], ' points')}" for name in known)
    text_ja = "、".join(f"{BY_NAME[name].ja} {_written(rows[name], 'ポイント')}" for name in known)
    return Flag(
        "note", TABLE, "", f"against {replications} simulated replications the preview is off by: {text}",
        what_ja=f"{replications}回のシミュレーションとの差: {text_ja}",
    )  # fmt: skip


def _written(row: dict[str, Any], points: str) -> str:
    """Return an error in points for shares, in counts and percent elsewhere."""
    if row["unit"] == "share":
        return f"{100.0 * row['error']:+.1f}{points}"
    share = f" ({row['error'] / row['simulated']:+.1%})" if row["simulated"] else ""
    return f"{row['error']:+,.0f}{share}"
