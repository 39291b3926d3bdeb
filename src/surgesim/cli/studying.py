"""The verb that asks one scenario at many points: study."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surgesim.cli.measured import POINTS, written
from surgesim.cli.options import Json

if TYPE_CHECKING:
    import polars as pl

    from surgesim.study.answers import Answers
    from surgesim.study.read import StudyFile

Workers = Annotated[str, typer.Option("--workers", help="serial, threads:2, processes:2 or dask://host:port.")]


def study(
    file: Annotated[Path, typer.Argument(metavar="STUDY", help="Study file (YAML).", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Keeps finished points; the same command goes on.", show_default=False),
    ] = None,
    workers: Workers = "threads",
    check: Annotated[bool, typer.Option("--check", help="Only check the file, and list its points.")] = False,
    json_: Json = False,
) -> None:
    """Ask one scenario at many points, all with the same luck, and print measures with 95 % intervals.

    Ctrl-C keeps finished points where --out is given; the same command goes on from there.

    Examples: surgesim study studies/kettle-staff.yaml --out out/kettle-staff --workers processes:2

    surgesim study studies/kettle-staff.yaml --check
    """
    from surgesim.cli.terminal import progress
    from surgesim.study.evaluate import StudyInterrupted
    from surgesim.study.read import load_study

    asked, settings = load_study(file)
    if check:
        _show({"points": asked.table}, repr(asked), json_)
        return
    try:
        with progress() as show:
            answers = asked.run(workers, out, show)
    except StudyInterrupted as stop:  # the command line would swallow the message
        typer.echo(str(stop), err=True)
        raise typer.Exit(130) from None
    tables = _tables(answers, settings)
    wide = {"measures": "measures", "differences": "differences, shares in percentage points"}
    _show(tables if json_ else {wide[name]: _wide(table) for name, table in tables.items()}, repr(asked), json_)


def _tables(answers: "Answers", settings: "StudyFile") -> "dict[str, pl.DataFrame]":
    """Return the tables to print: measures, and differences to the base where one is named."""
    tables = {"measures": answers.measures(settings.by, settings.measures)}
    if settings.base is not None:
        tables["differences"] = answers.differences(settings.base, settings.by, settings.measures)
    return tables


def _wide(table: "pl.DataFrame") -> "pl.DataFrame":
    """Return one row for each point and group, and a column for each measure: value and interval, as text."""
    import polars as pl

    value = "difference" if "difference" in table.columns else "value"
    keys = table.columns[: table.columns.index("measure")]
    unit = pl.col("unit").cast(pl.String)
    unit = unit.replace("share", POINTS) if value == "difference" else unit
    text = pl.struct(value, "low", "high", unit).map_elements(lambda row: written(*row.values()), return_dtype=pl.String)
    cells = table.select(*keys, "measure", text.alias("text"))
    return cells.pivot("measure", index=keys, values="text", maintain_order=True)


def _show(tables: "dict[str, pl.DataFrame]", title: str, json_: bool) -> None:
    if json_:
        typer.echo(json.dumps({name: json.loads(table.write_json()) for name, table in tables.items()}, ensure_ascii=False))
        return
    from surgesim.cli.terminal import show_table

    for name, table in tables.items():
        show_table(table, f"{title}: {name}")
