"""The answer in sentences and small tables of text: the page and the terminal show the same ones."""

from collections.abc import Iterator

from surgesim.report.facts import Day, Facts, Line, Place, Promise
from surgesim.report.headline import days_inside
from surgesim.report.numbers import MISSING, interval, seconds, share, short_day, whole, yen
from surgesim.report.plots.cost_items import name as cost_name
from surgesim.report.plots.cost_items import named_costs
from surgesim.report.words import label, long_reason, reason, speaker
from surgesim.scenario.fields import as_text

Row = tuple[str, ...]
MOST_BINDING = 3
"""What binds, as far as the first page says it."""


def hires(facts: Facts, language: str) -> tuple[str, ...]:
    """Return what to order when, one sentence for each order."""
    say = speaker(language)
    found = [
        say(
            "hire_line", heads=whole(hire.heads), group=facts.called("groups", hire.group, language),
            source=say(hire.source), site=facts.called("sites", hire.site, language),
            order=short_day(hire.order_day, language),
            training=short_day(hire.training_day, language), work=short_day(hire.work_day, language),
        )
        for hire in facts.hires
    ]  # fmt: skip
    return tuple(found) or (say("no_hires"),)


def sites(facts: Facts, language: str) -> tuple[str, ...]:
    """Return the seats of every site, one sentence each."""
    return tuple(_site(place, language) for place in facts.places)


def _site(place: Place, language: str) -> str:
    say, added = speaker(language), place.seats - place.existing
    title = place.title.in_language(language)
    if place.seats == 0:
        return say("site_unused", title=title)
    if added <= 0:
        return say("site_line", title=title, seats=whole(place.seats))
    day = short_day(place.added_from, language)
    return say("site_more", title=title, seats=whole(place.seats), added=whole(added), day=day)


def lines(facts: Facts, language: str) -> tuple[str, ...]:
    """Return the lines of every trunk, one sentence each."""
    return tuple(_line(line, facts.called("trunks", line.trunk, language), language) for line in facts.lines)


def _line(line: Line, title: str, language: str) -> str:
    say, added = speaker(language), line.lines - line.existing
    if added <= 0:
        return say("line_line", trunk=title, lines=whole(line.lines))
    day = short_day(line.added_from, language)
    return say("line_more", trunk=title, lines=whole(line.lines), added=whole(added), day=day)


def verdict(facts: Facts, language: str) -> str:
    """Return whether every promise is shown."""
    say = speaker(language)
    chances = [promise.probability for promise in facts.promises if promise.probability is not None]
    if kept(facts) and chances:
        return say("all_probable", probability=share(min(chances), 0))
    return say("all_kept" if kept(facts) else "some_missed")


def how_sure(facts: Facts, language: str) -> str:
    """Return in one line how sure the answer is."""
    say, found = speaker(language), facts.certificate
    confidence = share(facts.head.confidence, 0)
    text = say("sure_line", n=whole(facts.head.replications), confidence=confidence) if facts.promises else ""
    more = "" if found is None or found.gap is None else say("gap_line", gap=share(found.gap))
    return (text + ("" if language == "ja" else " ") + more).strip()


def binding(facts: Facts, language: str) -> tuple[str, ...]:
    """Return the few things that bind most, what one more point of service costs among them; all are said further below."""
    every = facts.certificate.marginals if facts.certificate else ()
    points = [text for text in every if "point" in text.en]
    others = [text for text in every if text not in points]
    first = (*points[:1], *others[: MOST_BINDING - 1], *points[1:])[:MOST_BINDING]
    return tuple(text.in_language(language) for text in first)


def kept(facts: Facts) -> bool:
    """Whether every promise is shown to be kept."""
    return facts.certificate.kept if facts.certificate else all(promise.sure for promise in facts.promises)


def within(facts: Facts, queue: str, language: str) -> str:
    """Return what counts as service of a queue: the measure and, for calls, its threshold."""
    measure = next((grid.measure for grid in facts.grids if grid.queue == queue), "on_time")
    limit = next((wait.within_s for wait in facts.waits if wait.queue == queue), None)
    tail = "" if limit is None else f", {speaker(language)('within', time=seconds(limit, language))}"
    return label(measure, language) + tail


def why(day: Day, language: str) -> str:
    """Return why formulas and simulation differ on a day, in short."""
    say, gap = speaker(language), "、" if language == "ja" else "; "
    if not day.reasons:
        return say("agree") if day.erlang_a is not None else ""
    found = ((reason(item.code, language), item.amount.in_language(language)) for item in day.reasons)
    return gap.join(f"{word} ({amount})" if amount else word for word, amount in found)


def reason_rows(facts: Facts, language: str) -> tuple[Row, ...]:
    """Return the short name and the sentence of every reason that the days give."""
    codes = dict.fromkeys(item.code for day in facts.days for item in day.reasons)
    return tuple((reason(code, language), long_reason(code, language)) for code in codes)


def promise_title(facts: Facts, promise: Promise, language: str) -> str:
    """Return a promise in words: measure, threshold, bound, period."""
    say, queue = speaker(language), facts.called("queues", promise.queue, language)
    bound = say("at_least" if promise.at_least else "at_most", bound=share(promise.promised))
    within = "" if promise.within_s is None else f" {say('within', time=seconds(promise.within_s, language))}"
    per = say(f"per_{promise.per}")
    if promise.probability is not None:
        per = say("with_probability", per=per, probability=share(promise.probability, 0))
    if language == "ja":
        return f"{queue}: {label(promise.measure, language)}{within} {bound}({per})"
    return f"{queue}: {label(promise.measure, language)}{within} {bound}, {per}"


def promise_rows(facts: Facts, language: str) -> tuple[Row, ...]:
    """Return a row for each promise.

    Its title, its tightest period, the value there, the bound shown, the share of replications that keep it in that
    period and in every period, and the verdict.
    """
    return tuple(_promise_row(facts, promise, language) for promise in facts.promises if promise.periods)


def _promise_row(facts: Facts, promise: Promise, language: str) -> Row:
    say = speaker(language)
    worst = promise.periods[promise.worst]
    period = say("horizon") if worst.day is None else short_day(worst.day, language)
    period = say("week_from", day=period) if promise.per == "week" else period if worst.time is None else f"{period} {worst.time}"
    bound = share(worst.bound) if promise.probability is None else say("of_futures", share=share(worst.chance_bound))
    kept = promise.kept if promise.probability is None else promise.sure
    verdict = say("kept" if promise.sure else "unsure" if kept else "missed")
    shares = (share(worst.value), bound, share(worst.chance), share(promise.chance))
    return promise_title(facts, promise, language), period, *shares, verdict


def weakest(facts: Facts, language: str) -> tuple[str, ...]:
    """Return a sentence for each promised queue that has a time of day at which the service falls short of the promise."""
    say, strict = speaker(language), {promise.queue for promise in facts.promises if promise.per == "interval"}
    return tuple(
        say(
            "weakest", queue=facts.called("queues", grid.queue, language), time=grid.weakest.time,
            measure=label(grid.measure, language), value=share(grid.weakest.value), calls=whole(grid.weakest.offered_day),
        )
        + ("" if facts.certificate is None or grid.queue in strict else say("weakest_mend"))
        for grid in facts.grids
        if grid.weakest is not None
    )  # fmt: skip


def happened(facts: Facts, language: str) -> tuple[Row, ...]:
    """Return rows of word, forecast and actual; nothing where nothing is known yet."""
    return tuple(_happened(facts, language)) if facts.fan is not None and facts.fan.actual_days else ()


def _happened(facts: Facts, language: str) -> Iterator[Row]:
    from surgesim.report.headline import actual_total

    say, fan = speaker(language), facts.fan
    assert fan is not None
    low, median, high = fan.total
    known = [value for value in fan.actual if value is not None]
    mean = sum(measures["needs"].value or 0.0 for measures in facts.totals.values())
    yield say("total"), f"{whole(median)} ({whole(low)} – {whole(high)})", whole(actual_total(fan))
    yield say("total_mean"), whole(mean), ""
    top = fan.p50.index(max(fan.p50))
    pairs = zip(fan.actual, fan.actual_days, strict=True)
    counted = max(((value, day) for value, day in pairs if value is not None), default=None)
    forecast = f"{whole(fan.p50[top])} ({short_day(fan.days[top], language)})"
    actual = MISSING if counted is None else f"{whole(counted[0])} ({short_day(counted[1], language)})"
    yield say("busiest_day"), forecast, actual
    yield say("days_inside"), "", say("of_days", n=days_inside(fan), m=len(known))


def remarks(facts: Facts, language: str) -> tuple[tuple[str, str], ...]:
    """Return where each remark belongs, and what it says: what is the matter, and what to do about it."""
    gap = "。" if language == "ja" else "; "
    texts = ((remark.what.in_language(language), remark.instead.in_language(language)) for remark in facts.remarks)
    places = (facts.called("queues", remark.where, language) for remark in facts.remarks)
    return tuple((where, gap.join(filter(None, found))) for where, found in zip(places, texts, strict=True))


def assumptions(facts: Facts, language: str) -> tuple[Row, ...]:
    """Return what is assumed, and where it comes from."""
    return tuple(
        (as_text(found.what).in_language(language), as_text(found.source).in_language(language)) for found in facts.assumptions
    )


def worth(facts: Facts, language: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return headings and sentences: what binds, next best alternatives, what would change the answer, what knowing is worth."""
    found = facts.certificate
    if found is None:
        return ()
    parts = (
        ("binds", found.marginals), ("alternatives", found.alternatives), ("break_even", found.break_even),
        ("knowing", found.knowing),
    )  # fmt: skip
    return tuple((word, tuple(text.in_language(language) for text in texts)) for word, texts in parts if texts)


def service_by_day(facts: Facts, language: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return each queue, and its simulated service of every day with the 95 % interval."""
    queues = dict.fromkeys(day.queue for day in facts.days if day.service.value is not None)
    return tuple(
        (
            facts.called("queues", queue, language),
            tuple(
                f"{short_day(day.day, language)} {interval(day.service)}"
                for day in facts.days
                if day.queue == queue and day.service.value is not None
            ),
        )
        for queue in queues
    )


def costs(facts: Facts, most: int, language: str) -> tuple[Row, ...]:
    """Return item, yen and share of the dearest items, and what the others add up to."""
    ranked = sorted(named_costs(facts, language), key=lambda row: -row.cost_jpy)
    rest, whole_jpy = ranked[most:], facts.cost_jpy or 1.0
    rows = [(cost_name(row, language), row.cost_jpy) for row in ranked[:most]]
    if rest:
        rows.append((speaker(language)("more_items", n=len(rest)), sum(row.cost_jpy for row in rest)))
    return tuple((name, yen(cost), share(cost / whole_jpy)) for name, cost in rows)


def certificate(facts: Facts, language: str) -> tuple[tuple[str, str], ...]:
    """Return pairs of word and value that say how sure the plan is."""
    say, found = speaker(language), facts.certificate
    verified = say("verified_line", n=whole(facts.head.replications), engine=facts.head.engine)
    if found is None:
        return ((say("verified"), verified),)
    return (
        (say("solver_status"), say(f"solver {found.status}")),
        (say("bound"), yen(found.bound_jpy)),
        (say("gap"), share(found.gap, 2)),
        (say("bound_of"), found.bound_of.in_language(language)),
        (say("verified"), verified),
    )
