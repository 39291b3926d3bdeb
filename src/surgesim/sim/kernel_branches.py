"""Kernel: which branch of a shared queue takes a contact. The same rule as ``desk.Numbers`` of the reference."""

from surgesim.base.streams import Purpose
from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import compiled
from surgesim.sim.kernel_marks import PURPOSES, Keys
from surgesim.sim.laws import uniform
from surgesim.sim.state import INTERVAL, State

SITE = PURPOSES.index(Purpose.SITE)


@compiled
def branch_for(centre: Centre, state: State, keys: Keys, queue: int, need: int, attempt: int) -> int:
    """Return the branch that takes a contact: by turns in proportion to the shares of the open ones, or by its mark."""
    first, interval, total, last = centre.branches[queue].first, state.n[INTERVAL], 0.0, -1
    branch = first
    while branch >= 0:
        if centre.closed_to[branch, interval] == 0:
            total += centre.branches[branch].share
            last = branch
        branch = centre.branches[branch].next
    if last < 0:
        return int(first)
    left, best, most = uniform(keys[SITE], need, attempt) * total, -1, 0.0
    branch = first
    while branch >= 0:
        if centre.closed_to[branch, interval] == 0:
            if centre.branches[first].by_luck == 1:
                left -= centre.branches[branch].share
                best = branch if best < 0 and left < 0.0 else best
            else:
                state.credit[branch] += centre.branches[branch].share
                if best < 0 or state.credit[branch] > most:
                    best, most = branch, state.credit[branch]
        branch = centre.branches[branch].next
    if best < 0:
        return last
    if centre.branches[first].by_luck == 0:
        state.credit[best] -= total
    return best
