"""Whatever strikes, and whenever: a verified plan with its honest gap or none; and nothing half-written by the command."""

import json
from pathlib import Path

import pytest
from plan_checker import wrong
from test_plan_stops import Simulator
from test_plan_whole import TREE

from surgesim.base.errors import SolverError
from surgesim.cli.main import execute
from surgesim.planning import certificate, knowing, planner, program
from surgesim.planning.planner import plan
from surgesim.report import run_folder
from surgesim.scenario.scenario import Scenario

DAY = {**TREE, "name": "one-day", "clock": {**TREE["clock"], "days": 1}}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    return Scenario.build(DAY, tmp_path_factory.mktemp("interrupted"))


@pytest.fixture(scope="module")
def whole(scenario):
    """The plan that nothing interrupts, and how often it simulates."""
    simulator = Simulator()
    return plan(scenario, replications=20, gap=1e-9, simulate=simulator), simulator


def _kept(found, scenario, whole):
    assert all(entry["sure"] for entry in found.certificate["promises"])
    assert found.gap == pytest.approx((found.cost - found.bound) / found.cost)
    assert found.bound <= found.cost
    assert found.cost >= whole.cost - 1.0
    assert wrong(found, scenario) == []


@pytest.mark.parametrize("strikes", ["the time limit", "Ctrl-C"])
def test_whatever_strikes_in_any_simulation_leaves_a_verified_plan_or_none(scenario, whole, strikes):
    now, outcomes = [0.0], []

    def happens():
        if strikes == "Ctrl-C":
            raise KeyboardInterrupt
        now[0] = 1e6

    for at in (1, 3, *range(4, whole[1].runs + 1, 2), whole[1].runs):
        now[0] = 0.0
        simulator = Simulator(at, happens)
        try:
            found = plan(scenario, replications=20, gap=1e-9, simulate=simulator, clock=lambda: now[0], time_limit=3600.0)
        except (SolverError, KeyboardInterrupt) as nothing:
            outcomes.append(str(nothing) or "Ctrl-C")
            continue
        _kept(found, scenario, whole[0])
        outcomes.append("plan")
    # first no plan, then, from the first verification on, a plan
    first = outcomes.index("plan") if "plan" in outcomes else len(outcomes)
    assert first > 0
    assert all(strikes in said for said in outcomes[:first])
    assert set(outcomes[first:]) <= {"plan"}


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, SolverError("HiGHS failed")])
@pytest.mark.parametrize("phase", ["marginals", "break_evens", "reserving_of"])
def test_what_strikes_after_the_verification_costs_a_sentence_and_not_the_plan(scenario, whole, monkeypatch, phase, trouble):
    def strike(*_, **__):
        raise trouble

    monkeypatch.setattr(knowing if phase == "reserving_of" else certificate, phase, strike)
    monkeypatch.setattr(planner, "cheaper", lambda work, best, extra, missed=None: best)
    found = plan(scenario, replications=20)
    _kept(found, scenario, whole[0])
    key = "knowing" if phase == "reserving_of" else "marginals"
    assert "not known" in found.certificate[key][0]
    assert "不明" in found.certificate[f"{key}_ja"][0]


def test_numerical_trouble_of_the_solver_gives_no_plan(scenario, monkeypatch):
    def fails(*_, **__):
        raise SolverError("HiGHS stopped without a solution: Solve error")

    monkeypatch.setattr(program, "finished", fails)
    with pytest.raises(SolverError, match="Solve error"):
        plan(scenario, replications=20)


@pytest.fixture
def file(scenario, tmp_path):
    path = tmp_path / "one-day.yaml"
    path.write_text(scenario.to_yaml(), "utf-8")
    return path


def _command(file, *more):
    return execute(["plan", str(file), "--out", str(file.parent / "run"), "--replications", "20", *more])


def _nothing_written(file):
    return sorted(one.name for one in file.parent.iterdir()) == [file.name]


def test_the_command_says_that_the_time_was_not_enough_and_writes_nothing(file, capsys):
    assert _command(file, "--time-limit", "0.01s") == 1
    captured = capsys.readouterr()
    assert "the time limit came before a verified plan; allow more time" in captured.err
    assert captured.out == ""
    assert _nothing_written(file)


def test_ctrl_c_at_the_command_writes_nothing(file, monkeypatch, capsys):
    simulator = Simulator(3, _ctrl_c)
    monkeypatch.setattr(planner, "_simulator", lambda _: simulator)
    assert _command(file) == 130
    assert "stopped; nothing unfinished was written" in capsys.readouterr().err
    assert _nothing_written(file)


def _ctrl_c(*_, **__):
    raise KeyboardInterrupt


def test_ctrl_c_while_the_report_is_written_leaves_the_folder_as_it_was(file, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(run_folder, "_write_views", _ctrl_c)
        assert _command(file) == 130
        assert _nothing_written(file)


def test_numerical_trouble_at_the_command_is_said_in_one_line(file, monkeypatch, capsys):
    def fails(*_, **__):
        raise SolverError("HiGHS stopped without a solution: Solve error")

    monkeypatch.setattr(program, "finished", fails)
    assert _command(file) == 1
    assert "Solve error" in capsys.readouterr().err
    assert _nothing_written(file)


def test_every_mistake_in_the_levers_is_said_at_once_and_nothing_is_written(tmp_path, capsys):
    broken = Path(__file__).parents[1] / "broken"
    expected = json.loads((broken / "expected.json").read_text("utf-8"))["wrong-levers.yaml"]["problems"]
    file = tmp_path / "wrong.yaml"
    file.write_text((broken / "wrong-levers.yaml").read_text("utf-8"), "utf-8")
    assert _command(file) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert len(expected) >= 12
    for problem in expected:
        assert f"wrong.yaml:{problem['line']}: " in said.replace("wrong.yaml: ", "wrong.yaml:")
        assert " ".join(problem["what"].split()) in said
    assert _nothing_written(file)
