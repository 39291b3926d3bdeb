"""Every problem of a scenario file at once, without running it."""

from collections.abc import Iterable
from pathlib import Path

from surgesim.base.errors import Problem
from surgesim.scenario.read import examined


def problems(path: str | Path, overrides: Iterable[str] = (), sets: Iterable[str] = ()) -> list[Problem]:
    """Return everything that is wrong with a scenario file; empty if it can be run.

    Parameters
    ----------
    path : str or Path
        The file.
    overrides : iterable of str
        Names of overrides to apply. All overrides of the file are tried one by one in any case.
    sets : iterable of str
        Single values, ``"groups.tokyo.heads=120"``.

    Returns
    -------
    list of Problem
        Each with ``file:line``, what is wrong and what to write instead, sorted by line.
    """
    return examined(path, overrides, sets)[2]
