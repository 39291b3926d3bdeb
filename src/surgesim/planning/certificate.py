"""The certificate: what is promised, what was seen, what is proven, and what binds."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from surgesim.base.errors import SolverError
from surgesim.planning.break_even import break_evens
from surgesim.planning.draft import Draft
from surgesim.planning.problem import Problem
from surgesim.planning.relaxed import Calls, Relaxed
from surgesim.planning.safety import Check
from surgesim.planning.sensitivity import alternatives

MOST_MARGINALS = 12
NOTABLE = 1e-5
"""Share of the cost below which what one more is worth is not worth a sentence."""
BOUND_OF = (
    "the calibrated curves with their safety margins: no combination of sites, hires, lines, seats and shifts that "
    "keeps every promise by these curves costs less (linear relaxation in which every site opens on one day or not at all); "
    "it is no bound on what a plan with other knowledge of the demand could cost"
)
BOUND_OF_JA = (
    "安全余裕を含む較正曲線についての下界: この曲線ですべての約束を守る拠点・採用・回線・席・シフトの組合せで、"
    "これより安いものはない"
    "(各拠点を1日に開くか開かないかの線形緩和)。需要について別の知識をもつ計画の費用に対する下界ではない"
)


def meaning(problem: Problem) -> str:
    """Return what a promise means when demand is uncertain."""
    if problem.tail is not None:
        return (
            f"each promise holds in each of its periods over the worst {problem.tail:.0%} of the paths of demand together: "
            "the sum of their numerators over the sum of their denominators keeps the target (conditional value at risk)"
        )
    if problem.probability is None:
        return (
            "each promise is about the expectation over all paths of demand: the sum of the numerators over the sum "
            "of the denominators of all replications, in each of its periods; busy paths weigh more than quiet ones. The luck of "
            "the demand's volume, whose mean is known, is taken out of values and bounds (control variates)"
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


def meaning_ja(problem: Problem) -> str:
    """Return what a promise means when demand is uncertain, in Japanese."""
    if problem.tail is not None:
        return (
            f"各約束は、期間ごとに、需要の経路のうち最も悪い{problem.tail:.0%}をまとめた比(分子の和を分母の和で割った値)が"
            "目標を守ること(条件付きバリュー・アット・リスク)"
        )
    if problem.probability is None:
        return (
            "各約束は需要の全経路にわたる期待値についてのもの: 期間ごとに、全反復の分子の和を分母の和で割った値。"
            "入電の多い経路ほど重みが大きい。平均が既知の需要量の偶然変動は、値と限界値から取り除いてある(制御変量法)"
        )
    return (
        f"各約束は、需要の経路の{problem.probability:.0%}以上において、期間ごとの比(和の比)が目標を守ること。"
        "全経路をまとめた値は、入電の最も多い少数の経路の重みが大きいため、目標を下回ることがある"
    )


def worth(draft: Draft, seconds: float) -> dict[str, Any]:
    """Return marginal values, alternatives and break-even values in words, in English and Japanese, and the last ones as numbers.

    Parameters
    ----------
    draft : Draft
        The last model of a plan, solved.
    seconds : float
        Wall-clock limit of each relaxation.
    """
    try:
        relaxed = Relaxed.of(draft, seconds)
        calls = Calls.of(relaxed)
        found = marginals(relaxed), alternatives(relaxed, calls), break_evens(relaxed, calls)
    except (SolverError, KeyboardInterrupt) as stopped:  # the plan itself is verified, and kept
        why = str(stopped) or "Ctrl-C"
        found = [(f"marginal values are not known: {why}", f"限界価値は不明: {why}")], [], []
    binding, others, edges = found
    return {
        "marginals": [en for en, _ in binding],
        "marginals_ja": [ja for _, ja in binding],
        "alternatives": [en for en, _ in others],
        "alternatives_ja": [ja for _, ja in others],
        "break_even": [edge.en for edge in edges],
        "break_even_ja": [edge.ja for edge in edges],
        "break_even_values": [edge.plain() for edge in edges],
    }


def marginals(relaxed: Relaxed) -> list[tuple[str, str]]:
    """Return what one more unit of each scarce thing costs or saves, dearest first, by the relaxation of the last model.

    Sites stay as the plan opens them: a fraction of an opening would blur what a seat or a point is worth.
    """
    program, open_ = relaxed.program, relaxed.program.of("sites.opens")
    planned = np.array([round(float(column.value or 0.0)) for column in program.columns])
    lower, upper = np.where(open_, planned, program.lower), np.where(open_, planned, program.upper)
    base = relaxed.solved(lower=lower, upper=upper).objective
    found = []
    for marginal in relaxed.draft.marginals:
        if marginal.site in relaxed.closed:
            continue
        yen = (relaxed.one_more(marginal, lower, upper).objective - base) * (1.0 if marginal.scale > 0 else -1.0)
        if np.isinf(yen) and marginal.never[0]:
            found.append((yen, marginal.never))
        elif max(1.0, NOTABLE * base) <= yen < np.inf:
            said = marginal.sentence(yen)
            found.append((yen, (said, marginal.japanese(yen) if marginal.japanese else said)))
    return [said for _, said in sorted(found, key=lambda pair: -pair[0])[:MOST_MARGINALS]]
