r"""Targets: in every period of a promise the surplus is not negative.

.. math::

    \sum_{i \in r} f_{p,i}(e_i) + \kappa_{p,r} - \sum_t z_{p,r,t} \ge 0

with f the curve of numerator - target x denominator, :math:`\kappa` what the simulation saw beyond the curves less
the lift for safety, and z the loss by busy tones. Sums over the period: a rate is a sum over a sum. The curves are means
over the paths of demand; over the busiest share :math:`\tau` of them where promises are about the tail, with
:math:`\kappa` then closing the distance to :math:`\mathrm{CVaR}_\tau` of the simulated surplus; and over those about as
busy as the quantile where they hold with a probability.
"""

import math
from typing import Any

from surgesim.planning.draft import Draft, printed, saying
from surgesim.planning.problem import Promise

KIND = "targets"
TITLE = "promises"
TITLE_JA = "約束"
SUMMARY = "In every period of a promise the numerator is at least the target times the denominator."
MOST_SHARE = 3.0
"""Greatest relaxation, share of contacts: curves count intervals with hardly anybody below nothing at all."""
BROKEN = "The promises cannot be kept with what can be decided."
BROKEN_JA = "決められる範囲では約束を守れない。"

JAPANESE = {
    "service_level": "サービスレベル", "answer_rate": "応答率", "abandonment": "放棄率", "blocking": "話中率",
    "on_time": "期限内処理率",
}  # fmt: skip


def declare(draft: Draft) -> None:
    """Add what the simulation saw beyond the curves."""
    for key, value in draft.surrogate.constant.items():
        draft.surplus[key].append(value)


def restrict(draft: Draft) -> None:
    """Hold every promise in every one of its periods."""
    from pyomo.environ import Constraint

    problem, block = draft.problem, draft.block(KIND)

    def holds(_: Any, p: int, r: int) -> Any:
        offered = draft.surrogate.offered[p, r]
        promise = problem.promises[p]
        queue, ja = problem.called_in_both("queues", promise.queue_name)
        missing = draft.relax(
            KIND,
            100.0,
            lambda share: sentence(promise, r, share, queue),
            lambda share: sentence_ja(promise, r, share, ja),
            most=MOST_SHARE,
            step=0.001,
        )
        return draft.body([*draft.surplus[p, r], offered * missing]) >= 0.0

    # the cap on occupancy is a kind of its own
    keys = [(p, r) for p, r in draft.surrogate.constant if problem.promises[p].measure != "occupancy"]
    block.holds = Constraint(keys, rule=holds)
    for (p, r), rule in block.holds.items():
        promise, scale = problem.promises[p], 0.01 * draft.surrogate.offered[p, r]
        queue, ja = printed(problem, "queues", promise.queue_name)
        better = "one more point of" if promise.at_least else "one point less"
        draft.add_marginal(
            [rule],
            scale,
            saying(f"{better} {words(promise)} of {queue} {place(promise, r)} costs ¥{{:,.0f}}"),
            saying(f"{ja}の{JAPANESE[promise.measure]}を{place_ja(promise, r)}1ポイント改善するのに¥{{:,.0f}}"),
            (
                f"{better} {words(promise)} of {queue} {place(promise, r)} is out of reach of every plan",
                f"{ja}の{JAPANESE[promise.measure]}を{place_ja(promise, r)}あと1ポイント改善できる計画はない",
            ),
        )


def place(promise: Promise, r: int) -> str:
    """Return where the promise holds, in words."""
    name = promise.periods[r].name
    at = "at" if ":" in name else "on"
    return "over the horizon" if name == "horizon" else f"{at} {name}" if name[:1].isdigit() else f"in {name}"


def place_ja(promise: Promise, r: int) -> str:
    """Return where the promise holds, in Japanese."""
    name = promise.periods[r].name
    if name == "horizon":
        return "全期間で"
    return f"{name.rpartition(' ')[2]}の週に" if name.startswith("the week") else f"{name}に"


def sentence(promise: Promise, r: int, share: float, queue: str) -> str:
    """Return what to relax."""
    verb = "lower" if promise.at_least else "raise"
    where = f"the promised {words(promise)} of {queue} {place(promise, r)}"
    return f"{verb} {where} from {promise.bound:.1%} to {eased(promise, share):.1%}"


def sentence_ja(promise: Promise, r: int, share: float, queue: str) -> str:
    """Return what to relax, in Japanese."""
    verb = "下げる" if promise.at_least else "上げる"
    where = f"{queue}の{JAPANESE[promise.measure]}の約束({place_ja(promise, r)})"
    return f"{where}を{promise.bound:.1%}から{eased(promise, share):.1%}に{verb}"


def eased(promise: Promise, share: float) -> float:
    """Return the bound of a promise that is easier by a share, in tenths of a point to the side on which it is kept."""
    if promise.at_least:
        return max(0.0, math.floor(1e3 * (promise.bound - share) + 1e-6) / 1e3)
    return min(1.0, math.ceil(1e3 * (promise.bound + share) - 1e-6) / 1e3)


def words(promise: Promise) -> str:
    """Return the measure in words."""
    return "share on time" if promise.measure == "on_time" else promise.measure.replace("_", " ")
