"""Units at the door: text outside, seconds, shares and yen inside.

The annotated types are for fields of pydantic models: they read text with a unit, refuse bare numbers, and are
written back as canonical text that reads back as the very same value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from surgesim.base.daytimes import (
    format_date,
    format_instant,
    format_time_of_day,
    format_window,
    parse_date,
    parse_instant,
    parse_time_of_day,
    parse_window,
)
from surgesim.base.money import format_price, parse_price
from surgesim.base.quantities import (
    format_count,
    format_duration,
    format_factor,
    format_rate,
    format_share,
    format_yearly,
    parse_count,
    parse_duration,
    parse_factor,
    parse_rate,
    parse_share,
    parse_yearly,
    refuse,
)

__all__ = [
    "Count", "Day", "Duration", "Factor", "Instant", "PerYear", "PositiveDuration", "Rate", "Share", "TimeOfDay",
    "Unit", "Window", "count", "format_count", "format_date", "format_duration", "format_factor", "format_instant",
    "format_price", "format_rate", "format_share", "format_time_of_day", "format_window", "format_yearly",
    "parse_count", "parse_date", "parse_duration", "parse_factor", "parse_instant", "parse_positive_duration",
    "parse_price", "parse_rate", "parse_share", "parse_time_of_day", "parse_window", "parse_yearly", "price",
]  # fmt: skip

_NUMBER = r"[0-9]+(_[0-9]+)*(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?"
_TIME = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?"


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """Mark of a pydantic field that reads and writes text with a unit: ``Annotated[float, Unit(...)]``.

    Parameters
    ----------
    parse : callable
        Text to value; raises UnitError.
    write : callable
        Value to canonical text (or, for counts, a number).
    json : dict
        JSON Schema of the text.
    """

    parse: Callable[[Any], Any]
    write: Callable[[Any], Any]
    json: dict[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read with ``parse``, write with ``write``."""
        return core_schema.no_info_plain_validator_function(
            self.parse, serialization=core_schema.plain_serializer_function_ser_schema(self.write)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the text that is read."""
        return dict(self.json)


def _text(pattern: str, description: str, *examples: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$", "description": description, "examples": list(examples)}


def parse_positive_duration(value: object) -> float:
    """Return the seconds of a duration that is longer than nothing."""
    seconds = parse_duration(value)
    if seconds <= 0:
        raise refuse(f"{value!r} is not longer than 0s", 'write for example "20s"')
    return seconds


_DURATION = _text(rf"({_NUMBER}\s*(s|min|h|d|days?|w|weeks?)\s*)+", "Length of time with its unit", "20s", "8min", "1h 30min")
_SHARE = _text(rf"{_NUMBER}\s*%", "Share in per cent, 0% to 100%", "80%", "2.5%")
_FACTOR = _text(rf"{_NUMBER}\s*[x×%]", "Multiplier, at least 0", "1.3x", "130%")
_RATE = _text(rf"{_NUMBER}\s*/\s*(s|min|h|d|days?|w|weeks?)", "Events per time", "120/h", "5_000/day")
_YEARLY = _text(rf"{_NUMBER}\s*/\s*years?", "Events per year", "0.2/year")
_INSTANT = _text(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T]{_TIME}", "Local date and time", "2027-11-09 10:00")
_DAY = _text(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "Date", "2027-11-09")
_TIME_OF_DAY = _text(_TIME, "Local time of day; a business day may run past midnight, to 30:00", "09:00", "26:30")
_WINDOW = _text(rf"{_TIME}\s*[-–~〜]\s*{_TIME}", "Start and end, within a day or past midnight", "09:00-18:00", "22:00-06:00")


def price(*per: str) -> Unit:
    """Return the mark of a price field in yen per the given units: ``Annotated[float, price("head", "h")]``."""
    unit = "JPY" + "".join(f"/{name}" for name in per)
    parse_price(f"1 {unit}", per)  # a wrong unit is a defect of the model and shows when it is defined
    pattern = rf"{_NUMBER}\s*JPY(\s*/\s*[a-z]+)*"
    return Unit(
        lambda value: parse_price(value, per),
        lambda yen: format_price(yen, per),
        _text(pattern, f"Price in {unit}", f"1_800 {unit}"),
    )


def count(noun: str = "") -> Unit:
    """Return the mark of a whole number that ``noun`` may follow: ``Annotated[int, count("people")]``."""
    pattern = r"^[0-9]+(_[0-9]+)*" + (rf"(\s*{noun})?$" if noun else "$")
    schema = {
        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": pattern}],
        "description": f"Whole number of {noun}" if noun else "Whole number",
        "examples": [80000, f"80_000 {noun}".strip()],
    }
    return Unit(lambda value: parse_count(value, noun), format_count, schema)


Duration = Annotated[float, Unit(parse_duration, format_duration, _DURATION)]
PositiveDuration = Annotated[float, Unit(parse_positive_duration, format_duration, _DURATION)]
Share = Annotated[float, Unit(parse_share, format_share, _SHARE)]
Factor = Annotated[float, Unit(parse_factor, format_factor, _FACTOR)]
Rate = Annotated[float, Unit(parse_rate, format_rate, _RATE)]
PerYear = Annotated[float, Unit(parse_yearly, format_yearly, _YEARLY)]
Instant = Annotated[datetime, Unit(parse_instant, format_instant, _INSTANT)]
Day = Annotated[date, Unit(parse_date, format_date, _DAY)]
TimeOfDay = Annotated[float, Unit(parse_time_of_day, format_time_of_day, _TIME_OF_DAY)]
Window = Annotated[tuple[float, float], Unit(parse_window, format_window, _WINDOW)]
Count = Annotated[int, count()]
