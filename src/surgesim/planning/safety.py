"""How much more than the promise to ask of the surrogate, and whether a verification keeps every promise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.planning.problem import Problem, Promise
from surgesim.planning.tail import lower_bound, terms, worst
from surgesim.planning.watch import Seen, estimated

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Check:
    """One promise in one period, as a verification saw it.

    Attributes
    ----------
    promise, period : int
        Position of the promise, and of the period in it.
    value, bound : float
        Ratio of sums over all replications, the luck of the demand taken out, and its one-sided confidence bound on the
        bad side.
    kept, kept_bound : float
        Share of replications that keep the promise, and its lower confidence bound (C. J. Clopper, E. S. Pearson,
        1934).
    holds : bool
        Whether the promise is shown to hold.
    missing : float
        What is missing: surplus of an average replication, or probability.
    """

    promise: int
    period: int
    value: float
    bound: float
    kept: float
    kept_bound: float
    holds: bool
    missing: float


def kept_bound(kept: int, replications: int, confidence: float) -> float:
    """Return the lower confidence bound of a probability from so many successes (Clopper, Pearson, 1934)."""
    from scipy.stats import beta

    return float(beta.ppf(1.0 - confidence, kept, replications - kept + 1)) if kept else 0.0


def sample(problem: Problem, replications: int) -> int:
    """Return the independent paths of demand among so many replications: a forecast has only so many paths."""
    return min(replications, problem.paths) if problem.paths else replications


def safe_probability(problem: Problem, verification: int) -> float | None:
    """Return the probability to plan for, so that a verification shows the promised one.

    The least share of successes whose confidence bound is enough, and a little more. Where planning has seen every
    path that a verification sees, only the luck of the callers is left; otherwise one standard error is added.
    """
    if problem.probability is None:
        return None
    n = sample(problem, verification)
    share = _enough(problem, n)
    same_paths = 0 < problem.paths <= verification
    margin = 1.0 / n if same_paths else float(np.sqrt(share * (1.0 - share) / n))
    return min(share + margin, 1.0 - 0.5 / n)


def _enough(problem: Problem, n: int) -> float:
    """Return the least share of ``n`` replications that shows the promised probability with confidence."""
    assert problem.probability is not None
    return next((k for k in range(n + 1) if kept_bound(k, n, problem.confidence) >= problem.probability), n) / n


def safety(problem: Problem, saw: Seen, verification: int, more: float = 1.0) -> tuple[Floats, ...]:
    """Return the surplus to demand on top, so that the confidence bound of a verification keeps each promise.

    Parameters
    ----------
    problem : Problem
        What is planned.
    saw : Seen
        A simulation near the final plan.
    verification : int
        Replications of the verification.
    more : float
        Standard errors beyond the bound itself, against bad luck of planning and verification.

    Returns
    -------
    tuple of ndarray, shape (periods,), by promise
        Zero where promises must hold with a probability: then the paths that matter are chosen on the safe side.
    """
    from scipy.stats import t

    if problem.probability is not None or saw.replications < 2:
        return tuple(np.zeros(len(promise.periods)) for promise in problem.promises)
    bound = float(t.ppf(problem.confidence, verification - 1)) / np.sqrt(verification)
    both = np.sqrt(1.0 / verification + 1.0 / saw.replications)
    return tuple(np.sqrt(saw.replications) * _error(problem, saw, p) * (bound + more * both) for p in problem.promises)


def _error(problem: Problem, saw: Seen, promise: Promise) -> Floats:
    """Return standard errors of what must not be negative, shape (periods,)."""
    if problem.tail is None:
        return saw.estimate(promise).error
    counted = terms(saw.by_period(promise), problem.tail)
    return np.asarray(counted.std(axis=1, ddof=1) / np.sqrt(saw.replications))


def checks(problem: Problem, saw: Seen) -> tuple[Check, ...]:
    """Return every promise in every period, as a verification saw it."""
    return tuple(check for p, promise in enumerate(problem.promises) for check in _of_promise(problem, saw, p, promise))


def _of_promise(problem: Problem, saw: Seen, p: int, promise: Promise) -> list[Check]:
    top, bottom = saw.ratio(promise)
    pairs = [(top[:, period.intervals].sum(axis=1), bottom[:, period.intervals].sum(axis=1)) for period in promise.periods]
    above, below = (np.array(part).T for part in zip(*pairs, strict=True))
    side = -1.0 if promise.at_least else 1.0
    estimate = estimated(above, below, saw.controls)
    bounds = estimate.bound(problem.confidence, side, 0.0, 1.0)
    surplus = saw.by_period(promise)
    if problem.tail is not None:
        return _of_tail(problem, p, surplus, above, below)
    found = []
    for r in range(len(promise.periods)):
        kept = int(np.sum(surplus[r] >= -1e-9))
        n = sample(problem, saw.replications)
        sure = kept_bound(kept * n // saw.replications, n, problem.confidence)
        # without noise between replications the bound is the value itself
        bound = float(np.nan_to_num(bounds[r], nan=estimate.value[r]))
        if problem.probability is None:
            short = max(0.0, -side * (promise.bound - bound)) * float(below[:, r].mean())
            holds = below[:, r].sum() == 0 or short == 0.0
        else:
            short = max(0.0, problem.probability - sure)
            holds = short == 0.0
        found.append(Check(p, r, float(estimate.value[r]), bound, kept / saw.replications, sure, bool(holds), short))
    return found


def _of_tail(problem: Problem, p: int, surplus: Floats, above: Floats, below: Floats) -> list[Check]:
    """Return a promise over the worst paths of each of its periods: they keep it together where their surplus does."""
    assert problem.tail is not None
    promise, n = problem.promises[p], sample(problem, surplus.shape[1])
    counted, weight = terms(surplus, problem.tail), worst(surplus, problem.tail)
    lower = lower_bound(counted, n, problem.confidence)
    side = 1.0 if promise.at_least else -1.0
    found = []
    for r in range(len(promise.periods)):
        top, bottom = float(weight[r] @ above[:, r]), float(weight[r] @ below[:, r])
        value = top / bottom if bottom > 0 else promise.bound
        bound = float(np.clip(promise.bound + side * lower[r] / max(bottom, 1e-9), 0.0, 1.0))
        kept = int(np.sum(surplus[r] >= -1e-9))
        sure = kept_bound(kept * n // surplus.shape[1], n, problem.confidence)
        short = max(0.0, -float(lower[r]))
        found.append(Check(p, r, value, bound, kept / surplus.shape[1], sure, short == 0.0, short))
    return found


def tightened(problem: Problem, lift: tuple[Floats, ...], saw: Seen, found: Sequence[Check]) -> tuple[Floats, ...]:
    """Return more safety for the promises that a verification did not show.

    Parameters
    ----------
    problem : Problem
        What is planned.
    lift : tuple of ndarray, by promise
        Safety so far: surplus demanded on top, by period.
    saw : Seen
        The verification.
    found : sequence of Check
        What it showed.
    """
    more = tuple(part.copy() for part in lift)
    for check in found:
        if check.holds:
            continue
        missing = check.missing
        if problem.probability is not None:
            surplus = saw.by_period(problem.promises[check.promise])[check.period]
            share = _enough(problem, sample(problem, saw.replications))
            missing = max(0.0, -float(np.quantile(surplus, 1.0 - share)))
        # a little beyond what is missing, so that the next luck need not be as good
        more[check.promise][check.period] += 1.2 * missing + 1e-3
    return more
