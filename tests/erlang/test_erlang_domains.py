"""Nothing but numbers inside the domain gets through: every other input is a typed error that names the argument."""

import datetime
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from surgesim import erlang
from surgesim.base.distributions import Uniform
from surgesim.base.errors import DomainError, InputError

HOSTILE: dict[str, Any] = {
    "text": "x", "digits": "3", "empty text": "", "unit": "20s", "bytes": b"1", "truth": True, "truths": [True, False],
    "not a number": np.nan, "minus": -1.0, "minus infinity": -np.inf, "complex": 1 + 2j, "dictionary": {}, "set": {1, 2},
    "object": object(), "ragged": [1, [2, 3]], "missing": [1.0, None], "masked": np.ma.masked_array([1.0, 2.0], [0, 1]),
    "dates": np.array(["2027-01-04"], dtype="datetime64[D]"), "times": [datetime.timedelta(3)], "huge": 10**400,
}  # fmt: skip
STEPS = {"edges": [0, 600, 1200], "arrival_rate": [0.01, 0.02]}
ONE = {"arrival_rate": 0.01, "aht": 300.0, "agents": 5, "patience": 60.0}
TWO = {**ONE, "arrival_rate": [0.01, 0.01], "agents": [2, 2]}
CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any], tuple[str, ...]]] = {
    "erlang_b": (erlang.erlang_b, {"load": 5.0, "trunks": 6}, ()),
    "erlang_c": (erlang.erlang_c, {"arrival_rate": 0.01, "aht": 300, "agents": 5}, ()),
    "erlang_a": (erlang.erlang_a, {**ONE, "trunks": 9, "balk": 0.1}, ()),
    "a law": (erlang.erlang_a, {**ONE, "patience": Uniform(0.0, 100.0), "trunks": 9}, ()),
    "agents_for": (erlang.agents_for, {
        "target": 0.8, "within": 20, "arrival_rate": 0.01, "aht": 300, "patience": 60, "trunks": 20, "max_occupancy": 0.9,
    }, ()),
    "trunks_for": (erlang.trunks_for, {"blocking": 0.01, "load": 5}, ()),
    "load_for": (erlang.load_for, {"blocking": 0.01, "trunks": 5}, ()),
    "rate_for": (erlang.rate_for, {"target": 0.8, "within": 20, "agents": 5, "aht": 300, "patience": 60}, ()),
    "redials": (erlang.redials, {**ONE, "redial_probability": 0.5, "redial_delay": 60}, ()),
    "exact_redials": (erlang.exact_redials, {**ONE, "redial_probability": 0.3, "redial_delay": 60, "trunks": 6}, ()),
    "transient": (erlang.transient, {**STEPS, "agents": [3, 4], "aht": 300, "patience": 60, "within": 20, "trunks": 9}, ()),
    "blend": (erlang.blend, {**ONE, "reserve": 1}, ()),
    "callbacks": (erlang.callbacks, {**ONE, "accept": 0.3, "offer_from": 1}, ()),
    "chat_waits": (erlang.chat_waits, {
        "arrival_rate": 0.01, "handle_s": [300.0, 400.0], "agents": 3, "patience": 60.0,
    }, ()),
    "skills": (erlang.skills, {**TWO, "type_groups": [[0], [1]], "group_types": [[0], [1]]}, ("type_groups", "group_types")),
    "n_design": (erlang.n_design, TWO, ()),
    "priority_abandonment": (erlang.priority_abandonment, {**TWO, "agents": 3}, ()),
    "priority_waits": (erlang.priority_waits, {"arrival_rate": [0.3, 0.2], "aht": 1.0, "agents": 3}, ()),
    "phase_waits": (erlang.phase_waits, {
        "arrival_rate": 0.01, "start": [1.0, 0.0], "rates": [[-0.01, 0.01], [0, -0.01]], "agents": 4, "patience": 60.0,
    }, ()),
    "window_handle_s": (erlang.window_handle_s, {"handle_s": 500.0, "customer_to_agent": 0.7, "windows": 3}, ()),
    "halfin_whitt": (erlang.halfin_whitt, {"beta": 0.5}, ()),
    "halfin_whitt_inverse": (erlang.halfin_whitt_inverse, {"wait_probability": 0.5}, ()),
    "square_root_agents": (erlang.square_root_agents, {"load": 50.0, "wait_probability": 0.2}, ()),
    "agents_for_delay": (erlang.agents_for_delay, {"load": 5.0, "wait_probability": 0.3}, ()),
    "overload_limit": (erlang.overload_limit, {"arrival_rate": 1.0, "aht": 300.0, "agents": 200, "patience": 60.0}, ()),
    "garnett_inverse": (erlang.garnett_inverse, {"wait_probability": 0.2, "patience_ratio": 2.0}, ()),
    "piecewise_load": (erlang.piecewise_load, {**STEPS, "time": 300.0, "service": 300.0}, ("time", "edges")),
    "sinusoidal_load": (erlang.sinusoidal_load, {
        "time": 300.0, "mean_rate": 1.0, "amplitude": 0.5, "frequency": 0.1, "service": 300.0,
    }, ("time", "amplitude")),
    "approximate_agents": (erlang.approximate_agents, {
        **STEPS, "method": "sipp", "aht": 300.0, "target": 0.8, "within": 20.0, "patience": 60.0,
    }, ("edges",)),
    "fluid": (erlang.fluid, {**STEPS, "agents": [3, 4], "aht": 300, "patience": 60}, ("edges",)),
    "diffusion": (erlang.diffusion, {**STEPS, "agents": [3, 4], "aht": 300, "patience": 60}, ("edges",)),
}  # fmt: skip


def refused(function: Callable[..., Any], arguments: dict[str, Any]) -> bool:
    """Whether the call is refused as input that cannot be used; any other error is one."""
    try:
        function(**arguments)
    except InputError as error:
        return bool(error.problems)
    return False


@pytest.mark.parametrize("call", CALLS)
def test_hostile_arguments_are_named(call: str) -> None:
    function, good, skipped = CALLS[call]
    function(**good)
    for name in set(good) - set(skipped):
        for kind, value in HOSTILE.items():
            assert refused(function, {**good, name: value}), f"{call}({name}={kind}) was answered"


def test_positions_and_bounds_are_in_the_message() -> None:
    with pytest.raises(DomainError, match=r"load is -1 at 1, 3; give numbers from 0 to 1e\+12"):
        erlang.erlang_b(load=[1.0, -1.0, 2.0, -3.0], trunks=4)
    with pytest.raises(DomainError, match=r"aht is nan at \(0, 1\)"):
        erlang.erlang_c(arrival_rate=0.1, aht=[[1.0, np.nan]], agents=4)
    with pytest.raises(DomainError, match=r"arrival_rate must be finite and >= 0 at 1"):
        erlang.transient(edges=[0, 1, 2], arrival_rate=[1.0, -1.0], agents=1, aht=1.0)
    with pytest.raises(DomainError, match=r"strictly between 0 and 1 at 1"):
        erlang.halfin_whitt_inverse([0.5, 1.0])
    with pytest.raises(DomainError, match=r"and 90 more"):
        erlang.erlang_b(load=-np.ones(100), trunks=4)
    with pytest.raises(DomainError, match="broadcast"):
        erlang.garnett(beta=[1.0, 2.0], patience_ratio=[1.0, 2.0, 3.0])


def test_numbers_of_every_kind_are_taken() -> None:
    import polars as pl

    plain = float(erlang.erlang_b(load=3.0, trunks=4))
    for load in (3, np.int8(3), np.float32(3.0), Decimal(3), np.array(3)):
        assert float(erlang.erlang_b(load=load, trunks=np.uint64(4))) == plain  # type: ignore[arg-type]
    for loads in ([3, 3], (3.0, 3.0), range(3, 4), pl.Series([3, 3]), [Decimal(3)]):
        assert set(erlang.erlang_b(load=loads, trunks=4)) == {plain}  # type: ignore[arg-type]
    assert erlang.erlang_b(load=[], trunks=4).shape == (0,)
    empty = erlang.erlang_a(arrival_rate=np.empty((0, 2)), aht=1.0, agents=[1, 2], patience=Uniform(0.0, 5.0))
    assert empty.asa_s.shape == (0, 2)
    assert erlang.agents_for(arrival_rate=[], aht=300.0).shape == (0,)


def test_too_many_lines_or_too_much_patience_are_refused_at_once() -> None:
    desk = {"arrival_rate": 1.0, "aht": 300.0, "agents": 5}
    begun = time.perf_counter()
    with pytest.raises(DomainError, match="patience"):
        erlang.erlang_a(**desk, patience=1e300)
    with pytest.raises(DomainError, match=r"give numbers from 1 to 1e\+09"):
        erlang.erlang_a(**desk, patience=60.0, trunks=1e300)
    with pytest.raises(DomainError, match="more than 5,000,000 places"):
        erlang.erlang_a(**desk, patience=np.inf, trunks=10**9)
    with pytest.raises(DomainError, match="unstable"):
        erlang.erlang_a(**desk, patience=60.0, unstable="never")  # type: ignore[arg-type]
    endless = erlang.erlang_a(**desk, patience=60.0)
    many = erlang.erlang_a(**desk, patience=60.0, trunks=10**9)
    assert float(many.asa_s) == pytest.approx(float(endless.asa_s), rel=1e-11)
    assert float(many.blocking) < 1e-250
    assert time.perf_counter() - begun < 30.0
