"""Laws made of parts: mixtures of laws, and samples."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surgesim.base.laws import KIND_SAMPLES, Array, Law, array, law_number, require
from surgesim.base.quantities import format_duration

_SHORTEST_S = 1e-12  # durations nearer to each other than this are the same


@dataclass(frozen=True, slots=True)
class Mixture(Law):
    """With the probability of its weight, one of several laws; a mixture of exponentials is hyperexponential.

    Parameters
    ----------
    weights : tuple of float
        Probabilities; they sum to 1.
    laws : tuple of Law
        One law per weight; ``never`` may be one of them.
    """

    weights: tuple[float, ...]
    laws: tuple[Law, ...]

    def __post_init__(self) -> None:
        require(len(self.weights) == len(self.laws) > 0, "a mixture needs one weight for each law")
        require(all(weight > 0 for weight in self.weights), "the weights of a mixture must be above 0")
        total = math.fsum(self.weights)
        require(abs(total - 1) <= 1e-9, f"the weights of a mixture sum to {total:.10g}, not to 1")

    def __str__(self) -> str:
        parts = (f"{law_number(weight)} {law}" for weight, law in zip(self.weights, self.laws, strict=True))
        return f"mixture({', '.join(parts)})"

    def _sum(self, values: list[float]) -> float:
        return math.fsum(weight * value for weight, value in zip(self.weights, values, strict=True))

    def _sums(self, values: list[Array]) -> Array:
        return array(sum(weight * value for weight, value in zip(self.weights, values, strict=True)))

    @property
    def mean(self) -> float:
        return self._sum([law.mean for law in self.laws])

    @property
    def variance(self) -> float:
        return self._sum([law.variance + (law.mean - self.mean) ** 2 for law in self.laws])

    def cdf(self, x: ArrayLike) -> Array:
        return np.minimum(self._sums([law.cdf(x) for law in self.laws]), 1.0)

    def sf(self, x: ArrayLike) -> Array:
        return np.minimum(self._sums([law.sf(x) for law in self.laws]), 1.0)

    def pdf(self, x: ArrayLike) -> Array:
        return self._sums([law.pdf(x) for law in self.laws])

    def quantile(self, u: ArrayLike) -> Array:
        """Return the duration for each uniform number, by bisection between the quantiles of the parts."""
        uniforms = array(u)
        rest = 1.0 - uniforms  # in the upper half this is exact, and the survival function accurate
        finite = [law for law in self.laws if math.isfinite(float(law.quantile(0.5)))]
        endless = math.fsum(w for w, law in zip(self.weights, self.laws, strict=True) if law not in finite)
        never = rest <= endless
        if not finite:
            return np.full_like(uniforms, np.inf)
        inner = np.where(never, 0.5, np.minimum(uniforms / (1.0 - endless), 1.0 - 2.0**-53))
        bounds = np.stack([law.quantile(inner) for law in finite])
        low, high = bounds.min(axis=0), bounds.max(axis=0)
        while np.any(high - low > np.maximum(_SHORTEST_S, 4e-16 * high)):
            middle = low + (high - low) / 2
            above = np.where(uniforms < 0.5, self.cdf(middle) < uniforms, self.sf(middle) > rest)
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return np.where(never, np.inf, high)

    def scaled(self, factor: float) -> Law:
        return Mixture(self.weights, tuple(law.scaled(factor) for law in self.laws))


@dataclass(frozen=True, slots=True)
class Empirical(Law):
    """Samples: the quantile function runs in straight lines through the sorted samples (Hyndman, Fan 1996, type 7).

    Parameters
    ----------
    samples : tuple of float
        Durations in seconds; sorted when the law is made.
    source : str
        The file they were read from, as it was written; empty for samples given one by one.
    """

    samples: tuple[float, ...]
    source: str = ""

    def __post_init__(self) -> None:
        require(len(self.samples) > 0, "an empirical law needs at least one sample")
        require(all(0 <= x < math.inf for x in self.samples), "the samples of an empirical law must be 0s or longer")
        object.__setattr__(self, "samples", tuple(sorted(self.samples)))

    def __str__(self) -> str:
        return f"empirical({self.source or ', '.join(format_duration(x) for x in self.samples)})"

    def _steps(self) -> tuple[Array, Array]:
        values = array(self.samples)
        return values, np.linspace(0.0, 1.0, len(values)) if len(values) > 1 else np.ones(1)

    @property
    def mean(self) -> float:
        values = array(self.samples)
        return float(values[0] if len(values) == 1 else np.mean((values[1:] + values[:-1]) / 2))

    @property
    def variance(self) -> float:
        centred = array(self.samples) - self.mean
        left, right = centred[:-1], centred[1:]
        return float(np.mean((left**2 + left * right + right**2) / 3)) if len(left) else 0.0

    @property
    def cv(self) -> float:
        return math.sqrt(self.variance) / self.mean if self.mean > 0 else 0.0

    def cdf(self, x: ArrayLike) -> Array:
        values, grid = self._steps()
        points = array(x)
        left = np.clip(np.searchsorted(values, points, side="right") - 1, 0, len(values) - 1)
        right = np.minimum(left + 1, len(values) - 1)
        gap = np.where(values[right] > values[left], values[right] - values[left], 1.0)
        inner = grid[left] + (grid[right] - grid[left]) * np.clip((points - values[left]) / gap, 0.0, 1.0)
        return np.where(points < values[0], 0.0, np.where(points >= values[-1], 1.0, inner))

    def sf(self, x: ArrayLike) -> Array:
        return 1.0 - self.cdf(x)

    def pdf(self, x: ArrayLike) -> Array:
        values, _ = self._steps()
        points = array(x)
        left = np.clip(np.searchsorted(values, points, side="right") - 1, 0, max(len(values) - 2, 0))
        right = np.minimum(left + 1, len(values) - 1)
        with np.errstate(divide="ignore"):
            density = 1.0 / ((values[right] - values[left]) * max(len(values) - 1, 1))
        return np.where((points < values[0]) | (points > values[-1]), 0.0, density)

    def quantile(self, u: ArrayLike) -> Array:
        values, _ = self._steps()
        place = array(u) * (len(values) - 1)
        left = np.minimum(place.astype(np.int64), max(len(values) - 2, 0))
        right = np.minimum(left + 1, len(values) - 1)
        return np.asarray(values[left] + (place - left) * (values[right] - values[left]), dtype=np.float64)

    def scaled(self, factor: float) -> Law:
        return Empirical(tuple(x * factor for x in self.samples))

    def lowered(self) -> tuple[int, tuple[float, ...]]:
        return KIND_SAMPLES, self.samples
