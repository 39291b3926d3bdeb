"""The simple laws of durations: closed forms, each inverted so that one uniform number gives one duration.

Every law maps a uniform number to a duration by its quantile function and never by rejection: a mark stays the same
mark whatever else is drawn, and two laws compared on one mark are coupled.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.base.quantities import format_duration, plain

Array = NDArray[np.float64]

KIND_EXPONENTIAL, KIND_CONSTANT, KIND_UNIFORM, KIND_LOGNORMAL, KIND_NEVER, KIND_WEIBULL = 0, 1, 2, 3, 4, 5
KIND_SAMPLES, KIND_TABLE = 6, 7
TABLE_POINTS = 4097
TABLE_LOGIT = 36.75  # the logit of the largest uniform, 1 - 2^-54, is 37.4; of 1 - 2^-53, 36.7


def array(values: ArrayLike) -> Array:
    """Return values as an array of floats."""
    return np.asarray(values, dtype=np.float64)


def require(holds: bool, what: str, instead: str = "") -> None:
    """Raise DomainError where a parameter is outside its law."""
    if not holds:
        raise DomainError(Problem(what, instead=instead))


def require_duration(value: float, name: str) -> None:
    """Raise DomainError unless a duration is finite and longer than nothing."""
    require(math.isfinite(value) and value > 0, f"the {name} of a law must be longer than 0s and finite, not {value}s")


class Law(ABC):
    """The law of a duration in seconds. Immutable; ``str(law)`` reads back as the very same law."""

    __slots__ = ()

    @property
    @abstractmethod
    def mean(self) -> float:
        """Mean, in seconds; infinite where the law has mass at never."""

    @property
    @abstractmethod
    def variance(self) -> float:
        """Variance, in square seconds."""

    @abstractmethod
    def cdf(self, x: ArrayLike) -> Array:
        """Return P(X <= x) for each x in seconds."""

    @abstractmethod
    def sf(self, x: ArrayLike) -> Array:
        """Return P(X > x) for each x in seconds, accurate in the tail."""

    @abstractmethod
    def pdf(self, x: ArrayLike) -> Array:
        """Return the density per second at each x; infinite at an atom."""

    @abstractmethod
    def quantile(self, u: ArrayLike) -> Array:
        """Return the duration in seconds for each uniform number in [0, 1)."""

    @abstractmethod
    def scaled(self, factor: float) -> "Law":
        """Return the law of ``factor`` times this duration; ``factor`` > 0."""

    @property
    def cv(self) -> float:
        """Coefficient of variation: standard deviation over mean."""
        return math.sqrt(self.variance) / self.mean

    def lowered(self) -> tuple[int, tuple[float, ...]]:
        """Return (kind, parameters) for compiled engines; here a table of quantiles.

        The table has ``TABLE_POINTS`` quantiles at equal steps of logit(u) over +-``TABLE_LOGIT``. For u in
        [1e-9, 1 - 1e-9] its error is below 1e-4 of the quantile for smooth laws with a cv of at most 1.3, and below
        1e-4 of quantile plus mean for a cv of up to 3. At a jump, one step of the table (0.45 % of probability at
        most) is bridged by a straight line. Kinds other than ``KIND_TABLE`` are exact.
        """
        return KIND_TABLE, tuple(float(x) for x in self.quantile(table_uniforms()))


def table_uniforms() -> Array:
    """Return the uniform numbers at the points of a table of quantiles."""
    logit = np.linspace(-TABLE_LOGIT, TABLE_LOGIT, TABLE_POINTS)
    return np.minimum(1.0 / (1.0 + np.exp(-logit)), 1.0 - 2.0**-53)


@dataclass(frozen=True, slots=True)
class Exponential(Law):
    """Exponential law with the given mean."""

    mean_s: float

    def __post_init__(self) -> None:
        require_duration(self.mean_s, "mean")

    def __str__(self) -> str:
        return f"exponential({format_duration(self.mean_s)})"

    @property
    def mean(self) -> float:
        return self.mean_s

    @property
    def variance(self) -> float:
        return self.mean_s**2

    def cdf(self, x: ArrayLike) -> Array:
        return -np.expm1(-np.maximum(array(x), 0.0) / self.mean_s)

    def sf(self, x: ArrayLike) -> Array:
        return np.exp(-np.maximum(array(x), 0.0) / self.mean_s)

    def pdf(self, x: ArrayLike) -> Array:
        return np.where(array(x) >= 0, self.sf(x) / self.mean_s, 0.0)

    def quantile(self, u: ArrayLike) -> Array:
        return -self.mean_s * np.log1p(-array(u))

    def scaled(self, factor: float) -> Law:
        return Exponential(self.mean_s * factor)

    def lowered(self) -> tuple[int, tuple[float, ...]]:
        return KIND_EXPONENTIAL, (self.mean_s,)


@dataclass(frozen=True, slots=True)
class Constant(Law):
    """Always the same duration."""

    value_s: float

    def __post_init__(self) -> None:
        require(math.isfinite(self.value_s) and self.value_s >= 0, f"a constant duration cannot be {self.value_s}s")

    def __str__(self) -> str:
        return f"constant({format_duration(self.value_s)})"

    @property
    def mean(self) -> float:
        return self.value_s

    @property
    def variance(self) -> float:
        return 0.0

    @property
    def cv(self) -> float:
        return 0.0

    def cdf(self, x: ArrayLike) -> Array:
        return np.where(array(x) >= self.value_s, 1.0, 0.0)

    def sf(self, x: ArrayLike) -> Array:
        return 1.0 - self.cdf(x)

    def pdf(self, x: ArrayLike) -> Array:
        return np.where(array(x) == self.value_s, np.inf, 0.0)

    def quantile(self, u: ArrayLike) -> Array:
        return np.full_like(array(u), self.value_s)

    def scaled(self, factor: float) -> Law:
        return Constant(self.value_s * factor)

    def lowered(self) -> tuple[int, tuple[float, ...]]:
        return KIND_CONSTANT, (self.value_s,)


@dataclass(frozen=True, slots=True)
class Uniform(Law):
    """Uniform law between two durations."""

    low_s: float
    high_s: float

    def __post_init__(self) -> None:
        require(0 <= self.low_s < self.high_s < math.inf, "uniform needs 0s <= low < high",
                "write for example uniform(1min, 5min)")  # fmt: skip

    def __str__(self) -> str:
        return f"uniform({format_duration(self.low_s)}, {format_duration(self.high_s)})"

    @property
    def mean(self) -> float:
        return (self.low_s + self.high_s) / 2

    @property
    def variance(self) -> float:
        return (self.high_s - self.low_s) ** 2 / 12

    def cdf(self, x: ArrayLike) -> Array:
        return np.clip((array(x) - self.low_s) / (self.high_s - self.low_s), 0.0, 1.0)

    def sf(self, x: ArrayLike) -> Array:
        return np.clip((self.high_s - array(x)) / (self.high_s - self.low_s), 0.0, 1.0)

    def pdf(self, x: ArrayLike) -> Array:
        inside = (array(x) >= self.low_s) & (array(x) <= self.high_s)
        return np.where(inside, 1.0 / (self.high_s - self.low_s), 0.0)

    def quantile(self, u: ArrayLike) -> Array:
        return self.low_s + (self.high_s - self.low_s) * array(u)

    def scaled(self, factor: float) -> Law:
        return Uniform(self.low_s * factor, self.high_s * factor)

    def lowered(self) -> tuple[int, tuple[float, ...]]:
        return KIND_UNIFORM, (self.low_s, self.high_s)


@dataclass(frozen=True, slots=True)
class Never(Law):
    """Never ends: the patience of someone who does not hang up."""

    def __str__(self) -> str:
        return "never"

    @property
    def mean(self) -> float:
        return math.inf

    @property
    def variance(self) -> float:
        return math.nan

    def cdf(self, x: ArrayLike) -> Array:
        return np.where(np.isposinf(array(x)), 1.0, 0.0)

    def sf(self, x: ArrayLike) -> Array:
        return 1.0 - self.cdf(x)

    def pdf(self, x: ArrayLike) -> Array:
        return np.zeros_like(array(x))

    def quantile(self, u: ArrayLike) -> Array:
        return np.full_like(array(u), np.inf)

    def scaled(self, factor: float) -> Law:
        return self

    def lowered(self) -> tuple[int, tuple[float, ...]]:
        return KIND_NEVER, ()


def law_number(value: float) -> str:
    """Return the canonical text of a parameter without unit, such as a cv or a shape."""
    return plain(value)
