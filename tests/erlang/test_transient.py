"""The exact time-varying chain against dense matrix exponentials, Erlang A, a simulation, and its own books."""

import heapq
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial.legendre import leggauss
from scipy.linalg import expm

from surgesim.base.errors import DomainError
from surgesim.base.streams import uniforms
from surgesim.erlang import erlang_a, erlang_b
from surgesim.erlang.transient import Transient, transient

DEFINITIONS = ("offered", "accepted", "handled", "offered_less_short_abandons")
DESK = {
    "edges": [0.0, 300.0, 420.0, 600.0, 615.0, 900.0],
    "arrival_rate": [0.02, 0.05, 0.04, 0.06, 0.01],
    "agents": [4, 6, 2, 5, 3],
    "aht": [120.0, 120.0, 100.0, 100.0, 150.0],
    "patience": [90.0, 60.0, 60.0, 80.0, 80.0],
}


def growth(table: Transient, start: float = 0.0) -> np.ndarray:
    return np.diff(np.concatenate([[start], table.in_queue_end + table.in_service_end]))


def left_over(table: Transient, start: float = 0.0) -> float:
    """Greatest gap in the books of an interval."""
    out = table.blocked + table.balked + table.abandoned + table.handled
    return float(np.abs(table.offered - out - growth(table, start)).max())


class Dense:
    """The chain by brute force: states (busy, queue), dense generators, scipy's matrix exponential."""

    def __init__(self, trunks: int, most_agents: int) -> None:
        self.trunks = trunks
        self.states = [(b, q) for b in range(most_agents + 1) for q in range(trunks + 1 - b)]
        self.place = {state: i for i, state in enumerate(self.states)}

    def generator(self, n: int, birth: float, mu: float, theta: float) -> np.ndarray:
        matrix = np.zeros((len(self.states), len(self.states)))
        for (b, q), i in self.place.items():
            moves = [((b, q - 1), q * theta)] if q else []
            if b + q < self.trunks:
                moves.append((((b + 1, q) if b < n and q == 0 else (b, q + 1)), birth))
            if b:
                moves.append((((b, q - 1) if q and b <= n else (b - 1, q)), b * mu))
            for state, rate in moves:
                if state in self.place:
                    matrix[i, self.place[state]] += rate
                    matrix[i, i] -= rate
        return matrix

    def change(self, law: np.ndarray, n: int) -> np.ndarray:
        out = np.zeros(law.size)
        for (b, q), i in self.place.items():
            take = min(q, max(n - b, 0))
            out[self.place[(b + take, q - take)]] += law[i]
        return out

    def answered(self, b: int, ahead: int, path: list[tuple[int, float, float, float]]) -> float:
        """P(answered) for someone with ``ahead`` in front while ``b`` are busy, along (agents, mu, theta, time)."""
        law, done = {(b, ahead): 1.0}, 0.0
        for n, mu, theta, time in path:
            fresh: dict[tuple[int, int], float] = {}
            for (busy, place), mass in law.items():
                free = max(n - busy, 0)
                if free > place:
                    done += mass
                else:
                    key = (busy + free, place - free)
                    fresh[key] = fresh.get(key, 0.0) + mass
            keys = [(i, j) for i in range(self.trunks + 1) for j in range(self.trunks + 1)]
            index = {key: k for k, key in enumerate(keys)}
            matrix = np.zeros((len(keys) + 1, len(keys) + 1))
            for (busy, place), k in index.items():
                if busy < n:
                    continue
                serve = -1 if busy == n and place == 0 else index.get((busy, place - 1) if busy == n else (busy - 1, place))
                for target, rate in ((serve, busy * mu), (index.get((busy, place - 1)), place * theta)):
                    if target is not None and rate > 0:
                        matrix[k, target] += rate
                        matrix[k, k] -= rate
                matrix[k, k] -= theta
            start = np.zeros(len(keys) + 1)
            for key, mass in fresh.items():
                start[index[key]] += mass
            end = start @ expm(matrix * time)
            done += end[-1]
            law = {key: end[k] for key, k in index.items() if end[k] > 0}
        return done


def test_counts_equal_dense_matrix_exponentials() -> None:
    dense, table = Dense(9, 6), transient(**DESK, trunks=9)
    law = np.zeros(len(dense.states))
    law[dense.place[(0, 0)]] = 1.0
    busy, queue = (np.array([state[axis] for state in dense.states], float) for axis in (0, 1))
    full = busy + queue == 9
    for k in range(5):
        n, birth, mu, theta = DESK["agents"][k], DESK["arrival_rate"][k], 1 / DESK["aht"][k], 1 / DESK["patience"][k]
        law = dense.change(law, n)
        size, length = law.size, DESK["edges"][k + 1] - DESK["edges"][k]
        matrix = np.zeros((2 * size, 2 * size))
        matrix[:size, :size], matrix[:size, size:] = dense.generator(n, birth, mu, theta), np.eye(size)
        both = np.concatenate([law, np.zeros(size)]) @ expm(matrix * length)
        law, area = both[:size], both[size:]
        expected = [law @ queue, law @ busy, area @ queue, area @ busy, birth * (area @ full), theta * (area @ queue)]
        names = ("in_queue_end", "in_service_end", "queue_s", "busy_s", "blocked", "abandoned")
        assert [getattr(table, name)[k] for name in names] == pytest.approx(expected, rel=1e-10, abs=1e-13)


def test_answered_within_equals_quadrature_of_dense_chains() -> None:
    """Waits that straddle changes of capacity, up and down, with the tagged person followed by dense matrices."""
    edges, agents, rate, within = [0.0, 60.0, 90.0, 150.0], [2, 3, 1], [0.05, 0.06, 0.04], 40.0
    table = transient(edges=edges, arrival_rate=rate, agents=agents, aht=50.0, patience=70.0, trunks=5, within=within)
    dense, mu, theta = Dense(5, 3), 1 / 50, 1 / 70
    law = np.zeros(len(dense.states))
    law[dense.place[(0, 0)]] = 1.0
    nodes, weights = leggauss(12)
    for k in range(3):
        law = dense.change(law, agents[k])
        matrix = dense.generator(agents[k], rate[k], mu, theta)
        cuts = sorted({edges[k], edges[k + 1], *(e - within for e in edges[1:3] if edges[k] < e - within < edges[k + 1])})
        good = 0.0
        for low, high in pairwise(cuts):
            for node, weight in zip(nodes, weights, strict=True):
                moment = low + (node + 1) / 2 * (high - low)
                here = law @ expm(matrix * (moment - edges[k]))
                points = [moment, *(e for e in edges[1:3] if moment < e < moment + within), moment + within]
                spans = pairwise(points)
                path = [(agents[np.searchsorted(edges, a, side="right") - 1], mu, theta, b - a) for a, b in spans]
                share = sum(
                    here[i] * (1.0 if b < agents[k] else dense.answered(b, q, path))
                    for (b, q), i in dense.place.items() if b + q < 5 and here[i] > 1e-18
                )  # fmt: skip
                good += weight / 2 * (high - low) * rate[k] * share
        assert table.answered_within[k] == pytest.approx(good, rel=1e-9)
        law = law @ expm(matrix * (edges[k + 1] - edges[k]))


@pytest.mark.parametrize("of", DEFINITIONS)
@pytest.mark.parametrize(("trunks", "balk"), [(None, 0.0), (45, 0.0), (None, 0.2)])
def test_long_run_is_erlang_a(of: str, trunks: int | None, balk: float) -> None:
    desk = {"arrival_rate": 0.1, "agents": 32, "aht": 300.0, "patience": 150.0, "trunks": trunks, "balk": balk}
    table, limit = transient(edges=[0, 60_000, 60_600], **desk), erlang_a(**desk)
    assert table.service_level(of)[1] == pytest.approx(float(limit.service_level(within=20, of=of)), rel=1e-10)
    assert table.wait_probability()[1] == pytest.approx(float(limit.wait_probability), rel=1e-10)
    assert table.asa_s()[1] == pytest.approx(float(limit.asa_all_s), rel=1e-10)
    assert table.mean_queue()[1] == pytest.approx(float(limit.queue_length), rel=1e-10)


@pytest.mark.parametrize("agents", [8, 20])
def test_as_many_trunks_as_agents_or_fewer_is_erlang_b(agents: int) -> None:
    table = transient(edges=[0, 20_000, 21_000], arrival_rate=0.1, agents=agents, aht=90.0, patience=50.0, trunks=8)
    assert table.blocked[1] / table.offered[1] == pytest.approx(float(erlang_b(load=9.0, trunks=8)), rel=1e-10)
    assert table.service_level()[1] == pytest.approx(1 - float(erlang_b(load=9.0, trunks=8)), rel=1e-10)
    assert table.queue_s.sum() == pytest.approx(0.0, abs=1e-12)


def test_agents_finish_the_contact_in_hand() -> None:
    table = transient(edges=[0, 10], arrival_rate=0.0, agents=0, aht=100.0, busy_start=5, patience=30.0)
    assert table.in_service_end[0] == pytest.approx(5 * np.exp(-0.1), rel=1e-12)
    back = transient(edges=[0, 5, 10], arrival_rate=0.0, agents=[5, 0], aht=1e9, busy_start=5, on_drop="return")
    assert back.in_queue_end[1] == pytest.approx(5.0, rel=1e-6)
    assert np.isnan(back.answered_within[0])
    assert left_over(back, 5.0) < 1e-12


def test_nobody_serves_and_nobody_leaves() -> None:
    table = transient(edges=[0, 100, 200], arrival_rate=[0.1, 0.0], agents=0, aht=60.0)
    assert table.cohort_waiting == pytest.approx([10.0, 0.0])
    assert table.service_level()[0] == 0.0
    assert np.isnan(table.service_level()[1])


desks = st.fixed_dictionaries({
    "edges": st.lists(st.floats(5.0, 900.0), min_size=3, max_size=3).map(lambda x: np.concatenate([[0.0], np.cumsum(x)])),
    "arrival_rate": st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 0.1)), min_size=3, max_size=3),
    "agents": st.lists(st.integers(0, 12), min_size=3, max_size=3),
    "aht": st.floats(20.0, 600.0),
    "patience": st.one_of(st.none(), st.floats(5.0, 2000.0)),
    "trunks": st.one_of(st.none(), st.integers(1, 20)),
    "within": st.floats(0.0, 120.0),
    "balk": st.sampled_from([0.0, 0.3]),
})  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(desks)
def test_books_balance(desk: dict) -> None:
    table = transient(**desk)
    assert left_over(table) < 1e-9
    queue = np.diff(np.concatenate([[0.0], table.in_queue_end]))
    entered = table.offered - table.blocked - table.balked
    assert entered - table.abandoned - table.answered == pytest.approx(queue, abs=1e-9)
    assert table.cohort_handled.sum() >= table.answered.sum() - 1e-9
    assert np.all(table.answered_within <= table.cohort_handled + 1e-9)
    assert np.all(table.abandoned_within <= table.cohort_abandoned + 1e-9)
    assert np.all(table.cohort_waiting >= -1e-9)
    assert table.error_bound < 1e-7


@settings(max_examples=15, deadline=None)
@given(desks, st.floats(0.1, 0.9))
def test_cutting_an_interval_in_two_changes_nothing(desk: dict, part: float) -> None:
    whole, edges = transient(**desk), desk["edges"]
    cut = edges[1] + part * (edges[2] - edges[1])
    halves = {name: np.repeat(desk[name], [1, 2, 1]) for name in ("arrival_rate", "agents")}
    fine = transient(**{**desk, **halves, "edges": np.array([edges[0], edges[1], cut, edges[2], edges[3]])})
    for name in ("blocked", "abandoned", "handled", "queue_s", "answered_within", "cohort_handled", "cohort_wait_s"):
        parts = getattr(fine, name)
        joined = [parts[0], parts[1] + parts[2], parts[3]]
        assert joined == pytest.approx(getattr(whole, name), rel=1e-8, abs=1e-8)


@settings(max_examples=15, deadline=None)
@given(desks, st.integers(0, 2))
def test_one_more_agent_never_harms(desk: dict, place: int) -> None:
    more = list(desk["agents"])
    more[place] += 1
    few, many = transient(**desk), transient(**{**desk, "agents": more})
    assert many.abandoned.sum() <= few.abandoned.sum() + 1e-8
    assert many.queue_s.sum() <= few.queue_s.sum() + 1e-6


def simulate(seed: int, edges: list[float], rates: list[float], agents: list[int], aht: float, patience: float) -> list:
    """One day of the desk, event by event; (arrival, wait, answered) of each contact, first come first served."""
    draw = iter(uniforms(seed, 0, np.arange(4000), 0, 1000))
    steps, t, top = [], 0.0, max(rates)
    while (t := t - np.log(next(draw)) / top) < edges[-1]:
        if next(draw) * top < rates[np.searchsorted(edges, t, side="right") - 1]:
            steps.append((t, 1, -np.log(next(draw)) * patience))
    events = [(e, 0, float(n)) for e, n in zip(edges, agents, strict=False)] + steps
    heapq.heapify(events)
    queue, busy, capacity, fates = [], 0, 0, []
    while events:
        now, kind, value = heapq.heappop(events)
        if kind == 0:
            capacity = int(value)
        elif kind == 1:
            queue.append((now, now + value))
        else:
            busy -= 1
        while queue and (busy < capacity or queue[0][1] <= now):
            came, limit = queue.pop(0)
            fates.append((came, min(limit, now) - came, limit > now))
            if limit > now:
                busy += 1
                heapq.heappush(events, (now - np.log(next(draw)) * aht, 2, 0.0))
    return fates


def test_agrees_with_a_simulation() -> None:
    edges, rates, agents = [0.0, 300.0, 400.0, 700.0], [0.06, 0.1, 0.05], [5, 8, 3]
    table = transient(edges=edges, arrival_rate=rates, agents=agents, aht=90.0, patience=60.0, within=20.0)
    days = 1500
    counts = np.zeros((days, 3, 2))
    for day in range(days):
        for came, wait, answered in simulate(day, edges, rates, agents, 90.0, 60.0):
            if answered:
                k = np.searchsorted(edges, came, side="right") - 1
                counts[day, k] += (wait <= 20.0, 1.0)
    mean, error = counts.mean(axis=0), counts.std(axis=0) / np.sqrt(days)
    exact = np.column_stack([table.answered_within, table.cohort_handled])
    assert np.all(np.abs(mean - exact) < 4 * error), (mean - exact) / error


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(DomainError) as caught:
        transient(edges=[0, 1, 2], arrival_rate=[1, -1], agents=[1.5, 2], aht=0, within=-1, trunks=0, balk=2)
    named = {problem.where for problem in caught.value.problems}
    assert {"arrival_rate", "agents", "aht", "within", "trunks", "balk"} <= named
    with pytest.raises(DomainError, match="increasing"):
        transient(edges=[0, 0], arrival_rate=1, agents=1, aht=1)
    with pytest.raises(DomainError, match="steps"):
        transient(edges=[0, 1e9], arrival_rate=1e3, agents=100_000, aht=60)
    with pytest.raises(DomainError, match=r"queue grows to about 8.97e\+05"):
        transient(edges=[0, 900], arrival_rate=1e3, agents=3, aht=1)
    with pytest.raises(DomainError, match="unknown definition"):
        transient(edges=[0, 1], arrival_rate=1, agents=1, aht=1).service_level("all")  # type: ignore[arg-type]


def test_table_is_additive_and_complete() -> None:
    table = transient(**DESK)
    frame = table.to_frame()
    assert frame.height == 5
    assert frame["answered_within"].sum() / frame["offered"].sum() == pytest.approx(table.total_service_level())
    assert frame["agents_s"].to_list() == pytest.approx(np.multiply(DESK["agents"], np.diff(DESK["edges"])))
