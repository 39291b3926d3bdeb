"""Time, Ctrl-C and numerical trouble: the best verified plan so far with its honest gap, or none."""

from dataclasses import replace

import pytest
from test_plan_whole import TREE

from surgesim.base.errors import SolverError, TargetMissedError
from surgesim.model.build import build
from surgesim.planning import planner, polish
from surgesim.planning.planner import plan
from surgesim.planning.read import read
from surgesim.planning.work import Effort, Work
from surgesim.scenario.scenario import Scenario
from surgesim.sim.engine import run


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    return Scenario.build(TREE, tmp_path_factory.mktemp("stops"))


class Simulator:
    """The simulator, which counts its runs and can be told what happens at one of them."""

    def __init__(self, at=None, happens=None):
        self.runs, self.at, self.happens, self.seeds = 0, at, happens, []

    def __call__(self, model, seed, replications):
        self.runs += 1
        self.seeds.append(seed)
        if self.runs == self.at:
            self.happens()
        return run(model, seed=seed, replications=replications)


def _ctrl_c():
    raise KeyboardInterrupt


@pytest.mark.parametrize("at", [1, 3, 6])
def test_ctrl_c_before_a_verification_gives_no_plan(scenario, at):
    with pytest.raises(KeyboardInterrupt):
        plan(scenario, replications=20, simulate=Simulator(at, _ctrl_c))


def test_the_time_limit_before_a_verification_gives_no_plan(scenario):
    now = [0.0]

    def late():
        now[0] = 1e6

    for at in (2, 6):
        now[0] = 0.0
        with pytest.raises(SolverError, match="time limit") as error:
            plan(scenario, replications=20, simulate=Simulator(at, late), clock=lambda: now[0], time_limit=3600.0)
        assert error.value.exit_code == 1


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, SolverError("HiGHS stopped without a solution: Solve error")])
def test_trouble_after_a_verification_gives_the_verified_plan_with_its_gap(scenario, monkeypatch, trouble):
    """No gap is small enough, so a cheaper plan is looked for, and that search breaks off."""
    solved = polish.optimise

    def breaks(work, near=None, closer=1.0, hold=False):
        if closer < 1.0:
            raise trouble
        return solved(work, near, closer, hold)

    monkeypatch.setattr(polish, "optimise", breaks)
    found = plan(scenario, replications=20, gap=1e-9)
    assert all(entry["sure"] for entry in found.certificate["promises"])
    assert found.gap == pytest.approx((found.cost - found.bound) / found.cost)
    assert found.gap > 1e-9
    assert found.status == "feasible"
    assert any("stopped early" in note for note in found.certificate["notes"])


def test_a_plan_that_no_verification_shows_is_never_given(scenario, monkeypatch):
    real = planner.verify

    def never(work, done, attempt):
        check = real(work, done, attempt)
        unsure = [replace(one, holds=False, missing=1e-9) for one in check.found]
        return replace(check, found=unsure)

    monkeypatch.setattr(planner, "verify", never)
    with pytest.raises(TargetMissedError, match="no plan passed the verification in 6 attempts") as error:
        plan(scenario, replications=20)
    assert error.value.exit_code == 4


def test_planning_draws_births_once_and_its_numbers_stay_the_same(scenario):
    """The planner's own simulator keeps what is born in planning runs; verifications take fresh luck."""
    model, own = build(scenario), planner._simulator(1)
    for seed in (1, 1, 1_000_004):
        kept, plain = own(model, seed, 4), run(model, seed=seed, replications=4)
        assert kept.values("queues", ["offered", "answered_within"]).tolist() == (
            plain.values("queues", ["offered", "answered_within"]).tolist()
        )


def test_curves_are_drawn_anew_only_where_beliefs_change_them(scenario):
    model = build(scenario)
    problem = read(scenario, model)
    effort = Effort(few=10, replications=20, verification=20)
    work = Work(problem, model, planner._simulator(1), 1, effort, lambda _: None)
    first = work.surrogate()
    work.lift = tuple(lift + 1.0 for lift in work.lift)
    again = work.surrogate()
    assert again.curves is first.curves
    assert again.constant == {key: value - 1.0 for key, value in first.constant.items()}
    work.beliefs = replace(work.beliefs, shift=work.beliefs.shift + 0.1)
    moved = work.surrogate()
    assert moved.curves is not first.curves
    assert moved.curves != first.curves
