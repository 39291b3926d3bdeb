"""When: the clock of a scenario and its opening hours."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from surgesim.base.clock import Clock, holidays_of
from surgesim.base.errors import Problem, UnitError
from surgesim.base.hours import Hours
from surgesim.base.units import Day, PositiveDuration, format_window, parse_date, parse_window
from surgesim.scenario.fields import Closed, FrozenMapping

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _windows(value: object) -> object:
    if value == "closed":
        return ()
    items = value if isinstance(value, (list, tuple)) else [value]
    windows: list[tuple[float, float]] = []
    problems: list[Problem] = []
    for item in items:
        try:
            windows.append(item if isinstance(item, tuple) else parse_window(item))
        except UnitError as error:
            problems += error.problems
    if problems:
        raise UnitError(problems)
    return tuple(windows)


def _written(windows: tuple[tuple[float, float], ...]) -> str | list[str]:
    texts = [format_window(window) for window in windows]
    return "closed" if not texts else texts[0] if len(texts) == 1 else texts


_WINDOW = {"type": "string", "pattern": r"^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?\s*[-–~〜]\s*[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$"}

OpenTimes = Annotated[
    tuple[tuple[float, float], ...],
    BeforeValidator(_windows),
    PlainSerializer(_written),
    WithJsonSchema(
        {
            "description": "Open windows of one day, or closed",
            "examples": ["09:00-18:00", ["09:00-12:00", "13:00-18:00"], "closed"],
            "anyOf": [_WINDOW, {"const": "closed"}, {"type": "array", "items": _WINDOW}],
        }
    ),
]
"""Open windows of one day: "09:00-18:00", ["09:00-12:00", "13:00-18:00"] or "closed"."""


def _holidays(value: object) -> object:
    if isinstance(value, str):
        return value
    if not isinstance(value, (list, tuple)):
        raise UnitError(Problem(f"{value!r} is neither a country nor a list of dates", "", "write JP, or dates in [ ]"))
    days: list[date] = []
    problems: list[Problem] = []
    for item in value:
        try:
            days.append(parse_date(item))
        except UnitError as error:
            problems += error.problems
    if problems:
        raise UnitError(problems)
    return tuple(days)


Holidays = Annotated[
    str | tuple[date, ...],
    PlainValidator(_holidays),
    PlainSerializer(lambda value: value if isinstance(value, str) else [str(day) for day in value]),
    WithJsonSchema(
        {
            "description": "Country code, or dates",
            "examples": ["JP", ["2027-12-31"]],
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string", "format": "date"}}],
        }
    ),
]
"""Public holidays: a country code or a list of dates."""


class ClockSettings(Closed):
    """Time zone, horizon and grain of the scenario."""

    start: Day
    """First day of the horizon."""
    days: Annotated[int, Field(ge=1, le=400)]
    """Length of the horizon, days."""
    interval: PositiveDuration = 1800.0
    """Grain of demand, staffing and results; labels are starts."""
    time_zone: str = "Asia/Tokyo"
    """Time zone of every time in the file."""
    holidays: Holidays = "JP"
    """Public holidays: a country code (ISO 3166), or a list of dates."""

    @field_validator("time_zone")
    @classmethod
    def _zone_known(cls, name: str) -> str:
        return Clock(time_zone=name).time_zone

    @field_validator("interval")
    @classmethod
    def _cuts_a_day(cls, interval_s: float) -> float:
        return Clock(interval_s=interval_s).interval_s

    @model_validator(mode="after")
    def _works(self) -> Self:
        self.clock()
        return self

    def clock(self) -> Clock:
        """Return the clock: intervals, dates, weekdays, holidays."""
        years = range(self.start.year, self.start.year + self.days // 365 + 2)
        days = holidays_of(self.holidays, years) if isinstance(self.holidays, str) else self.holidays
        return Clock(
            time_zone=self.time_zone,
            start=self.start,
            days=self.days,
            interval_s=self.interval,
            holidays=frozenset(days),
        )


class OpeningHours(Closed):
    """Weekly opening hours. The most particular entry wins: date, holiday, weekday, weekdays, every day."""

    every_day: OpenTimes | None = None
    """Every day of the week."""
    weekdays: OpenTimes | None = None
    """Monday to Friday."""
    mon: OpenTimes | None = None
    """Mondays."""
    tue: OpenTimes | None = None
    """Tuesdays."""
    wed: OpenTimes | None = None
    """Wednesdays."""
    thu: OpenTimes | None = None
    """Thursdays."""
    fri: OpenTimes | None = None
    """Fridays."""
    sat: OpenTimes | None = None
    """Saturdays."""
    sun: OpenTimes | None = None
    """Sundays."""
    holidays: OpenTimes | None = None
    """Public holidays, whatever their weekday; left out: like the weekday."""
    dates: Annotated[Mapping[Day, OpenTimes], AfterValidator(FrozenMapping)] = FrozenMapping()
    """Particular dates."""

    @model_validator(mode="after")
    def _said(self) -> Self:
        missing = [day for day in DAYS if self._weekday(day) is None]
        problems = list(dict.fromkeys(Problem(p.what, "", p.instead) for p in self.hours().problems()))
        if not any((*self.hours().weekly, self.holidays, *self.dates.values())):
            problems = [Problem("the desk is closed all day, every day", "", "write for example weekdays: 09:00-18:00")]
        if missing:
            what = f"opening hours of {', '.join(missing)} are not said"
            problems.append(Problem(what, "", f"add {', '.join(missing)}, or every_day; closed days are written closed"))
        if problems:
            raise UnitError(problems)
        return self

    def _weekday(self, day: str) -> tuple[tuple[float, float], ...] | None:
        general = self.weekdays if day in DAYS[:5] and self.weekdays is not None else self.every_day
        particular: tuple[tuple[float, float], ...] | None = getattr(self, day)
        return particular if particular is not None else general

    def hours(self) -> Hours:
        """Return the opening hours in the form that engines use."""
        week = tuple(self._weekday(day) or () for day in DAYS)
        return Hours(weekly=week, holiday=self.holidays, special=tuple(sorted(self.dates.items())))


Language = Literal["en", "ja"]
