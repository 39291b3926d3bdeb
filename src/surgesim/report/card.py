"""The short answer on the terminal."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surgesim.report import answer, numbers
from surgesim.report.facts import Facts
from surgesim.report.gather.collect import facts_of_plan
from surgesim.report.headline import headline, service_names
from surgesim.report.words import label, speaker

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

MOST_HIRES, MOST_COSTS, MOST_SENTENCES = 8, 8, 5
"""Orders and items shown one by one, and sentences of each kind; the page shows all."""


def plan_card(plan: Any, language: str, report_file: Path | None, console: "Console | None" = None) -> None:
    """Print what to do, what it costs, how sure that is, and what happened.

    Parameters
    ----------
    plan : Plan
        From the planner.
    language : str
        ``"en"`` or ``"ja"``.
    report_file : Path or None
        Where the page was written.
    console : rich.console.Console, optional
        Standard output where it is left out.
    """
    from rich.console import Console
    from rich.text import Text

    shown = console or Console(highlight=False)
    shown.print(card(facts_of_plan(plan), language))
    if report_file is not None:  # outside the frame and never broken, so that it can be copied
        shown.print(Text(f"{speaker(language)('report_at')}: {report_file}"), soft_wrap=True)


def card(facts: Facts, language: str) -> "RenderableType":
    """Return the card of a plan."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    good = answer.kept(facts)
    parts: list[RenderableType] = [Text(answer.verdict(facts, language), style="bold green" if good else "bold red"), ""]
    parts += [_decisions(facts, language), "", _promises(facts, language)]
    parts += _certificate(facts, language)
    if answer.happened(facts, language):
        parts += ["", _happened(facts, language)]
    return Panel(Group(*parts), title=facts.head.title.in_language(language), title_align="left", padding=(1, 2))


def _decisions(facts: Facts, language: str) -> "Table":
    from rich.table import Table
    from rich.text import Text

    say = speaker(language)
    figures = {figure.key: figure for figure in headline(facts)}
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    hires = answer.hires(facts, language)
    shown = (*hires[:MOST_HIRES], *(["…"] if len(hires) > MOST_HIRES else []))
    for word, texts in (("hire", shown), ("seats", answer.sites(facts, language)), ("lines", answer.lines(facts, language))):
        for place, text in enumerate(texts):
            table.add_row(say(word) if place == 0 else "", Text(text))
    if facts.certificate is not None and facts.certificate.measures:
        taken = [facts.called("measures", name, language) for name in facts.certificate.measures]
        table.add_row(say("measures_taken"), Text(", ".join(taken)))
    cost, bound, gap = (numbers.written(figures[k].value, figures[k].kind, language) for k in ("cost_jpy", "bound_jpy", "gap"))
    table.add_row(say("total_cost"), Text(f"{cost}  ({say('bound')}: {bound}; {say('gap')}: {gap})"))
    for queue in dict.fromkeys(promise.queue for promise in facts.promises):
        for name in service_names(facts, queue):
            text = f"{numbers.interval(facts.totals[queue][name])}  {say('horizon')}, {say('interval_95')}"
            table.add_row(f"{label(name, language)}", Text(text))
    return table


def _promises(facts: Facts, language: str) -> "Table":
    from rich.table import Table
    from rich.text import Text

    say = speaker(language)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    confidence = numbers.share(facts.head.confidence, 0)
    for promise, row in zip((p for p in facts.promises if p.periods), answer.promise_rows(facts, language), strict=True):
        title, period, value, bound, here, chance, verdict = row
        style = "green" if promise.sure else "red"
        words = {"value": value, "period": period, "bound": bound, "confidence": confidence, "here": here, "chance": chance}
        line = say("promise_line" if len(promise.periods) > 1 else "promise_whole", **words)
        table.add_row(Text(verdict, style=f"bold {style}"), Text(title, style="bold"))
        table.add_row("", Text(line))
    for text in answer.weakest(facts, language):
        table.add_row(Text("!", style="bold yellow"), Text(text))
    return table


def _certificate(facts: Facts, language: str) -> "Iterator[RenderableType]":
    """Yield what the plan costs by item, what its bound is, its service by day, and what binds and would change it."""
    from rich.columns import Columns
    from rich.padding import Padding
    from rich.text import Text

    say = speaker(language)
    if facts.costs:
        yield from ("", Text(say("cost_by_item"), style="bold"), Padding(_costs(facts, language), (0, 0, 0, 2)))
    if facts.certificate is not None:
        text = facts.certificate.bound_of.in_language(language)
        yield from ("", Text(say("bound_of"), style="bold"), Padding(Text(text), (0, 0, 0, 2)))
    yield from ("", Text(say("service_by_day"), style="bold"))
    for queue, days in answer.service_by_day(facts, language):
        yield Padding(Text(queue, style="italic"), (0, 0, 0, 2))
        yield Padding(Columns([Text(day) for day in days], padding=(0, 2), equal=True), (0, 0, 0, 2))
    for word, sentences in answer.worth(facts, language):
        yield from ("", Text(say(word), style="bold"))
        shown = (*sentences[:MOST_SENTENCES], *(["…"] if len(sentences) > MOST_SENTENCES else []))
        mark = "・" if language == "ja" else "- "
        yield from (Padding(Text(f"{mark}{sentence}"), (0, 0, 0, 2)) for sentence in shown)


def _costs(facts: Facts, language: str) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for place in range(3):
        table.add_column(justify="left" if place == 0 else "right")
    for row in answer.costs(facts, MOST_COSTS, language):
        table.add_row(*map(Text, row))
    return table


def _happened(facts: Facts, language: str) -> "Table":
    say = speaker(language)
    headings = (say("what_happened"), say("forecast_line"), say("actual_line"))
    return _table(headings, answer.happened(facts, language), right=(1, 2))


def _table(headings: tuple[str, ...], rows: tuple[answer.Row, ...], right: tuple[int, ...]) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
