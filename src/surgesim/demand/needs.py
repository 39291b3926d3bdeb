"""Needs: how many people have a reason to get in touch, by stream and interval, and when each one is born."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.base.streams import Purpose, gamma_factors, poissons, uniform, uniforms

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ORDINAL_BITS = 20
"""Bits of a need's number that count the needs of one stream and interval: at most 1 048 575 of them."""


@dataclass(frozen=True, eq=False)
class Births:
    """Needs in the order in which they are born; ties in the order of their numbers.

    Attributes
    ----------
    time_s : ndarray, shape (needs,)
        Birth, seconds from the start of the horizon.
    stream : ndarray of int, shape (needs,)
        Stream of each need.
    need : ndarray of int, shape (needs,)
        Number of each need, ``((stream * intervals + interval) << 20) + k``: it never depends on other needs.
    """

    time_s: Floats
    stream: Integers
    need: Integers


@dataclass(frozen=True, eq=False)
class Needs:
    """Expected needs with their uncertainty.

    A stream is one source of demand with one reason, e.g. the press release and the reason "refund".

    Attributes
    ----------
    streams : tuple of str
        Names, ``source/reason`` or ``incident/announcement/reason``.
    reason : ndarray of int, shape (streams,)
        Index of the reason.
    edges_s : ndarray, shape (intervals + 1,)
        Edges of the intervals, seconds from the start of the horizon.
    day : ndarray of int, shape (intervals,)
        Calendar day of each interval, 0 is the first.
    mean : ndarray, shape (streams, intervals)
        Expected needs born in each interval (counts, not rates), whether the desk is open or not.
    day_noise : ndarray, shape (streams,)
        Coefficient of variation of a gamma factor (mean 1) common to one source on one calendar day.
    size_noise : ndarray, shape (streams,)
        Coefficient of variation of a gamma factor (mean 1) common to one source over the whole horizon.
    source : ndarray of int, shape (streams,)
        Source of each stream; streams of one source share their random factors.
    paths : ndarray, shape (paths, streams, intervals), optional
        Equally likely sample paths of the expectation, where a source is forecast from history. Each replication
        draws one in place of ``mean``, whatever the plan; streams that are not forecast repeat their mean.
    talk_factor : ndarray, shape (streams,), or float
        Talk time relative to the standard of the stream's reason.
    exact : ndarray of bool, shape (streams,), or bool
        Whether the needs of a stream are a list: exactly so many, in place of a random number with this expectation.
    """

    streams: tuple[str, ...]
    reason: Integers
    edges_s: Floats
    day: Integers
    mean: Floats
    day_noise: Floats
    size_noise: Floats
    source: Integers
    paths: Floats | None = None
    talk_factor: Floats | float = 1.0
    exact: NDArray[np.bool_] | bool = False

    def intensity(self, seed: int, replication: int) -> Floats:
        """Return the expected needs of one replication, its random factors drawn.

        Parameters
        ----------
        seed, replication : int
            Which luck.

        Returns
        -------
        ndarray, shape (streams, intervals)
            Expected needs born in each interval, given the random factors.
        """
        base = self.mean if self.paths is None else self.paths[self.path_of(seed, replication)]
        size = self._factors(seed, replication, self.source, 0, self.size_noise)
        days = np.unique(self.day)
        by_day = self._factors(seed, replication, self.source[:, None], days[None, :] + 1, self.day_noise[:, None])
        return base * size[:, None] * by_day[:, self.day]

    def path_of(self, seed: int, replication: int) -> int:
        """Return which sample path a replication sees; another seed sees others, so a check on fresh luck is fresh."""
        return 0 if self.paths is None else int(uniform(seed, replication, 0, 0, Purpose.PATH) * len(self.paths))

    @staticmethod
    def _factors(seed: int, replication: int, source: Integers, slot: Integers | int, noise: Floats) -> Floats:
        marks = uniforms(seed, replication, source, slot, Purpose.DAY_FACTOR)
        return np.asarray(gamma_factors(marks, np.broadcast_to(noise, marks.shape)))

    def listed(self, expected: Floats, counts: Integers) -> Integers:
        """Return random counts of needs with those of lists set to what is expected of them."""
        if not np.any(self.exact):
            return counts
        return np.where(np.broadcast_to(self.exact, len(counts))[:, None], np.rint(expected).astype(np.int64), counts)

    def variance(self) -> float:
        """Return the variance of the needs of a replication, over the whole horizon.

        Poisson counts with a random expectation: the mean of the variances given the random factors and the path, and
        the variance of the means (law of total variance). Factors of a source are independent of those of others.
        """
        bases = self.mean[None] if self.paths is None else self.paths
        days = np.arange(int(self.day.max(initial=0)) + 1)
        by_day = bases @ (self.day[:, None] == days).astype(np.float64)
        given = bases[:, ~np.broadcast_to(self.exact, len(self.mean))].sum(axis=(1, 2))
        for source in np.unique(self.source):
            mine = self.source == source
            size, day = self.size_noise[mine][0] ** 2, self.day_noise[mine][0] ** 2
            each = by_day[:, mine].sum(axis=1)
            whole = each.sum(axis=1) ** 2
            given = given + (1.0 + size) * (whole + day * (each**2).sum(axis=1)) - whole
        return float(given.mean() + bases.sum(axis=(1, 2)).var())

    def births(self, seed: int, replication: int) -> Births:
        """Return when each need of one replication is born.

        Counts come from the inverse Poisson distribution of one mark for each stream and interval, so that a greater
        expectation only adds needs and leaves the others as they are. Within an interval births are uniform.

        Parameters
        ----------
        seed, replication : int
            Which luck.
        """
        expected = self.intensity(seed, replication)
        cells = np.arange(expected.size, dtype=np.int64).reshape(expected.shape)
        counts = np.asarray(poissons(expected, uniforms(seed, replication, cells, 0, Purpose.ARRIVAL_COUNT)), dtype=np.int64)
        counts = self.listed(expected, counts)
        if counts.max(initial=0) >= 1 << ORDINAL_BITS:
            raise ValueError(f"more than {(1 << ORDINAL_BITS) - 1} needs of one stream in one interval; use a shorter interval")
        cell = np.repeat(cells.ravel(), counts.ravel())
        ordinal = np.arange(len(cell), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts.ravel(), counts.ravel())
        need = (cell << ORDINAL_BITS) + ordinal
        stream, interval = np.divmod(cell, expected.shape[1])
        place = uniforms(seed, replication, need, 0, Purpose.ARRIVAL_TIME)
        time = self.edges_s[interval] + place * (self.edges_s[interval + 1] - self.edges_s[interval])
        order = np.lexsort((need, time))
        return Births(time_s=time[order], stream=stream[order], need=need[order])
