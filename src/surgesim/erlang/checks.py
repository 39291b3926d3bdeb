"""The domains of the formulas: every problem of a call is reported at once, with the positions it is found at."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array

SMALLEST_RATE = 1e-250
"""Stands for an arrival rate of nothing: all shares and waits are then those of an empty desk."""

Bounds = tuple[float, float]
DURATION: Bounds = (1e-12, 1e15)
ENDLESS: Bounds = (1e-12, np.inf)
RATE: Bounds = (0.0, 1e15)
SOME_RATE: Bounds = (1e-12, 1e15)
LOAD: Bounds = (0.0, 1e12)
AGENTS: Bounds = (1.0, 1e9)
TRUNKS: Bounds = (0.0, 1e9)
LINES: Bounds = (1.0, np.inf)
SHARE: Bounds = (0.0, 1.0)
WITHIN: Bounds = (0.0, np.inf)


def where(bad: NDArray[np.bool_]) -> str:
    """Name the positions of the true entries, at most ten of them."""
    if bad.ndim == 0:
        return ""
    positions = [tuple(int(i) for i in place) for place in np.argwhere(bad)]
    text = ", ".join(str(place[0] if len(place) == 1 else place) for place in positions[:10])
    return f"at {text}" + (f" and {len(positions) - 10} more" if len(positions) > 10 else "")


def as_array(value: ArrayLike, name: str) -> tuple[Array, list[Problem]]:
    """Return an array of floats, or the problem that it is none.

    Text, truth values, dates and complex numbers are not read as numbers; a missing or masked entry is NaN.
    """
    try:
        if isinstance(value, np.ma.MaskedArray):
            return np.where(np.ma.getmaskarray(value), np.nan, value.data.astype(np.float64)), []
        given = np.asarray(value)
        if given.dtype.kind in "iuf":
            return np.asarray(given, dtype=np.float64), []
        odd = any(isinstance(entry, (str, bytes, bool, np.bool_)) for entry in given.flat) or value is None
        if given.dtype.kind == "O" and not odd:
            return np.asarray(given, dtype=np.float64), []
    except (TypeError, ValueError, OverflowError):
        pass
    text = repr(value)
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    cure = "give seconds, rates per second, shares or counts as plain numbers"
    return np.ones(()), [Problem(f"{shown} is not a number or an array of numbers", name, cure)]


def numbers(value: ArrayLike, name: str) -> Array:
    """Return an array of floats.

    Raises
    ------
    DomainError
        It is none.
    """
    array, problems = as_array(value, name)
    if problems:
        raise DomainError(problems)
    return array


def scalars(values: Mapping[str, ArrayLike], problems: list[Problem]) -> dict[str, float]:
    """Return single numbers; what is none goes to ``problems``, and 1 comes back instead."""
    out = {}
    for name, value in values.items():
        array, found = as_array(value, name)
        if not found and array.size != 1:
            found = [Problem(f"{name} has shape {array.shape}, one number is needed", name)]
        problems += found
        out[name] = 1.0 if found else float(array.reshape(()))
    return out


COUNT: Bounds = (0.0, 1e9)


Bounded = Mapping[str, tuple[ArrayLike | None, Bounds]]


def one_desk(values: Bounded, counts: tuple[str, ...] = ()) -> dict[str, float]:
    """Return the arguments of an exact chain, one number each; those in ``counts`` are whole. None is left out.

    Raises
    ------
    DomainError
        With every argument that is not one number, outside its range, or not whole.
    """
    problems: list[Problem] = []
    given = {name: pair for name, pair in values.items() if pair[0] is not None}
    found = scalars({name: value for name, (value, _) in given.items() if value is not None}, problems)
    faulty = {problem.where for problem in problems}
    for name, number in found.items():
        low, high = given[name][1]
        if name not in faulty and not low <= number <= high:
            problems.append(Problem(f"{name} is {number:g}", name, _range(low, high)))
        elif name in counts and np.isfinite(number) and number != int(number):
            problems.append(Problem(f"{name} is {number:g}", name, "give a whole number"))
    if problems:
        raise DomainError(problems)
    return found


def finite(value: ArrayLike, name: str) -> Array:
    """Return an array of finite floats, or raise DomainError with the positions that are not."""
    given = numbers(value, name)
    if np.any(bad := ~np.isfinite(given)):
        raise DomainError(Problem(f"{name} must be finite {where(bad)}".rstrip(), name))
    return given


def broadcast(**arrays: Array) -> tuple[Array, ...]:
    """Return the arrays in one common shape, or raise DomainError with their shapes."""
    try:
        return np.broadcast_arrays(*arrays.values())
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise DomainError(Problem(f"the shapes do not broadcast: {shapes}")) from None


def columns(values: Mapping[str, tuple[ArrayLike, Bounds]]) -> dict[str, Array]:
    """Return the arguments as float arrays of one common shape.

    Parameters
    ----------
    values : mapping of str to (array_like, (float, float))
        Each argument with the closed range it must lie in.

    Raises
    ------
    DomainError
        With every argument that is not a number, not a real number (NaN) or outside its range; and where the shapes
        do not broadcast.
    """
    arrays, problems = {}, []
    for name, (value, (low, high)) in values.items():
        arrays[name], found = as_array(value, name)
        problems += found
        with np.errstate(invalid="ignore"):
            bad = ~((arrays[name] >= low) & (arrays[name] <= high))
        if bad.any():
            first = float(arrays[name][bad].flat[0])
            problems.append(Problem(f"{name} is {first:g} {where(bad)}".rstrip(), name, _range(low, high)))
    if problems:
        raise DomainError(problems)
    shaped = broadcast(**arrays)
    return {name: np.array(array) for name, array in zip(arrays, shaped, strict=True)}


def _range(low: float, high: float) -> str:
    return f"give numbers of at least {low:g}" if high >= 1e300 else f"give numbers from {low:g} to {high:g}"


def one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    """Raise DomainError unless the value is one of the known words."""
    if not isinstance(value, str) or value not in known:
        raise DomainError(Problem(f"{value!r} is unknown", name, f"give one of {', '.join(known)}"))


def patience(value: Array) -> None:
    """Raise DomainError unless all entries are finite durations inside the domain, or infinite."""
    bad = np.isfinite(value) & (value > DURATION[1])
    if bad.any():
        what = f"patience is {float(value[bad].flat[0]):g} {where(bad)}".rstrip()
        raise DomainError(Problem(what, "patience", f"give at most {DURATION[1]:g} seconds, or infinity"))


def whole(name: str, value: Array) -> None:
    """Raise DomainError unless all finite entries are whole numbers."""
    bad = np.isfinite(value) & (value != np.floor(value))
    if bad.any():
        raise DomainError(Problem(f"{name} must be whole {where(bad)}".rstrip(), name, "finite lines need whole numbers"))
