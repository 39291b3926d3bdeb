"""A small centre, a result made by formula and marks, and a plan with the attributes of the planner's."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from surgesim.demand.sources import needs
from surgesim.erlang.single import erlang_a
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS, TRUNK_COLUMNS, WAIT_EDGES_S
from surgesim.result.flags import Flag
from surgesim.result.result import Result
from surgesim.result.tables import Axes, from_arrays
from surgesim.scenario.scenario import Scenario

TREE: dict[str, Any] = {
    "surgesim": 1,
    "name": "small-recall",
    "title": {"en": "Small recall", "ja": "小規模リコール"},
    "description": {"en": "Four days of a small desk.", "ja": "小さな窓口の4日間。"},
    "clock": {"start": "2020-04-08", "days": 4, "interval": "1h"},
    "hours": {"desk": {"every_day": "09:00-18:00"}},
    "reasons": {"refund": {"queue": "calls", "title": {"en": "Refund", "ja": "返金"}}},
    "demand": {"usual": {"kind": "rates", "rate": "120/h", "reasons": {"refund": "100%"}, "day_noise": "15%"}},
    "queues": {"calls": {
        "title": {"en": "Recall line", "ja": "受付窓口"},
        "hours": "desk", "patience": "exponential(3min)", "answer_within": "60s",
        "handling": {"talk": "exponential(5min)", "after": "exponential(1min)"},
        "redial": {"probability": "50%", "delay": "exponential(10min)"},
    }},
    "sites": {
        "tokyo": {"seats": 10, "title": {"en": "Tokyo", "ja": "東京"}},
        "osaka": {"seats": 0, "title": {"en": "Osaka (to open)", "ja": "大阪(新設)"}},
    },
    "shifts": {"day": {"title": {"en": "day", "ja": "日勤"}, "time": "09:00-18:00", "break_time": "12:00-13:00"}},
    "groups": {
        "first": {"title": {"en": "Own staff", "ja": "自社要員"}, "site": "tokyo", "skills": ["calls"], "heads": 8},
        "temps": {"title": {"en": "Temps", "ja": "派遣要員"}, "site": "osaka", "skills": ["calls"], "source": "temporary"},
    },
    "trunks": {"main": {"title": {"en": "Main number", "ja": "代表番号"}, "lines": 20, "queues": ["calls"]}},
    "targets": [
        {"queue": "calls", "measure": "service_level", "at_least": "80%", "per": "day"},
        {"queue": "calls", "measure": "abandonment", "at_most": "20%", "per": "horizon"},
    ],
    "levers": {
        "staff": {"temps": {"shifts": ["day"], "wage": "2_000 JPY/head/h", "hires": 12, "hiring_cost": "30_000 JPY/head",
                            "training": "1d"}},
        "sites": {"osaka": {"seats": 12, "opening_cost": "1_000_000 JPY", "seat_cost": "900 JPY/seat/day"}},
        "lines": {"main": {"lines": 40, "lot": 10, "line_cost": "150 JPY/line/day"}},
    },
    "actuals": {"file": "actual.csv", "columns": {"start": "date", "offered": "calls"}, "counts": "answered"},
    "assumptions": [{
        "what": {"en": "Talk time of 5 min & more", "ja": "通話は5分以上"},
        "source": {"en": "Judgement <of the desk>", "ja": "<窓口の>判断による"},
    }],
}  # fmt: skip


@dataclass(frozen=True)
class FakePlan:
    """What the report reads of a plan."""

    scenario: Scenario
    table: pl.DataFrame
    shifts: pl.DataFrame
    hires: pl.DataFrame
    seats: pl.DataFrame
    lines: pl.DataFrame
    cost: float
    cost_items: pl.DataFrame
    bound: float | None
    gap: float | None
    status: str
    certificate: dict[str, Any]
    result: Result


def heads_of(scenario: Scenario) -> np.ndarray:
    """Heads by group and interval: all of the first group, eight temps from the second day on."""
    clock = scenario.calendar()
    hour = np.array([start.hour for start in clock.starts])
    is_open = (hour >= 9) & (hour < 18)
    return np.stack([8.0 * is_open, 8.0 * (is_open & (hour != 12) & (clock.day_index > 0))])


def result_of(scenario: Scenario, heads: np.ndarray, replications: int = 6) -> Result:
    """A result by Erlang A on the needs of each replication, with half of those who gave up redialling."""
    axes, made = Axes.of(scenario), needs(scenario)
    clock = axes.clock
    queues = np.zeros((replications, clock.n_intervals, 1, len(QUEUE_COLUMNS)))
    groups = np.zeros((replications, clock.n_intervals, 2, len(GROUP_COLUMNS)))
    trunks = np.zeros((replications, clock.n_intervals, 1, len(TRUNK_COLUMNS)))
    waits = np.zeros((replications, clock.days, 1, len(WAIT_EDGES_S) - 1, 2))
    column = {name: place for place, name in enumerate(QUEUE_COLUMNS)}
    agents = heads.sum(axis=0)
    some = agents > 0
    for r in range(replications):
        born = np.round(made.intensity(1, r).sum(axis=0))
        first = born * some
        answer = erlang_a(arrival_rate=np.maximum(first[some], 1e-6) / 3600, aht=360.0, agents=agents[some], patience=180.0)
        rate, level = np.ones(len(agents)), np.ones(len(agents))
        rate[some], level[some] = answer.answer_rate, answer.service_level(within=60.0)
        redial = np.floor(0.5 * first * (1 - rate))
        offered = first + redial
        handled = np.round(offered * rate)
        q = queues[r, :, 0]
        for name, value in {
            "needs": born, "closed": born * ~some, "lost_closed": born * ~some, "offered": offered, "first": first,
            "redial": redial, "handled": handled, "abandoned": offered - handled, "given_up": offered - handled - redial,
            "answered_within": np.floor(handled * level), "on_time": handled, "wait_handled_s": handled * 20.0,
            "wait_abandoned_s": (offered - handled) * 60.0, "talk_s": handled * 300.0, "after_s": handled * 60.0,
        }.items():  # fmt: skip
            q[:, column[name]] = value
        groups[r, :, :, 2] = heads.T * 3600.0
        groups[r, :, :, 3] = heads.T * 3600.0
        groups[r, :, :, 1] = np.minimum(heads.T * 3600.0, heads.T * (handled * 360.0 / np.maximum(agents, 1))[:, None])
        trunks[r, :, 0] = np.stack([handled * 300.0, np.where(clock.day_index > 0, 30, 20) * 3600.0], axis=1)
        for d in range(clock.days):
            inside = clock.day_index == d
            waits[r, d, 0, [1, 8, 14], 0] = handled[inside].sum() * np.array([0.5, 0.3, 0.2])
            waits[r, d, 0, [10, 15], 1] = (offered - handled)[inside].sum() * np.array([0.4, 0.6])
    flags = (Flag("note", "approximate", "calls", "made by formula", "", "計算式による"),)
    return Result(scenario, "sim", 7, replications, from_arrays(axes, queues, groups, trunks, waits), flags)


def plan_of(scenario: Scenario) -> FakePlan:
    clock, heads = scenario.calendar(), heads_of(scenario)
    groups = list(scenario.groups)
    first = clock.dates[0]
    table = pl.concat([
        pl.DataFrame({
            "start": clock.starts, "site": scenario.groups[g].site, "group": g, "source": scenario.groups[g].source,
            "heads": heads[n].astype(int), "agents": heads[n].astype(int),
        }) for n, g in enumerate(groups)
    ])  # fmt: skip
    days = clock.dates
    items = [("wages temps", "head-hours", 2000.0, 192.0), ("hiring temps", "heads", 30_000.0, 8.0),
             ("training temps", "head-hours", 2000.0, 64.0), ("opening osaka", "sites", 1e6, 1.0),
             ("seats osaka", "seat-days", 900.0, 24.0), ("lines main", "line-days", 150.0, 30.0)]  # fmt: skip
    costs = pl.DataFrame(items, schema=["item", "unit", "price_jpy", "quantity"], orient="row")
    costs = costs.with_columns(cost_jpy=pl.col("price_jpy") * pl.col("quantity"))
    result = result_of(scenario, heads)
    total = float(costs["cost_jpy"].sum())
    return FakePlan(
        scenario=scenario, table=table,
        shifts=pl.DataFrame({"day": days[1:], "group": "temps", "site": "osaka", "source": "temporary", "shift": "day",
                             "heads": 8}),
        hires=pl.DataFrame({"order_day": [first], "training_day": [first], "work_day": [first + timedelta(days=1)],
                            "group": ["temps"], "site": ["osaka"], "source": ["temporary"], "heads": [8]}),
        seats=pl.DataFrame({"day": days * 2, "site": ["tokyo"] * 4 + ["osaka"] * 4, "seats": [10] * 4 + [0, 8, 8, 8],
                            "added": [0] * 4 + [0, 8, 8, 8]}),
        lines=pl.DataFrame({"day": days, "trunk": "main", "lines": [20, 30, 30, 30], "added": [0, 10, 10, 10]}),
        cost=total, cost_items=costs, bound=0.99 * total, gap=0.01, status="optimal",
        certificate={"kept": False, "bound_of": "a bound of the calibrated model", "marginals": ["one more seat saves ¥9,000"],
                     "break_even": ["temps pay up to ¥3,000"], "break_even_ja": ["¥3,000まで採算が合う"],
                     "knowing": ["knowing saves ¥7,000"], "knowing_ja": ["事前に知れば¥7,000安くなる"]},
        result=result,
    )  # fmt: skip


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder: Path = tmp_path_factory.mktemp("scenario")
    (folder / "actual.csv").write_text("date,calls\n2020-04-08,900\n2020-04-09,1100\n2020-04-10,1000\n2020-04-11,700\n")
    return Scenario.build(TREE, folder)


@pytest.fixture(scope="session")
def plan(scenario: Scenario) -> FakePlan:
    return plan_of(scenario)
