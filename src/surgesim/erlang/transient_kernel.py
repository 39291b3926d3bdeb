"""Compiled steps of the time-varying Markov chain Mt/M/nt/K+M; imported only when a chain is solved.

The state is (busy, queue). With at most ``n`` busy it is one birth-death chain ``main[k]``, ``k = busy + queue``.
After a cut of capacity more than ``n`` may be busy: ``layers[e - 1, q]`` holds busy = n + e and queue = q.
Everything is solved by uniformisation (Jensen 1953; Grassmann 1977): sums of non-negative terms, so no cancellation.
"""

import math
from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
F = TypeVar("F", bound=Callable[..., object])

NEGLIGIBLE = 1e-17  # probability that may be dropped from an end of the state space, and is reported
CHUNK = 400.0  # expected jumps of the uniformised chain per chunk


def compiled(function: F) -> F:
    """Compile without the interpreter lock, keeping the Python signature for the type checker."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))


@compiled
def poisson_weights(mean: float) -> tuple[Array, Array]:
    """Probabilities of N = 0, 1, ... for a Poisson N, and of N > 0, 1, ...; cut where terms fall below 1e-19."""
    right = int(mean + 10.0 * math.sqrt(mean) + 30.0)
    weights, tails, mode = np.zeros(right + 1), np.zeros(right + 1), int(mean)
    weights[mode] = math.exp(mode * math.log(mean) - mean - math.lgamma(mode + 1.0)) if mean > 0.0 else 1.0
    for m in range(mode, right):
        weights[m + 1] = weights[m] * mean / (m + 1)
        if weights[m + 1] < 1e-19:
            right = m + 1
            break
    weights, tails = weights[: right + 1], tails[: right + 1]
    for m in range(mode, 0, -1):
        weights[m - 1] = weights[m] * m / mean
    for m in range(right, 0, -1):
        tails[m - 1] = tails[m] + weights[m]
    total = tails[0] + weights[0]
    area = tails.sum()  # = mean but for rounding; made so, since it is the length of the time step
    return weights / total, tails * (mean / area if area > 0.0 else 1.0)


@compiled
def _main_step(x: Array, low: int, up: Array, down: Array, new: Array, w: float, v: float, out: Array, area: Array) -> None:
    """One jump of the main chain, adding ``w * x`` and ``v * x`` to the two sums; arrays have a zero at both ends.

    Written as differences of flows: what leaves one state enters the next to the last bit.
    """
    for k in range(low + 1, x.size - 1):
        out[k] += w * x[k]
        area[k] += v * x[k]
        new[k] = x[k] + (up[k - 1] * x[k - 1] - up[k] * x[k]) + (down[k + 1] * x[k + 1] - down[k] * x[k])


@compiled
def _layers_step(
    x: Array, n: int, room: int, up: float, ab: float, mu: float,
    new: Array, w: float, v: float, out: Array, area: Array,
) -> None:  # fmt: skip
    """One jump of the layers with more than ``n`` busy; ``room`` is how many may queue at busy = n."""
    count, width = x.shape
    for e in range(count):
        leave = (n + e + 1) * mu
        open_to = min(width - 1, room - e - 1)  # queues shorter than this still grow
        for q in range(width):
            out[e, q] += w * x[e, q]
            area[e, q] += v * x[e, q]
            new[e, q] = x[e, q] - leave * x[e, q] - q * ab * x[e, q]
        for q in range(width - 1):
            new[e, q] += (q + 1) * ab * x[e, q + 1]
        for q in range(open_to):
            new[e, q] -= up * x[e, q]
            new[e, q + 1] += up * x[e, q]
        if e + 1 < count:
            for q in range(width):
                new[e, q] += (leave + mu) * x[e + 1, q]


@compiled
def _coefficients(
    n: int, width: int, low: int, room: int, birth: float, join: float, mu: float, theta: float, big: float
) -> tuple[Array, Array]:
    """Probabilities of a jump up and down of the main chain cut at ``low``, padded by a zero at both ends."""
    size = n + width
    up, down = np.zeros(size + 2), np.zeros(size + 2)
    for k in range(low, size):
        if k < n + room and k < size - 1:
            up[k + 1] = (birth if k < n else join) / big
        if k > low:
            down[k + 1] = (min(k, n) * mu + max(k - n, 0) * theta) / big
    return up, down


@compiled
def _jump(
    main: Array, layers: Array, n: int, low: int, room: int, birth: float, join: float, mu: float, theta: float,
    dt: float,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """Law at the end of ``dt`` and its integral over ``dt``, with the state space as it stands, cut below ``low``."""
    count, width = layers.shape
    big = max(birth, join) + (n + count) * mu + (width - 1) * theta
    up, down = _coefficients(n, width, low, room, birth, join, mu, theta, big)
    weights, tails = poisson_weights(big * dt)
    size = main.size + 2
    x, new, out, area = np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size)
    x[low + 1 : -1] = main[low:]
    y, new_y = layers.copy(), np.zeros((count, width))
    out_y, area_y = np.zeros((count, width)), np.zeros((count, width))
    for m in range(weights.size):
        w, v = weights[m], tails[m] / big
        _main_step(x, low, up, down, new, w, v, out, area)
        if count > 0:
            for q in range(width):
                new[n + q + 1] += y[0, q] * ((n + 1) * mu / big)
            _layers_step(y, n, room, join / big, theta / big, mu / big, new_y, w, v, out_y, area_y)
            y, new_y = new_y, y
        x, new = new, x
    return out[1:-1].copy(), out_y, area[1:-1].copy(), area_y


@compiled
def resize(main: Array, layers: Array, n: int, count: int, width: int) -> tuple[Array, Array]:
    """The same law on another state space; layers above ``count`` are folded down, queues above ``width`` dropped."""
    new = np.zeros(n + width)
    size = min(main.size, n + width)
    new[:size] = main[:size]
    out = np.zeros((count, width))
    size = min(layers.shape[1], width)
    for e in range(layers.shape[0]):
        if count > 0:
            out[min(e, count - 1), :size] += layers[e, :size]
        else:
            new[n : n + size] += layers[e, :size]
    return new, out


@compiled
def support(main: Array, layers: Array, n: int) -> tuple[int, int]:
    """Number of layers and of queue places (at least one) outside which the law has next to no mass."""
    count, mass = layers.shape[0], 0.0
    while count > 0:
        mass += layers[count - 1].sum()
        if mass > NEGLIGIBLE:
            break
        count -= 1
    width, mass = layers.shape[1], 0.0
    while width > 1:
        mass += main[n + width - 1] + layers[:, width - 1].sum()
        if mass > NEGLIGIBLE:
            break
        width -= 1
    return count, width


@compiled
def _low_end(main: Array, most: int) -> int:
    """Lowest state of the main chain (at most ``most``) below which there is next to no mass."""
    k, mass = 0, main[0]
    while mass <= NEGLIGIBLE and k < min(most, main.size - 1):
        k += 1
        mass += main[k]
    return k


@compiled
def _chunk(
    main: Array, layers: Array, n: int, room: int, unlimited: bool, birth: float, join: float, mu: float, theta: float,
    left: float,
) -> tuple[Array, Array, Array, Array, float, float]:  # fmt: skip
    """A jump of at most ``left`` on a window of states around the law, widened until nothing flows over its ends."""
    count, width = support(main, layers, n)
    low = _low_end(main, n if count > 0 else main.size)
    step = min(left, CHUNK / (max(birth, join) + (n + count) * mu + (width - 1) * theta))
    drift = (join - n * mu - (width - 1) * theta) * step  # a growing queue moves on by so much, and as it spreads
    margin = max(24, int(drift + 6.0 * math.sqrt(drift))) if drift > 24.0 else 24
    while True:
        wide = width + margin if unlimited else min(width + margin, max(room, 0) + 1)
        wide = max(width, wide if birth > 0.0 else width)
        cut = max(low - margin, 0)
        step = min(left, CHUNK / (max(birth, join) + (n + count) * mu + (wide - 1) * theta))
        now, now_layers = resize(main, layers, n, count, wide)
        limit = wide + count if unlimited else room
        out, out_y, area, area_y = _jump(now, now_layers, n, cut, limit, birth, join, mu, theta, step)
        over = join * (area[n + wide - 1] + area_y[:, wide - 1].sum()) if unlimited or wide - 1 < room else 0.0
        under = area[cut] * (min(cut, n) * mu + max(cut - n, 0) * theta)
        if over + under < 1e-15 or margin > 1_000_000:
            return out, out_y, area, area_y, over + under, step
        margin *= 2


@compiled
def evolve(
    main: Array, layers: Array, n: int, room: int, unlimited: bool, birth: float, join: float, mu: float, theta: float,
    dt: float,
) -> tuple[Array, Array, Array, Array, float]:  # fmt: skip
    """Law after ``dt``, its integral, and the expected jumps lost at the ends of the state space.

    ``room`` is the number of waiting places (negative: fewer trunks than agents), of no account if ``unlimited``;
    ``join`` the rate of those who accept to wait.
    """
    area: Array = np.zeros(main.size)
    area_layers: Array = np.zeros(layers.shape)
    left, lost = dt, 0.0
    while left > 0.0:
        count, width = support(main, layers, n)
        rate = birth + (n + count) * mu + (width - 1) * theta
        if rate == 0.0 or (birth == 0.0 and count == 0 and width == 1 and main[0] > 1.0 - 1e-16):
            area[: main.size] += main[: area.size] * left
            break
        before = main
        main, layers, piece, piece_layers, spill, step = _chunk(main, layers, n, room, unlimited, birth, join, mu, theta, left)
        lost += spill
        count, width = layers.shape
        size = max(count, area_layers.shape[0]), max(width, area_layers.shape[1])
        area, area_layers = resize(area, area_layers, n, *size)
        area[: piece.size] += piece
        area_layers[:count, :width] += piece_layers
        left = left - step if left - step > 1e-12 * dt else 0.0
        if count == 0 and left > step and before.size <= main.size:
            moved = np.abs(main[: before.size] - before).sum() + main[before.size :].sum()
            if moved < 1e-14:  # at rest: the rest of the interval looks the same
                area[: main.size] += main * left
                break
    return main, layers, area, area_layers, lost


@compiled
def _tagged_step(z: Array, n: int, mu: float, theta: float, cost: float, new: Array, w: float, out: Array) -> None:
    """One backward jump; column 0 of the last axis holds the value of being answered, column j + 1 of j ahead."""
    fields, layers, width = z.shape
    for f in range(fields):
        gone, fee = (1.0 if f == 1 else 0.0), (cost if f == 2 else 0.0)
        for e in range(layers):
            serve = (n + e) * mu
            ahead = serve if e == 0 else 0.0
            for j in range(1, width):
                here = z[f, e, j]
                out[f, e, j] += w * here
                rate = ahead + (j - 1) * theta
                new[f, e, j] = here + rate * (z[f, e, j - 1] - here) + theta * (gone - here) + fee
            if e > 0:
                for j in range(1, width):
                    new[f, e, j] += serve * (z[f, e - 1, j] - z[f, e, j])


@compiled
def tagged_back(end: Array, n: int, mu: float, theta: float, dt: float) -> Array:
    """What becomes of a waiting person, ``dt`` earlier, first come first served.

    ``end[f, e, j]`` and the answer are for ``e`` agents too many and ``j`` people ahead; f = 0: probability of being
    answered, 1: of leaving, 2: expected wait still to come (may be left out). Backward equation by uniformisation.
    """
    fields, layers, width = end.shape
    big = (n + layers - 1) * mu + width * theta
    if big == 0.0 or dt == 0.0:
        still = end.copy()
        still[2:] += dt
        return still
    z = np.zeros((fields, layers, width + 1))
    z[0, :, 0] = 1.0
    z[:, :, 1:] = end
    out, new = np.zeros(z.shape), z.copy()
    weights, tails = poisson_weights(big * dt)
    for m in range(weights.size):
        _tagged_step(z, n, mu / big, theta / big, 1.0 / big, new, weights[m], out)
        z, new = new, z
        if m % 16 == 15 and (np.abs(z - new) <= 1e-16 * (1.0 + z)).all():
            out += tails[m] * z
            break
    return out[:, :, 1:].copy()
