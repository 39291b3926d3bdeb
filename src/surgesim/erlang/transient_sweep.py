"""The sweep behind :func:`surgesim.erlang.transient.transient`: forward over the intervals, collecting the columns."""

import numpy as np

from surgesim.base.errors import DomainError, Problem
from surgesim.erlang import transient_kernel as kernel
from surgesim.erlang.transient_chain import COUNTS, Array, Chain, State, constant, counts, moments, pieces
from surgesim.erlang.transient_moves import change_capacity, return_to_queue
from surgesim.erlang.transient_waits import COHORT, cohorts, fates_of, kronrod

MOST_WORK = 5e10  # elementary steps (about a minute) beyond which the exact chain is refused, before it starts
ROUNDING = 1e-13  # greatest relative drift of a count over a horizon, as seen from its conservation laws


def solve(chain: Chain) -> tuple[dict[str, Array], float]:
    """All columns of the answer, and a bound of the error in contacts."""
    _check_work(chain)
    sweep = Sweep(chain)
    for k in range(chain.agents.size):
        sweep.interval(k)
    columns = {name: np.array(values) for name, values in sweep.columns.items()}
    columns["offered"] = chain.birth * np.diff(chain.edges)
    if chain.returning:
        columns |= dict.fromkeys(COHORT, np.full(chain.agents.size, np.nan))
    else:
        columns |= cohorts(chain, sweep.at_start, sweep.at_end, sweep.started, columns)
    rounding = ROUNDING * float(columns["offered"].sum() + chain.agents.max() + chain.busy_start + chain.queue_start)
    return columns, sweep.lost + sweep.quadrature + rounding


def _check_work(chain: Chain) -> None:
    """Refuse a chain whose number of jumps times states is out of reach.

    Raises
    ------
    DomainError
        With the queue the chain would grow to, and the steps it would take.
    """
    queues = _queues(chain)
    longest = np.maximum(queues[:-1], queues[1:])
    length, served = np.diff(chain.edges), chain.agents * chain.mu
    width = longest + 8.0 * np.sqrt(longest + chain.agents) + 30.0
    jumps = (chain.birth + served + width * chain.theta) * length
    spread = np.minimum(chain.agents + width, 20.0 * np.sqrt(np.cumsum(jumps) + chain.busy_start + 1.0) + 100.0)
    # a waiting person's fate is settled when all ahead are gone
    with np.errstate(divide="ignore"):
        settled = np.minimum(2.0 * width / served, 6.0 * np.log(width + 3.0) / chain.theta)
    fates = 3.0 * width * (served + width * chain.theta) * np.minimum(length, np.fmin(settled, length))
    copies = jumps / 400.0 * 20.0 * (chain.agents + width)  # the whole law is copied now and then
    work = float((jumps * spread + copies + fates).sum())
    if work > MOST_WORK:
        what = f"the queue grows to about {longest.max():.3g}, and the exact chain would take about {work:.0e} steps"
        cure = f"the limit is {MOST_WORK:.0e}: give fewer lines or shorter patience, or use the fluid approximation"
        raise DomainError(Problem(what, "transient", cure))


def _queues(chain: Chain) -> Array:
    """Mean queue at the edges as a fluid: what comes and does not fit into service, less what leaves."""
    places = np.inf if chain.trunks < 0 else float(chain.trunks)
    found = [float(chain.queue_start)]
    for birth, n, mu, theta, length in zip(chain.birth, chain.agents, chain.mu, chain.theta, np.diff(chain.edges), strict=True):
        growth = birth * (1.0 - chain.balk) - n * mu
        fade = -np.expm1(-theta * length) / theta if theta > 0.0 else length
        now = found[-1] + (growth - theta * found[-1]) * fade
        found.append(min(max(now, 0.0), max(places - n, 0.0)))
    return np.array(found)


class Sweep:
    """Forward pass: carries the law over the intervals and collects the columns."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        first = int(chain.agents[0])
        at_end = ("in_queue_end", "in_service_end", "wait_probability_end")
        names = (*COUNTS, "answered_within", "abandoned_within", *at_end)
        self.columns: dict[str, list[float]] = {name: [] for name in names}
        self.lost = self.quadrature = 0.0
        self.agents = max(first, chain.busy_start)
        self.state = _certain(self.agents, chain.busy_start, chain.queue_start)
        self.at_start: list[State] = []  # law after the change of capacity at the start of each interval
        self.at_end: list[State] = []
        self.started: list[float] = []

    def interval(self, k: int) -> None:
        """Solve interval ``k`` and append its figures."""
        chain, n = self.chain, int(self.chain.agents[k])
        started = self.enter(k)
        self.at_start.append(self.state)
        sums = dict.fromkeys((*COUNTS, "answered_within", "abandoned_within"), 0.0)
        self.started.append(started)
        sums["answered"] += started
        for start, end in pieces(chain, k):
            area, fates = self._piece(k, start, end)
            for name, value in zip(COUNTS, counts(chain, k, area), strict=True):
                sums[name] += value
            sums["answered_within"] += fates[0]
            sums["abandoned_within"] += fates[1]
        self.at_end.append(self.state)
        queue, busy, wait = moments(*self.state, n)
        sums |= {"in_queue_end": queue, "in_service_end": busy, "wait_probability_end": wait}
        for name, value in sums.items():
            self.columns[name].append(value)

    def enter(self, k: int) -> float:
        """Change to the capacity of interval ``k``; expected number whose service starts by that."""
        n = int(self.chain.agents[k])
        change = return_to_queue if self.chain.returning else change_capacity
        main, layers, started = change(*self.state, self.agents, n)
        self.state, self.agents = kernel.resize(main, layers, n, *kernel.support(main, layers, n)), n
        return started

    def _piece(self, k: int, start: float, end: float) -> tuple[State, Array]:
        """Move on from ``start`` to ``end``; integrated law and the fates within the target of those who arrive."""
        chain = self.chain
        if chain.birth[k] == 0.0 or chain.returning:
            return self.forward(k, end - start), np.full(2, np.nan if chain.returning else 0.0)
        if constant(chain, k, start, end):
            area = self.forward(k, end - start)
            return area, chain.birth[k] * fates_of(chain, k, area, start)
        return self._quadrature(k, start, end)

    def forward(self, k: int, length: float) -> State:
        chain, birth = self.chain, float(self.chain.birth[k])
        join = birth * (1.0 - chain.balk)
        room = chain.trunks - self.agents
        mu, theta, unlimited = float(chain.mu[k]), float(chain.theta[k]), chain.trunks < 0
        main, layers, area, area_layers, lost = kernel.evolve(
            *self.state, self.agents, room, unlimited, birth, join, mu, theta, length
        )
        self.state = (main, layers)
        self.lost += lost
        return area, area_layers

    def _quadrature(self, k: int, start: float, end: float) -> tuple[State, Array]:
        """Gauss-Kronrod over the arrival moment; halves the piece until the error is below the tolerance."""
        chain, before, lost = self.chain, self.state, self.lost
        nodes, fine, coarse = kronrod()
        places = start + (nodes + 1) / 2 * (end - start)
        total: State | None = None
        fates = np.zeros((nodes.size, 2))
        moments = [start, *places, end]
        for i in range(nodes.size + 1):
            area = self.forward(k, moments[i + 1] - moments[i])
            total = area if total is None else _add(total, area, self.agents)
            if i < nodes.size:
                fates[i] = fates_of(chain, k, self.state, float(places[i]))
        scale = chain.birth[k] * (end - start) / 2
        error = float(np.abs((fine - coarse) @ fates).max() * scale)
        if error > chain.tolerance * chain.birth[k] * (end - start) and end - start > 1e-6 * (chain.within + 1e-300):
            self.state, self.lost = before, lost
            middle = (start + end) / 2
            left, first = self._quadrature(k, start, middle)
            right, second = self._quadrature(k, middle, end)
            return _add(left, right, self.agents), first + second
        self.quadrature += error
        assert total is not None
        return total, scale * (fine @ fates)


def _certain(n: int, busy: int, queue: int) -> State:
    """The law of a known start; ``n`` is at least ``busy``."""
    main = np.zeros(n + queue + 1)
    main[busy + queue] = 1.0
    return main, np.zeros((0, queue + 1))


def _add(one: State, two: State, n: int) -> State:
    count = max(one[1].shape[0], two[1].shape[0])
    width = max(one[1].shape[1], two[1].shape[1])
    a, b = kernel.resize(*one, n, count, width), kernel.resize(*two, n, count, width)
    return a[0] + b[0], a[1] + b[1]


def number_inside(chain: Chain) -> list[Array]:
    """Law of the number inside (busy and queue), averaged over each interval."""
    sweep, laws = Sweep(chain), []
    for k, length in enumerate(np.diff(chain.edges)):
        sweep.enter(k)
        main, layers = sweep.forward(k, float(length))
        law = np.zeros(main.size + layers.shape[0])
        law[: main.size] += main
        for e in range(layers.shape[0]):
            law[sweep.agents + e + 1 : sweep.agents + e + 1 + layers.shape[1]] += layers[e]
        laws.append(law / law.sum())
    return laws
