"""Vectorised search for the least whole number that keeps a promise, and the greatest real number that does."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array
from surgesim.erlang import checks

Booleans = NDArray[np.bool_]
Keeps = Callable[[Array, Booleans], Booleans]
"""(candidates of the chosen points, which points are chosen) -> does each candidate keep the promise?"""

MOST = 1 << 30


def least(keeps: Keeps, guess: Array, low: Array) -> Array:
    """Return the least whole number >= ``low`` that keeps the promise, for every point at once.

    The promise is taken to be monotone: kept by all numbers from the answer on. The answer keeps it and the number
    before does not (or is below ``low``), both evaluated; where a promise is not monotone this is one such number.

    Raises
    ------
    DomainError
        No number up to 2^30 keeps it.
    """
    good = np.maximum(np.ceil(guess), low)
    bad = low - 1.0
    reached = np.zeros(good.shape, dtype=np.bool_)
    step = np.maximum(1.0, np.ceil(0.02 * np.sqrt(good)))
    while not reached.all():
        todo = ~reached
        kept = keeps(good[todo], todo)
        reached[todo] = kept
        todo[todo] = ~kept
        bad[todo] = good[todo]
        good[todo] += step[todo]
        step[todo] *= 2.0
        if (good > MOST).any():
            raise DomainError(Problem(f"no number keeps the promise {checks.where(good > MOST)}".rstrip(), "target"))
    return _bisect(keeps, bad, good, guess)


def _bisect(keeps: Keeps, bad: Array, good: Array, guess: Array) -> Array:
    """Whole numbers between ``bad`` (fails) and ``good`` (keeps); walks down from a good guess before it halves."""
    step = np.maximum(1.0, np.ceil(0.02 * np.sqrt(good)))
    while True:
        todo = good - bad > 1.0
        if not todo.any():
            return good
        half = np.floor(0.5 * (bad[todo] + good[todo]))
        trial = np.maximum(half, good[todo] - step[todo])
        kept = keeps(trial, todo)
        step[todo] = np.where(kept, 4.0 * step[todo], np.inf)
        good[todo] = np.where(kept, trial, good[todo])
        bad[todo] = np.where(kept, bad[todo], trial)


def _bracket(keeps: Keeps, guess: Array) -> tuple[Array, Array]:
    """Return (a number that keeps the promise, one that does not), by halving and doubling the guess."""
    everywhere = np.ones(guess.shape, dtype=np.bool_)
    low, high = guess.copy(), guess.copy()
    for factor, edge, wanted in ((0.5, low, True), (2.0, high, False)):
        for _ in range(200):
            short = keeps(edge, everywhere) != wanted
            if not short.any():
                break
            edge[short] *= factor
        else:
            what = "no number keeps the promise" if wanted else "every number keeps the promise"
            raise DomainError(Problem(f"{what} {checks.where(short)}".rstrip(), "target"))
    return low, high


def greatest(keeps: Keeps, guess: Array) -> Array:
    """Return the greatest real number above 0 that keeps a promise kept by all smaller ones, to the last bit but one.

    Raises
    ------
    DomainError
        No number above 2^-200 of the guess keeps it, or all do.
    """
    everywhere = np.ones(guess.shape, dtype=np.bool_)
    low, high = _bracket(keeps, guess)
    for _ in range(200):
        middle = 0.5 * (low + high)
        if np.all((middle <= low) | (middle >= high)):
            break
        kept = keeps(middle, everywhere)
        low, high = np.where(kept, middle, low), np.where(kept, high, middle)
    return low


def greatest_below(excess: Callable[[Array], Array], guess: Array) -> Array:
    """Return the greatest real number above 0 up to which a rising function is at most 0, rounding wide.

    Raises
    ------
    DomainError
        See `greatest`.
    """

    def rising(values: Array) -> Array:
        # a promise met to the bit is kept, so it counts as below zero; infinite waits would spoil the chord
        found = np.clip(excess(values), -1e100, 1e100)
        return np.where(found == 0.0, -1e-300, found)

    low, high = _bracket(lambda values, _: np.asarray(rising(values) < 0.0), guess)
    return _enclosed(rising, low, high)[0]


def crossing(rising: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Return where rising functions reach zero, from brackets: below zero at ``low``, at least zero at ``high``.

    Interpolate, truncate, project (Oliveira and Takahashi 2020): never more than one step beyond bisection, a few steps
    for smooth functions; jumps are found as well. The answer is the upper end of the last bracket, rounding wide.
    """
    return _enclosed(rising, low, high)[1]


def _enclosed(rising: Callable[[Array], Array], low: Array, high: Array) -> tuple[Array, Array]:
    """Return both ends of the last bracket of `crossing`."""
    start = high - low
    below, above = rising(low), rising(high)
    width = np.maximum(4e-16 * high, 5e-324)
    steps = np.ceil(np.log2(np.maximum(start / width, 1.0))) + 1.0
    for step in range(int(steps.max(initial=0.0)) + 1):
        gap = high - low
        if np.all(gap <= width):
            break
        half, reach = low + 0.5 * gap, 0.5 * (width * np.exp2(steps - step) - gap)
        chord = np.where(above > below, low - below * gap / np.where(above > below, above - below, 1.0), half)
        sign, shift = np.sign(half - chord), 0.2 * gap * gap / np.where(start > 0.0, start, 1.0)
        near = np.where(shift <= np.abs(half - chord), chord + sign * shift, half)
        trial = np.where(np.abs(near - half) <= reach, near, half - sign * np.maximum(reach, 0.0))
        value = rising(trial)
        kept = value >= 0.0
        low, below = np.where(kept, low, trial), np.where(kept, below, value)
        high, above = np.where(kept, trial, high), np.where(kept, value, above)
        width = np.maximum(4e-16 * high, 5e-324)
    return low, high
