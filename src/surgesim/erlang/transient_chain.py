"""The chain behind :func:`surgesim.erlang.transient.transient`: checked input as rates, counts read off a law."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
State = tuple[Array, Array]

COUNTS = ("blocked", "balked", "delayed", "abandoned", "answered", "handled", "queue_s", "busy_s")


@dataclass(frozen=True)
class Chain:
    """Checked input as rates; ``trunks`` = -1: no limit; ``returning``: contacts above capacity go back to the queue."""

    edges: Array
    birth: Array
    agents: NDArray[np.int64]
    mu: Array
    theta: Array
    trunks: int
    within: float
    balk: float
    busy_start: int
    queue_start: int
    tolerance: float
    returning: bool

    @cached_property
    def changes(self) -> Array:
        """The inner edges at which agents, handling time or patience change."""
        moved = (np.diff(self.agents) != 0) | (np.diff(self.mu) != 0) | (np.diff(self.theta) != 0)
        return np.asarray(self.edges[1:-1][moved])


def pieces(chain: Chain, k: int) -> list[tuple[float, float]]:
    """Interval ``k`` cut where an arrival's target time passes over a change of capacity."""
    start, end = float(chain.edges[k]), float(chain.edges[k + 1])
    cuts = chain.changes - chain.within if chain.birth[k] > 0.0 else np.zeros(0)
    inside = [float(cut) for cut in cuts if start < cut < end]
    points = [start, *sorted(inside), end]
    return list(pairwise(points))


def constant(chain: Chain, k: int, start: float, end: float) -> bool:
    """Whether nothing changes within the target of any arrival in the piece."""
    middle = (start + end) / 2
    return not bool(np.any((chain.changes >= end) & (chain.changes < middle + chain.within)))


def counts(chain: Chain, k: int, area: State) -> tuple[float, ...]:
    """The additive counts of :data:`COUNTS` from the integrated law of a piece."""
    n, birth, theta, mu = int(chain.agents[k]), float(chain.birth[k]), float(chain.theta[k]), float(chain.mu[k])
    main, layers = area
    width = layers.shape[1]
    extra, queue = np.arange(1, layers.shape[0] + 1)[:, None], np.arange(width)
    full = np.zeros(width) if chain.trunks < 0 else (n + queue >= chain.trunks) * 1.0
    full_layers = np.zeros(layers.shape) if chain.trunks < 0 else (n + extra + queue >= chain.trunks) * 1.0
    open_busy = float((main[n:] * (1 - full)).sum() + (layers * (1 - full_layers)).sum())
    idle = main[:n] if chain.trunks < 0 else main[: min(n, chain.trunks)]
    blocked = birth * float(main.sum() + layers.sum() - open_busy - idle.sum())
    delayed = birth * open_busy
    queue_s = float(main[n:] @ queue + (layers * queue).sum())
    busy_s = float(main[:n] @ np.arange(n) + n * main[n:].sum() + (layers * (n + extra)).sum())
    answered = birth * float(idle.sum()) + n * mu * float(main[n + 1 :].sum())
    blocked = blocked if chain.trunks >= 0 else 0.0
    return blocked, chain.balk * delayed, delayed, theta * queue_s, answered, mu * busy_s, queue_s, busy_s


def moments(main: Array, layers: Array, n: int) -> tuple[float, float, float]:
    """Mean queue, mean busy, and the probability that all agents are busy."""
    queue, extra = np.arange(layers.shape[1]), np.arange(1, layers.shape[0] + 1)[:, None]
    in_queue = float(main[n:] @ queue + (layers * queue).sum())
    busy = float(main[:n] @ np.arange(n) + n * main[n:].sum() + (layers * (n + extra)).sum())
    return in_queue, busy, float(main[n:].sum() + layers.sum())
