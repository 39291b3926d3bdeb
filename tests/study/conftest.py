"""A small desk for studies."""

import sys
from pathlib import Path

import pytest

from surgesim.scenario.scenario import Scenario

sys.path.insert(0, str(Path(__file__).parent))

from study_desk import DESK


@pytest.fixture(scope="session")
def desk() -> Scenario:
    return Scenario.build(DESK)


@pytest.fixture(scope="session")
def desk_file(tmp_path_factory: pytest.TempPathFactory, desk: Scenario) -> Path:
    file = tmp_path_factory.mktemp("desk") / "desk.yaml"
    file.write_text(desk.to_yaml(), "utf-8")
    return file
