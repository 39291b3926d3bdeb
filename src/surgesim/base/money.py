"""Prices in yen per unit as text, exactly there and back; days, weeks and months are never converted."""

import re
from fractions import Fraction

from surgesim.base.quantities import NUMBER, SECONDS, number_of, plain, refuse, text_of, to_float

NOUNS = ("head", "seat", "line", "site", "contact")
CONVERTIBLE = ("s", "min", "h")
TIMES = (*CONVERTIBLE, "day", "week", "month")


def _canonical(per: tuple[str, ...]) -> str:
    return "JPY" + "".join(f"/{unit}" for unit in per)


def _check_expected(per: tuple[str, ...]) -> None:
    unknown = [unit for unit in per if unit not in NOUNS + TIMES]
    if unknown or len(set(per)) < len(per) or sum(unit in TIMES for unit in per) > 1:
        raise ValueError(f"a price cannot be per {per}: at most one of {TIMES}, each of {NOUNS} at most once")


def _units(text: str, tail: str, example: str) -> tuple[list[str], list[str]]:
    units = [unit.strip() for unit in tail.split("/")[1:]]
    unknown = [unit for unit in units if unit not in NOUNS + TIMES]
    if unknown:
        known = ", ".join(NOUNS + TIMES)
        raise refuse(f"{text!r} is per unknown unit {unknown[0]!r}", f"{example} (units: {known})")
    nouns, times = [u for u in units if u in NOUNS], [u for u in units if u in TIMES]
    if len(set(units)) < len(units) or len(times) > 1:
        raise refuse(f"{text!r} names a unit twice, or two times", example)
    return nouns, times


def _conversion(text: str, given: list[str], wanted: list[str], example: str) -> Fraction:
    if given == wanted:
        return Fraction(1)
    if not given or not wanted:
        fault = f"does not say per what time; this price is per {wanted[0]}" if wanted else f"is per {given[0]}"
        raise refuse(f"{text!r} {fault}", example)
    if given[0] in CONVERTIBLE and wanted[0] in CONVERTIBLE:
        return Fraction(SECONDS[wanted[0]], SECONDS[given[0]])
    raise refuse(f"{text!r} is per {given[0]}, and {given[0]} is never converted to {wanted[0]} silently", example)


def parse_price(value: object, per: tuple[str, ...] = ()) -> float:
    """Return yen per the units in ``per``.

    Parameters
    ----------
    value : object
        ``AMOUNT JPY[/unit]*``, for example ``"9_000 JPY/day"``; the field's own nouns may be left out.
    per : tuple of str
        What the field expects, for example ``("head", "h")``. Only s, min and h are converted into each other.

    Raises
    ------
    UnitError
        Bare number, other currency, negative, or units that do not fit.
    """
    _check_expected(per)
    unit = _canonical(per)
    example = f'write for example "1_800 {unit}"'
    text = text_of(value, "a price", f'write "{value} {unit}"', f"1_800 {unit}")
    match = re.fullmatch(rf"(-?)\s*({NUMBER})\s*JPY((?:\s*/\s*[^\W0-9_]+)*)", text)
    if match is None:
        raise refuse(f"{text!r} is not a price", example)
    if match[1]:
        raise refuse(f"{text!r} is negative", f'write "{text[1:].lstrip()}"')
    nouns, times = _units(text, match[3], example)
    wanted = [unit for unit in per if unit in NOUNS]
    strange = [noun for noun in nouns if noun not in wanted]
    if strange or (nouns and len(nouns) < len(wanted)):
        raise refuse(f"{text!r} is per {'/'.join(nouns)}; this price is per {'/'.join(per) or 'nothing'}", example)
    conversion = _conversion(text, times, [unit for unit in per if unit in TIMES], example)
    return to_float(number_of(match[2]) * conversion, text)


def format_price(yen: float, per: tuple[str, ...] = ()) -> str:
    """Return the canonical text of a price, thousands set off by underscores."""
    text = plain(yen)
    return f"{int(text):_} {_canonical(per)}" if text.isdigit() else f"{text} {_canonical(per)}"
