"""The integer programme of whole plans between cuts from simulation, instead of curves."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.planning.constraints import shelf
from surgesim.planning.decision import Capacity, Decision, decided
from surgesim.planning.draft import Draft
from surgesim.planning.problem import Problem
from surgesim.planning.program import Answer, Effort, Program
from surgesim.planning.rounding import FEW_AGENTS, values_of
from surgesim.planning.slopes import Cut, Point
from surgesim.planning.surrogate import Surrogate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CURVED = ("coverage", "targets", "deadlines", "occupancy", "service")
"""Kinds of constraints that are about curves; cuts stand in for them."""
NODES = 400
"""Nodes of each search."""


class Between:
    """A kind of constraint: agents within heads on duty, and every promise within its cuts.

    Parameters
    ----------
    cuts : sequence of Cut
        What simulations saw.
    needs : tuple of ndarray, by promise
        Surplus that each period needs.
    block_of : ndarray of int, shape (intervals,)
        Block of each interval.
    few : ndarray of bool, shape (groups,)
        Groups whose agents are counted as the simulator rounds them.
    """

    def __init__(self, cuts: Sequence[Cut], needs: tuple[Floats, ...], block_of: Integers, few: NDArray[np.bool_]) -> None:
        self.cuts, self.needs, self.block_of, self.few = cuts, needs, block_of, few

    def declare(self, draft: Draft) -> None:
        """Add agents by group and interval, and what is there without a lever."""
        from pyomo.environ import NonNegativeIntegers, NonNegativeReals, Var

        problem, block = draft.problem, draft.block("between")
        planned = sorted(staff.index for staff in problem.staff)
        intervals = np.flatnonzero(self.block_of >= 0).tolist()
        block.agents = Var(
            [(g, i) for g in planned for i in intervals],
            domain=lambda _, g, i: NonNegativeIntegers if self.few[g] else NonNegativeReals,
        )
        for g in range(len(problem.groups)):
            for i in intervals:
                draft.agents[g, i] = block.agents[g, i] if g in planned else float(problem.fixed_agents[g, i])

    def restrict(self, draft: Draft) -> None:
        """Keep agents within heads on duty, and each promise within each of its cuts."""
        from pyomo.environ import Constraint, ConstraintList, NonNegativeIntegers, NonNegativeReals, Var, quicksum

        problem, block = draft.problem, draft.block("between")
        staff_of = {staff.index: k for k, staff in enumerate(problem.staff)}

        def on_duty(_: Any, g: int, i: int) -> Any:
            k = staff_of[g]
            heads = quicksum(draft.duty[k, i])
            return block.agents[g, i] <= draft.site_up(g, i) * (1.0 - problem.staff[k].shrinkage) * heads + 1e-9

        block.on_duty = Constraint(list(block.agents), rule=on_duty)
        block.move = Var(NonNegativeIntegers, dense=False, domain=NonNegativeReals)
        block.moved, block.holds = ConstraintList(), ConstraintList()
        self.free = 0
        lots = draft.block("lines").lots
        for cut in self.cuts:
            gains = []
            for b in np.flatnonzero(cut.more.any(axis=0)).tolist():
                inside = np.flatnonzero(self.block_of == b).tolist()
                change = quicksum(
                    float(cut.more[g, b]) * (quicksum(draft.agents[g, i] for i in inside) / len(inside) - float(cut.agents[g, b]))
                    for g in staff_of if cut.more[g, b] > 0
                )  # fmt: skip
                gains.append(self._gain(draft, change, 1.0, float(cut.steeper[b])))
            gains += [
                self._gain(draft, lots[t] - float(cut.lots[t]), float(cut.more_lots[t]), float(cut.fewer_lots[t]))
                for t in lots if cut.fewer_lots[t] > 0
            ]  # fmt: skip
            block.holds.add(draft.body(gains) >= float(self.needs[cut.promise][cut.period]) - cut.level)

    def _gain(self, draft: Draft, change: Any, more: float, fewer: float) -> Any:
        """Return what a promise gains by a change upwards, and loses by one downwards."""
        block = draft.block("between")
        up, down = block.move[self.free], block.move[self.free + 1]
        self.free += 2
        block.moved.add(change == up - down)
        return more * up - fewer * down


def between(problem: Problem, cuts: Sequence[Cut], needs: tuple[Floats, ...], block_of: Integers, near: Point) -> Draft:
    """Return the model of all plans that keep the promises by the cuts."""
    few = near.capacity.agents.max(axis=1) < FEW_AGENTS
    kinds = {name: kind for name, kind in shelf().items() if name not in CURVED}
    kinds["between"] = Between(cuts, needs, block_of, few)
    return Draft(problem, Surrogate({}, {}, {}, {}), kinds=kinds).build()


def cheapest(draft: Draft, near: Decision, reach: int, below: float, seconds: float) -> tuple[Decision, float] | None:
    """Return the cheapest plan near another one, with its cost; None where none is cheaper than asked.

    Parameters
    ----------
    draft : Draft
        From :func:`between`.
    near : Decision
        A plan.
    reach : int
        Heads by which each shift may differ from it.
    below : float
        Cost that must not be reached, yen.
    seconds : float
        Wall-clock limit.
    """
    program = Program(draft)
    lower, upper = program.lower.copy(), program.upper.copy()
    for c in np.flatnonzero(program.of("shifts.work")).tolist():
        k, s, d = program.index[c]
        lower[c] = max(lower[c], float(near.work[k][s, d]) - reach)
        upper[c] = min(upper[c], float(near.work[k][s, d]) + reach)
    for c in np.flatnonzero(program.of("sites.opens")).tolist():
        j, d = program.index[c]
        lower[c] = upper[c] = float(near.opens[j] == d)
    found = program.solve(lower, upper, program.whole, Effort(seconds, 0.0, NODES))
    if found.values is None or found.objective >= below:
        return None
    for column, value, whole in zip(program.columns, found.values.tolist(), program.whole.tolist(), strict=True):
        column.set_value(float(round(value)) if whole else value, skip_validation=True)
    return decided(draft), found.objective


def held(draft: Draft, decision: Decision, decided_capacity: Capacity, seconds: float) -> Answer:
    """Solve a draft with everything decided, and leave the solution in it; without values where that breaks a rule."""
    program = Program(draft)
    values = values_of(program, draft.problem, decision)
    for c in np.flatnonzero(program.of("coverage.agents")).tolist():
        values[c] = decided_capacity.agents[program.index[c]]
    known = ~np.isnan(values)
    lower, upper = np.where(known, values, program.lower), np.where(known, values, program.upper)
    found = program.solve(lower, upper, program.whole & ~known, Effort(seconds, 0.0, NODES))
    if found.values is not None:
        for column, value in zip(program.columns, found.values.tolist(), strict=True):
            column.set_value(value, skip_validation=True)
    return found


def copied(solved: Draft, draft: Draft) -> None:
    """Leave the solution of a draft in another one of the same columns."""
    from pyomo.environ import Var

    for var in draft.model.component_data_objects(Var):
        same = solved.model.find_component(var.parent_component().name)[var.index()]
        var.set_value(same.value, skip_validation=True)
