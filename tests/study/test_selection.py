"""The best point, right with the probability stated: counted over many races, in configurations where the best is known."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.special import ndtri

from surgesim.base.errors import DomainError, InputError
from surgesim.base.streams import uniforms
from surgesim.scenario.scenario import Scenario
from surgesim.study import selection
from surgesim.study.selection import Race, Sums, select
from surgesim.study.study import Study

HEADS = "groups.team.heads"
RACES = 400


def normal(race: int, systems: Sequence[int], start: int, count: int, common: float) -> dict[int, np.ndarray]:
    """Standard normal replications of systems that share a part of their luck."""
    places = np.arange(start, start + count)
    shared = ndtri(uniforms(race, 0, places, 0, 1))
    own = {i: ndtri(uniforms(race, 1 + i, places, 0, 1)) for i in systems}
    return {i: np.sqrt(common) * shared + np.sqrt(1.0 - common) * own[i] for i in systems}


def race(number: int, k: int, lead: float, probability: float, common: float = 0.0, spread: float = 1.0) -> Race:
    """One race in the slippage configuration: system 0 leads all others by exactly the indifference."""

    def sample(systems: Sequence[int], start: int, count: int) -> dict[int, Sums]:
        found = normal(number, systems, start, count, common)
        return {i: (spread * found[i] + (lead if i == 0 else 0.0), np.ones(count)) for i in systems}

    return select(sample, k, lead, probability, 10, 100_000)


def right(k: int, lead: float, probability: float, common: float = 0.0) -> tuple[float, float]:
    races = [race(number, k, lead, probability, common) for number in range(RACES)]
    assert all(one.decided for one in races)
    return float(np.mean([one.winner == 0 for one in races])), float(np.mean([one.replications.sum() for one in races]))


@pytest.mark.parametrize(("k", "probability", "common"), [(2, 0.9, 0.0), (5, 0.9, 0.0), (5, 0.75, 0.5)])
def test_the_choice_is_right_as_often_as_stated(k: int, probability: float, common: float) -> None:
    """The least favourable case: counted at least as often as stated, less three standard errors of the count."""
    share, _ = right(k, 0.5, probability, common)
    assert share >= probability - 3.0 * np.sqrt(probability * (1.0 - probability) / RACES)
    assert share < 1.0  # races are lost: a procedure that stops too early would show


def test_a_procedure_that_stops_too_early_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same count with a tenth of the room in which random walks may cross: the promise is broken, and seen."""
    honest = selection._bounds
    monkeypatch.setattr(selection, "_bounds", lambda *arguments: honest(*arguments) / 10.0)
    share, _ = right(5, 0.5, 0.9)
    assert share < 0.9 - 3.0 * np.sqrt(0.9 * 0.1 / RACES)


def test_common_luck_makes_a_choice_cheaper() -> None:
    _, alone = right(3, 0.5, 0.9)
    _, shared = right(3, 0.5, 0.9, common=0.8)
    assert shared < 0.6 * alone


def test_a_race_that_is_too_short_says_so() -> None:
    def sample(systems: Sequence[int], start: int, count: int) -> dict[int, Sums]:
        return {i: (v, np.ones(count)) for i, v in normal(7, systems, start, count, 0.0).items()}

    found = select(sample, 3, 0.01, 0.99, 10, 50)
    assert not found.decided
    assert found.replications.max() == 50


def test_ratios_are_chosen_by_their_pseudo_values() -> None:
    """A ratio of sums whose denominators vary; the lowest is the best, known exactly."""
    wins = 0
    for number in range(100):

        def sample(systems: Sequence[int], start: int, count: int, number: int = number) -> dict[int, Sums]:
            places = np.arange(start, start + count)
            bottom = {i: 80.0 + 40.0 * uniforms(number, 50 + i, places, 0, 1) for i in systems}
            noise = normal(number, systems, start, count, 0.0)
            return {i: (bottom[i] * ((0.28 if i == 2 else 0.30) + 0.03 * noise[i]), bottom[i]) for i in systems}

        found = select(sample, 4, 0.02, 0.9, 15, 10_000, highest=False)
        wins += found.winner == 2
        assert found.values[2] == pytest.approx(0.28, abs=0.03)
    assert wins >= 90 - 9


def hotline(days: int = 1) -> Scenario:
    tree = {
        "surgesim": 1, "name": "hotline",
        "clock": {"start": "2027-01-04", "days": days, "interval": "1h", "time_zone": "UTC", "holidays": []},
        "hours": {"always": {"every_day": "00:00-24:00"}},
        "reasons": {"call": {"queue": "calls"}},
        "demand": {"calls": {"kind": "rates", "rate": "60/h", "reasons": {"call": "100%"}}},
        "queues": {"calls": {"hours": "always", "handling": {"talk": "exponential(3min)"}, "patience": "exponential(2min)"}},
        "sites": {"here": {"seats": 100}},
        "groups": {"team": {"site": "here", "skills": ["calls"], "heads": 4}},
    }  # fmt: skip
    return Scenario.build(tree)


def test_desks_whose_order_is_exact_are_chosen_right() -> None:
    """Three M/M/c+M desks of equal load, pooled ever more: abandonment is least at the largest, by more than the indifference.

    The exact values are those of Erlang A; the transient of an empty start only lowers all three.
    """
    from surgesim import erlang

    sizes = {"small": 2, "middle": 3, "large": 4}
    grid = {"desk": {name: {HEADS: c, "demand.calls.rate": f"{16 * c}/h"} for name, c in sizes.items()}}
    exact = {
        name: float(erlang.erlang_a(arrival_rate=16 * c / 3600, aht=180.0, agents=c, patience=120.0).abandonment)
        for name, c in sizes.items()
    }
    gap = exact["middle"] - exact["large"]
    assert gap > 0.02
    wins = 0
    for seed in range(40):
        choice = Study(hotline(), grid, seed=seed).best("abandonment", 0.02, probability=0.9, first=10, workers="serial")
        assert choice.probability == 0.9
        wins += choice.coordinates == {"desk": "large"}
    assert wins >= 36 - 6


def test_a_choice_tells_what_it_rests_on(desk: Scenario) -> None:
    study = Study(desk, {HEADS: [4, 6, 7]})
    choice = study.best("service_level", indifference=0.02, queue="calls", first=10, workers="threads:2")
    assert choice.number == 2
    assert choice.coordinates == {HEADS: 7}
    assert choice.table.columns == ["point", HEADS, "value", "replications", "chosen"]
    assert choice.table["chosen"].to_list() == [False, False, True]
    assert choice.table["replications"][0] == 10  # dropped at once
    cheapest = study.best("wages_jpy", indifference=1000.0, workers="serial")
    assert cheapest.coordinates == {HEADS: 4}
    worst = study.best("service_level", indifference=0.02, queue="calls", highest=False, workers="serial")
    assert worst.coordinates == {HEADS: 4}


def test_wrong_questions_are_refused(desk: Scenario) -> None:
    study = Study(desk, {HEADS: [4, 6]})
    with pytest.raises(DomainError, match=r"indifference of 0[\s\S]*probability of 0.4"):
        study.best("service_level", indifference=0.0, probability=0.4)
    with pytest.raises(InputError, match="has no luck"):
        Study(desk, {HEADS: [4, 6]}, engine="erlang").best("service_level", indifference=0.01)
