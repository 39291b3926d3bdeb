"""Several contact types and agent groups with static priorities, exact: pooling, N-design overflow, priority with abandonment.

An arrival of a type takes the first group of its list that has an agent to spare, else it waits in the queue of its type.
A freed agent of a group serves the first queue of its list that is not empty.  ``reserve`` agents of a group stay free
for the other types.  Service is exponential with a mean per type and group, patience exponential with a mean per type.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from surgesim.base.errors import DomainError, Problem
from surgesim.base.laws import Array
from surgesim.erlang import checks
from surgesim.erlang.chain import Chain, Moves, State, absorbed, grown, stationary

Lists = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Skills:
    """Measures per type, and per group where said.

    Attributes
    ----------
    wait_probability, abandonment, service_level : shares of the contacts of each type
    asa_all_s : mean wait of all contacts of each type, handled or abandoned
    queue_length, handled_rate : per type
    occupancy : per group
    group_rate : handled contacts per second, (types, groups)
    """

    wait_probability: Array
    abandonment: Array
    service_level: Array
    asa_all_s: Array
    queue_length: Array
    handled_rate: Array
    occupancy: Array
    group_rate: Array


@dataclass(frozen=True, slots=True)
class _Desk:
    """State: busy agents per cell (a type in a group; types of equal speed share a cell), then the queues per type."""

    rates: tuple[float, ...]
    cells: tuple[tuple[int, float], ...]
    cell_of: dict[tuple[int, int], int]
    agents: tuple[int, ...]
    theta: tuple[float, ...]
    type_groups: tuple[tuple[int, ...], ...]
    group_types: tuple[tuple[int, ...], ...]
    reserve: dict[tuple[int, int], int]
    most: int

    def free(self, state: State, group: int) -> int:
        busy = sum(state[i] for i, (g, _) in enumerate(self.cells) if g == group)
        return self.agents[group] - busy

    def entry(self, state: State, kind: int) -> State | None:
        """The state after an arrival of ``kind`` went straight to an agent; None if it has to wait."""
        for group in self.type_groups[kind]:
            if self.free(state, group) > self.reserve.get((kind, group), 0):
                return _with(state, self.cell_of[kind, group], 1)
        return None

    def serve(self, state: State, group: int) -> tuple[State, int]:
        """Let free agents of a group take from the queues; returns the state and the last type taken (-1: none)."""
        taken = -1
        moved = True
        while moved:
            moved = False
            for kind in self.group_types[group]:
                queue = len(self.cells) + kind
                spare = self.free(state, group) > self.reserve.get((kind, group), 0)
                if state[queue] > 0 and spare:
                    state = _with(_with(state, queue, -1), self.cell_of[kind, group], 1)
                    taken, moved = kind, True
                    break
        return state, taken

    def moves(self, state: State) -> list[tuple[State, float]]:
        found = []
        queues = len(self.cells)
        for kind, rate in enumerate(self.rates):
            entered = self.entry(state, kind)
            if entered is not None:
                found.append((entered, rate))
            elif state[queues + kind] < self.most:
                found.append((_with(state, queues + kind, 1), rate))
            if state[queues + kind] > 0:
                found.append((_with(state, queues + kind, -1), state[queues + kind] * self.theta[kind]))
        for cell, (group, rate) in enumerate(self.cells):
            if state[cell] > 0:
                found.append((self.serve(_with(state, cell, -1), group)[0], state[cell] * rate))
        return found


def _with(state: State, place: int, change: int) -> State:
    return (*state[:place], state[place] + change, *state[place + 1 :])


def skills(
    *,
    arrival_rate: ArrayLike,
    aht: ArrayLike,
    agents: ArrayLike,
    patience: ArrayLike,
    type_groups: Lists,
    group_types: Lists,
    reserve: dict[tuple[int, int], int] | None = None,
    within: ArrayLike = 20.0,
    most_waiting: int | None = None,
) -> Skills:
    """Return the exact measures of a small desk with several types and groups.

    Parameters
    ----------
    arrival_rate : array_like, (types,)
        Contacts per second.
    aht : array_like, broadcast to (types, groups)
        Mean handling time in seconds.
    agents : array_like of int, (groups,)
        Agents per group.
    patience : array_like, broadcast to (types,)
        Mean patience in seconds.
    type_groups, group_types : sequences of sequences of int
        Groups that a type may use, types that a group may serve, in order of preference.
    reserve : dict of (type, group) to int, optional
        That type enters that group only while more than so many of its agents are free.
    within : array_like, broadcast to (types,)
        Acceptable wait in seconds.
    most_waiting : int or None
        Truncation of each queue; None grows it until less than 1e-12 of the probability lies there.

    Raises
    ------
    DomainError
        Lists that do not fit together, or a chain that is too large.
    """
    rates, heads, times, theta, limits = _columns(arrival_rate, agents, aht, patience, within)
    checks.one_desk({"most_waiting": (most_waiting, checks.AGENTS)}, ("most_waiting",))
    _check(type_groups, group_types, len(rates), len(heads))
    cells, cell_of = _cells(times, group_types)
    shape = (tuple(map(tuple, type_groups)), tuple(map(tuple, group_types)), reserve or {})
    desks: list[_Desk] = []

    def build(factor: float) -> tuple[Chain, float]:
        most = most_waiting or int(factor * (20 + 4.0 * np.sqrt(sum(rates) / min(theta)) + sum(rates) / min(theta)))
        desk = _Desk(rates, cells, cell_of, heads, theta, *shape, most)
        desks.append(desk)
        chain = stationary((0,) * (len(cells) + len(rates)), desk.moves)
        edge = float(sum(chain.mean(chain[len(cells) + kind] >= most) for kind in range(len(rates))))
        return chain, 0.0 if most_waiting else edge

    chain = grown(build)
    return _answer(chain, desks[-1], limits)


def _columns(
    arrival_rate: ArrayLike, agents: ArrayLike, aht: ArrayLike, patience: ArrayLike, within: ArrayLike
) -> tuple[tuple[float, ...], tuple[int, ...], Array, tuple[float, ...], Array]:
    """Checked (rates, agents, times by type and group, abandonment rates, acceptable waits by type)."""
    kinds = np.atleast_1d(checks.columns({"arrival_rate": (arrival_rate, checks.SOME_RATE)})["arrival_rate"])
    heads = np.atleast_1d(checks.columns({"agents": (agents, checks.COUNT)})["agents"])
    checks.whole("agents", heads)
    given = checks.columns({
        "arrival_rate": (kinds, checks.SOME_RATE), "patience": (patience, checks.DURATION),
        "within": (within, (0.0, checks.DURATION[1])),
    })  # fmt: skip
    times = checks.columns({"aht": (aht, checks.DURATION), "types": (np.ones((kinds.size, heads.size)), checks.SHARE)})
    if kinds.ndim > 1 or heads.ndim > 1 or given["patience"].shape != kinds.shape:
        raise DomainError(Problem("give one number for each type (rate, patience, within) and group (agents)", "skills"))
    rates = tuple(float(rate) for rate in kinds)
    theta = tuple(1.0 / float(mean) for mean in given["patience"])
    return rates, tuple(int(head) for head in heads), times["aht"], theta, given["within"]


def _check(type_groups: Lists, group_types: Lists, types: int, groups: int) -> None:
    forth = {(kind, group) for kind, row in enumerate(type_groups) for group in row}
    back = {(kind, group) for group, row in enumerate(group_types) for kind in row}
    problems = [Problem(f"type {k} and group {g} name each other on one side only", "type_groups") for k, g in forth ^ back]
    if len(type_groups) != types or len(group_types) != groups:
        problems.append(Problem("one list for each type and one for each group are needed", "type_groups"))
    if any(not (0 <= kind < types and 0 <= group < groups) for kind, group in forth | back):
        problems.append(Problem("a list names a type or group that does not exist", "type_groups"))
    if problems:
        raise DomainError(problems)


def _cells(times: Array, group_types: Lists) -> tuple[tuple[tuple[int, float], ...], dict[tuple[int, int], int]]:
    cells: list[tuple[int, float]] = []
    cell_of = {}
    for group, kinds in enumerate(group_types):
        for kind in kinds:
            cell = (group, 1.0 / float(times[kind, group]))
            if cell not in cells:
                cells.append(cell)
            cell_of[kind, group] = cells.index(cell)
    return tuple(cells), cell_of


def _answer(chain: Chain, desk: _Desk, within: Array) -> Skills:
    kinds, queues = len(desk.rates), len(desk.cells)
    queue = np.array([chain.mean(chain[queues + kind]) for kind in range(kinds)])
    busy = np.zeros(len(desk.agents))
    for cell, (group, _) in enumerate(desk.cells):
        busy[group] += chain.mean(chain[cell])
    rates, theta = np.array(desk.rates), np.array(desk.theta)
    wait, level = np.empty(kinds), np.empty(kinds)
    flows = np.zeros((kinds, len(desk.agents)))
    for kind in range(kinds):
        wait[kind], level[kind] = _kind(chain, desk, kind, float(within[kind]))
        _flows(chain, desk, kind, flows)
    return Skills(
        wait_probability=wait, abandonment=theta * queue / rates, service_level=level, asa_all_s=queue / rates,
        queue_length=queue, handled_rate=rates - theta * queue, occupancy=busy / np.array(desk.agents),
        group_rate=flows,
    )  # fmt: skip


def _flows(chain: Chain, desk: _Desk, kind: int, flows: Array) -> None:
    """Contacts per second of a type that each group takes: straight at arrival, or from the queue."""
    for row, (state, mass) in enumerate(zip(chain.index, chain.mass, strict=True)):
        entered = desk.entry(state, kind)
        if entered is not None:
            flows[kind, _group_of(desk, state, entered)] += mass * desk.rates[kind]
            continue
        for cell, (group, rate) in enumerate(desk.cells):
            if state[cell] > 0:
                after, taken = desk.serve(_with(state, cell, -1), group)
                gone = state[len(desk.cells) + kind] - after[len(desk.cells) + kind]
                flows[kind, group] += chain.mass[row] * state[cell] * rate * gone * (taken >= 0)


def _group_of(desk: _Desk, before: State, after: State) -> int:
    return next(group for cell, (group, _) in enumerate(desk.cells) if after[cell] > before[cell])


_DONE: State = (-1,)
_GONE: State = (-2,)


def _kind(chain: Chain, desk: _Desk, kind: int, within: float) -> tuple[float, float]:
    """P(wait) and service level of one type: a tagged contact is followed; later ones of its type cannot touch it."""
    starts: dict[State, float] = {}
    at_once = 0.0
    for state, mass in zip(chain.index, chain.mass, strict=True):
        if desk.entry(state, kind) is not None:
            at_once += float(mass)
        elif mass > 0.0:
            starts[state] = float(mass)
    wait = sum(starts.values())
    return wait, at_once + (absorbed(starts, _tagged(desk, kind), _DONE, within) if within > 0.0 else 0.0)


def _tagged(desk: _Desk, kind: int) -> Moves:
    """Moves of the desk as a waiting contact of ``kind`` sees it; its queue counts those ahead of it."""
    place, theta = len(desk.cells) + kind, desk.theta[kind]
    staying = replace(desk, theta=tuple(0.0 if k == kind else rate for k, rate in enumerate(desk.theta)))

    def moves(state: State) -> list[tuple[State, float]]:
        if state in (_DONE, _GONE):
            return []
        found = [(_GONE, theta)]
        if state[place] > 0:
            found.append((_with(state, place, -1), state[place] * theta))
        for to, rate in staying.moves(_with(state, place, 1)):
            if to[place] <= state[place] + 1:
                found.append((_with(to, place, -1) if to[place] > 0 else _DONE, rate))
        return found

    return moves
