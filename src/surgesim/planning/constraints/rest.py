r"""Rest: nobody begins a shift before the last one is over and the rest after it is taken.

.. math::

    \sum_{s:\, e_s \ge e} w_{k,s,d} + \sum_{s:\, b_s + 24\,\text{h} < e + R_k} w_{k,s,d+1} \le A_{k,d+1}
    \qquad \forall e \in \{e_s\}

with b and e the begin and the end of a shift, R the rest and A the heads that are there. Those who end late and those who begin
early are different people; as the shifts in conflict are nested, one rule for each end is enough (P. Hall, 1935). Without any
rest the rule still holds: shifts past midnight do not overlap the next day's. The limit is about two days in a row and the
staff as a whole.
"""

from typing import Any

from surgesim.planning.draft import Draft, printed, saying
from surgesim.planning.problem import StaffChoice

KIND = "rest"
TITLE = "rest between shifts"
TITLE_JA = "勤務間の休息"
SUMMARY = "Nobody begins a shift before the last one is over and the rest after it is taken."
BROKEN = "Somebody would have to begin again before the rest after a late shift is over."
BROKEN_JA = "遅番後の休息が終わる前に勤務させる必要がある。"
DAY_S = 86_400.0


def declare(draft: Draft) -> None:
    """Nothing to declare: heads by shift are shared."""


def conflicts(staff: StaffChoice) -> dict[float, tuple[list[int], list[int]]]:
    """Return, by the end of a shift, the shifts that end so late and those of the next day that begin too early after it."""
    found = {}
    for end in sorted({shift.end_s for shift in staff.shifts}):
        late = [s for s, shift in enumerate(staff.shifts) if shift.end_s >= end]
        early = [s for s, shift in enumerate(staff.shifts) if shift.start_s + DAY_S < end + staff.rest_s - 1e-6]
        if early:
            found[end] = (late, early)
    return found


def restrict(draft: Draft) -> None:
    """Keep those who end late apart from those who begin early."""
    from pyomo.environ import Constraint, quicksum

    problem, block = draft.problem, draft.block(KIND)
    clashes = {(k, end): pair for k, staff in enumerate(problem.staff) for end, pair in conflicts(staff).items()}
    tired = sorted({k for k, _ in clashes if problem.staff[k].rest_s > 0})
    names = {k: printed(problem, "groups", problem.staff[k].group) for k in tired}
    more = {
        k: draft.relax(
            KIND,
            1.0,
            saying(f"let {{:,.0f}} heads of {name} begin again before their rest is over"),
            saying(f"{ja}の{{:,.0f}}人を休息が終わる前に勤務させる"),
        )
        for k, (name, ja) in names.items()
    }

    def apart(_: Any, k: int, end: float, d: int) -> Any:
        late, early = clashes[k, end]
        works = draft.works[k]
        heads = [works[s, d] for s in late if (s, d) in works]
        again = [works[s, d + 1] for s in early if (s, d + 1) in works]
        if not heads or not again:
            return Constraint.Skip
        return quicksum(heads) + quicksum(again) <= quicksum(draft.available[k, d + 1]) + more.get(k, 0.0)

    block.apart = Constraint([(*key, d) for key in clashes for d in range(problem.days - 1)], rule=apart)
