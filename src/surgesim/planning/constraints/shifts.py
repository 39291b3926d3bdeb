r"""Heads by day and shift: one head works at most one shift a day, and only those who are there work.

.. math::

    \sum_{s} w_{k,s,d} \le A_{k,d}, \qquad w_{k,s,d} \in \mathbb{Z}_{\ge 0}

with :math:`A_{k,d}` the heads of staff k who can work on day d (on hand, and hired and trained). Each head on shift s
costs its paid hours.
"""

from surgesim.planning.draft import Draft, Term, printed, saying
from surgesim.planning.problem import StaffChoice

KIND = "shifts"
TITLE = "heads on shifts"
TITLE_JA = "シフトの人数"
SUMMARY = "One head works at most one shift a day, and only those who are there work."
BROKEN = "More heads would have to work than are there."
BROKEN_JA = "勤務できる人数が足りない。"


def declare(draft: Draft) -> None:
    """Add heads by shift; contribute to duty, worked days and cost."""
    from pyomo.environ import NonNegativeIntegers, Var, quicksum

    problem, block = draft.problem, draft.block(KIND)
    keys = [
        (k, s, d)
        for k, staff in enumerate(problem.staff)
        for s, shift in enumerate(staff.shifts)
        for d in range(problem.days)
        if len(shift.cover[d][0])
    ]
    # where more heads than the levers allow are looked for, only the rules about them say how many there are
    free = draft.loose or draft.elastic & {"hires", "shifts", "standby"}
    most = [None if free else problem.most_heads(k) for k in range(len(problem.staff))]
    block.work = Var(keys, domain=NonNegativeIntegers, bounds=lambda _, k, s, d: (0, most[k]))
    draft.dated(block.work, lambda index: index[2])
    for k, s, d in keys:
        intervals, shares = problem.staff[k].shifts[s].cover[d]
        draft.works[k][s, d] = block.work[k, s, d]
        draft.worked[k, d].append(block.work[k, s, d])
        for i, share in zip(intervals.tolist(), shares.tolist(), strict=True):
            draft.duty[k, i].append(share * block.work[k, s, d])
    anybody = any(staff.on_hand for staff in problem.staff)
    for k, staff in enumerate(problem.staff):
        more = [_more(draft, staff)] if KIND in draft.elastic and (staff.on_hand or not anybody) else []
        draft.on_hand[k] = sum(more, staff.on_hand)
        for d in range(problem.days):
            draft.available[k, d].append(draft.on_hand[k])
        hours = [staff.shifts[s].paid_s / 3600.0 * block.work[k, s, d] for j, s, d in keys if j == k]
        draft.add_cost(f"wages {staff.group}", "head-hours", staff.wage_jpy_h, quicksum(hours))


def _more(draft: Draft, staff: StaffChoice) -> Term:
    """Return how many more heads are on hand, where that is looked for."""
    name, ja = printed(draft.problem, "groups", staff.group)
    return draft.relax(
        KIND,
        1.0,
        saying(f"have {{:,.0f}} more heads of {name} on hand (now {staff.on_hand})"),
        saying(f"{ja}の在籍をあと{{:,.0f}}人増やす(現在{staff.on_hand}人)"),
    )


def restrict(draft: Draft) -> None:
    """Let only those work who are there."""
    from pyomo.environ import Constraint, quicksum

    block = draft.block(KIND)
    block.one_a_day = Constraint(
        sorted(draft.worked), rule=lambda _, k, d: quicksum(draft.worked[k, d]) <= quicksum(draft.available[k, d])
    )
