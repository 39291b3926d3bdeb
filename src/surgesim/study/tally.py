"""What one point of a study leaves behind: additive counters of every replication, by day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from surgesim.base.clock import Clock
from surgesim.result.measures import Measure
from surgesim.result.sums import combine
from surgesim.result.tables import COLUMNS, NAMES, Axes, Tables, from_arrays
from surgesim.scenario.scenario import Scenario

Floats = NDArray[np.float64]

_DAY_S = 86400.0


@dataclass(frozen=True, eq=False)
class Tally:
    """Counters of one point, added up by day.

    Attributes
    ----------
    axes : Axes
        What the axes stand for; the clock counts days.
    queues, groups, trunks : ndarray, shape (replications, days, queues | groups | trunks, columns)
        Counters; see :mod:`surgesim.result.counters`. A day of 25 hours has two rows.
    waits : ndarray, shape (replications, days, queues, bins, 2), or without days where the engine knows no waits
        Wait histogram of handled and abandoned contacts.
    """

    axes: Axes
    queues: Floats
    groups: Floats
    trunks: Floats
    waits: Floats

    @property
    def replications(self) -> int:
        """Number of replications."""
        return len(self.queues)

    @property
    def arrays(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The counters of queues, groups and trunks, and the waits."""
        return self.queues, self.groups, self.trunks, self.waits

    @cached_property
    def tables(self) -> Tables:
        """The counters as tables by day."""
        return from_arrays(self.axes, self.queues, self.groups, self.trunks, self.waits if self.waits.size else None)

    def values(self, table: str, columns: Iterable[str]) -> Floats:
        """Return columns as ``Tables.values`` does, shape (replications, rows, columns), without making the tables."""
        array: Floats = getattr(self, table)
        places = [COLUMNS[table].index(name) for name in columns]
        return np.ascontiguousarray(array.reshape(len(array), -1, array.shape[-1])[..., places])

    def sums(self, measure: Measure, queue: str | None = None) -> tuple[Floats, Floats]:
        """Return numerator and denominator of a measure over the horizon, shape (replications,) each.

        Parameters
        ----------
        measure : Measure
            No quantile of waits: those have no sums.
        queue : str, optional
            One queue only; every queue that the measure counts where it is left out.
        """
        array: Floats = getattr(self, measure.source)
        if measure.source == "queues":
            array = array[:, :, self._kept(measure, queue)]
        total = array.sum(axis=(1, 2))[:, None, :]
        top, bottom = combine(total, COLUMNS[measure.source], measure)
        return top[:, 0], bottom[:, 0]

    def _kept(self, measure: Measure, queue: str | None) -> list[int]:
        return [
            place
            for place, (name, late) in enumerate(zip(self.axes.queues, self.axes.deferred, strict=True))
            if queue in (None, name) and (measure.kind == "all" or late == (measure.kind == "deferred"))
        ]

    def joined(self, other: "Tally") -> "Tally":
        """Return the replications of both, those of ``other`` last."""
        together = zip(self.arrays, other.arrays, strict=True)
        return Tally(self.axes, *(np.concatenate(pair) for pair in together))


def axes_by_day(scenario: Scenario) -> Axes:
    """Return the axes of every tally of a scenario."""
    axes = Axes.of(scenario)
    return replace(axes, clock=_daily(axes.clock))


def _daily(clock: Clock) -> Clock:
    return replace(clock, interval_s=_DAY_S)


@lru_cache(maxsize=16)
def _first_of_day(clock: Clock) -> NDArray[np.int64]:
    return np.searchsorted(clock.edges_s, _daily(clock).edges_s[:-1])


def by_day(array: Floats, clock: Clock, axis: int) -> Floats:
    """Return counters by interval of a clock added up by day."""
    return np.asarray(np.add.reduceat(array, _first_of_day(clock), axis=axis))


def of_tables(scenario: Scenario, tables: Tables) -> Tally:
    """Return the tally of whole tables, e.g. those of the formulas."""
    clock = tables.axes.clock
    arrays = [tables.array(name) if name == "waits" else by_day(tables.array(name), clock, 1) for name in NAMES]
    return Tally(axes_by_day(scenario), *arrays)
