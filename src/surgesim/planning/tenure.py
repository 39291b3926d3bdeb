"""Who begins to work when, and how slow the people of a group then are: hires learn from their own first day on."""

import numpy as np
from numpy.typing import NDArray

from surgesim.model.tenure import factor, mixed
from surgesim.planning.problem import Problem

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64] | NDArray[np.float64]


def joined(problem: Problem, hired: tuple[Numbers, ...], activated: Numbers) -> Floats:
    """Return heads there before the horizon, then heads by their first day of work, shape (groups, days + 1).

    Parameters
    ----------
    problem : Problem
        What is planned.
    hired : tuple of ndarray, shape (days,), by staff
        Hires by order day.
    activated : ndarray, shape (packages, days)
        Standby packages by the day on whose eve they are activated.
    """
    found = np.zeros((len(problem.groups), problem.days + 1))
    found[:, 0] = 1.0  # groups without a lever: nobody joins them
    for staff, orders in zip(problem.staff, hired, strict=True):
        found[staff.index, 0] = staff.on_hand
        first = min(1 + staff.wait_days, problem.days + 1)
        found[staff.index, first:] += (1.0 - staff.drop_out) * orders[: problem.days + 1 - first]
    for package, days in zip(problem.standby, activated, strict=True):
        first = min(1 + package.lead_days, problem.days + 1)
        found[problem.staff[package.staff].index, first:] += package.heads * days[: problem.days + 1 - first]
    return found


def all_at_once(problem: Problem) -> Floats:
    """Return who joins when everybody who can be had is ordered on the first day: what is believed before there is a plan."""
    hired, activated = tuple(np.zeros(problem.days) for _ in problem.staff), np.zeros((len(problem.standby), problem.days))
    for staff, orders in zip(problem.staff, hired, strict=True):
        orders[0] = staff.hires
    for package, days in zip(problem.standby, activated, strict=True):
        days[0] = package.packages
    return joined(problem, hired, activated)


def pace(problem: Problem, people: Floats) -> Floats:
    """Return the handling time of the agents of a group relative to the standard, shape (groups, days).

    Agents on duty are mixed as the people who are there; together they do what the mean of one over their factors says.

    Parameters
    ----------
    problem : Problem
        What is planned.
    people : ndarray, shape (groups, days + 1)
        From :func:`joined`.
    """
    found = np.repeat(problem.handling_factor[:, None], problem.days, axis=1)
    for g, curve in enumerate(problem.learning):
        for day in range(problem.days if curve is not None else 0):
            assert curve is not None
            tenure, share = mixed(curve, people[g], day)
            found[g, day] /= np.sum(share / factor(curve, tenure))
    return found
