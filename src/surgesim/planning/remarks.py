"""Levers that can do nothing here, or more than their writer may expect: said, not refused, as a variant may be meant so."""

from collections.abc import Iterator

import numpy as np

from surgesim.planning.constraints.labour_law import lawful
from surgesim.planning.problem import Problem, StaffChoice

Said = tuple[str, str]
"""One sentence in English and Japanese."""


def remarks(problem: Problem) -> list[Said]:
    """Return what a planner should know about the levers of a problem."""
    found = [said for staff in problem.staff for said in _staff(problem, staff)]
    late = [("packages", "standby package", "待機プラン", one.name, one.lead_days) for one in problem.standby]
    late += [("sites", "seats added at", "増席", one.name, one.lead_days) for one in problem.sites if one.grows]
    late += [("trunks", "lines added on", "増回線", one.name, one.lead_days) for one in problem.trunks if one.lots]
    for section, noun, noun_ja, name, days in late:
        if days >= problem.days:
            en, ja = _called(problem, section, name)
            found.append((f"{noun} {en}: too late, after the {problem.days} days of the horizon",
                          f"{ja}の{noun_ja}は期間({problem.days}日)内に間に合わない"))  # fmt: skip
    return [*found, *_shared(problem)]


def _shared(problem: Problem) -> Iterator[Said]:
    """Yield how sites that share a queue are planned."""
    for q, name in enumerate(problem.queues):
        mine = problem.branches_of(q)
        if len(mine) < 2:
            continue
        (en, ja), shares = _called(problem, "queues", name), []
        for b in mine:
            site, share = problem.sites[problem.branches[b].site].name, float(np.median(problem.branches[b].share))
            shares.append(tuple(f"{called} {share:.0%}" for called in _called(problem, "sites", site)))
        in_en, in_ja = (part.join(names) for part, names in zip((", ", "、"), zip(*shares, strict=True), strict=True))
        if any(len(set(mine) & set(skills)) > 1 for skills in problem.skills):
            yield (
                f"{en} is planned site by site ({in_en}), with help from others",
                f"{ja}は拠点別に計画({in_ja})、他拠点の応援あり",
            )
        else:
            yield f"{en} is planned site by site ({in_en})", f"{ja}は拠点別に計画({in_ja})"


def _called(problem: Problem, section: str, name: str) -> Said:
    title = problem.called(section, name)
    return title.in_language("en"), title.in_language("ja")


def _staff(problem: Problem, staff: StaffChoice) -> Iterator[Said]:
    en, ja = _called(problem, "groups", staff.group)
    if staff.hires and staff.wait_days >= problem.days:
        yield (
            f"hires in {en} come too late: lead time and training take {staff.wait_days} days, the horizon has {problem.days}",
            f"{ja}の採用は間に合わない: 準備と研修に{staff.wait_days}日、期間は{problem.days}日",
        )
    elif staff.hires and staff.lead_days + staff.term_days > problem.days:
        yield (
            f"the minimum term of {en} runs beyond the horizon, and is paid in full",
            f"{ja}の最低契約期間は期間後に及び、全額を支払う",
        )
    for shift in staff.shifts:
        if problem.law is not None and not shift.overtime_s and not lawful(problem.law, shift):
            yield (
                f"the shift {shift.name} of {en} breaks the labour law (hours or break), so nobody works it",
                f"{ja}の勤務{shift.name}は労働法(時間または休憩)に反するため使われない",
            )
        if not any(len(intervals) for intervals, _ in shift.cover):
            yield f"the shift {shift.name} of {en} is outside the horizon", f"{ja}の勤務{shift.name}は期間外"
