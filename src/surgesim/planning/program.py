"""A plan's integer programme as arrays, ready for HiGHS to solve again and again with other bounds.

Pyomo writes the model; the many solves of one plan then go to HiGHS directly, because handing a model over takes
longer than solving its relaxation (about 2 s against 0.5 s for a month of half-hours).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import SolverError
from surgesim.planning.draft import Draft
from surgesim.planning.solve import relative_gap, unit_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


TOLERANCE = 1e-5
"""By how much rules may be broken in a solution that the solver calls optimal, once its scaling is undone."""
TINY = 1e-6
"""Absolute gap that is always good enough, units."""


@dataclass(frozen=True)
class Effort:
    """When a search ends: nodes, unlike seconds, give the same plan on a fast machine and on a busy one.

    Attributes
    ----------
    seconds : float
        Wall-clock limit.
    gap : float
        Relative gap that is good enough.
    nodes : int
        Greatest number of nodes.
    slack_jpy : float
        Absolute gap that is good enough.
    """

    seconds: float
    gap: float = 0.0
    nodes: int = 20
    slack_jpy: float = 0.0


@dataclass(frozen=True, eq=False)
class Answer:
    """Values of all columns, and their cost; no values where there is no solution.

    Attributes
    ----------
    values : ndarray, shape (columns,), or None
        Solution.
    objective, bound : float
        Its cost, and the proven bound.
    optimal : bool
        Whether it is good enough.
    prices : ndarray, shape (rows,), or None
        Dual values, of linear programmes only.
    """

    values: Floats | None
    objective: float
    bound: float
    optimal: bool
    prices: Floats | None = None

    @property
    def gap(self) -> float:
        """(objective - bound) / objective; 0 where nothing costs anything."""
        return relative_gap(self.objective, self.bound)


class Program:
    """The arrays of a draft, and HiGHS with them.

    Parameters
    ----------
    draft : Draft
        A built model.

    Attributes
    ----------
    lower, upper : ndarray, shape (columns,)
        Bounds.
    whole : ndarray of bool, shape (columns,)
        Columns that must be whole numbers.
    day : ndarray of int, shape (columns,)
        Day that a column belongs to; -1 for decisions beyond days.
    kind : ndarray of str, shape (columns,)
        ``kind.name`` of the Pyomo variable.
    matrix : sparse matrix, shape (rows, columns)
        Coefficients, by column.
    row_lower, row_upper : ndarray, shape (rows,)
        Bounds of the rows.
    unit_jpy : float
        What the solver counts costs in.
    """

    def __init__(self, draft: Draft) -> None:
        from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

        form = LinearStandardFormCompiler().write(draft.model, mixed_form=True)
        self.columns = form.columns
        self.cost = np.asarray(form.c.todense(), dtype=np.float64).ravel()
        self.offset = float(form.c_offset[0])
        self.unit_jpy = unit_of(self.cost)
        lower, upper = zip(*(var.bounds for var in form.columns), strict=True)
        self.lower = np.array([-np.inf if bound is None else bound for bound in lower], dtype=np.float64)
        self.upper = np.array([np.inf if bound is None else bound for bound in upper], dtype=np.float64)
        self.whole = np.array([not var.is_continuous() for var in form.columns])
        self.day = np.array([draft.day_of_column.get(id(var), -1) for var in form.columns])
        self.kind = np.array([_kind(var) for var in form.columns])
        self.index = [var.index() for var in form.columns]
        self._load(form)

    def _load(self, form: Any) -> None:
        sense = np.array([multiplier for _, multiplier in form.rows])
        rhs = np.asarray(form.rhs, dtype=np.float64)
        self.matrix = form.A.tocsc()
        self.row_lower, self.row_upper = np.where(sense <= 0, rhs, -np.inf), np.where(sense >= 0, rhs, np.inf)
        rows = self.row_lower, self.row_upper
        self.highs = loaded(self.matrix, self.cost / self.unit_jpy, (self.lower, self.upper), rows, self.offset / self.unit_jpy)
        self.row = {id(rule): number for number, (rule, _) in enumerate(form.rows)}

    def solve(self, lower: Floats, upper: Floats, whole: Flags, effort: Effort) -> Answer:
        """Solve with other bounds and other whole columns.

        Parameters
        ----------
        lower, upper : ndarray, shape (columns,)
            Bounds.
        whole : ndarray of bool, shape (columns,)
            Columns that must be whole.
        effort : Effort
            Limits.

        Raises
        ------
        SolverError
            HiGHS failed, or stopped without a solution and without a proof that there is none.
        """
        bounded(self.highs, lower, upper, whole)
        return finished(self.highs, effort, bool(whole.any()), self.unit_jpy)

    def relaxation(self, seconds: float) -> Answer:
        """Solve without whole numbers; no values where there is no solution.

        Raises
        ------
        SolverError
            HiGHS failed, or no time was left.
        """
        found = self.solve(self.lower, self.upper, np.zeros(len(self.lower), dtype=bool), Effort(seconds))
        if not found.optimal:
            raise SolverError("no time was left for a relaxation; allow more time")
        return found

    def force_rows(self, rules: Sequence[Any], least: float) -> None:
        """Give some rows another lower bound; their upper bound stays."""
        for rule in rules:
            row = self.row[id(rule)]
            self.row_lower[row] = least
            self.highs.changeRowBounds(row, least, float(self.row_upper[row]))

    def bound_rows(self, lower: Floats, upper: Floats) -> None:
        """Give all rows of the solver other bounds; those of the program stay as they are noted."""
        rows = np.arange(len(lower), dtype=np.int32)
        self.highs.changeRowsBounds(len(rows), rows, lower, upper)

    def price_columns(self, cost: Floats) -> None:
        """Give all columns of the solver other costs; those of the program stay as they are noted."""
        self.highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost / self.unit_jpy)

    def of(self, kind: str) -> Flags:
        """Return which columns belong to a variable, e.g. ``hires.hired``."""
        return np.asarray(self.kind == kind)


def loaded(matrix: Any, cost: Floats, columns: tuple[Floats, Floats], rows: tuple[Floats, Floats], offset: float = 0.0) -> Any:
    """Return HiGHS with a linear programme in it: a matrix by column, and the bounds of columns and rows."""
    import highspy

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, *columns
    lp.row_lower_, lp.row_upper_ = rows
    lp.offset_ = offset
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    highs = fresh_highs()
    highs.passModel(lp)
    return highs


def bounded(highs: Any, lower: Floats, upper: Floats, whole: Flags) -> None:
    """Give all columns other bounds, and say which must be whole."""
    import highspy

    columns = np.arange(len(lower), dtype=np.int32)
    highs.changeColsBounds(len(columns), columns, lower, upper)
    kinds = np.where(whole, int(highspy.HighsVarType.kInteger), int(highspy.HighsVarType.kContinuous))
    highs.changeColsIntegrality(len(columns), columns, kinds.astype(np.uint8))


def fresh_highs() -> Any:
    """Return a silent HiGHS that lets Ctrl-C through."""
    import highspy

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.HandleKeyboardInterrupt = True
    return highs


def finished(highs: Any, effort: Effort, integer: bool, unit_jpy: float) -> Answer:
    """Run HiGHS, which counts costs in so many yen, and return what it found in yen.

    Raises
    ------
    SolverError
        HiGHS failed, or stopped without a solution and without a proof that there is none.
    KeyboardInterrupt
        The user stopped the search.
    """
    import highspy

    highs.setOptionValue("time_limit", highs.getRunTime() + max(1.0, effort.seconds))
    highs.setOptionValue("mip_rel_gap", effort.gap)
    highs.setOptionValue("mip_abs_gap", max(effort.slack_jpy / unit_jpy, TINY))
    highs.setOptionValue("mip_max_nodes", effort.nodes)
    highs.run()
    if _doubtful(highs):
        highs.clearSolver()  # numerical trouble on the way from an earlier solution: once more from the beginning
        highs.run()
    status, info = highs.getModelStatus(), highs.getInfo()
    if status == highspy.HighsModelStatus.kInterrupt:
        raise KeyboardInterrupt
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer(None, np.inf, np.inf, True)
    nearly = status == highspy.HighsModelStatus.kOptimal and info.max_primal_infeasibility <= TOLERANCE
    if info.primal_solution_status != 2 and not nearly:
        if status in (highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kSolutionLimit):
            return Answer(None, np.inf, -np.inf, False)
        raise SolverError(f"HiGHS stopped without a solution: {highs.modelStatusToString(status)}")
    solution = highs.getSolution()
    values, prices = np.array(solution.col_value), None if integer else unit_jpy * np.array(solution.row_dual)
    optimal = status == highspy.HighsModelStatus.kOptimal
    bound = info.mip_dual_bound if integer else (info.objective_function_value if optimal else -np.inf)
    return Answer(values, unit_jpy * float(info.objective_function_value), unit_jpy * float(bound), optimal, prices)


def _doubtful(highs: Any) -> bool:
    """Whether the solver broke off, or calls optimal what breaks a rule by more than it allows once scaling is undone."""
    import highspy

    status = highs.getModelStatus()
    broken = (highspy.HighsModelStatus.kUnknown, highspy.HighsModelStatus.kSolveError, highspy.HighsModelStatus.kNotset)
    return status in broken or (status == highspy.HighsModelStatus.kOptimal and highs.getInfo().primal_solution_status != 2)


def _kind(var: Any) -> str:
    return str(var.parent_component().name)
