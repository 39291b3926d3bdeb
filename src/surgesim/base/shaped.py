"""Laws with a shape: lognormal, gamma, Erlang and Weibull, given by their mean and one more number."""

import math
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surgesim.base.laws import (
    KIND_LOGNORMAL,
    KIND_WEIBULL,
    Array,
    Law,
    array,
    law_number,
    require,
    require_duration,
)
from surgesim.base.quantities import format_duration


@dataclass(frozen=True, slots=True)
class Lognormal(Law):
    """Lognormal law by mean and coefficient of variation; sigma^2 = ln(1 + cv^2), mu = ln(mean) - sigma^2 / 2."""

    mean_s: float
    variation: float

    def __post_init__(self) -> None:
        require_duration(self.mean_s, "mean")
        require(0 < self.variation <= 100, f"the cv of lognormal must be above 0 and at most 100, not {self.variation}",
                "for no variation write constant(...)")  # fmt: skip

    def __str__(self) -> str:
        return f"lognormal({format_duration(self.mean_s)}, cv {law_number(self.variation)})"

    @property
    def mean(self) -> float:
        return self.mean_s

    @property
    def variance(self) -> float:
        return (self.mean_s * self.variation) ** 2

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return math.sqrt(math.log1p(self.variation**2))

    @property
    def mu(self) -> float:
        """Mean of the logarithm of seconds."""
        return math.log(self.mean_s) - self.sigma**2 / 2

    def _score(self, x: ArrayLike) -> Array:
        with np.errstate(divide="ignore"):
            return (np.log(np.maximum(array(x), 0.0)) - self.mu) / self.sigma

    def cdf(self, x: ArrayLike) -> Array:
        from scipy.special import ndtr

        return array(ndtr(self._score(x)))

    def sf(self, x: ArrayLike) -> Array:
        from scipy.special import ndtr

        return array(ndtr(-self._score(x)))

    def pdf(self, x: ArrayLike) -> Array:
        values = array(x)
        positive = values > 0
        safe = np.where(positive, values, 1.0)
        density = np.exp(-(self._score(safe) ** 2) / 2) / (safe * self.sigma * math.sqrt(2 * math.pi))
        return np.where(positive, density, 0.0)

    def quantile(self, u: ArrayLike) -> Array:
        from scipy.special import ndtri

        return np.exp(self.mu + self.sigma * array(ndtri(array(u))))

    def scaled(self, factor: float) -> Law:
        return Lognormal(self.mean_s * factor, self.variation)

    def lowered(self) -> tuple[int, tuple[float, ...]]:
        return KIND_LOGNORMAL, (self.mu, self.sigma)


class _GammaLaw(Law):
    """What gamma and Erlang share: shape k and mean m, scale m / k."""

    __slots__ = ()

    @property
    @abstractmethod
    def shape(self) -> float:
        """Shape k; the cv is 1 / sqrt(k)."""

    @property
    def variance(self) -> float:
        return self.mean**2 / self.shape

    def _ratio(self, x: ArrayLike) -> Array:
        return np.maximum(array(x), 0.0) * (self.shape / self.mean)

    def cdf(self, x: ArrayLike) -> Array:
        from scipy.special import gammainc

        return array(gammainc(self.shape, self._ratio(x)))

    def sf(self, x: ArrayLike) -> Array:
        from scipy.special import gammaincc

        return array(gammaincc(self.shape, self._ratio(x)))

    def pdf(self, x: ArrayLike) -> Array:
        from scipy.special import gammaln, xlogy

        ratio = self._ratio(x)
        with np.errstate(divide="ignore"):
            density = np.exp(xlogy(self.shape - 1, ratio) - ratio - gammaln(self.shape)) * (self.shape / self.mean)
        return np.where(array(x) >= 0, density, 0.0)

    def quantile(self, u: ArrayLike) -> Array:
        from scipy.special import gammaincinv

        return array(gammaincinv(self.shape, array(u))) * (self.mean / self.shape)


@dataclass(frozen=True, slots=True)
class Gamma(_GammaLaw):
    """Gamma law by mean and coefficient of variation."""

    mean_s: float
    variation: float

    def __post_init__(self) -> None:
        require_duration(self.mean_s, "mean")
        require(0.01 <= self.variation <= 10, f"the cv of gamma must be between 0.01 and 10, not {self.variation}",
                "for no variation write constant(...)")  # fmt: skip

    def __str__(self) -> str:
        return f"gamma({format_duration(self.mean_s)}, cv {law_number(self.variation)})"

    @property
    def mean(self) -> float:
        return self.mean_s

    @property
    def shape(self) -> float:
        return self.variation**-2

    def scaled(self, factor: float) -> Law:
        return Gamma(self.mean_s * factor, self.variation)


@dataclass(frozen=True, slots=True)
class Erlang(_GammaLaw):
    """Erlang law: the sum of ``stages`` equal exponential stages."""

    mean_s: float
    stages: int

    def __post_init__(self) -> None:
        require_duration(self.mean_s, "mean")
        require(1 <= self.stages <= 10_000 and self.stages == int(self.stages),
                f"erlang needs a whole number of stages from 1 to 10000, not {self.stages}")  # fmt: skip

    def __str__(self) -> str:
        return f"erlang({format_duration(self.mean_s)}, {self.stages})"

    @property
    def mean(self) -> float:
        return self.mean_s

    @property
    def shape(self) -> float:
        return float(self.stages)

    def scaled(self, factor: float) -> Law:
        return Erlang(self.mean_s * factor, self.stages)


@dataclass(frozen=True, slots=True)
class Weibull(Law):
    """Weibull law by mean and shape: P(X > x) = exp(-(x / scale)^shape), scale = mean / Gamma(1 + 1 / shape)."""

    mean_s: float
    shape: float

    def __post_init__(self) -> None:
        require_duration(self.mean_s, "mean")
        require(0.1 <= self.shape <= 100, f"the shape of weibull must be between 0.1 and 100, not {self.shape}")

    def __str__(self) -> str:
        return f"weibull({format_duration(self.mean_s)}, shape {law_number(self.shape)})"

    @property
    def mean(self) -> float:
        return self.mean_s

    @property
    def scale_s(self) -> float:
        """Scale, in seconds."""
        return self.mean_s / math.gamma(1 + 1 / self.shape)

    @property
    def variance(self) -> float:
        return self.scale_s**2 * math.gamma(1 + 2 / self.shape) - self.mean_s**2

    def _hazard(self, x: ArrayLike) -> Array:
        return np.asarray((np.maximum(array(x), 0.0) / self.scale_s) ** self.shape, dtype=np.float64)

    def cdf(self, x: ArrayLike) -> Array:
        return -np.expm1(-self._hazard(x))

    def sf(self, x: ArrayLike) -> Array:
        return np.exp(-self._hazard(x))

    def pdf(self, x: ArrayLike) -> Array:
        ratio = np.maximum(array(x), 0.0) / self.scale_s
        with np.errstate(divide="ignore"):
            density = self.shape / self.scale_s * ratio ** (self.shape - 1) * self.sf(x)
        return np.where(array(x) >= 0, density, 0.0)

    def quantile(self, u: ArrayLike) -> Array:
        return np.asarray(self.scale_s * (-np.log1p(-array(u))) ** (1 / self.shape), dtype=np.float64)

    def scaled(self, factor: float) -> Law:
        return Weibull(self.mean_s * factor, self.shape)

    def lowered(self) -> tuple[int, tuple[float, ...]]:
        return KIND_WEIBULL, (self.scale_s, 1 / self.shape)
