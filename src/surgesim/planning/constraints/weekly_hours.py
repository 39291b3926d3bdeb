r"""Weekly hours: in any seven days nobody is paid for more hours than the contract has, overtime aside.

.. math::

    \sum_{d'=d-6}^{d} \sum_s (p_s - x_s)\, w_{k,s,d'} \le H_k A_{k,d}

with p the paid time and x the overtime of a shift, H the hours of the contract and A the heads that are there. The limit
holds for the staff as a whole: the roster gives short and long weeks in turn.
"""

from typing import Any

from surgesim.planning.draft import Draft, printed, saying

KIND = "weekly-hours"
TITLE = "weekly hours"
TITLE_JA = "週の労働時間"
SUMMARY = "In any seven days nobody is paid for more hours than the contract has (part-timers)."
BROKEN = "Somebody would have to work more hours of a week than the contract has."
BROKEN_JA = "契約の週労働時間では足りない。"


def declare(draft: Draft) -> None:
    """Nothing to declare: heads by shift are shared."""


def restrict(draft: Draft) -> None:
    """Limit the paid hours of every window of seven days."""
    from pyomo.environ import Constraint, quicksum

    problem, block = draft.problem, draft.block(KIND)
    bound = [k for k, staff in enumerate(problem.staff) if staff.week_s < float("inf")]
    names = {k: printed(problem, "groups", problem.staff[k].group) for k in bound}
    more = {
        k: draft.relax(
            KIND,
            0.1,
            saying(f"allow {{:,.1f}} more hours a week in {name}, in all"),
            saying(f"{ja}の労働時間を合計で週あと{{:,.1f}}時間認める"),
            step=0.1,
        )
        for k, (name, ja) in names.items()
    }

    def within(_: Any, k: int, last: int) -> Any:
        shifts = problem.staff[k].shifts
        hours = [
            (shifts[s].paid_s - shifts[s].overtime_s) / 3600.0 * work
            for (s, d), work in draft.works[k].items()
            if last - 6 <= d <= last
        ]
        return quicksum(hours) <= problem.staff[k].week_s / 3600.0 * quicksum(draft.available[k, last]) + more[k]

    keys = [(k, last) for k in bound for last in range(problem.days) if any(last - 6 <= d <= last for _, d in draft.works[k])]
    block.within = Constraint(keys, rule=within)
    for k in bound:
        name, ja = printed(problem, "groups", problem.staff[k].group)
        draft.add_marginal([block.within[key] for key in keys if key[0] == k], -1.0,
                           saying(f"one more contract hour of {name} a week saves ¥{{:,.0f}}"),
                           saying(f"{ja}の契約時間が週にあと1時間あれば¥{{:,.0f}}安くなる"))  # fmt: skip
