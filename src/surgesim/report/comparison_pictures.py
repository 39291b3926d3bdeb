"""Pictures of two results side by side, and of what each budget buys."""

from typing import TYPE_CHECKING, Any

from surgesim.base.errors import InputError, Problem
from surgesim.base.text import suggestion
from surgesim.report.wording import Wording
from surgesim.report.words import check_language, label, speaker
from surgesim.result.compare import Comparison

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHARES = (
    "service_level", "on_time", "answer_rate", "abandonment", "blocking", "redial_share", "given_up_share", "containment",
    "occupancy",
)  # fmt: skip
"""Measures that the picture of a comparison shows unless told otherwise."""
MORE_IS_BETTER = {"service_level", "on_time", "answer_rate", "containment"}
LESS_IS_BETTER = {"abandonment", "blocking", "given_up_share", "redial_share"}


class ComparisonPictures:
    """Pictures of a comparison."""

    def __init__(self, found: Comparison) -> None:
        self._found = found

    def forest(self, of: str | None = None, *, language: str = "en") -> "Figure":
        """Draw paired differences with their intervals, a row for each group and measure.

        Parameters
        ----------
        of : str, optional
            One measure; the shares that people are judged by where it is left out.
        language : str
            ``"en"`` or ``"ja"``.

        Raises
        ------
        InputError
            The comparison does not hold the measure.
        """
        import polars as pl

        from surgesim.report.plots.forest import figure

        check_language(language)
        table = self._found.table
        known = table["measure"].unique(maintain_order=True).to_list()
        if of is not None and of not in known:
            raise InputError(Problem(f"the comparison holds no measure {of!r}", "of", suggestion(of, known)))
        rows = table.filter(pl.col("measure").is_in(SHARES if of is None else (of,))).drop_nulls("difference")
        moved = rows.filter(pl.max_horizontal(pl.col("a", "b").abs()) > 0.0)
        rows = moved if moved.height else rows
        rows = rows.with_columns(higher=pl.col("measure").map_elements(better, return_dtype=pl.Boolean))
        names = [self._name(row, of, language) for row in rows.iter_rows(named=True)]
        measure = None if of is None else label(of, language)
        return figure(rows, names, Wording(language, self._found.a.scenario).title, measure, None, language)

    def _name(self, row: dict[str, Any], of: str | None, language: str) -> str:
        keys = list(row)[: list(row).index("measure")]
        words = Wording(language, self._found.a.scenario)
        parts = [words.part(key, str(row[key])) for key in keys]
        if of is None:
            parts.append(label(row["measure"], language))
        return " – ".join(parts) or label(row["measure"], language)


def better(measure: str) -> bool | None:
    """Return whether more of a measure is better; None where neither is."""
    return True if measure in MORE_IS_BETTER else False if measure in LESS_IS_BETTER else None


def of_comparison(found: Comparison) -> ComparisonPictures:
    """Return the pictures of a comparison."""
    return ComparisonPictures(found)


def of_budgets(found: Any) -> Any:
    """Return the function that draws what each budget buys."""

    def plot(*, language: str = "en") -> "Figure":
        """Draw cost against the share by which promises fall short.

        Parameters
        ----------
        language : str
            ``"en"`` or ``"ja"``.
        """
        import polars as pl

        from surgesim.report.numbers import yen
        from surgesim.report.plots.frontier import figure

        check_language(language)
        say = speaker(language)
        table = found.table.drop_nulls("cost_jpy")
        names = [say("budget_of", yen=yen(row["budget_jpy"])) for row in table.iter_rows(named=True)]
        value = pl.col("short")
        shown = table.select("on_frontier", cost="cost_jpy", value=value, low=value, high=value)
        return figure(shown, names, say("total_cost"), say("short_of"), ("JPY", "share"), language, say("budget_title"))

    return plot
