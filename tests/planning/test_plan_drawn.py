"""Plans of drawn desks with every lever, checked by their tables alone; and what holds for all of them.

Monotonicity is about the proven optimum of the relaxation for one and the same belief about service: a plan in whole numbers
stops within a gap, and another belief is another question.
"""

import math
import re
from copy import copy, deepcopy
from dataclasses import replace
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_checker import wrong
from plan_draw import asked, believed, in_whole_numbers, least_cost, priced, same_decision, tables, tree, values

from surgesim.base.errors import SolverError
from surgesim.planning import rounding
from surgesim.planning.constraints.targets import place, words
from surgesim.planning.draft import Draft
from surgesim.planning.relax import ways_out
from surgesim.planning.solve import solve

few = settings(max_examples=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("drawn")


@few
@given(values)
def test_a_plan_breaks_no_law_uses_nothing_too_early_and_pays_for_all_it_uses(folder, drawn):
    scenario, problem = asked(tree(drawn), folder)
    belief = believed(problem, drawn["needed"])
    plan, _ = in_whole_numbers(problem, scenario, belief)
    assert plan.shifts["heads"].sum() > 0
    assert wrong(plan, scenario) == []


USUAL = {
    "on_hand": 6, "rest": "11h", "special": True, "this_month": "40h", "per_week": "6h", "days_per_week": 5, "part_hours": "20h",
    "part": 4, "hires": 9, "lead": "1d", "training": "1d", "drop": "20%", "term": "5d", "exempt": False, "lent": 2,
    "lender": "4_000", "out_lead": 1, "opening": "0", "lots": 2, "packages": 2, "seats": 9, "needed": 3.5, "supervisor": 5,
}  # fmt: skip
more = pl.col("heads") + 9
TAMPERED = {
    "shifts": [pl.lit("night").alias("shift"), more, pl.col("day") - pl.duration(days=1)],
    "hires": [pl.col("work_day") - pl.duration(days=2), pl.col("training_day") - pl.duration(days=1), more],
    "seats": [pl.col("added") + 3, pl.col("seats") - 2], "lines": [pl.col("added") + 10, pl.col("lines") + 1],
    "cost_items": [pl.col("cost_jpy") * 0.99], "table": [pl.col("agents") + 40, more],
}  # fmt: skip


def test_the_check_sees_what_is_wrong(folder):
    scenario, problem = asked(tree(USUAL), folder)
    plan, _ = in_whole_numbers(problem, scenario, believed(problem, USUAL["needed"]))
    assert wrong(plan, scenario) == []
    for name, changes in TAMPERED.items():
        assert getattr(plan, name).height > 0, name
        for change in changes:
            tampered = copy(plan)
            setattr(tampered, name, getattr(plan, name).with_columns(change))
            assert wrong(tampered, scenario), (name, str(change))


def _set(written, path, value):
    changed = deepcopy(written)
    *parents, last = path.split(".")
    node = changed
    for key in parents:
        node = node[key]
    node[last] = value
    return changed


TIGHTER = {
    "fewer hires": ("levers.staff.out.hires", 2), "fewer heads": ("levers.staff.regular.on_hand", 3),
    "fewer seats": ("levers.sites.osaka.seats", 4), "fewer lines": ("levers.lines.main.lines", 40),
    "more rest": ("levers.staff.regular.rest", "16h"), "shorter weeks": ("levers.staff.part.hours_per_week", "12h"),
    "fewer days": ("levers.staff.regular.days_per_week", 2), "a later site": ("levers.sites.osaka.lead_time", "4d"),
    "later lines": ("levers.lines.main.lead_time", "9d"), "a later package": ("levers.standby.ready.lead_time", "5d"),
    "longer terms": ("levers.staff.out.minimum_term", "31d"), "fewer packages": ("levers.standby.ready.packages", 1),
    "less equipment": ("levers.sites.osaka.equipment.lot", 4), "no overtime": ("levers.staff.regular.overtime", None),
    "a tired month": ("levers.staff.regular.overtime.this_month", "79h"), "more drop-out": ("levers.staff.temp.drop_out", "30%"),
    "dearer loans": ("levers.staff.lent.lender_cost", "50_000 JPY/head/day"),
    "supervisors": ("levers.supervisors", {"heads": 2, "wage": "30_000 JPY/head/day"}),
    "longer training": ("levers.staff.temp.training", "3d"),
}  # fmt: skip


@settings(max_examples=2)
@given(values, st.data())
def test_adding_a_constraint_never_lowers_the_cost(folder, drawn, data):
    written = tree(drawn)
    _, problem = asked(written, folder)
    cost, _ = least_cost(problem, believed(problem, drawn["needed"]))
    for name in data.draw(st.permutations(sorted(TIGHTER)))[:5]:
        path, value = TIGHTER[name]
        _, tighter = asked(_set(written, path, value), folder)
        assert least_cost(tighter, believed(tighter, drawn["needed"]))[0] >= cost - 1.0, name
    _, free = asked(written, folder, law=False)
    assert least_cost(free, believed(free, drawn["needed"]))[0] <= cost + 1.0
    if math.isfinite(cost):
        poor = replace(problem, budget_jpy=0.999 * cost)
        assert math.isinf(least_cost(poor, believed(poor, drawn["needed"]))[0])
        enough = replace(problem, budget_jpy=1.001 * cost)
        assert least_cost(enough, believed(enough, drawn["needed"]))[0] == pytest.approx(cost)


def _bases():
    """Three desks: as usual; one that needs its packages and its rest; and one that needs every hire on the first day."""
    usual = tree({**USUAL, "needed": 2.5})
    short = _set(_set(usual, "levers.staff.out.hires", 1), "levers.staff.lent.on_hand", 0)
    hiring = _set(_set(_set(short, "levers.standby", {}), "levers.staff.temp.drop_out", "0%"),
                  "levers.staff.temp.dispatch_exemption", "students")  # fmt: skip
    return [(usual, 2.5, TIGHTER.items()), (short, 2.5, TIGHTER.items()),
            (hiring, 2.0, [item for item in TIGHTER.items() if ".standby." not in item[1][0]])]  # fmt: skip


def test_every_one_of_these_constraints_costs_something_somewhere(folder):
    """So that "never lowers the cost" is not kept by rules that are not there."""
    free = set(TIGHTER)
    for written, needed, tighter in _bases():
        _, problem = asked(written, folder)
        cost, _ = least_cost(problem, believed(problem, needed))
        assert math.isfinite(cost)
        for name, (path, value) in tighter:
            if name in free:
                _, changed = asked(_set(written, path, value), folder)
                free -= {name} if least_cost(changed, believed(changed, needed))[0] > cost + 1_000.0 else set()
    assert free == set()


@pytest.mark.parametrize(("p", "share"), [(0, 0.1), (1, 0.1), (2, 0.1), (3, 0.02)])
def test_every_promise_costs_something_by_itself_and_less_where_it_is_easier(folder, p, share):
    written, needed, _ = _bases()[0]
    _, problem = asked(written, folder)
    belief = believed(problem, needed)
    alone = replace(belief, constant={key: value for key, value in belief.constant.items() if key[0] == p})
    easier = replace(alone, constant={key: value + share * belief.offered[key] for key, value in alone.constant.items()})
    cost = [least_cost(problem, asked_for)[0] for asked_for in (alone, easier, replace(belief, constant={}))]
    assert cost[0] > cost[1] + 1_000.0 > cost[2] + 2_000.0


@few
@given(values, st.integers(0, 3), st.floats(0.001, 0.2))
def test_relaxing_a_target_never_raises_the_cost(folder, drawn, which, easier):
    _, problem = asked(tree(drawn), folder)
    strict = believed(problem, drawn["needed"])
    constant = {key: value + (easier * strict.offered[key] if key[0] == which else 0.0) for key, value in strict.constant.items()}
    cost, _ = least_cost(problem, strict)
    assert least_cost(problem, replace(strict, constant=constant))[0] <= cost + 1.0
    fewer = replace(strict, constant={key: value for key, value in strict.constant.items() if key[0] != which})
    assert least_cost(problem, fewer)[0] <= cost + 1.0


@settings(max_examples=2)
@given(values, st.sampled_from([2.0, 4.0, 0.5]))
def test_prices_times_a_power_of_two_multiply_the_bill_and_keep_the_plan(folder, drawn, factor):
    """To the last bit, in whole numbers and with rules that may be broken: what the solver is told is the same."""
    written = _fewer(tree(drawn))
    plans, answers = [], []
    for levers in (written["levers"], priced(written["levers"], factor)):
        scenario, problem = asked({**written, "levers": levers}, folder)
        draft = Draft(problem, believed(problem, drawn["needed"]), frozenset({"targets", "occupancy"}), dear=True).build()
        with patch.multiple(rounding, MORE_NODES=10, MOST_NODES=10):
            answers.append(rounding.staged(draft, 120.0, 0.02))
        plans.append(tables(draft, scenario))
    assert same_decision(*plans)
    assert plans[0].shifts["heads"].sum() > 0
    assert (factor * plans[0].cost, factor * answers[0].bound) == (plans[1].cost, answers[1].bound)


@settings(max_examples=1)
@given(values, st.floats(1.3, 3.0))
def test_whoever_does_what_a_refusal_says_gets_a_plan_in_whole_numbers(folder, drawn, times):
    """Far more is needed than can be had. Each way out is followed by its words, and the question asked again."""
    written = _fewer(tree(drawn))
    _, problem = asked(written, folder)
    belief = believed(problem, times * 4.0)
    cost, draft = least_cost(problem, belief)
    if math.isfinite(cost):
        return
    ways = ways_out(draft, 60.0)
    assert ways
    for way in ways:
        changed, easier = written, belief
        for sentence in way.sentences:
            changed, easier = _followed(changed, problem, easier, sentence)
        _, eased = asked(changed, folder)
        found = solve(Draft(eased, easier).build().model, 20.0, gap=0.9, linear=not way.whole)
        assert found.status != "infeasible", way
        assert found.objective >= way.cost_jpy - 1.0


def _fewer(written):
    """Return a desk with regular and temporary staff at one site, whose whole numbers are found at once."""
    levers, gone = written["levers"], ("part", "lent", "out", "osaka")
    left = {section: {name: one for name, one in written[section].items() if name not in gone} for section in ("groups", "sites")}
    fewer = {section: {name: one for name, one in levers[section].items() if name not in gone} for section in ("staff", "sites")}
    return {**written, **left, "levers": {**levers, **fewer}}


WORDS = {
    r"allow ([\d,]+) more hires in (\S+) ": "levers.staff.{}.hires",
    r"have ([\d,]+) more heads of (\S+) on": "levers.staff.{}.on_hand",
    r"add ([\d,]+) seats at (\S+),": "sites.{}.seats", r"allow ([\d,]+) more lines on (\S+)": "levers.lines.{}.lines",
    r"buy ([\d,]+) more lots of equipment for (\S+) ": "levers.sites.{}.equipment.lots",
    r"reserve ([\d,]+) more packages (\S+) ": "levers.standby.{}.packages",
    r"allow ([\d.]+) more hours a week in (\S+),": "levers.staff.{}.hours_per_week",
    r"allow ([\d.]+) more hours of overtime in (\S+) in": "levers.staff.{}.overtime.per_week",
}  # fmt: skip


def _followed(written, problem, belief, sentence):
    """Return scenario and belief after somebody did what a sentence says."""
    for pattern, path in WORDS.items():
        if found := re.match(pattern, sentence):
            return _more(written, path.format(found[2]), float(found[1].replace(",", ""))), belief
    if sentence.startswith("let "):
        return _set(written, f"levers.staff.{re.search(r'heads of (.*) begin', sentence)[1]}.rest", "0h"), belief
    asked_for = re.match(r"(?:lower|raise) the promised (.*) of (\S+) (.*) from ([\d.]+)% to ([\d.]+)%", sentence)
    called = [(words(one), one.queue_name) for one in problem.promises]
    p = called.index((asked_for[1], asked_for[2]))
    promise, share = problem.promises[p], abs(float(asked_for[4]) - float(asked_for[5])) / 100.0
    if promise.measure == "occupancy":
        return _set(written, f"targets.{p}.at_most", f"{asked_for[5]}%"), belief
    r = next(r for r in range(len(promise.periods)) if place(promise, r) == asked_for[3])
    # the curves are about the old promise: what it asks less is given to it
    return written, replace(belief, constant={**belief.constant, (p, r): belief.constant[p, r] + share * belief.offered[p, r]})


def _more(written, path, amount):
    *parents, last = path.split(".")
    node = written
    for key in parents:
        node = node[key]
    if last in ("hours_per_week", "per_week"):  # so much for all of them together
        return _set(written, path, f"{float(node[last].removesuffix('h')) + amount}h")
    changed = _set(written, path, node.get(last, 0) + int(amount))
    lever = changed["levers"]["sites"].get(parents[-1]) if path.startswith("sites.") else None
    return changed if lever is None else _more(changed, f"levers.sites.{parents[-1]}.seats", amount)


@pytest.mark.parametrize("stuck", [False, True])
def test_where_stages_end_in_dear_plans_or_in_none_everything_is_settled_at_once(folder, monkeypatch, stuck):
    """Rest, weekly hours and terms couple the days, so that what is settled first leaves the last days few ways."""
    _, problem = asked(tree({**USUAL, "needed": 1.0}), folder)
    belief = believed(problem, 1.0)

    def none(*_):
        raise SolverError("no whole numbers")

    if stuck:
        monkeypatch.setattr(rounding, "days", none)
    monkeypatch.setattr(rounding, "MORE_NODES", 20)
    monkeypatch.setattr(rounding, "MOST_NODES", 20)
    found = rounding.staged(Draft(problem, belief).build(), 120.0, 0.003)
    least, _ = least_cost(problem, belief)
    assert least * (1.0 - 1e-6) <= found.bound <= found.objective <= 2.5 * least  # days one by one end at seven times
