"""What every kind of constraint says where it makes a problem infeasible: one desk for each kind on the shelf."""

import re

import numpy as np
import pytest
from plan_desk import (
    CAP,
    CHATBOT,
    EQUIPPED,
    HOUR,
    LATE,
    LONGER,
    LOSS,
    NIGHT,
    OPENING,
    PACKAGE,
    TRUNK,
    curves,
    hired,
    problem,
    replace,
    shift,
    staff,
)

from surgesim.planning.constraints import SHELF
from surgesim.planning.draft import Draft
from surgesim.planning.problem import Period, Promise
from surgesim.planning.relax import conflict, refuse, ways_out
from surgesim.planning.rounding import staged
from surgesim.planning.solve import solve
from surgesim.scenario.fields import Text

DAY = (Period("2027-11-01", np.arange(4)),)
MAIL = Promise(0, "calls", "on_time", "offered", 0.9, True, DAY)
WORK = {(0, i): 100_000.0 for i in range(4)}
NEW = hired(1, hires=20)
SMALL = replace(problem(1).sites[0], seats=3, most_seats=3)
DARK = replace(problem(1).sites[0], up=np.zeros(4))


def _each_interval(desk):
    periods = tuple(Period(str(i), np.array([i])) for i in range(desk.intervals))
    return replace(desk, promises=(replace(desk.promises[0], periods=periods),))


def _cases():
    """A desk that needs five agents in every interval: ten heads a day, 40 000 yen."""
    night = _each_interval(problem(2, (staff(2, on_hand=9, shifts=(*LATE, shift("late", 2, (2,), 4.0)), rest_s=11 * HOUR),)))
    stays = problem(2, (staff(2, shifts=(LONGER[1],), on_hand=10, overtime_week_s=HOUR),))
    return {
        "borrowed": (problem(1, (staff(1, lender_jpy_day=9_000.0),), budget_jpy=60_000.0), {}),
        "budget": (problem(1, budget_jpy=1_000.0), {}),
        "coverage": (problem(1, sites=(DARK,)), {}),
        "deadlines": (problem(1, promises=(MAIL,), deadlines=(1,)), {"curves": {}, "work_s": WORK}),
        "equipment": (problem(2, (staff(2, site=0),), sites=(replace(EQUIPPED, lead_days=0, most_seats=40),)), {}),
        "hires": (problem(1, (hired(1, hires=2),)), {}),
        "labour-law": (problem(1, (staff(1, shifts=(shift("nine", 1, (0, 1, 2, 3), 9.0),)),), law=NIGHT), {}),
        "lines": (problem(1, trunks=(TRUNK,)), {"losses": {(0, 0): (replace(LOSS, loss=np.array([900.0, 800.0, 700.0])),)}}),
        "measures": (problem(1, measures=(CHATBOT,), budget_jpy=60_000.0), {}),
        "minimum-term": (problem(1, (replace(NEW, term_days=31),), budget_jpy=60_000.0), {}),
        "occupancy": (problem(1, (staff(1),), promises=(replace(CAP, bound=0.01),)),
                      {"curves": {}, "constant": {(0, 0): -300.0}}),
        "overtime": (stays, {"curves": {key: curve for key, curve in curves(stays).curves.items() if key[1] % 4 < 3}}),
        "rest": (night, {"curves": {key: curve for key, curve in curves(night).curves.items() if key[1] in (3, 4)}}),
        "seats": (problem(1, sites=(SMALL,)), {}),
        "service": (problem(1, budget_jpy=1_000.0, short_jpy=1e6, measures=(CHATBOT,)), {}),
        "shifts": (problem(1, (staff(1, on_hand=4),)), {}),
        "sites": (problem(2, sites=(replace(OPENING, lead_days=0, day_cost_jpy=0.0),), budget_jpy=82_000.0), {}),
        "standby": (problem(1, (hired(1, hires=0),), standby=(replace(PACKAGE, packages=1, lead_days=0),)), {}),
        "supervisors": (problem(1, budget_jpy=60_000.0, heads_per_supervisor=2, supervisor_jpy_day=20_000.0), {}),
        "targets": (problem(1, (staff(1, on_hand=4),)), {}),
        "weekly-hours": (problem(2, (staff(2, week_s=4 * HOUR),)), {}),
        "working-week": (problem(8, (staff(8, days_per_week=2),)), {}),
    }  # fmt: skip


def test_every_kind_on_the_shelf_has_a_desk_that_it_breaks():
    assert set(_cases()) == set(SHELF.kinds())


@pytest.mark.parametrize("kind", sorted(_cases()))
def test_the_refusal_says_the_sentence_of_the_kind_and_no_kind_can_be_spared(kind):
    desk, other = _cases()[kind]
    draft = Draft(desk, curves(desk, **other)).build()
    assert solve(draft.model, 10.0, linear=True).status == "infeasible"
    assert kind in conflict(draft, 20.0)
    page = SHELF.load(kind)
    refused = refuse(draft, 20.0)
    assert f"  {page.BROKEN}\n" in str(refused)
    assert f"  {page.BROKEN_JA}\n" in str(refused.in_language("ja"))
    english, japanese = (
        next(line for line in str(refused.in_language(language)).splitlines() if line.startswith(head)).partition(": ")[2]
        for language, head in (("en", "In conflict"), ("ja", "同時には"))
    )
    assert page.TITLE in english.split(", ")
    assert page.TITLE_JA in japanese.split("、")
    assert not re.search("[A-Za-z]", japanese)
    assert ".. math::" in page.__doc__
    assert page.BROKEN.endswith(".")
    assert page.BROKEN_JA.endswith("。")
    assert page.SUMMARY.endswith(".")


def test_what_can_be_done_in_fractions_of_a_head_only_is_refused_with_ways_out():
    """Half a head in the morning and half a head in the evening are one head, who cannot be parted."""
    desk = problem(1, (staff(1, on_hand=1),))
    belief = curves(desk, needed=0.5)
    draft = Draft(desk, belief).build()
    assert solve(draft.model, 10.0, linear=True).status == "optimal"
    assert staged(draft, 20.0, 0.003).values is None
    refused = refuse(draft, 20.0).refusal
    assert set(refused.conflict) == {"coverage", "shifts", "targets"}
    assert {way.kinds for way in refused.ways} == {("shifts",), ("targets",)}
    assert "have 1 more heads of regular on hand (now 1)" in {sentence for way in refused.ways for sentence in way.sentences}
    two = replace(desk, staff=(replace(desk.staff[0], on_hand=2),))
    assert staged(Draft(two, belief).build(), 20.0, 0.003).objective == 8_000.0


def test_no_two_kinds_are_called_the_same():
    pages = [SHELF.load(kind) for kind in SHELF.kinds()]
    assert len({page.TITLE for page in pages}) == len({page.TITLE_JA for page in pages}) == len(pages)


@pytest.mark.parametrize("kind", sorted(_cases()))
def test_ways_out_call_everything_by_its_title(kind):
    desk, other = _cases()[kind]
    named = {
        "queues": [promise.queue_name for promise in desk.promises], "groups": [staff.group for staff in desk.staff],
        "sites": [site.name for site in desk.sites], "trunks": [trunk.name for trunk in desk.trunks],
        "standby": [package.name for package in desk.standby],
    }  # fmt: skip
    titles = {part: {name: Text(en="{Title}", ja="{題}") for name in names} for part, names in named.items()}
    refused = refuse(Draft(replace(desk, titles=titles), curves(desk, **other)).build(), 20.0).refusal
    for way in refused.ways:
        assert all("{Title}" in sentence or "budget" in sentence for sentence in way.sentences)
        assert not any(re.search("[A-Za-z]", sentence) for sentence in way.japanese)


def test_where_no_kind_alone_is_enough_several_are_relaxed_together():
    """Too few heads and too few seats for a promise and for a cap on occupancy: neither helps without the other."""
    crowded = problem(1, (staff(1, on_hand=4),), promises=(problem(1).promises[0], replace(CAP, bound=0.5)), sites=(SMALL,))
    draft = Draft(crowded, replace(curves(crowded), constant={(0, 0): 0.0, (1, 0): -900.0}, losses={})).build()
    (way,) = ways_out(draft, 20.0)
    assert len(way.kinds) > 1
    assert len(way.sentences) > 1
    assert solve(draft.again(frozenset(way.kinds)).model, 10.0).status == "optimal"
    for kind in way.kinds:
        assert solve(draft.again(frozenset(way.kinds) - {kind}).model, 10.0, linear=True).status == "infeasible"
