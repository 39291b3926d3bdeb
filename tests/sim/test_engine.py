"""Replications: threads change nothing, progress is told, the log is a table, and wrong use is refused."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from sim_kit import born, scenario, total

from surgesim.base.errors import DomainError
from surgesim.model.build import build
from surgesim.sim.cache import is_filled
from surgesim.sim.engine import contacts, run, unit_for, warm_up
from surgesim.sim.machine import Machine
from surgesim.sim.recursion import KNOWN_OF_QUEUE, Recursion, obstacles
from surgesim.sim.state import Sizes

BUSY = {"groups": {"all": {"heads": 4}}, "queues": {"calls": {"patience": "exponential(2min)"}}}


def test_threads_and_the_engine_change_nothing() -> None:
    model = build(scenario(**BUSY))
    one = run(model, 3, 5, threads=1)
    assert one.equals(run(model, 3, 5, threads=2))
    assert run(model, 3, 2).equals(run(model, 3, 2, engine="reference"))


def test_a_replication_has_the_same_luck_however_many_there_are() -> None:
    model = build(scenario(**BUSY))
    few, many = (run(model, 3, number).queues.filter(pl.col("replication") == 1) for number in (2, 4))
    assert few.equals(many)
    assert not few["offered"].equals(run(model, 4, 2).queues.filter(pl.col("replication") == 1)["offered"])


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    run(build(scenario()), 1, 3, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_the_log_is_a_table_with_names() -> None:
    model = build(scenario(**BUSY))
    log, tables = contacts(model, 3, 2), run(model, 3, 2)
    handled = log.filter(pl.col("outcome") == "handled")
    assert len(handled) == tables.queues["handled"].sum()
    assert handled["wait_s"].sum() == pytest.approx(tables.queues["wait_handled_s"].sum(), rel=1e-12)
    assert set(handled["group"].cast(pl.String)) == {"all"}
    assert log.filter(pl.col("outcome") == "lost_closed")["wait_s"].null_count() == tables.queues["lost_closed"].sum()
    assert log.equals(contacts(model, 3, 2, engine="reference"))


@pytest.mark.parametrize("wrong", [{"replications": 0}, {"threads": 0}, {"replications": True}, {"engine": "simm"}])
def test_wrong_use_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DomainError, match="write"):
        run(build(scenario()), 1, **wrong)  # type: ignore[arg-type]


def test_rooms_grow_until_everybody_fits() -> None:
    model = born(build(scenario(groups={"all": {"heads": 0}})), np.linspace(32_400.0, 64_000.0, 3000).tolist())
    small, roomy = Machine(model), Machine(model)
    small.sizes = Sizes(16, 32, 0)
    one, other = small.simulate(1, 0, log=True), roomy.simulate(1, 0, log=True)
    assert small.sizes.people > 3000
    np.testing.assert_array_equal(one.queues, other.queues)
    assert total(one, "inside") == 3000.0


def test_more_people_than_the_kernel_can_tell_apart_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surgesim.sim.machine.MOST", 1024)
    model = born(build(scenario(groups={"all": {"heads": 0}})), np.linspace(32_400.0, 64_000.0, 3000).tolist())
    machine = Machine(model)
    machine.sizes = Sizes(1024, 2048, 0)
    with pytest.raises(DomainError, match="more than 1024 people"):
        machine.simulate(1, 0)


def test_a_failing_replication_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(scenario())
    simulate = Recursion.simulate

    def fails(self: Recursion, seed: int, replication: int, *given: Any) -> object:
        if replication == 2:
            raise KeyboardInterrupt
        return simulate(self, seed, replication, *given)

    monkeypatch.setattr(Recursion, "simulate", fails)
    with pytest.raises(KeyboardInterrupt):
        run(model, 1, 8)


def test_one_kernel_serves_every_model() -> None:
    plain = build(scenario())
    other = build(
        scenario(
            trunks={"main": {"lines": 3, "queues": ["calls"]}}, channels={"faq": {"kind": "faq"}}, routing={"policy": "random"}
        )
    )
    frozen = plain.agents[:, ::-1][:, ::-1]
    frozen.flags.writeable = False
    kernels = {id(Machine(model)._replicate) for model in (plain, other, plain.with_capacity(agents=frozen))}
    assert len(kernels) == 1


def test_warming_up_fills_the_cache() -> None:
    warm_up()
    assert is_filled()


def test_a_single_desk_is_answered_by_the_recursion_as_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(scenario(**BUSY))
    assert unit_for(model) == "recur"
    quick, log = run(model, 3, 3), contacts(model, 3, 2)
    monkeypatch.setattr("surgesim.sim.recursion.applies_to", lambda _: False)
    assert unit_for(model) == "replicate"
    assert quick.equals(run(model, 3, 3))
    assert log.equals(contacts(model, 3, 2))


def test_a_rule_that_the_recursion_does_not_know_goes_to_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(scenario(**BUSY))
    monkeypatch.setattr("surgesim.sim.recursion.KNOWN_OF_QUEUE", KNOWN_OF_QUEUE - {"patience_factor"})
    assert [problem.what for problem in obstacles(model)] == ["the rule patience_factor"]
