r"""Overtime: hours after a shift cost a premium, and there are only so many in a week, a month and a year.

.. math::

    C \mathrel{+}= \pi_k c_k \sum_{s,d} x_s w_{k,s,d} + (\pi' - \pi_k) c_k \sum_m y_{k,m}, \qquad
    \sum_{d \in W,\, d \le e} \sum_s x_s w_{k,s,d} \le X_{k,W} A_{k,e}, \qquad
    y_{k,m} \ge \sum_{d \in m} \sum_s x_s w_{k,s,d} - Y_{k,m} A_{k,e_m}

with x the overtime of a shift, :math:`\pi` the premium on the wage c, A the heads that are there, and X the greatest overtime of
one head in a window W, as it stands on each of its days e: any seven days (the lever), a calendar month, with a special clause
the average over any two to six months, and the year, each less what was worked before the horizon (profile ``jp``: Labour
Standards Act art. 36: 45 h and 360 h; with the clause under 100 h, 80 h on average and 720 h). Hours y of a month beyond Y (60 h)
have a greater premium :math:`\pi'` (art. 37: 50 %). The limits hold for the staff as a whole: the roster gives overtime to its
heads in turn. Those of the law are never relaxed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from surgesim.planning.draft import Draft, printed, saying
from surgesim.planning.problem import Problem

KIND = "overtime"
TITLE = "overtime"
TITLE_JA = "残業"
SUMMARY = "Overtime costs a premium, and there is only so much of it in a week, a month and a year."
BROKEN = "More overtime would be needed than the lever or the law allows."
BROKEN_JA = "設定または法律が認める残業では足りない。"
WEEK = 7


@dataclass(frozen=True)
class Limit:
    """The greatest overtime of one head within days of the horizon: hours, and words for where, in English and Japanese."""

    name: str
    days: Sequence[int]
    hours: float
    en: str
    ja: str
    law: bool = True


def declare(draft: Draft) -> None:
    """Nothing to declare: longer shifts are shifts."""


def restrict(draft: Draft) -> None:
    """Pay the premium, and limit the overtime of any week, month and year."""
    from pyomo.environ import Constraint, quicksum

    problem, block = draft.problem, draft.block(KIND)
    hours = {k: _hours(draft, k) for k in range(len(problem.staff)) if any(s.overtime_s for s in problem.staff[k].shifts)}
    for k, by_day in hours.items():
        staff = problem.staff[k]
        premium = staff.wage_jpy_h * staff.overtime_premium
        draft.add_cost(f"overtime premium {staff.group}", "head-hours", premium, quicksum(t for day in by_day for t in day))
    more = {
        k: draft.relax(
            KIND,
            0.1,
            saying(f"allow {{:,.1f}} more hours of overtime in {name} in any 7 days, in all"),
            saying(f"{ja}の残業を7日間で合計あと{{:,.1f}}時間認める"),
            step=0.1,
        )
        for k, (name, ja) in ((k, printed(problem, "groups", problem.staff[k].group)) for k in hours)
        if problem.staff[k].overtime_week_s < float("inf")
    }
    limits = {(k, one.name): one for k in hours for one in [*_weeks(draft, k), *_legal(draft, k)]}
    # early days count as well: heads who come later have done no overtime before
    lasts = {key: one.days if one.law else one.days[-1:] for key, one in limits.items()}
    keys = [(*key, last) for key, days in lasts.items() for last in days if hours[key[0]][last]]

    def within(_: Any, k: int, name: str, last: int) -> Any:
        limit = limits[k, name]
        worked = [term for d in limit.days if d <= last for term in hours[k][d]]
        return quicksum(worked) <= limit.hours * quicksum(draft.available[k, last]) + (0.0 if limit.law else more[k])

    block.within = Constraint(keys, rule=within)
    told = {(k, one.en): one for (k, _), one in limits.items()}
    for (k, where), one in told.items():
        name, ja = printed(problem, "groups", problem.staff[k].group)
        rules = [block.within[key] for key in keys if key[0] == k and limits[k, key[1]].en == where]
        draft.add_marginal(rules, -1.0, saying(f"one more hour of overtime of {name} {where} saves ¥{{:,.0f}}"),
                           saying(f"{ja}の残業が{one.ja}あと1時間できれば¥{{:,.0f}}安くなる"))  # fmt: skip
    _dear(draft, hours)


def _hours(draft: Draft, k: int) -> list[list[Any]]:
    """Return the overtime of each day, hours."""
    by_day: list[list[Any]] = [[] for _ in range(draft.problem.days)]
    for (s, d), work in draft.works[k].items():
        extra = draft.problem.staff[k].shifts[s].overtime_s / 3600.0
        if extra:
            by_day[d].append(extra * work)
    return by_day


def _weeks(draft: Draft, k: int) -> list[Limit]:
    """Return the limits of the lever: any seven days."""
    hours = draft.problem.staff[k].overtime_week_s / 3600.0
    if hours == float("inf"):
        return []
    days = range(draft.problem.days)
    return [Limit(f"week{d}", days[max(0, d - WEEK + 1) : d + 1], hours, "in any 7 days", "7日間で", law=False) for d in days]


def _legal(draft: Draft, k: int) -> list[Limit]:
    """Return the limits of the law: months, averages of months, and the year."""
    problem, staff = draft.problem, draft.problem.staff[k]
    agreement = problem.law.agreement if problem.law is not None else None
    if agreement is None:
        return []
    month_of = _month_of(problem)
    found = []
    for one in agreement.windows(month_of[-1] + 1, staff.overtime_before_s, staff.special_clause):
        days = [d for d, month in enumerate(month_of) if one.first <= month <= one.last]
        month = f"{problem.dates[days[-1]]:%Y-%m}"
        en, ja = f"on average over the {one.months} months to {month}", f"{month}までの{one.months}か月平均の枠で"
        if one.months == 1:
            en, ja = f"in {month}", f"{month}に"
        elif one.months == 12:
            en, ja = "in the year", "1年間で"
        found.append(Limit(f"months{one.months}to{one.last}", days, one.most_s / 3600.0, en, ja))
    return found


def _month_of(problem: Problem) -> list[int]:
    """Return the calendar month of each day, counted from that of the first day."""
    first = problem.dates[0]
    return [12 * (day.year - first.year) + day.month - first.month for day in problem.dates]


def _dear(draft: Draft, hours: dict[int, list[list[Any]]]) -> None:
    """Pay more for the hours of a month beyond those of the law."""
    from pyomo.environ import Constraint, NonNegativeReals, Var, quicksum

    problem, block = draft.problem, draft.block(KIND)
    agreement = problem.law.agreement if problem.law is not None else None
    if agreement is None:
        return
    month_of = _month_of(problem)
    # without a special clause nobody comes so far
    keys = [(k, m) for k in hours for m in range(month_of[-1] + 1) if problem.staff[k].special_clause]
    block.dear = Var(keys, domain=NonNegativeReals)

    def beyond(b: Any, k: int, m: int) -> Any:
        days = [d for d, month in enumerate(month_of) if month == m]
        begun = (problem.staff[k].overtime_before_s or (0.0,))[0] if m == 0 else 0.0
        free = max(0.0, agreement.dear_after_s - begun) / 3600.0
        return b.dear[k, m] >= quicksum(t for d in days for t in hours[k][d]) - free * quicksum(draft.available[k, days[-1]])

    block.beyond = Constraint(keys, rule=beyond)
    for k in hours:
        staff = problem.staff[k]
        premium = staff.wage_jpy_h * max(0.0, agreement.dear_premium - staff.overtime_premium)
        mine = quicksum(block.dear[j, m] for j, m in keys if j == k)
        draft.add_cost(f"overtime beyond 60 h {staff.group}", "head-hours", premium, mine)
