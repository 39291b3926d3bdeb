"""Births that are kept are those that are drawn anew; their memory has a limit, and goes with its needs."""

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sim_kit import scenario

from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.sim.arrays import flat
from surgesim.sim.births import births_of
from surgesim.sim.branches import branched
from surgesim.sim.engine import run
from surgesim.sim.kept_births import KeptBirths
from surgesim.sim.state import Births


def made(kept: KeptBirths, model: Model, seed: int = 1) -> Callable[[int], Births]:
    return kept.of(model, flat(branched(model)), seed)


def size(births: Births) -> int:
    return sum(array.nbytes for array in births)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Seed and replication of everything that is drawn."""
    asked: list[tuple[int, int]] = []
    honest = births_of

    def counted(model: Model, centre: Any, seed: int, replication: int) -> Births:
        asked.append((seed, replication))
        return honest(model, centre, seed, replication)

    monkeypatch.setattr("surgesim.sim.births.births_of", counted)
    return asked


def test_births_are_drawn_once_for_the_same_needs_laws_seed_and_replication(drawn: list[tuple[int, int]]) -> None:
    plain, kept = build(scenario()), KeptBirths()
    staffed = plain.with_capacity(agents=plain.agents + 1)
    for model in (plain, staffed, plain):
        for replication in (0, 1):
            found = made(kept, model)(replication)
            for mine, other in zip(found, births_of(model, flat(branched(model)), 1, replication), strict=True):
                np.testing.assert_array_equal(mine, other)
    assert drawn == [(1, 0), (1, 1)]
    made(kept, plain, seed=2)(0)
    patient = build(scenario(queues={"calls": {"patience": "exponential(9min)"}}), plain.needs)
    assert np.isfinite(made(kept, patient)(0).patience).all()
    assert np.isinf(made(kept, plain)(0).patience).all()
    assert drawn == [(1, 0), (1, 1), (2, 0), (1, 0)]


def test_a_run_with_births_that_are_kept_is_the_run_without(drawn: list[tuple[int, int]]) -> None:
    """By the recursion, for a desk of one queue, and by the event loop, for one with lines."""
    for more in ({}, {"trunks": {"main": {"lines": 5, "queues": ["calls"]}}}):
        model, kept = build(scenario(**more)), KeptBirths()
        few = model.with_capacity(agents=model.agents // 2)
        expected = [run(one, seed=3, replications=4) for one in (model, few)]
        drawn.clear()
        found = [run(one, seed=3, replications=4, births=kept) for one in (model, few)]
        assert sorted(drawn) == [(3, place) for place in range(4)]
        assert all(mine.equals(other) for mine, other in zip(found, expected, strict=True))


def test_other_needs_make_room_of_the_longest_unused_first() -> None:
    models = [build(scenario()) for _ in range(3)]
    one = size(made(KeptBirths(), models[0])(0))
    kept = KeptBirths(int(2.5 * one))
    first, second, third = (made(kept, model) for model in models)
    old = first(0)
    second(0)
    assert first(0) is not old  # what is handed out first may be lost; what is kept stays
    again = first(0)
    third(0)  # in place of the second
    assert first(0) is again
    assert kept.bytes <= kept.most_bytes


def test_replications_of_the_same_needs_never_push_each_other_out() -> None:
    model = build(scenario())
    one = size(made(KeptBirths(), model)(0))
    kept = KeptBirths(int(2.5 * one))
    births = made(kept, model)
    for replication in range(5):
        births(replication)
        assert kept.bytes <= kept.most_bytes
    assert births(0) is births(0)
    assert births(1) is births(1)
    assert births(4) is not births(4)


def test_births_go_with_their_needs() -> None:
    kept, model = KeptBirths(), build(scenario())
    made(kept, model)(0)
    taken = kept.bytes
    assert taken > 0
    del model
    gc.collect()
    made(kept, build(scenario()))(0)
    assert kept.bytes == taken
