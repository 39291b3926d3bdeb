"""Facts about waiting: who waits when, and how old work gets. Part of ``facts``."""

from datetime import date, datetime

from surgesim.scenario.fields import Closed

Numbers = tuple[float | None, ...]


class Ribbon(Closed):
    """People waiting in one queue by interval: median, and 5 % and 95 % quantile over replications."""

    queue: str
    starts: tuple[datetime, ...]
    low: Numbers
    median: Numbers
    high: Numbers


class Ages(Closed):
    """How long deferred work of each day waits: shares of that day's work by class of age."""

    queue: str
    deadline_s: float | None
    days: tuple[date, ...]
    upper_s: tuple[float | None, ...]
    """Upper end of each class; None is endless."""
    shares: tuple[Numbers, ...]
    """By class, then day; None where no work came in."""


class Waits(Closed):
    """Wait histogram of one queue over the horizon."""

    queue: str
    within_s: float
    upper_s: tuple[float | None, ...]
    """Upper edge of each bin; None is endless."""
    handled: tuple[float, ...]
    abandoned: tuple[float, ...]


class Weakest(Closed):
    """The time of day with the worst service over the whole period."""

    time: str
    value: float
    offered_day: float
    """Contacts a day at that time."""


class Grid(Closed):
    """Service level of one queue by day and time of day."""

    queue: str
    measure: str
    promised: float | None
    days: tuple[date, ...]
    times: tuple[str, ...]
    values: tuple[Numbers, ...]
    """By day, then time; None where nobody called."""
    weakest: Weakest | None = None
    """Where the queue has a promise and a time of day falls short of it."""
