r"""Deadlines: deferred work (mail, forms, cases) waits, is worked off in idle time, and is late after its deadline.

.. math::

    B_{q,i} = B_{q,i-1} + A_{q,i} - x_{q,i}, \quad x_{q,i} \le \Delta \sum_g e_{g,q,i}, \qquad
    \sum_{j \le i} (A_{q,j} - l_{q,j}) \le \sum_{j \le i + D_q} x_{q,j}

with A the work that arrives (agent-seconds), x the work done, B the backlog, l the work that will be late and D the
deadline in intervals (rounded down). The promise of being on time loses what is late.
"""

from typing import Any

from surgesim.planning.draft import Draft

KIND = "deadlines"
SUMMARY = "Deferred work is worked off within its deadline, or counts as late."
BROKEN = "Deferred work cannot be done within its deadline."


def declare(draft: Draft) -> None:
    """Add work done and work that will be late."""
    from pyomo.environ import NonNegativeReals, Var

    problem, block = draft.problem, draft.block(KIND)
    queues = sorted({q for q, _ in draft.surrogate.work_s})
    keys = [(q, i) for q in queues for i in range(problem.intervals)]
    block.done = Var(keys, domain=NonNegativeReals)
    block.late = Var(keys, domain=NonNegativeReals)
    for q, i in keys:
        block.late[q, i].setub(draft.surrogate.work_s.get((q, i), 0.0))
    for p, promise in enumerate(problem.promises):
        if promise.measure == "on_time" and promise.queue in queues:
            for r, period in enumerate(promise.periods):
                work = sum(draft.surrogate.work_s.get((promise.queue, i), 0.0) for i in period.intervals.tolist())
                # the surplus is counted in contacts: one contact is the mean work of the period's contacts
                per_contact = draft.surrogate.offered[p, r] / work if work > 0 else 0.0
                draft.surplus[p, r].append((1.0 - promise.bound) * draft.surrogate.offered[p, r])
                late = (-per_contact * block.late[promise.queue, i] for i in period.intervals.tolist())
                draft.surplus[p, r].extend(late)


def restrict(draft: Draft) -> None:
    """Keep work done within agents and arrivals, and the deadline for all that is not late."""
    from pyomo.environ import Constraint, NonNegativeReals, Var, quicksum

    problem, block = draft.problem, draft.block(KIND)
    work = draft.surrogate.work_s
    keys = list(block.done)
    block.able = Constraint(keys, rule=lambda b, q, i: b.done[q, i] <= problem.interval_s * quicksum(draft.serving[q, i]))
    block.backlog = Var(keys, domain=NonNegativeReals)
    block.carried = Constraint(
        keys,
        rule=lambda b, q, i: b.backlog[q, i] == (b.backlog[q, i - 1] if i > 0 else 0.0) + work.get((q, i), 0.0) - b.done[q, i],
    )
    block.due = Constraint(keys, rule=lambda b, q, i: _due(draft, b, q, i))


def _due(draft: Draft, block: Any, q: int, i: int) -> Any:
    from pyomo.environ import Constraint, quicksum

    end = i + draft.problem.deadlines[q]
    if end >= draft.problem.intervals:
        return Constraint.Skip
    arrived_after = sum(draft.surrogate.work_s.get((q, j), 0.0) for j in range(i + 1, end + 1))
    # backlog at the end holds at most what arrived after i, and what is late already
    return block.backlog[q, end] <= arrived_after + quicksum(block.late[q, j] for j in range(i + 1))
