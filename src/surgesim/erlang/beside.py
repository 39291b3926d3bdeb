"""The formula beside the simulation, interval by interval, and why they differ."""

from typing import TYPE_CHECKING

from surgesim.base.errors import InputError, Problem
from surgesim.erlang.engine_reasons import BY_CODE
from surgesim.result.result import Result

if TYPE_CHECKING:
    import polars as pl

COMPARED = ("offered", "service_level", "answer_rate", "asa_s")
LUCK = "chance and rounding only"
LUCK_JA = "偶然の差のみ"


def reasons(erlang: Result, simulated: Result) -> "pl.DataFrame":
    """Return the formula beside the simulation, and the reasons why they differ.

    Parameters
    ----------
    erlang : Result
        Of engine ``erlang``.
    simulated : Result
        Of any engine, over the same horizon.

    Returns
    -------
    polars.DataFrame
        One row for each interval and queue of calls in which the formula was evaluated: ``start, queue, load``
        (erlang)``, agents``, for each of offered, service_level, answer_rate and asa_s ``erlang_...``,
        ``simulated_...``, ``low_...`` and ``high_...`` (95%), ``erlang_c_service_level`` (null where Erlang C has no
        answer), ``outside`` (whether the formula's service level is outside the interval of the simulated one),
        ``reasons`` (codes with blanks between), ``reasons_en`` and ``reasons_ja``, the gravest first.

    Raises
    ------
    InputError
        ``erlang`` is of another engine, or the horizons differ.
    """
    import polars as pl

    _check(erlang, simulated)
    keys = ["start", "queue"]
    table = erlang.side["erlang"].select(*keys, "load", "agents", "erlang_c_service_level", "reasons")
    for result, name in ((erlang, "erlang"), (simulated, "simulated")):
        wide = _wide(result, name).with_columns(pl.col("queue").cast(table["queue"].dtype))
        table = table.join(wide, on=keys, how="left", maintain_order="left")
    level = pl.col("erlang_service_level")
    outside = (level < pl.col("low_service_level")) | (level > pl.col("high_service_level"))
    words = [_words(codes) for codes in table["reasons"]]
    return table.with_columns(
        outside.alias("outside"),
        pl.Series("reasons_en", [pair[0] for pair in words], dtype=pl.String),
        pl.Series("reasons_ja", [pair[1] for pair in words], dtype=pl.String),
    )


def _check(erlang: Result, simulated: Result) -> None:
    problems = []
    if "erlang" not in erlang.side:
        problems.append(Problem(f"the first result is of engine {erlang.engine!r}", "erlang", 'run engine="erlang"'))
    if erlang.tables.axes.clock != simulated.tables.axes.clock:
        problems.append(Problem("the results have different clocks", "clock", "run both on the same scenario"))
    if problems:
        raise InputError(problems)


def _wide(result: Result, name: str) -> "pl.DataFrame":
    import polars as pl

    long = result.measures(["start", "queue"], COMPARED).with_columns(pl.col("queue").cast(pl.String))
    values = ["value", "low", "high"] if name == "simulated" else ["value"]
    wide = long.pivot("measure", index=["start", "queue"], values=values)
    if len(values) == 1:
        return wide.rename({measure: f"{name}_{measure}" for measure in COMPARED})
    return wide.rename({f"value_{measure}": f"{name}_{measure}" for measure in COMPARED})


def _words(codes: str) -> tuple[str, str]:
    """Return codes in English and Japanese words."""
    if not codes:
        return LUCK, LUCK_JA
    found = [BY_CODE[code] for code in codes.split()]
    return "; ".join(reason.en for reason in found), "。".join(reason.ja.rstrip("。") for reason in found)
