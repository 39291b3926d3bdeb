r"""Hires by order day: they come after lead time and training, some never start, and there are only so many.

.. math::

    A_{k,d} \mathrel{+}= (1-\delta_k) \sum_{o + \ell_k + \tau_k \le d} h_{k,o}, \qquad
    \sum_o h_{k,o} \le H_k, \qquad h_{k,o} \in \mathbb{Z}_{\ge 0}

with lead time :math:`\ell`, training :math:`\tau` and drop-out :math:`\delta`. A hire costs its fee and its training,
paid by the day like the shortest shift, whether or not he or she starts.
"""

from typing import Any

from surgesim.planning.draft import Cohort, Draft, printed, saying
from surgesim.planning.problem import Problem

KIND = "hires"
TITLE = "hires"
TITLE_JA = "採用"
SUMMARY = "Hires come after lead time and training, some never start, and there are only so many."
BROKEN = "More heads would have to be hired than the levers allow."
BROKEN_JA = "採用できる人数が足りない。"


def orders(problem: Problem, k: int) -> list[int]:
    """Return the order days on which a hire of staff ``k`` still works in the horizon.

    Without a minimum term the first day dominates every later one: it costs the same and serves longer.
    """
    staff = problem.staff[k]
    if staff.hires == 0:
        return []
    days = list(range(max(0, problem.days - staff.wait_days)))
    return days if staff.term_days > 0 or staff.barred_dispatch else days[:1]


def declare(draft: Draft) -> None:
    """Add hires by order day; contribute to the available heads and to cost."""
    from pyomo.environ import NonNegativeIntegers, Var, quicksum

    problem, block = draft.problem, draft.block(KIND)
    keys = [(k, o) for k in range(len(problem.staff)) for o in orders(problem, k)]
    block.hired = Var(keys, domain=NonNegativeIntegers)
    for k, o in keys:
        staff = problem.staff[k]
        starters = (1.0 - staff.drop_out) * block.hired[k, o]
        draft.engaged[k].append(Cohort(o + staff.lead_days, o + staff.wait_days, starters, staff.term_days))
        for d in range(o + staff.wait_days, problem.days):
            draft.available[k, d].append(starters)
    for k, staff in enumerate(problem.staff):
        heads = quicksum(block.hired[k, o] for o in orders(problem, k))
        draft.add_cost(f"hiring {staff.group}", "heads", staff.hiring_cost_jpy, heads)
        trained = staff.training_days * staff.day_s / 3600.0 * heads
        draft.add_cost(f"training {staff.group}", "head-hours", staff.wage_jpy_h, trained)


def restrict(draft: Draft) -> None:
    """Limit the hires of each staff."""
    from pyomo.environ import Constraint, quicksum

    problem, block = draft.problem, draft.block(KIND)

    def limit(_: Any, k: int) -> Any:
        staff = problem.staff[k]
        name, ja = printed(problem, "groups", staff.group)
        text = f"allow {{:,.0f}} more hires in {name} (now at most {staff.hires})"
        text_ja = f"{ja}の採用をあと{{:,.0f}}人認める(現在は最大{staff.hires}人)"
        more = draft.relax(KIND, 1.0, saying(text), saying(text_ja))
        return quicksum(block.hired[k, o] for o in orders(problem, k)) <= staff.hires + more

    block.most = Constraint([k for k in range(len(problem.staff)) if orders(problem, k)], rule=limit)
    for k in block.most:
        name, ja = printed(problem, "groups", problem.staff[k].group)
        draft.add_marginal([block.most[k]], -1.0, saying(f"one more hire in {name} saves ¥{{:,.0f}}"),
                           saying(f"{ja}の採用があと1人できれば¥{{:,.0f}}安くなる"))  # fmt: skip
