"""Needs that announcements bring about: who is reached, how many get in touch, and when."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.base.clock import Clock
from surgesim.base.distributions import Law, parse_distribution
from surgesim.demand.stated import by_time_of_day
from surgesim.scenario.demand import Announcement, Incident, Segment

Floats = NDArray[np.float64]

MEDIUM_DELAY: Mapping[str, str] = {
    "press": "mixture(0.6 lognormal(2h, cv 1.5), 0.4 lognormal(30h, cv 1.2))",
    "television": "mixture(0.8 lognormal(1h, cv 1.5), 0.2 lognormal(24h, cv 1.2))",
    "web": "lognormal(3d, cv 2)",
    "email": "lognormal(10h, cv 1.5)",
    "sms": "lognormal(2h, cv 2)",
    "letter": "gamma(3d, cv 0.6)",
    "owned_social": "lognormal(6h, cv 2)",
    "retailer": "lognormal(4d, cv 1)",
}
"""Time from an announcement to the need, by medium. Shapes are judgement: press and television are spikes, letters
arrive one to three days later and spread out, the web is a slow stock."""


WAKING: Mapping[float, float] = {
    hour * 3600.0: weight
    for hour, weight in {0: 0.1, 6: 0.4, 8: 0.9, 9: 1.5, 12: 1.3, 13: 1.6, 17: 1.4, 19: 1.2, 21: 0.7, 23: 0.3}.items()
}
"""When people who are not in danger get in touch: awake, more by day than in the evening. Judgement."""

ANXIOUS: Mapping[float, float] = {
    hour * 3600.0: weight for hour, weight in {0: 0.35, 6: 0.8, 8: 1.2, 9: 1.4, 17: 1.3, 21: 0.9, 23: 0.5}.items()
}
"""When people who fear for themselves get in touch: the night counts as well. Judgement."""


@dataclass(frozen=True)
class IncidentPreset:
    """What a kind of incident assumes where the scenario says nothing.

    Attributes
    ----------
    propensity : float
        Share of the people reached who get in touch.
    reasons : mapping of str to float
        Shares of the reasons, used where the scenario defines these reasons and gives no mix.
    rhythm : mapping of float to float
        Relative intensity from each time of day, seconds after midnight.
    sources : tuple of str
        Where each default comes from.
    tries_with_load : float
        How the share that tries self-service moves on days with more needs, see ``Channel.tries_with_load``.
    """

    propensity: float
    reasons: Mapping[str, float]
    rhythm: Mapping[float, float]
    sources: tuple[str, ...]
    tries_with_load: float = 0.0


@dataclass(frozen=True)
class Wave:
    """One announcement's needs.

    Attributes
    ----------
    name : str
        Name of the announcement.
    reached, reached_again : float
        People whom it reaches for the first time; people reached before whom it reaches again.
    needs : float
        Expected needs, over all time.
    mean : ndarray, shape (intervals,)
        Expected needs in each interval of the horizon.
    """

    name: str
    reached: float
    reached_again: float
    needs: float
    mean: Floats


@dataclass(frozen=True)
class Population:
    """Affected people who hear and react alike.

    Attributes
    ----------
    suffix : str
        What the names of their streams end in; empty where there are no segments.
    incident : Incident
        The incident as it concerns them alone.
    """

    suffix: str
    incident: Incident


def populations(incident: Incident, preset: IncidentPreset) -> list[Population]:
    """Return the segments of the affected people, each with its own incident; all of them in one without segments."""
    if not incident.segments:
        return [Population("", incident)]
    return [Population(f"/{name}", _concerning(incident, preset, part)) for name, part in incident.segments.items()]


def _concerning(incident: Incident, preset: IncidentPreset, segment: Segment) -> Incident:
    propensity = preset.propensity if incident.propensity is None else incident.propensity
    items = {
        name: item.model_copy(update={
            "reach": min(1.0, item.reach * segment.reach.get(name, 1.0)),
            "propensity": None if item.propensity is None else item.propensity * segment.propensity,
            # each segment gets its part of the messages at the same time
            "throttle": None if item.throttle is None else item.throttle * segment.share,
        })
        for name, item in incident.announcements.items()
    }  # fmt: skip
    return incident.model_copy(
        update={
            "affected": incident.affected * segment.share,
            "announcements": items,
            "propensity": propensity * segment.propensity,
            "reasons": incident.reasons if segment.reasons is None else segment.reasons,
        }
    )


def waves(incident: Incident, preset: IncidentPreset, clock: Clock) -> list[Wave]:
    """Return the needs of every announcement, in the order in which they go out.

    Each announcement reaches the same share of those reached before and of those not: the first get in touch with
    probability ``recontact``, the others with ``propensity`` times ``severity``. So distinct people in touch never
    exceed the affected.

    Parameters
    ----------
    incident : Incident
        What happened.
    preset : IncidentPreset
        Defaults of its kind.
    clock : Clock
        Intervals.
    """
    propensity = preset.propensity if incident.propensity is None else incident.propensity
    rhythm = preset.rhythm if incident.rhythm is None else incident.rhythm
    unreached = 1.0
    found = []
    for name, item in sorted(incident.announcements.items(), key=lambda pair: pair[1].at):
        reached = incident.affected * unreached * item.reach
        again = incident.affected * (1.0 - unreached) * item.reach
        own = propensity if item.propensity is None else item.propensity
        total = reached * min(1.0, own * incident.severity) + again * item.recontact
        mean = total * _timing(item, (reached + again), rhythm, clock)
        found.append(Wave(name, reached, again, total, mean))
        unreached *= 1.0 - item.reach
    return found


def _timing(item: Announcement, messages: float, rhythm: Mapping[float, float], clock: Clock) -> Floats:
    """Return the share of the wave's needs born in each interval of the horizon."""
    law = item.delay if item.delay is not None else parse_distribution(MEDIUM_DELAY[item.medium])
    at = clock.seconds(item.at)
    # Intervals before the horizon carry what an earlier announcement has already brought about.
    step = clock.interval_s
    before = np.arange(clock.edges_s[0] - step * np.ceil(max(0.0, -at) / step), clock.edges_s[0] - step / 2, step)
    edges = np.concatenate([before, clock.edges_s])
    sending = messages / item.throttle if item.throttle else 0.0
    share = np.diff(_reached_by(law, edges - at, sending))
    horizon = by_time_of_day(clock, rhythm)
    per_day = round(86_400.0 / step)
    weight = np.concatenate([_backwards(horizon[:per_day], len(before)), horizon])
    # People asleep get in touch later, not never: the rhythm moves needs, it does not remove them.
    shaped = share * weight
    total = shaped.sum()
    if total <= 0.0:
        return np.zeros(clock.n_intervals)
    return np.asarray((shaped * (share.sum() / total))[len(before) :])


def _backwards(day: Floats, count: int) -> Floats:
    """Return ``count`` weights that end where the first day begins, the day's pattern repeated."""
    return np.asarray(np.resize(day[::-1], count)[::-1])


def _reached_by(law: Law, elapsed_s: Floats, sending_s: float) -> Floats:
    """Return the distribution of delay, the sending spread evenly over ``sending_s`` seconds."""
    if sending_s <= 0.0:
        return np.asarray(law.cdf(np.maximum(elapsed_s, 0.0)) * (elapsed_s > 0.0))
    starts = (np.arange(256) + 0.5) / 256 * sending_s
    late = elapsed_s[None, :] - starts[:, None]
    return np.asarray((law.cdf(np.maximum(late, 0.0)) * (late > 0.0)).mean(axis=0))
