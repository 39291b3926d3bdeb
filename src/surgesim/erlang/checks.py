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
    """Return an array of floats, or the problem that it is none."""
    try:
        return np.asarray(value, dtype=np.float64), []
    except (TypeError, ValueError):
        return np.ones(()), [Problem(f"{value!r} is not a number or an array of numbers", name)]


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
    if not problems:
        try:
            shaped = np.broadcast_arrays(*arrays.values())
            return {name: np.array(array) for name, array in zip(arrays, shaped, strict=True)}
        except ValueError:
            shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
            problems.append(Problem(f"the shapes do not broadcast: {shapes}"))
    raise DomainError(problems)


def _range(low: float, high: float) -> str:
    return f"give numbers of at least {low:g}" if high >= 1e300 else f"give numbers from {low:g} to {high:g}"


def whole(name: str, value: Array) -> None:
    """Raise DomainError unless all finite entries are whole numbers."""
    bad = np.isfinite(value) & (value != np.floor(value))
    if bad.any():
        raise DomainError(Problem(f"{name} must be whole {where(bad)}".rstrip(), name, "finite lines need whole numbers"))
