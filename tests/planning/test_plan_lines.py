"""Lines and seats planned together beside lines sized apart, on random desks with busy tones and redials."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "lines.py"


@pytest.fixture(scope="module")
def lines():
    """The benchmark that does so for ten desks."""
    spec = spec_from_file_location("lines_benchmark", SCRIPT)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_together_is_no_dearer_than_apart(lines):
    tree = lines.desk(8)
    together, added = lines.cost(tree, 100)
    fixed, price, sized = lines.apart(tree)
    alone, _ = lines.cost(fixed, 100)
    assert together <= alone + price
    assert lines.EXISTING < added <= sized
