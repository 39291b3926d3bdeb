"""Simulation engines: CPU time per contact, interleaved in one run, with memory, threads and start-up.

    python benchmarks/engine.py --threads | --memory | --start-up
    python benchmarks/engine.py [--quick] [--rounds 7] [--workloads W1 W2 W3] [--peer NAME=COMMAND]

One contact is one offered attempt. Every round runs every engine on every workload once, so that a busy moment of the
machine hits all of them. Columns: median, least and greatest CPU time per contact, how many times the kernel's, and the
service level found against the one known from independent programs (a sign ! beyond 4 standard errors).
"all" counts the births of needs as well; "log" adds the contact log; "own policy" is one that somebody else compiled,
"policy in Python" the same not compiled; the other rows of ours leave births out, as they are made once for many plans.
Ciw is taken if it is installed. Any other program takes part by ``--peer``, for example
``--peer 'SSJ=java -cp ssj.jar:. Desk'``: it is given the name of a workload and a seed, and prints three numbers,
contacts offered, answered within 20 s, and CPU seconds of the loop without its own start.

Deviations: Ciw cannot say W3. Statistics of ours are by 15 minutes; SimPy and heapq keep two counters and no statistics.
After a repeat, ours counts generations and ends them at 8. Ciw is run once; the reference once, on W1.
"""

import argparse
import importlib.util
import math
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FunctionType

from engine_peers import Answer, ciw_loop, heapq_loop, simpy_loop
from engine_whole import model as whole
from engine_workloads import W1, W3, WORKLOADS, Workload, model

from surgesim.model.model import Model
from surgesim.sim import engine
from surgesim.sim.births import births_of
from surgesim.sim.books import COLUMN
from surgesim.sim.counts import Counts
from surgesim.sim.machine import Machine
from surgesim.sim.policy import Policy, policy_of
from surgesim.sim.recursion import Recursion, applies_to
from surgesim.sim.reference import simulate as reference

HERE = Path(__file__).resolve().parent
KERNEL = "kernel"


@dataclass
class Row:
    """What one engine took on one workload."""

    seconds: list[float] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)

    def add(self, seconds: float, answer: Answer) -> None:
        """Add one run."""
        self.seconds.append(seconds / answer[0])
        self.levels.append(answer[1] / answer[0])


def answer_of(counts: Counts) -> Answer:
    """Return offered and answered within the threshold."""
    offered, within = (int(counts.queues[:, :, COLUMN[name]].sum()) for name in ("offered", "answered_within"))
    return offered, within


def timed(run: Callable[[], Answer]) -> tuple[float, Answer]:
    """Return CPU time and answer of a run."""
    start = time.process_time()
    answer = run()
    return time.process_time() - start, answer


def own_policy(ready: Model) -> Policy:
    """Return the policy of a model as somebody else's: the same functions, compiled for this process only."""
    own = policy_of(ready)
    arrived, free = (FunctionType(part.__code__, {**part.__globals__, "__name__": "own"}) for part in (own.arrived, own.free))
    return replace(own, name="own", arrived=arrived, free=free)


class Ours:
    """The engines of the package on one workload."""

    def __init__(self, work: Workload) -> None:
        self.model = model(work)
        self.machine = Machine(self.model)
        self.recursion = Recursion(self.model) if applies_to(self.model) else None
        own = own_policy(self.model)
        self.own, self.plain = Machine(self.model, own), Machine(self.model, own, compile_policy=False)
        for one in filter(None, (self.machine, self.recursion)):
            one.simulate(1, 0, log=True)  # compiled, and the room for people and for the log has grown
        list(self.run(0))

    def run(self, place: int) -> Iterator[tuple[str, float, Answer]]:
        """Yield name, CPU time and answer of each engine on one replication."""
        machine, births = self.machine, births_of(self.model, self.machine.centre, 1, place)
        bare, logged = machine.sizes._replace(rows=0), machine.sizes._replace(rows=machine.rows(births))
        yield (KERNEL, *timed(lambda: answer_of(machine._once(births, bare, 1, place)[0])))
        yield ("kernel, log", *timed(lambda: answer_of(machine._once(births, logged, 1, place)[0])))
        yield ("kernel, own policy", *timed(lambda: answer_of(self.own._once(births, bare, 1, place)[0])))
        yield ("kernel, policy in Python", *timed(lambda: answer_of(self.plain._once(births, bare, 1, place)[0])))
        yield ("kernel, all", *timed(lambda: answer_of(machine.simulate(1, place))))
        if (recursion := self.recursion) is not None:
            yield ("recursion", *timed(lambda: answer_of(recursion._once(births, recursion.sizes, 1, place)[0])))


def peers(work: Workload, place: int, rare: bool) -> Iterator[tuple[str, float, Answer]]:
    """Yield name, CPU time and answer of each peer; those that take long only on the first round."""
    yield ("heapq loop", *timed(lambda: heapq_loop(work, place)))
    yield ("SimPy by hand", *timed(lambda: simpy_loop(work, place)))
    if work.name == "W1" and rare:
        yield ("our reference (SimPy)", *timed(lambda: answer_of(reference(model(work), 1, place))))
    if len(work.shares) == 1 and rare and importlib.util.find_spec("ciw"):
        yield ("Ciw", *timed(lambda: ciw_loop(work, place)))


def others(work: Workload, place: int, named: dict[str, str]) -> Iterator[tuple[str, float, Answer]]:
    """Yield name, CPU time and answer of programs outside Python."""
    for name, command in named.items():
        done = subprocess.run([*shlex.split(command), work.name, str(place)], capture_output=True, text=True, check=True)
        offered, within, seconds = done.stdout.split()
        yield name, float(seconds), (int(offered), int(within))


def race(works: list[Workload], rounds: int, slow_rounds: int, named: dict[str, str]) -> dict[str, dict[str, Row]]:
    """Return what every engine took on every workload."""
    rows: dict[str, dict[str, Row]] = {work.name: defaultdict(Row) for work in works}
    ours = {work.name: Ours(work) for work in works}
    for place in range(rounds):
        for work in works:
            runs = [ours[work.name].run(place)]
            if place < slow_rounds:
                runs += [peers(work, place, place == 0), others(work, place, named)]
            for run in runs:
                for name, seconds, answer in run:
                    rows[work.name][name].add(seconds, answer)
    return rows


def show(work: Workload, rows: dict[str, Row]) -> None:
    """Print the table of a workload."""
    base = statistics.median(rows[KERNEL].seconds)
    print(f"\n{work.name}   service level {work.service_level:.4f}")
    print(f"  {'engine':<24}{'ns/contact':>11}{'least':>9}{'most':>9}{'x kernel':>10}{'level':>9}{'runs':>6}")
    for name, row in rows.items():
        level, spread = statistics.fmean(row.levels), work.spread / math.sqrt(len(row.levels))
        sign = "!" if abs(level - work.service_level) > 4 * spread else " "
        middle, low, high = (value * 1e9 for value in (statistics.median(row.seconds), min(row.seconds), max(row.seconds)))
        ratio = middle * 1e-9 / base
        print(f"  {name:<24}{middle:>11.0f}{low:>9.0f}{high:>9.0f}{ratio:>10.2f}{level:>8.4f}{sign}{len(row.levels):>6}")


def everything(rounds: int) -> None:
    """Print CPU time per contact with every rule of the life of a need, births made ahead."""
    ready = whole()
    machine = Machine(ready)
    machine.simulate(1, 0)  # compiled, and the room for people has grown
    taken, offered = [], 0
    for place in range(rounds):
        births = births_of(ready, machine.centre, 1, place)
        seconds, answer = timed(lambda births=births, place=place: answer_of(machine._once(births, machine.sizes, 1, place)[0]))
        taken.append(1e9 * seconds / answer[0])
        offered += answer[0]
    middle, low, high = statistics.median(taken), min(taken), max(taken)
    print(f"\nall rules: {middle:.0f} ns per contact (least {low:.0f}, most {high:.0f}) of {offered / rounds:.3g} contacts")


def threads() -> None:
    """Print wall time of two threads against one: of one desk, where Python has its share, and of many groups."""
    for work in (W1, W3):
        ready, found = model(work), []
        for _ in range(8):  # the first one compiles
            walls = []
            for count in (1, 2):
                start = time.perf_counter()
                engine.run(ready, replications=60, threads=count)
                walls.append(time.perf_counter() - start)
            found.append(walls[0] / walls[1])
        span = f"{min(found[1:]):.2f} to {max(found[1:]):.2f}; wall time; load {os.getloadavg()[0]:.1f}"
        print(f"{work.name}: two threads {statistics.median(found[1:]):.2f} times as fast as one ({span})")


def peak_mb() -> float:
    """Return the most memory this process has had; from /proc where there is one, as rusage counts the parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(float(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory(replications: int, offered: float = 1e6) -> None:
    """Print the memory of a million contacts, so many times; runs in a process of its own, compiled before."""
    times = offered / 47_200
    work = replace(W1, peak=W1.peak * times, floor=W1.floor * times, agents=(round(W1.agents[0] * times),))
    ready = model(work)
    before, start = peak_mb(), time.perf_counter()
    tables = engine.run(ready, replications=replications, threads=2)
    after = peak_mb()
    contacts = tables.queues["offered"].sum() / replications
    wall = time.perf_counter() - start
    print(f"memory: {after:.0f} MB at most ({before:.0f} MB before) for {contacts:.3g} contacts x {replications}, {wall:.1f} s")


def memories(replications: int) -> None:
    """Print the memory of many replications, and of ten million contacts in one."""
    engine.warm_up("recur")  # the compiler itself would count otherwise
    sys.stdout.flush()
    for of, offered in ((replications, 1e6), (1, 1e7)):
        subprocess.run([sys.executable, __file__, "--memory-of", str(of), "--offered", str(offered)], check=True)


def start_up(name: str, *command: str) -> None:
    """Print how long a command takes, least of three."""
    walls = []
    for _ in range(3):
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, cwd=HERE)
        walls.append(time.perf_counter() - start)
        if done.returncode:
            print(f"  {name:<34} failed: {done.stderr.strip().splitlines()[-1]}")
            return
    print(f"  {name:<34}{min(walls):6.2f} s")


def first_compile() -> None:
    """Print how long the first-ever compilation takes: all that ``surgesim warmup`` compiles, into an empty folder."""
    code = "from surgesim.engines import UNITS, prepare; prepare(units=UNITS)"
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], env=os.environ | {"SURGESIM_CACHE_DIR": folder}, check=True)
        print(f"  {'compiled for the first time':<34}{time.perf_counter() - start:6.2f} s")


def start_ups() -> None:
    """Print start-up times."""
    python, first = sys.executable, "import engine_workloads as w; from surgesim.sim.engine import run; run(w.model(w.W1), 1, 1)"
    print("\nstart-up, wall time")
    start_up("import surgesim", python, "-c", "import surgesim")
    tool = Path(python).with_name("surgesim")
    if tool.exists():
        start_up("surgesim --help", str(tool), "--help")
    else:
        print("  surgesim --help                    not measured: the command is not installed here")
    start_up("first result of W1, compiled before", python, "-c", first)
    first_compile()


def missing(named: dict[str, str]) -> None:
    """Say which peers did not take part, and how they would."""
    if importlib.util.find_spec("ciw") is None:
        print("Ciw did not take part: it is not installed (pip install ciw).")
    if not named:
        print("No program outside Python took part: name one with --peer, for example a model in SSJ on the JVM.")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds, short memory run: half a minute")
    parser.add_argument("--rounds", type=int, default=0, help="rounds of our engines (15; 5 when quick)")
    parser.add_argument("--workloads", nargs="+", default=[work.name for work in WORKLOADS], choices=[w.name for w in WORKLOADS])
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND", help="another program")
    parser.add_argument("--threads", action="store_true", help="only two threads against one")
    parser.add_argument("--memory", action="store_true", help="only memory")
    parser.add_argument("--start-up", action="store_true", help="only start-up and compilation")
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--offered", type=float, default=1e6, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory_of:
        memory(arguments.memory_of, arguments.offered)
        return
    if arguments.threads or arguments.memory or arguments.start_up:
        if arguments.threads:
            threads()
        if arguments.memory:
            memories(100)
        if arguments.start_up:
            start_ups()
        return
    works = [work for work in WORKLOADS if work.name in arguments.workloads]
    named = dict(peer.split("=", 1) for peer in arguments.peer)
    rounds = arguments.rounds or (5 if arguments.quick else 15)
    rows = race(works, rounds, min(rounds, 2 if arguments.quick else 5), named)
    for work in works:
        show(work, rows[work.name])
    everything(min(rounds, 5))
    threads()
    memories(10 if arguments.quick else 100)
    start_ups()
    missing(named)


if __name__ == "__main__":
    main()
