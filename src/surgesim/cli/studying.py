"""The verb that asks one scenario at many points: study."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surgesim.cli.measured import POINTS, written
from surgesim.cli.options import Json, Language
from surgesim.report.wording import Wording

if TYPE_CHECKING:
    import polars as pl

    from surgesim.study.answers import Answers
    from surgesim.study.read import StudyFile
    from surgesim.study.study import Study

Workers = Annotated[str, typer.Option("--workers", help="serial, threads:2, processes:2 or dask://host:port.")]


def study(
    file: Annotated[Path, typer.Argument(metavar="STUDY", help="Study file (YAML).", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Keeps finished points; the same command goes on.", show_default=False),
    ] = None,
    workers: Workers = "threads",
    check: Annotated[bool, typer.Option("--check", help="Only check the file, and list its points.")] = False,
    lang: Language = "en",
    json_: Json = False,
) -> None:
    """Ask one scenario at many points, all with the same luck, and print measures with 95 % intervals.

    Ctrl-C keeps finished points where --out is given; the same command goes on from there. Points that cannot be built
    are told with their coordinates after the table of all others, and the exit code is 2.

    Examples: surgesim study studies/kettle-staff.yaml --out out/kettle-staff --workers processes:2

    surgesim study studies/kettle-staff.yaml --check
    """
    from surgesim.cli.terminal import error_tree, progress, say_json
    from surgesim.study.evaluate import PointsFailed, StudyInterrupted
    from surgesim.study.read import load_study

    asked, settings = load_study(file)
    words = Wording(lang, asked.scenario)
    if check:
        _show({"points": asked.table}, asked, words, json_)
        return
    try:
        with progress() as show:
            answers = asked.run(workers, out, show)
    except StudyInterrupted as stop:  # the command line would swallow the message
        typer.echo(str(stop), err=True)
        raise typer.Exit(130) from None
    except PointsFailed as failed:
        tables = {} if failed.answers is None else _tables(failed.answers, settings, failed.numbers)
        if json_:
            say_json({**{name: table.to_dicts() for name, table in tables.items()}, "error": error_tree(failed)})
            raise typer.Exit(failed.exit_code) from None
        _show(tables, asked, words, json_)
        raise
    _show(_tables(answers, settings, range(len(answers))), asked, words, json_)


def _tables(answers: "Answers", settings: "StudyFile", numbers: Sequence[int]) -> "dict[str, pl.DataFrame]":
    """Return the tables to print: measures, and differences to the base where one is named and was built.

    Parameters
    ----------
    answers : Answers
        Points that are finished.
    settings : StudyFile
        What to print.
    numbers : sequence of int
        The number in the study of each of these points.
    """
    import polars as pl

    tables = {"measures": answers.measures(settings.by, settings.measures)}
    built = [point for point in answers.points if (settings.base or {}).items() <= point.coordinates.items()]
    if settings.base is not None and built and len(answers) > 1:
        tables["differences"] = answers.differences(settings.base, settings.by, settings.measures)
    number = pl.col("point").replace_strict(dict(enumerate(numbers)), return_dtype=pl.Int32)
    return {name: table.with_columns(number) for name, table in tables.items()}


def _wide(table: "pl.DataFrame", words: Wording) -> "pl.DataFrame":
    """Return one row for each point and group, and a column for each measure: value and interval, as text."""
    import polars as pl

    value = "difference" if "difference" in table.columns else "value"
    keys = table.columns[: table.columns.index("measure")]
    unit = pl.col("unit").cast(pl.String)
    unit = unit.replace("share", POINTS) if value == "difference" else unit
    text = pl.struct(value, "low", "high", unit).map_elements(lambda row: written(*row.values()), return_dtype=pl.String)
    cells = words.cells(table, keys).select(*keys, "measure", text.alias("text"))
    return words.headed(cells.pivot("measure", index=keys, values="text", maintain_order=True))


def _show(tables: "dict[str, pl.DataFrame]", asked: "Study", words: Wording, json_: bool) -> None:
    """Print tables under the name of the study."""
    if json_:
        typer.echo(json.dumps({name: json.loads(table.write_json()) for name, table in tables.items()}, ensure_ascii=False))
        return
    from surgesim.cli.terminal import show_table

    head = words.say(
        "study_title", name=words.title, points=len(asked.points), engine=asked.engine, n=asked.replications, seed=asked.seed
    )
    for name, table in tables.items():
        shown = words.headed(words.cells(table, table.columns)) if name == "points" else _wide(table, words)
        show_table(shown, head + words.say(f"study_{name}"))
