"""Rounds of planning: what is enough, what fresh luck teaches, whole hires with a proven bound."""

import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from plan_desk import OPENING, curves, hired, problem, staff
from scipy.stats import norm

from surgesim.planning.decision import Decision, decided, evened
from surgesim.planning.draft import Draft
from surgesim.planning.opening import sites
from surgesim.planning.program import Program
from surgesim.planning.rounding import STRATEGIC, staged, strategy
from surgesim.planning.safety import safety
from surgesim.planning.solve import solve
from surgesim.planning.watch import Seen
from surgesim.planning.work import ASKED, ENOUGH, Effort, Work, _likely


def _noise(*shape, scale=1.0):
    """Return numbers that look like noise and are the same each time: multiples of the golden ratio, less their whole parts."""
    count = int(np.prod(shape))
    return scale * np.sqrt(12.0) * (np.arange(1, count + 1) * 0.6180339887498949 % 1.0 - 0.5).reshape(shape)


def _seen(answered, controls=None):
    """Return a run with one queue, in which replication r answers so many of 50 calls in each interval."""
    offered = np.full((*np.shape(answered), 1), 50.0)
    good = np.asarray(answered, dtype=float)[..., None]
    nothing = np.zeros_like(offered)
    columns = {"offered": offered, "answered_within": good, "handled": good, "abandoned": offered - good}
    columns |= {"blocked": nothing, "short_abandoned": nothing, "on_time": good}
    busy = np.zeros((*np.shape(answered), 0))
    return Seen(columns, busy, {"busy_s": good, "ready_s": offered}, controls)


def _half_a_hire(**site):
    """Four calls of work too many for those on hand; a hire brings 0.75 heads, so that the relaxation buys a part of one."""
    crew = (staff(2, on_hand=3), hired(2, hiring_cost_jpy=90_000.0, drop_out=0.25, index=1, hires=9))
    desk = problem(2, crew, **({"sites": (replace(OPENING, **site),)} if site else {}))
    return Draft(desk, curves(desk, needed=3.2)).build()


def test_whole_hires_cost_more_than_their_relaxation_and_the_bound_says_so():
    draft = _half_a_hire()
    start = sites(draft, Program(draft), time.monotonic() + 20.0)
    assert start is not None
    settled = np.isin(start.program.kind, STRATEGIC)
    assert np.any(start.values[settled] % 1.0 > 1e-6)
    best = strategy(start, 0.001)
    assert np.all(best.values[settled] % 1.0 == 0.0)
    assert np.array_equal(best.lower[settled], best.upper[settled])
    assert start.bound + 1_000.0 < best.bound
    whole = solve(_half_a_hire().model, 20.0, gap=0.0)
    assert best.bound <= whole.objective + 1e-6
    found = staged(draft, 20.0, 0.001)
    assert best.bound <= found.bound + 1e-6 <= found.objective + 2e-6
    assert whole.objective <= found.objective + 1e-6


def test_the_bound_of_whole_hires_is_no_higher_than_that_of_other_sites():
    start = sites(draft := _half_a_hire(), Program(draft), time.monotonic() + 20.0)
    assert start is not None
    best = strategy(replace(start, others=start.bound + 1.0), 0.001)
    assert best.bound == pytest.approx(start.bound + 1.0)


def test_only_loose_days_of_a_plan_change_where_it_is_held():
    """The promise of day 2 rises: what works on days 1 and 3 stays, head by head."""
    desk = problem(3)
    first = Draft(desk, curves(desk, needed=3.0)).build()
    assert staged(first, 20.0, 0.001).values is not None
    old = decided(first)
    asked = curves(desk, needed=3.0)
    second = Draft(
        desk, replace(asked, constant={key: value - (1.0 if key[1] == 1 else 0.0) for key, value in asked.constant.items()})
    )
    loose = np.zeros((len(desk.queues), 3), dtype=bool)
    loose[:, 1] = True
    assert staged(second.build(), 20.0, 0.001, old, loose).values is not None
    new = decided(second)
    assert all(np.array_equal(was[:, [0, 2]], now[:, [0, 2]]) for was, now in zip(old.work, new.work, strict=True))
    assert sum(now[:, 1].sum() for now in new.work) > sum(was[:, 1].sum() for was in old.work)


def _work(monkeypatch):
    monkeypatch.setattr(Work, "__post_init__", lambda self: None)
    desk = problem(2)
    work = Work(desk, None, None, 1, Effort(verification=400), lambda _: None)  # type: ignore[arg-type]
    work.probability, work.lift, work.extra = None, (np.array([5.0, 5.0]),), (np.zeros(2),)
    work.beliefs = None  # type: ignore[assignment]
    return work


def _days(first, second):
    """Return what 200 replications see of two days with such service levels."""
    share = np.concatenate([np.full((200, 4), first), np.full((200, 4), second)], axis=1) + _noise(200, 1, scale=0.05)
    return SimpleNamespace(saw=_seen(50.0 * share))


def test_days_that_are_enough_stay_and_the_others_are_loose(monkeypatch):
    """80 % are promised: day 1 falls short, day 2 has a little more than it needs; only day 1 is to change."""
    work = _work(monkeypatch)
    done = _days(0.79, 0.815)
    assert not work.accept(done)
    assert work.loose.tolist() == [[True, False]]
    have = work.levels(done.saw)[0]
    assert work.lift[0][1] == pytest.approx(min(have[1], work.needs(done.saw, ASKED)[0][1]), rel=1e-4)
    assert work.lift[0][0] == pytest.approx(work.needs(done.saw, ASKED)[0][0])


def test_a_day_with_far_too_much_is_loose_and_the_plan_accepted(monkeypatch):
    work = _work(monkeypatch)
    done = _days(0.815, 0.9)
    assert work.accept(done)
    assert work.loose.tolist() == [[False, True]]
    have, asked = work.levels(done.saw)[0][1], work.needs(done.saw, ASKED)[0][1]
    assert work.lift[0][1] == pytest.approx(0.5 * (have + asked))


def test_the_chance_of_a_verification_is_that_of_its_errors(monkeypatch):
    """Half an error of planning and verification beyond what the bound needs, and promises without such errors."""
    desk = problem(1)
    saw = _seen(50.0 * (0.81 + _noise(200, 8, scale=0.12)))
    enough, asked = (safety(desk, saw, 400, more, 200)[0] for more in (ENOUGH, ASKED))
    step = asked - enough
    one = step / (ASKED - ENOUGH)
    have = enough - ENOUGH * one + 0.5 * one  # half an error beyond what a verification needs
    assert _likely(have - enough, step) == pytest.approx(norm.cdf(0.5))
    assert _likely(np.array([0.0, -1.0]), np.zeros(2)).tolist() == [1.0, 0.0]


def test_a_failed_verification_counts_with_its_replications(monkeypatch):
    """Planning saw 4 too many in 200 replications; 400 fresh ones put two thirds of that right."""
    work = _work(monkeypatch)
    planned, fresh = _seen(np.full((200, 8), 43.0)), _seen(np.full((400, 8), 42.0))
    work.disproved(SimpleNamespace(saw=planned), fresh, ())
    assert work.extra[0] == pytest.approx([4.0 * 2 / 3] * 2)
    assert work.proofs == 400
    again = _seen(np.full((400, 8), 43.0 - 2 / 3))  # as both runs together say: nothing more to learn
    work.disproved(SimpleNamespace(saw=planned), again, ())
    assert work.extra[0] == pytest.approx([4.0 * 2 / 3] * 2)


def test_less_safety_is_demanded_where_no_plan_has_more(monkeypatch):
    work = _work(monkeypatch)
    work.demand_safety(_days(0.81, 0.81))
    before = work.lift[0].copy()
    assert work.ease()
    assert (work.lift[0] < before).all()
    assert not work.ease()


def test_a_relaxation_is_made_whole_with_as_many_heads_at_any_time():
    parts = np.array([[0.5, 2.2], [0.25, 0.0], [0.25, 1.3], [3.4, 0.0]])
    none = np.zeros((0, 2), dtype=np.int64)
    whole = evened(Decision((parts,), (np.array([1.5, 0.0]),), np.zeros(0, dtype=np.int64), none, none[:0, 0], none[:0, 0], none))
    assert np.all(whole.work[0] % 1.0 == 0.0)
    assert np.all(whole.work[0] >= 0.0)
    assert np.abs(np.cumsum(whole.work[0], axis=0) - np.cumsum(parts, axis=0)).max() <= 0.5
    assert whole.hired[0].tolist() == [1.5, 0.0]
