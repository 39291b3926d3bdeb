"""The rounds of :func:`surgesim.erlang.approximations.stabilised_agents`: solve the chain, staff to its tail, repeat."""

import numpy as np
from numpy.typing import NDArray

from surgesim.erlang.transient import transient

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


def iterate(
    target: float, grid: Array, rate: Array, aht: float, patience: float | None, bounds: Array, most_rounds: int
) -> tuple[Ints, Array, int, bool]:
    """Agents per period, wait probability per interval, number of rounds, and whether they settled."""
    place = np.searchsorted(bounds, grid[:-1], side="right") - 1
    load = float((rate * aht).max())
    agents = np.full(bounds.size - 1, int(load + 12 * np.sqrt(load) + 12), dtype=np.int64)
    seen: list[Ints] = []
    rounds, settled = 0, False
    while rounds < most_rounds:
        rounds += 1
        fresh = _least(target, grid, rate, aht, patience, agents[place], place)
        if any(np.array_equal(fresh, old) for old in (agents, *seen[-1:])):
            settled = bool(np.array_equal(fresh, agents))
            agents = np.maximum(fresh, agents)
            break
        seen.append(agents)
        agents = fresh
    table = transient(edges=grid, arrival_rate=rate, agents=agents[place], aht=aht, patience=patience)
    return agents, table.wait_probability(), rounds, settled


def _least(target: float, grid: Array, rate: Array, aht: float, patience: float | None, agents: Ints, place: Ints) -> Ints:
    """Least s per period with P(number inside >= s) <= target, averaged over the arrivals of the period."""
    from surgesim.erlang.transient import checked_chain
    from surgesim.erlang.transient_sweep import number_inside

    laws = number_inside(checked_chain(edges=grid, arrival_rate=rate, agents=agents, aht=aht, patience=patience))
    size = max(law.size for law in laws)
    total = np.zeros((int(place.max()) + 1, size))
    for interval, law in enumerate(laws):
        # where nobody arrives the time average stands in
        total[place[interval], : law.size] += law * max(rate[interval], 1e-12)
    share = total / total.sum(axis=1, keepdims=True)
    above = np.cumsum(share[:, ::-1], axis=1)[:, ::-1]  # P(inside >= s)
    return np.asarray((above > target).sum(axis=1), dtype=np.int64)
