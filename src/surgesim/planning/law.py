"""Labour-law profiles as data. Not legal advice: check the version date."""

import math
from dataclasses import dataclass

HOUR_S = 3600.0


@dataclass(frozen=True)
class Law:
    """What a labour law says, as far as a capacity plan needs it.

    Attributes
    ----------
    name, as_of : str
        Name of the profile, and the date on which its numbers were checked.
    day_s, week_s : float
        Statutory working time of one day and of any seven days, seconds.
    breaks : tuple of (float, float)
        A shift with more working time than the first number needs a break of at least the second one, seconds.
    days_per_week : int
        Greatest number of working days in any seven days: one day of rest.
    night : tuple of float
        Night hours, seconds after midnight; an end before the start is on the next day.
    night_premium : float
        Premium on the wage of a night hour, share.
    dispatch_days : int
        Shortest engagement of dispatched workers without an exemption, days.
    overtime_premium : float
        Least premium on the wage of an hour of overtime, share.
    overtime_month_s : float
        Greatest overtime of one head in any thirty days, seconds.
    """

    name: str
    as_of: str
    day_s: float
    week_s: float
    breaks: tuple[tuple[float, float], ...]
    days_per_week: int
    night: tuple[float, float]
    night_premium: float
    dispatch_days: int
    overtime_premium: float = 0.0
    overtime_month_s: float = math.inf

    def break_needed_s(self, paid_s: float) -> float:
        """Shortest break of a shift with so much working time, seconds."""
        return max((rest for work, rest in self.breaks if paid_s > work), default=0.0)

    def night_s(self, start_s: float, end_s: float) -> float:
        """Night hours between two times counted from one midnight, seconds (at most two days)."""
        first, last = self.night
        last += 86_400.0 if last <= first else 0.0
        spans = ((first + day * 86_400.0, last + day * 86_400.0) for day in (-1, 0, 1))
        return sum(max(0.0, min(end_s, stop) - max(start_s, begin)) for begin, stop in spans)


JP = Law(
    name="jp",
    as_of="2025-04-24",
    # Labour Standards Act art. 32 (8 h, 40 h), 34 (breaks), 35 (a day of rest), 37 (night 22-5: 25 %).
    day_s=8 * HOUR_S,
    week_s=40 * HOUR_S,
    breaks=((6 * HOUR_S, 0.75 * HOUR_S), (8 * HOUR_S, 1.0 * HOUR_S)),
    days_per_week=6,
    night=(22 * HOUR_S, 5 * HOUR_S),
    night_premium=0.25,
    # Worker Dispatch Act art. 35-4: engagements of 30 days or less are barred in principle.
    dispatch_days=31,
    # Labour Standards Act art. 37 (25 %), 36 (45 h a month; needs an agreement with the staff's representatives).
    overtime_premium=0.25,
    overtime_month_s=45 * HOUR_S,
)

BY_TIME_ZONE = {"Asia/Tokyo": JP}
"""The law that applies, by the time zone of the scenario; elsewhere the levers alone say what is allowed."""
