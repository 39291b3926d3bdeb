r"""Supervisors: on every day each site has one for so many heads at work.

.. math::

    R\, n_{j,d} \ge \sum_{k \in j} \sum_s w_{k,s,d}, \qquad n_{j,d} \in \mathbb{Z}_{\ge 0}

with R the heads that one supervisor looks after and n the supervisors of site j on day d, paid by the day.
"""

from typing import Any

from surgesim.planning.draft import Draft

KIND = "supervisors"
TITLE = "supervisors"
TITLE_JA = "管理者"
SUMMARY = "On every day each site has one supervisor for so many heads at work."
BROKEN = "Supervisors make heads too dear for the budget."
BROKEN_JA = "管理者の費用が予算を圧迫する。"


def declare(draft: Draft) -> None:
    """Add supervisors by site and day, and their cost."""
    from pyomo.environ import NonNegativeIntegers, Var, quicksum

    problem, block = draft.problem, draft.block(KIND)
    places = [j for j, site in enumerate(problem.sites) if any(staff.site == site.index for staff in problem.staff)]
    keys = [(j, d) for j in places for d in range(problem.days)] if problem.heads_per_supervisor else []
    block.there = Var(keys, domain=NonNegativeIntegers)
    draft.dated(block.there, lambda index: index[1])
    for j in places if keys else ():
        days = quicksum(block.there[j, d] for d in range(problem.days))
        draft.add_cost(f"supervisors {problem.sites[j].name}", "head-days", problem.supervisor_jpy_day, days)


def restrict(draft: Draft) -> None:
    """Hold the number of heads within what the supervisors can look after."""
    from pyomo.environ import Constraint, quicksum

    problem, block = draft.problem, draft.block(KIND)

    def enough(_: Any, j: int, d: int) -> Any:
        mine = [k for k, staff in enumerate(problem.staff) if staff.site == problem.sites[j].index]
        heads = [term for k in mine for term in draft.worked[k, d]]
        return problem.heads_per_supervisor * block.there[j, d] >= quicksum(heads) if heads else Constraint.Skip

    block.enough = Constraint(list(block.there), rule=enough)
