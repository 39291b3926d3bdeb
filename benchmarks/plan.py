"""Plans beside interval-wise staffing: one price list, one covering model, one simulation with the same marks.

Every rival asks a formula how many agents each interval needs, interval by interval, and covers that need at least
cost with the same shifts, hires, seats, standby packages and prices. Where no cover exists, agents may be missing at a
price: the lowest one with which the rival holds. Lines and deferred work are given to the rivals as surgesim planned
them. All plans are then simulated with the marks of surgesim's own verification, which its planning never saw.

Rivals that miss a promise, or keep it too well, get two more chances (``--lift``): their need times the one factor with
which it holds at least cost on these very marks, and their need raised period by period where they miss.

``pyworkforce`` (ErlangC, ErlangA where it has one; then MinRequiredResources or MultiSkillStaffing) is asked where it is
installed, with OR-Tools.

A promise with a probability is looked at once more on 1 000 fresh paths of demand: other sample paths of the forecast,
each of them once, with other luck.

    surgesim plan scenarios/kettle-recall.yaml --replications 400 --out out/kettle
    python benchmarks/plan.py --folder out/kettle --lift
    python benchmarks/plan.py --scenario scenarios/tokyo-hotline.yaml --no-rivals
"""

import argparse
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from plan_cover import (
    Case,
    Found,
    by_one_factor,
    by_period,
    covered,
    gaps,
    of_folder,
    of_plan,
    shares,
)
from plan_rivals import rivals

import surgesim as ss
from surgesim.demand.needs import Needs
from surgesim.demand.past import forecast_needs
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.planning.read import read
from surgesim.planning.safety import checks
from surgesim.planning.watch import ample, seen
from surgesim.scenario.demand import History
from surgesim.sim.engine import run

FRESH_SEED, FRESH_PATHS = 424_242, 1_000
"""Luck of the paths on which a promise with a probability is looked at once more."""


@dataclass(frozen=True, eq=False)
class InTurn(Needs):
    """Needs of which each replication sees the next sample path."""

    def path_of(self, seed: int, replication: int) -> int:
        """Return the replication's own path."""
        return 0 if self.paths is None else replication % len(self.paths)


def afresh(scenario: ss.Scenario, model: Model) -> Model:
    """Return the model with sample paths of its forecast that no plan has seen, each to be seen once."""
    histories = [source for source in scenario.demand.values() if isinstance(source, History)]
    if not histories or model.needs.paths is None:
        return model  # every replication has a path of its own
    if len(scenario.demand) > 1 or scenario.incident is not None:
        raise NotImplementedError("fresh paths of a forecast beside other demand")
    mean, drawn = forecast_needs(scenario, histories[0], scenario.calendar(), FRESH_PATHS, seed=FRESH_SEED)
    split = model.needs.mean.sum(axis=1, keepdims=True) / mean.sum()
    told = {item.name: getattr(model.needs, item.name) for item in fields(Needs)} | {"paths": drawn[:, None, :] * split}
    return replace(model, needs=InTurn(**told))


def fresh(case: Case) -> str:
    """Return how often a promise with a probability is kept on paths that neither planning nor verification has seen."""
    found, problem = case.given.capacity, case.problem
    staffed = afresh(case.scenario, case.model).with_capacity(agents=found.agents, paid_s=found.paid_s, lines=found.lines)
    saw = seen(problem, run(staffed, seed=FRESH_SEED, replications=FRESH_PATHS))
    wanted = problem.probability or 0.0
    error = np.sqrt(wanted * (1.0 - wanted) / FRESH_PATHS)
    lines = [f"on {FRESH_PATHS} fresh paths; promised {wanted:.0%} each, standard error {error:.1%}:"]
    for promise in problem.promises:
        for period, surplus in zip(promise.periods, saw.by_period(promise), strict=True):
            kept = float(np.mean(surplus >= 0.0))
            errors = (kept - wanted) / max(error, 1e-9)
            lines.append(f"  {promise.title}, {period.name}: kept on {kept:.1%}, {errors:+.1f} errors")
    return "\n".join(lines)


def head() -> str:
    """Return the heads of the columns."""
    widths = {
        "cost ¥": 14,
        "to surgesim": 12,
        "over bound": 11,
        "gap": 7,
        "not shown": 10,
        "worst": 8,
        "short h": 9,
        "s": 7,
    }
    return " " * 54 + "".join(f"{name:>{width}}" for name, width in widths.items())


def line(case: Case, row: Found) -> str:
    """Return one way to staff."""
    more, over = row.cost / case.given.cost - 1, row.cost / case.given.bound - 1
    return (
        f"{row.name:54}{row.cost:14,.0f}{more:12.1%}{over:11.1%}{row.gap:7.1%}{row.unsure:10d}"
        f"{max(0.0, *row.gaps):8.1%}{row.shortage:9.1f}{row.seconds:7.1f}"
    )


def best(title: str, rows: list[Found], case: Case) -> str:
    """Return the cheapest rival that holds, in words."""
    holding = shares(rows, case.given)
    if not holding:
        return f"{title}: none holds every promise"
    name = min(holding, key=lambda one: holding[one])
    return f"{title}: the cheapest that holds every promise, {name}, costs {holding[name]:.1%} more than surgesim"


def compared(case: Case, only: list[str], lift: list[str] | None) -> None:
    """Print the comparison."""
    capacity = case.given.capacity
    judged = checks(case.problem, case.simulated(capacity.agents, capacity.paid_s, capacity.lines))
    own_gap = 1.0 - case.given.bound / case.given.cost
    own = Found(
        "surgesim",
        case.given.cost,
        judged,
        gaps(case.problem, judged),
        own_gap,
        0.0,
        case.given.seconds,
    )
    asked = {name: rival for name, rival in rivals(case.problem, case.model).items() if _named(name, only)}
    seen_in = f"{case.given.replications} replications, bound ¥{case.given.bound:,.0f}"
    print(f"{case.scenario.name}: {len(judged)} promises and periods, {seen_in}")
    print(head(), line(case, own), sep="\n", flush=True)
    first: dict[str, Found] = {}
    for name, rival in asked.items():
        first[name] = covered(case, name, rival)
        print(line(case, first[name]), flush=True)
    print(best("as they come", list(first.values()), case), flush=True)
    if lift is None:
        return
    for title, lifting in (
        ("raised where they miss", by_period),
        ("with one factor on the need", by_one_factor),
    ):
        rows = []
        for name in (name for name in asked if _named(name, lift)):
            found = lifting(case, name, asked[name], first[name])
            rows += [] if found is None else [found]
            print(
                f"{name} never holds" if found is None else line(case, found),
                flush=True,
            )
        print(best(title, rows, case), flush=True)


def _named(name: str, words: list[str]) -> bool:
    return not words or any(word in name for word in words)


def main() -> None:
    """Print the comparison, and what fresh paths say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="scenarios/kettle-recall.yaml")
    parser.add_argument(
        "--folder",
        type=Path,
        help="a run folder of surgesim plan, instead of planning anew",
    )
    parser.add_argument("--replications", type=int, default=400)
    parser.add_argument("--time-limit", type=float, default=300.0)
    parser.add_argument("--seconds", type=float, default=30.0, help="limit of each cover")
    parser.add_argument("--lift", nargs="*", metavar="RIVAL", help="give rivals that miss, or keep too well, two more chances: "
                        "all of them, or those with one of these words in their name")  # fmt: skip
    parser.add_argument(
        "--only",
        nargs="*",
        metavar="RIVAL",
        default=[],
        help="rivals with one of these words in their name",
    )
    parser.add_argument("--no-rivals", action="store_true", help="look at fresh paths only")
    asked = parser.parse_args()
    scenario = ss.load(asked.scenario if asked.folder is None else asked.folder / "scenario.yaml")
    model = build(scenario)
    problem = read(scenario, model)
    if asked.folder is None:
        started = time.perf_counter()
        plan = ss.plan(scenario, replications=asked.replications, time_limit=asked.time_limit)
        given = of_plan(plan, time.perf_counter() - started)
    else:
        given = of_folder(asked.folder, problem)
    calls = seen(problem, run(ample(model), seed=1, replications=20)).queues["offered"].mean(axis=0)
    case = Case(scenario, model, problem, given, calls, asked.seconds)
    if not asked.no_rivals:
        compared(case, asked.only, asked.lift)
    if problem.probability is not None:
        print(fresh(case))


if __name__ == "__main__":
    main()
