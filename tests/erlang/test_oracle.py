"""Every case of the reference file: independent numbers for each model, and numbers that others have printed."""

import json
from pathlib import Path
from typing import Any

import adapters_published
import adapters_stationary
import adapters_time
import numpy as np
import pytest

CASES = json.loads((Path(__file__).parent / "oracle_cases.json").read_text(encoding="utf-8"))["cases"]
ADAPTERS = {**adapters_stationary.ADAPTERS, **adapters_time.ADAPTERS}
ORACLE = [case for case in CASES if case["model"] != "published"]
PRINTED = [case for case in CASES if case["model"] == "published"]
ANSWERED = [case for case in PRINTED if case["inputs"].get("model", "") in adapters_published.PUBLISHED]

# The file's quadrature meets a square-root singularity in this case and keeps seven digits; see the test below.
SEVEN_DIGITS = {"mmn_g-012": 2e-7}


def plain(value: Any) -> Any:
    return float(value) if isinstance(value, str) else value


def check(found: Any, expected: Any, rtol: float, atol: float, path: str) -> None:
    if isinstance(expected, dict):
        for name, value in expected.items():
            check(found[name], value, rtol, atol, f"{path}.{name}")
    elif isinstance(expected, list) and expected and isinstance(expected[0], dict):
        for i, value in enumerate(expected):
            check(found[i], value, rtol, atol, f"{path}[{i}]")
    elif isinstance(expected, bool):
        assert found is expected, path
    else:
        want = np.asarray(plain(expected), dtype=np.float64)
        got = np.asarray(found, dtype=np.float64)
        np.testing.assert_allclose(got, want, rtol=rtol, atol=atol, err_msg=path)


@pytest.mark.parametrize("case", ORACLE, ids=[case["id"] for case in ORACLE])
def test_reference_case(case: dict[str, Any]) -> None:
    found = ADAPTERS[case["model"]](case["inputs"])
    rtol = SEVEN_DIGITS.get(case["id"], case["rtol"])
    assert case["outputs"], "a case without outputs shows nothing"
    check(found, case["outputs"], rtol, case["atol"], case["id"])


def half_a_digit(printed: Any) -> float:
    """Half a unit of the last printed digit; whole numbers have to be met."""
    values = [value for value in np.asarray(printed, dtype=object).ravel() if not isinstance(value, int)]
    return 0.5000001 * 10.0 ** -max(len(str(value).partition(".")[2]) for value in values) if values else 0.0


@pytest.mark.parametrize("case", ANSWERED, ids=[case["id"] for case in ANSWERED])
def test_printed_case(case: dict[str, Any]) -> None:
    found = adapters_published.PUBLISHED[case["inputs"]["model"]](case["inputs"])
    for name, printed in case["outputs"].items():
        exact = case["exact"].get(name) if isinstance(case["exact"], dict) else None
        # a printed interval holds the truth 95 times in 100, three standard deviations are half as much again
        wider = 1.5 if case["tol_kind"] == "ci" else 1.0
        tolerance = wider * case["tol"].get(name, half_a_digit(printed))
        got = np.asarray(found[name], dtype=np.float64)
        np.testing.assert_allclose(got, printed, rtol=1e-9, atol=tolerance, err_msg=f"{name}, as printed")
        if exact is not None:
            digits = 1e-6 if case["tol_kind"] == "rounding" else 3e-5
            np.testing.assert_allclose(got, exact, rtol=digits, atol=half_a_digit(exact), err_msg=f"{name}, to more digits")


def test_every_case_has_someone_to_answer_it() -> None:
    unknown = {case["model"] for case in ORACLE} - set(ADAPTERS)
    printed = {case["inputs"].get("model", "") for case in PRINTED}
    answered, elsewhere = set(adapters_published.PUBLISHED), set(adapters_published.SIMULATED_MODELS)
    assert not unknown
    assert not printed - answered - elsewhere
    assert not answered & elsewhere
    assert len(ORACLE) + len(PRINTED) == 127


def test_weibull_case_by_a_smooth_substitution() -> None:
    """u = 0.4 s^2 removes the singularity: the value of the package, not that of the file, satisfies the balance."""
    import mpmath as mp

    with mp.workdps(30):
        scale, rate, agents = mp.mpf("0.4"), 60, 45

        def density(s: mp.mpf) -> mp.mpf:
            served = 2 * scale * (1 - (1 + s) * mp.exp(-s))
            return mp.exp(rate * served - agents * scale * s * s) * 2 * scale * s

        edges = [0, 0.2, 0.5, 1, 2, 3, 5, 8]
        whole, stay = mp.quad(density, edges), mp.quad(lambda s: density(s) * mp.exp(-s), edges)
        below = mp.quad(lambda t: mp.exp(-t) * (1 + t / 60) ** 45, [0, 5, 10, 20, 50, 100, 200]) - 1
        wait = agents * whole / (agents * whole + below)
        assert abs(agents * whole - rate * stay - 1) < mp.mpf("1e-20")
        lost = wait * (1 - stay / whole)
    found = adapters_stationary.mmn_g(next(case["inputs"] for case in CASES if case["id"] == "mmn_g-012"))
    assert float(found["p_ab"]) == pytest.approx(float(lost), rel=1e-12)
    assert float(found["p_wait"]) == pytest.approx(float(wait), rel=1e-12)
