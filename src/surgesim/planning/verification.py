"""Show on fresh luck that a plan keeps every promise."""

from collections.abc import Sequence
from dataclasses import dataclass

from surgesim.planning.problem import Problem
from surgesim.planning.safety import Check, checks
from surgesim.planning.watch import Seen
from surgesim.planning.work import Round, Work
from surgesim.result.tables import Tables

FRESH = 1_000_003
"""Distance of the seeds of verification from the seed of planning."""


@dataclass(frozen=True, eq=False)
class Verification:
    """What a plan showed on fresh luck."""

    seed: int
    tables: Tables
    saw: Seen
    found: Sequence[Check]

    @property
    def missed(self) -> list[Check]:
        """Promises that are not shown to hold."""
        return [check for check in self.found if not check.holds]


def verify(work: Work, done: Round, attempt: int) -> Verification:
    """Simulate a plan with luck that nothing was planned with."""
    seed = work.seed + attempt * FRESH
    tables = work.run(done.capacity, seed, work.effort.verification)
    saw = work.look(tables)
    check = Verification(seed, tables, saw, checks(work.problem, saw))
    held = len(check.found) - len(check.missed)
    cost = f"¥{done.solved.objective:,.0f}, gap {done.solved.gap:.2%}"
    work.say(f"verification {attempt}: {held} of {len(check.found)} promises shown to hold, {cost}")
    return check


def missed_promises(problem: Problem, missed: Sequence[Check], failures: int) -> str:
    """Return what a last failed verification missed, in words."""
    lines = [f"no plan passed the verification in {failures} attempts; the last one misses:"]
    for check in missed:
        promise = problem.promises[check.promise]
        where = promise.periods[check.period].name
        lines.append(f"  {promise.title}, {where}: {check.value:.1%}, at worst {check.bound:.1%}; kept in {check.kept:.0%}")
    return "\n".join(lines)
