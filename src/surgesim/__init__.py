"""surgesim: plan the capacity of a contact centre for a surge.

    import surgesim as ss

    scenario = ss.load("scenarios/kettle-recall.yaml")
    result = ss.run(scenario, engine="sim", replications=20, seed=1)
    result.measures(by=["day", "queue"])
    plan = ss.plan(scenario)

Nouns: Scenario, Result, Study, Plan, Forecast. Verbs: load, run, plan, compare, forecast. The queueing formulas are in
``surgesim.erlang``, the errors in ``surgesim.base.errors``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from surgesim.base.attached import supply

if TYPE_CHECKING:
    from surgesim.base.errors import SurgesimError
    from surgesim.demand.caselibrary import case_library
    from surgesim.demand.forecast import Forecast, forecast
    from surgesim.engines import run
    from surgesim.planning.frontier import budget_frontier
    from surgesim.planning.plan import Plan
    from surgesim.planning.planner import plan
    from surgesim.result.compare import compare
    from surgesim.result.result import Result
    from surgesim.scenario.read import load
    from surgesim.scenario.scenario import Scenario
    from surgesim.study.study import Study

__version__ = "0.1.0"

# Loaded on first use, so that `import surgesim` stays quick.
_FACE = {
    "Forecast": "surgesim.demand.forecast",
    "Plan": "surgesim.planning.plan",
    "Result": "surgesim.result.result",
    "Scenario": "surgesim.scenario.scenario",
    "Study": "surgesim.study.study",
    "SurgesimError": "surgesim.base.errors",
    "budget_frontier": "surgesim.planning.frontier",
    "case_library": "surgesim.demand.caselibrary",
    "compare": "surgesim.result.compare",
    "forecast": "surgesim.demand.forecast",
    "load": "surgesim.scenario.read",
    "plan": "surgesim.planning.planner",
    "run": "surgesim.engines",
}

# What the report draws of objects of lower floors, imported when it is first asked for.
supply({
    "Answers.plot": "surgesim.report.study_pictures:of_answers",
    "BudgetFrontier.plot": "surgesim.report.comparison_pictures:of_budgets",
    "Comparison.plot": "surgesim.report.comparison_pictures:of_comparison",
    "Forecast.plot": "surgesim.report.pictures:of_forecast",
    "Plan.explain": "surgesim.report.explain:of_plan",
    "Plan.plot": "surgesim.report.pictures:of_plan",
    "Result.explain": "surgesim.report.explain:of_result",
    "Result.plot": "surgesim.report.pictures:of_result",
    "Sensitivity.plot": "surgesim.report.study_pictures:of_sensitivity",
})  # fmt: skip

__all__ = [
    "Forecast", "Plan", "Result", "Scenario", "Study", "SurgesimError", "budget_frontier", "case_library", "compare", "forecast",
    "load", "plan", "run",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"module 'surgesim' has no attribute {name!r}")
    value = getattr(import_module(_FACE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
