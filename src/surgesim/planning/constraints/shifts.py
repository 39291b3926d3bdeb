r"""Heads by day and shift: one head works at most one shift a day, and only those who are there work.

.. math::

    \sum_{s} w_{k,s,d} \le A_{k,d}, \qquad w_{k,s,d} \in \mathbb{Z}_{\ge 0}

with :math:`A_{k,d}` the heads of staff k who can work on day d (on hand, and hired and trained). Each head on shift s
costs its paid hours.
"""

from surgesim.planning.draft import Draft

KIND = "shifts"
SUMMARY = "One head works at most one shift a day, and only those who are there work."
BROKEN = "More heads would have to work than are there."


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
    most = [problem.most_heads(k) for k in range(len(problem.staff))]
    block.work = Var(keys, domain=NonNegativeIntegers, bounds=lambda _, k, s, d: (0, most[k]))
    draft.dated(block.work, lambda index: index[2])
    for k, s, d in keys:
        intervals, shares = problem.staff[k].shifts[s].cover[d]
        draft.works[k][s, d] = block.work[k, s, d]
        draft.worked[k, d].append(block.work[k, s, d])
        for i, share in zip(intervals.tolist(), shares.tolist(), strict=True):
            draft.duty[k, i].append(share * block.work[k, s, d])
    for k, staff in enumerate(problem.staff):
        for d in range(problem.days):
            draft.available[k, d].append(staff.on_hand)
        hours = [staff.shifts[s].paid_s / 3600.0 * block.work[k, s, d] for j, s, d in keys if j == k]
        draft.add_cost(f"wages {staff.group}", "head-hours", staff.wage_jpy_h, quicksum(hours))


def restrict(draft: Draft) -> None:
    """Let only those work who are there."""
    from pyomo.environ import Constraint, quicksum

    block = draft.block(KIND)
    block.one_a_day = Constraint(
        sorted(draft.worked), rule=lambda _, k, d: quicksum(draft.worked[k, d]) <= quicksum(draft.available[k, d])
    )
