"""Arguments and options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="Scenario file (YAML).", show_default=False)]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value, e.g. groups.tokyo.heads=120.")
]
Overrides = Annotated[list[str] | None, typer.Option("--override", metavar="NAME", help="Apply a named override of the file.")]


def _free(folder: Path | None) -> Path | None:
    """Refuse a folder that could not be written, before anything is computed for it."""
    if folder is not None:
        from surgesim.result.folder import check_run_folder

        check_run_folder(folder)
    return folder


Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Run folder to write.", show_default=False, callback=_free),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed: the same seed gives the same luck.")]
Replications = Annotated[int, typer.Option("--replications", min=1, help="Replications of the simulation.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON in place of tables.")]


def _spoken(language: str) -> str:
    """Refuse a language that has no words, before anything is computed."""
    from surgesim.base.errors import InputError, Problem
    from surgesim.report.words import LANGUAGES

    if language not in LANGUAGES:
        raise InputError(Problem(f"there are no words in {language!r}", "--lang", "write en or ja"))
    return language


Language = Annotated[
    str, typer.Option("--lang", metavar="en|ja", help="Language of what is printed and written.", callback=_spoken)
]
"""The one option of every verb that says something in words."""
HEADLINE = (
    "needs", "offered", "redial", "handled", "abandoned", "blocked", "inside", "service_level", "answer_rate", "abandonment",
    "blocking", "on_time", "asa_s", "wait_p90_s", "aht_s", "occupancy",
)  # fmt: skip
"""Measures that `run` and `compare` print unless told otherwise."""
