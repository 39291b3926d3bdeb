"""Check plans of whole scenarios by their tables alone, as the tests check small ones.

Each scenario is planned; lead times, the law, hours, rest, seats, lines, packages and every line of the bill are then made out
anew from the scenario and the plan's tables (``tests/planning/plan_checker.py``, which knows nothing of the planner).

    python benchmarks/check_plans.py scenarios/kettle-recall.yaml scenarios/data-leak.yaml
"""

import argparse
import sys
import time
from pathlib import Path

import surgesim as ss

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "planning"))
from plan_checker import wrong


def main() -> int:
    """Plan and check scenarios; return 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="+", type=Path)
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--time-limit", type=float, default=300.0)
    asked = parser.parse_args()
    bad = 0
    for path in asked.scenarios:
        started = time.perf_counter()
        plan = ss.plan(ss.load(path), replications=asked.replications, time_limit=asked.time_limit)
        found = wrong(plan, plan.scenario)
        bad += len(found)
        shifts, hires = plan.shifts["heads"].sum(), plan.hires["heads"].sum()
        size = f"{shifts:,} shifts, {hires} hires, {len(plan.cost_items)} lines of the bill"
        verdict = f"{len(found)} wrong" if found else "nothing wrong"
        seconds = time.perf_counter() - started
        print(f"{path.stem}: ¥{plan.cost:,.0f}, gap {plan.gap:.2%}, {size}, {seconds:.0f} s: {verdict}", flush=True)
        for what in found:
            print(f"  {what}")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
