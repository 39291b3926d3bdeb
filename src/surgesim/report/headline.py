"""The headline figures, each with its key: page, workbook, summary and terminal show these very values."""

from collections.abc import Iterator
from typing import Literal

from surgesim.report.facts import Facts, Fan
from surgesim.report.words import LANGUAGES, label, speaker
from surgesim.scenario.fields import Closed, Text

Kind = Literal["yen", "share", "count", "seconds"]


class Figure(Closed):
    """One headline figure."""

    key: str
    text: Text
    value: float | None
    kind: Kind


def headline(facts: Facts) -> tuple[Figure, ...]:
    """Return the headline figures in the order of the report."""
    return (*_of_plan(facts), *_of_service(facts), *_of_promises(facts), *_of_demand(facts))


def _text(key: str, tail: str = "") -> Text:
    return Text(en=speaker("en")(key) + tail, ja=speaker("ja")(key) + tail)


def _of(key: str, facts: Facts, kind: str, name: str) -> Text:
    return Text(**{la: f"{speaker(la)(key)}: {facts.called(kind, name, la)}" for la in LANGUAGES})


def _measure(name: str, facts: Facts, queue: str) -> Text:
    return Text(**{la: f"{label(name, la)}: {facts.called('queues', queue, la)}" for la in LANGUAGES})


def _of_plan(facts: Facts) -> Iterator[Figure]:
    if facts.certificate is None:
        return
    yield Figure(key="cost_jpy", text=_text("total_cost"), value=facts.cost_jpy, kind="yen")
    yield Figure(key="bound_jpy", text=_text("bound"), value=facts.certificate.bound_jpy, kind="yen")
    yield Figure(key="gap", text=_text("gap"), value=facts.certificate.gap, kind="share")
    for team in facts.teams:
        if team.hired > 0:
            text = _of("hired", facts, "groups", team.group)
            yield Figure(key=f"hired.{team.group}", text=text, value=team.hired, kind="count")
    for place in facts.places:
        yield Figure(key=f"seats.{place.site}", text=_of("seats", facts, "sites", place.site), value=place.seats, kind="count")
    for line in facts.lines:
        yield Figure(key=f"lines.{line.trunk}", text=_of("lines", facts, "trunks", line.trunk), value=line.lines, kind="count")


def _of_service(facts: Facts) -> Iterator[Figure]:
    for queue, measures in facts.totals.items():
        for name in dict.fromkeys((*service_names(facts, queue), "abandonment", "blocking")):
            span = measures.get(name)
            if span is None or span.value is None:
                continue
            yield Figure(key=f"{name}.{queue}", text=_measure(name, facts, queue), value=span.value, kind="share")
            for end, value in (("low", span.low), ("high", span.high)):
                text = Text(
                    en=f"{_measure(name, facts, queue).en}, {speaker('en')('interval_95')}, {speaker('en')(end).lower()}",
                    ja=f"{_measure(name, facts, queue).ja}、{speaker('ja')('interval_95')}、{speaker('ja')(end)}",
                )
                if value is not None:
                    yield Figure(key=f"{name}.{queue}.{end}", text=text, value=value, kind="share")
        for name in ("offered", "handled"):
            yield Figure(key=f"{name}.{queue}", text=_measure(name, facts, queue), value=measures[name].value, kind="count")
        asa = measures.get("asa_s")
        if asa is not None and asa.value is not None:
            yield Figure(key=f"asa_s.{queue}", text=_measure("asa_s", facts, queue), value=asa.value, kind="seconds")


def service_names(facts: Facts, queue: str) -> list[str]:
    """Return the measures that a queue is judged by."""
    promised = [p.measure for p in facts.promises if p.queue == queue and p.measure.startswith(("service", "on_time"))]
    usual = "on_time" if "on_time" in facts.totals[queue] else "service_level"
    return promised or [usual]


def _of_promises(facts: Facts) -> Iterator[Figure]:
    for number, promise in enumerate(facts.promises):
        if not promise.periods:
            continue
        worst, name = promise.periods[promise.worst], _measure(promise.measure, facts, promise.queue)
        en, ja = (f"{speaker(la)('worst')}, {name.in_language(la)}" for la in LANGUAGES)
        yield Figure(key=f"promise.{number}.worst", text=Text(en=en, ja=ja), value=worst.value, kind="share")
        en, ja = (f"{name.in_language(la)}, {speaker(la)('chance')}" for la in LANGUAGES)
        if promise.chance is not None:
            yield Figure(key=f"promise.{number}.chance", text=Text(en=en, ja=ja), value=promise.chance, kind="share")


def _of_demand(facts: Facts) -> Iterator[Figure]:
    fan = facts.fan
    if fan is None:
        return
    for key, value in zip(("low", "median", "high"), fan.total, strict=True):
        text = _text("needs_median") if key == "median" else _text("flow_needs", {"low": " (5%)", "high": " (95%)"}[key])
        yield Figure(key=f"needs.{key}", text=text, value=value, kind="count")
    if fan.actual_days:
        yield Figure(key="actual.total", text=_text("actual_line"), value=actual_total(fan), kind="count")
        yield Figure(key="actual.days_inside", text=_text("days_inside"), value=float(days_inside(fan)), kind="count")


def actual_total(fan: Fan) -> float:
    """Return the sum of what was counted afterwards, unknown days left out."""
    return float(sum(value for value in fan.actual if value is not None))


def days_inside(fan: Fan) -> int:
    """Return how many days that were counted lie within the 90 % band of the forecast."""
    band = dict(zip(fan.days, zip(fan.p05, fan.p95, strict=True), strict=True))
    known = [(day, value) for day, value in zip(fan.actual_days, fan.actual, strict=True) if value is not None and day in band]
    return sum(band[day][0] <= value <= band[day][1] for day, value in known)
