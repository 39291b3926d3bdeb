"""The facts of a plan, or of a plain result."""

from typing import Any

from surgesim.report.facts import Certificate, Facts, Head, Period, Promise, Remark
from surgesim.report.gather import capacity, demand, service, waiting
from surgesim.report.gather.formulas import with_formulas
from surgesim.result.result import Result
from surgesim.scenario.fields import Text, as_text
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.titles import titles

BOUND_OF = Text(
    en="the model in which formulas, moved to what the simulation saw, stand for the service; it is no bound on all plans",
    ja="シミュレーションで補正した計算式によるモデルの下界であり、現実のあらゆる計画に対する下界ではない",
)


def facts_of_result(result: Result) -> Facts:
    """Return the facts of a result without a plan.

    Parameters
    ----------
    result : Result
        Of any engine.
    """
    return _facts(result, None)


def facts_of_plan(plan: Any) -> Facts:
    """Return the facts of a plan, its verification beside it.

    Parameters
    ----------
    plan : Plan
        From the planner.
    """
    return _facts(plan.result, plan)


def _facts(result: Result, plan: Any) -> Facts:
    from surgesim.demand.sources import needs

    scenario, totals = result.scenario, service.totals(result)
    wanted = needs(scenario)
    decided = {} if plan is None else _decided(plan)
    return Facts(
        head=_head(scenario, result, plan),
        titles=titles(scenario) | _of_measures(plan),
        promises=judged(service.promises(result), plan),
        days=with_formulas(result, service.days(result), plan),
        totals=totals,
        fan=demand.fan(scenario, wanted, result.seed),
        people=demand.people(scenario, wanted),
        staffing=capacity.staffing(result, plan),
        grids=service.grids(result),
        flows=service.flows(totals),
        waits=service.waits(result),
        busy=service.busy(result),
        ribbons=waiting.ribbons(result),
        ages=waiting.ages(result),
        assumptions=scenario.assumptions,
        remarks=tuple(_remark(flag) for flag in result.flags),
        **decided,
    )


def _of_measures(plan: Any) -> dict[str, dict[str, Text]]:
    """Return what the measures taken are called: the scenario that they made knows them no more."""
    found = {} if plan is None else plan.certificate.get("measure_titles", {})
    return {"measures": {name: Text(**text) for name, text in found.items()}} if found else {}


def _decided(plan: Any) -> dict[str, Any]:
    return {
        "cost_jpy": float(plan.cost),
        "certificate": certificate(plan),
        "costs": capacity.costs(plan),
        "hires": capacity.hires(plan),
        "teams": capacity.teams(plan),
        "places": capacity.places(plan),
        "lines": capacity.lines(plan),
    }


def judged(promises: tuple[Promise, ...], plan: Any) -> tuple[Promise, ...]:
    """Return the promises as the plan's certificate judges them: a promise may be about a share of all futures."""
    if plan is None:
        return promises
    entries = {_key(entry): entry for entry in plan.certificate.get("promises", ())}
    probability = plan.certificate.get("probability")
    return tuple(_judged(promise, entries, probability) for promise in promises)


def _judged(promise: Promise, entries: dict[tuple[str, str, float, str], Any], probability: float | None) -> Promise:
    periods = []
    for period in promise.periods:
        entry = entries.get(_period_key(promise, period))
        if entry is not None:
            bound = None if probability is None else float(entry["kept_share_bound"])
            period = period.model_copy(update={"sure": bool(entry["sure"]), "chance_bound": bound})
        periods.append(period)
    changes: dict[str, Any] = {"periods": tuple(periods), "sure": all(period.sure for period in periods)}
    if probability is not None:
        known = [(p.chance_bound, n) for n, p in enumerate(periods) if p.chance_bound is not None]
        changes |= {"probability": probability, "worst": min(known)[1] if known else promise.worst}
    return promise.model_copy(update=changes)


def _key(entry: Any) -> tuple[str, str, float, str]:
    special = entry["measure"] == "service_level" and entry["of"] != "offered"
    name = f"service_level_of_{entry['of']}" if special else entry["measure"]
    return entry["queue"], name, entry["promised"], entry["period"].removeprefix("the week from ")


def _period_key(promise: Promise, period: Period) -> tuple[str, str, float, str]:
    name = "horizon" if period.day is None else str(period.day) if period.time is None else f"{period.day} {period.time}"
    return promise.queue, promise.measure, promise.promised, name


def certificate(plan: Any) -> Certificate:
    """Return how sure a plan is."""
    found = plan.certificate
    return Certificate(
        status=str(plan.status),
        kept=bool(found["kept"]),
        bound_jpy=None if plan.bound is None else float(plan.bound),
        gap=None if plan.gap is None else float(plan.gap),
        bound_of=Text(en=str(found.get("bound_of", BOUND_OF.en)), ja=str(found.get("bound_of_ja", BOUND_OF.ja))),
        marginals=_texts(found, "marginals"),
        alternatives=_texts(found, "alternatives"),
        break_even=_texts(found, "break_even"),
        knowing=_texts(found, "knowing"),
        numbers={"break_even": found.get("break_even_values", []), "two_stage": found.get("two_stage")},
        notes=_texts(found, "notes"),
        measures=tuple(found.get("measures", ())),
    )


def _texts(found: Any, key: str) -> tuple[Text, ...]:
    """Return sentences of a certificate with their translations, where there are any."""
    english = found.get(key, ())
    japanese = found.get(f"{key}_ja") or [""] * len(english)
    return tuple(Text(en=en, ja=ja) for en, ja in zip(english, japanese, strict=True))


def _head(scenario: Scenario, result: Result, plan: Any) -> Head:
    clock = scenario.calendar()
    return Head(
        scenario=scenario.name,
        title=scenario.title or Text(en=scenario.name),
        description=as_text(scenario.description),
        first_day=clock.dates[0],
        last_day=clock.dates[-1],
        interval_s=clock.interval_s,
        time_zone=clock.time_zone,
        engine=result.engine,
        seed=result.seed,
        replications=result.replications,
        confidence=scenario.levers.confidence if scenario.levers else 0.95,
        version=str(result.meta["version"]),
        fingerprint=str(result.meta["fingerprint"]),
        command=_command(scenario, result, plan),
    )


def _command(scenario: Scenario, result: Result, plan: Any) -> str:
    replications = f"--replications {result.replications}"
    if plan is None:
        return f"surgesim run scenario.yaml --engine {result.engine} {replications} --seed {result.seed} --out FOLDER"
    return f"surgesim plan scenario.yaml {replications} --seed {plan.certificate.get('seed', result.seed)} --out FOLDER"


def _remark(flag: Any) -> Remark:
    instead = Text(en=flag.instead, ja=flag.cure("ja"))
    return Remark(level=flag.level, where=flag.where, what=Text(en=flag.what, ja=flag.what_ja), instead=instead)
