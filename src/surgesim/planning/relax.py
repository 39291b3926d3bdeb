"""What to relax where no plan exists: the smallest relaxations of each kind, in sentences, with their price."""

import time

from surgesim.base.errors import InfeasibleError
from surgesim.base.refusal import Refusal, WayOut
from surgesim.planning.draft import Draft
from surgesim.planning.solve import solve

TINY = 1e-6


def relaxable(draft: Draft) -> tuple[str, ...]:
    """Return the kinds of constraints of a draft that can be relaxed."""
    found = draft.again(frozenset(draft.kinds))
    return tuple(sorted({relaxation.kind for relaxation in found.relaxations}))


def ways_out(draft: Draft, time_limit: float) -> list[WayOut]:
    """Return every single kind whose relaxation is enough, or all kinds together where none is.

    Parameters
    ----------
    draft : Draft
        The infeasible model.
    time_limit : float
        Wall-clock limit of everything, seconds.
    """
    ends = time.monotonic() + time_limit
    kinds = relaxable(draft)
    found = [_way_out(draft, frozenset({kind}), ends) for kind in kinds]
    alone = [way for way in found if way is not None]
    if alone:
        return alone
    together = _way_out(draft, frozenset(kinds), ends)
    return [together] if together is not None else []


def _way_out(draft: Draft, kinds: frozenset[str], ends: float) -> WayOut | None:
    """Break rules as little as possible, then find the cheapest plan that breaks them no more."""
    from pyomo.environ import Objective, quicksum, value

    elastic = draft.again(kinds)
    broken = solve(elastic.model, ends - time.monotonic(), linear=True)
    if broken.status == "infeasible":
        return None
    amounts = [(relaxation, float(value(relaxation.amount))) for relaxation in elastic.relaxations]
    used = sorted((pair for pair in amounts if pair[1] > 1e-4), key=lambda pair: -pair[0].weight * pair[1])
    if not used:
        return None  # fractions keep every rule as it is, so relaxing this kind is no way out
    elastic.model.cost.deactivate()
    for relaxation, amount in amounts:
        relaxation.amount.setub(amount * (1 + TINY) + TINY)
    elastic.model.bill = Objective(expr=elastic.total + 0.0 * quicksum(r.amount for r, _ in amounts))
    priced = solve(elastic.model, ends - time.monotonic(), linear=True)
    return WayOut(
        kinds=tuple(sorted({relaxation.kind for relaxation, _ in used})),
        sentences=tuple(relaxation.sentence(amount) for relaxation, amount in used),
        japanese=tuple(relaxation.japanese(amount) for relaxation, amount in used),
        cost_jpy=priced.objective,
    )


def conflict(draft: Draft, time_limit: float) -> tuple[str, ...]:
    """Return kinds of constraints that cannot hold together, none of which can be spared (deletion filter).

    Source: J. W. Chinneck, E. W. Dravnieks, "Locating minimal infeasible constraint sets in linear programs", 1991.
    Kinds that only define what others use (coverage) always stay.
    """
    ends = time.monotonic() + time_limit
    kept = list(relaxable(draft))
    for kind in tuple(kept):
        others = [other for other in kept if other != kind]
        freed = frozenset(set(relaxable(draft)) - set(others))
        if solve(draft.again(freed).model, ends - time.monotonic(), linear=True).status == "infeasible":
            kept = others
    return tuple(kept)


def refuse(draft: Draft, time_limit: float = 30.0) -> InfeasibleError:
    """Return the error that says what to relax, what that costs, and which rules are in conflict."""
    ways = ways_out(draft, time_limit)
    kinds = conflict(draft, time_limit)
    broken = tuple(draft.kinds[kind].BROKEN for kind in kinds)
    broken_ja = tuple(getattr(draft.kinds[kind], "BROKEN_JA", draft.kinds[kind].BROKEN) for kind in kinds)
    return InfeasibleError(Refusal(kinds, broken, broken_ja, tuple(ways)))
