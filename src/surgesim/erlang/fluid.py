"""Deterministic fluid of an overloaded desk with abandonment, trunks and redials; inputs constant between edges.

Contacts flow like a liquid: right to first order in a large desk, and exact in its own equations: between the moments
at which the desk fills, empties its queue or fills its trunks the equations are linear, solved by matrix exponential,
and those moments are found by root finding (fluid limit with retrials: Mandelbaum, Massey, Reiman, Stolyar 2002;
with abandonment: Whitt 2004). Agents finish the contact in hand when capacity drops.
"""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.erlang import checks

if TYPE_CHECKING:
    import polars

    from surgesim.erlang.fluid_regimes import Desk

__all__ = ["Fluid", "fluid"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fluid:
    """Fluid counts per interval, additive; names as in ``Transient``.

    ``fresh`` first attempts and ``redialled`` further ones make ``offered``. Always
    offered = blocked + abandoned + handled + change of (in_queue_end + in_service_end).
    ``in_orbit_end`` will redial later; ``virtual_wait_end_s`` is what a patient arrival at the end of the interval
    would wait if capacity stayed (infinite with a queue and no agents).
    """

    start_s: Array
    end_s: Array
    fresh: Array
    redialled: Array
    offered: Array
    blocked: Array
    abandoned: Array
    answered: Array
    handled: Array
    queue_s: Array
    busy_s: Array
    agents_s: Array
    in_queue_end: Array
    in_service_end: Array
    in_orbit_end: Array
    virtual_wait_end_s: Array

    def to_frame(self) -> "polars.DataFrame":
        """One row per interval, one column per array."""
        import polars

        return polars.DataFrame({field.name: getattr(self, field.name) for field in fields(self)})


def fluid(
    *,
    edges: ArrayLike,
    arrival_rate: ArrayLike,
    agents: ArrayLike,
    aht: ArrayLike,
    patience: ArrayLike | None = None,
    trunks: float | None = None,
    redial_abandoned: float = 0.0,
    redial_blocked: float = 0.0,
    redial_delay: float = 1800.0,
    busy_start: float = 0.0,
    queue_start: float = 0.0,
    orbit_start: float = 0.0,
) -> Fluid:
    """Solve the fluid model.

    Parameters
    ----------
    edges : n + 1 increasing seconds
    arrival_rate : first attempts per second, scalar or n
    agents : scalar or n; real numbers allowed
    aht, patience : mean seconds, scalar or n; ``patience=None``: nobody leaves
    trunks : most contacts inside; ``None``: no limit
    redial_abandoned, redial_blocked : share of those who abandon, and who are blocked, that call again
    redial_delay : mean seconds until they do (exponential)
    busy_start, queue_start, orbit_start : contents at ``edges[0]``

    Returns
    -------
    Fluid

    Raises
    ------
    DomainError
        With every problem of the input.
    """
    from surgesim.erlang.fluid_regimes import run

    desk = fluid_desk(edges, arrival_rate, agents, aht, patience, trunks, redial_abandoned, redial_blocked, redial_delay)
    start = (float(busy_start), float(queue_start), float(orbit_start))
    if min(start) < 0 or (start[1] > 0 and start[0] < desk.agents[0]):
        raise DomainError(Problem("contents at the start must be >= 0, and a queue needs all agents busy", "busy_start"))
    return Fluid(start_s=desk.edges[:-1], end_s=desk.edges[1:], **run(desk, start))


def fluid_desk(
    edges: ArrayLike, arrival_rate: ArrayLike, agents: ArrayLike, aht: ArrayLike, patience: ArrayLike | None,
    trunks: float | None, redial_abandoned: float, redial_blocked: float, redial_delay: float,
) -> "Desk":  # fmt: skip
    """Check everything and turn times into rates."""
    from surgesim.erlang.fluid_regimes import Desk
    from surgesim.erlang.transient import column

    problems: list[Problem] = []
    grid = checks.numbers(edges, "edges")
    if grid.ndim != 1 or grid.size < 2 or not np.all(np.isfinite(grid)) or np.any(np.diff(grid) <= 0):
        raise DomainError(Problem("edges must be increasing seconds, at least two", "edges"))
    size = grid.size - 1
    rate = column(arrival_rate, size, "arrival_rate", problems)
    people = column(agents, size, "agents", problems)
    handling = column(aht, size, "aht", problems, positive=True)
    limit = column(np.inf if patience is None else patience, size, "patience", problems, positive=True, infinite=True)
    for name, share in (("redial_abandoned", redial_abandoned), ("redial_blocked", redial_blocked)):
        if not 0.0 <= share <= 1.0:
            problems.append(Problem(f"{name} must be a share 0..1", name))
    if not 0.0 < redial_delay < np.inf:
        problems.append(Problem("redial_delay must be finite seconds > 0", "redial_delay"))
    if trunks is not None and not trunks > 0:
        problems.append(Problem("trunks must be above 0", "trunks", "None means no limit"))
    if problems:
        raise DomainError(problems)
    places = np.inf if trunks is None else float(trunks)
    return Desk(grid, rate, people, 1 / handling, 1 / limit, places, redial_abandoned, redial_blocked, 1 / redial_delay)
