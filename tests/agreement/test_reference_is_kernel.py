"""The reference and the kernel give the same contact log, row for row, and the same counters, bit for bit.

The scenarios are drawn over every feature that an engine reads: each field of the schema, each word of its closed lists,
each law, and each kind of policy, channel and incident must be in some of them (``draw_features``). They are drawn in
rounds of ten, as after ten hypothesis would follow each with five that hardly differ. ``AGREEMENT_LUCK=1`` in the
environment draws others.
"""

import os
from typing import Any

import numpy as np
from draw_callers import callers, lists, outbounds, socials
from draw_demand import bases, channels, clocks, desks, incidents
from draw_features import features, used
from hypothesis import given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st

from surgesim.model.build import build
from surgesim.scenario.scenario import Scenario
from surgesim.sim import reference
from surgesim.sim.counts import Counts
from surgesim.sim.machine import Machine
from surgesim.sim.routing import SHELF

LUCK = int(os.environ.get("AGREEMENT_LUCK", "0"))
ROUNDS = 44
QUEUES = ("one", "two", "mail")
GROUPS = ("first", "second", "third")
shares = st.sampled_from(["0%", "20%", "60%", "100%"])
laws = st.sampled_from(
    [
        "exponential(3min)", "constant(5min)", "constant(0s)", "lognormal(6min, cv 0.8)", "gamma(4min, cv 0.5)",
        "uniform(10s, 20min)", "weibull(5min, shape 0.7)", "empirical(10s, 60s, 5min)", "erlang(4min, 3)",
        "mixture(0.4 exponential(30s), 0.6 exponential(9min))",
    ]
)  # fmt: skip
delays = st.one_of(laws, st.sampled_from(["exponential(2h)", "constant(1h)", "exponential(20h)"]))


conditions = st.sampled_from(
    [
        {}, {"doubles_after": "3min"}, {"by_novices": "2x"}, {"by_group": {"second": "0x"}},
        {"doubles_after": "1h", "by_novices": "0.3x", "by_group": {"first": "1.7x", "third": "0.2x"}},
    ]
)  # fmt: skip
workdays = st.sampled_from([{}, {"days": ["mon", "wed"]}, {"days": ["tue", "holiday"]}])


@st.composite
def queues(draw: st.DrawFn, name: str) -> dict[str, Any]:
    handling: dict[str, Any] = {"talk": draw(laws)}
    chat = name != "mail" and draw(st.integers(0, 3)) == 0
    if not chat and draw(st.booleans()):
        handling |= {"hold": draw(laws), "after": draw(laws)}
    queue: dict[str, Any] = {"hours": draw(st.sampled_from(["desk", "always", "split"])), "handling": handling}
    queue |= {"priority": draw(st.integers(0, 3)), "answer_within": draw(st.sampled_from(["0s", "20s", "3min"]))}
    if draw(st.booleans()):
        queue["ageing"] = draw(st.sampled_from(["1min", "1h"]))
    if chat:
        queue["chat"] = {"slowed": draw(st.sampled_from([[], ["1x"], ["1.3x", "1.45x"], ["1.1x", "1.7x", "3x"]]))}
    if name == "mail":
        queue["deadline"] = draw(st.sampled_from(["10min", "4h", "1d"]))
        if draw(st.integers(0, 2)) == 0:
            queue["outbound"] = draw(outbounds(delays))
        queue["deadline_from"] = draw(st.sampled_from(["arrival", "opening"]))
        if draw(st.booleans()):
            queue["deadline_hours"] = draw(st.sampled_from(["desk", "split"]))
    else:
        queue["short_abandon"] = draw(st.sampled_from(["0s", "5s", "1min"]))
        queue["patience"] = draw(st.one_of(laws, st.sampled_from(["never", "mixture(0.3 never, 0.7 exponential(1min))"])))
        if draw(st.booleans()):
            queue["redial"] = {"probability": draw(shares), "delay": draw(delays), "attempts": draw(st.integers(1, 4)),
                               "patience_factor": draw(st.sampled_from(["1x", "0.8x", "0x", "1.5x"]))}  # fmt: skip
        if draw(st.booleans()):
            queue["closing"] = {"returns": draw(shares), "spread": draw(delays)}
        if draw(st.booleans()):
            queue |= draw(callers("two" if name == "one" else "one", laws, delays))
    if draw(st.booleans()):
        steps = draw(st.lists(st.sampled_from([*QUEUES, "lab"]), min_size=1, max_size=2))
        queue["follow_ups"] = [
            {"to": to, "probability": draw(st.sampled_from(["10%", "45%"])), "delay": draw(delays), **draw(conditions)}
            for to in steps
        ]
    if draw(st.integers(0, 2)) == 0:
        second = draw(st.sampled_from([other for other in ("one", "two", *QUEUES) if other != name]))
        queue["escalation"] = {"to": second, "probability": draw(shares), "by_novices": draw(st.sampled_from(["1x", "2x"]))}
    return queue


@st.composite
def outside(draw: st.DrawFn) -> dict[str, Any]:
    queue: dict[str, Any] = {"hours": "desk", "deadline": "2h", "outside": True, "handling": {"talk": draw(laws)},
                             "deadline_from": draw(st.sampled_from(["arrival", "opening"]))}  # fmt: skip
    if draw(st.booleans()):
        queue["deadline_hours"] = "split"
        queue["follow_ups"] = [{"to": "mail", "probability": "45%", "delay": draw(delays), **draw(conditions)}]
    return queue


def warmed(draw: st.DrawFn, tree: dict[str, Any]) -> None:
    """Let some escalations be warm, where both queues are calls; chat is no wrong desk."""
    for queue in tree.values():
        if "chat" in tree.get(queue.get("misroute", {}).get("to"), {}):
            del queue["misroute"]
    plain = [name for name, queue in tree.items() if "patience" in queue and "chat" not in queue]
    for name in plain:
        if tree[name].get("escalation", {}).get("to") in plain and draw(st.booleans()):
            tree[name]["escalation"] |= {"kind": "warm", "handover": draw(laws)}


@st.composite
def groups(draw: st.DrawFn, place: int) -> dict[str, Any]:
    skills = draw(st.lists(st.sampled_from(QUEUES), min_size=1, max_size=3, unique=True))
    group: dict[str, Any] = {"site": draw(st.sampled_from(["here", "there"])), "skills": skills}
    group["shrinkage"] = draw(st.sampled_from(["0%", "30%"]))
    group["handling_factor"] = draw(st.sampled_from(["1x", "1.3x"]))
    if draw(st.booleans()):
        first = draw(st.sampled_from(["0%", "30%", "100%"]))
        cohorts = [{"share": first, "tenure": "0s"}, {"share": f"{100 - int(first[:-1])}%", "tenure": "70d"}]
        group["learning"] = {"start": draw(st.sampled_from(["1x", "1.8x"])), "half_life": "20d", "cohorts": cohorts,
                             "novice_for": draw(st.sampled_from(["10d", "30d"]))}  # fmt: skip
    if draw(st.booleans()):
        group["heads"] = draw(st.integers(0, 4))
    else:
        group["roster"] = [
            {"team": f"t{place}-{shift}", "shift": shift, "heads": draw(st.integers(0, 4)), **draw(workdays)}
            for shift in ("early", "late", "night")
        ]
    return group


@st.composite
def routings(draw: st.DrawFn) -> dict[str, Any]:
    policy = draw(st.sampled_from(sorted(SHELF.kinds())))
    if policy == "overflow-after":
        after = {queue: draw(st.sampled_from(["0s", "20s", "333s", "1h"])) for queue in QUEUES}
        return {"policy": policy, "settings": {"after": after, "home": {"one": [draw(st.sampled_from(GROUPS))]}}}
    if policy == "percentage-allocation":
        return {"policy": policy, "settings": {"by": draw(st.sampled_from(["luck", "counters"]))}}
    if policy == "fixed-queue-ratio":
        return {"policy": policy, "settings": {"queues": {"one": 3, "mail": 0}, "groups": {"first": draw(st.integers(0, 3))}}}
    if policy == "weighted":
        return {"policy": policy, "settings": {"queues": {"one": draw(st.integers(0, 5))}, "groups": {"second": 0.5}}}
    if policy == "threshold-reservation":
        return {"policy": policy, "settings": {"groups": {"first": draw(st.integers(0, 3))}}}
    if policy == "priority-list" and draw(st.booleans()):
        return {"policy": policy, "settings": {"groups": {"one": ["third", "first"]}}}
    return {"policy": policy}


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    here: dict[str, Any] = {"seats": 200}
    clock = draw(clocks())
    teams = {name: draw(groups(place)) for place, name in enumerate(GROUPS)}
    served = {skill for team in teams.values() for skill in team["skills"]}
    teams["first"]["skills"] += [queue for queue in QUEUES if queue not in served]
    if draw(st.booleans()):
        here["outages"] = [
            {"start": "2027-11-01 10:00", "end": "2027-11-01 11:10"},
            {"start": "2027-11-01 18:00", "end": "2027-11-01 23:00"},
        ]
    tree: dict[str, Any] = {
        "surgesim": 1,
        "name": "random",
        "clock": clock,
        "hours": {"desk": draw(desks), "always": {"every_day": "00:00-24:00"},
                  "split": {"every_day": ["08:10-12:00", "13:00-23:30"]}},
        "reasons": {"a": {"queue": "one"}, "b": {"queue": "two", "talk_factor": "1.3x"}, "c": {"queue": "mail"}},
        "demand": {"base": draw(bases(clock))},
        "queues": {name: draw(queues(name)) for name in QUEUES} | {"lab": draw(outside())},
        "sites": {"here": here, "there": {"seats": 200}},
        "shifts": {"early": {"time": "08:00-16:00", "break_time": "12:00-13:00"}, "late": {"time": "14:00-21:15"},
                   "night": {"time": "22:00-06:00"}},
        "groups": teams,
        "routing": draw(routings()),
    }  # fmt: skip
    warmed(draw, tree["queues"])
    if draw(st.booleans()):
        tree["channels"] = draw(channels(delays))
    if draw(st.booleans()):
        tree["incident"] = draw(incidents(delays))
    if draw(st.booleans()):
        called = [name for name in ("one", "two") if "chat" not in tree["queues"][name]]
        bundles = [called] if draw(st.booleans()) else [[name] for name in called]
        tree["trunks"] = {"-".join(names): {"lines": draw(st.integers(0, 6)), "queues": names} for names in bundles if names}
    if "outbound" in tree["queues"]["mail"]:
        tree["demand"]["list"] = draw(lists())
    if draw(st.booleans()):
        tree["social"] = draw(socials())
    if draw(st.booleans()):
        for name in draw(st.sampled_from([("one",), ("two",), ("one", "two"), ("mail",)])):
            tree["queues"][name]["sites"] = draw(sharings(teams, name))
            if tree["queues"][name]["sites"]["rule"] == "overflow":
                tree["routing"] = {"policy": "overflow-after"}
    return Scenario.model_validate(tree)


def sharings(teams: dict[str, Any], queue: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return ways to share a queue among the sites that have the skill."""
    sites = sorted({team["site"] for team in teams.values() if queue in team["skills"]})
    shares = dict.fromkeys(sites, "100%") if len(sites) == 1 else {"here": "35%", "there": "65%"}
    ways = st.sampled_from([{"rule": "percentage"}, {"rule": "siloed"}, {"rule": "overflow", "after": "45s"}])
    return st.builds(lambda way, by: {**way, "by": by, "shares": shares}, ways, st.sampled_from(["luck", "counters"]))


def differences(one: Counts, other: Counts) -> list[str]:
    """Return where two replications differ."""
    assert one.log is not None
    assert other.log is not None
    fields = ("queues", "groups", "trunks", "waits")
    found = [field for field in fields if not np.array_equal(getattr(one, field), getattr(other, field))]
    if len(one.log) != len(other.log):
        return [*found, f"{len(one.log)} rows and {len(other.log)} rows"]
    for name in one.log.dtype.names or ():
        unequal = np.flatnonzero(
            ~((one.log[name] == other.log[name]) | ((one.log[name] != one.log[name]) & (other.log[name] != other.log[name])))
        )
        found += [f"{name} of row {unequal[0]}: {one.log[unequal[0]]} and {other.log[unequal[0]]}"] if len(unequal) else []
    return found


def checked(counts: Counts) -> None:
    """Check the laws of conservation that hold in every interval and queue."""
    from surgesim.sim.books import COLUMN, GROUP_COLUMN, TRUNK_COLUMN

    column = {name: counts.queues[:, :, place] for name, place in COLUMN.items()}
    ends = ("handled", "abandoned", "blocked", "balked", "deflected", "unreached", "inside")
    assert np.array_equal(column["offered"], sum(column[name] for name in ends))
    kinds = ("first", "redial", "follow_up", "callback", "moved", "escalated")
    assert np.array_equal(column["offered"], sum(column[name] for name in kinds))
    assert np.all(counts.groups[:, :, GROUP_COLUMN["busy_s"]] <= counts.groups[:, :, GROUP_COLUMN["ready_s"]])
    chatting = counts.groups[:, :, GROUP_COLUMN["chatting_s"]]
    assert np.all(chatting <= counts.groups[:, :, GROUP_COLUMN["busy_s"]])
    assert np.all(chatting <= counts.groups[:, :, GROUP_COLUMN["chat_s"]])
    assert np.all(counts.trunks[:, :, TRUNK_COLUMN["busy_s"]] <= counts.trunks[:, :, TRUNK_COLUMN["line_s"]])
    assert counts.waits[..., 0].sum() == column["handled"].sum()
    assert counts.waits[..., 1].sum() == column["abandoned"].sum()
    assert counts.log is not None
    keys = {(row["need"], row["attempt"], row["arrival_s"]) for row in counts.log}
    assert len(keys) == len(counts.log)


def agree(scenario: Scenario, seed: int) -> None:
    """Both engines agree on a scenario, and nothing is lost."""
    model = build(scenario)
    expected = reference.simulate(model, seed, 3, log=True)
    found = Machine(model).simulate(seed, 3, log=True)
    assert differences(expected, found) == []
    checked(found)


def test_the_logs_are_the_same_row_for_row_and_every_feature_is_drawn() -> None:
    drawn, ways = set[str](), set[Scenario]()

    @settings(max_examples=10)
    @given(scenario=scenarios(), seed=st.integers(0, 2**32))
    def one_round(scenario: Scenario, seed: int) -> None:
        ways.add(scenario)
        drawn.update(used(scenario))
        agree(scenario, seed)

    for number in range(ROUNDS):
        with_seed(ROUNDS * LUCK + number)(one_round)()
    assert len(ways) >= 300
    assert sorted(features() - drawn) == []
