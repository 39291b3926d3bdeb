"""Labour-law profiles as data. Not legal advice: check the version date."""

from collections.abc import Sequence
from dataclasses import dataclass

HOUR_S = 3600.0


@dataclass(frozen=True)
class OvertimeLimits:
    """How much overtime of one head an agreement on overtime allows, seconds.

    Attributes
    ----------
    month_s, year_s : float
        In a calendar month, and in a year.
    special_month_s, special_average_s, special_year_s : float
        With a special clause: in a month, on average over any two to six months, and in a year.
    special_months : int
        Months of a year in which the special clause may be used.
    dear_after_s, dear_premium : float
        Overtime of a month beyond the first number has at least the premium of the second.
    """

    month_s: float
    year_s: float
    special_month_s: float
    special_average_s: float
    special_year_s: float
    special_months: int
    dear_after_s: float
    dear_premium: float

    def windows(self, months: int, before_s: Sequence[float], special: bool) -> "list[OvertimeWindow]":
        """Return the greatest overtime of one head in months of a horizon, in their averages, and in all of it.

        Parameters
        ----------
        months : int
            Calendar months that the horizon touches.
        before_s : sequence of float
            Overtime already worked: in the month in which the horizon begins, in the month before that, and so on.
        special : bool
            Whether the agreement has a special clause.

        Notes
        -----
        The months beyond the limit are given to the first months of the horizon, on the safe side.
        """
        begun = before_s[0] if before_s else 0.0
        earlier = tuple(before_s[1:])
        used = sum(month > self.month_s for month in earlier)
        found = []
        for m in range(months):
            most = self.special_month_s if special and used + m < self.special_months else self.month_s
            found.append(OvertimeWindow(m, m, most - (begun if m == 0 else 0.0)))
        for m in range(months if special else 0):
            for n in range(2, min(6, m + 1 + len(earlier)) + 1):  # longer ones say nothing more
                first = m - n + 1
                known = sum(earlier[-1 - j] for j in range(first, 0))
                worked = known + (begun if first <= 0 else 0.0)
                found.append(OvertimeWindow(max(0, first), m, n * self.special_average_s - worked, n))
        year_s = self.special_year_s if special else self.year_s
        found.append(OvertimeWindow(0, months - 1, year_s - begun - sum(earlier), 12))
        return [OvertimeWindow(one.first, one.last, max(0.0, one.most_s), one.months) for one in found]


@dataclass(frozen=True)
class OvertimeWindow:
    """Months of a horizon, and the greatest overtime of one head in them: one month, an average of several, or the year.

    Attributes
    ----------
    first, last : int
        First and last month of the horizon that count, from 0.
    most_s : float
        Greatest overtime in the horizon, seconds: what was worked before is taken off.
    months : int
        Length of the window in months, those before the horizon included; 12 is the year.
    """

    first: int
    last: int
    most_s: float
    months: int = 1


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
    agreement : OvertimeLimits or None
        Limits of an agreement on overtime; None: the levers alone say.
    rest_s : float
        Least rest between two shifts of one head, seconds; 0 where the law only asks for an effort.
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
    agreement: OvertimeLimits | None = None
    rest_s: float = 0.0

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
    # Labour Standards Act art. 37: 25 %; 50 % beyond 60 h a month.
    overtime_premium=0.25,
    # Art. 36: needs an agreement with the staff's representatives; less than 100 h a month, which leaves out the last minute.
    # The limits of a month and of the averages count work on days of rest too, of which plans have none.
    agreement=OvertimeLimits(
        45 * HOUR_S, 360 * HOUR_S, 100 * HOUR_S - 60.0, 80 * HOUR_S, 720 * HOUR_S, 6, dear_after_s=60 * HOUR_S, dear_premium=0.5
    ),
    # The Act on working time (1992, as of 2019) asks for an effort to give a rest between shifts, and names no number.
    rest_s=0.0,
)

BY_TIME_ZONE = {"Asia/Tokyo": JP}
"""The law that applies, by the time zone of the scenario; elsewhere the levers alone say what is allowed."""
