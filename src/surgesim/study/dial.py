"""A number inside a written value: ``"lognormal(4min, cv 0.8)"`` to ``"lognormal(8min, cv 0.8)"`` is 4 to 8."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from surgesim.base.errors import InputError, Problem

_NUMBER = re.compile(r"\d[\d_]*(?:\.\d+)?")


@dataclass(frozen=True)
class Dial:
    """A place in a scenario whose value is turned between two ends.

    Attributes
    ----------
    path : str
        Dotted path.
    low, high : float
        Ends.
    whole : bool
        Whether only whole numbers are written.
    before, after : str
        Text around the number; None where the value is a plain number.
    """

    path: str
    low: float
    high: float
    whole: bool
    before: str | None = None
    after: str | None = None

    def written(self, number: float) -> Any:
        """Return the value with this number, as it is written in a file."""
        shown = round(number) if self.whole else float(f"{number:.10g}")
        if self.before is None:
            return shown
        return f"{self.before}{int(shown) if shown == int(shown) else shown}{self.after}"

    def number(self, number: float) -> float:
        """Return the number that is written for a number: rounded where only whole ones are."""
        return float(round(number)) if self.whole else float(f"{number:.10g}")


def dial(path: str, between: Sequence[Any]) -> Dial:
    """Return the dial between two written values.

    Raises
    ------
    InputError
        They are not two values that differ in one number.
    """
    if isinstance(between, str) or len(between) != 2:
        raise InputError(Problem(f"{between!r} are not two values", path, "write the two ends, e.g. (80, 120)"))
    low, high = between
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in between):
        found = Dial(path, float(low), float(high), isinstance(low, int) and isinstance(high, int))
    else:
        found = _inside(path, str(low), str(high))
    if not found.low < found.high:
        raise InputError(Problem(f"{low!r} is not below {high!r}", path, "write the lower end first"))
    return found


def _inside(path: str, low: str, high: str) -> Dial:
    first, second = (list(_NUMBER.finditer(text)) for text in (low, high))
    apart = [k for k, (a, b) in enumerate(zip(first, second, strict=False)) if a.group() != b.group()]
    if _NUMBER.sub("0", low) != _NUMBER.sub("0", high) or len(apart) != 1:
        mend = "write both in the same form and unit, one number apart, e.g. ('exponential(3min)', 'exponential(6min)')"
        raise InputError(Problem(f"{low!r} and {high!r} do not differ in one number", path, mend))
    one, two = first[apart[0]], second[apart[0]]
    numbers = [float(found.group().replace("_", "")) for found in (one, two)]
    return Dial(path, numbers[0], numbers[1], False, low[: one.start()], low[one.end() :])
