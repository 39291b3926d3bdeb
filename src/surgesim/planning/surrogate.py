"""What the optimisation believes about service: concave curves that the simulation calibrates."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """A concave piecewise-linear function of effective agents.

    Attributes
    ----------
    start : float
        Value without agents.
    widths, slopes : ndarray, shape (segments,)
        Agents of each segment, and gain per agent; slopes fall.
    """

    start: float
    widths: Floats
    slopes: Floats

    def at(self, agents: float) -> float:
        """Return the value for so many effective agents."""
        before = np.concatenate([[0.0], np.cumsum(self.widths)[:-1]])
        return float(self.start + np.sum(self.slopes * np.clip(agents - before, 0.0, self.widths)))


@dataclass(frozen=True, eq=False)
class LineLoss:
    """Contacts in good order lost to busy tones, as a convex function of the lines of one trunk.

    Attributes
    ----------
    trunk : int
        Position of the trunk among the choices.
    lines, loss : ndarray, shape (points,)
        Lines, ascending, and the loss with so many lines.
    """

    trunk: int
    lines: Floats
    loss: Floats


@dataclass(frozen=True, eq=False)
class Surrogate:
    """The surplus of each promise, per period, as a function of agents and lines.

    The surplus of a promise is numerator - target x denominator (or the negative for a promise of the kind "at
    most"), added up over the period: the promise holds where it is not negative. Sums, not means of intervals.

    Attributes
    ----------
    curves : mapping from (part of a promise, interval) to Curve
        Surplus of the interval at one branch of the promise's queue; parts are the promises where no queue is shared.
    constant : mapping from (promise, period) to float
        What the simulation saw beyond the curves, less the lift demanded for safety.
    losses : mapping from (promise, period) to tuple of LineLoss
        Loss by busy tones.
    offered : mapping from (promise, period) to float
        Contacts that count, to turn a missing surplus into points of the promise.
    """

    curves: Mapping[tuple[int, int], Curve]
    constant: Mapping[tuple[int, int], float]
    losses: Mapping[tuple[int, int], tuple[LineLoss, ...]]
    offered: Mapping[tuple[int, int], float]
    work_s: Mapping[tuple[int, int], float] = field(default_factory=dict)
    """Deferred work that arrives, by (branch of a queue, interval), agent-seconds."""
    pace: Floats | None = None
    """Handling time of the groups relative to the standard, shape (groups, days); None: as the problem says, on all days."""
