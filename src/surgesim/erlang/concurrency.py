"""Chat: agents who hold several conversations at once, exact; and the closed loop of one agent with several windows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array
from surgesim.erlang import checks
from surgesim.erlang.chain import Chain, State, grown, stationary


@dataclass(frozen=True, slots=True)
class Chats:
    """Measures of a chat desk.

    Attributes
    ----------
    wait_probability : share of chats that find all windows taken
    abandonment : share of chats that leave the queue
    asa_all_s : mean wait of all chats
    queue_length : mean number waiting
    chats_open : mean number of chats with an agent
    idle : mean share of agents without a chat
    handle_s : mean time of a chat with its agent, slowed by the others
    handled_rate : handled chats per second
    """

    wait_probability: float
    abandonment: float
    asa_all_s: float
    queue_length: float
    chats_open: float
    idle: float
    handle_s: float
    handled_rate: float


def chat_waits(
    *,
    arrival_rate: float,
    handle_s: Sequence[float],
    agents: int,
    patience: float = np.inf,
    most_waiting: int | None = None,
) -> Chats:
    """Return the exact stationary measures; a new chat goes to the agent with the fewest.

    Parameters
    ----------
    arrival_rate : float
        Chats per second.
    handle_s : sequence of float
        Mean time of one chat while its agent holds 1, 2, ... chats; its length is the concurrency limit.
    agents : int
        Agents.
    patience : float
        Mean patience in seconds; may be infinite.
    most_waiting : int or None
        Truncation of the queue; None grows it until less than 1e-12 of the probability lies there.

    Raises
    ------
    DomainError
        Input out of range; overload without abandonment.
    """
    times = checks.columns({"handle_s": (handle_s, checks.DURATION)})["handle_s"]
    if times.ndim != 1 or times.size == 0:
        raise DomainError(Problem("one handling time for each number of chats is needed", "handle_s"))
    given = checks.one_desk({
        "arrival_rate": (arrival_rate, checks.SOME_RATE), "agents": (agents, checks.AGENTS),
        "patience": (patience, checks.ENDLESS), "most_waiting": (most_waiting, checks.AGENTS),
    }, ("agents", "most_waiting"))  # fmt: skip
    arrival_rate, agents, patience = given["arrival_rate"], int(given["agents"]), given["patience"]
    rates = tuple(1.0 / float(time) for time in times)
    theta = 0.0 if np.isinf(patience) else 1.0 / patience
    limit = len(rates)
    if theta == 0.0 and arrival_rate >= agents * limit * rates[-1]:
        raise DomainError(Problem("the queue grows for ever", "agents", "add agents or give a patience"))

    def moves_for(most: int) -> "_Moves":
        return _Moves(arrival_rate, rates, agents, theta, most)

    def build(factor: float) -> tuple[Chain, float]:
        most = most_waiting or int(30 * factor + factor * (arrival_rate * patience if theta else 0.0))
        chain = stationary((agents,) + (0,) * (limit + 1), moves_for(most))
        return chain, 0.0 if most_waiting else chain.mean(chain[limit + 1] >= most)

    return _answer(grown(build), arrival_rate, theta, agents, limit)


@dataclass(frozen=True, slots=True)
class _Moves:
    """State: agents with 0, 1, ... chats, then the queue."""

    rate: float
    rates: tuple[float, ...]
    agents: int
    theta: float
    most: int

    def __call__(self, state: State) -> list[tuple[State, float]]:
        limit, queue = len(self.rates), state[-1]
        least = next(k for k in range(limit + 1) if state[k] > 0)
        found = []
        if least < limit:
            found.append((_shift(state, least, least + 1), self.rate))
        elif queue < self.most:
            found.append(((*state[:-1], queue + 1), self.rate))
        if queue > 0:
            found.append(((*state[:-1], queue - 1), queue * self.theta))
        for k in range(1, limit + 1):
            if state[k] > 0:
                after = (*state[:-1], queue - 1) if queue > 0 else _shift(state, k, k - 1)
                found.append((after, state[k] * k * self.rates[k - 1]))
        return found


def _shift(state: State, origin: int, target: int) -> State:
    changed = list(state)
    changed[origin] -= 1
    changed[target] += 1
    return tuple(changed)


def _answer(chain: Chain, rate: float, theta: float, agents: int, limit: int) -> Chats:
    queue = chain.mean(chain[limit + 1])
    open_chats = sum(k * chain.mean(chain[k]) for k in range(1, limit + 1))
    handled = rate - theta * queue
    return Chats(
        wait_probability=chain.mean(chain[limit] == agents), abandonment=theta * queue / rate, asa_all_s=queue / rate,
        queue_length=queue, chats_open=open_chats, idle=chain.mean(chain[0]) / agents, handle_s=open_chats / handled,
        handled_rate=handled,
    )  # fmt: skip


def window_handle_s(*, handle_s: float, customer_to_agent: float, windows: int) -> Array:
    """Return the mean time of a chat with 1..``windows`` windows always open (exact mean value analysis).

    One agent writes, each customer in turn thinks: a closed loop of one server and a delay (Reiser, Lavenberg 1980).

    Parameters
    ----------
    handle_s : float
        Mean time of a chat with one window: agent's time plus customer's time, in seconds.
    customer_to_agent : float
        Customer's time over agent's time.
    windows : int
        Windows open at once, 1 or more.
    """
    given = checks.one_desk({
        "handle_s": (handle_s, checks.DURATION), "customer_to_agent": (customer_to_agent, (0.0, 1e12)),
        "windows": (windows, (1.0, 1e6)),
    }, ("windows",))  # fmt: skip
    handle_s, customer_to_agent, windows = given["handle_s"], given["customer_to_agent"], int(given["windows"])
    agent = handle_s / (1.0 + customer_to_agent)
    think, queue, times = customer_to_agent * agent, 0.0, []
    for open_windows in range(1, windows + 1):
        response = agent * (1.0 + queue)
        queue = open_windows * response / (response + think)
        times.append(response + think)
    return np.array(times)
