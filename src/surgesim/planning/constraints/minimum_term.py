r"""Minimum term: heads who come are paid their working days during the shortest engagement, work or not.

.. math::

    u_{k,w} \ge \frac{g_k}{7} \sum_c n_c\, |T_c \cap w| - \sum_{d \in w} v_{k,d}, \qquad
    0 \le v_{k,d} \le \sum_s w_{k,s,d},\quad v_{k,d} \le \sum_{c:\, d \in T_c} n_c

over the cohorts c of staff k (hired on one day, or a standby package activated) with n heads, :math:`T_c` the days of the
term after training, g working days per week, v the days worked by those whose term runs and u the days paid without work,
both per week w. Days of the term after the horizon are paid in full.
"""

from typing import Any

from surgesim.planning.draft import Cohort, Draft

KIND = "minimum-term"
TITLE = "minimum term"
TITLE_JA = "最低契約期間"
SUMMARY = "Hired heads are paid their working days during the shortest engagement, whether they work or not."
BROKEN = "The minimum term makes hires too dear for the budget."
BROKEN_JA = "最低契約期間のため採用が予算を超える。"


def declare(draft: Draft) -> None:
    """Nothing to declare: every cohort says its term."""


def restrict(draft: Draft) -> None:
    """Pay guaranteed days."""
    from pyomo.environ import Constraint, NonNegativeReals, Var, quicksum

    problem, block = draft.problem, draft.block(KIND)
    bound = [k for k in range(len(problem.staff)) if any(_end(draft, k, come) > come.first for come in draft.engaged[k])]
    weeks = range((problem.days + 6) // 7)
    block.unworked = Var(bound, weeks, domain=NonNegativeReals)
    block.by_hired = Var(bound, range(problem.days), domain=NonNegativeReals)
    draft.dated(block.by_hired, lambda index: index[1])
    block.worked = Constraint(bound, range(problem.days), rule=lambda b, k, d: b.by_hired[k, d] <= quicksum(draft.worked[k, d]))
    block.there = Constraint(bound, range(problem.days), rule=lambda b, k, d: b.by_hired[k, d] <= draft.body(_bound(draft, k, d)))

    def guarantee(b: Any, k: int, week: int) -> Any:
        days = range(7 * week, min(7 * week + 7, problem.days))
        due = draft.cap_of(k) / 7.0 * quicksum(come.heads * _overlap(draft, k, come, days) for come in draft.engaged[k])
        return b.unworked[k, week] >= due - quicksum(b.by_hired[k, d] for d in days)

    block.guarantee = Constraint(bound, weeks, rule=guarantee)
    for k in bound:
        staff = problem.staff[k]
        later = ((come.heads, _end(draft, k, come) - max(problem.days, come.first)) for come in draft.engaged[k])
        after = draft.cap_of(k) / 7.0 * quicksum(heads * days for heads, days in later if days > 0)
        days_paid = quicksum(block.unworked[k, week] for week in weeks) + after
        hours = staff.day_s / 3600.0 * days_paid
        draft.add_cost(f"guaranteed pay without work {staff.group}", "head-hours", staff.wage_jpy_h, hours)


def _end(draft: Draft, k: int, come: Cohort) -> int:
    return come.paid + max([come.term_days, *draft.terms[k]])


def _bound(draft: Draft, k: int, day: int) -> list[Any]:
    """Return the heads whose term runs on a day."""
    return [come.heads for come in draft.engaged[k] if come.first <= day < _end(draft, k, come)]


def _overlap(draft: Draft, k: int, come: Cohort, days: range) -> int:
    return max(0, min(_end(draft, k, come), days.stop) - max(come.first, days.start))
