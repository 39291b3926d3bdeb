"""Studies that are stopped: by Ctrl-C, by a worker that is killed, or killed themselves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from surgesim.scenario.scenario import Scenario
from surgesim.study.study import Study
from surgesim.study.workers import pool

HEADS = "groups.team.heads"

SCRIPT = """
import sys, surgesim as ss
from pathlib import Path
scenario = ss.load(sys.argv[1])
seats = {str(k): {"sites.here.seats": k} for k in range(30, 90)}
study = ss.Study(scenario, {"groups.team.heads": list(range(3, 30)), "seats": seats}, replications=40)
if __name__ == "__main__":
    study.run(sys.argv[2], sys.argv[3], lambda what, done, total: print(done, flush=True))
"""


@pytest.mark.parametrize("workers", ["serial", "threads:2", "processes:2"])
def test_ctrl_c_keeps_finished_points_and_says_how_to_go_on(desk_file: Path, tmp_path: Path, workers: str) -> None:
    script = tmp_path / "study.py"
    script.write_text(SCRIPT)
    words = [sys.executable, str(script), str(desk_file), workers, str(tmp_path / "out")]
    work = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert work.stdout is not None
    for line in work.stdout:
        if line.strip() == "5":
            break
    signal_to_group(work.pid)
    _, errors = work.communicate(timeout=60)
    assert work.returncode != 0
    kept = len(list((tmp_path / "out" / "points").iterdir()))
    assert kept >= 5
    assert f"stopped: {kept} of 1620 points are kept in {tmp_path / 'out'}; run the same study into it again" in errors
    assert not list((tmp_path / "out").rglob(".*"))


@pytest.mark.parametrize("workers", ["serial", "threads:2"])
def test_an_interrupt_that_a_destructor_swallows_is_not_lost(desk: Scenario, tmp_path: Path, workers: str) -> None:
    class Swallows:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def press(what: str, done: int, total: int) -> None:
        if done == 2:
            Swallows()

    study = Study(desk, {HEADS: list(range(5, 17))}, replications=2)
    with pytest.raises(KeyboardInterrupt, match="points are kept"):
        study.run(workers, tmp_path / "study", press)
    assert 2 <= len(list((tmp_path / "study" / "points").iterdir())) < 12
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_does_not_kill_processes_that_are_still_starting() -> None:
    with pool("processes:2") as (executor, _):
        assert executor is not None
        processes = list(executor._processes.values())  # type: ignore[attr-defined]
        assert len(processes) == 2
        for process in processes:
            os.kill(process.pid, signal.SIGINT)
        assert executor.submit(abs, -3).result(timeout=60) == 3
        assert all(process.is_alive() for process in processes)


@pytest.fixture
def busy(desk_file: Path, tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", list[Any], Path]]:
    """A study on two processes after its fifth point, its workers, and its folder."""
    import psutil

    script, out = tmp_path / "study.py", tmp_path / "out"
    script.write_text(SCRIPT)
    words = [sys.executable, str(script), str(desk_file), "processes:2", str(out)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as work:
        assert work.stdout is not None
        for line in work.stdout:
            if line.strip() == "5":
                break
        helpers = psutil.Process(work.pid).children()
        workers = [one for one in helpers if "spawn_main" in " ".join(one.cmdline())]
        assert len(workers) == 2
        yield work, workers, out
        psutil.wait_procs(helpers, timeout=30)


def test_a_worker_that_is_killed_ends_the_study_with_a_sentence(
    busy: tuple["subprocess.Popen[str]", list[Any], Path],
) -> None:
    work, workers, out = busy
    workers[0].kill()
    _, errors = work.communicate(timeout=60)
    kept = len(list((out / "points").iterdir()))
    assert kept >= 5
    assert f"a worker was killed, or had no memory left; stopped: {kept} of 1620 points are kept in {out}" in errors


def test_workers_end_with_a_study_that_is_killed(busy: tuple["subprocess.Popen[str]", list[Any], Path]) -> None:
    import psutil

    work, workers, out = busy
    work.kill()
    work.communicate(timeout=60)
    assert not psutil.wait_procs(workers, timeout=30)[1]
    assert not list(out.rglob(".*"))


def signal_to_group(group: int) -> None:
    """Do what Ctrl-C does in a terminal: interrupt every process of the group."""
    time.sleep(0.1)
    os.killpg(group, signal.SIGINT)
