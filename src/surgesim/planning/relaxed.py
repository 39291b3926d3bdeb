"""The relaxation of a finished plan, solved again with something changed: no model is built anew."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from surgesim.base.errors import SolverError
from surgesim.planning.draft import Draft, Marginal
from surgesim.planning.program import Answer, Effort, Flags, Floats, Program
from surgesim.planning.surrogate import Curve, Surrogate

PAID = ("wages", "training", "night premium", "overtime premium", "guaranteed pay without work")
"""Items of the bill that a wage is paid in."""
STEP = 0.1
"""Share of more calls by which it is found out what more calls change in the programme."""
ASTRAY_S = 5.0
"""Time after which a solver that started from the last solution starts from the beginning."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A draft as arrays, and its relaxation.

    Attributes
    ----------
    draft, program : Draft, Program
        The last model of a plan, solved, and its arrays.
    base : Answer
        The relaxation.
    seconds : float
        Wall-clock limit of each relaxation.
    """

    draft: Draft
    program: Program
    base: Answer
    seconds: float

    @classmethod
    def of(cls, draft: Draft, seconds: float) -> "Relaxed":
        """Return the relaxation of a draft.

        Raises
        ------
        SolverError
            HiGHS failed, no time was left, or the curves leave no plan at all.
        """
        program = Program(draft)
        base = program.relaxation(seconds)
        if base.values is None:  # simulation knew better: a verified plan can be better than the curves think possible
            raise SolverError("by the calibrated curves there is no plan to compare with")
        return cls(draft, program, base, seconds)

    @cached_property
    def closed(self) -> frozenset[int]:
        """Sites that the plan might open and does not, and that have no seats of their own.

        The relaxation opens a fraction of them: what it says of their seats and staff is nothing about the plan.
        """
        columns = np.flatnonzero(self.program.of("sites.opens")).tolist()
        opens = [(self.program.index[c][0], round(float(self.program.columns[c].value or 0.0))) for c in columns]
        without = {j for j, _ in opens} - {j for j, planned in opens if planned}
        return frozenset(j for j in without if self.draft.problem.sites[j].seats == 0)

    def at_closed(self, k: int) -> bool:
        """Whether a staff sits at a site that stays closed."""
        sites = self.draft.problem.sites
        return any(sites[j].index == self.draft.problem.staff[k].site for j in self.closed)

    def mine(self, kind: str, number: int) -> Flags:
        """Return the columns of a variable whose index begins with a number."""
        firsts = (index[0] if isinstance(index, tuple) else index for index in self.program.index)
        return np.asarray(self.program.of(kind) & np.array([first == number for first in firsts], dtype=bool))

    def solved(self, none_of: Flags | None = None, upper: Floats | None = None, lower: Floats | None = None) -> Answer:
        """Solve with some columns at nothing, or within other bounds; no values where there is no solution.

        Raises
        ------
        SolverError
            HiGHS failed, or no time was left.
        """
        most = self.program.upper if upper is None else upper
        most = most if none_of is None else np.where(none_of, 0.0, most)
        least = self.program.lower if lower is None else lower
        nothing = np.zeros(len(most), dtype=bool)
        found = self.program.solve(least, most, nothing, Effort(min(self.seconds, ASTRAY_S)))
        if not found.optimal:  # the way from the last solution can lead nowhere: what has none at all is seen from the beginning
            self.program.highs.clearSolver()
            found = self.program.solve(least, most, nothing, Effort(self.seconds))
        if not found.optimal:
            raise SolverError("no time was left for a relaxation; allow more time")
        return found

    def one_more(self, marginal: Marginal, lower: Floats, upper: Floats) -> Answer:
        """Solve with one more unit of what a marginal is about, within bounds of the columns.

        A dual value is a slope, and where the optimum is a corner there are two of them: the price of a whole unit is the
        difference of two optima.
        """
        program, more = self.program, marginal.scale
        rows = np.array([program.row[id(rule)] for rule in marginal.rules if id(rule) in program.row], dtype=np.int64)
        least, most = program.row_lower.copy(), program.row_upper.copy()
        least[rows] += max(more, 0.0)  # a promise asks for more
        most[rows] += max(-more, 0.0)  # what is scarce is less so
        program.bound_rows(least, most)
        try:
            return self.solved(lower=lower, upper=upper)
        finally:
            program.bound_rows(program.row_lower, program.row_upper)

    def everything_of(self, k: int) -> Flags:
        """Return the columns that put staff ``k`` to work: shifts, hires, and its standby packages."""
        found = self.mine("shifts.work", k) | self.mine("hires.hired", k)
        for n, package in enumerate(self.draft.problem.standby):
            if package.staff == k:
                found = found | self.package(n)
        return np.asarray(found)

    def package(self, n: int) -> Flags:
        """Return the columns of a standby package."""
        return np.asarray(self.mine("standby.reserved", n) | self.mine("standby.activated", n))

    def growth(self, j: int) -> Flags:
        """Return the columns by which a site opens and grows."""
        return np.asarray(self.mine("sites.opens", j) | self.mine("seats.added", j))

    def paid_hours(self, k: int) -> Floats:
        """Return what one yen more an hour of staff ``k`` adds to the cost of each column."""
        from pyomo.repn import generate_standard_repn

        staff, place = self.draft.problem.staff[k], {id(var): c for c, var in enumerate(self.program.columns)}
        found = np.zeros(len(self.program.cost))
        for term in self.draft.costs:
            if term.item in {f"{what} {staff.group}" for what in PAID}:
                linear: Any = generate_standard_repn(term.quantity)
                for var, factor in zip(linear.linear_vars, linear.linear_coefs, strict=True):
                    found[place[id(var)]] += factor * term.price_jpy / staff.wage_jpy_h
        return found


@dataclass(frozen=True, eq=False)
class Calls:
    """How the programme moves with the number of calls: bounds of rows and columns, in straight lines.

    Attributes
    ----------
    relaxed : Relaxed
        The programme at the calls that are planned for.
    rows, columns : ndarray
        Bounds of rows (lower, upper) and upper bounds of columns, per planned calls more.
    """

    relaxed: Relaxed
    rows: tuple[Floats, Floats]
    columns: Floats

    @classmethod
    def of(cls, relaxed: Relaxed) -> "Calls | None":
        """Return how a programme moves; None where more calls change more than its bounds."""
        draft, program = relaxed.draft, relaxed.program
        other = Program(Draft(draft.problem, busier(draft.surrogate, 1.0 + STEP), kinds=draft.kinds).build())
        if other.matrix.shape != program.matrix.shape or not _alike(other.matrix, program.matrix):
            return None
        lower, upper = _slope(other.row_lower, program.row_lower), _slope(other.row_upper, program.row_upper)
        return cls(relaxed, (lower, upper), _slope(other.upper, program.upper))

    def solved(self, factor: float, none_of: Flags | None = None) -> Answer:
        """Solve with so many times the calls."""
        program, more = self.relaxed.program, factor - 1.0
        program.bound_rows(program.row_lower + more * self.rows[0], program.row_upper + more * self.rows[1])
        try:
            return self.relaxed.solved(none_of, program.upper + more * self.columns)
        finally:
            program.bound_rows(program.row_lower, program.row_upper)


def _alike(one: Any, other: Any) -> bool:
    return bool(abs(one - other).max() <= 1e-6 * max(1.0, abs(other).max()))


def _slope(more: Floats, base: Floats) -> Floats:
    """Return the slope between two bounds; nothing where there is no bound."""
    known = np.isfinite(more) & np.isfinite(base)
    return np.where(known, np.where(known, more, 0.0) - np.where(known, base, 0.0), 0.0) / STEP


def busier(surrogate: Surrogate, factor: float) -> Surrogate:
    """Return curves for so many times the calls: agents, gains and work grow alike (no gain by size, on the safe side).

    What is lost to busy tones stays as it is: lines are another decision.
    """
    curves = {key: Curve(one.start * factor, one.widths * factor, one.slopes) for key, one in surrogate.curves.items()}
    constant = {key: value * factor for key, value in surrogate.constant.items()}
    offered = {key: value * factor for key, value in surrogate.offered.items()}
    work = {key: value * factor for key, value in surrogate.work_s.items()}
    return replace(surrogate, curves=curves, constant=constant, offered=offered, work_s=work)
