"""The answer of every engine: counters, how they came about, and what to know before trusting them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from surgesim.base.attached import Attached
from surgesim.result import balance
from surgesim.result.controls import CONTROLS, deviations
from surgesim.result.flags import Flag
from surgesim.result.promises import promises
from surgesim.result.summary import one_sided, summarise
from surgesim.result.tables import Tables
from surgesim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """What a run found. Refuses counters that do not balance.

    Attributes
    ----------
    scenario : Scenario
        What was asked.
    engine : str
        ``sim``, ``reference``, ``erlang`` or ``fluid``.
    seed : int
        Luck of the run; engines that compute expectations ignore it.
    replications : int
        Replications; 1 for expectations.
    tables : Tables
        Counters.
    flags : tuple of Flag
        What to know before trusting a number.
    side : mapping of str to polars.DataFrame
        Further tables of the engine, e.g. the contact log or the workings of the formulas.
    meta : mapping
        Fingerprint of the scenario, version of surgesim, and what the engine adds. No clock time, so that a second
        identical run writes the same bytes.

    Raises
    ------
    ConservationError
        The books do not balance.
    """

    scenario: Scenario
    engine: str
    seed: int
    replications: int
    tables: Tables
    flags: tuple[Flag, ...] = ()
    side: "Mapping[str, pl.DataFrame]" = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)

    explain = Attached("Result.explain")
    """Why so many heads: ``result.explain("2027-03-04 10:30", site="tokyo")``."""
    plot = Attached("Result.plot")
    """Pictures of the result: ``result.plot.heat()``, ``list(result.plot)``."""

    def __post_init__(self) -> None:
        balance.check(self.tables)
        known = {"fingerprint": self.scenario.fingerprint, "version": _version()}
        object.__setattr__(self, "meta", MappingProxyType({**known, **self.meta}))
        object.__setattr__(self, "side", MappingProxyType(dict(self.side)))

    def __repr__(self) -> str:
        times = f"{self.replications} replication{'s' if self.replications > 1 else ''}"
        warnings = sum(flag.level == "warning" for flag in self.flags)
        return f"Result({self.scenario.name!r}, {self.engine}, {times}, seed {self.seed}, {warnings} warnings)"

    @property
    def intervals(self) -> "pl.DataFrame":
        """Counters by replication, interval and queue."""
        return self.tables.queues

    @property
    def groups(self) -> "pl.DataFrame":
        """Counters by replication, interval and group of agents."""
        return self.tables.groups

    @property
    def trunks(self) -> "pl.DataFrame":
        """Counters by replication, interval and trunk."""
        return self.tables.trunks

    @property
    def waits(self) -> "pl.DataFrame":
        """Wait histogram by replication, day and queue."""
        return self.tables.waits

    @cached_property
    def expectation(self) -> bool:
        """Whether the counters are expectations of a formula, without luck."""
        return self.engine in ("erlang", "fluid")

    def measures(
        self,
        by: str | Iterable[str] = (),
        of: str | Iterable[str] | None = None,
        confidence: float = 0.95,
        controls: bool | int = False,
    ) -> "pl.DataFrame":
        """Return measures as a long table: ``by ..., measure, value, low, high, n, unit``.

        Parameters
        ----------
        by : str or iterable of str
            ``start`` (or ``interval``), ``hour``, ``day``, ``week``, ``queue``, ``group``, ``site``, ``trunk``;
            nothing for the whole horizon. Measures of tables that cannot be divided like this are left out.
        of : str or iterable of str, optional
            Names of measures; all of them where left out.
        confidence : float
            Of the intervals, which are over replications; null with one replication.
        controls : bool or int
            Take the luck of the demand out of sums and rates, by regression on the needs of the four days (or so many)
            with most of them, and on the square of all: narrower intervals from the same replications
            (``surgesim.result.controls``). Wait quantiles stay as they are.

        Raises
        ------
        InputError
            Unknown names, or controls that this run has not enough replications for.

        Examples
        --------
        >>> import surgesim as ss
        >>> ss.run(ss.load("shop.yaml"), replications=2).measures(of="service_level").columns
        ['measure', 'value', 'low', 'high', 'n', 'unit']
        """
        names = [of] if isinstance(of, str) else of
        if controls is False:
            return summarise(self.tables, by, names, confidence)
        days = CONTROLS if controls is True else controls
        return summarise(self.tables, by, names, confidence, deviations(self.tables, self.meta, days))

    def lower_bound(self, measure: str, confidence: float = 0.95, by: str | Iterable[str] = ()) -> "pl.DataFrame":
        """Return ``by ..., value, low``: the true value lies above ``low`` with this confidence (one-sided)."""
        return one_sided(self.tables, measure, confidence, "low", by)

    def upper_bound(self, measure: str, confidence: float = 0.95, by: str | Iterable[str] = ()) -> "pl.DataFrame":
        """Return ``by ..., value, high``: the true value lies below ``high`` with this confidence (one-sided)."""
        return one_sided(self.tables, measure, confidence, "high", by)

    def promises(self, confidence: float | None = None) -> "pl.DataFrame":
        """Return every promise of the scenario, by its periods, with value, bound, and whether it is kept.

        Parameters
        ----------
        confidence : float, optional
            One-sided; that of the scenario's levers, or 0.95, where left out.
        """
        levers = self.scenario.levers
        wanted = confidence or (levers.confidence if levers else 0.95)
        # a plan says that it was verified without the luck of its demand: its promises are told the same way
        luck = deviations(self.tables, self.meta) if self.meta.get("luck_taken_out") else None
        return promises(self.tables, self.scenario.targets, wanted, self.scenario.groups, luck)

    def to_pandas(self) -> "dict[str, pd.DataFrame]":
        """Return the tables as pandas frames: ``intervals``, ``groups``, ``trunks`` and ``waits``."""
        names = ("intervals", "groups", "trunks", "waits")
        return {name: _to_pandas(getattr(self, name)) for name in names}


def _to_pandas(frame: "pl.DataFrame") -> "pd.DataFrame":
    """Return a polars frame as a pandas one, without pyarrow."""
    import pandas as pd
    import polars as pl

    columns: dict[str, Any] = {}
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Enum):
            codes = frame[name].to_physical().to_numpy().astype("int64")
            columns[name] = pd.Categorical.from_codes(codes, categories=pd.Index(dtype.categories.to_list()))
        elif isinstance(dtype, pl.Datetime) and dtype.time_zone:
            instants = frame[name].dt.convert_time_zone("UTC").dt.replace_time_zone(None).to_numpy()
            columns[name] = pd.DatetimeIndex(instants).tz_localize("UTC").tz_convert(dtype.time_zone)
        else:
            columns[name] = frame[name].to_numpy()
    return pd.DataFrame(columns)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("surgesim")
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "0+source"
