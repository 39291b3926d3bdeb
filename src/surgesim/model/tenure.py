"""How long people have been there: those who came before the horizon, and those who begin to work in it."""

import numpy as np
from numpy.typing import NDArray

from surgesim.scenario.work import Learning

Floats = NDArray[np.float64]

DAY_S = 86_400.0


def mixed(curve: Learning, joined: Floats, day: int) -> tuple[Floats, Floats]:
    """Return the tenures of the people of a group on a day, and the share of the heads with each, shape (parts,) each.

    Who begins in the horizon begins without tenure; where nobody was there before, with the tenure that the cohorts bring.

    Parameters
    ----------
    curve : Learning
        Cohorts of the group.
    joined : ndarray, shape (days + 1,)
        Heads who were there before the horizon, then those whose first day of work is each of its days.
    day : int
        Day of the horizon.
    """
    cohorts = np.array([(cohort.tenure, cohort.share) for cohort in curve.cohorts])
    brought = cohorts if joined[0] == 0.0 else np.array([(0.0, 1.0)])
    firsts = [first for first in range(day + 1) if joined[first + 1] > 0.0]
    parts = [(cohorts, day, joined[0])] if joined[0] > 0.0 or not firsts else []
    parts += [(brought, day - first, joined[first + 1]) for first in firsts]
    tenure = np.concatenate([some[:, 0] + since * DAY_S for some, since, _ in parts])
    weight = np.concatenate([some[:, 1] * heads for some, _, heads in parts])
    total = weight.sum()
    return tenure, weight / total if total > 0.0 else np.concatenate([some[:, 1] for some, _, _ in parts])


def factor(curve: Learning, tenure_s: Floats) -> Floats:
    """Return the handling time after so long a tenure, relative to that of somebody who has learned all.

    The time-constant learning curve of F. W. Bevis, C. Finniear and D. R. Towill (1970).
    """
    return np.asarray(1.0 + (curve.start - 1.0) * np.exp2(-tenure_s / curve.half_life))
