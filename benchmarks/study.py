"""Studies: points per second by kind of worker, and what a study adds to the time of the simulation itself.

    python benchmarks/study.py [--scenario scenarios/kettle-recall.yaml] [--replications 20]
                               [--workers serial threads:2 processes:2 dask:2] [--limit 500]

The grid of 500 points changes staff, lines, redials and how hard the incident hits: the points fall into five demands of a
hundred points each. ``--limit`` asks only that many neighbouring points from the middle, which are of one demand if they
are a hundred or fewer. ``dask:2`` starts a scheduler and so many worker processes on this machine. Workers are started,
and the kernel loaded, by a few small points each before the clock starts. All 500 points with all four take about a
quarter of an hour on two idle cores; progress goes to standard error, one table at the end to standard output.

``serial`` also tells where its CPU time goes, measured inside the very run that is timed:

kernel    inside the compiled event loop
births    drawing who calls when, with the first marks; once for each demand, then shared by its points
the rest  changing the scenario, building the model, arrays and state, adding up by day, checking the books

The overhead is that of births and the rest over the kernel.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import surgesim as ss
from surgesim.engines import prepare
from surgesim.sim import births, machine
from surgesim.study.grid import Point
from surgesim.study.point import compute
from surgesim.study.study import Study
from surgesim.study.workers import pool

GRID = {
    "incident.severity": ["0.9x", "1x", "1.1x", "1.2x", "1.3x"],
    "groups.tokyo.heads": [60, 65, 70, 75, 80, 85, 90, 95, 100, 105],
    "trunks.recall.lines": [180, 240, 300, 360, 420],
    "queues.recall.redial.probability": ["45%", "55%"],
}


@contextmanager
def executor(workers: str) -> Iterator[tuple[Executor | None, int]]:
    """Yield an executor; ``dask:2`` is a cluster of its own."""
    if not workers.startswith("dask:") or "//" in workers:
        with pool(workers) as made:
            yield made
        return
    from distributed import Client, LocalCluster

    count = int(workers.removeprefix("dask:"))
    with (
        LocalCluster(n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
        client.get_executor() as made_by_dask,
    ):
        yield made_by_dask, count


def chosen(study: Study, limit: int) -> tuple[Point, ...]:
    """Return some neighbouring points from the middle, numbered anew."""
    first = max(0, len(study.points) - limit) // 2
    some = study.points[first : first + limit]
    return tuple(Point(number, point.coordinates, point.changes) for number, point in enumerate(some))


def warm(study: Study, made: Executor | None, count: int) -> None:
    """Let every worker load the kernel."""
    task = study.task({}, replications=1)
    if made is None:
        compute(task)
        return
    for future in [made.submit(compute, task) for _ in range(4 * count)]:
        future.result()


class Watch:
    """CPU seconds of this thread inside some functions."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def on(self, what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose time is counted."""

        def counted(*arguments: Any) -> Any:
            start = time.thread_time()
            try:
                return function(*arguments)
            finally:
                self.seconds[what] = self.seconds.get(what, 0.0) + time.thread_time() - start

        return counted

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count the time of the kernel, of births, and of everything."""
        kernel = machine._kernel
        start = time.thread_time()
        with (
            patch.object(machine, "_kernel", lambda *kinds: self.on("kernel", kernel(*kinds))),
            patch.object(births, "births_of", self.on("births", births.births_of)),
        ):
            yield
        self.seconds["whole"] = time.thread_time() - start


def shown(workers: str) -> Callable[[str, int, int], None]:
    """Return what shows progress at every tenth of the points."""
    start, seen = time.perf_counter(), {0}

    def show(what: str, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if tenth in seen:
            return
        seen.add(tenth)
        seconds = time.perf_counter() - start
        speed = f"{done / seconds:.2f} points/s, {seconds / done * (total - done):.0f} s left"
        print(f"{workers}: {done} of {total} points, {speed}", file=sys.stderr, flush=True)

    return show


def timed(study: Study, workers: str, watch: Watch) -> float:
    """Return the seconds that a study takes on its workers."""
    with executor(workers) as (made, count):
        warm(study, made, count)
        start = time.perf_counter()
        if workers == "serial":
            with watch.watching():
                study.run("serial", progress=shown(workers))
        else:
            study.run(made or workers, progress=shown(workers))
        return time.perf_counter() - start


def table(study: Study, rows: dict[str, float], watch: Watch, seconds: float) -> Iterator[str]:
    """Yield the lines to print."""
    points = len(study.points)
    for workers, took in rows.items():
        yield f"{workers:12s} {points / took:6.2f} points/s   {took:7.1f} s"
    if "kernel" in watch.seconds:
        spent = {name: 1e3 * value / points for name, value in watch.seconds.items()}
        rest = spent["whole"] - spent["kernel"] - spent["births"]
        yield (
            f"CPU of serial, ms per point: whole {spent['whole']:.1f} = kernel {spent['kernel']:.1f} "
            f"+ births {spent['births']:.1f} + the rest {rest:.1f}"
        )
        yield f"overhead over the kernel {spent['whole'] / spent['kernel'] - 1:+.1%}"
    yield f"all of it {seconds:.0f} s"


def main() -> None:
    """Time the study on each kind of worker, and print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--scenario", type=Path, default=Path(__file__).parents[1] / "scenarios" / "kettle-recall.yaml")
    words.add_argument("--replications", type=int, default=20)
    words.add_argument("--limit", type=int, default=500)
    words.add_argument("--workers", nargs="*", default=["serial", "threads:2", "processes:2", "dask:2"])
    asked = words.parse_args()
    begun = time.perf_counter()
    prepare()
    whole = Study(ss.load(asked.scenario), GRID, asked.replications)
    study = Study(whole.scenario, None, asked.replications, points=chosen(whole, asked.limit))
    watch, rows = Watch(), {}
    for workers in asked.workers:
        rows[workers] = timed(study, workers, watch)
    print(f"{len(study.points)} of {len(whole.points)} points x {asked.replications} replications, {os.cpu_count()} cores")
    for line in table(study, rows, watch, time.perf_counter() - begun):
        print(line)


if __name__ == "__main__":  # worker processes import this file
    main()
