"""Verbs that look and never compute for long: check, compare, list, new, schema."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surgesim.base.errors import InputError, Problem, ScenarioError
from surgesim.cli.options import HEADLINE, Json, Language, Overrides, Replications, Seed, Sets

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from surgesim.report.plan_difference import Decision
    from surgesim.result.compare import Comparison
    from surgesim.result.result import Result


def check(
    files: Annotated[list[Path], typer.Argument(metavar="SCENARIO...", help="Scenario files (YAML).", show_default=False)],
    override: Overrides = None,
    set_: Sets = None,
    json_: Json = False,
) -> None:
    """Check scenario files: every problem at once, with its line and the mend.

    Example: surgesim check scenarios/*.yaml
    """
    from surgesim.cli.terminal import answers, say_json, show_error
    from surgesim.scenario.check import problems

    wrong = 0
    answer = {str(file): problems(file, override or (), set_ or ()) for file in files}
    if json_:
        say_json({file: [asdict(problem) for problem in found] for file, found in answer.items()})
        raise typer.Exit(2 if any(answer.values()) else 0)
    for file, found in answer.items():
        if found:
            wrong += len(found)
            show_error(ScenarioError(found))
        else:
            answers().print(f"{file}: nothing is wrong")
    if wrong:
        typer.echo(f"{wrong} problem{'s' if wrong > 1 else ''}", err=True)
        raise typer.Exit(2)


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="Run folder, or scenario file.", show_default=False)],
    b: Annotated[Path, typer.Argument(metavar="B", help="Run folder, or scenario file.", show_default=False)],
    replications: Replications = 20,
    seed: Seed = 1,
    by: Annotated[str, typer.Option("--by", help="Columns to group by, e.g. queue or day,queue.")] = "queue",
    everything: Annotated[bool, typer.Option("--all", help="Every measure, not only the headline ones.")] = False,
    lang: Language = "en",
    json_: Json = False,
) -> None:
    """Compare two runs or plans: cost and decisions of plans, what differs in the scenarios, paired differences with intervals.

    Both runs meet the same luck where they have the same seed. --json gives every measure.

    Example: surgesim compare out/one out/two --by queue
    """
    from surgesim.report.plan_difference import decisions
    from surgesim.result.compare import compare as compare_results

    first, second = (_result(path, replications, seed) for path in (a, b))
    found = compare_results(first, second, by=tuple(word for word in by.split(",") if word))
    decided = decisions(a, b)
    if json_:
        rows = [{"measure": one.key, "a": one.a, "b": one.b, "difference": one.difference, "unit": one.unit} for one in decided]
        typer.echo(json.dumps([*rows, *json.loads(found.table.write_json())]))
        return
    _say_decisions(decided, lang)
    _say_comparison(found, found.table if everything else found.table.filter(found.table["measure"].is_in(HEADLINE)), lang)


def _say_decisions(decided: "Sequence[Decision]", language: str) -> None:
    """Print what two plans decide otherwise, and what they cost; nothing where there are no plans."""
    import polars as pl

    from surgesim.cli.terminal import show_table
    from surgesim.report.words import speaker

    say = speaker(language)
    if decided:
        names = (say("measure"), "a", "b", say("difference"))
        show_table(pl.DataFrame([one.row(language) for one in decided], schema=names, orient="row"), say("decisions_title"))


def _say_comparison(found: "Comparison", table: "pl.DataFrame", language: str) -> None:
    """Print what differs in the scenarios, the differences of the measures, and what to know before trusting them."""
    from surgesim.cli.terminal import answers, show_flags, show_measures
    from surgesim.report.wording import Wording

    words, certain = Wording(language, found.a.scenario), found.a.expectation and found.b.expectation
    for item in found.a.scenario.diff(found.b.scenario):
        answers().print(words.say("changed", path=item.path, before=item.before, after=item.after), markup=False)
    names = [Wording(language, one.scenario).title for one in (found.a, found.b)]
    a, b = names if len(set(names)) > 1 else (found.a.scenario.name, found.b.scenario.name)
    kind = "compare_certain_title" if certain else "compare_title" if found.paired else "compare_apart_title"
    keys = table.columns[: table.columns.index("measure")]
    show_measures(table, keys, words.say(kind, a=a, b=b), words, "difference")
    show_flags(found.flags, words)


def _result(path: Path, replications: int, seed: int) -> "Result":
    if path.is_dir():
        from surgesim.result.folder import read

        return read(path)
    from surgesim.cli.terminal import progress
    from surgesim.engines import run
    from surgesim.scenario.read import load

    with progress() as show:
        return run(load(path), replications=replications, seed=seed, progress=show)


def explain(
    source: Annotated[Path, typer.Argument(metavar="RUN|SCENARIO", help="Run folder, or a scenario to run.", show_default=False)],
    when: Annotated[str, typer.Argument(metavar="TIME", help='Local time, e.g. "2027-11-10 10:30".', show_default=False)],
    site: Annotated[str, typer.Option(help="One site; else the whole centre.")] = "",
    queue: Annotated[str, typer.Option(help="One queue of calls; else that of the first promise.")] = "",
    replications: Replications = 20,
    seed: Seed = 1,
    lang: Language = "en",
    json_: Json = False,
) -> None:
    """Explain the staff of one interval: calls, redials, handling time, load, agents, shrinkage, heads, and what binds.

    Example: surgesim explain scenarios/kettle-recall.yaml "2027-11-10 10:30" --site tokyo
    """
    from surgesim.report.explain import explanation
    from surgesim.report.run_folder import planned_tables

    result = _result(source, replications, seed)
    tables = planned_tables(source) if source.is_dir() else {}
    made = explanation(result, when, site, queue, lang, **tables)
    typer.echo(made.model_dump_json(indent=1) if json_ else str(made))


def list_kinds(
    name: Annotated[str | None, typer.Argument(metavar="[SHELF]", help="One shelf, or measures.", show_default=False)] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Measures and words as the glossary of the docs.")] = False,
    json_: Json = False,
) -> None:
    """List every kind on every shelf, built in or added by a plug-in, with one line on each; and every measure.

    Example: surgesim list routing; surgesim list measures
    """
    from surgesim.base.catalogue import shelves
    from surgesim.base.text import suggestion
    from surgesim.cli.terminal import answers, say_json

    if name == "measures":
        _list_measures(markdown, json_)
        return
    found = shelves()
    if name is not None and name not in found:
        raise InputError(Problem(f"no shelf is called {name!r}", instead=suggestion(name, (*found, "measures"))))
    shown = {shelf: found[shelf].kinds() for shelf in ([name] if name else found)}
    if json_:
        say_json({shelf: {kind: k.summary for kind, k in kinds.items()} for shelf, kinds in shown.items()})
        return
    for shelf, kinds in shown.items():
        answers().print(f"[bold]{shelf}[/bold]  {found[shelf].summary}")
        for kind, k in kinds.items():
            answers().print(f"  {kind:<24} {k.summary}{'' if k.built_in else f'  (from {k.origin})'}", markup=False)


def _list_measures(markdown: bool, json_: bool) -> None:
    from surgesim.cli.terminal import answers, say_json
    from surgesim.report.glossary import markdown as glossary
    from surgesim.result.measures import MEASURES

    if markdown:
        typer.echo(glossary(), nl=False)
    elif json_:
        say_json({m.name: {"en": m.en, "ja": m.ja, "formula": m.formula, "unit": m.unit} for m in MEASURES})
    else:
        for m in MEASURES:
            answers().print(f"{m.name} = {m.formula}  [{m.unit}]\n    {m.en}  {m.ja}", markup=False)


def tutorial(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where it goes.")] = Path("surgesim-tutorial"),
    json_: Json = False,
) -> None:
    """Write a small tutorial that runs as it stands: text, scenario, history, script.

    Example: surgesim tutorial my-tutorial
    """
    from surgesim.cli.serving import copy_packaged
    from surgesim.cli.terminal import say_json

    copied = copy_packaged("tutorial", folder)
    if json_:
        say_json({"read": str(folder / "README.md"), "new_files": copied})
    else:
        typer.echo(folder / "README.md")


Kind = Annotated[
    str, typer.Argument(metavar="KIND", help="recall, data-leak, disaster, food-recall or plain.", show_default=False)
]


def new(
    kind: Kind,
    json_: Json = False,
) -> None:
    """Print a commented scenario to start from.

    Example: surgesim new recall > my.yaml
    """
    from surgesim.cli.terminal import say_json
    from surgesim.scenario.template import new as template

    if json_:
        say_json({"kind": kind, "yaml": template(kind)})
    else:
        typer.echo(template(kind), nl=False)


def schema(json_: Json = False) -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check YAML; it is JSON in any case.

    Example: surgesim schema > surgesim.schema.json
    """
    from surgesim.scenario.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
