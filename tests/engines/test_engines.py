"""One question, four engines, one answer."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from surgesim.base.errors import CatalogueError, InputError
from surgesim.engines import ENGINES, UNITS, Capacity, prepare, run, run_model
from surgesim.model.build import build
from surgesim.result.compare import compare
from surgesim.result.folder import read, write
from surgesim.scenario.read import load
from surgesim.scenario.scenario import Scenario

Plain = Callable[..., Scenario]
RICH: dict[str, Any] = {
    "queues__calls__redial": {"probability": "50%", "delay": "exponential(20min)", "attempts": 3},
    "queues__calls__closing": {"returns": "50%", "spread": "exponential(1h)"},
    "queues__calls__hours": "desk",
    "queues__calls__follow_ups": [{"to": "cases", "probability": "10%", "delay": "exponential(1h)"}],
    "queues__cases": {"hours": "desk", "deadline": "2h", "handling": {"talk": "constant(0s)", "after": "exponential(15min)"}},
    "groups__back": {"site": "here", "skills": ["cases", "calls"], "heads": 4, "handling_factor": "1.2x"},
    "trunks": {"main": {"lines": 18, "queues": ["calls"]}},
}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same_tables(plain: Plain, engine: str) -> None:
    result = run(plain(**RICH), engine, replications=2)
    other = run(plain(**RICH), "erlang")
    for name in ("intervals", "groups", "trunks", "waits"):
        assert getattr(result, name).schema == getattr(other, name).schema
    assert result.engine == engine
    assert result.replications == (2 if engine in ("sim", "reference") else 1)
    assert set(result.measures("queue")["measure"]) == set(other.measures("queue")["measure"])


@pytest.mark.parametrize("engine", ["sim", "erlang", "fluid"])
def test_a_second_identical_run_writes_the_same_bytes(plain: Plain, tmp_path: Path, engine: str) -> None:
    digests = []
    for name in ("one", "two"):
        folder = write(run(plain(**RICH), engine, replications=3), tmp_path / name)
        files = sorted(path for path in folder.iterdir() if path.is_file())
        digests.append([(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files])
    assert digests[0] == digests[1]
    back = read(tmp_path / "one")
    assert back.engine == engine
    assert back.flags == run(plain(**RICH), engine, replications=3).flags


def test_simulation_and_reference_are_equal(plain: Plain) -> None:
    one, two = (run(plain(**RICH), engine, replications=2, seed=3) for engine in ("sim", "reference"))
    assert one.tables.equals(two.tables)
    assert compare(one, two).table["difference"].drop_nulls().abs().max() == 0.0


def test_the_engines_are_near_each_other(plain: Plain) -> None:
    """One large desk, overrun at its opening, with redials, lines, cases and closed doors."""
    large = RICH | {
        "demand__calls__rate": "1200/h", "groups__team__heads": 110, "clock__interval": "30min",
        "groups__back": {**RICH["groups__back"], "heads": 40}, "trunks": {"main": {"lines": 180, "queues": ["calls"]}},
    }  # fmt: skip
    results = {engine: run(plain(**large), engine, replications=5) for engine in ("sim", "erlang", "fluid")}
    near_each = {"offered": 0.05, "closed": 0.03, "answer_rate": 0.06, "aht_s": 0.02, "follow_up": 0.06, "busy_h": 0.05}
    for name, near in near_each.items():
        values = {engine: result.measures(of=name)["value"][0] for engine, result in results.items()}
        assert values["erlang"] == pytest.approx(values["sim"], rel=near), name
        assert values["fluid"] == pytest.approx(values["sim"], rel=near), name


def test_capacity_replaces_staff_and_lines(plain: Plain) -> None:
    scenario = plain()
    model = build(scenario)
    more = Capacity(agents=model.agents + 5, paid_s=model.paid_s * 2)
    base, better = run(scenario, "erlang"), run(scenario, "erlang", capacity=more)
    assert better.measures(of="service_level")["value"][0] > base.measures(of="service_level")["value"][0]
    assert better.measures(of="paid_h")["value"][0] == 2 * base.measures(of="paid_h")["value"][0]
    assert run_model(more.on(model), "erlang").tables.equals(better.tables)
    with pytest.raises(ValueError, match="shape"):
        run(scenario, "erlang", capacity=Capacity(agents=np.zeros((1, 3), dtype=np.int64)))


def test_progress_is_told(plain: Plain) -> None:
    seen: list[tuple[str, int, int]] = []
    prepare(units=UNITS)
    run(plain(), "sim", replications=3, progress=lambda *step: seen.append(step))
    run(plain(), "fluid", progress=lambda *step: seen.append(step))
    assert seen == [*(("simulating", done, 3) for done in range(4)), ("fluid", 1, 1)]


def test_what_cannot_be_run_is_said(plain: Plain) -> None:
    with pytest.raises(CatalogueError, match="did you mean 'erlang'"):
        run(plain(), "erlangs")
    with pytest.raises(InputError) as caught:
        run(plain(), "sim", replications=0, seed=-1)
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError):
        run(plain(), "sim", replications=True)


def test_flags_of_a_simulation(plain: Plain) -> None:
    assert [flag.code for flag in run(plain(), "sim", replications=1).flags] == ["one_replication"]
    stuck = run(plain(queues__calls__patience="never", groups__team__heads=0), "sim", replications=2)
    assert [flag.code for flag in stuck.flags] == ["still_waiting"]
    assert stuck.flags[0].where == "calls"


def test_heavy_libraries_load_late() -> None:
    code = (
        "import sys, surgesim.engines; print([name for name in ('numba', 'scipy', 'matplotlib', 'pyomo') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["kettle-recall", "data-leak", "earthquake", "food-recall"])
def test_shipped_scenarios_balance_without_luck(name: str) -> None:
    """Every result checks its books; formula and fluid see the same needs, and nearly the same contacts."""
    model = build(load(Path(__file__).parents[2] / "scenarios" / f"{name}.yaml"))
    formula, fluid = run_model(model, "erlang"), run_model(model, "fluid")
    table = compare(formula, fluid, of=["needs", "contained", "boomerang", "paid_h"]).table
    assert table["difference"].abs().max() < 1e-6
    rows = compare(formula, fluid, of=["first", "closed"]).table
    assert (rows["difference"].abs() <= 0.03 * rows["a"]).all()
    assert formula.measures(of="occupancy")["value"][0] == pytest.approx(fluid.measures(of="occupancy")["value"][0], abs=0.05)
