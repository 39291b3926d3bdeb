r"""Service: where it is sought within a budget, no promise falls further short of its bound than the worst one.

.. math::

    \sum_{i \in r} f_{p,i}(e_i) + \kappa_{p,r} + n_{p,r} \, \sigma \ge 0, \qquad 0 \le \sigma \le 1, \qquad
    \min \; C + M \sigma

with :math:`\sigma` the shortage common to all promises, n the contacts that count, and M so dear that a hundredth of a
promise is worth the whole budget. The cap on occupancy holds as it is.
"""

from surgesim.planning.draft import Draft

KIND = "service"
TITLE = "service within the budget"
TITLE_JA = "予算内のサービス"
SUMMARY = "Within a budget, the promise that falls furthest short falls short as little as possible."
BROKEN = "The budget is too small for any service at all."
BROKEN_JA = "予算ではまったくサービスを提供できない。"


def declare(draft: Draft) -> None:
    """Add the shortage, what it gives to every promise, and its price."""
    from pyomo.environ import Var

    problem = draft.problem
    if problem.short_jpy == 0.0:
        return
    block = draft.block(KIND)
    block.shortage = Var(bounds=(0.0, 1.0))
    for p, r in draft.surrogate.constant:
        if problem.promises[p].measure != "occupancy":
            draft.surplus[p, r].append(draft.surrogate.offered[p, r] * block.shortage)
    draft.aims.append(problem.short_jpy * block.shortage)


def restrict(draft: Draft) -> None:
    """Nothing to restrict: the targets hold with the shortage."""


def shortage(draft: Draft) -> float:
    """Return by how much the promises fall short in a solved draft, share."""
    from pyomo.environ import value

    return max(0.0, float(value(draft.block(KIND).shortage)))
