"""Every kind of constraint writes just the rules of its page: golden LP files. To renew one, delete it and look."""

import re
from pathlib import Path

import numpy as np
import pytest
from plan_desk import (
    CAP,
    CHATBOT,
    EQUIPPED,
    HOUR,
    JP,
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
    shift,
    staff,
)

from surgesim.planning.constraints import SHELF
from surgesim.planning.draft import Draft
from surgesim.planning.problem import Period, Promise

GOLDEN = Path(__file__).parents[1] / "golden" / "planning"


def _cases():
    days = tuple(Period(name, np.arange(4)) for name in ("2027-11-01",))
    late = Promise(0, "calls", "on_time", "offered", 0.9, True, days)
    mail = problem(1, promises=(late,), deadlines=(1,))
    work = {(0, i): 7200.0 for i in range(4)}
    lines = problem(1, trunks=(TRUNK,))
    night = (shift("night", 1, (3,), 7.0, night_s=3600.0), shift("long", 1, (0, 1, 2, 3), 9.0, break_s=3600.0))
    return {
        "borrowed": (problem(1, (staff(1, lender_jpy_day=9_000.0),)), {}),
        "budget": (problem(1, budget_jpy=90_000.0), {}),
        "coverage": (problem(1, (staff(1, shrinkage=0.1, handling_factor=1.25),)), {}),
        "deadlines": (mail, {"curves": {}, "work_s": work}),
        "equipment": (problem(2, sites=(EQUIPPED,)), {}),
        "hires": (problem(3, (hired(3, lead_days=1, training_days=1, drop_out=0.2, term_days=2),)), {}),
        "labour-law": (problem(1, (staff(1, shifts=night),), law=NIGHT), {}),
        "lines": (lines, {"losses": {(0, 0): (LOSS,)}}),
        "minimum-term": (problem(2, (hired(2, term_days=4),)), {}),
        "occupancy": (problem(1, (staff(1, shrinkage=0.1),), promises=(CAP,)), {"curves": {}, "constant": {(0, 0): -300.0}}),
        "measures": (problem(1, measures=(CHATBOT,)), {}),
        "overtime": (problem(2, (staff(2, shifts=LONGER, overtime_premium=0.25, overtime_week_s=3 * HOUR,
                                       special_clause=True, overtime_before_s=(58 * HOUR, 90 * HOUR)),), law=JP), {}),
        "rest": (problem(2, (staff(2, shifts=LATE, rest_s=0.0), hired(2, index=1, shifts=LATE, rest_s=11 * HOUR))), {}),
        "seats": (problem(2, sites=(OPENING,)), {}),
        "service": (problem(1, short_jpy=1e6), {}),
        "shifts": (problem(1), {}),
        "sites": (problem(2, sites=(OPENING,)), {}),
        "standby": (problem(3, (hired(3, hires=0),), standby=(PACKAGE,)), {}),
        "supervisors": (problem(1, heads_per_supervisor=12, supervisor_jpy_day=25_000.0), {}),
        "targets": (problem(1), {"constant": {(0, 0): -3.0}}),
        "weekly-hours": (problem(2, (staff(2, week_s=20 * HOUR),)), {}),
        "working-week": (problem(8, (staff(8, days_per_week=2),)), {}),
    }


def _own_rows(text: str, kind: str) -> str:
    """Return the objective and the rows and variables that belong to a kind, one statement a line."""
    name = kind.replace("-", "_")
    text = re.sub(r"\\\*.*?\*\\\n", "", text, flags=re.DOTALL)
    statements = re.sub(r"\n\s*(?=[+\-<>=])", " ", text)
    lines = [line for line in statements.splitlines() if not line.startswith(("min", "cost:"))]
    kept = [line.rstrip() for line in lines if name + "_" in line or line.startswith("s.t")]
    objective = re.search(r"min.*?(?=\ns\.t)", statements, flags=re.DOTALL)
    assert objective is not None
    return "\n".join([" ".join(objective.group().split()), *kept, ""])


def test_every_kind_on_the_shelf_has_a_golden_file():
    assert set(_cases()) == set(SHELF.kinds())


@pytest.mark.parametrize("kind", sorted(_cases()))
def test_golden(kind, tmp_path):
    desk, other = _cases()[kind]
    draft = Draft(desk, curves(desk, **other)).build()
    target = tmp_path / "model.lp"
    draft.model.write(str(target), io_options={"symbolic_solver_labels": True})
    found = _own_rows(target.read_text(), kind)
    assert f"{kind.replace('-', '_')}" in found or kind in ("borrowed", "budget", "measures")
    file = GOLDEN / f"{kind}.lp"
    if not file.exists():
        file.write_text(found)
        pytest.fail(f"{file.name} was missing and has been written: look at it, then run again")
    assert found == file.read_text()
