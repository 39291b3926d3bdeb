"""Who computes, how many of them, and in which order, changes no byte."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from surgesim.base.errors import InputError, SurgesimError
from surgesim.scenario.scenario import Scenario
from surgesim.study.study import Study
from surgesim.study.workers import parsed

GRID = {"groups.team.heads": [5, 6, 7, 8], "override": ["as-is", "busy"], "trunks.main.lines": [9, 12]}


def study_of(desk: Scenario) -> Study:
    grid = {**GRID, "override": {"as-is": {}, "busy": {"demand.calls.rate": "90/h"}}}
    return Study(desk, grid, replications=3)


def digest(folder: Path) -> dict[str, str]:
    """Every file of a folder with the hash of its bytes."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture(scope="module")
def serial(desk: Scenario, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("serial") / "study"
    study_of(desk).run("serial", folder)
    found = digest(folder)
    assert len(found) == 16 + 3
    return found


class Backwards(Executor):
    """Runs what it is given in the opposite order, and one at a time."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []
        self.timer: threading.Timer | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, fn, args))
        if self.timer is not None:
            self.timer.cancel()
        self.timer = threading.Timer(0.05, self.work)
        self.timer.start()
        return future

    def work(self) -> None:
        while self.waiting:
            future, function, arguments = self.waiting.pop()
            if future.set_running_or_notify_cancel():
                future.set_result(function(*arguments))


@pytest.mark.parametrize("workers", ["threads", "threads:1", "threads:5", "processes:2"])
def test_threads_and_processes_write_the_same_bytes(desk: Scenario, serial: dict[str, str], tmp_path: Path, workers: str) -> None:
    study_of(desk).run(workers, tmp_path / "study")
    assert digest(tmp_path / "study") == serial


def test_any_executor_will_do_in_any_order(desk: Scenario, serial: dict[str, str], tmp_path: Path) -> None:
    study_of(desk).run(Backwards(), tmp_path / "backwards")
    assert digest(tmp_path / "backwards") == serial
    with ThreadPoolExecutor(3) as executor:
        study_of(desk).run(executor, tmp_path / "pool")
        assert executor.submit(lambda: 1).result() == 1  # it stays open
    assert digest(tmp_path / "pool") == serial


def test_a_study_in_two_sittings_writes_the_same_bytes(desk: Scenario, serial: dict[str, str], tmp_path: Path) -> None:
    part = {**GRID, "groups.team.heads": [8, 5], "override": {"as-is": {}}}
    Study(desk, part, replications=3).run("threads:2", tmp_path / "study")
    study_of(desk).run("threads:2", tmp_path / "study")
    assert digest(tmp_path / "study") == serial


def test_replications_split_among_workers_are_the_same(desk: Scenario) -> None:
    study = study_of(desk)
    whole = study.tallies([study.task({})], "serial", 1)[0]
    with ThreadPoolExecutor(2) as executor:
        split = study.tallies([study.task({})], executor, 2)[0]
    assert [a.tobytes() for a in whole.arrays] == [b.tobytes() for b in split.arrays]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers on loopback: its address, and the processes of the workers."""
    file = tmp_path / "scheduler.json"
    # a place without packages of the same names as tests
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]

    def start(*words: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(words, env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    local = ["--host", "127.0.0.1", "--no-dashboard"]
    processes = [start(*dask, *local, "--port", "0", "--scheduler-file", str(file))]
    workers = []
    try:
        for _ in range(2):
            worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), *local]
            workers.append(start(*worker, "--nthreads", "1", "--no-nanny", "--death-timeout", "60"))
        processes += workers
        yield address_of(file), workers
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait(timeout=20)


def address_of(file: Path) -> str:
    import json

    for _ in range(300):
        if file.is_file() and file.stat().st_size:
            break
        time.sleep(0.1)
    return str(json.loads(file.read_text())["address"]).removeprefix("tcp:")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_cluster_that_loses_a_worker_writes_the_same_bytes(
    desk: Scenario, serial: dict[str, str], tmp_path: Path, cluster: tuple[str, list["subprocess.Popen[bytes]"]]
) -> None:
    from distributed import Client

    address, workers = cluster
    with Client(f"tcp:{address}", set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    killed: list[int] = []

    def kill_one(what: str, done: int, total: int) -> None:
        if what == "points" and done == 4 and not killed:
            os.kill(workers[0].pid, signal.SIGKILL)
            killed.append(done)

    study_of(desk).run(f"dask:{address}", tmp_path / "study", kill_one)
    assert killed == [4]
    assert workers[0].wait(timeout=10) == -signal.SIGKILL
    assert digest(tmp_path / "study") == serial


def test_workers_are_read_or_refused() -> None:
    assert parsed("threads:3") == ("threads", 3)
    assert parsed("processes")[0] == "processes"
    assert parsed("dask://10.0.0.1:8786") == ("dask", 0)
    for text in ("dask:2", "dask://host", "threads:0", "threads:two", "serial:2", "", "mpi:4"):
        with pytest.raises(InputError, match="names no workers"):
            parsed(text)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_cluster_that_does_not_answer_is_an_error(desk: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    from surgesim.study import workers

    monkeypatch.setattr(workers, "_CONNECT_S", 1)
    with pytest.raises(SurgesimError, match=r"no Dask scheduler answers at dask://127\.0\.0\.1:1"):
        Study(desk, replications=1).run("dask://127.0.0.1:1")
