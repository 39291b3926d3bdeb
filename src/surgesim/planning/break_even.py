"""What would change the answer, as break-even values: wages, lead times, and how many calls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from surgesim.planning.draft import printed
from surgesim.planning.program import Answer, Flags, Floats
from surgesim.planning.relaxed import Calls, Relaxed
from surgesim.planning.sensitivity import by_pay

MOST_USED, MOST_UNUSED, MOST_LEAD, MOST_SITES = 3, 2, 2, 2
"""Sources in use and not in use whose wage, sources whose lead time, and sites whose opening is looked at."""
MOST_CALLS, LEAST_CALLS, NEAR = 8.0, 0.1, 0.01
"""Multiples of the planned calls between which break-even values are sought, and how near."""
MOST_STEPS, TINY_H = 12, 1e-6
"""Greatest number of steps towards a wage; hours that count as none."""


@dataclass(frozen=True)
class BreakEven:
    """A value at which the answer changes.

    Attributes
    ----------
    what, of : str
        ``wage``, ``lead_time``, ``calls`` or ``opening``, and of which group or site.
    now, value : float or None
        What was planned with, and the break-even value (yen an hour, days, multiples of the planned calls); None where there
        is no such value.
    en, ja : str
        The same as a sentence.
    """

    what: str
    of: str
    now: float
    value: float | None
    en: str
    ja: str

    def plain(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"what": self.what, "of": self.of, "now": self.now, "value": self.value}


def break_evens(relaxed: Relaxed, calls: Calls | None) -> list[BreakEven]:
    """Return the break-even values of the wages that matter most, of lead times, and of the calls.

    Notes
    -----
    By linear relaxations with the calibrated curves, like the alternatives: each value is where two of them cost the same.

    Raises
    ------
    SolverError
        No time was left.
    """
    problem = relaxed.draft.problem
    used = [k for k in by_pay(relaxed) if hirable(relaxed, k)]
    open_ = [k for k in range(len(problem.staff)) if not relaxed.at_closed(k)]
    unused = [k for k in open_ if k not in used and hirable(relaxed, k)]
    unused.sort(key=lambda k: problem.staff[k].wage_jpy_h * problem.staff[k].handling_factor)
    found = [told_wage(relaxed, k) for k in (*used[:MOST_USED], *unused[:MOST_UNUSED])]
    hired = [k for k in used if problem.staff[k].hires and delayable(relaxed, k)][:MOST_LEAD]
    found += [told_lead(relaxed, k) for k in hired]
    return found if calls is None else [*found, *told_calls(calls)]


def hirable(relaxed: Relaxed, k: int) -> bool:
    """Whether it is to be decided how many heads of a staff there are."""
    problem = relaxed.draft.problem
    return problem.staff[k].hires > 0 or any(package.staff == k for package in problem.standby)


def wage(relaxed: Relaxed, k: int) -> float:
    """Return the wage at which a staff is just worth having; ``inf`` where nothing works without, 0 where not even for nothing.

    Notes
    -----
    The least cost is a concave function of the wage; where it meets the cost without the staff is found by the steps of
    W. Dinkelbach (1967): each solution says up to which wage it pays, and the next one is the best at that wage.
    """
    program, now = relaxed.program, relaxed.draft.problem.staff[k].wage_jpy_h
    hours = relaxed.paid_hours(k)
    without = relaxed.solved(relaxed.everything_of(k))
    if without.values is None:
        return float("inf")
    fixed = float(hours @ without.values)

    def at(price: float) -> Answer:
        program.price_columns(program.cost + (price - now) * hours)
        return relaxed.solved()

    def used(found: Answer) -> float:
        return 0.0 if found.values is None else float(hours @ found.values) - fixed

    try:
        price, found = (now, relaxed.base) if used(relaxed.base) > TINY_H else (0.0, at(0.0))
        for _ in range(MOST_STEPS):
            more = used(found)
            if more <= TINY_H or found.values is None:
                break
            cost = float(program.cost @ found.values) + program.offset  # at the present wage
            last, price = price, max(0.0, now + (without.objective - cost) / more)
            if abs(price - last) <= 1e-4 * now:
                break
            found = at(price)
        return price
    finally:
        program.price_columns(program.cost)


def told_wage(relaxed: Relaxed, k: int) -> BreakEven:
    """Return the break-even wage of a staff in words."""
    staff, values = relaxed.draft.problem.staff[k], relaxed.base.values
    assert values is not None
    now, price = staff.wage_jpy_h, wage(relaxed, k)
    name, ja_name = printed(relaxed.draft.problem, "groups", staff.group)
    if np.isinf(price):
        en = f"without {name} no plan keeps every promise, whatever the wage"
        return BreakEven("wage", staff.group, now, None, en, f"{ja_name}なしでは、賃金にかかわらず約束を守れる計画はない")
    if price >= now:
        en = f"{name} is worth its wage up to ¥{price:,.0f} an hour (now ¥{now:,.0f}); dearer, the plan does without"
        ja = f"{ja_name}は時給¥{price:,.0f}まで採算が合う(現在¥{now:,.0f})。それより高ければ使わない計画になる"
        return BreakEven("wage", staff.group, now, price, en, ja)
    if price < 1.0:
        en, ja = f"{name} would not be used at any wage", f"{ja_name}は賃金がいくらでも使わない"
        return BreakEven("wage", staff.group, now, None, en, ja)
    en = f"{name} would be worth having below ¥{price:,.0f} an hour (now ¥{now:,.0f})"
    ja = f"{ja_name}は時給¥{price:,.0f}を下回れば使う価値がある(現在¥{now:,.0f})"
    return BreakEven("wage", staff.group, now, price, en, ja)


def delayable(relaxed: Relaxed, k: int) -> bool:
    """Whether a later arrival of hires can be said by leaving columns out."""
    problem = relaxed.draft.problem
    staff = problem.staff[k]
    return by_cohort(relaxed, k) or (staff.on_hand == 0 and not any(package.staff == k for package in problem.standby))


def by_cohort(relaxed: Relaxed, k: int) -> bool:
    """Whether hires of a staff can be ordered on every day: a longer lead time is then the same as a later order."""
    staff = relaxed.draft.problem.staff[k]
    return staff.term_days > 0 or staff.barred_dispatch


def delayed(relaxed: Relaxed, k: int, days: int) -> Flags:
    """Return the columns that hires of a staff who come so many days later cannot use."""
    program, wait = relaxed.program, relaxed.draft.problem.staff[k].wait_days
    if by_cohort(relaxed, k):
        orders = np.array([index[1] if isinstance(index, tuple) else -1 for index in program.index])
        return np.asarray(relaxed.mine("hires.hired", k) & (orders < days))
    return np.asarray(relaxed.mine("shifts.work", k) & (program.day < wait + days))


def lead(relaxed: Relaxed, k: int) -> tuple[int, bool]:
    """Return the longest lead time with which hires of a staff are worth having, and whether there is a plan without them."""
    problem = relaxed.draft.problem
    without = relaxed.solved(relaxed.mine("hires.hired", k))
    there = without.values is not None

    def worth(days: int) -> bool:
        found = relaxed.solved(delayed(relaxed, k, days))
        return found.values is not None and (not there or found.objective < without.objective - _least(relaxed))

    low, high = 0, problem.days  # worth it as it is; not worth it after the end
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if worth(middle) else (low, middle)
    return problem.staff[k].lead_days + low, there


def told_lead(relaxed: Relaxed, k: int) -> BreakEven:
    """Return the break-even lead time of hires in words."""
    staff, (days, there) = relaxed.draft.problem.staff[k], lead(relaxed, k)
    now = staff.lead_days
    name, ja_name = printed(relaxed.draft.problem, "groups", staff.group)
    end = "the plan does without" if there else "no plan keeps every promise"
    end_ja = "採用しない計画になる" if there else "約束を守れる計画はない"
    pays = "are worth having up to a lead time of" if there else "may have a lead time of at most"
    en = f"hires in {name} {pays} {days} days (now {now}); later, {end}"
    ja = f"{ja_name}の採用は準備期間{days}日まで有効(現在{now}日)。それより遅ければ{end_ja}"
    return BreakEven("lead_time", staff.group, float(now), float(days), en, ja)


def told_calls(calls: Calls) -> list[BreakEven]:
    """Return how many calls the levers can bear, and at how many the opening of a site begins to pay."""
    most = edge(lambda factor: calls.solved(factor).values is not None, 1.0, MOST_CALLS)
    found = []
    if most is None:
        en, ja = f"even {MOST_CALLS:.0f} times the calls can be planned for", f"入電が{MOST_CALLS:.0f}倍でも計画できる"
        found.append(BreakEven("calls", "", 1.0, None, en, ja))
    else:
        en = f"up to {most:.2f} times the calls a plan keeps every promise with these levers; beyond, none does"
        ja = f"入電が{most:.2f}倍までは約束を守れる計画がある。それを超えると計画はない"
        found.append(BreakEven("calls", "", 1.0, most, en, ja))
    program = calls.relaxed.program
    sites = sorted({program.index[c][0] for c in np.flatnonzero(program.of("sites.opens")).tolist()})
    return found + [one for j in sites[:MOST_SITES] if (one := told_opening(calls, j, most or MOST_CALLS))]


def edge(holds: Callable[[float], bool], inside: float, outside: float) -> float | None:
    """Return up to where something holds, from a value at which it does towards one; None where it does there as well."""
    if holds(outside):
        return None
    while abs(outside - inside) > NEAR:
        middle = (inside + outside) / 2.0
        inside, outside = (middle, outside) if holds(middle) else (inside, middle)
    return inside


def told_opening(calls: Calls, j: int, most: float) -> BreakEven | None:
    """Return at how many calls a site begins to be worth opening, in words; None where it always or never is."""
    site = calls.relaxed.draft.problem.sites[j]

    def pays(factor: float) -> bool:
        return _closed(calls, j, factor) > _opened(calls, j, factor)

    now = pays(1.0)
    found = edge(lambda factor: pays(factor) == now, 1.0, LEAST_CALLS if now else most)
    if found is None:
        return None
    more, more_ja = ("pays", "採算が合う") if now else ("would pay", "採算が合うようになる")
    name, ja_name = printed(calls.relaxed.draft.problem, "sites", site.name)
    en = f"opening {name} {more} from {found:.2f} times the calls on (now 1)"
    return BreakEven("opening", site.name, 1.0, found, en, f"{ja_name}の開設は入電が{found:.2f}倍以上で{more_ja}(現在1倍)")


def _closed(calls: Calls, j: int, factor: float) -> float:
    return calls.solved(factor, calls.relaxed.growth(j)).objective


def _opened(calls: Calls, j: int, factor: float) -> float:
    """Return the cost with a site opened on some day: its row of opening once must be met in full."""
    program = calls.relaxed.program
    row = program.row[id(calls.relaxed.draft.block("sites").once[j])]
    kept: Floats = program.row_lower
    program.row_lower = np.where(np.arange(len(kept)) == row, program.row_upper, kept)
    try:
        return calls.solved(factor).objective
    finally:
        program.row_lower = kept
        program.bound_rows(program.row_lower, program.row_upper)


def _least(relaxed: Relaxed) -> float:
    return max(1.0, 1e-6 * abs(relaxed.base.objective))
