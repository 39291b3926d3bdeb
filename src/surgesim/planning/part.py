"""A few columns of a programme by themselves, with prices on what they share with others that are still free.

The whole numbers of one day are found in a programme of that day alone, which is solved in a fraction of a second. What
the day shares with later days (a promise by week, working days, hires) is neither left to it nor withheld from it: it may
take more or less than the relaxation gave it, at the relaxation's dual prices, and the later days even it out (Lagrangian
relaxation: A. M. Geoffrion, 1974).
"""

from typing import Any

import numpy as np

from surgesim.planning.opening import Stage
from surgesim.planning.program import Effort, Flags, Floats, bounded, finished, loaded

DEARER, CHEAPER = 1.25, 0.75
"""Price of taking more, and of leaving over, relative to the dual price: what others do instead costs a little more."""
REACH = 0.25
"""Share of what the relaxation gave by which a day may take more or less."""
TINY = 1e-3
"""Price that counts as none, units of the solver."""


def alone(stage: Stage, columns: Flags, whole: Flags, absorbing: Flags, effort: Effort) -> Floats | None:
    """Return values of all columns of which some are found anew, in whole numbers where asked for; None where none are.

    Parameters
    ----------
    stage : Stage
        A solution of the relaxation, its prices, and the bounds of all columns.
    columns : ndarray of bool, shape (columns,)
        Columns to find anew; all others stay as they are.
    whole : ndarray of bool, shape (columns,)
        Columns that must be whole.
    absorbing : ndarray of bool, shape (columns,)
        Columns that will even out what the new values take or leave over.
    effort : Effort
        Limits.
    """
    from scipy.sparse import csc_array, hstack

    program, mine = stage.program, np.flatnonzero(columns)
    part = program.matrix[:, mine]
    rows = np.unique(part.indices)
    part = part.tocsr()[rows].tocsc()
    held = (program.matrix @ np.where(columns, 0.0, stage.values))[rows]
    now = part @ stage.values[mine]
    # what the solver thinks feasible may be beyond a bound by its tolerance
    least = np.minimum(program.row_lower[rows] - held, now)
    most = np.maximum(program.row_upper[rows] - held, now)
    shared = np.flatnonzero((abs(program.matrix) @ (absorbing & ~columns).astype(np.float64))[rows] > 0)
    unit = program.unit_jpy
    at, sign, price = _exchange(shared, least[shared], most[shared], stage.prices[rows][shared] / unit)
    reach = np.maximum(REACH * np.abs(now[at]), 1.0)
    trade = csc_array((sign, (at, np.arange(len(at)))), shape=(len(rows), len(at)))
    nothing = np.zeros(len(at))
    lower, upper = np.concatenate([stage.lower[mine], nothing]), np.concatenate([stage.upper[mine], reach])
    cost = np.concatenate([program.cost[mine] / unit, price])
    highs = loaded(hstack([part, trade]).tocsc(), cost, (lower, upper), (least, most))
    wanted = np.concatenate([whole[mine], nothing > 0])
    bounded(highs, lower, upper, wanted)
    found = finished(highs, effort, bool(wanted.any()), unit)
    if found.values is None:
        return None
    values = stage.values.copy()
    values[mine] = found.values[: len(mine)]
    return np.where(whole & columns, np.round(values), values)


def _exchange(rows: Any, least: Floats, most: Floats, dual: Floats) -> tuple[Any, Floats, Floats]:
    """Return row, sign and price of what may be taken beyond a bound, and left over where that is worth something."""
    side = np.where(np.isfinite(least), 1.0, -1.0)
    worth = (np.abs(dual) > TINY) | (least == most)
    cost = np.concatenate([side * dual, -(side * dual)[worth]])
    at = np.concatenate([rows, rows[worth]])
    sign = np.concatenate([side, -side[worth]])
    return at, sign, np.where(cost > 0.0, DEARER, CHEAPER) * cost + TINY
