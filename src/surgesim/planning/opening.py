"""Which sites open, and when: branch and bound on nothing but these, which proves a bound for every plan."""

import heapq
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from surgesim.planning.draft import Draft
from surgesim.planning.program import Answer, Effort, Flags, Floats, Program

MOST_NODES, FEW_NODES = 120, 2
"""Greatest number of relaxations that are looked at to find out which sites open, and when: for a plan, and for learning."""
NEAR = 1e-6

Window = tuple[int, int]
"""Days on which a site may open, from the first one to before the last one; none of them: it stays closed."""


@dataclass(frozen=True, eq=False)
class Stage:
    """A solution on the way, with the bounds of the columns that are settled.

    Attributes
    ----------
    program : Program
        The arrays.
    lower, upper : ndarray, shape (columns,)
        Bounds so far.
    values : ndarray, shape (columns,)
        Solution so far.
    objective, bound : float
        Its cost, and the proven bound.
    ends : float
        When time is over, on the monotonic clock.
    prices : ndarray, shape (rows,)
        Dual values of the relaxation that the solution comes from.
    """

    program: Program
    lower: Floats
    upper: Floats
    values: Floats
    objective: float
    bound: float
    ends: float
    prices: Floats

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.ends - time.monotonic()

    def within(self, lower: Floats, upper: Floats) -> "Stage | None":
        """Return the relaxation within other bounds; None where there is none."""
        found = self.program.solve(lower, upper, np.zeros(len(lower), dtype=bool), Effort(self.left))
        if found.values is None or found.prices is None:
            return None
        return replace(self, lower=lower, upper=upper, values=found.values, objective=found.objective, prices=found.prices)

    def holding(self, columns: Flags, values: Floats) -> tuple[Floats, Floats]:
        """Return the bounds of all columns with some of them held at values."""
        return np.where(columns, values, self.lower), np.where(columns, values, self.upper)


def relaxed(draft: Draft, seconds: float) -> Answer:
    """Solve the relaxation of a draft, with sites opened or not, and leave the solution in it.

    Parameters
    ----------
    draft : Draft
        A built model.
    seconds : float
        Wall-clock limit.
    """
    start = sites(draft, Program(draft), time.monotonic() + seconds, FEW_NODES)
    if start is None:
        return Answer(None, np.inf, np.inf, True)
    for column, value in zip(start.program.columns, start.values.tolist(), strict=True):
        column.set_value(value, skip_validation=True)
    return Answer(start.values, start.objective, start.bound, True)


def sites(draft: Draft, program: Program, ends: float, nodes: int = MOST_NODES) -> Stage | None:
    """Return the best relaxation in which every site opens on one day, or not at all; None where there is none.

    Its bound holds for every plan of the draft: best-first branch and bound (A. H. Land, A. G. Doig, 1960) over whether
    a site opens, and then over the days on which it may.
    """
    nothing = np.zeros(0)
    empty = Stage(program, program.lower, program.upper, nothing, np.inf, -np.inf, ends, nothing)
    tree = _Tree(draft, empty)
    tree.add({})
    for _ in range(nodes):
        if not tree.heap:
            return None
        bound, _, windows, stage = heapq.heappop(tree.heap)
        children = list(tree.children(windows, stage))
        if not children:
            return tree.settled(stage, bound)
        for child in children:
            tree.add(child)
    bound = min(node[0] for node in tree.heap)
    return tree.dive(bound)


class _Tree:
    """Relaxations that wait to be looked at, cheapest first."""

    def __init__(self, draft: Draft, empty: Stage) -> None:
        self.draft, self.empty, self.program = draft, empty, empty.program
        self.opens: dict[int, list[int]] = {}
        for c in np.flatnonzero(self.program.of("sites.opens")).tolist():
            self.opens.setdefault(int(self.program.index[c][0]), []).append(c)
        for columns in self.opens.values():
            columns.sort(key=lambda c: int(self.program.index[c][1]))
        self.heap: list[tuple[float, int, Mapping[int, Window], Stage]] = []
        self.count = 0

    def add(self, windows: Mapping[int, Window]) -> None:
        """Solve one relaxation and keep it, where there is one."""
        program = self.program
        upper, lower = program.upper.copy(), program.lower.copy()
        for j, (first, end) in windows.items():
            columns = self.opens[j]
            upper[columns[:first] + columns[end:]] = 0.0
            if end - first == 1:
                lower[columns[first]] = 1.0
        forced = [self.draft.block("sites").once[j] for j, (first, end) in windows.items() if end > first]
        program.force_rows(forced, 1.0)
        stage = self.empty.within(lower, upper)
        program.force_rows(forced, -np.inf)
        if stage is not None:
            self.count += 1
            heapq.heappush(self.heap, (stage.objective, self.count, windows, stage))

    def children(self, windows: Mapping[int, Window], stage: Stage) -> Iterator[Mapping[int, Window]]:
        """Part the site that is least decided; nothing where all are."""
        for j, columns in self.opens.items():
            share = stage.values[columns]
            if j not in windows:
                if share.max() > NEAR:  # a site that nobody wants even in part stays closed
                    yield {**windows, j: (0, 0)}
                    yield {**windows, j: (0, len(columns))}
                    return
            elif share.sum() > NEAR and share.max() < 1.0 - NEAR:
                first, end = windows[j]
                middle = int(np.clip(np.round(share @ np.arange(len(columns)) / share.sum()), first + 1, end - 1))
                yield {**windows, j: (first, middle)}
                yield {**windows, j: (middle, end)}
                return

    def settled(self, stage: Stage, bound: float) -> Stage:
        """Return a relaxation in which sites open on one day, with these days for good."""
        lower, upper = stage.holding(self.program.of("sites.opens"), np.round(stage.values))
        return replace(stage, lower=lower, upper=upper, bound=bound)

    def dive(self, bound: float) -> Stage | None:
        """Return some relaxation with everything decided: the cheapest that waits, decided in one go."""
        waiting, self.heap = sorted(self.heap, key=lambda node: node[:2]), []
        for *_, stage in waiting:
            decided = {}
            for j, columns in self.opens.items():
                share = stage.values[columns]
                # the first day on which a good part is open serves everybody whom the relaxation seats there
                first = int(np.searchsorted(np.cumsum(share), 0.05))
                decided[j] = (first, first + 1) if share.sum() > 0.05 else (0, 0)
            self.add(decided)
            if self.heap:
                return self.settled(self.heap[0][3], bound)
        return None
