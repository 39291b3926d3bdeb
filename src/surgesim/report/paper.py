"""What stands on paper, block by block: the same answer, reasons and tables as on the page."""

from collections.abc import Iterable, Iterator
from typing import Any

from surgesim.report import answer, numbers
from surgesim.report.facts import Facts
from surgesim.report.headline import Figure, headline
from surgesim.report.plots.album import album
from surgesim.report.plots.cost_items import name as cost_name
from surgesim.report.plots.cost_items import named_costs
from surgesim.report.words import label, speaker, unit
from surgesim.result.measures import MEASURES

Block = dict[str, Any]
BREAKABLE = "\u200b"
"""Zero-width space: a long name may be broken there."""


def blocks(facts: Facts, language: str, files: dict[str, str]) -> Iterator[Block]:
    """Yield the blocks of the report.

    Parameters
    ----------
    facts : Facts
        What the report knows.
    language : str
        ``"en"`` or ``"ja"``.
    files : dict of str to str
        File of each picture, by name.
    """
    say = speaker(language)
    title = say("report") if facts.certificate else say("result_report")
    yield _heading(1, f"{title}: {facts.head.title.in_language(language)}")
    days = (numbers.day(day, language) for day in (facts.head.first_day, facts.head.last_day))
    yield _text(f"{facts.head.description.in_language(language)} {say('period')}: {' – '.join(days)}", soft=True)
    yield from _answer(facts, language)
    yield from _sure(facts, language)
    yield from _happened(facts, language)
    yield {"kind": "break"}
    yield from _why(facts, language)
    yield _heading(2, say("pictures"))
    for name, (text, _) in album(facts, language).items():
        yield {"kind": "picture", "file": files[name], "alt": text}
    yield {"kind": "break"}
    yield from _sources(facts, language)


def _heading(level: int, text: str) -> Block:
    return {"kind": "heading", "level": level, "text": text}


def _text(text: str, soft: bool = False) -> Block:
    return {"kind": "text", "text": text, "soft": soft}


def _table(
    head: Iterable[str], rows: Iterable[tuple[str, ...]], right: tuple[int, ...] = (), widths: tuple[float, ...] = ()
) -> Block:
    names = list(head)
    return {
        "kind": "table", "head": names, "rows": [list(row) for row in rows],
        "right": [place in right for place in range(len(names))], "widths": list(widths or (1.0,) * len(names)),
    }  # fmt: skip


def _written(figure: Figure, language: str) -> str:
    return numbers.written(figure.value, figure.kind, language)


def _answer(facts: Facts, language: str) -> Iterator[Block]:
    say = speaker(language)
    yield _heading(2, say("answer"))
    if facts.promises:
        yield {"kind": "verdict", "text": answer.verdict(facts, language), "good": answer.kept(facts)}
    yield {"kind": "cards", "items": list(_cards(facts, language))}
    if facts.certificate:
        yield _text(answer.how_sure(facts, language))
        if facts.certificate.marginals:
            yield _heading(3, say("binds"))
            yield {"kind": "list", "items": list(answer.binding(facts, language))}
        yield _heading(3, say("hire"))
        yield {"kind": "list", "items": list(answer.hires(facts, language))}
        yield _heading(3, say("places"))
        yield {"kind": "list", "items": [*answer.sites(facts, language), *answer.lines(facts, language)]}
    if facts.promises:
        bound = say("bound_shown", confidence=numbers.share(facts.head.confidence, 0))
        head = (say("promise"), say("worst"), say("value"), bound, say("chance_period"), say("chance"), say("met"))
        yield _table(head, answer.promise_rows(facts, language), right=(2, 3, 4, 5), widths=(3.2, 1.4, 1, 1.3, 1.3, 1.3, 1))
        yield from (_text(text) for text in answer.weakest(facts, language))
    if facts.costs:
        yield from _bill(facts, language)


def _bill(facts: Facts, language: str) -> Iterator[Block]:
    say = speaker(language)
    rows = [
        (
            cost_name(row, language), f"{row.quantity:,.1f}", unit(row.unit, language), numbers.yen(row.price_jpy),
            numbers.yen(row.cost_jpy),
        )
        for row in sorted(named_costs(facts, language), key=lambda row: -row.cost_jpy)
    ]  # fmt: skip
    total = (say("total_cost"), "", "", "", numbers.yen(facts.cost_jpy))
    yield _heading(2, say("cost_by_item"))
    head = (say("item"), say("quantity"), say("unit"), say("price"), say("cost"))
    yield _table(head, [*rows, total], right=(1, 3, 4), widths=(3, 1, 1, 1, 1.4))


def _cards(facts: Facts, language: str) -> Iterator[dict[str, str]]:
    say, figures = speaker(language), {figure.key: figure for figure in headline(facts)}
    if facts.certificate:
        bound, gap = (_written(figures[key], language) for key in ("bound_jpy", "gap"))
        note = f"{say('bound')}: {bound}; {say('gap')}: {gap}"
        yield {"title": say("total_cost"), "value": _written(figures["cost_jpy"], language), "note": note}
    for key, figure in figures.items():
        measure, _, rest = key.partition(".")
        if measure.startswith(("service_level", "on_time")) and rest in facts.totals:
            note = say("horizon")
            if f"{key}.low" in figures:
                low, high = (_written(figures[f"{key}.{end}"], language) for end in ("low", "high"))
                note = f"{say('interval_95')}: {low} – {high}; {note}"
            yield {"title": figure.text.in_language(language), "value": _written(figure, language), "note": note}


def _sure(facts: Facts, language: str) -> Iterator[Block]:
    say = speaker(language)
    yield _heading(2, say("how_sure"))
    yield _table(("", ""), answer.certificate(facts, language), widths=(1, 3))
    for note in facts.certificate.notes if facts.certificate else ():
        yield _text(note.in_language(language), soft=True)
    for word, sentences in answer.worth(facts, language):
        yield _heading(3, say(word))
        yield {"kind": "list", "items": list(sentences)}
    if facts.remarks:
        yield _heading(3, say("remarks"))
        yield {"kind": "list", "items": [": ".join(filter(None, found)) for found in answer.remarks(facts, language)]}


def _happened(facts: Facts, language: str) -> Iterator[Block]:
    say, rows = speaker(language), answer.happened(facts, language)
    if rows:
        yield _heading(2, say("what_happened"))
        yield _table(("", say("forecast_line"), say("actual_line")), rows, right=(1, 2))


def _why(facts: Facts, language: str) -> Iterator[Block]:
    say = speaker(language)
    yield _heading(2, say("why"))
    yield _heading(3, say("why_days"))
    yield _text(say("why_note"), soft=True)
    head = (
        say("day"), label("needs", language), label("offered", language), say("erlang_c"), say("erlang_a"), say("simulated"),
        say("interval_95"), label("abandonment", language),
    )  # fmt: skip
    for queue in facts.totals:
        rows = [
            (
                numbers.short_day(day.day, language), numbers.whole(day.needs), numbers.whole(day.offered),
                numbers.share(day.erlang_c), numbers.share(day.erlang_a), numbers.share(day.service.value),
                f"{numbers.share(day.service.low)} – {numbers.share(day.service.high)}", numbers.share(day.abandonment.value),
            )
            for day in facts.days if day.queue == queue
        ]  # fmt: skip
        yield _heading(3, f"{say('queue')}: {facts.called('queues', queue, language)} ({answer.within(facts, queue, language)})")
        yield _table(head, rows, right=tuple(range(1, 8)), widths=(1.2, 0.9, 0.9, 0.9, 0.9, 1.1, 1.7, 1.5))
    reasons = answer.reason_rows(facts, language)
    if reasons:
        yield _table((say("reason"), ""), reasons, widths=(1, 3))


def _sources(facts: Facts, language: str) -> Iterator[Block]:
    say, head = speaker(language), facts.head
    if facts.assumptions:
        yield _heading(2, say("assumptions"))
        rows = answer.assumptions(facts, language)
        yield _table((say("assumption"), say("source_of")), rows)
    yield _heading(2, say("figures"))
    rows_of_figures = [
        (_breakable(figure.key), figure.text.in_language(language), _written(figure, language)) for figure in headline(facts)
    ]
    yield _table((say("name"), say("what"), say("value")), rows_of_figures, right=(2,), widths=(2, 3, 1.2))
    yield _heading(2, say("definitions"))
    measures = [(m.label(language), _breakable(m.name), m.formula, unit(m.unit, language)) for m in MEASURES]
    yield _table((say("measure"), say("name"), say("formula"), say("unit")), measures, widths=(1.6, 1.6, 3, 0.8))
    yield _heading(2, say("about"))
    about = [
        (say(word), str(getattr(head, word)))
        for word in ("scenario", "engine", "seed", "replications", "time_zone", "version", "fingerprint", "command")
    ]
    yield _table(("", ""), about, widths=(1, 2.5))


def _breakable(name: str) -> str:
    return name.replace("_", f"_{BREAKABLE}").replace(".", f".{BREAKABLE}")
