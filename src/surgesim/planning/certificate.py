"""The certificate: what is promised, what was seen, what is proven, and what binds."""

from collections.abc import Sequence
from typing import Any

from surgesim.base.errors import SolverError
from surgesim.planning.draft import Draft
from surgesim.planning.problem import Problem
from surgesim.planning.safety import Check
from surgesim.planning.solve import solve

MOST_MARGINALS = 12
BOUND_OF = (
    "the calibrated curves with their safety margins: no combination of sites, hires, lines, seats and shifts that "
    "keeps every promise by these curves costs less (linear relaxation for every combination of sites opened or not); "
    "it is no bound on what a plan with other knowledge of the demand could cost"
)


def meaning(problem: Problem) -> str:
    """Return what a promise means when demand is uncertain."""
    if problem.probability is None:
        return (
            "each promise is about the expectation over all paths of demand: the sum of the numerators over the sum "
            "of the denominators of all replications, in each of its periods; busy paths weigh more than quiet ones"
        )
    return (
        f"each promise holds in each of its periods with a probability of at least {problem.probability:.0%} over "
        "the paths of demand: in so many of all futures the period's own ratio of sums keeps the target; the value over "
        "all futures together can be worse than the target, because the few futures with the most calls weigh most in it"
    )


def shown(problem: Problem, checks: Sequence[Check]) -> list[dict[str, Any]]:
    """Return every promise in every period as plain values."""
    return [
        {
            "queue": problem.promises[check.promise].queue_name,
            "measure": problem.promises[check.promise].measure,
            "of": problem.promises[check.promise].of,
            "period": problem.promises[check.promise].periods[check.period].name,
            "promised": problem.promises[check.promise].bound,
            "at_least": problem.promises[check.promise].at_least,
            "value": check.value,
            "bound": check.bound,
            "kept_share": check.kept,
            "kept_share_bound": check.kept_bound,
            "sure": check.holds,
        }
        for check in checks
    ]


def marginals(draft: Draft, seconds: float) -> list[str]:
    """Return what one more unit of each scarce thing is worth, dearest first, by the relaxation of the last model."""
    try:
        solved = solve(draft.model, seconds, linear=True)
    except SolverError:
        return ["marginal values are not known: the time limit came first"]
    values = [
        (marginal, sum(solved.duals.get(rule, 0.0) for rule in marginal.rules) * marginal.scale) for marginal in draft.marginals
    ]
    worth = sorted((pair for pair in values if pair[1] >= 1.0), key=lambda pair: -pair[1])
    return [marginal.sentence(yen) for marginal, yen in worth[:MOST_MARGINALS]]
