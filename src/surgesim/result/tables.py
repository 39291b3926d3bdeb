"""The additive tables that every engine fills, as polars frames in one fixed order.

Every table is dense: replication by replication, interval by interval, and all queues (groups, trunks) of each, in
the order of the scenario. So a second identical run gives the same bytes, and sums need no look-up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surgesim.base.clock import Clock
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS, TRUNK_COLUMNS, WAIT_EDGES_S
from surgesim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
BINS = len(WAIT_EDGES_S) - 1
NAMES = ("queues", "groups", "trunks", "waits")
WAIT_COLUMNS = ("handled", "abandoned")
COLUMNS = {"queues": QUEUE_COLUMNS, "groups": GROUP_COLUMNS, "trunks": TRUNK_COLUMNS, "waits": WAIT_COLUMNS}
"""The counters of each table."""


@dataclass(frozen=True)
class Axes:
    """What the axes of the arrays of a run stand for.

    Attributes
    ----------
    clock : Clock
        Intervals and days.
    queues, groups, sites, trunks : tuple of str
        Names, in the order of the scenario.
    deferred : tuple of bool
        Whether each queue holds deferred work.
    group_site : tuple of int
        Site of each group.
    """

    clock: Clock
    queues: tuple[str, ...]
    deferred: tuple[bool, ...]
    groups: tuple[str, ...]
    sites: tuple[str, ...]
    group_site: tuple[int, ...]
    trunks: tuple[str, ...]

    @classmethod
    def of(cls, scenario: Scenario) -> "Axes":
        """Return the axes of every run of a scenario."""
        sites = tuple(scenario.sites)
        return cls(
            clock=scenario.calendar(),
            queues=tuple(scenario.queues),
            deferred=tuple(queue.deferred for queue in scenario.queues.values()),
            groups=tuple(scenario.groups),
            sites=sites,
            group_site=tuple(sites.index(group.site) for group in scenario.groups.values()),
            trunks=tuple(scenario.trunks),
        )

    def entities(self, table: str) -> tuple[str, tuple[str, ...]]:
        """Return the name of the column of a table's entities, and their names."""
        found: dict[str, tuple[str, tuple[str, ...]]] = {
            "queues": ("queue", self.queues), "groups": ("group", self.groups),
            "trunks": ("trunk", self.trunks), "waits": ("queue", self.queues),
        }  # fmt: skip
        return found[table]


@dataclass(frozen=True, eq=False)
class Tables:
    """Counters of all replications.

    Attributes
    ----------
    axes : Axes
        Names and clock.
    queues : polars.DataFrame
        ``replication, interval, start, queue`` and :data:`~surgesim.result.counters.QUEUE_COLUMNS`; contacts are
        booked in the interval in which they arrived.
    groups : polars.DataFrame
        ``replication, interval, start, group, site`` and :data:`~surgesim.result.counters.GROUP_COLUMNS`.
    trunks : polars.DataFrame
        ``replication, interval, start, trunk`` and :data:`~surgesim.result.counters.TRUNK_COLUMNS`.
    waits : polars.DataFrame
        ``replication, day, queue, bin, from_s, to_s, handled, abandoned``: the wait histogram by day of arrival.
        Without rows where the engine knows no waits.
    """

    axes: Axes
    queues: "pl.DataFrame"
    groups: "pl.DataFrame"
    trunks: "pl.DataFrame"
    waits: "pl.DataFrame"

    @cached_property
    def replications(self) -> int:
        """Number of replications."""
        return int(self.queues["replication"].max()) + 1  # type: ignore[arg-type]

    def values(self, table: str, columns: Sequence[str]) -> Floats:
        """Return columns of a table as an array, shape (replications, rows of one replication, columns)."""
        frame: pl.DataFrame = getattr(self, table)
        stacked = frame.select(columns).to_numpy().astype(np.float64, copy=False)
        return stacked.reshape(self.replications, frame.height // self.replications, len(columns))

    def array(self, table: str) -> Floats:
        """Return the counters of a table as :func:`from_arrays` takes them; waits without days where there are none."""
        values, entities = self.values(table, COLUMNS[table]), len(self.axes.entities(table)[1])
        if table == "waits":
            return values.reshape(len(values), values.shape[1] // (entities * BINS), entities, BINS, values.shape[2])
        return values.reshape(len(values), self.axes.clock.n_intervals, entities, values.shape[2])

    def equals(self, other: "Tables") -> bool:
        """Whether every value of every table is the same."""
        return all(getattr(self, name).equals(getattr(other, name)) for name in NAMES)


def from_arrays(axes: Axes, queues: Floats, groups: Floats, trunks: Floats | None = None, waits: Floats | None = None) -> Tables:
    """Return the tables of plain arrays as engines fill them.

    Parameters
    ----------
    axes : Axes
        What the axes stand for: ``Axes.of(scenario)``.
    queues : ndarray, shape (replications, intervals, queues, len(QUEUE_COLUMNS))
        Counters by interval of arrival.
    groups : ndarray, shape (replications, intervals, groups, len(GROUP_COLUMNS))
        Counters by interval in which the time passes.
    trunks : ndarray, shape (replications, intervals, trunks, len(TRUNK_COLUMNS)), optional
        Line-seconds; left out where there is no trunk.
    waits : ndarray, shape (replications, days, queues, bins, 2), optional
        Wait histogram of handled and abandoned contacts; left out where the engine knows no waits.

    Raises
    ------
    ValueError
        An array has not the shape that the axes ask for.
    """
    n = len(queues)
    if trunks is None:
        trunks = np.zeros((n, axes.clock.n_intervals, len(axes.trunks), len(TRUNK_COLUMNS)))
    return Tables(
        axes=axes,
        queues=_by_interval(axes, "queues", queues, n, QUEUE_COLUMNS),
        groups=_by_interval(axes, "groups", groups, n, GROUP_COLUMNS),
        trunks=_by_interval(axes, "trunks", trunks, n, TRUNK_COLUMNS),
        waits=_by_day(axes, waits, n),
    )


def _check_shape(what: str, found: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if found != wanted:
        raise ValueError(f"the array of {what} has shape {found}, the scenario needs {wanted}")


def _names(entity: str, names: tuple[str, ...], codes: NDArray[np.int64]) -> "pl.Series":
    import polars as pl

    if not names:
        return pl.Series(entity, [], dtype=pl.String)
    return pl.Series(entity, names, dtype=pl.Enum(names)).gather(codes)


def _by_interval(axes: Axes, table: str, array: Floats, n: int, columns: tuple[str, ...]) -> "pl.DataFrame":
    """Return one row for each replication, interval and entity."""
    import polars as pl

    entity, names = axes.entities(table)
    intervals = axes.clock.n_intervals
    _check_shape(table, array.shape, (n, intervals, len(names), len(columns)))
    replication, interval, code = (index.ravel() for index in np.indices(array.shape[:3]))
    start = pl.Series("start", axes.clock.starts, dtype=pl.Datetime("us", axes.clock.time_zone))
    series = [
        pl.Series("replication", replication, dtype=pl.Int32),
        pl.Series("interval", interval, dtype=pl.Int32),
        start.gather(interval),
        _names(entity, names, code),
    ]
    if table == "groups":
        series.append(_names("site", axes.sites, np.array(axes.group_site)[code]))
    values = np.asarray(array, dtype=np.float64)
    series += [pl.Series(name, values[..., place].ravel()) for place, name in enumerate(columns)]
    return pl.DataFrame(series)


def _by_day(axes: Axes, waits: Floats | None, n: int) -> "pl.DataFrame":
    """Return one row for each replication, day, queue and bin of the wait histogram."""
    import polars as pl

    if waits is None:
        waits = np.zeros((n, 0, len(axes.queues), BINS, 2))
    else:
        _check_shape("waits", waits.shape, (n, axes.clock.days, len(axes.queues), BINS, 2))
    replication, day, queue, bin_ = (index.ravel() for index in np.indices(waits.shape[:4]))
    edges = np.array(WAIT_EDGES_S)
    return pl.DataFrame(
        [
            pl.Series("replication", replication, dtype=pl.Int32),
            pl.Series("day", axes.clock.dates, dtype=pl.Date).gather(day),
            _names("queue", axes.queues, queue),
            pl.Series("bin", bin_, dtype=pl.Int16),
            pl.Series("from_s", edges[bin_]),
            pl.Series("to_s", edges[bin_ + 1]),
            *(pl.Series(name, waits[..., k].ravel()) for k, name in enumerate(WAIT_COLUMNS)),
        ]
    )
