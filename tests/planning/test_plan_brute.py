"""Plans of small desks against every other plan there is."""

from itertools import product

import numpy as np
import pytest
from plan_desk import curves, problem, shift, staff

from surgesim.planning.draft import Draft
from surgesim.planning.problem import Period, Promise
from surgesim.planning.solve import solve


def _on_time(work, able, deadline):
    """Return whether a fluid that is served in order and never gives up is always done within its deadline."""
    backlog = np.zeros(len(work))
    for i, come in enumerate(work):
        backlog[i] = max(0.0, (backlog[i - 1] if i else 0.0) + come - able[i])
    return all(backlog[min(i + deadline, len(work) - 1)] <= sum(work[i + 1 : i + deadline + 1]) + 1e-6 for i in range(len(work)))


@pytest.mark.parametrize("deadline", [0, 1, 2])
def test_without_luck_the_plan_is_the_cheapest_that_the_exact_fluid_allows(deadline):
    """No randomness, no abandonment: the least staff that leaves nothing late, found among all of them."""
    shifts = (shift("early", 1, (0, 1), 4.0), shift("middle", 1, (1, 2), 4.0), shift("late", 1, (2, 3), 4.0))
    day = (Period("2027-11-01", np.arange(4)),)
    desk = problem(1, (staff(1, shifts=shifts, on_hand=40),), deadlines=(deadline,),
                   promises=(Promise(0, "calls", "on_time", "offered", 1.0, True, day),))  # fmt: skip
    work = np.array([6.4, 9.7, 3.1, 5.2]) * desk.interval_s
    draft = Draft(desk, curves(desk, curves={}, work_s={(0, i): float(load) for i, load in enumerate(work)})).build()
    found = solve(draft.model, 20.0, gap=0.0)
    heads = [
        sum(each)
        for each in product(range(14), repeat=3)
        if _on_time(work, desk.interval_s * np.array([each[0], each[0] + each[1], each[1] + each[2], each[2]]), deadline)
    ]
    assert found.objective == pytest.approx(4_000.0 * min(heads))
