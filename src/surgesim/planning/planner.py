"""Plan the cheapest capacity that holds: optimise, simulate, calibrate, verify."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from surgesim.base.errors import TargetMissedError
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.planning import certificate, frames
from surgesim.planning.burden import burdened, failed
from surgesim.planning.plan import Plan
from surgesim.planning.problem import Problem
from surgesim.planning.read import read
from surgesim.planning.rounds import Effort, Round, Work, calibrate, observe, optimise, repair
from surgesim.planning.safety import Check, checks, tightened
from surgesim.planning.watch import Simulate, seen
from surgesim.result.result import Result
from surgesim.result.tables import Tables
from surgesim.scenario.scenario import Scenario

FRESH = 1_000_003
"""Distance of the seeds of verification from the seed of planning."""


def plan(
    scenario: Scenario,
    replications: int = 200,
    seed: int = 1,
    time_limit: float = 300.0,
    progress: Callable[[str], None] | None = None,
    probability: float | None = None,
    gap: float = 0.005,
    simulate: Simulate | None = None,
) -> Plan:
    """Return the cheapest plan that a simulation with fresh luck verifies.

    Parameters
    ----------
    scenario : Scenario
        What is asked; its levers say what can be decided, its targets what is promised.
    replications : int
        Replications of each verification.
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
    model = build(scenario)
    problem = read(scenario, model, probability)
    # promises with a probability live in the tail of demand: planning needs to see it as well as the verification
    often = replications if problem.probability is not None else max(40, replications // 2)
    effort = Effort(replications=often, verification=replications, time_limit=time_limit, gap=gap)
    work = Work(problem, model, simulate or _simulate, seed, effort, progress or _silent)
    calibrate(work)
    done = observe(work, optimise(work, 0.5, gap))
    # the whole numbers differ from the relaxation: what they taught is worth a second look
    done = observe(work, optimise(work, 0.5, gap, near=done.decision))
    return _verified(work, scenario, done, done.solved.bound)


def _silent(sentence: str) -> None:
    """Say nothing."""


def _simulate(model: Model, seed: int, replications: int) -> Tables:
    from surgesim.sim.engine import run

    return run(model, seed=seed, replications=replications)


def _verified(work: Work, scenario: Scenario, done: Round, bound: float) -> Plan:
    """Verify on fresh luck; tighten, change the plan and verify again until every promise is shown to hold."""
    failures = 0
    for attempt in range(1, work.effort.most_checks + 1):
        seed = work.seed + attempt * FRESH
        tables = work.run(done.capacity, seed, work.effort.verification)
        saw = seen(work.problem, tables)
        found = checks(work.problem, saw)
        missed = [check for check in found if not check.holds]
        work.say(f"verification {attempt}: {len(found) - len(missed)} of {len(found)} promises shown to hold")
        if not missed:
            return _plan(work, scenario, done, bound, found, tables, seed, failures)
        failures += 1
        if attempt < work.effort.most_checks:
            work.lift = tightened(work.problem, work.lift, saw, found)
            work.beliefs = burdened(work.beliefs, work.problem, failed(work.problem, found))
            done = repair(work, done)
    raise TargetMissedError(_missed(work.problem, missed, failures))


def _missed(problem: Problem, missed: Sequence[Check], failures: int) -> str:
    lines = [f"no plan passed the verification in {failures} attempts; the last one misses:"]
    for check in missed:
        promise = problem.promises[check.promise]
        where = promise.periods[check.period].name
        lines.append(f"  {promise.title}, {where}: {check.value:.1%}, at worst {check.bound:.1%}; kept in {check.kept:.0%}")
    return "\n".join(lines)


def _plan(
    work: Work,
    scenario: Scenario,
    done: Round,
    bound: float,
    found: Sequence[Check],
    tables: Tables,
    seed: int,
    failures: int,
) -> Plan:
    problem = work.problem
    items, cost = frames.bill(done.draft)
    gap = max(0.0, cost - bound) / cost if cost else 0.0
    status = "optimal" if gap <= work.effort.gap else "feasible"
    decided_frames = {
        "shifts": frames.shifts(problem, done.decision),
        "hires": frames.hires(problem, done.decision),
        "seats": frames.seats(problem, done.decision),
        "lines": frames.lines(problem, done.decision),
        "standby": frames.standby(problem, done.decision),
    }
    proof = _certificate(work, done, bound, gap, status, cost, found, seed, failures)
    meta = {"solver": "HiGHS", "status": status, "bound_jpy": bound, "gap": gap, "cost_jpy": cost}
    return Plan(
        scenario=scenario,
        table=frames.table(problem, scenario, work.model.clock, done.capacity),
        cost_items=items,
        cost=cost,
        bound=bound,
        gap=gap,
        status=status,
        certificate=proof,
        result=Result(scenario, "sim", seed, work.effort.verification, tables, meta=meta),
        capacity=done.capacity,
        **decided_frames,
    )


def _certificate(
    work: Work,
    done: Round,
    bound: float,
    gap: float,
    status: str,
    cost: float,
    found: Sequence[Check],
    seed: int,
    failures: int,
) -> Mapping[str, Any]:
    problem, law = work.problem, work.problem.law
    notes, notes_ja = [certificate.meaning(problem)], [certificate.meaning_ja(problem)]
    if law is not None:
        notes.append(f"labour law: profile {law.name}, as of {law.as_of}; not legal advice")
        notes_ja.append(f"労働法: プロファイル{law.name}({law.as_of}時点)。法的助言ではない")
    return {
        "kept": True,
        "status": status,
        "cost_jpy": cost,
        "bound_jpy": bound,
        "bound": bound,
        "gap": gap,
        "bound_of": certificate.BOUND_OF,
        "confidence": problem.confidence,
        "probability": problem.probability,
        "replications": work.effort.verification,
        "seed": work.seed,
        "verification_seed": seed,
        "failed_verifications": failures,
        "rounds": [dict(entry) for entry in work.log],
        "promises": certificate.shown(problem, found),
        **certificate.worth(done.draft, max(5.0, work.left())),
        "notes": notes,
        "notes_ja": notes_ja,
    }
