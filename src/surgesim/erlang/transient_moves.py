"""What a change of capacity does to the law of the time-varying chain, and to the fate of who waits."""

import numpy as np

from surgesim.erlang.transient_kernel import Array, compiled


@compiled
def change_capacity(main: Array, layers: Array, n: int, new_n: int) -> tuple[Array, Array, float]:
    """Law after the number of agents becomes ``new_n``, and the expected number whose service starts at that moment."""
    count, width = layers.shape
    top = max(n + count, new_n)
    out, extra = np.zeros(new_n + width), np.zeros((top - new_n, width))
    started = 0.0
    for e in range(-n, count + 1):
        busy = n + e
        for q in range(width if e >= 0 else 1):
            mass = main[busy + q] if e <= 0 else layers[e - 1, q]
            if mass == 0.0:
                continue
            take = min(q, max(new_n - busy, 0))
            started += take * mass
            if busy + take > new_n:
                extra[busy + take - new_n - 1, q - take] += mass
            else:
                out[busy + q] += mass
    return out, extra, started


@compiled
def return_to_queue(main: Array, layers: Array, n: int, new_n: int) -> tuple[Array, Array, float]:
    """The same where contacts above capacity go back to the queue (there are no layers); returns count as not begun."""
    width = max(main.size - new_n, 1)
    out = np.zeros(new_n + width)
    out[: main.size] = main
    started = 0.0
    for k in range(main.size):
        started += (min(k, new_n) - min(k, n)) * main[k]
    return out, np.zeros((0, width)), started


@compiled
def tagged_edge(after: Array, new_n: int, n: int, layers: int, width: int) -> Array:
    """The fields just before capacity goes from ``n`` to ``new_n``, on a space of ``layers`` x ``width``."""
    out = np.zeros((after.shape[0], layers, width))
    for e in range(layers):
        for j in range(width):
            free = new_n - n - e
            if free > j:
                out[0, e, j] = 1.0
                continue
            place = min(j - max(free, 0), after.shape[2] - 1)
            out[:, e, j] = after[:, min(max(-free, 0), after.shape[1] - 1), place]
    return out
