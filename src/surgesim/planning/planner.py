"""Plan the cheapest capacity that holds: optimise, simulate, calibrate, verify."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from surgesim.base.errors import InfeasibleError, SolverError, TargetMissedError
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.planning import certificate, frames
from surgesim.planning.affordable import best_service
from surgesim.planning.burden import burdened, failed
from surgesim.planning.knowing import knowing
from surgesim.planning.plan import Plan
from surgesim.planning.polish import cheaper
from surgesim.planning.problem import MeasureChoice
from surgesim.planning.read import read
from surgesim.planning.remarks import remarks
from surgesim.planning.rounds import calibrate, optimise, rounded
from surgesim.planning.safety import tightened
from surgesim.planning.solve import relative_gap
from surgesim.planning.switches import best_plan
from surgesim.planning.verification import Verification, missed_promises, verify
from surgesim.planning.watch import Simulate
from surgesim.planning.work import Effort, Round, Work
from surgesim.result.result import Result
from surgesim.result.tables import Tables
from surgesim.scenario.scenario import Scenario

MOST_BYTES = 1_000_000_000
"""Most memory for what is born in planning runs."""
LOOKS = 3
"""Greatest number of looks for a plan cheaper than the first verified one."""
LEAST_PATHS = 200
"""Least replications that show a probability: with 100, 78 of them would have to keep what 70 % of all futures shall keep."""


def plan(
    scenario: Scenario,
    replications: int = 200,
    seed: int = 1,
    time_limit: float = 300.0,
    progress: Callable[[str], None] | None = None,
    probability: float | None = None,
    gap: float = 0.003,
    simulate: Simulate | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Plan:
    """Return the cheapest plan that a simulation with fresh luck verifies.

    Parameters
    ----------
    scenario : Scenario
        What is asked; its levers say what can be decided, its targets what is promised.
    replications : int
        Replications of each verification; at least :data:`LEAST_PATHS` where promises hold with a probability.
    seed : int
        Luck of the planning runs; verifications take fresh luck.
    time_limit : float
        Wall-clock limit, seconds.
    progress : callable, optional
        Is told in one sentence what happens.
    probability : float, optional
        Probability, over the paths of demand, with which each promise must hold in each period. Left out, the
        levers' own; where that is left out too, the promises are about the expectation over all paths.
    gap : float
        Relative gap to the proven bound that is good enough.
    simulate : callable, optional
        Simulator; the compiled one where left out.
    clock : callable
        Seconds, for the time limit.

    Raises
    ------
    ScenarioError
        Nothing can be decided, or nothing is promised.
    InfeasibleError
        No plan exists; the message says what to relax, and what that costs.
    TargetMissedError
        No plan passed the verification.
    SolverError
        The time limit came before a verified plan.
    """
    ends = clock() + time_limit

    def ready(asked: Scenario, taken: tuple[MeasureChoice, ...] = ()) -> Work:
        model = build(asked)
        problem = replace(read(asked, model, probability), measures=taken)
        # promises with a probability live in the tail of demand: planning needs to see it as well as the verification
        rare = problem.probability is not None or problem.tail is not None
        checked = replications if problem.probability is None else max(replications, LEAST_PATHS)
        often = checked if rare else max(40, checked // 2)
        few = often if rare else 40
        effort = Effort(few=few, replications=often, verification=checked, time_limit=ends - clock(), gap=gap)
        return Work(problem, model, simulate or _simulator(seed), seed, effort, progress or _silent, clock)

    if scenario.levers is not None and scenario.levers.aim == "service":
        return best_service(scenario, ready, _finished)
    if scenario.levers is not None and scenario.levers.measures:
        return best_plan(scenario, ready, _finished)
    work = ready(scenario)
    return _finished(work, scenario, calibrate(work))


def _finished(work: Work, scenario: Scenario, done: Round) -> Plan:
    return _verified(work, scenario, rounded(work, done))


def _silent(sentence: str) -> None:
    """Say nothing."""


def _simulator(planned: int) -> Simulate:
    """Return a simulator that keeps what is born in planning runs: they ask one demand with many staffings."""
    from surgesim.sim.engine import run
    from surgesim.sim.kept_births import KeptBirths

    kept = KeptBirths(MOST_BYTES)

    def simulate(model: Model, seed: int, replications: int) -> Tables:
        return run(model, seed=seed, replications=replications, births=kept if seed == planned else None)

    return simulate


def _verified(work: Work, scenario: Scenario, done: Round) -> Plan:
    """Verify on fresh luck; change the plan and verify again until every promise is shown to hold and the gap is small.

    Once a plan is verified, time, Ctrl-C and numerical trouble end the search for a cheaper one, and the best verified
    plan is returned; before, there is no plan to return.
    """
    best, failures, looks, extra = None, 0, 0, tuple(np.zeros(len(promise.periods)) for promise in work.problem.promises)
    try:
        for attempt in range(1, work.effort.most_checks + 1):
            work.in_time()
            check = verify(work, done, attempt)
            if check.missed:
                failures += 1
                work.lift = tightened(work.problem, work.lift, check.saw, check.found)
                extra = tightened(work.problem, extra, check.saw, check.found)
                work.beliefs = burdened(work.beliefs, work.problem, failed(work.problem, check.found))
            elif best is None or done.solved.objective < best[0].solved.objective:
                best = done, check
            if best is None:
                done = optimise(work, done.decision, hold=True)
            elif looks == LOOKS or (looks and not check.missed):
                break
            else:
                looks += 1
                done = cheaper(work, best[0], extra, done if check.missed else None)
                if done is best[0]:
                    break
    except (SolverError, InfeasibleError, KeyboardInterrupt) as stopped:
        if best is None:
            raise
        work.say(f"stopped ({stopped or 'Ctrl-C'}); the best verified plan is kept")
        return _plan(work, scenario, *best, failures, stopped=str(stopped) or "Ctrl-C")
    if best is None:
        raise TargetMissedError(missed_promises(work.problem, check.missed, failures))
    return _plan(work, scenario, *best, failures)


def _plan(work: Work, scenario: Scenario, done: Round, check: Verification, failures: int, stopped: str = "") -> Plan:
    problem, bound = work.problem, done.solved.bound
    items, cost = frames.bill(done.draft)
    gap = relative_gap(cost, bound)
    status = "optimal" if gap <= work.effort.gap else "feasible"
    decided_frames = {
        "shifts": frames.shifts(problem, done.decision),
        "hires": frames.hires(problem, done.decision),
        "seats": frames.seats(problem, done.decision),
        "lines": frames.lines(problem, done.decision),
        "standby": frames.standby(problem, done.decision),
    }
    numbers = {"status": status, "cost_jpy": cost, "bound_jpy": bound, "bound": bound, "gap": gap}
    proof = _certificate(work, done, check, numbers, failures, stopped)
    meta = {"solver": "HiGHS", "status": status, "bound_jpy": bound, "gap": gap, "cost_jpy": cost,
            "luck_taken_out": check.saw.controls is not None, **work.luck}  # fmt: skip
    return Plan(
        scenario=scenario,
        table=frames.table(problem, scenario, work.model.clock, done.capacity),
        cost_items=items,
        cost=cost,
        bound=bound,
        gap=gap,
        status=status,
        certificate=proof,
        result=Result(scenario, "sim", check.seed, work.effort.verification, check.tables, meta=meta),
        capacity=done.capacity,
        **decided_frames,
    )


def _certificate(
    work: Work, done: Round, check: Verification, numbers: Mapping[str, Any], failures: int, stopped: str
) -> Mapping[str, Any]:
    problem, law = work.problem, work.problem.law
    notes, notes_ja = [certificate.meaning(problem)], [certificate.meaning_ja(problem)]
    if law is not None:
        notes.append(f"labour law: profile {law.name}, as of {law.as_of}; not legal advice")
        notes_ja.append(f"労働法: プロファイル{law.name}({law.as_of}時点)。法的助言ではない")
    for en, ja in remarks(problem):
        notes.append(en)
        notes_ja.append(ja)
    if stopped:
        notes.append(f"the search for a cheaper plan was stopped early: {stopped}")
        notes_ja.append(f"より安い計画の探索は途中で打ち切られた: {stopped}")
    return {
        "kept": True,
        **numbers,
        "bound_of": certificate.BOUND_OF,
        "bound_of_ja": certificate.BOUND_OF_JA,
        "confidence": problem.confidence,
        "probability": problem.probability,
        "tail": problem.tail,
        "replications": work.effort.verification,
        "seed": work.seed,
        "verification_seed": check.seed,
        "failed_verifications": failures,
        "rounds": [dict(entry) for entry in work.log],
        "promises": certificate.shown(problem, check.found),
        **certificate.worth(done.draft, 1.0 if stopped else max(5.0, work.left())),
        **knowing(work.model, problem, work.seed),
        "notes": notes,
        "notes_ja": notes_ja,
    }
