"""Verbs that compute: run, plan, forecast, report, warmup."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surgesim.base.errors import InfeasibleError, InputError, Problem, TargetMissedError
from surgesim.cli.options import HEADLINE, Json, Language, Out, Overrides, Replications, ScenarioFile, Seed, Sets

if TYPE_CHECKING:
    import polars as pl

    from surgesim.result.result import Result

UNTIL = "Replicate until the 95 % interval is at most this wide to each side, e.g. service_level=0.01."
CHECK = "Simulate as well, and say how far the preview (fluid or erlang) is off, by day."
CONTACTS = "Write the contact log: a file ending in .parquet, or a folder with a file for each replication."


def run(
    scenario: ScenarioFile,
    engine: Annotated[str, typer.Option(help="sim, reference, erlang or fluid.")] = "sim",
    replications: Replications = 20,
    seed: Seed = 1,
    by: Annotated[str, typer.Option("--by", help="Columns to group by, e.g. day,queue.")] = "queue",
    out: Out = None,
    override: Overrides = None,
    set_: Sets = None,
    until: Annotated[str | None, typer.Option("--until", metavar="MEASURE=HALF_WIDTH", help=UNTIL, show_default=False)] = None,
    most: Annotated[int, typer.Option("--most", min=10, help="Most replications with --until.")] = 1000,
    contacts: Annotated[Path | None, typer.Option("--contacts", metavar="PATH", help=CONTACTS, show_default=False)] = None,
    check: Annotated[bool, typer.Option("--check", help=CHECK)] = False,
    everything: Annotated[bool, typer.Option("--all", help="Every measure, not only the headline ones.")] = False,
    lang: Language = "en",
    json_: Json = False,
) -> None:
    """Run a scenario as it stands and print its measures with 95 % intervals.

    --json gives every number in a row of its own.

    Example: surgesim run scenarios/kettle-recall.yaml --by day,queue --out out/kettle
    """
    from surgesim.cli.terminal import progress
    from surgesim.engines import run as run_engine
    from surgesim.result.folder import write
    from surgesim.scenario.read import load

    if check and engine not in ("fluid", "erlang"):
        raise InputError(Problem(f"the engine {engine} is no preview", "--check", "write --engine fluid, or leave out --check"))
    loaded = load(scenario, override or (), set_ or ())
    with progress() as show:
        simulated = run_engine(loaded, "sim", replications, seed, show) if check else None
        result = run_engine(
            loaded, engine, replications, seed, show, until=_until(until, most) if until else None, contacts_to=contacts,
            against=simulated,
        )  # fmt: skip
    if out is not None:
        write(result, out)
    table = result.measures(by=[word for word in by.split(",") if word], of=None if everything else HEADLINE)
    if json_:
        typer.echo(table.write_json())
    else:
        _say_result(result, table, lang)


def _say_result(result: "Result", table: "pl.DataFrame", language: str) -> None:
    """Print measures, how far a preview is off by day where that was asked, and what to know before trusting a number."""
    from surgesim.cli.terminal import show_flags, show_measures
    from surgesim.report.wording import Wording

    words, keys = Wording(language, result.scenario), table.columns[: table.columns.index("measure")]
    kind = "formula_title" if result.expectation else "run_title"
    title = words.say(kind, name=words.title, engine=result.engine, n=result.replications, seed=result.seed)
    show_measures(table, keys, title, words)
    if "preview_error" in result.side:
        errors = result.side["preview_error"].rename({"error": "difference"})
        show_measures(errors, ["day"], words.say("preview_title", engine=result.engine), words, "difference")
    show_flags(result.flags, words)


def _until(text: str, most: int) -> tuple[str, float, tuple[str, ...], int]:
    """Read a stop rule such as ``service_level=0.01``."""
    measure, _, width = text.partition("=")
    try:
        return measure.strip(), float(width), (), most
    except ValueError:
        raise InputError(Problem(f"{text!r} is no stop rule", "--until", "write e.g. service_level=0.01")) from None


def plan(
    scenario: ScenarioFile,
    out: Out = None,
    replications: Annotated[int, typer.Option("--replications", min=20, help="Replications of each verification.")] = 200,
    seed: Seed = 1,
    time_limit: Annotated[str, typer.Option("--time-limit", help="Longest time for planning, e.g. 10min.")] = "5min",
    lang: Language = "en",
    override: Overrides = None,
    set_: Sets = None,
    json_: Json = False,
) -> None:
    """Find the cheapest staff, seats, lines and sites that keep the promises, and prove it by simulation.

    Example: surgesim plan scenarios/tokyo-hotline.yaml --out out/tokyo-hotline
    """
    from surgesim.base.units import parse_duration
    from surgesim.cli.terminal import progress
    from surgesim.engines import UNITS, prepare
    from surgesim.planning.planner import plan as make_plan
    from surgesim.report.card import plan_card
    from surgesim.report.run_folder import summary, write_plan
    from surgesim.scenario.read import load

    limit = parse_duration(time_limit)
    loaded = load(scenario, override or (), set_ or ())
    with progress() as show:
        prepare(show, UNITS)
        try:
            made = make_plan(loaded, replications, seed, limit, lambda sentence: show(sentence, 0, 0))
        except InfeasibleError as refused:
            told = refused.in_language(lang)
            if not json_ or refused.refusal is None:
                raise told from None
            typer.echo(json.dumps(refused.refusal.plain(), ensure_ascii=False))
            typer.echo(str(told), err=True)
            raise typer.Exit(told.exit_code) from None
        report_file = write_plan(made, out, lang, show) if out is not None else None
    if json_:
        typer.echo(summary(made))
    else:
        plan_card(made, lang, report_file)
    if not made.certificate["kept"]:
        raise TargetMissedError("the plan misses a promise; the card says which")


def deflection(
    scenario: ScenarioFile,
    replications: Annotated[int, typer.Option(min=0, help="Replications of the paired simulation; 0 leaves it out.")] = 0,
    seed: Seed = 1,
    override: Overrides = None,
    set_: Sets = None,
    lang: Language = "en",
    json_: Json = False,
) -> None:
    """Say what self-service takes off the desk: contacts, minutes, seats and yen by channel, net of boomerang.

    Example: surgesim deflection scenarios/kettle-recall.yaml --replications 20
    """
    from surgesim.cli.terminal import progress, show_measures, show_table
    from surgesim.deflection import deflection as deflected
    from surgesim.report.wording import Wording
    from surgesim.scenario.read import load

    loaded = load(scenario, override or (), set_ or ())
    with progress() as show:
        found = deflected(loaded, replications, seed, show)
    if json_:
        simulated = None if found.simulated is None else found.simulated.to_dicts()
        typer.echo(json.dumps({"channels": found.table.to_dicts(), "simulated": simulated}, ensure_ascii=False))
        return
    words = Wording(lang, loaded)
    channels = [words.part("channel", name) for name in found.table["channel"]]
    figures = words.headed(found.table.drop("channel"))
    turned = figures.transpose(include_header=True, header_name=words.heading("channel"), column_names=channels)
    show_table(turned, words.say("deflection_title", name=words.title))
    if found.simulated is not None:
        title = words.say("deflection_simulated", n=replications, seed=seed)
        show_measures(_with_units(found.simulated), ["channel", "queue"], title, words, "difference")


def _with_units(table: "pl.DataFrame") -> "pl.DataFrame":
    """Return a long table of measures with the unit of each."""
    import polars as pl

    from surgesim.result.measures import find

    units = {name: find(name).unit for name in table["measure"].cast(pl.String).unique().to_list()}
    return table.with_columns(pl.col("measure").cast(pl.String).replace_strict(units).alias("unit"))


def warmup(json_: Json = False) -> None:
    """Compile the simulation engine ahead of its first use (once per installation, about 10 s).

    Example: surgesim warmup
    """
    from surgesim.cli.terminal import progress, say_json
    from surgesim.engines import UNITS, prepare

    with progress() as show:
        prepare(show, UNITS)
    if json_:
        say_json({"compiled": True})
    else:
        typer.echo("the simulation engine is compiled")


def forecast(
    history: Annotated[
        Path | None,
        typer.Argument(metavar="[HISTORY]", help="CSV with columns start and offered; none yet: --usual.", show_default=False),
    ] = None,
    horizon: Annotated[str, typer.Option(help="How far, e.g. 14d.")] = "14d",
    as_of: Annotated[str | None, typer.Option(help="Last day that is known, e.g. 2020-04-20.")] = None,
    announcement: Annotated[list[str] | None, typer.Option(help="Day of an announcement; may be repeated.")] = None,
    interval: Annotated[str | None, typer.Option(help="Grain of the forecast, e.g. 30min.")] = None,
    start_column: Annotated[str, typer.Option(help="Column with the date or time.")] = "start",
    offered_column: Annotated[str, typer.Option(help="Column with the count.")] = "offered",
    queue: Annotated[str | None, typer.Option(help="One queue of several; all and their total where it is left out.")] = None,
    zone: Annotated[str, typer.Option(help="Time zone of the desk, for stamps in UTC.")] = "Asia/Tokyo",
    country: Annotated[str, typer.Option(help="Whose public holidays count, e.g. JP; none for no holidays.")] = "JP",
    baseline: Annotated[str, typer.Option(help="Model of usual days: auto, best, trend, local, steady, AutoETS ...")] = "auto",
    kernel: Annotated[str, typer.Option(help="Decay: stretched, exponential, omori or biexponential.")] = "stretched",
    usual: Annotated[float | None, typer.Option(help="Contacts on a usual day, where there is no history yet.")] = None,
    peak: Annotated[str | None, typer.Option(help="Day of the peak, where it is known.")] = None,
    opening: Annotated[str | None, typer.Option(help="Opening hours of a history of whole days, e.g. 09:00-18:00.")] = None,
    capacity: Annotated[float | None, typer.Option(help="Contacts a day that can be answered at most.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Region of the case library to leave out; may be repeated.")] = None,
    lang: Language = "en",
    out: Annotated[Path | None, typer.Option(help="CSV to write; printed where it is left out.", show_default=False)] = None,
    json_: Json = False,
) -> None:
    """Forecast contacts from a history, with bands and the probability that the peak has passed.

    Example: surgesim forecast history.csv --horizon 14d --as-of 2020-04-20 --announcement 2020-04-07 --out forecast.csv
    """
    from surgesim.cli.terminal import show_table
    from surgesim.demand.forecast import forecast as make_forecast
    from surgesim.report.wording import Wording
    from surgesim.result.folder import atomic_write

    made = make_forecast(
        None if history is None else str(history),
        horizon=horizon,
        as_of=as_of,
        announcements=announcement or (),
        interval=interval,
        columns={"start": start_column, "offered": offered_column},
        queue=queue,
        zone=zone,
        country=None if country.lower() == "none" else country,
        baseline=baseline,
        kernel=kernel,
        usual=usual,
        peak=peak,
        opening=opening,
        capacity=capacity,
        exclude=exclude or (),
    )
    table = made.by_queue() if made.queues else made.table
    if out is not None:
        with atomic_write(out) as unfinished:
            table.write_csv(unfinished)
    if json_:
        typer.echo(table.write_json())
    elif out is None:
        words = Wording(lang)
        show_table(words.headed(words.cells(table, table.columns)), words.say("contacts_by_interval"))
    typer.echo(made.explain(lang), err=True)


def report(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that plan or run wrote.", show_default=False)],
    lang: Language = "en",
    pdf: Annotated[bool, typer.Option("--pdf", help="Also as PDF.")] = False,
    json_: Json = False,
) -> None:
    """Write the report of a run folder, in English or Japanese beside each other, without simulating anything anew.

    Example: surgesim report out/tokyo-hotline --lang ja --pdf
    """
    from surgesim.cli.terminal import progress
    from surgesim.report.run_folder import rewrite_report

    with progress() as show:
        file = rewrite_report(folder, lang, show, as_pdf=pdf)
    typer.echo(json.dumps({"report": str(file)}, ensure_ascii=False) if json_ else file)
