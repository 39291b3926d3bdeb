"""Two integrals of the survival function of a service time, in closed form wherever the law has one."""

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from surgesim.base.compound import Empirical, Mixture
from surgesim.base.distributions import parse_distribution
from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Constant, Exponential, Law, Never, Uniform
from surgesim.base.shaped import Erlang, Gamma, Lognormal, Weibull
from surgesim.erlang import checks

Array = NDArray[np.float64]


def law_of(service: float | Law | str) -> Law:
    """A law for a mean in seconds (exponential), of its text, or the law itself; its mean must be finite and above zero.

    Raises
    ------
    DomainError
        No number above 0, or a law without a finite mean.
    UnitError
        Text that is not a law of durations.
    """
    if isinstance(service, str):
        service = parse_distribution(service)
    if not isinstance(service, Law):
        return Exponential(checks.one_desk({"mean": (service, checks.DURATION)})["mean"])
    if not 0.0 < service.mean < math.inf:
        raise DomainError(Problem(f"the mean service time is {service.mean}", "service", "give a finite mean above 0"))
    return service


def lesser_mean(law: Law, x: Array) -> Array:
    """E[min(S, x)] = integral of P(S > u) over (0, x), for x >= 0."""
    from scipy import special

    if isinstance(law, Exponential):
        return np.asarray(-law.mean * np.expm1(-x / law.mean))
    if isinstance(law, Never):
        return np.asarray(x, dtype=np.float64)
    if isinstance(law, Constant):
        return np.minimum(x, law.value_s)
    if isinstance(law, Uniform):
        over = np.clip(x - law.low_s, 0.0, law.high_s - law.low_s)
        return np.asarray(np.minimum(x, law.low_s) + over - over**2 / (2 * (law.high_s - law.low_s)))
    if isinstance(law, Gamma | Erlang):
        return np.asarray(x * law.sf(x) + law.mean * special.gammainc(law.shape + 1, x * law.shape / law.mean))
    if isinstance(law, Lognormal):
        with np.errstate(divide="ignore"):
            score = (np.log(x) - law.mu) / law.sigma
        return np.asarray(x * law.sf(x) + law.mean * special.ndtr(score - law.sigma))
    if isinstance(law, Weibull):
        return np.asarray(law.mean * special.gammainc(1 / law.shape, (x / law.scale_s) ** law.shape))
    if isinstance(law, Mixture):
        return np.asarray(sum(w * lesser_mean(part, x) for w, part in zip(law.weights, law.laws, strict=True)))
    if isinstance(law, Empirical):
        return np.asarray(sum(lesser_mean(part, x) for part in _pieces(law)) / max(len(law.samples) - 1, 1))
    raise _unknown(law)


def survival_transform(law: Law, omega: float) -> complex:
    """Integral of exp(-i omega u) P(S > u) du = (1 - E[exp(-i omega S)]) / (i omega), omega > 0."""
    if isinstance(law, Exponential):
        return 1.0 / (1.0 / law.mean + 1j * omega)
    if isinstance(law, Constant):
        return _block(0.0, law.value_s, omega)
    if isinstance(law, Uniform):
        return _uniform_transform(law, omega)
    if isinstance(law, Gamma | Erlang):
        return complex(-np.expm1(-law.shape * np.log1p(1j * omega * law.mean / law.shape)) / (1j * omega))
    if isinstance(law, Mixture):
        return sum((w * survival_transform(part, omega) for w, part in zip(law.weights, law.laws, strict=True)), 0j)
    if isinstance(law, Empirical):
        parts = _pieces(law)
        return sum((survival_transform(part, omega) for part in parts), 0j) / len(parts)
    if isinstance(law, Lognormal | Weibull):
        return _numeric_transform(law, omega)
    raise _unknown(law)


def _block(low: float, high: float, omega: float) -> complex:
    """Integral of exp(-i omega u) over (low, high), without cancellation when omega is small."""
    half = (high - low) / 2
    return complex(np.exp(-1j * omega * (low + half)) * 2 * half * np.sinc(omega * half / np.pi))


def _uniform_transform(law: Uniform, omega: float) -> complex:
    """Average over the value v of the law of the integral of exp(-i omega u) over (0, v)."""
    width = law.high_s - law.low_s
    if omega * width > 1e-2:
        mean_wave = _block(law.low_s, law.high_s, omega) / width
        return complex((1.0 - mean_wave) / (1j * omega))
    nodes, weights = np.polynomial.legendre.leggauss(8)
    values = law.low_s + (nodes + 1) / 2 * width
    return sum((w / 2 * _block(0.0, float(v), omega) for w, v in zip(weights, values, strict=True)), 0j)


def _numeric_transform(law: Law, omega: float) -> complex:
    """Fourier integral by QUADPACK up to where the survival function is below 1e-18, in stretches of its quantiles."""
    from scipy.integrate import quad

    levels = np.concatenate([[0.0], 1 - np.logspace(-0.05, -15.5, 40)])
    cuts = np.unique(np.concatenate([law.quantile(levels[:-1]), [float(law.quantile(1 - 2.0**-53)) * 4]]))
    total = 0j
    for low, high in pairwise(cuts.tolist()):
        for weight, unit in (("cos", 1.0), ("sin", -1j)):
            args = {"weight": weight, "wvar": omega, "limit": 400, "epsabs": 1e-15 * law.mean, "epsrel": 1e-13}
            value, *_ = quad(lambda u: float(law.sf(u)), low, high, full_output=1, **args)
            total += unit * value
    return total


def _pieces(law: Empirical) -> list[Law]:
    """The uniform laws, of equal weight, that the samples of an empirical law span."""
    ordered = law.samples
    if len(ordered) == 1:
        return [Constant(ordered[0])]
    pairs = pairwise(ordered)
    return [Uniform(low, high) if high > low else Constant(low) for low, high in pairs]


def _unknown(law: Law) -> DomainError:
    return DomainError(Problem(f"no integral of the survival function is known for {law}", "service"))
