"""Which measures to take: every set of them is a question of its own, and bounds say which ones need no whole plan.

A measure (self-service, opening hours, a callback, one number for all sites) changes the demand or the rules, so no line
of the programme could say what it does: the scenario with the measure is simulated. Each set is calibrated and its
relaxation solved; the cheapest by its bound is planned to the end and verified, then the next one, until no bound is below
the best verified plan.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from surgesim.base.errors import InfeasibleError, ScenarioError, SolverError, TargetMissedError
from surgesim.planning.plan import Plan
from surgesim.planning.problem import MeasureChoice
from surgesim.planning.rounds import calibrate, relax
from surgesim.planning.solve import relative_gap
from surgesim.planning.work import Round, Work
from surgesim.scenario.fields import Text
from surgesim.scenario.measures import sets, with_measures
from surgesim.scenario.scenario import Scenario
from surgesim.scenario.titles import called

Ready = Callable[[Scenario, tuple[MeasureChoice, ...]], Work]
"""From a scenario and the measures taken in it to the state of a planning run."""
Finish = Callable[[Work, Scenario, Round], Plan]
"""From a calibrated run to a verified plan."""


@dataclass(eq=False)
class Option:
    """A set of measures.

    Attributes
    ----------
    names : tuple of str
        Measures taken.
    scenario : Scenario
        What is asked then.
    titles : tuple of Text
        What the measures are called in print.
    work, done : Work, Round or None
        The calibrated planning run; None where there is no plan.
    bound : float
        No plan with these measures costs less, by the calibrated curves; ``inf`` where there is none.
    trouble : Exception or None
        Why there is no plan.
    plan : Plan or None
        The verified plan, where one was made.
    """

    names: tuple[str, ...]
    scenario: Scenario
    titles: tuple[Text, ...]
    work: Work | None = None
    done: Round | None = None
    bound: float = math.inf
    trouble: Exception | None = None
    plan: Plan | None = None

    @property
    def title(self) -> str:
        """The measures in words."""
        return " + ".join(title.in_language("en") for title in self.titles) or "no measure"

    @property
    def title_ja(self) -> str:
        """The measures in Japanese."""
        return "、".join(title.in_language("ja") for title in self.titles) or "対策なし"


def options(scenario: Scenario) -> list[Option]:
    """Return every set of measures that can be taken together and makes a scenario that can be used."""
    found = []
    for names in sets(scenario):
        try:
            titles = tuple(called(scenario, "measures", name) for name in names)
            found.append(Option(names, with_measures(scenario, names), titles))
        except ScenarioError:
            if len(names) < 2:  # two that do not fit together exclude each other; a single one must be right
                raise
    return found


def choices(scenario: Scenario, option: Option) -> tuple[MeasureChoice, ...]:
    """Return the measures of a set with their prices; what self-service costs is said once, with the last one."""
    if scenario.levers is None or not option.names:
        return ()
    levers, days = scenario.levers.measures, scenario.clock.days
    more = _self_service(option.scenario) - _self_service(with_measures(scenario, ()))
    return tuple(
        MeasureChoice(
            name=name,
            cost_jpy=levers[name].cost,
            day_cost_jpy=levers[name].day_cost,
            self_service_jpy=more if name == option.names[-1] else 0.0,
            days=max(0, days - math.ceil(levers[name].lead_time / 86_400.0 - 1e-9)),
        )
        for name in option.names
    )


def _self_service(scenario: Scenario) -> float:
    """Return the cost of content and tries of all channels."""
    from surgesim.deflection import channel_cost
    from surgesim.model.build import build

    priced = [name for name, channel in scenario.channels.items() if channel.content_cost or channel.unit_cost]
    model = build(scenario) if priced else None
    return sum(channel_cost(model, name) for name in priced) if model is not None else 0.0


def best_plan(scenario: Scenario, ready: Ready, finish: Finish) -> Plan:
    """Return the cheapest verified plan over all sets of measures.

    Parameters
    ----------
    scenario : Scenario
        What is asked, with measures among its levers.
    ready, finish : callable
        How a planning run begins and ends; all of them end at the same time.

    Raises
    ------
    InfeasibleError, TargetMissedError, SolverError
        No set of measures has a verified plan; as for the set that came nearest.
    """
    tried = options(scenario)
    _look_at_all(tried, scenario, ready)
    best: Option | None = None
    for option in sorted(tried, key=lambda option: option.bound):
        if option.work is None or (best is not None and best.plan is not None and option.bound >= best.plan.cost):
            break
        try:
            option.plan = finish(option.work, option.scenario, _of(option))
        except (InfeasibleError, TargetMissedError) as refused:
            option.trouble = refused
            continue
        except (SolverError, KeyboardInterrupt) as stopped:
            if best is None:
                raise
            option.trouble = SolverError(str(stopped) or "Ctrl-C")
            break
        if best is None or best.plan is None or option.plan.cost < best.plan.cost:
            best = option
    if best is None:
        raise _none(tried)
    return _told(best, tried)


def _of(option: Option) -> Round:
    assert option.done is not None
    return option.done


def _look_at_all(tried: Sequence[Option], scenario: Scenario, ready: Ready) -> None:
    """Calibrate every set; once half of the time is gone and there is one that can be planned, the others are left."""
    half: float | None = None
    for option in tried:
        work = ready(option.scenario, choices(scenario, option))
        half = 0.5 * work.left() if half is None else half
        if work.left() < half and any(other.work is not None for other in tried):
            option.trouble = SolverError("not looked at: half of the time was gone")
        else:
            _look(option, work)


def _look(option: Option, work: Work) -> None:
    """Calibrate one set of measures, and prove the bound of its plans."""
    work.say(f"with {option.title}")
    try:
        option.done = calibrate(work)
        option.bound = relax(work, sure=True).solved.bound
        option.work = work
        work.say(f"with {option.title}: at least ¥{option.bound:,.0f}")
    except InfeasibleError as refused:
        option.trouble = refused
        work.say(f"with {option.title}: no plan keeps every promise")


def _none(tried: Sequence[Option]) -> Exception:
    """Return why there is no plan: what the set without measures lacks, or what the last one missed."""
    missed = [option for option in tried if option.work is not None and option.trouble is not None]  # planned, not kept
    chosen = missed[0] if missed else tried[0]
    assert chosen.trouble is not None
    kind = type(chosen.trouble)
    others = [option.title for option in tried if option is not chosen]
    if isinstance(chosen.trouble, InfeasibleError) and chosen.trouble.refusal is not None:
        others_ja = tuple(option.title_ja for option in tried if option is not chosen)
        refusal = replace(chosen.trouble.refusal, measures=chosen.title, measures_ja=chosen.title_ja)
        return InfeasibleError(replace(refusal, others=tuple(others), others_ja=others_ja))
    more = f"\nNor is there one with any other set of measures: {', '.join(others)}." if others else ""
    return kind(f"with {chosen.title}: {chosen.trouble}{more}")


def _told(best: Option, tried: Sequence[Option]) -> Plan:
    """Return the best plan; its certificate says what was compared, and its bound is that of all sets."""
    assert best.plan is not None
    plan = best.plan
    bound = min(plan.bound, *(_at_least(option) for option in tried if option.trouble is None))
    gap = relative_gap(plan.cost, bound)
    entries = [_entry(option) for option in tried]
    others = [(option, _at_least(option)) for option in tried if option is not best and option.trouble is None]
    said = [
        (f"with {o.title} a plan costs at least ¥{least:,.0f}", f"{_japanese(o)}場合の費用は少なくとも¥{least:,.0f}")
        for o, least in sorted(others, key=lambda pair: pair[1])
    ]
    said += [_unplanned(option) for option in tried if option.trouble is not None]
    found: Mapping[str, Any] = {
        **plan.certificate,
        "bound_jpy": bound, "bound": bound, "gap": gap, "measures": list(best.names), "sets_of_measures": entries,
        "measure_titles": {name: title.model_dump() for name, title in zip(best.names, best.titles, strict=True)},
        "notes": [*plan.certificate["notes"], f"measures taken: {best.title}; {len(tried)} sets were compared"],
        "notes_ja": [*plan.certificate["notes_ja"], f"採用する対策: {best.title_ja}({len(tried)}通りを比較)"],
        "alternatives": [*(en for en, _ in said), *plan.certificate["alternatives"]],
        "alternatives_ja": [*(ja for _, ja in said), *plan.certificate["alternatives_ja"]],
    }  # fmt: skip
    return replace(plan, bound=bound, gap=gap, certificate=found)


def _unplanned(option: Option) -> tuple[str, str]:
    """Return that a set has no plan, or none yet, in English and Japanese."""
    if isinstance(option.trouble, SolverError):
        return f"what {option.title} would cost is not known: the time was gone", f"{_japanese(option)}場合の費用は時間切れで不明"
    return f"with {option.title} no plan was found", f"{_japanese(option)}場合の計画は見つからない"


def _at_least(option: Option) -> float:
    return option.plan.bound if option.plan is not None else option.bound


def _japanese(option: Option) -> str:
    return f"{option.title_ja}を採用する" if option.names else "対策を採用しない"


def _entry(option: Option) -> dict[str, Any]:
    """Return one set as plain values."""
    return {
        "measures": list(option.names),
        "bound_jpy": None if math.isinf(option.bound) else _at_least(option),
        "cost_jpy": None if option.plan is None else option.plan.cost,
        "possible": option.trouble is None,
    }
