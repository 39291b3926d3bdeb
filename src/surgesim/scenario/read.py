"""From a YAML file to a scenario."""

from collections.abc import Iterable
from pathlib import Path

from surgesim.base.errors import Problem, ScenarioError
from surgesim.scenario.findings import as_problems, override_findings, validated
from surgesim.scenario.layers import Layered, read_layers
from surgesim.scenario.scenario import Scenario


def load(path: str | Path, overrides: Iterable[str] = (), sets: Iterable[str] = ()) -> Scenario:
    """Return the scenario of a YAML file.

    A value set on the call wins over a named override, that over the file, that over the file it extends, and that
    over the defaults.

    Parameters
    ----------
    path : str or Path
        The file.
    overrides : iterable of str
        Names of overrides of the file; two of them must not change the same place.
    sets : iterable of str
        Single values, ``"groups.tokyo.heads=120"``.

    Raises
    ------
    ScenarioError
        With every problem found, each with its line.

    Examples
    --------
    >>> load("shop.yaml").name
    'shop'
    >>> load("shop.yaml", sets=["groups.staff.heads=5"]).groups["staff"].heads
    5
    """
    layered, scenario, problems = examined(path, overrides, sets)
    if scenario is None:
        raise ScenarioError(problems)
    scenario._folder = layered.folder
    return scenario


def examined(
    path: str | Path, overrides: Iterable[str] = (), sets: Iterable[str] = ()
) -> tuple[Layered, Scenario | None, list[Problem]]:
    """Return the layers of a file, its scenario if nothing is wrong, and everything that is wrong."""
    layered = read_layers(path, overrides, sets)
    if not layered.tree:
        return layered, None, layered.problems
    scenario, found = validated(layered.tree, layered.folder, Scenario)
    found += override_findings(layered.file_tree, layered.folder, Scenario)
    if layered.partial:  # names and sections that are not here may stand in the file that cannot be read
        found = [one for one in found if one[0] in layered.places and "is not defined under" not in one[1]]
    problems = [*layered.problems, *as_problems(found, layered.places, layered.file)]
    return layered, (None if problems or layered.partial else scenario), list(dict.fromkeys(problems))
