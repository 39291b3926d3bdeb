r"""Occupancy: in every period agents are at work for no more than a share of the time that they are there.

.. math::

    \frac{\Delta}{h} \, \bar o_p \sum_{g \in G_p} \sum_{i \in r} a_{g,i} - W_{p,r} + \kappa_{p,r} \ge 0

with :math:`\bar o` the cap, G the groups that serve the promise's queue, a their agents, W all the work that comes to
them (in contacts of the queue, which take h), and :math:`\kappa` what the simulation saw beyond that, less the lift for
safety.
"""

import math
from typing import Any

from surgesim.planning.constraints.targets import place, place_ja
from surgesim.planning.draft import Draft, printed, saying
from surgesim.planning.problem import Promise

KIND = "occupancy"
TITLE = "cap on occupancy"
TITLE_JA = "占有率の上限"
SUMMARY = "Agents are at work for no more than a share of the time that they are there."
BROKEN = "Agents would be busier than the cap on occupancy allows."
BROKEN_JA = "占有率の上限を守るには要員が足りない。"


def declare(draft: Draft) -> None:
    """Nothing to declare: agents and work are shared."""


def restrict(draft: Draft) -> None:
    """Hold the work within the cap's share of the time that agents are there."""
    from pyomo.environ import Constraint

    problem, block = draft.problem, draft.block(KIND)

    def holds(_: Any, p: int, r: int) -> Any:
        promise, offered = problem.promises[p], draft.surrogate.offered[p, r]
        share = promise.bound * problem.interval_s / promise.unit_s
        keys = [(g, i) for i in promise.periods[r].intervals.tolist() for g in promise.groups if (g, i) in draft.agents]
        queue, ja = problem.called_in_both("queues", promise.queue_name)
        missing = draft.relax(
            KIND,
            100.0,
            lambda share: sentence(promise, r, share, queue),
            lambda share: sentence_ja(promise, r, share, ja),
            step=1e-4,
        )
        return draft.body([*(share * draft.agents[key] for key in keys), *draft.surplus[p, r], offered * missing]) >= 0.0

    keys = [(p, r) for p, r in draft.surrogate.constant if problem.promises[p].measure == "occupancy"]
    block.holds = Constraint(keys, rule=holds)
    for (p, r), rule in block.holds.items():
        promise = problem.promises[p]
        queue, ja = printed(problem, "queues", promise.queue_name)
        draft.add_marginal(
            [rule],
            0.01 * draft.surrogate.offered[p, r],
            saying(f"one point less occupancy of {queue} {place(promise, r)} costs ¥{{:,.0f}}"),
            saying(f"{ja}の占有率を{place_ja(promise, r)}1ポイント下げると¥{{:,.0f}}かかる"),
        )


def sentence(promise: Promise, r: int, share: float, queue: str) -> str:
    """Return what to relax: the cap at which the agents who can be there are enough."""
    left = 1.0 - share / promise.bound
    where = f"the promised occupancy of {queue} {place(promise, r)}"
    if left <= promise.bound:
        return f"drop {where}, now at most {promise.bound:.1%}: there is more work than time"
    return f"raise {where} from {promise.bound:.1%} to {raised(promise, left):.1%}"


def sentence_ja(promise: Promise, r: int, share: float, queue: str) -> str:
    """Return what to relax, in Japanese."""
    left = 1.0 - share / promise.bound
    where = f"{queue}の占有率の上限({place_ja(promise, r)})"
    if left <= promise.bound:
        return f"{where}{promise.bound:.1%}をなくす: 作業量が時間を上回っている"
    return f"{where}を{promise.bound:.1%}から{raised(promise, left):.1%}に上げる"


def raised(promise: Promise, left: float) -> float:
    """Return the cap at which a share of the work that is there is left undone no more, rounded up to a tenth of a point."""
    return math.ceil(1e3 * promise.bound / left - 1e-6) / 1e3
