"""Why the formulas and the simulation differ on a day, each reason with its size."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from surgesim.report.facts import Day, Reason
from surgesim.result.result import Result
from surgesim.scenario.fields import Text

if TYPE_CHECKING:
    import polars as pl

ALIKE = 0.01
"""Service levels closer than one point need no explanation."""
WIDE = 0.15
"""A 90 % range of a day's size wider than this share of its mean matters: service bends with size."""


def reasons(result: Result, day: Day, rows: "pl.DataFrame") -> tuple[Reason, ...]:
    """Return why Erlang C or A differs from the simulation on one day; nothing where they agree.

    Parameters
    ----------
    result : Result
        The simulation.
    day : Day
        Its service level beside those of the formulas.
    rows : polars.DataFrame
        What the formulas saw of the queue on that day, with the codes of the premises that fail.
    """
    seen = (day.erlang_c, day.erlang_a)
    simulated = day.service.value
    if simulated is None or all(value is None or abs(value - simulated) <= ALIKE for value in seen):
        return ()
    return (*_premises(rows), *_spread(result, day)) or (Reason(code="carry_over", amount=Text(en="")),)


def _premises(rows: "pl.DataFrame") -> Iterator[Reason]:
    """Yield the premises that fail, with the number of intervals in which they do."""
    from surgesim.erlang.engine_reasons import REASONS

    codes = [set(found.split()) for found in rows["reasons"].to_list()]
    for reason in REASONS:
        many = sum(reason.code in found for found in codes)
        if many:
            amount = Text(en=f"{many} of {rows.height} intervals", ja=f"{rows.height}時間帯中{many}")
            yield Reason(code=reason.code, amount=amount)


def _spread(result: Result, day: Day) -> Iterator[Reason]:
    """Say how much the size of the day varies: a formula at the mean sees no bad day."""
    if result.replications < 2:
        return
    axes = result.tables.axes
    values = result.tables.values("queues", ["first"])[..., 0].reshape(result.replications, -1, len(axes.queues))
    inside = axes.clock.day_index == axes.clock.dates.index(day.day)
    calls = values[:, inside, axes.queues.index(day.queue)].sum(axis=1)
    low, high = np.quantile(calls, (0.05, 0.95))
    if calls.mean() > 0 and (high - low) / calls.mean() > WIDE:
        amount = Text(en=f"{low:,.0f} to {high:,.0f} first calls", ja=f"初回入電{low:,.0f}~{high:,.0f}件")
        yield Reason(code="size_uncertain", amount=amount)
