"""Published covers, solved again through the same shelf of constraints that plans real desks."""

from itertools import pairwise

import numpy as np
import pytest
from plan_desk import problem, replace, shift, staff

from surgesim.planning.draft import Draft
from surgesim.planning.problem import Period, Promise
from surgesim.planning.rounding import staged
from surgesim.planning.solve import solve
from surgesim.planning.surrogate import Curve, Surrogate


def cover(required, shifts, most=100):
    """Return the draft that covers ``required`` (days, intervals) by shifts: name -> (intervals of a day, price)."""
    required = np.atleast_2d(required)
    days, width = required.shape
    crew = []
    for k, (name, (worked, price)) in enumerate(shifts.items()):
        one = shift(name, days, tuple(worked), 1.0)
        one = replace(one, cover=tuple((np.array([width * d + i for i in worked]), np.ones(len(worked))) for d in range(days)))
        crew.append(staff(days, group=name, index=k, shifts=(one,), wage_jpy_h=float(price), on_hand=most, days_per_week=7))
    count = days * width
    periods = tuple(Period(f"interval {i}", np.array([i])) for i in range(count))
    desk = problem(
        days, tuple(crew), day_of=np.repeat(np.arange(days), width), fixed_agents=np.zeros((len(crew), count)),
        fixed_paid_s=np.zeros((len(crew), count)),
        promises=(Promise(0, "calls", "service_level", "offered", 1.0, True, periods),),
        sites=(replace(problem(days).sites[0], seats=1000, most_seats=1000, up=np.ones(count)),),
    )  # fmt: skip
    need = required.ravel().astype(float)
    curves = {(0, i): Curve(-n, np.array([n]), np.array([1.0])) for i, n in enumerate(need.tolist()) if n > 0}
    keys = [(0, i) for _, i in curves]
    nothing = dict.fromkeys(keys, 0.0)
    return Draft(desk, Surrogate(curves, nothing, dict.fromkeys(keys, ()), {key: float(need[key[1]]) for key in keys})).build()


def around(start, length, width):
    return [(start + step) % width for step in range(length)]


# Z. Hanzalek, course on combinatorial optimisation, CTU Prague: a call centre around the clock, shifts of eight hours.
CALL_CENTRE = [6, 6, 6, 6, 6, 8, 9, 12, 18, 22, 25, 21, 21, 20, 18, 21, 21, 24, 24, 18, 18, 18, 12, 8]
# F. S. Hillier, G. J. Lieberman, Introduction to Operations Research, section 3.4: periods begin at these hours.
AIRWAYS = {6: 48, 8: 79, 10: 65, 12: 87, 14: 64, 16: 73, 18: 82, 20: 43, 22: 52, 24: 15}
# pyworkforce 0.5, documentation of MinRequiredResources: two days, 24 hours each.
PYWORKFORCE = [
    [9, 11, 17, 9, 7, 12, 5, 11, 8, 9, 18, 17, 8, 12, 16, 8, 7, 12, 11, 10, 13, 19, 16, 7],
    [13, 13, 12, 15, 18, 20, 13, 16, 17, 8, 13, 11, 6, 19, 11, 20, 19, 17, 10, 13, 14, 23, 16, 8],
]
HOURS = {"Morning": (5, 8, 8), "Afternoon": (13, 8, 8), "Night": (21, 8, 10), "Mixed": (9, 8, 7)}
# W. L. Winston, Operations Research, "Post office": five days in a row, two days off.
POST_OFFICE = [17, 13, 15, 19, 14, 16, 11]


def _airways():
    """Return requirements by hour from 6 to 6 and the five shifts with their daily pay."""
    edges = [*AIRWAYS, 30]
    by_hour = [AIRWAYS[begin] for begin, end in pairwise(edges) for _ in range(end - begin)]
    starts = {"one": (6, 170), "two": (8, 160), "three": (12, 175), "four": (16, 180), "five": (22, 195)}
    return [by_hour], {name: (range(begin - 6, begin + 2), pay) for name, (begin, pay) in starts.items()}


CASES = {
    "call centre around the clock": ([CALL_CENTRE], {f"from {h}": (around(h, 8, 24), 1) for h in range(24)}, 55),
    "Union Airways": (*_airways(), 30_610),
    "pyworkforce, cost": (PYWORKFORCE, {name: (around(b, n, 24), pay) for name, (b, n, pay) in HOURS.items()}, 979),
    "pyworkforce, heads": (PYWORKFORCE, {name: (around(b, n, 24), 1) for name, (b, n, _) in HOURS.items()}, 113),
    "post office": ([POST_OFFICE], {f"from day {d}": (around(d, 5, 7), 1) for d in range(7)}, 23),
}


@pytest.mark.parametrize("name", CASES)
def test_a_published_cover_has_its_published_optimum(name):
    required, shifts, best = CASES[name]
    draft = cover(required, shifts, most=25 if "pyworkforce" in name else 100)
    found = solve(draft.model, 20.0, gap=0.0)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best)
    again = staged(cover(required, shifts), 20.0, 0.0)
    assert again.bound <= best + 1e-6 <= again.objective + 2e-6  # the stages never claim more than the truth
    assert again.objective <= 1.02 * best


def test_the_relaxation_of_the_post_office_is_a_third_above_22():
    required, shifts, _ = CASES["post office"]
    assert solve(cover(required, shifts).model, 20.0, linear=True).objective == pytest.approx(67 / 3)
