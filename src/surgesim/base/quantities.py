"""Numbers with units: durations, shares, factors, rates and counts as text, exactly there and back.

Arithmetic runs on fractions, so ``"1.1h"`` is 3960 s and not 3960.0000000000005 s, and every float survives being
written and read again.
"""

import math
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

from surgesim.base.errors import Problem, UnitError

NUMBER = r"[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?"
LONGEST_TEXT = 400
SECONDS: dict[str, int] = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_ALIASES = {"day": "d", "days": "d", "week": "w", "weeks": "w"}
_WRONG_UNITS = {
    "m": "min", "mins": "min", "minute": "min", "minutes": "min", "sec": "s", "secs": "s", "second": "s",
    "seconds": "s", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "秒": "s", "分": "min", "時間": "h", "日": "d",
}  # fmt: skip
_LONGEST_COUNT = 18
_WHOLE_LIMIT = 1e15  # below this a float holds every whole number of seconds exactly


def refuse(what: str, instead: str = "") -> UnitError:
    """Return the error that says what is wrong and what to write instead."""
    return UnitError(Problem(what=what, instead=instead))


def is_bare(value: object) -> bool:
    """Tell whether a value is a number without a unit."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) or (
        isinstance(value, str) and re.fullmatch(rf"[+-]?{NUMBER}", value.strip()) is not None
    )


def text_of(value: object, what: str, bare_mend: str, example: str) -> str:
    """Return the text of a quantity in half-width letters; refuse bare numbers and what is not text."""
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise refuse(f"{value[:40]!r}... is too long for {what}", f'write for example "{example}"')
    if is_bare(value):
        raise refuse(f"{value} is a bare number", bare_mend)
    if not isinstance(value, str):
        raise refuse(f"{value!r} is not {what}", f'write for example "{example}"')
    text = unicodedata.normalize("NFKC", value).strip()
    if re.search(r"[0-9],[0-9]{3}", text):
        raise refuse(f"{value!r} has a comma between digits", f'write "{re.sub(r"(?<=[0-9]),(?=[0-9])", "_", text)}"')
    return text


def number_of(text: str) -> Fraction:
    """Return the exact value of a matched ``NUMBER``."""
    return Fraction(text.replace("_", ""))


def to_float(value: Fraction, text: str) -> float:
    """Return the nearest float; refuse what no float can hold."""
    try:
        return float(value)
    except OverflowError:
        raise refuse(f"{text!r} is too large") from None


def _not_negative(match: re.Match[str], text: str) -> Fraction:
    """Return the number behind an optional minus, the first two groups; refuse the minus."""
    if match[1]:
        raise refuse(f"{text!r} is negative", f'write "{text[1:]}"')
    return number_of(match[2])


def plain(value: float) -> str:
    """Return the shortest text of a float that reads back as the same float, whole numbers without a point."""
    if not math.isfinite(value):
        raise refuse(f"{value} is not a finite number")
    return f"{int(value)}" if value == int(value) and abs(value) < _WHOLE_LIMIT else repr(float(value))


def _unit_problem(text: str, unit: str, example: str) -> UnitError:
    known = ", ".join(SECONDS)
    if unit in _WRONG_UNITS:
        return refuse(f"{text!r} has the unknown unit {unit!r}", f"write {_WRONG_UNITS[unit]!r} (units: {known})")
    return refuse(f"{text!r} is not a duration", f'write a number and one of {known}, for example "{example}"')


def _bare_duration_mend(value: object) -> str:
    text = str(value).strip()
    number = float(text.replace("_", ""))
    in_minutes = f' or "{format_duration(number)}"' if number > 0 and number % 60 == 0 else f' or "{text}min"'
    return f'write "{text}s"{in_minutes}'


def parse_duration(value: object, *, negative: bool = False) -> float:
    """Return the seconds of ``"20s"``, ``"8min"``, ``"1.5h"``, ``"2d"``, ``"1w"`` or ``"1h 30min"``.

    Parameters
    ----------
    value : object
        Text with a unit; anything else is refused.
    negative : bool
        Whether a leading minus is allowed.

    Raises
    ------
    UnitError
        Bare number, unknown unit, or a sign that is not allowed.
    """
    bare_mend = _bare_duration_mend(value) if is_bare(value) else ""
    text = text_of(value, "a duration", bare_mend, "20s")
    sign, body = (-1, text[1:].lstrip()) if text.startswith("-") else (1, text)
    parts = re.findall(rf"({NUMBER})\s*([^\W0-9_]+)\s*", body)
    if not parts or re.fullmatch(rf"(?:{NUMBER}\s*[^\W0-9_]+\s*)+", body) is None:
        raise _unit_problem(text, "", "20s")
    total = Fraction(0)
    for number, unit in parts:
        name = _ALIASES.get(unit, unit)
        if name not in SECONDS:
            raise _unit_problem(text, unit, "20s")
        total += number_of(number) * SECONDS[name]
    if sign < 0 and not negative:
        raise refuse(f"{text!r} is negative", f'write "{body}"')
    return sign * to_float(total, text)


def format_duration(seconds: float) -> str:
    """Return the canonical text of a duration: whole numbers of the largest unit that is exact, else seconds."""
    seconds = float(seconds)
    if math.isfinite(seconds) and seconds == int(seconds) and 0 < abs(seconds) < _WHOLE_LIMIT:
        for unit in ("w", "d", "h", "min"):
            if int(seconds) % SECONDS[unit] == 0:
                return f"{int(seconds) // SECONDS[unit]}{unit}"
    return f"{'-' if math.copysign(1.0, seconds) < 0 == seconds else ''}{plain(seconds)}s"


def parse_share(value: object) -> float:
    """Return the share 0..1 of a percentage such as ``"80%"``.

    Raises
    ------
    UnitError
        Bare number, or outside 0 % .. 100 %.
    """
    example = _percentage(value) if is_bare(value) else "80%"
    text = text_of(value, "a share", f'write a percentage such as "{example}"', "80%")
    match = re.fullmatch(rf"(-?)({NUMBER})\s*%", text)
    if match is None:
        raise refuse(f"{text!r} is not a share", 'write a percentage such as "80%"')
    share = to_float(number_of(match[2]) / 100, text)
    if match[1] and share > 0:
        raise refuse(f"{text!r} is below 0%", "write a share between 0% and 100%")
    if share > 1:
        raise refuse(f"{text!r} is above 100%", "write a share between 0% and 100%")
    return share


def _percentage(value: object) -> str:
    """Return what a bare number most likely means: 0.8 and 80 are both 80%."""
    number = float(str(value).replace("_", ""))
    return f"{shifted(number, 2 if number <= 1.0 else 0)}%" if 0.0 <= number <= 100.0 else "80%"


def shifted(value: float, places: int) -> str:
    """Return the shortest decimal text of a float with its point moved, without rounding."""
    if not math.isfinite(value):
        raise refuse(f"{value} is not a finite number")
    number = Decimal(repr(float(value))).scaleb(places).normalize()
    exponent = number.as_tuple().exponent
    wide = isinstance(exponent, int) and not -20 < exponent < 20
    return f"{number:e}" if wide else f"{number:f}"


def format_share(share: float) -> str:
    """Return the canonical percentage of a share 0..1."""
    return f"{shifted(share, 2)}%" if share else "0%"


def parse_factor(value: object) -> float:
    """Return the multiplier of ``"1.3x"`` or ``"130%"``; at least 0.

    Raises
    ------
    UnitError
        Bare number, or negative.
    """
    text = text_of(value, "a factor", f'write "{value}x"', "1.3x")
    match = re.fullmatch(rf"(-?)({NUMBER})\s*([x×%])", text)
    if match is None:
        raise refuse(f"{text!r} is not a factor", 'write a multiplier such as "1.3x" or "130%"')
    return to_float(_not_negative(match, text) / (100 if match[3] == "%" else 1), text)


def format_factor(factor: float) -> str:
    """Return the canonical text of a multiplier."""
    return f"{plain(factor)}x"


def parse_rate(value: object) -> float:
    """Return the events per second of ``"120/h"``, ``"2/min"`` or ``"5_000/day"``.

    Raises
    ------
    UnitError
        Bare number, unknown unit, or negative.
    """
    text = text_of(value, "a rate", f'write "{value}/h" or "{value}/day"', "120/h")
    match = re.fullmatch(rf"(-?)({NUMBER})\s*/\s*([^\W0-9_]+)", text)
    unit = _ALIASES.get(match[3], match[3]) if match else ""
    if match is None or unit not in SECONDS:
        mend = f'write "{match[2]}/{_WRONG_UNITS[unit]}"' if match and unit in _WRONG_UNITS else 'write "120/h"'
        raise refuse(f"{text!r} is not a rate", f"{mend} (units: s, min, h, day, week)")
    return to_float(_not_negative(match, text) / SECONDS[unit], text)


def format_rate(per_second: float) -> str:
    """Return the canonical text of a rate: a whole number per hour, minute, day or week if exact, else per second."""
    for unit, name in (("h", "h"), ("min", "min"), ("d", "day"), ("w", "week")):
        scaled = per_second * SECONDS[unit]
        if not 1 <= scaled < _WHOLE_LIMIT:
            continue
        if float(Fraction(round(scaled), SECONDS[unit])) == per_second:
            return f"{round(scaled)}/{name}"
    return f"{plain(per_second)}/s"


def parse_yearly(value: object) -> float:
    """Return the events per year of ``"0.2/year"``.

    Raises
    ------
    UnitError
        Bare number, another unit, or negative.
    """
    text = text_of(value, "a rate per year", f'write "{value}/year"', "0.2/year")
    match = re.fullmatch(rf"(-?)({NUMBER})\s*/\s*years?", text)
    if match is None:
        raise refuse(f"{text!r} is not a rate per year", 'write for example "0.2/year"')
    return to_float(_not_negative(match, text), text)


def format_yearly(per_year: float) -> str:
    """Return the canonical text of a rate per year."""
    return f"{plain(per_year)}/year"


def parse_count(value: object, noun: str = "") -> int:
    """Return the whole number of ``80_000``, ``"80_000"`` or ``"80_000 people"``.

    Parameters
    ----------
    value : object
        Text, or an int: a count has no unit.
    noun : str
        The noun that may follow.

    Raises
    ------
    UnitError
        Not whole, negative, or another noun.
    """
    text = str(value).strip() if is_bare(value) else text_of(value, "a count", "", "80_000")
    match = re.fullmatch(r"(-?)([0-9]+(?:_[0-9]+)*)\s*([^\W0-9_]*)", text)
    example = f"80_000 {noun}".strip()
    if match is None:
        raise refuse(f"{text!r} is not a whole number", f'write for example "{example}"')
    if match[1]:
        raise refuse(f"{text!r} is negative", f'write for example "{example}"')
    if match[3] and match[3] != noun:
        raise refuse(f"{text!r} counts {match[3]!r}", f'write "{f"{match[2]} {noun}".strip()}"')
    digits = match[2].replace("_", "")
    if len(digits) > _LONGEST_COUNT:
        raise refuse(f"{text[:40]!r} is too large for a count", f'write for example "{example}"')
    return int(digits)


def format_count(value: int) -> int:
    """Return a count as it is written: a plain whole number."""
    return int(value)
