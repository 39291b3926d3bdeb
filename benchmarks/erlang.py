"""Erlang formulas: evaluations per second and largest error, against other packages, on one grid in one run.

    python benchmarks/erlang.py [--points 10000] [--seconds 1.5]

Peers are imported if they are installed (pyworkforce, pyqueueing, most-queue); what is missing is named. The truth is 40-digit
arithmetic at a sample of the grid. "staffing" is the least agents for 80 % within 20 s over the whole grid.
"""

import argparse
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "erlang"))

import erlang_reference as reference

from surgesim import erlang

AHT, PATIENCE, WITHIN, TARGET = 180.0, 300.0, 20.0, 0.8
Point = tuple[float, int]
Formula = Callable[[float, int], float]


def scipy_wait_c(rate: float, agents: int) -> float:
    from scipy.special import gammaln, pdtr

    load = rate * AHT
    edge = np.exp(agents * np.log(load) - load - gammaln(agents + 1))
    above = edge * agents / (agents - load)
    return float(above / (above + pdtr(agents - 1, load)))


def scipy_wait_a(rate: float, agents: int) -> float:
    from scipy.special import gammainc, gammaincc, gammaln

    load, c, x = rate * AHT, agents * PATIENCE / AHT, rate * PATIENCE
    below = gammaincc(agents, load) * np.exp(-agents * np.log(load) + load + gammaln(agents + 1))
    above = gammainc(c, x) * np.exp(-c * np.log(x) + x + gammaln(c + 1))
    return float(above / (above + below))


def pyworkforce_peers() -> Iterator[tuple[str, str, Formula]]:
    from pyworkforce.queuing import ErlangC

    def waiting(rate: float, agents: int) -> float:
        desk = ErlangC(transactions=rate * 1800.0, aht=AHT / 60, asa=WITHIN / 60, interval=30)
        return float(desk.waiting_probability(agents))

    def staffing(rate: float, agents: int) -> float:
        desk = ErlangC(transactions=rate * 1800.0, aht=AHT / 60, asa=WITHIN / 60, interval=30)
        return float(desk.required_positions(service_level=TARGET)["positions"])

    yield "C wait", "pyworkforce", waiting
    yield "C staffing", "pyworkforce", staffing
    from pyworkforce.queuing import ErlangA

    def desk_a(rate: float) -> ErlangA:
        return ErlangA(transactions=rate * 1800.0, aht=AHT / 60, asa=WITHIN / 60, interval=30, patience=PATIENCE / 60)

    yield "A wait", "pyworkforce", lambda rate, agents: float(desk_a(rate).waiting_probability(agents))
    yield (
        "A staffing",
        "pyworkforce",
        lambda rate, agents: float(desk_a(rate).required_positions(service_level=TARGET)["positions"]),
    )


def pyqueueing_peers() -> Iterator[tuple[str, str, Formula]]:
    from pyqueueing.models.erlang_a import ErlangA

    def waiting(rate: float, agents: int) -> float:
        return float(ErlangA(rate, 1 / AHT, agents, 1 / PATIENCE).prob_wait())

    yield "A wait", "pyqueueing", waiting
    from pyqueueing.models.erlang_c import ErlangC

    yield "C wait", "pyqueueing", lambda rate, agents: float(ErlangC(rate, 1 / AHT, agents).prob_wait())


def most_queue_peers() -> Iterator[tuple[str, str, Formula]]:
    from most_queue.theory.impatience.mmn import MMnImpatienceCalc

    def waiting(rate: float, agents: int) -> float:
        desk = MMnImpatienceCalc(n=agents, theta=1 / PATIENCE)
        desk.set_sources(rate)
        desk.set_servers(1 / AHT)
        return float(desk.get_waiting_probability())

    yield "A wait", "most-queue", waiting


def scipy_peers() -> Iterator[tuple[str, str, Formula]]:
    yield "C wait", "SciPy loop", scipy_wait_c
    yield "A wait", "SciPy loop", scipy_wait_a


def peers() -> list[tuple[str, str, Formula]]:
    found: list[tuple[str, str, Formula]] = []
    for source in (pyworkforce_peers, pyqueueing_peers, most_queue_peers, scipy_peers):
        try:
            for peer in source():
                found.append(peer)
        except ImportError as error:
            print(f"not measured: {source.__name__.removesuffix('_peers')}: {error}")
    return found


def ours(task: str, rates: np.ndarray, agents: np.ndarray) -> np.ndarray:
    patience = PATIENCE if task.startswith("A") else None
    if task.endswith("staffing"):
        return erlang.agents_for(target=TARGET, within=WITHIN, arrival_rate=rates, aht=AHT, patience=patience)
    endless = np.inf if patience is None else patience
    return erlang.erlang_a(arrival_rate=rates, aht=AHT, agents=agents, patience=endless).wait_probability


def staffed(task: str, rate: float) -> int:
    return int(ours(task, np.array([rate]), np.ones(1))[0])


def truth(task: str, rate: float, agents: int) -> float:
    if task == "C wait":
        return float(reference.erlang_c(rate, AHT, agents, WITHIN)["wait_probability"])
    return float(reference.erlang_a(rate, AHT, agents, PATIENCE, WITHIN)["wait_probability"])


def timed(formula: Formula, points: list[Point], seconds: float) -> float:
    """Evaluations per second over points spread through the grid, until the time is up."""
    start, done = time.perf_counter(), 0
    for rate, agents in points:
        with contextlib.suppress(ArithmeticError, ValueError):
            formula(rate, agents)
        done += 1
        if time.perf_counter() - start > seconds:
            break
    return done / (time.perf_counter() - start)


def worst(formula: Formula, sample: list[Point], known: list[float]) -> tuple[float, str]:
    largest, at = 0.0, ""
    for (rate, agents), value in zip(sample, known, strict=True):
        try:
            with np.errstate(all="ignore"):
                error = abs(formula(rate, agents) / value - 1)
        except (ArithmeticError, ValueError) as failure:
            error, at = np.inf, f"load {rate * AHT:.6g}, {agents} agents: {type(failure).__name__}"
        if not error <= largest:
            largest = error
            at = at if error == np.inf and at else f"load {rate * AHT:.6g}, {agents} agents"
    return largest, at


HARD = [(load, heads) for load in (0.01, 20.0, 150.0, 175.0, 800.0, 5000.0) for heads in (0.9, 1.0, 1.02, 1.3)]
FAILED = 1e-6


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError if the block takes longer."""

    def ring(*_: object) -> None:
        raise TimeoutError(f"no answer in {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def failure(formula: Formula, rate: float, agents: int, value: float) -> str:
    """What is wrong with an answer, or nothing."""
    try:
        with np.errstate(all="ignore"), time_limit(5.0):
            found = formula(rate, agents)
    except Exception as error:  # a peer may fail in any way; the way is what is listed
        return f"{type(error).__name__}: {str(error)[:60]}"
    error = abs(found / value - 1.0)
    return "" if error <= FAILED else f"{found:.6g} instead of {value:.6g}"


def print_failures() -> None:
    """List the points of a harder grid where an answer is missing or wrong by more than one in a million."""
    print(f"\nfailures on {len(HARD)} harder points (error above {FAILED:g}, no number, an exception or no answer in 5 s)")

    def own(task: str) -> Formula:
        return lambda rate, agents: float(ours(task, np.array([rate]), np.array([agents]))[0])

    formulas = [(task, "surgesim", own(task)) for task in ("C wait", "A wait")]
    for task, package, formula in formulas + [peer for peer in peers() if peer[0].endswith("wait")]:
        points = [(load / AHT, max(int(np.ceil(load * heads)), 1)) for load, heads in HARD]
        points = [(rate, agents) for rate, agents in points if task[0] == "A" or agents > rate * AHT]
        bad = [(rate, agents, failure(formula, rate, agents, truth(task, rate, agents))) for rate, agents in points]
        bad = [entry for entry in bad if entry[2]]
        print(f"{task:12}{package:14}{len(bad)} of {len(points)}")
        for rate, agents, what in bad:
            print(f"{'':12}load {rate * AHT:g}, {agents} agents: {what}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--points", type=int, default=10_000)
    arguments.add_argument("--seconds", type=float, default=1.5)
    options = arguments.parse_args()
    load = np.logspace(0, 3, options.points)
    rates, agents = load / AHT, np.ceil(load + 0.5 * np.sqrt(load)) + 1
    order = np.argsort(np.arange(options.points) * 0.6180339887498949 % 1.0)
    points = [(float(rates[i]), int(agents[i])) for i in order]
    sample = points[:12]
    speeds: dict[str, float] = {}
    print(f"{options.points} points, load 1..1000, AHT {AHT:g} s, patience {PATIENCE:g} s, {TARGET:.0%} in {WITHIN:g} s\n")
    print(f"{'task':12}{'package':14}{'per second':>12}  largest relative error, where")
    for task in ("C wait", "A wait", "C staffing", "A staffing"):
        ours(task, rates[:3], agents[:3])
        start = time.perf_counter()
        found = ours(task, rates, agents)
        speeds[task] = options.points / (time.perf_counter() - start)
        if task.endswith("wait"):
            known = [truth(task, *point) for point in sample]
            values = found[order[:12]]
            print(f"{task:12}{'surgesim':14}{speeds[task]:12,.0f}  {np.max(np.abs(values / known - 1)):.1e}")
        else:
            print(f"{task:12}{'surgesim':14}{speeds[task]:12,.0f}")
    for task, package, formula in peers():
        speed = timed(formula, points, options.seconds)
        note = ""
        if task.endswith("wait"):
            note = "{:.1e}  {}".format(*worst(formula, sample, [truth(task, *point) for point in sample]))
        else:
            answers = [(rate, int(formula(rate, heads)), staffed(task, rate)) for rate, heads in sample[:4]]
            other = [f"load {rate * AHT:.6g}: {theirs}, not {right}" for rate, theirs, right in answers if theirs != right]
            note = "; ".join(other) or "same answers"
        print(f"{task:12}{package:14}{speed:12,.0f}  {note}  (surgesim {speeds[task] / speed:,.0f} times)")
    print_failures()


if __name__ == "__main__":
    main()
