r"""Coverage: agents on duty give service, by a concave curve per promise and interval.

.. math::

    a_{g,i} \le (1-\sigma_g) \sum_{s,d} c_{s,d,i} w_{g,s,d}, \qquad
    \sum_{q} e_{g,q,i} \le a_{g,i} / \phi_g, \qquad
    \sum_n x_{p,i,n} \le \sum_g e_{g,q(p),i},\quad 0 \le x_{p,i,n} \le W_{p,i,n}

with shrinkage :math:`\sigma`, handling factor :math:`\phi` of those who are there on the day, and e the effective agents of
group g at work for queue q (for what its site takes of the queue, where sites share one: then a promise gains the sum over
the sites).
Promise p gains :math:`\sum_n \lambda_{p,i,n} x_{p,i,n}` in interval i; the slopes fall, so no binaries are needed.
"""

from typing import Any

from surgesim.planning.draft import Draft

KIND = "coverage"
TITLE = "agents on duty"
TITLE_JA = "配置要員"
SUMMARY = "Agents on duty, shared among the queues they serve, give service by concave curves per interval."
BROKEN = "More agents would be needed than can be on duty."
BROKEN_JA = "配置できる要員では足りない。"


def declare(draft: Draft) -> None:
    """Add agents, their division among queues, and the surplus that they bring."""
    from pyomo.environ import NonNegativeReals, Var

    problem, block = draft.problem, draft.block(KIND)
    wanted = needed(draft)
    block.agents = Var([key for key in sorted(wanted) if draft.is_planned(key[0])], domain=NonNegativeReals)
    for g, i in sorted(wanted):
        draft.agents[g, i] = block.agents[g, i] if draft.is_planned(g) else float(problem.fixed_agents[g, i])
    shared = [(g, q, i) for (g, i), queues in sorted(wanted.items()) if len(queues) > 1 for q in queues]
    block.serve = Var(shared, domain=NonNegativeReals)
    for (g, i), queues in sorted(wanted.items()):
        factor = pace(draft, g, i)
        for q in queues:
            effective = block.serve[g, q, i] if len(queues) > 1 else draft.agents[g, i] / factor
            draft.serving[q, i].append(effective)
    pieces = [(p, i, n) for (p, i), curve in draft.surrogate.curves.items() for n in range(len(curve.widths))]
    block.piece = Var(
        pieces,
        domain=NonNegativeReals,
        bounds=lambda _, p, i, n: (0.0, float(draft.surrogate.curves[p, i].widths[n])),
    )
    draft.dated(block.agents, lambda index: problem.day_of[index[1]])
    draft.dated(block.serve, lambda index: problem.day_of[index[2]])
    draft.dated(block.piece, lambda index: problem.day_of[index[1]])
    for c, part in enumerate(problem.parts):
        for r, period in enumerate(problem.promises[part.promise].periods):
            for i in period.intervals.tolist():
                curve = draft.surrogate.curves.get((c, i))
                if curve is not None:
                    draft.surplus[part.promise, r].append(curve.start)
                    gains = (float(slope) * block.piece[c, i, n] for n, slope in enumerate(curve.slopes))
                    draft.surplus[part.promise, r].extend(gains)


def pace(draft: Draft, group: int, interval: int) -> float:
    """Return the handling time of a group in an interval, relative to the standard."""
    problem, by_day = draft.problem, draft.surrogate.pace
    return float(problem.handling_factor[group] if by_day is None else by_day[group, problem.day_of[interval]])


def needed(draft: Draft) -> dict[tuple[int, int], list[int]]:
    """Return the branches of queues with something to gain, by group and interval."""
    problem, wanted = draft.problem, {}
    queues_at: dict[int, set[int]] = {}
    for c, i in draft.surrogate.curves:
        queues_at.setdefault(i, set()).add(problem.parts[c].branch)
    for q, i in draft.surrogate.work_s:
        queues_at.setdefault(i, set()).add(q)
    for promise in problem.promises:
        if promise.measure == "occupancy":
            for i in problem.staffed(promise.groups):
                queues_at.setdefault(i, set()).update(problem.branches_of(promise.queue))
    for g, skills in enumerate(problem.skills):
        for i, queues in queues_at.items():
            served = [q for q in skills if q in queues]
            if served:
                wanted[g, i] = served
    return wanted


def restrict(draft: Draft) -> None:
    """Keep agents within heads on duty, work within agents, and gains within work."""
    from pyomo.environ import Constraint, quicksum

    problem, block = draft.problem, draft.block(KIND)
    staff_of = {staff.index: k for k, staff in enumerate(problem.staff)}

    def on_duty(_: Any, g: int, i: int) -> Any:
        k = staff_of[g]
        up = draft.site_up(g, i)
        return block.agents[g, i] <= up * (1.0 - problem.staff[k].shrinkage) * quicksum(draft.duty[k, i])

    block.on_duty = Constraint(list(block.agents), rule=on_duty)
    shares: dict[tuple[int, int], list[Any]] = {}
    for (g, _, i), var in block.serve.items():
        shares.setdefault((g, i), []).append(var)
    block.divided = Constraint(
        list(shares),
        rule=lambda _, g, i: pace(draft, g, i) * quicksum(shares[g, i]) <= draft.agents[g, i],
    )
    block.gains = Constraint(
        list(draft.surrogate.curves),
        rule=lambda b, c, i: (
            quicksum(b.piece[c, i, n] for n in range(len(draft.surrogate.curves[c, i].widths)))
            <= quicksum(draft.serving[problem.parts[c].branch, i])
        ),
    )
