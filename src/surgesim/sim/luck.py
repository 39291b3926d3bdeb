"""The marks of one replication, for the reference engine."""

import numpy as np
from numpy.typing import NDArray

from surgesim.base.laws import Law
from surgesim.base.streams import UNIFORM_SHIFT, UNIFORM_STEP, Purpose, mark, stream_key
from surgesim.sim.laws import lowered, quantile
from surgesim.sim.ticks import on_grid


class Luck:
    """The marks of one replication, and the durations that they draw."""

    def __init__(self, seed: int, replication: int) -> None:
        self._keys = {purpose: stream_key(seed, replication, purpose) for purpose in Purpose}
        self._lowered: dict[int, tuple[Law, int, NDArray[np.float64]]] = {}

    def uniform(self, purpose: Purpose, need: int, attempt: int) -> float:
        """Return a uniform number."""
        return ((mark(self._keys[purpose], need, attempt) >> UNIFORM_SHIFT) + 0.5) * UNIFORM_STEP

    def seconds(self, law: Law, purpose: Purpose, need: int, attempt: int) -> float:
        """Return a duration before it is scaled and rounded."""
        if id(law) not in self._lowered:
            form = lowered([law])
            self._lowered[id(law)] = (law, int(form.kind[0]), form.parameters)
        _, kind, parameters = self._lowered[id(law)]
        return quantile(kind, parameters, 0, len(parameters), self.uniform(purpose, need, attempt))

    def delay(self, law: Law, purpose: Purpose, need: int, attempt: int) -> float:
        """Return a duration on the grid of time."""
        return on_grid(self.seconds(law, purpose, need, attempt))
