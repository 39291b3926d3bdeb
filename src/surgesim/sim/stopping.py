"""When to stop: as many replications as a measure needs to be known well enough."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surgesim.base.errors import InputError, Problem
from surgesim.result.flags import Flag

if TYPE_CHECKING:
    from surgesim.result.tables import Tables

LEAST = 10
"""Replications before a half-width is trusted at all."""
MARGIN = 1.1
"""More replications than the half-width so far asks for, as it is an estimate itself."""
GROWTH = 4


@dataclass(frozen=True)
class StopRule:
    """Replicate until the half-width of the interval of a measure is below a bound.

    After a first batch the number of replications that the spread so far asks for is run, and so on until the bound
    holds: a two-stage rule repeated (Stein 1945; Law 2015, section 9.4). It depends on nothing but the seed. Intervals
    that stop the run hold their confidence only nearly, the more replications the better.

    Attributes
    ----------
    measure : str
        Name of the measure.
    half_width : float
        Bound, in the unit of the measure: 0.01 is one point of a share.
    by : tuple of str
        Columns to divide by; the widest interval counts.
    most : int
        Replications at which it stops all the same.
    confidence : float
        Of the interval.
    """

    measure: str
    half_width: float
    by: tuple[str, ...] = ()
    most: int = 1000
    confidence: float = 0.95

    def __post_init__(self) -> None:
        problems = []
        if isinstance(self.half_width, bool) or not isinstance(self.half_width, int | float) or not self.half_width > 0.0:
            problems.append(Problem(f"a half-width of {self.half_width!r}", "until", 'write e.g. ("service_level", 0.01)'))
        if isinstance(self.most, bool) or not isinstance(self.most, int) or self.most < LEAST:
            problems.append(Problem(f"at most {self.most!r} replications", "most", f"write a whole number from {LEAST} on"))
        if problems:
            raise InputError(problems)

    def found(self, tables: "Tables") -> float:
        """Return the half-width of the interval, the widest where there are several; infinite where there is none.

        Raises
        ------
        InputError
            No such measure or column.
        """
        from surgesim.result.summary import summarise

        rows = summarise(tables, self.by, [self.measure], self.confidence).drop_nulls("value")
        widths = ((rows["high"] - rows["low"]) / 2.0).to_list()
        return max((math.inf if width is None else width for width in widths), default=math.inf)

    def next_total(self, done: int, found: float) -> int:
        """Return how many replications there are to be in all, ``done`` where that is enough."""
        if found <= self.half_width:
            return done
        wanted = done * (found / self.half_width) ** 2 * MARGIN if found < math.inf else math.inf
        return min(self.most, max(done + 1, math.ceil(min(wanted, GROWTH * done))))

    def missed(self, tables: "Tables") -> Flag | None:
        """Return the flag of a run that ended before the bound held."""
        found = self.found(tables)
        if found <= self.half_width:
            return None
        return Flag(
            "warning", "not_precise_enough", self.measure,
            f"after {tables.replications} replications the half-width is {found:.3g}, above {self.half_width:.3g}",
            "allow more replications, or a wider interval",
            f"{tables.replications}回の反復後も区間の半幅は{found:.3g}で、目標の{self.half_width:.3g}を超えています",
        )  # fmt: skip
