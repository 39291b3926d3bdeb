"""Lines and seats planned together beside lines sized apart, on random desks with busy tones and redials.

Apart: lines first, by Erlang B for 1 % busy tones at the load of the busiest interval, as telephone companies advise; then
the staff for those lines. Together: `ss.plan` decides both. Both plans are verified by the same simulation, in which
people who hear a busy tone or give up call again. Prints cost, lines and what together saves.

    python benchmarks/lines.py --desks 10
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

import surgesim as ss
from surgesim.base.errors import InfeasibleError, SolverError, TargetMissedError
from surgesim.base.streams import uniforms
from surgesim.erlang import trunks_for
from surgesim.scenario.scenario import Scenario

LOT, EXISTING, MOST, DAYS = 2, 4, 80, 2


def desk(number: int) -> dict[str, Any]:
    """Return a random desk of two days."""
    draw = uniforms(11, number, np.arange(8), np.zeros(8, dtype=int), 1)
    rate, talk = 30 + 90 * draw[0], 3 + 5 * draw[1]
    return {
        "surgesim": 1,
        "name": f"desk-{number}",
        "clock": {"start": "2027-11-08", "days": DAYS, "interval": "30min"},
        "hours": {"desk": {"every_day": "09:00-17:00"}},
        "reasons": {"question": {"queue": "calls"}},
        "demand": {"usual": {"kind": "rates", "reasons": {"question": "100%"}, "day_noise": f"{5 + 15 * draw[2]:.0f}%",
                             "by_time": {"09:00": f"{rate:.0f}/h", "11:00": f"{1.5 * rate:.0f}/h", "14:00": f"{rate:.0f}/h",
                                         "17:00": "0/h"}}},
        "queues": {"calls": {"hours": "desk",
                             "handling": {"talk": f"lognormal({talk:.1f}min, cv 0.8)", "after": "exponential(1min)"},
                             "patience": f"exponential({1 + 5 * draw[3]:.1f}min)", "answer_within": "20s",
                             "redial": {"probability": f"{30 + 50 * draw[4]:.0f}%", "delay": "exponential(15min)"}}},
        "sites": {"here": {"seats": 60}},
        "shifts": {"early": {"time": "09:00-13:00"}, "late": {"time": "13:00-17:00"},
                   "full": {"time": "09:00-17:00", "break_time": "12:00-13:00"}},
        "groups": {"staff": {"site": "here", "skills": ["calls"], "heads": 5, "shrinkage": "10%"}},
        "trunks": {"main": {"lines": EXISTING, "queues": ["calls"]}},
        "targets": [{"queue": "calls", "measure": "service_level", "at_least": "80%", "per": "horizon"},
                    {"queue": "calls", "measure": "blocking", "at_most": "5%", "per": "horizon"}],
        "levers": {"staff": {"staff": {"shifts": ["early", "late", "full"], "wage": "1_700 JPY/head/h", "on_hand": 60}},
                   "lines": {"main": {"lines": MOST, "lot": LOT, "line_cost": f"{200 + 3000 * draw[5]:.0f} JPY/line/day"}}},
    }  # fmt: skip


def apart(tree: dict[str, Any]) -> tuple[dict[str, Any], float, int]:
    """Return the desk with lines sized beforehand, what they cost, and how many there are."""
    rate = float(tree["demand"]["usual"]["by_time"]["11:00"].removesuffix("/h"))
    minutes = float(tree["queues"]["calls"]["handling"]["talk"].removeprefix("lognormal(").partition("min")[0])
    lines = int(trunks_for(load=rate * minutes / 60.0, blocking=0.01))
    lines = EXISTING + LOT * -(-max(0, lines - EXISTING) // LOT)
    price = float(tree["levers"]["lines"]["main"]["line_cost"].partition(" ")[0])
    levers = {"staff": tree["levers"]["staff"]}
    trunks = {"main": {"lines": lines, "queues": ["calls"]}}
    return {**tree, "trunks": trunks, "levers": levers}, price * DAYS * (lines - EXISTING), lines


def cost(tree: dict[str, Any], replications: int) -> tuple[float, int]:
    """Return cost and lines of a verified plan; infinite where there is none."""
    try:
        plan = ss.plan(Scenario.build(tree, Path()), replications=replications)
    except (InfeasibleError, TargetMissedError, SolverError):
        return float("inf"), 0
    return plan.cost, int(plan.lines["lines"].max())  # type: ignore[arg-type]


def main() -> None:
    """Print one line for each desk."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--desks", type=int, default=10)
    parser.add_argument("--replications", type=int, default=100)
    given = parser.parse_args()
    print(f"{'desk':>5}{'together ¥':>12}{'lines':>7}{'apart ¥':>12}{'lines':>7}{'saves':>8}")
    wins = 0
    for number in range(given.desks):
        tree = desk(number)
        together, lines = cost(tree, given.replications)
        fixed, price, sized = apart(tree)
        alone = cost(fixed, given.replications)[0] + price
        wins += together <= alone
        saves = 1.0 - together / alone if np.isfinite(alone) else float("nan")
        print(f"{number:5d}{together:12,.0f}{lines:7d}{alone:12,.0f}{sized:7d}{saves:8.1%}", flush=True)
    print(f"together is cheaper or equal on {wins} of {given.desks} desks")


if __name__ == "__main__":
    main()
