"""Studies: points per second by kind of worker, and what a study adds to the time of the simulation itself.

    python benchmarks/study.py [--scenario scenarios/kettle-recall.yaml] [--replications 20]
                               [--workers serial threads:2 processes:2 dask:2] [--limit 500]

The grid changes staff, lines, redials and how hard the incident hits, so that demand is shared by some points and not by
all. ``--limit`` asks only that many neighbouring points from the middle of the grid, which share demand as the points of
the whole grid do (a hundred of the 500 each). All 500 take about 45 minutes. ``dask:2`` starts a scheduler and so many worker
processes on this machine. Workers are started, and the kernel loaded, by one point each before the clock starts.

The overhead is that of one thread: CPU time of whole points, less that of the kernel and births alone for the same
points, over the latter. Births that a study keeps from one point to the next make it negative.
"""

import argparse
import os
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

import surgesim as ss
from surgesim.engines import prepare
from surgesim.sim.births import births_of
from surgesim.sim.machine import Machine
from surgesim.study.grid import Point
from surgesim.study.point import Keep, compute
from surgesim.study.study import Study
from surgesim.study.workers import pool

GRID = {
    "incident.severity": ["0.9x", "1x", "1.1x", "1.2x", "1.3x"],
    "groups.tokyo.heads": [60, 65, 70, 75, 80, 85, 90, 95, 100, 105],
    "trunks.recall.lines": [200, 250, 300, 350, 400],
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
    if made is not None:
        for future in [made.submit(compute, task) for _ in range(2 * count)]:
            future.result()


def timed(study: Study, workers: str) -> float:
    """Return points per second."""
    with executor(workers) as (made, count):
        warm(study, made, count)
        start = time.perf_counter()
        study.run(made or "serial")
        return len(study.points) / (time.perf_counter() - start)


def overhead(study: Study) -> tuple[float, float, float]:
    """Return CPU seconds of whole points, of kernel and births alone, and of the kernel alone."""
    tasks = [study.task(point.changes) for point in study.points]
    machines = [Machine(Keep().model(task)) for task in tasks]
    kernel = births = 0.0
    for task, machine in zip(tasks, machines, strict=True):
        for replication in range(task.replications):
            start = time.process_time()
            born = births_of(machine.model, machine.centre, task.seed, replication)
            middle = time.process_time()
            machine.simulate(task.seed, replication, births=born)
            births, kernel = births + middle - start, kernel + time.process_time() - middle
    start = time.process_time()
    study.run("serial")
    return time.process_time() - start, births + kernel, kernel


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--scenario", type=Path, default=Path(__file__).parents[1] / "scenarios" / "kettle-recall.yaml")
    words.add_argument("--replications", type=int, default=20)
    words.add_argument("--limit", type=int, default=500)
    words.add_argument("--workers", nargs="*", default=["serial", "threads:2", "processes:2", "dask:2"])
    asked = words.parse_args()
    prepare()
    whole = Study(ss.load(asked.scenario), GRID, asked.replications)
    study = Study(whole.scenario, None, asked.replications, points=chosen(whole, asked.limit))
    print(f"{len(study.points)} of {len(whole.points)} points x {asked.replications} replications, {os.cpu_count()} cores")
    Study(whole.scenario, None, 1).run("serial")
    all_of_it, simulation, kernel = overhead(study)
    n = len(study.points)
    print(f"CPU per point: whole {all_of_it / n:.3f} s, kernel and births {simulation / n:.3f} s, kernel {kernel / n:.3f} s")
    print(f"overhead over kernel and births {all_of_it / simulation - 1:+.1%}, over kernel alone {all_of_it / kernel - 1:+.1%}")
    for workers in asked.workers:
        print(f"{workers:12s} {timed(study, workers):6.2f} points/s", flush=True)


if __name__ == "__main__":  # worker processes import this file
    main()
