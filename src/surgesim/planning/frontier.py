"""What service each budget buys: the frontier of cost and promises."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from surgesim.base.attached import Attached
from surgesim.base.errors import InfeasibleError, InputError, Problem, TargetMissedError
from surgesim.planning.plan import Plan
from surgesim.scenario.scenario import Scenario
from surgesim.study.frontier import unbeaten

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class BudgetFrontier:
    """Plans within several budgets.

    Attributes
    ----------
    table : polars.DataFrame
        ``budget_jpy, cost_jpy, short, short_bound, on_frontier``, smallest budget first: by how much the promises fall short
        of their bounds (share), and by how much they must by the calibrated curves. Null where no plan was found.
    plans : tuple of Plan or None
        The verified plans, in the same order.
    """

    table: "pl.DataFrame"
    plans: tuple[Plan | None, ...]

    plot = Attached("BudgetFrontier.plot")
    """The picture of cost against promises: ``frontier.plot()``."""


def budget_frontier(scenario: Scenario, budgets: Iterable[float], **how: Any) -> BudgetFrontier:
    """Return the best service that each budget buys, verified.

    Parameters
    ----------
    scenario : Scenario
        What is asked; its own budget and aim do not count.
    budgets : iterable of float
        Budgets, yen.
    **how
        As in :func:`surgesim.planning.planner.plan`.

    Raises
    ------
    InputError
        No budget, or one that is not positive.
    """
    import polars as pl

    wanted = sorted({float(budget) for budget in budgets})
    if not wanted or wanted[0] <= 0.0:
        raise InputError(Problem("budgets are positive numbers of yen", "budgets", "write e.g. [10e6, 20e6]"))
    plans = tuple(_within(scenario, budget, how) for budget in wanted)
    cost = [None if plan is None else plan.cost for plan in plans]
    short, bound = ([None if plan is None else plan.certificate[key] for plan in plans] for key in ("short", "short_bound"))
    number = [np.array([np.inf if one is None else one for one in column], dtype=np.float64) for column in (cost, short)]
    kept = [on and plan is not None for on, plan in zip(unbeaten(number[0], -number[1]), plans, strict=True)]
    table = pl.DataFrame(
        {"budget_jpy": wanted, "cost_jpy": cost, "short": short, "short_bound": bound, "on_frontier": kept},
        schema={**dict.fromkeys(("budget_jpy", "cost_jpy", "short", "short_bound"), pl.Float64), "on_frontier": pl.Boolean},
    )
    return BudgetFrontier(table, plans)


def _within(scenario: Scenario, budget: float, how: dict[str, Any]) -> Plan | None:
    from surgesim.planning.planner import plan

    try:
        return plan(scenario.but("budget", {"levers.budget": f"{budget:.0f} JPY", "levers.aim": "service"}), **how)
    except (InfeasibleError, TargetMissedError):
        return None
