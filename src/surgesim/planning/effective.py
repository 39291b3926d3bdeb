"""Effective agents of a plan, as the optimisation counts them: divided among queues, and branches of them."""

import numpy as np
from numpy.typing import NDArray

from surgesim.model.staffing import available
from surgesim.planning.constraints.coverage import needed
from surgesim.planning.decision import Capacity, Decision
from surgesim.planning.draft import Draft
from surgesim.planning.tenure import pace

Floats = NDArray[np.float64]


def effective_agents(draft: Draft, decision: Decision, capacity: Capacity) -> Floats:
    """Return effective agents by branch of a queue and interval, shape (branches, intervals).

    Heads after shrinkage, no more than the seats, over the handling factor of those who are there. Groups that serve several
    queues are divided as the optimisation divided them; what it left unused is divided alike.
    """
    problem = draft.problem
    agents, slow = present(draft, capacity), pace(problem, capacity.joined)[:, problem.day_of]
    found = np.zeros((len(problem.branches), problem.intervals))
    shares = _shares(draft)
    for g, skills in enumerate(problem.skills):
        for q in skills:
            share = shares[g, q] if len(skills) > 1 else 1.0
            found[q] += agents[g] * share / slow[g]
    return found


def present(draft: Draft, capacity: Capacity) -> Floats:
    """Return agents within the seats, before rounding down unless the optimisation counted them exactly."""
    problem = draft.problem
    agents = problem.fixed_agents.copy()
    exact = draft.exact[:, problem.day_of]
    for staff in problem.staff:
        heads, g = capacity.heads[staff.index], staff.index
        agents[g] = np.where(exact[g], available(heads, staff.shrinkage), heads * (1.0 - staff.shrinkage))
    for j, site in enumerate(problem.sites):
        mine = problem.group_site == site.index
        total = agents[mine].sum(axis=0)
        fits = np.minimum(1.0, np.divide(capacity.seats[j], total, out=np.ones_like(total), where=total > 0))
        agents[mine] *= fits * site.up
    return agents


def _shares(draft: Draft) -> Floats:
    """Return how groups divide their time, shape (groups, branches, intervals).

    Where nothing was decided, equally among the queues about which something is believed: those without work take no time.
    """
    from pyomo.environ import value

    problem, wanted = draft.problem, needed(draft)
    shares = np.zeros((len(problem.groups), len(problem.branches), problem.intervals))
    for (g, q, i), var in draft.block("coverage").serve.items():
        shares[g, q, i] = max(0.0, value(var) or 0.0)
    for g, skills in enumerate(problem.skills):
        total = shares[g].sum(axis=0)
        equal = np.zeros_like(shares[g])
        equal[list(skills)] = 1.0 / max(len(skills), 1)
        for (mine, i), queues in wanted.items():
            if mine == g:
                equal[:, i] = 0.0
                equal[queues, i] = 1.0 / len(queues)
        shares[g] = np.where(total > 1e-9, shares[g] / np.where(total > 1e-9, total, 1.0), equal)
    return shares


def deferred_surplus(draft: Draft) -> dict[tuple[int, int], float]:
    """Return the surplus of promises about deferred work, as the solved model counts it, by (promise, period)."""
    from pyomo.environ import value

    problem, late = draft.problem, draft.block("deadlines").late
    found = {}
    for p, promise in enumerate(problem.promises):
        if promise.measure != "on_time":
            continue
        for r, period in enumerate(promise.periods):
            places = [(b, i) for b in problem.branches_of(promise.queue) for i in period.intervals.tolist()]
            work = sum(draft.surrogate.work_s.get(place, 0.0) for place in places)
            missed = sum(float(value(late[place], exception=False) or 0.0) for place in places if place in late)
            offered = draft.surrogate.offered[p, r]
            found[p, r] = (1.0 - promise.bound) * offered - (offered * missed / work if work > 0 else 0.0)
    return found
