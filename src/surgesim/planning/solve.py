"""HiGHS through Pyomo; the status of the solver is never ignored."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import SolverError

USUAL = 9_200.0
"""The solver is told costs in such a unit that the middle one is from this to twice this: a shift of seven hours, in yen."""


def unit_of(cost: NDArray[np.float64], usual: float = USUAL) -> float:
    """Return the yen of one unit in which a solver is told costs: its tolerances are absolute, prices are not.

    A power of two: prices doubled, or in other money, give the solver the same numbers to the last bit.

    Parameters
    ----------
    cost : ndarray
        Costs, yen.
    usual : float
        The middle one, but for those that are nothing, is from this to twice this in units.
    """
    some = np.abs(cost[cost != 0.0])
    return float(2.0 ** (np.frexp(np.median(some) / usual)[1] - 1)) if len(some) else 1.0


def relative_gap(cost: float, bound: float) -> float:
    """Return (cost - bound) / cost; 0 where nothing costs anything, or where the cost is proven."""
    return max(0.0, cost - bound) / abs(cost) if cost else 0.0


@dataclass(frozen=True, eq=False)
class Solved:
    """How a model was solved; the values are in the model.

    Attributes
    ----------
    status : str
        ``optimal``, ``feasible`` (stopped by the time limit or by the user, with a solution) or ``infeasible``.
    objective, bound : float
        Value of the solution, and proven bound on every solution; ``nan`` where infeasible.
    seconds : float
        Wall-clock time.
    duals : mapping from Pyomo constraint to float
        Dual values, of linear programmes only.
    """

    status: str
    objective: float
    bound: float
    seconds: float
    duals: Mapping[Any, float]

    @property
    def gap(self) -> float:
        """(objective - bound) / objective; 0 where nothing costs anything."""
        return relative_gap(self.objective, self.bound)


def solve(model: Any, time_limit: float, gap: float = 0.003, linear: bool = False) -> Solved:
    """Solve a Pyomo model with HiGHS.

    Parameters
    ----------
    model : ConcreteModel
        What to solve; the values of the solution are left in it.
    time_limit : float
        Wall-clock limit, seconds.
    gap : float
        Relative gap at which an integer programme is good enough.
    linear : bool
        Leave integrality out, and ask for dual values.

    Raises
    ------
    SolverError
        The solver stopped without a solution and without a proof that there is none.
    """
    from pyomo.contrib.solver.solvers.highs import Highs

    started = time.monotonic()
    solver = Highs()
    solver.config.raise_exception_on_nonoptimal_result = False
    solver.config.load_solutions = False
    solver.config.time_limit = max(0.1, time_limit)
    solver.config.rel_gap = gap
    if linear:
        solver.config.solver_options["solve_relaxation"] = True
    results = solver.solve(model)
    return _solved(results, time.monotonic() - started, linear)


def _solved(results: Any, seconds: float, linear: bool) -> Solved:
    """Return what HiGHS found; load the values into the model."""
    from pyomo.contrib.solver.common.results import SolutionStatus, TerminationCondition

    condition = results.termination_condition
    if condition in (TerminationCondition.provenInfeasible, TerminationCondition.infeasibleOrUnbounded):
        return Solved("infeasible", float("nan"), float("nan"), seconds, {})
    if results.solution_status not in (SolutionStatus.optimal, SolutionStatus.feasible):
        raise SolverError(f"HiGHS stopped without a solution: {condition.name} after {seconds:.1f} s; allow more time")
    results.solution_loader.load_vars()
    duals = dict(results.solution_loader.get_duals()) if linear else {}
    status = "optimal" if results.solution_status is SolutionStatus.optimal else "feasible"
    bound = results.objective_bound if results.objective_bound is not None else results.incumbent_objective
    return Solved(status, float(results.incumbent_objective), float(bound), seconds, duals)
