"""Fit the surge kernel to daily levels: posterior over the constants with partial pooling across past surges.

Each unknown surge is one of a few thousand particles drawn from the case library (a lattice, so nothing is random);
its height is solved in closed form, its fit to the known days weighs it. The heaviest particle is the maximum
posterior estimate; the forecast is the weighted median of all (importance sampling; Gordon, Salmond and Smith 1993).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.demand.baseline import Split, usual_level
from surgesim.demand.caselibrary import CONSTANTS, CaseLibrary
from surgesim.demand.kernel import announced_shape, surge_shape
from surgesim.demand.outlook import Outlook, walk_covariance

Floats = NDArray[np.float64]

PARTICLES = 4000
WINDOW_DAYS = 42  # older days say little about where the surge goes
FORGETTING = 0.93  # weight of a day against the next one: the kernel bends, the last days count most
MISFIT = 0.2  # log deviation of a day from its kernel, noise and misfit together
USUAL_MISFIT = 0.6  # log deviation of the usual level from the one the kernel starts at
EARLIEST_PEAK, LATEST_PEAK = -30.0, 10.0  # days from the origin
ANCHOR_DAY = 0.75  # how fast the trust in the last days' distance from the kernel is gathered ...
ANCHOR_FADE = 0.93  # ... and how fast the distance itself fades in the forecast
WALK_STEP = 0.45  # step of the level a day, in deviations of the daily noise
DOUBTED_DAYS = 14  # so few days confirm nothing yet
KERNEL_TRUST = (0.5, 0.25)  # weight of the kernel against the level of the last days: before the peak, and what a passed one adds
RISE_SHARE, RISE_DAYS, RISE_FADE = 0.5, 7, 0.8  # before the peak the last level rises on: half as much as it did, ever less
LEVEL_FADE = 0.5  # weight of a day against the next one in the level of the last days
SEEN_DOUBT = 0.3  # part of the particles' variance that past errors confirm once counts of the surge are known


@dataclass(frozen=True)
class Surge:
    """What is known of a surge besides the counts.

    Parameters
    ----------
    announcements : sequence of int
        Days of announcements, counted from the first day of the history.
    peak : int or None
        Day of the peak where it is known.
    usual : float or None
        Usual contacts a day where there is no history that tells.
    kernel : str
        One of ``kernel.DECAYS``.
    capacity : float or None
        Contacts a day that can be answered at most: counts near it may hide a higher demand.
    """

    announcements: Sequence[int] = ()
    peak: int | None = None
    usual: float | None = None
    kernel: str = "stretched"
    capacity: float | None = None


@dataclass(frozen=True)
class Particles:
    """Possible surges: constants (particles, 1), peak day, and jump and lag of each announcement."""

    constants: dict[str, Floats]
    peak: Floats
    jumps: tuple[Floats, ...]
    lags: tuple[Floats, ...]


def lattice(points: int, dimensions: int) -> Floats:
    """Return an even lattice in the unit cube, shape (points, dimensions).

    Kronecker sequence with the generalised golden ratio (Roberts 2018).
    """
    root = 2.0
    for _ in range(60):
        root = (1.0 + root) ** (1.0 / (dimensions + 1))
    step = (1.0 / root) ** np.arange(1, dimensions + 1)
    return np.asarray((0.5 + np.outer(np.arange(1, points + 1), step)) % 1.0)


def draw(library: CaseLibrary, surge: Surge, origin: int, new: bool) -> Particles:
    """Return particles from the case library for a forecast made after day ``origin - 1``.

    An announcement lifts the level like past announcements; on a ``new`` desk every second particle starts a whole surge.
    """
    from scipy.special import ndtri

    places = lattice(PARTICLES, 6 + 2 * len(surge.announcements))
    constants = {}
    for at, name in enumerate(CONSTANTS):
        mean, deviation = library.prior(name)
        log = mean + deviation * ndtri(places[:, at])
        constants[name] = np.exp(np.maximum(log, 0.15) if name == "ratio" else log)[:, None]
    peak = origin - 1 + EARLIEST_PEAK + (LATEST_PEAK - EARLIEST_PEAK) * places[:, 5]
    if surge.peak is not None:
        peak = np.full(PARTICLES, float(surge.peak))
    jumps, lags = [], []
    for at in range(len(surge.announcements)):
        mean, deviation = np.array([library.prior("jump"), library.prior("ratio" if new else "jump")])[np.arange(PARTICLES) % 2].T
        jumps.append(np.exp(np.maximum(mean + deviation * ndtri(places[:, 6 + 2 * at]), 0.0))[:, None])
        mean, deviation = library.prior("lag_days")
        lags.append(np.clip(np.exp(mean + deviation * ndtri(places[:, 7 + 2 * at])), 0.5, 28.0)[:, None])
    return Particles(constants, peak[:, None], tuple(jumps), tuple(lags))


def log_shape(particles: Particles, surge: Surge, days: Floats, flat: bool) -> Floats:
    """Return the log level of each particle but for its height, shape (particles, days).

    The sum over announcements rides on the kernel of the surge seen so far, or on a flat level.
    """
    own = particles.constants

    def base(at: Floats) -> Floats:
        since = at[None, :] - particles.peak
        if flat:
            return np.ones_like(since)
        ratio, rise, decay, stretch, floor = (own[name] for name in CONSTANTS)
        return surge_shape(since, ratio, rise, decay, stretch, floor, surge.kernel)

    level = base(days)
    for day, jump, lag in zip(surge.announcements, particles.jumps, particles.lags, strict=True):
        extra = announced_shape(days[None, :] - day, lag, own["decay_days"], own["stretch"], surge.kernel)
        level = level + (jump - 1.0) * base(np.array([float(day)])) * extra
    return np.asarray(np.log(level))


def weigh(
    shape: Floats, adjusted: Floats, trust: Floats, top: tuple[Floats, float | None], capped: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return the log height and the posterior weight of each particle.

    Parameters
    ----------
    shape : ndarray, shape (particles, days)
        Log shapes.
    adjusted, trust : ndarray, shape (days,)
        Log levels seen, and how much each counts.
    top : log peak ratio (particles, 1) and usual log level or None
        What the height should be if the surge started from the usual level.
    capped : ndarray, shape (days,)
        Days at capacity: they only say that demand was at least this high.
    """
    rest = np.nan_to_num(adjusted)[None, :] - shape
    ratio, usual = top
    free = np.where(capped, 0.0, trust) if (trust * ~capped).sum() > 0 else trust
    pull = 0.0 if usual is None else (MISFIT / USUAL_MISFIT) ** 2
    wanted = ratio[:, 0] + (usual or 0.0)
    height = (rest @ free + pull * wanted) / max(free.sum() + pull, 1e-9)
    miss = (rest - height[:, None]) / MISFIT
    miss = np.where(capped[None, :], np.maximum(miss, 0.0), miss)
    score = -0.5 * (np.minimum(np.abs(miss), 3.0) ** 2) @ trust
    if usual is not None:
        score = score - 0.5 * ((height - wanted) / USUAL_MISFIT) ** 2
    weight = np.exp(score - score.max())
    return height, weight / weight.sum()


def weighted_median(values: Floats, weight: Floats) -> Floats:
    """Return the median of each column under row weights, shape (columns,)."""
    order = np.argsort(values, axis=0)
    total = np.cumsum(weight[order], axis=0)
    at = np.argmax(total >= 0.5, axis=0)
    columns = np.arange(values.shape[1])
    return np.asarray(values[order[at, columns], columns])


def fit_surge(parts: Split, origin: int, days: int, library: CaseLibrary, surge: Surge, flat: bool) -> Outlook:
    """Return the outlook of a surge for ``days`` days from day ``origin`` on.

    Parameters
    ----------
    parts : Split
        Daily levels known before ``origin``; may be empty where there is no history.
    flat : bool
        True where no surge is seen yet and only an announcement tells of one.
    """
    particles = draw(library, surge, origin, new=not len(parts.adjusted))
    seen = _seen(parts, origin)
    shape = log_shape(particles, surge, seen.days, flat)
    top = _top(parts, particles, surge, (origin, flat))
    height, weight = weigh(shape, seen.adjusted, FORGETTING**seen.age * seen.known, top, seen.capped(surge.capacity))
    miss = np.where(seen.known, np.nan_to_num(seen.adjusted) - shape - height[:, None], 0.0)
    near = ANCHOR_DAY**seen.age * seen.known
    anchor = miss @ near / (near.sum() + 0.3)
    ahead = np.arange(origin, origin + days, dtype=float)
    fade = ANCHOR_FADE ** np.arange(1, days + 1)
    levels = log_shape(particles, surge, ahead, flat) + height[:, None] + anchor[:, None] * fade
    return _outlook(parts, particles, surge, (levels, height, weight), origin, flat)


def _rise(seen: "_Seen", days: int) -> Floats:
    """Return how far the level moves if it goes on as in the last week, damped; nothing where half a week is missing."""
    known = np.flatnonzero(seen.known[-RISE_DAYS:])
    if len(known) < 4:
        return np.zeros(days)
    slope = np.polyfit(known, seen.adjusted[-RISE_DAYS:][known], 1)[0]
    return np.asarray(slope * np.cumsum(RISE_FADE ** np.arange(1, days + 1)))


@dataclass(frozen=True)
class _Seen:
    """The last days before the origin: index, age, log level, whether it is known, and the count."""

    days: Floats
    age: Floats
    adjusted: Floats
    known: NDArray[np.bool_]
    counts: Floats

    def capped(self, capacity: float | None) -> NDArray[np.bool_]:
        """Return which days ran at capacity."""
        if capacity is None:
            return np.zeros(len(self.days), dtype=bool)
        return np.asarray(self.known & (np.nan_to_num(self.counts) >= 0.97 * capacity))


def _seen(parts: Split, origin: int) -> _Seen:
    window = min(WINDOW_DAYS, len(parts.adjusted))
    adjusted = parts.adjusted[len(parts.adjusted) - window :]
    days = np.arange(origin - window, origin, dtype=float)
    return _Seen(days, origin - 1 - days, adjusted, ~np.isnan(adjusted), parts.counts[len(parts.counts) - window :])


def _top(parts: Split, particles: Particles, surge: Surge, at: tuple[int, bool]) -> tuple[Floats, float | None]:
    """Return the log peak ratios and the usual log level that tie the height down; no tie where the counts suffice."""
    origin, flat = at
    known = int((~np.isnan(parts.adjusted)).sum())
    before = (surge.peak if surge.peak is not None else origin) - parts.start
    usual = usual_level(parts.adjusted, before) if surge.usual is None else float(np.log(surge.usual))
    if not flat:
        return np.log(particles.constants["ratio"]), usual
    return np.zeros_like(particles.peak), None if known >= 7 else usual


def _outlook(
    parts: Split,
    particles: Particles,
    surge: Surge,
    fitted: tuple[Floats, Floats, Floats],
    origin: int,
    flat: bool,
) -> Outlook:
    levels, height, weight = fitted
    days = levels.shape[1]
    peak = particles.peak[:, 0]
    if flat:
        peak = max(surge.announcements, default=origin) + particles.lags[-1][:, 0] if particles.lags else peak
    passed = float(weight @ (peak <= origin - 1))
    mode = "announced" if flat else "after" if passed >= 0.5 else "before"
    if surge.peak is not None and not flat:
        mode = "known"
    centre = levels - weight @ levels
    seen = int((~np.isnan(parts.adjusted)).sum())
    trust = 1.0 if flat else float(np.clip(DOUBTED_DAYS / max(seen, 1), SEEN_DOUBT, 1.0))
    doubt = (weight[:, None] * centre).T @ centre * trust
    covariance = doubt + walk_covariance(days, WALK_STEP * parts.noise, parts.noise)
    best = int(np.argmax(weight))
    facts = {name: float(np.exp(weight @ np.log(particles.constants[name][:, 0]))) for name in CONSTANTS}
    facts |= {
        "peak_day": float(weight @ peak),
        "best_peak_day": float(peak[best]),
        "height": float(np.exp(weight @ height)),
        "effective_particles": float(1.0 / (weight**2).sum()),
    }
    middle = weighted_median(levels, weight)
    if mode in ("before", "after"):
        middle = _held_back(middle, parts, origin, surge.capacity, passed)
    return Outlook(mode, middle, covariance, passed, facts)


def _held_back(middle: Floats, parts: Split, origin: int, capacity: float | None, passed: float) -> Floats:
    """Return the kernel's forecast averaged with the level of the last days: two forecasts err less than one.

    Combination with fixed weights (Bates and Granger 1969); the kernel alone where the last week ran at capacity, for
    then its level is not the demand's.
    """
    seen = _seen(parts, origin)
    near = LEVEL_FADE**seen.age * seen.known
    if not near.sum() or seen.capped(capacity)[-7:].any():
        return middle
    level = float(np.nan_to_num(seen.adjusted) @ near / near.sum()) + (1.0 - passed) * RISE_SHARE * _rise(seen, len(middle))
    trust = KERNEL_TRUST[0] + KERNEL_TRUST[1] * passed
    return np.asarray(trust * middle + (1.0 - trust) * level)
