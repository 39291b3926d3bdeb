"""Replications until a measure is known well enough; the contact log in files; and what an interrupted run leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sim_kit import DESK, merged, scenario

from surgesim.base.errors import InputError, PolicyError
from surgesim.engines import run as run_engine
from surgesim.model.build import build
from surgesim.sim.engine import contacts, run

BUSY: dict[str, Any] = {"groups": {"all": {"heads": 6}}, "queues": {"calls": {"patience": "exponential(2min)"}}}


def test_a_run_goes_on_until_the_measure_is_known_well_enough() -> None:
    result = run_engine(scenario(**BUSY), until=("service_level", 0.006))
    row = result.measures(of="service_level").row(0, named=True)
    assert result.replications > 20
    assert (row["high"] - row["low"]) / 2.0 <= 0.006
    assert not any(flag.code == "not_precise_enough" for flag in result.flags)
    plain = run_engine(scenario(**BUSY), replications=result.replications)
    assert plain.tables.equals(result.tables)


def test_a_rule_that_holds_at_once_adds_nothing() -> None:
    assert run_engine(scenario(**BUSY), replications=12, until=("service_level", 0.5)).replications == 12


def test_a_bound_that_is_not_reached_is_flagged() -> None:
    result = run_engine(scenario(**BUSY), until=("service_level", 1e-6, ("queue",), 25))
    assert result.replications == 25
    flag = next(flag for flag in result.flags if flag.code == "not_precise_enough")
    assert "after 25 replications" in flag.what
    assert "25" in flag.what_ja


@pytest.mark.parametrize(
    ("until", "part"),
    [
        (("service_level", 0.0), "half-width of 0.0"),
        (("service_level", True), "half-width of True"),
        (("service_level", 0.01, (), 3), "at most 3 replications"),
        ("service_level", "no stop rule"),
        (("servce_level", 0.01), "service_level"),
    ],
)
def test_wrong_rules_are_refused(until: Any, part: str) -> None:
    with pytest.raises(InputError, match=part):
        run_engine(scenario(**BUSY), replications=10, until=until)


@pytest.mark.parametrize("engine", ["erlang", "fluid"])
def test_formulas_have_no_replications_to_stop(engine: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no replications, contact log, routing policy or start"):
        run_engine(scenario(**BUSY), engine, contacts_to=tmp_path / "log")


@pytest.mark.parametrize("threads", [1, 3])
def test_the_log_in_files_is_the_log(tmp_path: Path, threads: int) -> None:
    model = build(scenario(**BUSY))
    expected = contacts(model, 3, 4)
    tables = run(model, 3, 4, threads=threads, contacts_to=tmp_path / "log.parquet")
    assert pl.read_parquet(tmp_path / "log.parquet").equals(expected)
    assert tables.equals(run(model, 3, 4))
    run(model, 3, 4, threads=threads, contacts_to=tmp_path / "parts")
    assert pl.read_parquet(tmp_path / "parts").equals(expected)
    run(model, 3, 2, engine="reference", contacts_to=tmp_path / "parts")
    assert pl.read_parquet(tmp_path / "parts").equals(contacts(model, 3, 2))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.parquet", "parts"]


def test_the_log_replaces_nothing_but_a_log(tmp_path: Path) -> None:
    model = build(scenario(**BUSY))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="nothing was written"):
        run(model, 1, 1, contacts_to=tmp_path / "mine")
    with pytest.raises(InputError, match=r"as Parquet, not \.csv"):
        run(model, 1, 1, contacts_to=tmp_path / "log.csv")


class Breaks:
    """A policy that raises in the middle of a run."""

    KIND = "breaks"

    @staticmethod
    def arrived(view: Any, queue: int, now: float, luck: float) -> int:
        if now > 50_000.0:
            raise ValueError("no more")
        return 0

    @staticmethod
    def free(view: Any, group: int, now: float, luck: float) -> int:
        return 0


def test_a_run_that_fails_leaves_no_log(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no more"):
        run_engine(scenario(**BUSY), replications=3, policy=Breaks, contacts_to=tmp_path / "log.parquet")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="interrupts of other processes are POSIX signals")
@pytest.mark.parametrize("target", ["log", "log.parquet"])
def test_an_interrupted_run_leaves_nothing_half_written(tmp_path: Path, target: str) -> None:
    code = (
        "import sys; from surgesim.scenario.scenario import Scenario; from surgesim.engines import run\n"
        "import json; tree = json.loads(sys.argv[1]); target = sys.argv[2]\n"
        "run(Scenario.model_validate(tree), replications=100_000, contacts_to=target)\n"
    )
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-c", code, json.dumps(merged(DESK, BUSY)), str(out / target)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 60.0
        while not any(out.rglob("replication-00002*.parquet")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert "KeyboardInterrupt" in errors
    assert list(out.iterdir()) == []
