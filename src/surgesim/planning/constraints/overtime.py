r"""Overtime: hours after a shift cost a premium, and there are only so many in a week and in thirty days.

.. math::

    C \mathrel{+}= \pi_k c_k \sum_{s,d} x_s w_{k,s,d}, \qquad
    \sum_{d'=d-6}^{d} \sum_s x_s w_{k,s,d'} \le X_k A_{k,d}, \qquad
    \sum_{d'=d-29}^{d} \sum_s x_s w_{k,s,d'} \le 45\,\text{h} \cdot A_{k,d}

with x the overtime of a shift, :math:`\pi` the premium on the wage c, X the greatest overtime of one head in any seven days
and A the heads that are there. Thirty days: Labour Standards Act art. 36 (profile ``jp``). The limits hold for the staff as a
whole: the roster gives overtime to its heads in turn.
"""

from typing import Any

from surgesim.planning.draft import Draft, printed, saying

KIND = "overtime"
SUMMARY = "Overtime costs a premium, and there is only so much of it in a week and in thirty days."
BROKEN = "More overtime would be needed than the lever or the law allows."
BROKEN_JA = "設定または法律が認める残業では足りない。"
WEEK, MONTH = 7, 30


def declare(draft: Draft) -> None:
    """Nothing to declare: longer shifts are shifts."""


def restrict(draft: Draft) -> None:
    """Pay the premium, and limit the overtime of any week and any thirty days."""
    from pyomo.environ import Constraint, quicksum

    problem, block = draft.problem, draft.block(KIND)
    hours = {k: _hours(draft, k) for k in range(len(problem.staff)) if any(s.overtime_s for s in problem.staff[k].shifts)}
    for k, by_day in hours.items():
        staff = problem.staff[k]
        premium = staff.wage_jpy_h * staff.overtime_premium
        draft.add_cost(f"overtime premium {staff.group}", "head-hours", premium, quicksum(t for day in by_day for t in day))
    limits = {(k, span): limit for k in hours for span, limit in _limits(draft, k) if limit < float("inf")}
    more = {
        (k, span): draft.relax(
            KIND,
            0.1,
            saying(f"allow {{:,.1f}} more hours of overtime in {problem.staff[k].group} in any {span} days"),
            saying(f"{problem.staff[k].group}の残業を{span}日間であと{{:,.1f}}時間認める"),
        )
        for k, span in limits
    }

    def within(_: Any, k: int, span: int, last: int) -> Any:
        worked = [term for day in hours[k][max(0, last - span + 1) : last + 1] for term in day]
        return quicksum(worked) <= limits[k, span] * quicksum(draft.available[k, last]) + more[k, span]

    # early windows count as well: heads who come later have done no overtime before
    keys = [(k, span, last) for k, span in limits for last in range(problem.days) if hours[k][last]]
    block.within = Constraint(keys, rule=within)
    for k, span in limits:
        name, ja = printed(problem, "groups", problem.staff[k].group)
        rules = [block.within[key] for key in keys if key[:2] == (k, span)]
        draft.add_marginal(rules, -1.0, saying(f"one more hour of overtime of {name} in any {span} days saves ¥{{:,.0f}}"),
                           saying(f"{ja}の残業が{span}日間であと1時間できれば¥{{:,.0f}}安くなる"))  # fmt: skip


def _hours(draft: Draft, k: int) -> list[list[Any]]:
    """Return the overtime of each day, hours."""
    by_day: list[list[Any]] = [[] for _ in range(draft.problem.days)]
    for (s, d), work in draft.works[k].items():
        extra = draft.problem.staff[k].shifts[s].overtime_s / 3600.0
        if extra:
            by_day[d].append(extra * work)
    return by_day


def _limits(draft: Draft, k: int) -> list[tuple[int, float]]:
    """Return spans of days, and the greatest overtime of one head in them, hours."""
    law = draft.problem.law
    month_s = law.overtime_month_s if law is not None else float("inf")
    return [(WEEK, draft.problem.staff[k].overtime_week_s / 3600.0), (MONTH, month_s / 3600.0)]
