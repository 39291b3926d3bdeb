"""Service for a given budget: how near to the promises it comes, and the cheapest verified plan that comes so near."""

import math
from dataclasses import dataclass, replace

from surgesim.base.errors import InfeasibleError, TargetMissedError
from surgesim.planning.constraints.service import shortage
from surgesim.planning.plan import Plan
from surgesim.planning.problem import MeasureChoice
from surgesim.planning.rounds import calibrate, relax
from surgesim.planning.switches import Finish, Ready, choices, options
from surgesim.scenario.scenario import Scenario

NEAR = 0.002
"""Shortage that is left by a calibrated relaxation when the bounds of the promises are thought affordable."""
STEP = 0.005
"""Share by which promises are lowered when whole numbers, or fresh luck, cannot keep what the relaxation does."""
MOST_ROUNDS, MOST_STEPS = 3, 6
DEAR = 100.0
"""Price of all of a promise, in budgets."""


@dataclass(frozen=True, eq=False)
class Level:
    """How near to the promises a budget comes.

    Attributes
    ----------
    scenario : Scenario
        The question with its measures taken.
    taken : tuple of MeasureChoice
        Measures taken.
    short : float
        By how much every promise may have to fall short, share.
    """

    scenario: Scenario
    taken: tuple[MeasureChoice, ...]
    short: float


def lowered(scenario: Scenario, short: float) -> Scenario:
    """Return the scenario with promises that are easier by a share, to a tenth of a point; its plan seeks least cost."""
    changes: dict[str, object] = {"levers.aim": "cost"}
    for number, target in enumerate(scenario.targets):
        if target.measure == "occupancy" or short <= 0.0:
            continue
        if target.at_least is not None:
            changes[f"targets.{number}.at_least"] = f"{max(0.0, math.floor(1e3 * (target.bound - short) + 1e-6) / 10.0):.1f}%"
        else:
            changes[f"targets.{number}.at_most"] = f"{min(100.0, math.ceil(1e3 * (target.bound + short) - 1e-6) / 10.0):.1f}%"
    varied = scenario.but("affordable", changes)
    return type(scenario).build({**varied.tree(), "name": scenario.name}, scenario.folder)


def best_service(scenario: Scenario, ready: Ready, finish: Finish) -> Plan:
    """Return the verified plan within the budget that comes nearest to the promises.

    Parameters
    ----------
    scenario : Scenario
        What is asked, with a budget.
    ready, finish : callable
        How a planning run begins and ends.

    Raises
    ------
    InfeasibleError, TargetMissedError
        No plan within the budget was found.
    """
    levels: list[Level] = []
    trouble: Exception | None = None
    for option in options(scenario):
        taken = choices(scenario, option)
        try:
            levels.append(Level(option.scenario, taken, _level(option.scenario, taken, ready)))
        except InfeasibleError as refused:  # by a cap on occupancy, or by the price of the measures alone
            trouble = trouble or refused
    if not levels:
        assert trouble is not None
        raise trouble
    best = min(levels, key=lambda level: level.short)
    short = best.short
    for _ in range(MOST_STEPS):
        asked = lowered(best.scenario, short)
        work = ready(asked, best.taken)
        work.say(f"planning for promises {100.0 * short:.1f} points below their bounds")
        try:
            return _told(finish(work, asked, calibrate(work)), best, short)
        except (InfeasibleError, TargetMissedError) as refused:
            trouble, short = refused, short + STEP
    assert trouble is not None
    raise trouble


def _level(scenario: Scenario, taken: tuple[MeasureChoice, ...], ready: Ready) -> float:
    """Return by how much the promises must fall short, by relaxations that are calibrated at that level."""
    assert scenario.levers is not None
    assert scenario.levers.budget is not None
    short = 0.0
    for _ in range(MOST_ROUNDS):
        work = ready(lowered(scenario, short), taken)
        work.problem = replace(work.problem, short_jpy=DEAR * scenario.levers.budget)
        calibrate(work)
        more = shortage(relax(work, sure=True).draft)
        work.say(f"within the budget: {100.0 * (short + more):.1f} points below the promises")
        short += more
        if more < NEAR:
            break
    return short


def _told(plan: Plan, level: Level, short: float) -> Plan:
    """Return the plan with what it says about the budget in its certificate."""
    assert level.scenario.levers is not None
    assert level.scenario.levers.budget is not None
    yen, names = level.scenario.levers.budget, " + ".join(choice.name for choice in level.taken)
    taken, taken_ja = (f"; measures taken: {names}", f"。採用する対策: {names}") if names else ("", "")
    en = (
        f"within ¥{yen:,.0f} the promises are kept {100.0 * short:.1f} points short of their bounds; by the calibrated curves "
        f"no plan within it comes nearer than {100.0 * level.short:.1f} points{taken}"
    )
    ja = (
        f"予算¥{yen:,.0f}では、約束の水準を{100.0 * short:.1f}ポイント下げれば守れる。較正曲線によれば、"
        f"予算内で{100.0 * level.short:.1f}ポイントより近づける計画はない{taken_ja}"
    )
    found = {
        **plan.certificate,
        "budget_jpy": yen, "short": short, "short_bound": level.short, "measures": [choice.name for choice in level.taken],
        "notes": [*plan.certificate["notes"], en], "notes_ja": [*plan.certificate["notes_ja"], ja],
    }  # fmt: skip
    return replace(plan, certificate=found)
