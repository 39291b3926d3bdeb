r"""Labour law (profile ``jp`` where the scenario is in Japan): hours, breaks, a day of rest, night pay, dispatch.

.. math::

    w_{k,s,d} = 0 \text{ if } p_s - x_s > 8\,\text{h or the break is too short}, \qquad
    g_k \le \min\bigl(6, \lfloor 40\,\text{h} / \max_s (p_s - x_s) \rfloor\bigr), \qquad
    T_{k,o} \ge 31\,\text{days for dispatch without exemption}

with p the paid time and x the overtime of a shift.
Night hours (22:00-05:00) cost a quarter more. Labour Standards Act art. 32, 34, 35, 37; Worker Dispatch Act art. 35-4.
The limit of days is on the safe side where long and short shifts are mixed. Not legal advice.
"""

from surgesim.planning.draft import Draft
from surgesim.planning.law import Law
from surgesim.planning.problem import ShiftChoice

KIND = "labour-law"
TITLE = "labour law"
TITLE_JA = "労働法"
SUMMARY = "Eight hours a day, forty a week, breaks, a day of rest, night pay, no dispatch of 30 days or less (Japan)."
BROKEN = "Every shift of the staff breaks the labour law."
BROKEN_JA = "どの勤務も労働法に反する。"


def lawful(law: Law, shift: ShiftChoice) -> bool:
    """Whether one head may work the shift: ordinary hours within the day's limit, a break long enough for all of it."""
    return bool(shift.paid_s - shift.overtime_s <= law.day_s and shift.break_s >= law.break_needed_s(shift.paid_s))


def declare(draft: Draft) -> None:
    """Add the legal limits of days and the shortest dispatch."""
    problem, law = draft.problem, draft.problem.law
    if law is None:
        return
    for k, staff in enumerate(problem.staff):
        legal = [shift for shift in staff.shifts if lawful(law, shift)]
        longest = max((shift.paid_s - shift.overtime_s for shift in legal), default=law.day_s)
        draft.day_caps[k].append(min(law.days_per_week, int(law.week_s // longest)))
        if staff.barred_dispatch:
            draft.terms[k].append(law.dispatch_days)


def restrict(draft: Draft) -> None:
    """Bar shifts that the law does not allow, and pay the night premium."""
    from pyomo.environ import Constraint, quicksum

    problem, law = draft.problem, draft.problem.law
    if law is None:
        return
    barred = [(k, s, d) for k, staff in enumerate(problem.staff) for s, d in draft.works[k] if not lawful(law, staff.shifts[s])]
    draft.block(KIND).barred = Constraint(barred, rule=lambda _, k, s, d: draft.works[k][s, d] == 0)
    for k, staff in enumerate(problem.staff):
        hours = [(staff.shifts[s].night_s / 3600.0, work) for (s, _), work in draft.works[k].items()]
        night = quicksum(share * work for share, work in hours if share > 0)
        draft.add_cost(f"night premium {staff.group}", "head-hours", staff.wage_jpy_h * law.night_premium, night)
