r"""Deadlines: deferred work (mail, forms, cases) waits, is worked off in idle time, and is late after its deadline.

.. math::

    B_{q,i} = B_{q,i-1} + A_{q,i} - x_{q,i}, \quad x_{q,i} \le \Delta \sum_g e_{g,q,i}, \qquad
    l_{q,i} \ge B_{q,i+D_q} - \sum_{j=i+1}^{i+D_q} A_{q,j}, \qquad l_{q,I} \ge B_{q,I}

with A the work that arrives (agent-seconds), x the work done, B the backlog, l the work that will be late and D the
deadline in intervals (rounded down). Work is done in the order in which it came, so at the end of a deadline only
what arrived since may be left; what is left beyond that is late. Work still open at the end of the horizon I is
late as well, as in every result. The promise of being on time loses what is late; a backlog that lasts is counted
again in every interval in which work arrives, on the safe side. Intervals with hardly any work count for nothing.
"""

from typing import Any

from surgesim.planning.draft import Draft

HARDLY_ANY = 0.02
"""Work of an interval that does not count, as a share of the busiest one's."""
KIND = "deadlines"
TITLE = "deadlines"
TITLE_JA = "処理期限"
SUMMARY = "Deferred work is worked off within its deadline, or counts as late."
BROKEN = "Deferred work cannot be done within its deadline."
BROKEN_JA = "後処理を期限内に終えられない。"


def declare(draft: Draft) -> None:
    """Add work done and work that will be late."""
    from pyomo.environ import NonNegativeReals, Var

    problem, block = draft.problem, draft.block(KIND)
    queues = sorted({q for q, _ in draft.surrogate.work_s})  # or what each site takes of them
    keys = [(q, i) for q in queues for i in range(problem.intervals)]
    block.done = Var(keys, domain=NonNegativeReals)
    block.late = Var([key for q in queues for key in counting(draft, q)], domain=NonNegativeReals)
    draft.dated(block.done, lambda index: problem.day_of[index[1]])
    draft.dated(block.late, lambda index: problem.day_of[index[1]])
    for p, promise in enumerate(problem.promises):
        own = problem.branches_of(promise.queue)
        if promise.measure == "on_time" and not set(own).isdisjoint(queues):
            for r, period in enumerate(promise.periods):
                work = sum(draft.surrogate.work_s.get((q, i), 0.0) for q in own for i in period.intervals.tolist())
                # the surplus is counted in contacts: one contact is the mean work of the period's contacts
                per_contact = draft.surrogate.offered[p, r] / work if work > 0 else 0.0
                draft.surplus[p, r].append((1.0 - promise.bound) * draft.surrogate.offered[p, r])
                mine = set(period.intervals.tolist())
                late = (-per_contact * var for (q, i), var in block.late.items() if q in own and i in mine)
                draft.surplus[p, r].extend(late)


def counting(draft: Draft, q: int) -> list[tuple[int, int]]:
    """Return (queue, interval) where work can be late: with work due within the horizon, and the last interval."""
    last = draft.problem.intervals - 1
    work = {i: amount for (mine, i), amount in draft.surrogate.work_s.items() if mine == q}
    least = HARDLY_ANY * max(work.values())
    due = [i for i in sorted(work) if work[i] >= least and i + _deadline(draft, q) < last]
    return [*((q, i) for i in due), (q, last)]


def restrict(draft: Draft) -> None:
    """Keep work done within agents and arrivals, and the deadline for all that is not late."""
    from pyomo.environ import Constraint, NonNegativeReals, Var, quicksum

    problem, block = draft.problem, draft.block(KIND)
    work = draft.surrogate.work_s
    keys = list(block.done)
    block.able = Constraint(keys, rule=lambda b, q, i: b.done[q, i] <= problem.interval_s * quicksum(draft.serving[q, i]))
    block.backlog = Var(keys, domain=NonNegativeReals)
    draft.dated(block.backlog, lambda index: problem.day_of[index[1]])
    block.carried = Constraint(
        keys,
        rule=lambda b, q, i: b.backlog[q, i] == (b.backlog[q, i - 1] if i > 0 else 0.0) + work.get((q, i), 0.0) - b.done[q, i],
    )
    block.due = Constraint(list(block.late), rule=lambda b, q, i: _due(draft, b, q, i))


def _deadline(draft: Draft, q: int) -> int:
    return draft.problem.deadlines[draft.problem.branches[q].queue]


def _due(draft: Draft, block: Any, q: int, i: int) -> Any:
    end = min(i + _deadline(draft, q), draft.problem.intervals - 1)
    arrived_after = sum(draft.surrogate.work_s.get((q, j), 0.0) for j in range(i + 1, end + 1))
    return block.late[q, i] >= block.backlog[q, end] - arrived_after
