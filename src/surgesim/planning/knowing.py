"""What it is worth to plan for all futures, and to know which one comes: two stages beside a plan, in words and numbers."""

from typing import Any

import numpy as np

from surgesim.base.errors import SolverError
from surgesim.model.model import Model
from surgesim.planning.problem import Problem
from surgesim.planning.reserve import Option, path_costs
from surgesim.planning.reserving import reserving_of

PATHS = 200
DEAR = 2.0
"""Price of a head short for a day, in prices of the dearest head that can be had for a day."""


def dear_jpy(options: tuple[Option, ...], days: int) -> float:
    """Return a price of one head short for one day: twice that of the dearest head-day, its fee spread over its days."""
    return DEAR * max(one.day_jpy + one.fee_jpy / one.heads / max(1, days - one.lead_days) for one in options)


def knowing(model: Model, problem: Problem, seed: int, paths: int = PATHS) -> dict[str, Any]:
    """Return what two stages say beside a plan, ready for its certificate; nothing where nothing can be reserved.

    Parameters
    ----------
    model, problem : Model, Problem
        What was planned.
    seed, paths : int
        Luck of the paths of demand, and how many of them.

    Returns
    -------
    dict
        ``knowing`` and ``knowing_ja``: sentences; ``two_stage``: the numbers behind them, in yen.
    """
    try:
        asked = reserving_of(model, problem, paths, seed)
        if not asked.options:
            return {"knowing": [], "knowing_ja": [], "two_stage": None}
        short = dear_jpy(asked.options, problem.days)
        found = asked.solve(short)
    except (SolverError, KeyboardInterrupt) as trouble:  # the plan itself is verified: say what is missing, and keep it
        why = str(trouble) or "Ctrl-C"
        unknown = f"what knowing more is worth is not known: {why}", f"情報の価値は不明: {why}"
        return {"knowing": [unknown[0]], "knowing_ja": [unknown[1]], "two_stage": None}
    costs = path_costs(asked.options, asked.need, found.units, short)
    error = float(costs.std(ddof=1) / np.sqrt(paths))
    units = {option.name: float(n) for option, n in zip(asked.options, found.units, strict=True)}
    numbers = {
        "paths": paths, "short_jpy": short, "units": units, "mean_jpy": found.mean_jpy, "error_jpy": error,
        "value_of_stochastic_solution_jpy": found.stochastic_jpy, "value_of_perfect_information_jpy": found.information_jpy,
    }  # fmt: skip
    return {"knowing": _english(numbers), "knowing_ja": _japanese(numbers), "two_stage": numbers}


def _nothing(found: dict[str, Any]) -> bool:
    """Whether what is there covers every path, so that there is nothing to keep ready and nothing to know."""
    keys = ("mean_jpy", "value_of_stochastic_solution_jpy", "value_of_perfect_information_jpy")
    return all(found[key] < 0.5 for key in keys)


def _english(found: dict[str, Any]) -> list[str]:
    if _nothing(found):
        return [f"what is there covers each of {found['paths']} paths of demand: nothing has to be kept ready"]
    over = f"over {found['paths']} paths of demand, a head short for a day at ¥{found['short_jpy']:,.0f}"
    mean = f"what is kept ready and used costs ¥{found['mean_jpy']:,.0f} on average (standard error ¥{found['error_jpy']:,.0f})"
    return [
        f"in two stages {over}, {mean}",
        f"getting ready for the mean path alone would cost ¥{found['value_of_stochastic_solution_jpy']:,.0f} more on average "
        "(value of the stochastic solution)",
        f"knowing beforehand which path comes would save ¥{found['value_of_perfect_information_jpy']:,.0f} on average "
        "(expected value of perfect information)",
    ]


def _japanese(found: dict[str, Any]) -> list[str]:
    if _nothing(found):
        return [f"需要の経路{found['paths']}本のすべてを現有の体制で賄えるため、追加の備えは要らない"]
    return [
        f"二段階の計画(需要の経路{found['paths']}本、1人1日の不足を¥{found['short_jpy']:,.0f}とする): "
        f"確保と利用の費用は平均¥{found['mean_jpy']:,.0f}(標準誤差¥{found['error_jpy']:,.0f})",
        f"平均の経路だけに備えると平均で¥{found['value_of_stochastic_solution_jpy']:,.0f}多くかかる(確率的解の価値)",
        f"どの経路になるかを事前に知れば平均で¥{found['value_of_perfect_information_jpy']:,.0f}安くなる(完全情報の期待価値)",
    ]
