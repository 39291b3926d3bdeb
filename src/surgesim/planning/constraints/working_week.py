r"""Working week: in any seven days nobody works more days than allowed.

.. math::

    \sum_{d'=d-6}^{d} \sum_s w_{k,s,d'} \le
    \sum_{c} n_{k,c} \min\bigl(g_k, |\{d-6,\dots,d\} \cap \{f_{k,c},\dots\}|\bigr)

over the cohorts c of staff k (on hand, or hired on one day) with n heads who can work from day f on. A cyclic roster
shows that the rule is enough for one cohort: each day the next heads in the cycle work.
"""

from typing import Any

from surgesim.planning.draft import Draft

KIND = "working-week"
TITLE = "working week"
TITLE_JA = "週の勤務日数"
SUMMARY = "In any seven days nobody works more days than the lever (and the law) allows."
BROKEN = "Somebody would have to work on more days of a week than allowed."
BROKEN_JA = "週の勤務日数の上限では足りない。"


def declare(draft: Draft) -> None:
    """Add the lever's own limit."""
    for k, staff in enumerate(draft.problem.staff):
        draft.day_caps[k].append(staff.days_per_week)


def restrict(draft: Draft) -> None:
    """Limit the days worked in every window of seven days."""
    from pyomo.environ import Constraint, quicksum

    problem, block = draft.problem, draft.block(KIND)

    def window(_: Any, k: int, last: int) -> Any:
        days = range(max(0, last - 6), last + 1)
        cap = draft.cap_of(k)
        allowed = draft.on_hand[k] * min(cap, len(days)) + quicksum(
            come.heads * min(cap, max(0, last + 1 - max(days.start, come.first))) for come in draft.engaged[k]
        )
        return quicksum(term for d in days for term in draft.worked[k, d]) <= allowed

    keys = [
        (k, last)
        for k in range(len(problem.staff))
        for last in range(problem.days)
        # a window that is not longer than the limit binds nobody
        if min(last + 1, 7) > draft.cap_of(k) and any(draft.worked[k, d] for d in range(max(0, last - 6), last + 1))
    ]
    block.seven_days = Constraint(keys, rule=window)
