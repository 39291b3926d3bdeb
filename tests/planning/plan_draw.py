"""Small desks with every lever, drawn by hypothesis as scenarios; what is believed about service is written by hand."""

import math
import re
from types import SimpleNamespace

import numpy as np
from hypothesis import strategies as st

from surgesim.model.build import build
from surgesim.planning import frames
from surgesim.planning.decision import capacity, decided
from surgesim.planning.draft import Draft
from surgesim.planning.read import read
from surgesim.planning.solve import solve
from surgesim.planning.surrogate import Curve, LineLoss, Surrogate
from surgesim.scenario.scenario import Scenario

DAYS, CALLS = 8, 100.0

values = st.fixed_dictionaries({
    "on_hand": st.integers(4, 9), "rest": st.sampled_from(["0h", "11h"]), "special": st.booleans(),
    "this_month": st.sampled_from(["0h", "40h", "59h"]), "per_week": st.sampled_from(["2h", "6h"]),
    "days_per_week": st.integers(3, 6), "part_hours": st.sampled_from(["14h", "20h", "30h"]), "part": st.integers(2, 8),
    "hires": st.integers(0, 9), "lead": st.sampled_from(["0d", "1d", "36h"]), "training": st.sampled_from(["0d", "1d", "2d"]),
    "drop": st.sampled_from(["0%", "20%"]), "term": st.sampled_from(["0d", "5d", "14d"]), "exempt": st.booleans(),
    "lent": st.integers(0, 4), "lender": st.sampled_from(["0", "4_000", "30_000"]), "out_lead": st.integers(0, 3),
    "opening": st.sampled_from(["0", "150_000"]), "lots": st.integers(1, 2), "packages": st.integers(1, 2),
    "seats": st.integers(6, 14), "needed": st.floats(1.5, 4.0), "supervisor": st.sampled_from([None, 5, 12]),
})  # fmt: skip


def tree(drawn):
    """Return the scenario of drawn values: staff of five kinds, two sites, lines, a package, supervisors, calls and mail."""
    d = drawn
    regular = {
        "shifts": ["morning", "day", "evening", "night"], "wage": "1_800 JPY/head/h", "on_hand": d["on_hand"], "rest": d["rest"],
        "days_per_week": d["days_per_week"],
        "overtime": {"per_day": "2h", "per_week": d["per_week"], "step": "2h", "special_clause": d["special"],
                     "this_month": d["this_month"], **({"months_before": ["50h", "20h"]} if d["special"] else {})},
    }  # fmt: skip
    temp = {
        "shifts": ["morning", "evening"], "wage": "2_100 JPY/head/h", "hires": d["hires"], "hiring_cost": "9_000 JPY/head",
        "lead_time": d["lead"], "training": d["training"], "drop_out": d["drop"], "minimum_term": d["term"], "dispatch": True,
        **({"dispatch_exemption": "students"} if d["exempt"] else {}),
    }  # fmt: skip
    out = {"shifts": ["day", "evening"], "wage": "2_900 JPY/head/h", "hires": 12, "minimum_term": "3d",
           "lead_time": f"{d['out_lead']}d"}  # fmt: skip
    levers = {
        "staff": {
            "regular": regular,
            "part": {"shifts": ["morning"], "wage": "1_500 JPY/head/h", "on_hand": d["part"], "hours_per_week": d["part_hours"]},
            "temp": temp,
            "lent": {"shifts": ["day"], "wage": "1_900 JPY/head/h", "on_hand": d["lent"], "hires": 1,
                     "lender_cost": f"{d['lender']} JPY/head/day"},
            "out": out,
        },
        "sites": {
            "tokyo": {"seats": d["seats"] + 4, "seat_cost": "1_000 JPY/seat/day", "lead_time": "1d"},
            "osaka": {"seats": 12, "opening_cost": f"{d['opening']} JPY", "day_cost": "10_000 JPY/day", "lead_time": "1d",
                      "seat_cost": "700 JPY/seat/day",
                      "equipment": {"lot": 5, "lots": d["lots"], "cost": "60_000 JPY", "lead_time": "2d"}},
        },
        "lines": {"main": {"lines": 60, "lot": 10, "line_cost": "100 JPY/line/day", "lead_time": "1d"}},
        "standby": {"ready": {"group": "temp", "heads": 3, "packages": d["packages"], "fee": "20_000 JPY",
                              "activation": "5_000 JPY", "lead_time": "1d", "minimum_term": "4d"}},
        **({"supervisors": {"heads": d["supervisor"], "wage": "18_000 JPY/head/day"}} if d["supervisor"] else {}),
    }  # fmt: skip
    return {
        "surgesim": 1, "name": "drawn", "clock": {"start": "2027-11-25", "days": DAYS, "interval": "3h"},
        "hours": {"desk": {"every_day": "06:00-24:00"}},
        "reasons": {"question": {"queue": "calls"}, "letter": {"queue": "mail"}},
        "demand": {"usual": {"kind": "rates", "reasons": {"question": "90%", "letter": "10%"}, "rate": "40/h"}},
        "queues": {
            "calls": {"hours": "desk", "handling": {"talk": "exponential(5min)"}, "patience": "exponential(3min)"},
            "mail": {"hours": "desk", "handling": {"talk": "exponential(5min)"}, "deadline": "8h"},
        },
        "sites": {"tokyo": {"seats": d["seats"]}, "osaka": {"seats": 0}},
        "shifts": {
            "morning": {"time": "06:00-12:00"}, "day": {"time": "09:00-18:00", "break_time": "12:00-13:00"},
            "evening": {"time": "16:00-24:00", "break_time": "20:00-21:00"},
            "night": {"time": "22:00-07:00", "break_time": "02:00-03:00"},
        },
        "groups": {
            "regular": {"site": "tokyo", "skills": ["calls", "mail"], "shrinkage": "10%"},
            "part": {"site": "tokyo", "skills": ["calls"]},
            "temp": {"site": "tokyo", "skills": ["calls"], "source": "temporary", "handling_factor": "1.2x"},
            "lent": {"site": "tokyo", "skills": ["calls"], "source": "borrowed"},
            "out": {"site": "osaka", "skills": ["calls"], "source": "outsourced"},
        },
        "trunks": {"main": {"lines": 30, "queues": ["calls"]}},
        "targets": [
            {"queue": "calls", "measure": "service_level", "at_least": "80%", "per": "day"},
            {"queue": "calls", "measure": "answer_rate", "at_least": "60%", "per": "week"},
            {"queue": "mail", "measure": "on_time", "at_least": "90%"},
            {"queue": "mail", "measure": "occupancy", "at_most": "90%"},
        ],
        "levers": levers,
    }  # fmt: skip


def asked(written, folder, law=True):
    """Return scenario and problem of a tree; elsewhere than in Japan where no law is wanted."""
    if not law:
        written = {**written, "clock": {**written["clock"], "time_zone": "Asia/Seoul"}}
    scenario = Scenario.build(written, folder)
    return scenario, read(scenario, build(scenario))


def believed(problem, needed, **other):
    """Return by hand what is believed: calls need so many agents, more at noon; mail comes all day; some lines are busy."""
    curves, constant, offered, losses = {}, {}, {}, {}
    work_s = {(1, i): 1_500.0 for i in range(0, problem.intervals, 2)}
    for p, promise in enumerate(problem.promises):
        for r, period in enumerate(promise.periods):
            offered[p, r] = CALLS * len(period.intervals)
            constant[p, r] = -60.0 * needed * len(period.intervals) / 16.0 if promise.measure == "occupancy" else 0.0
            lines = LineLoss(0, np.array([30.0, 40.0, 50.0, 60.0]), offered[p, r] * np.array([0.03, 0.01, 0.002, 0.0]))
            losses[p, r] = (lines,) if promise.measure == "service_level" else ()
            for i in period.intervals.tolist() if promise.measure in ("service_level", "answer_rate") else ():
                n = needed * (1.0 + 0.5 * math.sin(math.pi * (i % 8) / 8.0))
                bound = promise.bound
                curves[p, i] = Curve(-bound * CALLS, np.array([n, n]), CALLS * np.array([bound, 1.0 - bound]) / n)
    return Surrogate(**{"curves": curves, "constant": constant, "losses": losses, "offered": offered, "work_s": work_s, **other})


def least_cost(problem, surrogate):
    """Return the optimum of the relaxation, infinite where there is none, and its draft."""
    draft = Draft(problem, surrogate).build()
    solved = solve(draft.model, 30.0, linear=True)
    return (math.inf if solved.status == "infeasible" else solved.objective), draft


def in_whole_numbers(problem, scenario, surrogate):
    """Return the tables of a plan in whole numbers that comes near to the promises, and the bound of its bill and its misses."""
    draft = Draft(problem, surrogate, frozenset({"targets", "occupancy"}), dear=True).build()
    solved = solve(draft.model, 2.0, gap=0.1)
    return tables(draft, scenario), solved.bound


def tables(draft, scenario):
    """Return the tables of a solved draft."""
    problem, decision = draft.problem, decided(draft)
    items, cost = frames.bill(draft)
    several = {name: getattr(frames, name)(problem, decision) for name in ("shifts", "hires", "seats", "lines", "standby")}
    table = frames.table(problem, scenario, scenario.calendar(), capacity(problem, decision))
    return SimpleNamespace(table=table, cost_items=items, cost=cost, **several)


def priced(node, factor):
    """Return a tree with every price times a factor."""
    if isinstance(node, dict):
        return {key: priced(value, factor) for key, value in node.items()}
    price = re.match(r"([\d_.]+)( JPY.*)", node) if isinstance(node, str) else None
    return f"{factor * float(price[1])}{price[2]}" if price else node


def same_decision(one, other):
    """Whether two plans decide the same, by their tables."""
    names = ("table", "shifts", "hires", "seats", "lines", "standby")
    return all(getattr(one, name).equals(getattr(other, name)) for name in names)
