"""Peers of ``engine.py``, written for these workloads and nothing else: plain heapq, SimPy, and Ciw where it is installed.

Each returns (contacts offered, answered within 20 s). They share no code with the package; luck is Python's own.
"""

from collections import OrderedDict
from collections.abc import Generator, Iterator
from heapq import heappop, heappush
from random import Random  # noqa: TID251 -- a peer has its own luck
from typing import Any

from engine_workloads import CLOSES, DAYS, OPENS, WITHIN_S, Workload

Answer = tuple[int, int]
HORIZON_S = DAYS * 86_400.0


def is_open(now: float) -> bool:
    """Whether the desk takes calls."""
    return now < HORIZON_S and OPENS * 3600.0 <= now % 86_400.0 < CLOSES * 3600.0


def arrivals(work: Workload, luck: Random) -> Iterator[float]:
    """Yield the moments of calls: an exact Poisson process, hour by hour."""
    for hour, rate in enumerate(work.rates()):
        now, end = hour * 3600.0, hour * 3600.0 + 3600.0
        while rate > 0.0:
            now += luck.expovariate(rate / 3600.0)
            if now >= end:
                break
            yield now


class Desk:
    """Idle agents, queues and counters, without any clock."""

    def __init__(self, work: Workload, seed: int) -> None:
        self.work, self.luck = work, Random(seed)
        self.kinds, self.weights = range(len(work.shares)), work.shares
        self.idle = list(work.agents)
        self.queues: list[OrderedDict[int, Any]] = [OrderedDict() for _ in work.shares]
        self.offered = self.within = 0

    def kind(self) -> int:
        """Draw the type of a call."""
        return 0 if len(self.kinds) == 1 else self.luck.choices(self.kinds, self.weights)[0]

    def take(self, kind: int) -> int:
        """Return the group that answers at once, -1 where nobody can."""
        for group in self.work.groups_of[kind]:
            if self.idle[group]:
                self.idle[group] -= 1
                return group
        return -1

    def next_for(self, group: int) -> Any:
        """Return whom a freed agent of a group answers, None where nobody waits for it; the agent is idle then."""
        for kind in self.work.queues_of[group]:
            if self.queues[kind]:
                return self.queues[kind].popitem(last=False)[1]
        self.idle[group] += 1
        return None

    def talk(self, kind: int) -> float:
        """Draw a handling time."""
        return self.luck.expovariate(1.0 / self.work.aht[kind])

    def patience(self, kind: int) -> float:
        """Draw a patience."""
        return self.luck.expovariate(1.0 / self.work.patience[kind])

    def redials(self, attempt: int) -> float:
        """Return after how long somebody who gave up tries again; 0 where they do not."""
        work = self.work
        if attempt >= work.attempts or self.luck.random() >= work.redial:
            return 0.0
        return self.luck.expovariate(1.0 / work.redial_delay)

    def repeats(self) -> float:
        """Return after how long somebody who was answered calls again; 0 where they do not."""
        return self.luck.uniform(*self.work.repeat_delay) if self.luck.random() < self.work.repeat else 0.0


FINISH, GIVE_UP, CALL = 0, 1, 2


def heapq_loop(work: Workload, seed: int) -> Answer:
    """A plain loop over one heap of events."""
    desk, events, count = Desk(work, seed), [], 0
    again = work.redial > 0.0 or work.repeat > 0.0
    source = arrivals(work, desk.luck)
    following = next(source, None)

    def begin(group: int, kind: int, now: float, wait: float) -> None:
        nonlocal count
        desk.within += wait <= WITHIN_S
        end = now + desk.talk(kind)
        count += 1
        heappush(events, (end, FINISH, count, group, 0))
        if again and (delay := desk.repeats()):
            heappush(events, (end + delay, CALL, count, kind, 1))

    while following is not None or events:
        if events and (following is None or events[0][0] <= following):
            now, what, number, one, attempt = heappop(events)
        else:
            assert following is not None
            now, what, number, one, attempt = following, CALL, 0, desk.kind(), 1
            following = next(source, None)
        if what == FINISH:
            waiting = desk.next_for(one)
            if waiting is not None:
                begin(one, waiting[0], now, now - waiting[1])
        elif what == GIVE_UP:
            if desk.queues[one].pop(number, None) is not None and again and (delay := desk.redials(attempt)):
                heappush(events, (now + delay, CALL, number, one, attempt + 1))
        elif is_open(now):
            desk.offered += 1
            group = desk.take(one)
            if group >= 0:
                begin(group, one, now, 0.0)
            else:
                count += 1
                desk.queues[one][count] = (one, now)
                heappush(events, (now + desk.patience(one), GIVE_UP, count, one, attempt))
    return desk.offered, desk.within


def simpy_loop(work: Workload, seed: int) -> Answer:
    """A SimPy model with a router made by hand: one process for each call."""
    import simpy

    env, desk = simpy.Environment(), Desk(work, seed)
    numbers = iter(range(1 << 60))

    def later(delay: float, kind: int, attempt: int) -> Generator[Any, Any, None]:
        yield env.timeout(delay)
        if is_open(env.now):
            yield from call(kind, attempt)

    def call(kind: int, attempt: int) -> Generator[Any, Any, None]:
        desk.offered += 1
        arrived, group = env.now, desk.take(kind)
        if group < 0:
            number, called = next(numbers), env.event()
            desk.queues[kind][number] = called
            result = yield called | env.timeout(desk.patience(kind))
            if called not in result:
                del desk.queues[kind][number]
                if work.redial and (delay := desk.redials(attempt)):
                    env.process(later(delay, kind, attempt + 1))
                return
            group = called.value
        desk.within += env.now - arrived <= WITHIN_S
        yield env.timeout(desk.talk(kind))
        waiting = desk.next_for(group)
        if waiting is not None:
            waiting.succeed(group)
        if work.repeat and (delay := desk.repeats()):
            env.process(later(delay, kind, 1))

    def source() -> Generator[Any, Any, None]:
        for moment in arrivals(work, desk.luck):
            yield env.timeout(moment - env.now)
            env.process(call(desk.kind(), 1))

    env.process(source())
    env.run()
    return desk.offered, desk.within


class CiwRoutes:
    """Routes of a call in Ciw: node 1 is the desk, node 2 the time until a redial, node 3 the time until a repeat."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.simulation = desk, None

    def initialise(self, simulation: Any) -> None:
        self.simulation = simulation

    def initialise_individual(self, person: Any) -> None:
        person.attempt = 1

    def next_node(self, person: Any, node: int) -> Any:
        nodes = self.simulation.nodes
        if node > 1:
            return nodes[1] if is_open(self.simulation.current_time) else nodes[-1]
        person.attempt = 1
        return nodes[3] if self.desk.luck.random() < self.desk.work.repeat else nodes[-1]

    def next_node_for_jockeying(self, person: Any, node: int) -> Any:
        work = self.desk.work
        again = person.attempt < work.attempts and self.desk.luck.random() < work.redial
        person.attempt += 1
        return self.simulation.nodes[2 if again else -1]


def ciw_loop(work: Workload, seed: int) -> Answer:
    """A single queue in Ciw, with two nodes where people wait before they call again."""
    import ciw

    ciw.seed(seed)
    rates = [rate / 3600.0 for rate in work.rates()]
    calls = ciw.dists.PoissonIntervals(rates, [3600.0 * (hour + 1) for hour in range(len(rates))], HORIZON_S)
    network = ciw.create_network(
        arrival_distributions=[calls, None, None],
        service_distributions=[
            ciw.dists.Exponential(1.0 / work.aht[0]),
            ciw.dists.Exponential(1.0 / work.redial_delay),
            ciw.dists.Uniform(*work.repeat_delay),
        ],
        number_of_servers=[work.agents[0], float("inf"), float("inf")],
        reneging_time_distributions=[ciw.dists.Exponential(1.0 / work.patience[0]), None, None],
        routing=CiwRoutes(Desk(work, seed)),
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(HORIZON_S + 86_400.0)
    records = [record for record in simulation.get_all_records() if record.node == 1]
    within = sum(record.record_type == "service" and record.waiting_time <= WITHIN_S for record in records)
    return len(records), within
