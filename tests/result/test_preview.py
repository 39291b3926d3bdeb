"""How far a preview is off, where the answer is known."""

import numpy as np
import pytest
from engine_desk import desk

import surgesim as ss
from surgesim.base.errors import InputError
from surgesim.result.preview import SHOWN, preview_error
from surgesim.result.result import Result


@pytest.fixture(scope="module")
def simulated() -> Result:
    return ss.run(desk(), replications=20, seed=2)


def test_the_error_is_preview_less_simulation_by_day(simulated: Result) -> None:
    fluid = ss.run(desk(), engine="fluid")
    table = preview_error(fluid, simulated)
    assert table.columns == ["day", "measure", "preview", "simulated", "error", "low", "high", "unit"]
    assert table.height == 4 * len(SHOWN)
    for name in SHOWN:
        rows = table.filter(table["measure"] == name)
        for column, result in (("preview", fluid), ("simulated", simulated)):
            assert rows[column].to_list() == pytest.approx(result.measures(by="day", of=name)["value"].to_list())
        assert rows["error"].to_list() == pytest.approx((rows["preview"] - rows["simulated"]).to_list())


def test_a_desk_without_luck_in_the_way_has_only_the_error_of_waiting(simulated: Result) -> None:
    """Every need calls once: offered of the fluid is exact, and it sees none of those who wait by chance."""
    rows = {row["measure"]: row for row in preview_error(ss.run(desk(), engine="fluid"), simulated, by=()).iter_rows(named=True)}
    assert rows["offered"]["preview"] == pytest.approx(4 * 480.0)
    assert rows["offered"]["low"] < 0.0 < rows["offered"]["high"]
    assert rows["service_level"]["preview"] == pytest.approx(1.0, abs=1e-9)
    assert rows["service_level"]["error"] == pytest.approx(1.0 - rows["service_level"]["simulated"])
    assert rows["abandoned"]["high"] < 0.0


def test_without_agents_both_know_that_all_give_up(simulated: Result) -> None:
    away = desk(heads=0)
    error = preview_error(ss.run(away, engine="fluid"), ss.run(away, replications=20), by=())
    found = dict(zip(error["measure"], error["preview"], strict=True))
    assert found["handled"] == 0.0
    assert found["service_level"] == 0.0
    assert error.filter(error["measure"] == "handled")["error"].item() == 0.0


def test_a_run_against_a_simulation_carries_its_error(simulated: Result) -> None:
    result = ss.run(desk(), engine="fluid", against=simulated)
    flag = next(flag for flag in result.flags if flag.code == "preview_error")
    missing = 100.0 * (1.0 - simulated.measures(of="service_level")["value"].item())
    assert f"Service level (of offered) {missing:+.1f} points" in flag.what
    assert f"サービスレベル(着信呼比) {missing:+.1f}ポイント" in flag.what_ja
    assert np.isfinite(result.side["preview_error"]["error"].to_numpy()).all()


def test_what_cannot_be_compared_is_refused(simulated: Result) -> None:
    fluid = ss.run(desk(), engine="fluid")
    with pytest.raises(InputError) as caught:
        preview_error(simulated, ss.run(desk(heads=7), engine="fluid"))
    assert all(words in str(caught.value) for words in ("no preview", "no simulation", "different scenarios"))
    with pytest.raises(InputError, match="no preview"):
        ss.run(desk(), replications=2, against=simulated)
    assert preview_error(fluid, simulated, of=["asa_s"])["measure"].unique().to_list() == ["asa_s"]
