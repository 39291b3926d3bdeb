"""Marks and laws, compiled: the twins of ``surgesim.base.streams.uniform`` and ``surgesim.base.laws``."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from surgesim.base import laws as base
from surgesim.base import streams
from surgesim.sim.compiled import compiled, inlined

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

GAMMA1, GAMMA2 = np.uint64(streams.GAMMA1), np.uint64(streams.GAMMA2)
MIX_A, MIX_B = np.uint64(streams.MIX_A), np.uint64(streams.MIX_B)
SHIFT_1, SHIFT_2, SHIFT_3 = np.uint64(streams.SHIFT_1), np.uint64(streams.SHIFT_2), np.uint64(streams.SHIFT_3)
UNIFORM_SHIFT, UNIFORM_STEP = np.uint64(streams.UNIFORM_SHIFT), streams.UNIFORM_STEP
KIND_EXPONENTIAL, KIND_CONSTANT, KIND_UNIFORM = base.KIND_EXPONENTIAL, base.KIND_CONSTANT, base.KIND_UNIFORM
KIND_LOGNORMAL, KIND_NEVER, KIND_WEIBULL = base.KIND_LOGNORMAL, base.KIND_NEVER, base.KIND_WEIBULL
KIND_SAMPLES, TABLE_LOGIT = base.KIND_SAMPLES, base.TABLE_LOGIT


class Laws(NamedTuple):
    """Laws as flat arrays; law ``i`` has its parameters at ``start[i]`` and the next ``length[i]`` places."""

    kind: Integers
    start: Integers
    length: Integers
    parameters: Floats


def lowered(laws: Sequence[base.Law]) -> Laws:
    """Return laws as flat arrays."""
    forms = [law.lowered() for law in laws]
    length = np.array([len(parameters) for _, parameters in forms], dtype=np.int64)
    return Laws(
        kind=np.array([kind for kind, _ in forms], dtype=np.int64),
        start=np.cumsum(length) - length,
        length=length,
        parameters=np.array([0.0, *(value for _, parameters in forms for value in parameters)])[1:].copy(),
    )


@inlined
def mixed(word: np.uint64) -> np.uint64:
    """Return the SplitMix64 finaliser of a word."""
    word = (word ^ (word >> SHIFT_1)) * MIX_A
    word = (word ^ (word >> SHIFT_2)) * MIX_B
    return word ^ (word >> SHIFT_3)


@inlined
def uniform(key: np.uint64, need: int, attempt: int) -> float:
    """Return the mark of a need and attempt under a key, inside (0, 1)."""
    inner = mixed(key + np.uint64(need) * GAMMA1)
    word = mixed(inner + np.uint64(attempt) * GAMMA2)
    return (np.float64(np.int64(word >> UNIFORM_SHIFT)) + 0.5) * UNIFORM_STEP


@inlined
def between(points: Floats, start: int, length: int, place: float) -> float:
    """Read between two points of a table; a step between equal (also infinite) points stays on them."""
    left = min(max(int(place), 0), max(length - 2, 0))
    low = points[start + left]
    high = points[start + min(left + 1, length - 1)]
    share = place - left
    if low == high or share == 0.0:
        return float(low)
    return float(low + share * (high - low))


# Coefficients of algorithm AS 241, PPND16, highest power first: numerator and denominator of the three ranges.
_MIDDLE = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
     1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
     5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
)  # fmt: skip
_OUTER = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
     3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
     6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
     2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
)  # fmt: skip


@inlined
def ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], r: float) -> float:
    """Return a ratio of two polynomials."""
    top, low = 0.0, 0.0
    for power in range(8):
        top = top * r + coefficients[0][power]
        low = low * r + coefficients[1][power]
    return top / low


LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOG_EVEN = (1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01)
_LOG_ODD = (1.479819860511658591e-01, 1.818357216161805012e-01, 2.857142874366239149e-01, 6.666666666666735130e-01)
_FRACTION, _ONE, _ROOT_HALF = (1 << 52) - 1, 1023 << 52, 0x95F64 << 32


@inlined
def logarithm(x: float) -> float:
    """Return the natural logarithm of a normal number above 0: the method of fdlibm (Sun 1993), error below 1 ulp.

    Compiled into its callers it takes half the time of a call of the C library, and is the same on every machine.
    """
    bits = np.float64(x).view(np.int64)
    fraction = bits & _FRACTION
    above = (fraction + _ROOT_HALF) & (1 << 52)  # so that the fraction lies between sqrt(1/2) and sqrt(2)
    exponent = np.float64((bits >> 52) - 1023 + (above >> 52))
    f = np.int64((fraction | _ONE) - above).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (_LOG_EVEN[2] + w * (_LOG_EVEN[1] + w * _LOG_EVEN[0]))
    odd = z * (_LOG_ODD[3] + w * (_LOG_ODD[2] + w * (_LOG_ODD[1] + w * _LOG_ODD[0])))
    half = 0.5 * f * f
    return float(exponent * LN2_HIGH - ((half - (s * (half + (even + odd)) + exponent * LN2_LOW)) - f))


@inlined
def log_rest(u: float) -> float:
    """Return log(1 - u) for u in [0, 1); what 1 - u loses in rounding (nothing for a mark) is added to first order."""
    rest = 1.0 - u
    return logarithm(rest) + ((1.0 - rest) - u)


@compiled
def normal(u: float) -> float:
    """Return the standard normal quantile: algorithm AS 241, PPND16 (Wichura 1988), relative error 1e-15."""
    q = u - 0.5
    if abs(q) <= 0.425:
        return q * ratio(_MIDDLE, 0.180625 - q * q)
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    value = ratio(_OUTER, r - 1.6) if r <= 5.0 else ratio(_FAR, r - 5.0)
    return -value if q < 0.0 else value


@compiled
def quantile(kind: int, parameters: Floats, start: int, length: int, u: float) -> float:
    """Return the duration, in seconds, of one lowered law at one uniform number."""
    if kind == KIND_EXPONENTIAL:
        return float(-parameters[start] * log_rest(u))
    if kind == KIND_LOGNORMAL:
        return math.exp(parameters[start] + parameters[start + 1] * normal(u))
    if kind == KIND_CONSTANT:
        return float(parameters[start])
    if kind == KIND_UNIFORM:
        return float(parameters[start] + (parameters[start + 1] - parameters[start]) * u)
    if kind == KIND_NEVER:
        return math.inf
    if kind == KIND_WEIBULL:
        return float(parameters[start] * (-log_rest(u)) ** parameters[start + 1])
    if kind == KIND_SAMPLES:
        return between(parameters, start, length, u * (length - 1))
    place = (math.log(u / (1.0 - u)) / TABLE_LOGIT + 1.0) * ((length - 1) / 2)
    return between(parameters, start, length, min(max(place, 0.0), length - 1.0))
