r"""Minimum term: hired heads are paid their working days during the shortest engagement, work or not.

.. math::

    u_{k,w} \ge \frac{g_k}{7} \sum_o (1-\delta_k)\, h_{k,o}\, |T_{k,o} \cap w| - \sum_{d \in w} v_{k,d}, \qquad
    0 \le v_{k,d} \le \sum_s w_{k,s,d},\quad v_{k,d} \le \sum_o (1-\delta_k)\, h_{k,o}

with :math:`T_{k,o}` the days of the term after training, g working days per week, v the days worked by hired heads
and u the days paid without work, both per week w. Days of the term after the horizon are paid in full.
"""

from typing import Any

from surgesim.planning.draft import Draft

KIND = "minimum-term"
SUMMARY = "Hired heads are paid their working days during the shortest engagement, whether they work or not."
BROKEN = "The minimum term makes hires too dear for the budget."


def declare(draft: Draft) -> None:
    """Add the lever's own term to the list of terms."""
    for k, staff in enumerate(draft.problem.staff):
        if staff.term_days > 0 and staff.hires > 0:
            draft.terms[k].append(staff.term_days)


def restrict(draft: Draft) -> None:
    """Pay guaranteed days."""
    from pyomo.environ import Constraint, NonNegativeReals, Var, quicksum

    problem, block = draft.problem, draft.block(KIND)
    bound = [k for k in range(len(problem.staff)) if draft.terms[k] and draft.engaged[k]]
    weeks = range((problem.days + 6) // 7)
    block.unworked = Var(bound, weeks, domain=NonNegativeReals)
    block.by_hired = Var(bound, range(problem.days), domain=NonNegativeReals)
    draft.dated(block.by_hired, lambda index: index[1])
    block.worked = Constraint(bound, range(problem.days), rule=lambda b, k, d: b.by_hired[k, d] <= quicksum(draft.worked[k, d]))
    block.there = Constraint(bound, range(problem.days), rule=lambda b, k, d: b.by_hired[k, d] <= quicksum(_started(draft, k, d)))

    def guarantee(b: Any, k: int, week: int) -> Any:
        days = range(7 * week, min(7 * week + 7, problem.days))
        due = draft.cap_of(k) / 7.0 * quicksum(heads * _overlap(draft, k, o, days) for o, heads in draft.engaged[k])
        return b.unworked[k, week] >= due - quicksum(b.by_hired[k, d] for d in days)

    block.guarantee = Constraint(bound, weeks, rule=guarantee)
    for k in bound:
        staff = problem.staff[k]
        later = [(o, heads, max(0, _end(draft, k, o) - problem.days)) for o, heads in draft.engaged[k]]
        after = draft.cap_of(k) / 7.0 * quicksum(heads * days for _, heads, days in later)
        days_paid = quicksum(block.unworked[k, week] for week in weeks) + after
        hours = staff.day_s / 3600.0 * days_paid
        draft.add_cost(f"guaranteed pay without work {staff.group}", "head-hours", staff.wage_jpy_h, hours)


def _end(draft: Draft, k: int, order: int) -> int:
    return int(order + draft.problem.staff[k].lead_days + max(draft.terms[k]))


def _started(draft: Draft, k: int, day: int) -> list[Any]:
    wait = draft.problem.staff[k].wait_days
    return [heads for o, heads in draft.engaged[k] if o + wait <= day]


def _overlap(draft: Draft, k: int, order: int, days: range) -> int:
    first, end = order + draft.problem.staff[k].wait_days, _end(draft, k, order)
    return max(0, min(end, days.stop) - max(first, days.start))
