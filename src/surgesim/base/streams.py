"""Luck is an input: the only source of randomness in surgesim.

A mark is a pure function of (seed, replication, need, attempt, purpose). No state is carried from one mark to the
next, so no policy, plan, order of events or number of workers can change one.

    key  = absorb(absorb(absorb(0, seed), replication), purpose)     absorb(h, word) = mix(h + (word + 1) * GAMMA1)
    mark = mix(mix(key + need * GAMMA1) + attempt * GAMMA2)          all arithmetic modulo 2^64
    u    = ((mark >> 12) + 0.5) * 2^-52                              strictly inside (0, 1)

``mix`` is the finaliser of SplitMix64 (Steele, Lea, Flood 2014), variant 13 of Stafford (2011); with the marks of one
key in the order of needs, the inner words are the published SplitMix64 sequence. Fifty-two bits and not fifty-three:
with 53 the addition of one half would round the largest value up to 1. A compiled twin is made from the constants.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem

MASK = (1 << 64) - 1
GAMMA1 = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: the increment of SplitMix64
GAMMA2 = 0xD1B54A32D192ED03  # 2^64 / plastic number, odd: a second, unrelated increment
MIX_A, MIX_B = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
SHIFT_1, SHIFT_2, SHIFT_3 = 30, 27, 31
UNIFORM_SHIFT, UNIFORM_STEP = 12, 2.0**-52

Array = NDArray[np.float64]
Words = NDArray[np.uint64]


class Purpose(IntEnum):
    """What a mark decides. The numbers are part of every result: never renumber; third parties start at 1000."""

    ARRIVAL_COUNT = 1
    ARRIVAL_TIME = 2
    DAY_FACTOR = 3
    CHANNEL = 10
    SELF_SERVICE = 11
    SELF_SERVICE_TIME = 12
    PATIENCE = 20
    BALK = 21
    OFFER = 22
    OFFER_OUTCOME = 23
    OFFER_DELAY = 24
    REACHED = 25
    RING = 26
    MENU = 27
    MENU_END = 28
    TALK = 30
    HOLD = 31
    AFTER_WORK = 32
    REDIAL = 40
    REDIAL_DELAY = 41
    SWITCH = 42
    SWITCH_DELAY = 43
    REPEAT = 50
    REPEAT_DELAY = 51
    ESCALATE = 60
    MISROUTE = 61
    MISROUTE_CLOSED = 62
    SENT_BACK = 63
    SENT_BACK_DELAY = 64
    HANDOVER = 65
    CLOSED = 70
    CLOSED_DELAY = 71
    SPREAD = 90
    SPREAD_DELAY = 91
    SPREAD_COUNT = 92
    ROUTE = 100
    SITE = 102
    PATH = 110
    FORECAST = 112
    INCIDENT_DATE = 114


def mix(word: int) -> int:
    """Return the SplitMix64 finaliser of a 64-bit word: a bijection in which every input bit moves every output bit."""
    word = ((word ^ (word >> SHIFT_1)) * MIX_A) & MASK
    word = ((word ^ (word >> SHIFT_2)) * MIX_B) & MASK
    return word ^ (word >> SHIFT_3)


def mix_words(words: Words) -> Words:
    """Return the SplitMix64 finaliser of an array of 64-bit words."""
    with np.errstate(over="ignore"):
        words = (words ^ (words >> np.uint64(SHIFT_1))) * np.uint64(MIX_A)
        words = (words ^ (words >> np.uint64(SHIFT_2))) * np.uint64(MIX_B)
    return np.asarray(words ^ (words >> np.uint64(SHIFT_3)), dtype=np.uint64)


def stream_key(seed: int, replication: int, purpose: int) -> int:
    """Return the 64-bit key of all marks with one seed, replication and purpose."""
    key = 0
    for word in (seed, replication, purpose):
        key = mix((key + (int(word) + 1) * GAMMA1) & MASK)
    return key


def stream_keys(seed: int, replication: int, purposes: Sequence[int]) -> Words:
    """Return the keys of many purposes at once, as :func:`stream_key` returns each."""
    key = 0
    for word in (seed, replication):
        key = mix((key + (int(word) + 1) * GAMMA1) & MASK)
    with np.errstate(over="ignore"):
        words = np.uint64(key) + (np.array(purposes, dtype=np.uint64) + np.uint64(1)) * np.uint64(GAMMA1)
    return mix_words(words)


def mark(key: int, need: int, attempt: int) -> int:
    """Return the 64 bits of one mark under a key of ``stream_key``."""
    inner = mix((key + int(need) * GAMMA1) & MASK)
    return mix((inner + int(attempt) * GAMMA2) & MASK)


def uniform(seed: int, replication: int, need: int, attempt: int, purpose: int) -> float:
    """Return the mark as a number strictly inside (0, 1).

    Parameters
    ----------
    seed, replication : int
        Of the run.
    need, attempt : int
        Whose mark, counted from 0.
    purpose : int
        What it decides; a ``Purpose``, or a number from 1000 on for kinds of third parties.
    """
    return ((mark(stream_key(seed, replication, purpose), need, attempt) >> UNIFORM_SHIFT) + 0.5) * UNIFORM_STEP


def uniforms(seed: int, replication: int, needs: ArrayLike, attempts: ArrayLike, purpose: int) -> Array:
    """Return many marks: needs and attempts broadcast; equal to ``uniform`` one by one, bit for bit.

    Parameters
    ----------
    seed, replication, purpose : int
        As for ``uniform``.
    needs, attempts : array_like of int
        Whose marks; any shapes that broadcast.
    """
    return uniforms_of_key(stream_key(seed, replication, purpose), needs, attempts)


def uniforms_of_key(key: int, needs: ArrayLike, attempts: ArrayLike) -> Array:
    """Return many marks under a key of ``stream_key``."""
    with np.errstate(over="ignore"):
        inner = mix_words(np.uint64(key) + _words(needs) * np.uint64(GAMMA1))
        words = mix_words(inner + _words(attempts) * np.uint64(GAMMA2))
    return ((words >> np.uint64(UNIFORM_SHIFT)).astype(np.float64) + 0.5) * UNIFORM_STEP


def _words(values: ArrayLike) -> Words:
    numbers = np.asarray(values)
    if numbers.size and numbers.dtype.kind not in "iu":
        raise DomainError(Problem("needs and attempts are not whole numbers", instead="give arrays of integers"))
    return numbers.astype(np.uint64)


def standard_normals(u: ArrayLike) -> Array:
    """Return the standard normal number of each uniform number, by inversion."""
    from scipy.special import ndtri

    return np.asarray(ndtri(np.asarray(u, dtype=np.float64)), dtype=np.float64)


def poissons(mean: ArrayLike, u: ArrayLike) -> NDArray[np.int64]:
    """Return the smallest count whose Poisson probability of being reached is at least u: exact inversion.

    For a fixed u the count grows with the mean, so a smaller surge never has more contacts by luck.

    Parameters
    ----------
    mean : array_like
        Means from 0 up; broadcast against ``u``.
    u : array_like
        Uniform numbers inside (0, 1).

    Raises
    ------
    DomainError
        A mean that is negative or not finite.
    """
    from scipy.special import ndtri

    means, uniform_numbers = np.broadcast_arrays(np.asarray(mean, dtype=np.float64), np.asarray(u, dtype=np.float64))
    if not np.all(np.isfinite(means) & (means >= 0)):
        raise DomainError(Problem("the mean of a Poisson count is negative or not finite"))
    z = ndtri(uniform_numbers)
    # The Cornish-Fisher (1938) start is a few counts off at most; then walk to the exact count.
    count = np.maximum(np.rint(means + np.sqrt(means) * z + (z * z - 1) / 6), 0.0)
    while np.any(low := ~_reached(count, means, uniform_numbers)):
        count = count + low
    while np.any(high := (count > 0) & _reached(np.maximum(count - 1, 0), means, uniform_numbers)):
        count = count - high
    return np.asarray(count, dtype=np.int64)


def _reached(count: Array, mean: Array, u: Array) -> NDArray[np.bool_]:
    """Tell whether P(N <= count) >= u, by the tail where u is large, since 1 - u is exact there."""
    from scipy.special import pdtr, pdtrc

    return np.asarray(np.where(u < 0.5, pdtr(count, mean) >= u, pdtrc(count, mean) <= 1.0 - u), dtype=np.bool_)


def gamma_factors(u: ArrayLike, cv: ArrayLike) -> Array:
    """Return gamma factors of mean 1 and coefficient of variation ``cv`` by inversion; all 1 where cv is 0.

    Parameters
    ----------
    u : array_like
        Uniform numbers inside (0, 1).
    cv : array_like
        Coefficients of variation from 0 up; broadcast.

    Raises
    ------
    DomainError
        A cv that is negative or not finite.
    """
    from scipy.special import gammaincinv

    uniform_numbers, spread = np.broadcast_arrays(np.asarray(u, dtype=np.float64), np.asarray(cv, dtype=np.float64))
    if not np.all(np.isfinite(spread) & (spread >= 0)):
        raise DomainError(Problem("the cv of a gamma factor is negative or not finite"))
    shape = np.where(spread > 0, spread, 1.0) ** -2.0
    return np.where(spread > 0, gammaincinv(shape, uniform_numbers) / shape, 1.0)
