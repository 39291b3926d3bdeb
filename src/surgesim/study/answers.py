"""What a study found: counters of every point, and tables with the coordinates as columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surgesim.base.attached import Attached
from surgesim.base.errors import InputError, Problem
from surgesim.engines import flags_of
from surgesim.result.compare import compare
from surgesim.result.estimates import Estimate, ratio
from surgesim.result.result import Result
from surgesim.study.frontier import frontier_of
from surgesim.study.grid import Point, Scalar, numbered, table_of
from surgesim.study.measured import measured
from surgesim.study.objective import Objective
from surgesim.study.tally import Tally

if TYPE_CHECKING:
    import polars as pl

    from surgesim.study.study import Study

Where = int | Mapping[str, Scalar] | None


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers of a study, in the order of its points.

    Attributes
    ----------
    study : Study
        What was asked.
    tallies : tuple of Tally
        Counters of each point.
    """

    study: "Study"
    tallies: tuple[Tally, ...]

    plot = Attached("Answers.plot")
    """Pictures: ``answers.plot.heat_map(...)``, ``answers.plot.forest(...)``, ``answers.plot.frontier(...)``."""

    def __repr__(self) -> str:
        return f"Answers of {self.study!r}"

    def __len__(self) -> int:
        return len(self.tallies)

    @property
    def points(self) -> tuple[Point, ...]:
        """The points."""
        return self.study.points

    def __getitem__(self, where: int | Mapping[str, Scalar]) -> Result:
        """Return the result of one point, by number or coordinates; its tables are by day."""
        number = self.number(where)
        task = self.study.task(self.points[number].changes)
        tables = self.tallies[number].tables
        simulated = self.study.engine in ("sim", "reference")
        flags = flags_of(tables, self.study.replications) if simulated else ()
        return Result(task.variant(), self.study.engine, self.study.seed, self.study.replications, tables, flags)

    def number(self, where: Where) -> int:
        """Return the number of the one point with these coordinates; 0 for None.

        Raises
        ------
        InputError
            No point, or several.
        """
        if where is None:
            return 0
        if isinstance(where, int):
            if not 0 <= where < len(self):
                raise InputError(Problem(f"there is no point {where}", "point", f"write a number from 0 to {len(self) - 1}"))
            return where
        return numbered(self.points, where)

    def measures(
        self, by: str | Iterable[str] = (), of: str | Iterable[str] | None = None, confidence: float = 0.95
    ) -> "pl.DataFrame":
        """Return measures of all points: ``point``, coordinates, ``by ..., measure, value, low, high, n, unit``.

        Parameters
        ----------
        by : str or iterable of str
            ``day``, ``week``, ``queue``, ``group``, ``site``, ``trunk``; nothing for the whole horizon.
        of : str or iterable of str, optional
            Names of measures; all of them where left out.
        confidence : float
            Of the intervals, which are over replications.
        """
        names = [by] if isinstance(by, str) else list(by)
        fine = {"start", "interval", "hour"} & set(names)
        if fine:
            what = f"a study keeps its counters by day, not by {', '.join(sorted(fine))}"
            raise InputError(Problem(what, "by", "run one point by itself: ss.run(scenario.but(...))"))
        return self._with_coordinates(measured(self.tallies, names, of, confidence))

    def differences(
        self,
        base: Where = None,
        by: str | Iterable[str] = (),
        of: str | Iterable[str] | None = None,
        confidence: float = 0.95,
    ) -> "pl.DataFrame":
        """Return paired differences of every other point to a base point.

        Parameters
        ----------
        base : int or mapping, optional
            The base: number or coordinates; point 0 where it is left out.
        by, of, confidence
            As in :meth:`measures`.

        Returns
        -------
        polars.DataFrame
            ``point``, coordinates, ``by ..., measure, a, b, difference, low, high, unit, n``: ``a`` is the base, ``b``
            the point, and the difference is b less a.
        """
        import polars as pl

        number = self.number(base)
        first, chosen = self[number], [of] if isinstance(of, str) else of
        frames = [
            compare(first, self[one.number], by, chosen, confidence)
            .table.with_columns(pl.lit(one.number, pl.Int32).alias("point"))
            .with_columns(pl.col(pl.Enum).cast(pl.String))
            for one in self.points
            if one.number != number
        ]
        if not frames:
            raise InputError(Problem("a study of one point has no differences", "grid", "give the study a second point"))
        return self._with_coordinates(pl.concat(frames))

    def estimate(self, number: int, objective: Objective) -> Estimate:
        """Return an objective at a point, with its standard error over replications."""
        scenario = self.study.task(self.points[number].changes).variant
        return ratio(*(part[:, None] for part in objective.sums(self.tallies[number], scenario)))

    def frontier(self, cost: str, of: str, queue: str | None = None, confidence: float = 0.95) -> "pl.DataFrame":
        """Return cost and a measure of every point, and which points no other one beats; see ``frontier_of``."""
        return self._with_coordinates(frontier_of(self, cost, of, queue, confidence))

    def _with_coordinates(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        return table_of(self.points).join(frame, on="point", how="inner", maintain_order="right", suffix=" (measured)")
