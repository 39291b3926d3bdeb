"""The plan: what to hire, open and contract, what it costs, and how sure it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surgesim.base.attached import Attached
from surgesim.planning.decision import Capacity
from surgesim.result.result import Result
from surgesim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """A plan that a simulation with fresh luck has verified.

    Attributes
    ----------
    scenario : Scenario
        What was asked.
    table : polars.DataFrame
        ``start, site, group, source, heads, agents`` for every interval and group: heads on duty before shrinkage,
        agents after it.
    shifts : polars.DataFrame
        ``day, group, site, source, shift, heads``.
    hires : polars.DataFrame
        ``order_day, training_day, work_day, group, site, source, heads``; ordered on the evening before the order day.
    seats : polars.DataFrame
        ``day, site, seats, added``.
    lines : polars.DataFrame
        ``day, trunk, lines, added``.
    standby : polars.DataFrame
        ``package, group, activation_day, work_day, packages, heads``; reserved but not activated: no day.
    cost_items : polars.DataFrame
        ``item, unit, price_jpy, quantity, cost_jpy``; adds up to ``cost``.
    cost : float
        Whole cost, yen.
    bound : float
        No plan that keeps the promises by the calibrated curves, with their safety, costs less; yen.
    gap : float
        (cost - bound) / cost.
    status : str
        ``optimal`` (within the gap asked for) or ``feasible``.
    certificate : mapping
        What is promised, what was seen, what binds; plain values, ready for JSON.
    result : Result
        The verification.
    capacity : Capacity
        Agents, paid time and lines by interval, for engines.
    """

    scenario: Scenario
    table: "pl.DataFrame"
    shifts: "pl.DataFrame"
    hires: "pl.DataFrame"
    seats: "pl.DataFrame"
    lines: "pl.DataFrame"
    standby: "pl.DataFrame"
    cost_items: "pl.DataFrame"
    cost: float
    bound: float
    gap: float
    status: str
    certificate: Mapping[str, Any]
    result: Result
    capacity: Capacity

    explain = Attached("Plan.explain")
    """Why so many heads: ``plan.explain("2027-03-04 10:30", site="tokyo")``."""
    plot = Attached("Plan.plot")
    """Pictures of the plan: ``plan.plot.staffing()``, ``list(plan.plot)``."""

    def __repr__(self) -> str:
        kept = "kept" if self.certificate["kept"] else "not kept"
        return f"Plan({self.scenario.name!r}, ¥{self.cost:,.0f}, gap {self.gap:.2%}, promises {kept})"
