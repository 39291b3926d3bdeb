"""Commented scenario files to start from, one for each kind of question."""

from importlib.resources import files

from surgesim.base.errors import CatalogueError, Problem
from surgesim.base.text import suggestion

_FOLDER = "surgesim.scenario.templates"


def kinds() -> list[str]:
    """Return the kinds of template, sorted."""
    return sorted(one.name.removesuffix(".yaml") for one in files(_FOLDER).iterdir() if one.name.endswith(".yaml"))


def new(kind: str) -> str:
    """Return a commented scenario file that loads as it is.

    Parameters
    ----------
    kind : str
        ``"recall"``, ``"data-leak"``, ``"disaster"``, ``"food-recall"`` or ``"plain"``.

    Raises
    ------
    CatalogueError
        No such template.
    """
    if kind not in kinds():
        raise CatalogueError(Problem(f"no template is called {kind!r}", instead=suggestion(kind, kinds())))
    return (files(_FOLDER) / f"{kind}.yaml").read_text(encoding="utf-8")
