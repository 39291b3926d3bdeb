"""What to relax where no plan exists: the smallest relaxations of each kind, in sentences, with their price."""

import time
from collections.abc import Iterable
from types import SimpleNamespace

from surgesim.base.errors import InfeasibleError, SolverError
from surgesim.base.refusal import Refusal, WayOut
from surgesim.planning.draft import Draft
from surgesim.planning.solve import solve

TINY = 1e-6
MOST_WHOLE_S, WHOLE_GAP = 2.0, 0.1
"""Longest search for the whole numbers of one way out, seconds, and the gap at which they are good enough."""
DEFINE = frozenset({"coverage", "deadlines", "hires", "seats", "service", "shifts", "standby"})
"""Kinds with decisions that others are about: without their rules these are free, but they stay."""
SAYING = frozenset({"budget", "equipment", "hires", "labour-law", "lines", "occupancy", "seats", "standby", "targets"})
"""Kinds that say most about what to do."""
PROMISES = frozenset({"deadlines", "occupancy", "targets"})


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
    """Break rules as little as possible, then find the cheapest plan that breaks them no more; None where there is no time."""
    from pyomo.environ import Objective, quicksum, value

    elastic = counted(draft.again(kinds), draft)
    try:
        if solve(elastic.model, ends - time.monotonic(), linear=True).status == "infeasible":
            return None
        whole = _whole(elastic, min(MOST_WHOLE_S, ends - time.monotonic()))
    except SolverError:
        return None
    amounts = [(relaxation, float(value(relaxation.amount))) for relaxation in elastic.relaxations]
    used = sorted((pair for pair in amounts if pair[1] > 1e-4), key=lambda pair: -pair[0].weight * pair[1])
    if not used:
        return None  # every rule can stay as it is, or seems to in fractions: relaxing this kind is no way out
    elastic.model.cost.deactivate()
    for relaxation, amount in amounts:
        relaxation.amount.setub(relaxation.enough(amount) * (1 + TINY) + TINY)
    elastic.model.bill = Objective(expr=elastic.total + 0.0 * quicksum(r.amount for r, _ in amounts))
    try:
        cost = solve(elastic.model, ends - time.monotonic(), linear=True).objective
    except SolverError:
        return None
    return WayOut(
        kinds=tuple(sorted({relaxation.kind for relaxation, _ in used})),
        sentences=tuple(relaxation.sentence(relaxation.enough(amount)) for relaxation, amount in used),
        japanese=tuple(relaxation.japanese(relaxation.enough(amount)) for relaxation, amount in used),
        cost_jpy=cost,
        whole=whole,
    )


def _whole(elastic: Draft, seconds: float) -> bool:
    """Break rules as little as whole heads and lines need, where they are found in time; return whether they were."""
    try:
        return solve(elastic.model, seconds, gap=WHOLE_GAP).status != "infeasible"
    except SolverError:
        return False  # the model still holds the relaxation's amounts


def counted(made: Draft, like: Draft) -> Draft:
    """Return a draft with agents in whole numbers wherever those of another one are counted so."""
    from pyomo.environ import NonNegativeIntegers

    for (g, i), agents in made.block("coverage").agents.items():
        if like.exact[g, like.problem.day_of[i]]:
            agents.domain = NonNegativeIntegers
    return made


def conflict(draft: Draft, time_limit: float) -> tuple[str, ...]:
    """Return kinds of constraints that cannot hold together, none of which can be spared (deletion filter).

    Source: J. W. Chinneck, E. W. Dravnieks, "Locating minimal infeasible constraint sets in linear programs", 1991.
    Where time runs out, kinds that were not tried stay: they cannot hold together, but some may be spared.
    """
    ends = time.monotonic() + time_limit
    linear = solve(draft.model, time_limit, linear=True).status == "infeasible"  # else only whole numbers are in conflict
    # tried first, spared first: what says least comes first
    kept = sorted(draft.kinds, key=lambda kind: (kind not in DEFINE, kind in SAYING, kind))
    for kind in tuple(kept):
        others = [other for other in kept if other != kind]
        fewer = counted(without(draft, set(draft.kinds) - set(others)), draft)
        try:
            if solve(fewer.model, ends - time.monotonic(), gap=WHOLE_GAP, linear=linear).status == "infeasible":
                kept = others
        except SolverError:
            break
    if draft.problem.short_jpy and "budget" in kept:
        return (*kept, "service")  # promises that may fall short are no reason, the service that is left is
    return tuple(kept)


def without(draft: Draft, spared: Iterable[str]) -> Draft:
    """Return a draft in which some kinds of constraints do not hold."""
    gone = set(spared)
    kinds = {
        name: kind if name not in gone else SimpleNamespace(declare=kind.declare, restrict=_nothing)
        for name, kind in draft.kinds.items()
        if name not in gone or name in DEFINE
    }
    found = Draft(draft.problem, draft.surrogate, kinds=kinds)
    found.loose = True
    return found.build()


def _nothing(_: Draft) -> None:
    """Restrict nothing."""


def refuse(draft: Draft, time_limit: float = 30.0) -> InfeasibleError:
    """Return the error that says what to relax, what that costs, and which rules are in conflict."""
    ways = ways_out(draft, time_limit)
    kinds = conflict(draft, time_limit)
    # where more is said, it goes without saying that agents give service
    told = [kind for kind in kinds if kind != "coverage"]
    said = [draft.kinds[kind] for kind in (told if set(told) - PROMISES else kinds)]
    broken, broken_ja = tuple(kind.BROKEN for kind in said), tuple(kind.BROKEN_JA for kind in said)
    names, names_ja = (tuple(getattr(draft.kinds[kind], title) for kind in kinds) for title in ("TITLE", "TITLE_JA"))
    return InfeasibleError(Refusal(kinds, names, names_ja, broken, broken_ja, tuple(ways)))
