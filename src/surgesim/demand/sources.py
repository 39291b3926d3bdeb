"""From a scenario to its needs: every source of demand and the incident, side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.base.clock import Clock
from surgesim.base.errors import Problem, ScenarioError
from surgesim.demand.announced import IncidentPreset, populations, waves
from surgesim.demand.incidents import SHELF
from surgesim.demand.needs import Needs
from surgesim.demand.stated import baseline_mean, list_counts, rates_mean
from surgesim.scenario.demand import Baseline, CallList, History, Incident, Rates
from surgesim.scenario.scenario import Scenario

Floats = NDArray[np.float64]

PATHS = 1000
"""Sample paths drawn of a forecast from history."""


@dataclass(frozen=True, eq=False)
class _Part:
    """Expected needs of one source before they are split by reason."""

    name: str
    source: int
    reasons: Mapping[str, float]
    mean: Floats
    day_noise: float = 0.0
    size_noise: float = 0.0
    paths: Floats | None = None
    talk_factor: float = 1.0
    exact: bool = False


def needs(scenario: Scenario) -> Needs:
    """Return the needs of a scenario: stated rates, business as usual, forecasts from history, and the incident.

    Parameters
    ----------
    scenario : Scenario
        What is asked.

    Raises
    ------
    ScenarioError
        Where a source does not fit the horizon.
    HistoryError
        Where a history file cannot be used.
    """
    clock = scenario.calendar()
    parts = [*_sources(scenario, clock), *_incident(scenario, clock)]
    names = list(scenario.reasons)
    rows = [(part, reason, share) for part in parts for reason, share in part.reasons.items() if share > 0.0]
    return Needs(
        streams=tuple(f"{part.name}/{reason}" for part, reason, _ in rows),
        reason=np.array([names.index(reason) for _, reason, _ in rows], dtype=np.int64),
        edges_s=clock.edges_s,
        day=clock.day_index,
        mean=np.array([part.mean * share for part, _, share in rows]).reshape(len(rows), clock.n_intervals),
        day_noise=np.array([part.day_noise for part, _, _ in rows]),
        size_noise=np.array([part.size_noise for part, _, _ in rows]),
        source=np.array([part.source for part, _, _ in rows], dtype=np.int64),
        paths=_paths(rows),
        talk_factor=np.array([part.talk_factor for part, _, _ in rows]),
        exact=np.array([part.exact for part, _, _ in rows], dtype=np.bool_),
    )


def _paths(rows: list[tuple[_Part, str, float]]) -> Floats | None:
    counts = {len(part.paths) for part, _, _ in rows if part.paths is not None}
    if not counts:
        return None
    number = max(counts)
    return np.stack([share * (_repeated(part, number)) for part, _, share in rows], axis=1)


def _repeated(part: _Part, number: int) -> Floats:
    if part.paths is None:
        return np.broadcast_to(part.mean, (number, len(part.mean)))
    return part.paths[np.arange(number) % len(part.paths)]


def _sources(scenario: Scenario, clock: Clock) -> Iterator[_Part]:
    for index, (name, source) in enumerate(scenario.demand.items()):
        if isinstance(source, Rates):
            yield _Part(name, index, source.reasons, rates_mean(source, clock, name), day_noise=source.day_noise)
        elif isinstance(source, Baseline):
            yield _Part(name, index, source.reasons, baseline_mean(source, clock), day_noise=source.day_noise)
        elif isinstance(source, CallList):
            yield _Part(name, index, {source.reason: 1.0}, list_counts(source, clock), exact=True)
        else:
            yield _history(scenario, name, index, source, clock)


def _history(scenario: Scenario, name: str, index: int, source: History, clock: Clock) -> _Part:
    from surgesim.demand.past import forecast_needs

    mean, paths = forecast_needs(scenario, source, clock, PATHS)
    return _Part(name, index, source.reasons, mean, paths=paths)


def preset_of(incident: Incident) -> IncidentPreset:
    """Return the defaults of the incident's kind."""
    preset = SHELF.load(incident.kind).PRESET
    assert isinstance(preset, IncidentPreset)
    return preset


def incident_reasons(incident: Incident) -> set[str]:
    """Return every reason that the incident brings about."""
    general = incident.reasons if incident.reasons is not None else preset_of(incident).reasons
    own = [segment.reasons for segment in incident.segments.values() if segment.reasons is not None]
    return {reason for mix in (general, *own) for reason, share in mix.items() if share > 0.0}


def _incident(scenario: Scenario, clock: Clock) -> Iterator[_Part]:
    incident = scenario.incident
    if incident is None:
        return
    preset = preset_of(incident)
    unknown = sorted(incident_reasons(incident) - set(scenario.reasons))
    if unknown:
        raise ScenarioError(
            Problem(
                f"the mix of the kind {incident.kind} names reasons that the scenario does not define: {', '.join(unknown)}",
                "incident.reasons",
                "define them under reasons, or write incident.reasons",
            )
        )
    talk = incident.severity**incident.talk_with_severity
    for part in populations(incident, preset):
        for wave in waves(part.incident, preset, clock):
            yield _Part(
                f"incident/{wave.name}{part.suffix}", len(scenario.demand), part.incident.reasons or preset.reasons, wave.mean,
                size_noise=incident.severity_noise, talk_factor=talk,
            )  # fmt: skip
