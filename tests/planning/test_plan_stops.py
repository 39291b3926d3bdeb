"""Time, Ctrl-C and numerical trouble: the best verified plan so far with its honest gap, or none."""

from dataclasses import replace

import pytest
from test_plan_whole import TREE

from surgesim.base.errors import SolverError, TargetMissedError
from surgesim.planning import planner, polish
from surgesim.planning.planner import plan
from surgesim.scenario.scenario import Scenario


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
        return planner._simulate(model, seed, replications)


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
