"""The reference and the kernel agree on every scenario that is shipped; the plain ones on their first day."""

from pathlib import Path

import numpy as np
import pytest

from surgesim.model.build import build
from surgesim.scenario.read import load
from surgesim.sim import reference
from surgesim.sim.machine import Machine

FOLDER = Path(__file__).parents[2] / "scenarios"
CASES = [(path, ()) for path in sorted(FOLDER.glob("*.yaml"))]
CASES += [(path, ("clock.days=1",)) for path in sorted((FOLDER / "oracle").glob("*.yaml"))]


@pytest.mark.parametrize(("path", "sets"), CASES, ids=[path.stem for path, _ in CASES])
def test_reference_and_kernel_agree(path: Path, sets: tuple[str, ...]) -> None:
    model = build(load(path, sets=sets))
    expected, found = reference.simulate(model, 11, 4, log=True), Machine(model).simulate(11, 4, log=True)
    assert expected.log is not None
    assert found.log is not None
    assert len(found.log) > 100
    for name in expected.log.dtype.names or ():
        np.testing.assert_array_equal(expected.log[name], found.log[name])
    for field in ("queues", "groups", "trunks", "waits"):
        np.testing.assert_array_equal(getattr(expected, field), getattr(found, field))
