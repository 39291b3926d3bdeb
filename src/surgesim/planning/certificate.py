"""The certificate: what is promised, what was seen, what is proven, and what binds."""

from collections.abc import Sequence
from typing import Any

from surgesim.base.errors import SolverError
from surgesim.planning.draft import Draft
from surgesim.planning.problem import Problem
from surgesim.planning.program import Program
from surgesim.planning.safety import Check
from surgesim.planning.sensitivity import alternatives

MOST_MARGINALS = 12
BOUND_OF = (
    "the calibrated curves with their safety margins: no combination of sites, hires, lines, seats and shifts that "
    "keeps every promise by these curves costs less (linear relaxation in which every site opens on one day or not at all); "
    "it is no bound on what a plan with other knowledge of the demand could cost"
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


def worth(draft: Draft, seconds: float) -> dict[str, list[str]]:
    """Return marginal values and alternatives in words, in English and Japanese."""
    found = marginals(draft, seconds)
    others = alternatives(draft, seconds)
    return {
        "marginals": [en for en, _ in found],
        "marginals_ja": [ja for _, ja in found],
        "alternatives": [en for en, _ in others],
        "alternatives_ja": [ja for _, ja in others],
    }


def marginals(draft: Draft, seconds: float) -> list[tuple[str, str]]:
    """Return what one more unit of each scarce thing is worth, dearest first, by the relaxation of the last model."""
    try:
        program = Program(draft)
        solved = program.relaxation(seconds)
    except SolverError:
        return [("marginal values are not known: the time limit came first", "時間制限のため限界価値は不明")]
    values = [
        (marginal, sum(program.price(solved, rule) for rule in marginal.rules) * marginal.scale) for marginal in draft.marginals
    ]
    found = sorted((pair for pair in values if pair[1] >= 1.0), key=lambda pair: -pair[1])
    shown = ((marginal, marginal.sentence(yen), yen) for marginal, yen in found[:MOST_MARGINALS])
    return [(en, marginal.japanese(yen) if marginal.japanese else en) for marginal, en, yen in shown]
