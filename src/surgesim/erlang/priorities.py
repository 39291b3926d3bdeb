"""Priorities: closed form without abandonment, exact chain with abandonment."""

import numpy as np
from numpy.typing import ArrayLike

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array
from surgesim.erlang import checks
from surgesim.erlang.single import erlang_c
from surgesim.erlang.skills import Skills, skills


def priority_waits(*, arrival_rate: ArrayLike, aht: ArrayLike, agents: ArrayLike) -> Array:
    """Return the mean wait in seconds per class, M/M/n with non-preemptive priorities (Cobham 1954; Kella, Yechiali 1985).

    Parameters
    ----------
    arrival_rate : array_like, (..., classes)
        Contacts per second, the most urgent class first.
    aht : array_like, (...)
        Mean handling time in seconds, one for all classes.
    agents : array_like, (...)
        Agents.

    Raises
    ------
    DomainError
        Input out of range, or total load >= agents.
    """
    rates = checks.numbers(arrival_rate, "arrival_rate")
    if rates.ndim == 0:
        raise DomainError(Problem("one arrival rate for each class is needed", "arrival_rate"))
    total = erlang_c(arrival_rate=rates.sum(axis=-1), aht=aht, agents=agents)
    given = checks.columns({
        "arrival_rate": (rates, checks.RATE), "aht": (checks.numbers(aht, "aht")[..., None], checks.DURATION),
        "agents": (checks.numbers(agents, "agents")[..., None], checks.AGENTS),
    })  # fmt: skip
    spare = given["agents"] / given["aht"] - np.cumsum(rates, axis=-1)
    more = spare + rates
    wait = np.asarray(total.wait_probability)[..., None]
    return np.asarray(wait * (given["agents"] / given["aht"]) / (more * spare))


def priority_abandonment(
    *,
    arrival_rate: ArrayLike,
    aht: ArrayLike,
    agents: int,
    patience: ArrayLike,
    within: ArrayLike = 20.0,
    most_waiting: int | None = None,
) -> Skills:
    """Return the exact measures per class of one group that serves classes in order, with abandonment.

    Parameters
    ----------
    arrival_rate, aht, patience : array_like, (classes,)
        Contacts per second; mean handling time and mean patience in seconds. The most urgent class first.
    agents : int
        Agents.
    within : array_like
        Acceptable wait in seconds.
    most_waiting : int or None
        See `skills`.
    """
    rates = np.atleast_1d(checks.numbers(arrival_rate, "arrival_rate"))
    classes = rates.size
    times = checks.broadcast(aht=checks.numbers(aht, "aht"), arrival_rate=rates)[0][:, None]
    return skills(
        arrival_rate=arrival_rate, aht=times, agents=[agents], patience=patience, type_groups=[[0]] * classes,
        group_types=[list(range(classes))], within=within, most_waiting=most_waiting,
    )  # fmt: skip


def n_design(
    *,
    arrival_rate: ArrayLike,
    aht: ArrayLike,
    agents: ArrayLike,
    patience: ArrayLike,
    priority: int = 2,
    reserve: int = 0,
    within: ArrayLike = 20.0,
    most_waiting: int | None = None,
) -> Skills:
    """Return the exact measures of the N-design: group 1 serves class 1, group 2 serves both.

    Parameters
    ----------
    arrival_rate, aht, patience : array_like, (2,)
        Per class: contacts per second, mean handling time and mean patience in seconds.
    agents : array_like of int, (2,)
        Agents of group 1 and group 2.
    priority : {1, 2}
        The class that group 2 serves first.
    reserve : int
        Class 1 enters group 2 only while more than so many of its agents are free.
    within, most_waiting : array_like, int
        See `skills`.
    """
    if priority not in (1, 2):
        raise DomainError(Problem(f"{priority!r} is no class", "priority", "give 1 or 2"))
    order = [0, 1] if priority == 1 else [1, 0]
    return skills(
        arrival_rate=arrival_rate, aht=checks.numbers(aht, "aht").reshape(-1, 1), agents=agents,
        patience=patience, type_groups=[[0, 1], [1]], group_types=[[0], order], reserve={(0, 1): reserve},
        within=within, most_waiting=most_waiting,
    )  # fmt: skip
