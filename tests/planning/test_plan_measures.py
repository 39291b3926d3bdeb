"""Measures to take or not, and service within a budget: checks, the search, and the simulator's word."""

import pytest
from test_plan_whole import TREE

from surgesim.base.errors import InfeasibleError, InputError, ScenarioError
from surgesim.planning.frontier import budget_frontier
from surgesim.planning.planner import plan
from surgesim.planning.switches import choices, options
from surgesim.report.gather.capacity import costs
from surgesim.report.gather.collect import facts_of_plan
from surgesim.report.plots.cost_items import name, named_costs
from surgesim.scenario.measures import sets, with_measures
from surgesim.scenario.scenario import Scenario

CHATBOT = {
    "kind": "chatbot", "tries": "60%", "containment": "60%", "unit_cost": "10 JPY/contact", "content_cost": "500 JPY",
}  # fmt: skip
OVERRIDES = {
    "chatbot": {"channels.chatbot": CHATBOT},
    "evening": {"hours.desk.every_day": "09:00-20:00"},
    "morning": {"hours.desk.every_day": "08:00-17:00"},
}


def _tree(measures, **other):
    levers = {**TREE["levers"], "measures": measures, **other}
    return {**TREE, "clock": {**TREE["clock"], "days": 1}, "overrides": OVERRIDES, "levers": levers}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("measures")


def _build(measures, folder, **other):
    return Scenario.build(_tree(measures, **other), folder)


def test_measures_that_change_the_same_place_exclude_each_other(folder):
    scenario = _build({"chatbot": {}, "evening": {}, "morning": {}}, folder)
    assert sets(scenario) == [
        (), ("chatbot",), ("evening",), ("morning",), ("chatbot", "evening"), ("chatbot", "morning")
    ]  # fmt: skip


def test_a_lead_time_keeps_what_was_until_it_is_over(folder):
    tree = {**_tree({"chatbot": {"lead_time": "2d"}, "evening": {"lead_time": "1d"}}), "clock": TREE["clock"]}
    scenario = Scenario.build(tree, folder)
    fingerprint = scenario.fingerprint
    taken = with_measures(scenario, ["chatbot", "evening"])
    assert scenario.fingerprint == fingerprint
    assert str(taken.channels["chatbot"].available_from) == "2027-11-10 00:00:00"
    hours, days = taken.hours["desk"].hours(), taken.calendar().dates
    assert [hours.on_day(day)[0][1] / 3600 for day in days] == [17.0, 20.0, 20.0]
    assert not taken.levers.measures


def test_what_cannot_be_a_measure_is_said_all_at_once(folder):
    tree = _tree({"chatbot": {"lead_time": "1d"}, "unheard": {}, "slow": {"lead_time": "1d"}, "easy": {}})
    tree["overrides"] = {
        **OVERRIDES, "easy": {"targets.0.at_least": "10%"}, "slow": {"queues.calls.patience": "exponential(9min)"},
    }  # fmt: skip
    with pytest.raises(ScenarioError) as error:
        Scenario.build(tree, folder)
    said = str(error.value)
    assert len(error.value.problems) == 3
    assert "'unheard' is not defined under overrides" in said
    assert "levers.measures.easy: a measure cannot change targets" in said
    assert "levers.measures.slow.lead_time: queues.calls.patience cannot wait for a lead time" in said


@pytest.fixture(scope="module")
def alone(folder):
    """The plans of both questions by themselves."""
    scenario = _build({"chatbot": {}}, folder)
    return {names: plan(with_measures(scenario, names), replications=40) for names in ((), ("chatbot",))}


@pytest.mark.parametrize("cost", [1_000, 1_000_000])
def test_the_set_of_measures_is_the_cheapest_of_all(folder, alone, cost):
    scenario = _build({"chatbot": {"cost": f"{cost} JPY", "day_cost": "100 JPY/day"}}, folder)
    found = plan(scenario, replications=40)
    with_chatbot = next(option for option in options(scenario) if option.names)
    (chosen,) = choices(scenario, with_chatbot)
    assert chosen.self_service_jpy == pytest.approx(500.0 + 10.0 * 0.6 * 60 * 24)  # day and night
    extra = cost + 100.0 + chosen.self_service_jpy
    sums = {(): alone[()].cost, ("chatbot",): alone["chatbot",].cost + extra}
    assert found.cost == pytest.approx(min(sums.values()))
    best = min(sums, key=sums.__getitem__)
    assert found.certificate["measures"] == list(best)
    assert ("chatbot" in found.scenario.channels) == bool(best)
    assert found.bound <= found.cost
    bill = dict(found.cost_items.select("item", "cost_jpy").iter_rows())
    assert bill.get("measure chatbot", 0.0) == (cost if best else 0.0)
    shown = {name(row, "ja") for row in costs(found)}
    assert ({"対策: chatbot", "対策日額: chatbot", "自己解決手段の制作・利用: chatbot"} <= shown) == bool(best)
    other = "no measure" if best else "chatbot"
    assert found.certificate["alternatives"][0].startswith(f"with {other} a plan costs at least ¥")
    assert "対策" in found.certificate["notes_ja"][-1]


def test_a_measure_that_changes_the_rules_is_taken_where_it_saves_agents(folder, alone):
    """A measure may change the rules of a queue as well as its demand; those that cost more than they save are left."""
    overrides = {
        "tool": {"queues.calls.handling.talk": "lognormal(4min, cv 0.8)"},
        "recording": {"queues.calls.handling.after": "exponential(2min)"},
    }
    title = {"en": "Desk tool", "ja": "業務支援ツール"}
    tree = {**_tree({"tool": {"cost": "500 JPY", "title": title}, "recording": {"cost": "500 JPY"}}), "overrides": overrides}
    found = plan(Scenario.build(tree, folder), replications=40)
    assert found.certificate["measures"] == ["tool"]
    assert found.cost < alone[()].cost
    assert found.result.promises()["sure"].all()
    assert len(found.certificate["sets_of_measures"]) == 4
    assert "measures taken: Desk tool; 4 sets were compared" in found.certificate["notes"]
    facts = facts_of_plan(found)
    assert facts.called("measures", "tool", "ja") == "業務支援ツール"
    assert "対策: 業務支援ツール" in {name(row, "ja") for row in named_costs(facts, "ja")}


def test_sets_for_which_there_is_no_time_are_named(folder, alone):
    now = [0.0]

    def late(sentence):
        now[0] += 600.0 if sentence.startswith("with no measure: at least") else 0.0

    scenario = _build({"chatbot": {}}, folder)
    found = plan(scenario, replications=40, progress=late, time_limit=1_000.0, clock=lambda: now[0])
    assert found.certificate["measures"] == []
    assert found.cost == alone[()].cost
    assert found.certificate["alternatives"][0] == "what chatbot would cost is not known: the time was gone"


def test_without_any_set_that_works_the_way_out_is_told(folder):
    tree = _tree({"chatbot": {"title": {"en": "Chat assistant", "ja": "チャット案内"}}})
    tree["levers"]["staff"] = {"regular": {**TREE["levers"]["staff"]["regular"], "on_hand": 1}}
    says = r"(?s)with no measure: .*lower the promised.*any other set of measures: Chat assistant"
    with pytest.raises(InfeasibleError, match=says) as refused:
        plan(Scenario.build(tree, folder), replications=20)
    japanese = str(refused.value.in_language("ja"))
    assert japanese.startswith("対策なしの場合: すべての約束を守れる計画はない。")
    assert japanese.endswith("ほかの対策の組合せでも計画はない: チャット案内")


def test_a_budget_buys_the_service_that_it_can(folder, alone):
    """More money, nearer to the promises; all of it verified; and the promises themselves where they can be afforded."""
    needed = alone[()].cost
    found = budget_frontier(_build({}, folder), [1.1 * needed, 0.6 * needed], replications=40)
    assert found.table["on_frontier"].to_list() == [True, True]
    for budget, made in zip((0.6 * needed, 1.1 * needed), found.plans, strict=True):
        assert made.cost <= budget + 1.0
        assert made.result.promises()["sure"].all()
        assert made.certificate["short"] >= made.certificate["short_bound"]
        assert made.certificate["notes"][-1].startswith("within ¥")
        assert "予算" in made.certificate["notes_ja"][-1]
    short = found.table["short"].to_list()
    assert short[0] > short[1] == 0.0
    assert found.plans[0].scenario.targets[0].bound == pytest.approx(0.8 - short[0], abs=0.001)
    with pytest.raises(InputError, match="positive"):
        budget_frontier(_build({}, folder), [0.0])


def test_a_budget_takes_no_measure_that_is_dearer_than_all_of_it(folder, alone):
    budget = 0.9 * alone[()].cost
    asked = _build({"chatbot": {"cost": f"{2 * budget:.0f} JPY"}}, folder, budget=f"{budget:.0f} JPY", aim="service")
    found = plan(asked, replications=40)
    assert found.certificate["measures"] == []
    assert found.cost <= budget
    with pytest.raises(InfeasibleError, match="busier than the cap on occupancy allows"):
        plan(asked.but("idle", {"targets": [{"queue": "calls", "measure": "occupancy", "at_most": "1%"}]}), replications=40)


def test_service_without_a_budget_is_refused(folder):
    with pytest.raises(ScenarioError, match="service is sought within a budget, and there is none"):
        _build({}, folder, aim="service")
